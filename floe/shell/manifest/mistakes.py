"""What pydantic found, said as floe says it: with the place, what is there, and what should be."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from floe.core.nearest import nearest
from floe.shell.complaint import Complaint, Path, listed, quoted, shown
from floe.shell.document import Spot
from floe.shell.manifest import checks
from floe.shell.manifest.words import FORMS

MOST: Final = 200  # of one file; whoever mends these sees the others
UNSEEN: Final = frozenset({"password", "token", "secret", "headers", "url"})  # keys whose content is not repeated


@lru_cache(maxsize=256)
def known_at(path: Path) -> tuple[str, ...]:
    """The keys that floe knows at a place; only a manifest with mistakes waits for the schema that tells them."""
    from floe.shell.manifest.schema import keys_at  # noqa: PLC0415

    return keys_at(path)


EXPECTED: Final = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than_equal": "{le:g} or less",
    "too_short": "{min_length} or more of it",
    "too_long": "{max_length} or fewer of it",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "literal_error": "{expected}",
}


def complaints(error: ValidationError, top: Spot) -> Iterator[Complaint]:
    """One complaint for each error whose place has not been complained of already."""
    for each in error.errors(include_url=False)[:MOST]:
        path = tuple(step for step in each["loc"] if step not in FORMS)
        if each["type"] == "extra_forbidden" or not is_said(top, path):
            yield _complaint(each, top.at(*path), top)


def is_said(top: Spot, path: Path) -> bool:
    """Whether the last thing on this path that is there has been complained of for another reason."""
    node = top.node
    for step in path:
        inner = node.child(step) if node else None
        if inner is None:
            break
        node = inner
    return node is not None and (node.spoiled or (node.kind == "scalar" and node.value is None))


def _complaint(error: ErrorDetails, spot: Spot, top: Spot) -> Complaint:
    facts = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return unknown_key(spot)
        case "missing":
            return _missing(spot, top.at(*spot.path[:-1]))
        case "literal_error":
            return _no_choice(spot, str(facts["expected"]))
        case checks.MISTAKE:
            return spot.complain_of_content(facts["found"], facts["expected"], facts["nearest"])
        case kind:
            return spot.complain_of_content(_found(spot), _expected(kind, error, spot))


def unknown_key(spot: Spot) -> Complaint:
    """A key that floe does not know where it stands."""
    key = str(spot.path[-1])
    known = known_at(spot.path[:-1])
    return spot.complain(f"unknown key {quoted(key)}", listed(known), nearest=nearest(key, known))


def _missing(spot: Spot, parent: Spot) -> Complaint:
    """A key that is not there, complained of where the mapping begins in which it should be."""
    here = Spot(where=spot.where, path=spot.path, node=parent.node)
    return here.complain(f"{quoted(str(spot.path[-1]))} is missing")


def _expected(kind: str, error: ErrorDetails, spot: Spot) -> str:
    if kind == "string_type":
        written = spot.node.written if spot.node and not _is_unseen(spot) else None
        return f'text: quote it, "{shown(written)}"' if written else "text"
    return EXPECTED[kind].format_map(error.get("ctx", {})) if kind in EXPECTED else error["msg"]


def _no_choice(spot: Spot, expected: str) -> Complaint:
    choices = [each.strip("' ") for part in expected.split(" or ") for each in part.split(", ")]
    near = nearest(spot.text, choices) if spot.text else None
    return spot.complain_of_content(_found(spot), listed(choices), near)


def _found(spot: Spot) -> str:
    if _is_unseen(spot):
        return "a value that is not shown here"
    return spot.node.noun if spot.node else "nothing"


def _is_unseen(spot: Spot) -> bool:
    return not UNSEEN.isdisjoint(map(str, spot.path))
