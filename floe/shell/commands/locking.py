"""`floe platform lock` and `unlock`."""

from datetime import datetime

from returns.result import Failure, Result, Success

from floe.core.outcome import settled
from floe.effects.drive import Carried
from floe.shell import api
from floe.shell.api import Trouble
from floe.shell.commands.opening import in_session
from floe.shell.commands.troubles import carried_reply, told
from floe.shell.render import locks
from floe.shell.render.reply import Reply
from floe.shell.session import Session
from floe.shell.shared import Shared


async def lock(shared: Shared, env: str, reason: str, until: datetime | None) -> Reply:
    async def run(session: Session) -> Reply:
        return _reply(await api.lock(session, env=env, reason=reason, until=until), session)

    return await in_session(shared, run)


async def unlock(shared: Shared, env: str, reason: str) -> Reply:
    async def run(session: Session) -> Reply:
        return _reply(await api.unlock(session, env=env, reason=reason), session)

    return await in_session(shared, run)


def _reply(outcome: Result[Carried, Trouble], session: Session) -> Reply:
    match settled(outcome):
        case Success(carried):
            done = locks.locked(carried, session.operator, session.trace.trace_id)
            return carried_reply(carried, done, session)
        case Failure(trouble):
            return told(trouble, session)
