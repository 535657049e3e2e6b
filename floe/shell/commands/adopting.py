"""`floe platform adopt`: what was promoted by hand comes into the ledger, and no tag moves."""

from returns.result import Failure, Success

from floe.core.adoption import adoptable
from floe.core.command import Adopt
from floe.core.outcome import settled
from floe.core.replica import Synced
from floe.effects.drive import Faulted
from floe.shell import api, copies
from floe.shell.commands.opening import in_session
from floe.shell.commands.troubles import carried_reply, told
from floe.shell.render import syncs
from floe.shell.render.reply import Reply, plain
from floe.shell.session import Session
from floe.shell.shared import Shared


async def adopt(shared: Shared) -> Reply:
    return await in_session(shared, _adopt)


async def _adopt(session: Session) -> Reply:
    """One record for each tag; the first that is refused or fails ends it, and the next run goes on from there."""
    entries = settled(await session.world.ledger.entries())
    tags = settled(await session.world.registry.resolve_all())
    for outcome in (entries, tags):
        if isinstance(outcome, Failure):
            return told(Faulted(faults=(outcome.failure(),)), session)
    recorded = (entry.tag for entry in entries.unwrap() if entry.tag and entry.void is None)
    adopted: list[Adopt] = []
    for command in adoptable(tags.unwrap(), recorded, session.policy.names):
        match settled(await api.driver(session, command).carry()):
            case Failure(trouble):
                return told(trouble, session)
            case Success(carried) if carried.receipt.fault is not None:
                return carried_reply(carried, Reply(), session)
            case Success():
                adopted.append(command)
    return _reply(tuple(adopted), session, await copies.after_writing(session))


def _reply(adopted: tuple[Adopt, ...], session: Session, synced: tuple[Synced, ...]) -> Reply:
    told_lines = (
        f"Adopted {each.version} in {each.environment}{' (current)' if each.is_current else ''}" for each in adopted
    )
    return Reply(
        document={
            "success": True,
            "adopted": [
                {
                    "version": each.version,
                    "environment": each.environment,
                    "digest": each.digest,
                    "current": each.is_current,
                }
                for each in adopted
            ],
            "operator": session.operator.name,
            "assurance": session.operator.assurance,
            **({"sync": plain(syncs.copies(synced, None))} if synced else {}),
            "trace_id": session.trace.trace_id,
        },
        lines=(*(tuple(told_lines) or ("Nothing to adopt",)), *syncs.told(synced)),
        warnings=copies.warnings(synced),
    )
