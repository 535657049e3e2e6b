"""From the text of a manifest to values, or to everything that is wrong with it."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from returns.result import Failure, Result, Success

from floe.core.outcome import settled
from floe.core.policy import Policy
from floe.core.value import Value
from floe.shell import markup, text
from floe.shell.complaint import Complaint, Doubt
from floe.shell.document import Document, Spot
from floe.shell.manifest import mistakes, places, rules, trust_doubts, trust_rules, webhooks
from floe.shell.manifest.document import Manifest
from floe.shell.manifest.doubts import doubts
from floe.shell.manifest.keys import keys_readable
from floe.shell.manifest.to_policy import policy_of
from floe.shell.manifest.to_settings import settings_of
from floe.shell.settings import Settings

MOST: Final = 100  # complaints of one kind, and in all
BEGIN: Final = "a mapping with `artifacts`; `floe init` writes one to begin with"


class Loaded(Value, frozen=True, kw_only=True):
    """A manifest without mistakes."""

    policy: Policy
    settings: Settings
    doubts: tuple[Doubt, ...] = ()
    sections: dict[str, Any] = {}  # what only `compile` reads: every section but `artifacts`


def load(file: Path, environ: Mapping[str, str]) -> Result[Loaded, tuple[Complaint, ...]]:
    """The manifest in a file; relative paths in it begin at the file's folder."""
    where = str(file)
    try:
        with file.open("rb") as opened:
            content = opened.read(text.LARGEST + 1)
    except OSError as error:
        found = f"there is no readable manifest here ({error.strerror})"
        expected = "a file; `floe init` writes one, --manifest or FLOE_MANIFEST names another"
        return Failure((Complaint(where=where, found=found, expected=expected),))
    match settled(text.decode(content, where=where)):
        case Failure(complaint):
            return Failure((complaint,))
        case Success(whole):
            return parse(whole, where=where, base=file.parent, environ=environ)


def parse(whole: str, *, where: str, base: Path, environ: Mapping[str, str]) -> Result[Loaded, tuple[Complaint, ...]]:
    """The manifest that this text spells, or all its mistakes in the order in which they stand there."""
    document = markup.read(whole, where=where)
    if document.root is None or document.root.kind != "mapping":
        return Failure((*document.complaints, *_no_mapping(document)))
    wrong = [*document.complaints, *_broken(document.top, base, environ)]
    try:
        manifest = Manifest.model_validate(document.root.plain)
    except ValidationError as error:
        return Failure(_in_order([*wrong, *mistakes.complaints(error, document.top)]))
    if wrong:
        return Failure(_in_order(wrong))
    settings = settings_of(manifest, base=base, environ=environ)
    return Success(
        Loaded(
            policy=policy_of(manifest, base),
            settings=settings,
            doubts=(
                *doubts(document.top, environ),
                *trust_doubts.doubts(document.top, base),
                *places.doubts(settings),
                *webhooks.doubts(settings),
            ),
            sections={spot.last: spot.value for spot in document.top.each() if spot.last != "artifacts"},
        )
    )


def _no_mapping(document: Document) -> Iterator[Complaint]:
    if document.root is not None:
        yield document.top.complain(document.root.noun, BEGIN)
    elif not document.complaints:
        yield Complaint(where=document.where, found="this file is empty", expected=BEGIN)


def _broken(top: Spot, base: Path, environ: Mapping[str, str]) -> Iterator[Complaint]:
    """Every rule that is broken, so far as people can take it in."""
    around = (trust_rules.credentials_set(environ), keys_readable(base))
    for rule in (*rules.RULES, *trust_rules.RULES, webhooks.encrypted, *around):
        yield from islice(rule(top), MOST)


def _in_order(complaints: list[Complaint]) -> tuple[Complaint, ...]:
    """The complaints by place, each once; of very many the first."""
    ordered = sorted(dict.fromkeys(complaints), key=lambda each: (each.line or 0, each.column or 0))
    if len(ordered) <= MOST:
        return tuple(ordered)
    more = Complaint(where=ordered[0].where, found=f"{len(ordered) - MOST} more mistakes at least")
    return (*ordered[:MOST], more)
