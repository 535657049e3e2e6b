"""`floe platform recover`: draws what the ledger says and the tags do not."""

from returns.result import Failure, Success

from floe.core.drift import Drift, drawn_by
from floe.core.effect import Drawing
from floe.core.fault import Fault
from floe.core.outcome import settled
from floe.effects.apply import Hand
from floe.effects.drive import Faulted
from floe.shell import copies, exits, standing
from floe.shell.afterwards import after_recovery
from floe.shell.commands.opening import in_session
from floe.shell.commands.troubles import told
from floe.shell.render import blocks
from floe.shell.render.plans import drawn
from floe.shell.render.reply import Reply, plain
from floe.shell.render.status import drift_block
from floe.shell.session import Session
from floe.shell.shared import Shared


async def recover(shared: Shared) -> Reply:
    return await in_session(shared, _recover)


async def _recover(session: Session) -> Reply:
    found = settled(await standing.find_drift(session.world, session.policy))
    if isinstance(found, Failure):
        return told(Faulted(faults=(found.failure(),)), session)
    drifted, state = found.unwrap()
    due = drawn_by(drifted, state)
    done, fault = await _draw(session, due)
    drawn_tags = {each.name for each in done}
    left = tuple(each for each in drifted if each.tag not in drawn_tags)
    missed = copies.warnings(await copies.after_writing(session) if done else ())
    return _reply(session, done, left, fault, (*missed, *await after_recovery(session, done, drifted)))


async def _draw(session: Session, due: tuple[Drawing, ...]) -> tuple[tuple[Drawing, ...], Fault | None]:
    """What was drawn, up to the first fault."""
    hand = Hand(world=session.world, policy=session.policy)
    done: list[Drawing] = []
    for drawing in due:
        match settled(await hand.draw(drawing)):
            case Success():
                done.append(drawing)
            case Failure(fault):
                return tuple(done), fault
    return tuple(done), None


def _reply(
    session: Session, done: tuple[Drawing, ...], left: tuple[Drift, ...], fault: Fault | None, warnings: tuple[str, ...]
) -> Reply:
    code = exits.UNFINISHED if fault else exits.DRIFTED if left else exits.DONE
    error = (*(blocks.block((fault,)) if fault else ()), *drift_block(left))
    told_error = (
        blocks.error_document("unfinished" if fault else "drifted", code, error[0].removeprefix("ERROR: "))
        if error
        else {"success": True}
    )
    return Reply(
        code=code,
        document={
            **told_error,
            "drawn": [each.name for each in done],
            "drift": [plain(each) for each in left],
            "warnings": list(warnings),
            "trace_id": session.trace.trace_id,
        },
        lines=tuple(f"Recovered: {drawn(each)}" for each in done) or (() if fault else ("Nothing to recover",)),
        error=error,
        warnings=warnings,
    )
