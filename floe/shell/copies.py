"""The other registries of a manifest: copied to after a promotion, or when asked for, and looked at for status."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import anyio
from returns.result import Failure, Result, Success

from floe.core.explain.faults import what_failed
from floe.core.fault import Unavailable
from floe.core.names import Malformed
from floe.core.outcome import settled
from floe.core.replica import Lag, Synced
from floe.effects.ports import Outcome, Secondary
from floe.shell.session import Session

if TYPE_CHECKING:
    from floe.effects.sync.secondaries import Fleet

PATIENCE: Final = 600.0  # seconds for which a promotion waits for its copies


async def after_writing(session: Session) -> tuple[Synced, ...]:
    """What became of each copy, where the manifest wants them made at once. What is missing, the next time brings."""
    secondaries, settings = session.world.secondaries, session.settings
    if not secondaries or settings is None or not settings.sync_to_secondary:
        return ()
    with anyio.move_on_after(PATIENCE, shield=True):
        return await _fleet(session, secondaries).sync(thorough=False)
    why = f"it took longer than {PATIENCE:.0f} seconds"
    return tuple(
        Synced(registry=each.name, location=each.location, fault=Unavailable(where=each.location, why=why))
        for each in secondaries
    )


async def on_demand(session: Session, name: str | None) -> Result[tuple[Synced, ...], Malformed]:
    """Everything compared, and copied where it is not there."""
    known = session.world.secondaries
    chosen = tuple(each for each in known if name in (None, each.name))
    if not chosen:
        names = ", ".join(each.name for each in known) or "one that is named under artifacts.registries, beside primary"
        return Failure(Malformed(what="secondary registry", found=name or "", expected=names))
    return Success(await _fleet(session, chosen).sync(thorough=True))


async def behind(session: Session) -> tuple[str, ...]:
    """One line for each secondary that is not as it should be."""
    secondaries = session.world.secondaries
    if not secondaries:
        return ()
    lags = await _fleet(session, secondaries).lags()
    return tuple(line for each, lag in zip(secondaries, lags, strict=True) for line in _line(each, lag))


def warnings(synced: Iterable[Synced]) -> tuple[str, ...]:
    return tuple(_warning(each) for each in synced if each.fault is not None)


def _fleet(session: Session, secondaries: tuple[Secondary, ...]) -> "Fleet":
    from floe.effects.sync.secondaries import Fleet  # noqa: PLC0415 (only where there are any)

    return Fleet(
        registry=session.world.registry,
        secondaries=secondaries,
        environments=session.policy.names,
        clock=session.world.clock,
        tracer=session.world.tracer,
    )


def _warning(each: Synced) -> str:
    if each.status == "diverged":
        return f"secondary {each.registry} has diverged: {each.error}"
    return f"secondary {each.registry} is not up to date: {each.error}; complete it with: floe platform sync"


def _line(secondary: Secondary, outcome: Outcome[Lag]) -> tuple[str, ...]:
    match settled(outcome):
        case Failure(fault):
            return (f"secondary {secondary.name}: not known ({'; '.join(what_failed(fault)[:2])})",)
        case Success(lag):
            return () if lag.is_none else (f"secondary {secondary.name}: {_told(lag)}",)


def _told(lag: Lag) -> str:
    owed = [_counted(lag.records, "record"), _counted(lag.tags, "tag")]
    late = f"{' and '.join(each for each in owed if each)} behind" if any(owed) else ""
    own = f"{_counted(lag.own, 'record')} of its own" if lag.own else ""
    return ", ".join(each for each in (late, own) if each)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""
