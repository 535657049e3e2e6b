"""`floe platform status`."""

from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.core.state import KEPT_EVENTS
from floe.shell import api
from floe.shell.commands.opening import in_session
from floe.shell.commands.troubles import told
from floe.shell.render import status as render
from floe.shell.render.reply import Reply
from floe.shell.session import Session
from floe.shell.shared import Shared


async def status(
    shared: Shared, version: str | None, env: str | None, history: int | None, *, refused: bool, check: bool
) -> Reply:
    async def run(session: Session) -> Reply:
        length = KEPT_EVENTS if history is None else history
        match settled(await api.status(session, version, env=env, history=length, refused=refused, check=check)):
            case Success(seen):
                return render.status(seen, with_history=refused or history is not None)
            case Failure(trouble):
                return told(trouble, session)

    return await in_session(shared, run)
