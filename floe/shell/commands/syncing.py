"""`floe platform sync`."""

from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.shell import api
from floe.shell.commands.opening import in_session
from floe.shell.commands.troubles import told
from floe.shell.render import syncs
from floe.shell.render.reply import Reply
from floe.shell.session import Session
from floe.shell.shared import Shared


async def sync(shared: Shared, to: str | None) -> Reply:
    async def run(session: Session) -> Reply:
        match settled(await api.sync(session, to)):
            case Success(synced):
                return syncs.reply(synced, session.trace.trace_id)
            case Failure(malformed):
                return told(malformed, session)

    return await in_session(shared, run)
