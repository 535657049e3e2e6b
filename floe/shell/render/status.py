"""What is where: the table, the history of an environment, and both as documents."""

from typing import TypeAlias

from floe.core.drift import Drift
from floe.core.explain.phrase import minute
from floe.core.ledger.state import EnvironmentState, LockHeld, Summary
from floe.core.names import short
from floe.core.operator import shown
from floe.shell import exits
from floe.shell.render.documents import EnvironmentStatus, HistoryItem, LockShown
from floe.shell.render.reply import Reply, plain
from floe.shell.standing import Overview

Lines: TypeAlias = tuple[str, ...]
WORDS = {
    "promoted": "PROMOTED",
    "adopted": "ADOPTED",
    "rolled-back": "ROLLBACK",
    "locked": "LOCKED",
    "unlocked": "UNLOCKED",
    "refused": "REFUSED",
}
HEADINGS = ("Environment", "Version", "Digest", "Promoted By", "At")


def status(overview: Overview, *, with_history: bool) -> Reply:
    told = _details(overview) if with_history else (*table(overview), *_locks(overview))
    return Reply(
        code=exits.DRIFTED if overview.is_amiss else exits.DONE,
        document=plain([_document(each, overview) for each in overview.environments]),
        lines=told if overview.drift is None else (*told, *_clean(overview.drift)),
        error=(*_outvoted(overview.outvoted), *_unreadable(overview.unreadable), *drift_block(overview.drift or ())),
    )


def table(overview: Overview) -> Lines:
    rows = [_row(each) for each in overview.environments]
    widths = [max(len(row[place]) for row in (HEADINGS, *rows)) for place in range(len(HEADINGS))]
    lines = [
        "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (HEADINGS, *rows)
    ]
    rule = "─" * (sum(widths) + 3 * (len(widths) - 1))
    return (lines[0], rule, *lines[1:])


def drift_block(drift: tuple[Drift, ...]) -> Lines:
    if not drift:
        return ()
    return (
        f"ERROR: {len(drift)} {'tag is' if len(drift) == 1 else 'tags are'} not as the ledger has them",
        *(line for each in drift for line in _drifted(each)),
        "Next: floe platform recover draws missing tags and pointers; floe platform adopt takes what was made by hand",
    )


def _outvoted(lost: tuple[Summary, ...]) -> Lines:
    return tuple(
        line
        for each in lost
        for line in (
            f"ERROR: The promotion of {each.version} was outvoted after it was acknowledged",
            f"Found: record {each.record} of {shown(each.operator)} at {minute(each.at)}",
            f"Won by: record {each.void}",
            "Next: promote it again if it is still wanted, or remove its environment tag by hand",
        )
    )


def _unreadable(tags: tuple[str, ...]) -> Lines:
    return tuple(
        line
        for tag in tags
        for line in (
            "ERROR: A record is listed and cannot be read",
            f"Found: tag {tag}",
            "Next: restore it from a copy of the registry; until then nothing is written",
        )
    )


def _drifted(each: Drift) -> Lines:
    if each.kind == "outvoted":
        won = (f"    Drawn for record {each.record}", f"    Outvoted by record {each.winner}")
        return (f"  {each.tag}: outvoted", *won)
    found, expected = each.found or "no such tag", each.expected or "no such tag: no record made it"
    return (f"  {each.tag}: {each.kind}", f"    Found: {found}", f"    Expected: {expected}")


def _clean(drift: tuple[Drift, ...]) -> Lines:
    return () if drift else ("Tags are as the ledger has them",)


def _row(state: EnvironmentState) -> tuple[str, ...]:
    current = state.current
    if current is None:
        return (state.environment, "-", "-", "-", "-")
    return (state.environment, current.version, short(current.digest), shown(current.operator), minute(current.at))


def _locks(overview: Overview) -> Lines:
    held = ((each.environment, each.locked_at(overview.at)) for each in overview.environments)
    return tuple(f"{name} is locked: {lock.reason} ({_by(lock)})" for name, lock in held if lock)


def _by(lock: LockHeld) -> str:
    return f"by {shown(lock.operator)} at {minute(lock.at)}"


def _details(overview: Overview) -> Lines:
    lines: list[str] = []
    for state in overview.environments:
        current = state.current
        where = f"{current.version} ({short(current.digest)})" if current else "-"
        lines += [*([""] if lines else []), f"Environment: {state.environment}", f"Current: {where}"]
        lock = state.locked_at(overview.at)
        lines += [f"{state.environment} is locked: {lock.reason} ({_by(lock)})"] if lock else []
        widest = max((len(_version(each)) for each in state.history), default=0)
        lines += ["", "History:", *(_event(each, widest) for each in reversed(state.history))]
    return tuple(lines)


def _event(summary: Summary, widest: int) -> str:
    """One line of history; a record that does not count names the one that won over it."""
    word = WORDS[summary.kind] if summary.void is None else "VOID"
    version = _version(summary).ljust(widest)
    won = f"  won by {short(summary.void)}" if summary.void else ""
    reason = f'  "{summary.reason}"' if summary.reason else ""
    return f"  {minute(summary.at)}  {word:<9}  {version}  {shown(summary.operator)}{reason}{won}"


def _version(summary: Summary) -> str:
    return summary.version or "-"


def _document(state: EnvironmentState, overview: Overview) -> EnvironmentStatus:
    current, lock = state.current, state.locked_at(overview.at)
    return EnvironmentStatus(
        environment=state.environment,
        version=current.version if current else None,
        digest=current.digest if current else None,
        promoted_by=current.operator.name if current else None,
        assurance=current.operator.assurance if current else None,
        promoted_at=current.at if current else None,
        locked=LockShown(reason=lock.reason, by=lock.operator.name, at=lock.at, until=lock.until) if lock else None,
        history=tuple(_history(each) for each in reversed(state.history)),
    )


def _history(each: Summary) -> HistoryItem:
    return HistoryItem(
        kind=WORDS[each.kind],
        version=each.version,
        digest=each.digest,
        at=each.at,
        operator=each.operator.name,
        assurance=each.operator.assurance,
        reason=each.reason,
        authorized_via=each.authorized_via,
        record=each.record,
        void=each.void,
    )
