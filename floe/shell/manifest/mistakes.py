"""What pydantic found, said as floe says it: with the place, what is there, and what should be."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from floe.shell.complaint import Complaint, Path, listed, nearest, quoted
from floe.shell.document import Node, Spot
from floe.shell.manifest import checks
from floe.shell.manifest.schema import keys_at
from floe.shell.manifest.words import FORMS

MOST: Final = 200  # of one file; whoever mends these sees the others
UNSEEN: Final = frozenset({"password", "token", "secret", "headers", "url"})  # keys whose content is not repeated
Facts: TypeAlias = dict[str, Any]

known_at = lru_cache(maxsize=256)(keys_at)

EXPECTED: Final = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "too_short": "at least {min_length} of it",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "literal_error": "{expected}",
}


def complaints(error: ValidationError, top: Spot) -> Iterator[Complaint]:
    """One complaint for each error whose place has not been complained of already."""
    for each in error.errors(include_url=False)[:MOST]:
        path = tuple(step for step in each["loc"] if step not in FORMS)
        if not is_spoiled(top, path):
            yield _complaint(each, top.at(*path))


def is_spoiled(top: Spot, path: Path) -> bool:
    """Whether the last thing on this path that is there has been complained of as a whole."""
    node = top.node
    for step in path:
        inner = node.child(step) if node else None
        if inner is None:
            break
        node = inner
    return node is not None and node.spoiled


def _complaint(error: ErrorDetails, spot: Spot) -> Complaint:
    facts = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return unknown_key(spot)
        case "missing":
            return _missing(spot)
        case "string_type":
            return spot.complain_of_content(_found(spot), _text_instead_of(spot.node))
        case "literal_error":
            return _no_choice(spot, str(facts["expected"]))
        case checks.MISTAKE:
            return spot.complain_of_content(facts["found"], facts["expected"], facts["nearest"])
        case checks.OTHER_FORM:
            return spot.complain_of_content(_found(spot), error["msg"])
        case kind:
            return spot.complain_of_content(_found(spot), EXPECTED.get(kind, error["msg"]).format_map(facts))


def unknown_key(spot: Spot) -> Complaint:
    """A key that floe does not know where it stands."""
    key = str(spot.path[-1])
    known = known_at(spot.path[:-1])
    return spot.complain(f"unknown key {quoted(key)}", listed(known), nearest=nearest(key, known))


def _missing(spot: Spot) -> Complaint:
    """A complaint about what is not there, at the mapping where it should be."""
    *above, key = spot.path
    ...


def _text_instead_of(node: Node | None) -> str:
    if node is None or node.written is None:
        return "text"
    return f'text: quote it, "{node.written}"'


def _no_choice(spot: Spot, expected: str) -> Complaint:
    choices = [each.strip("' ") for part in expected.split(" or ") for each in part.split(", ")]
    near = nearest(spot.text, choices) if spot.text else None
    return spot.complain_of_content(_found(spot), listed(choices), near)


def _found(spot: Spot) -> str:
    if UNSEEN.intersection(map(str, spot.path)):
        return "a value that is not shown here"
    return spot.node.noun if spot.node else "nothing"
