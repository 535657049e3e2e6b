"""What became of the other registries."""

from typing import TypeAlias

from msgspec import UNSET, UnsetType

from floe.core.explain.faults import what_failed
from floe.core.names import Digest
from floe.core.replica import Synced
from floe.shell import exits
from floe.shell.render import blocks
from floe.shell.render.documents import CopyCounted, Copying, CopyShown, Reason
from floe.shell.render.reply import Reply, plain

Lines: TypeAlias = tuple[str, ...]


def copies(synced: tuple[Synced, ...], artifact: Digest | None) -> tuple[CopyShown, ...]:
    """Under the key `sync` of what was promoted."""
    return tuple(
        CopyShown(
            registry=each.registry,
            status=each.status,
            digest=(artifact if each.fault is None else each.digest) or UNSET,
            error=each.error or UNSET,
        )
        for each in synced
    )


def copies_if_any(synced: tuple[Synced, ...], artifact: Digest | None) -> tuple[CopyShown, ...] | UnsetType:
    return copies(synced, artifact) or UNSET


def told(synced: tuple[Synced, ...]) -> Lines:
    """One line on those that are up to date."""
    names = ", ".join(each.registry for each in synced if each.fault is None)
    return (f"Synced: {names}",) if names else ()


def reply(synced: tuple[Synced, ...], trace_id: str) -> Reply:
    shown = tuple(_counted(each) for each in synced)
    lines = tuple(_line(each) for each in synced if each.fault is None)
    code = exits.copied(synced)
    if code == exits.DONE:
        return Reply(document=plain(Copying(sync=shown, trace_id=trace_id)), lines=lines)
    failed = [each for each in synced if each.fault is not None]
    word = "diverged" if code == exits.DRIFTED else "pending"
    names = ", ".join(each.registry for each in failed)
    reasons = [Reason(code=each.status, message=f"{each.registry}: {each.error}") for each in failed]
    document = blocks.error_document(word, code, f"Not every registry is up to date: {names}", reasons)
    return Reply(
        code=code,
        document={**document, "sync": plain(shown), "trace_id": trace_id},
        lines=lines,
        error=tuple(line for each in failed for line in _failed(each)),
    )


def _counted(each: Synced) -> CopyCounted:
    return CopyCounted(
        registry=each.registry,
        location=each.location,
        status=each.status,
        digest=each.digest or UNSET,
        error=each.error or UNSET,
        artifacts=each.artifacts,
        records=each.records,
        tags=each.tags,
    )


def _line(each: Synced) -> str:
    if not each.has_news:
        return f"{each.registry}: {each.location} is up to date"
    counts = {"artifact": each.artifacts, "record": each.records, "tag": each.tags}
    told_counts = ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for noun, number in counts.items() if number)
    return f"{each.registry}: {told_counts} copied to {each.location}"


def _failed(each: Synced) -> Lines:
    assert each.fault is not None
    head, *rest = what_failed(each.fault)
    return (f"ERROR: {each.registry}: {head}", *rest)
