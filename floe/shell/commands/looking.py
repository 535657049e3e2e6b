"""`floe platform status`."""

import msgspec
from returns.result import Failure, Success

from floe.core.ledger.state import KEPT_EVENTS
from floe.core.outcome import settled
from floe.shell import api, copies
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
                reply = render.status(seen, with_history=refused or history is not None)
                return _with_copies(reply, await copies.behind(session), shared)
            case Failure(trouble):
                return told(trouble, session)

    return await in_session(shared, run)


def _with_copies(reply: Reply, behind: tuple[str, ...], shared: Shared) -> Reply:
    """The document is an array of environments; what is behind is told beside it."""
    if shared.output == "table":
        return msgspec.structs.replace(reply, lines=(*reply.lines, *behind))
    return msgspec.structs.replace(reply, warnings=(*reply.warnings, *behind))
