"""`floe platform rollback`: the impact is shown before anybody is asked why."""

import sys

import typer
from returns.result import Failure, Success

from floe.core.event import RolledBack
from floe.core.names import Malformed
from floe.core.outcome import settled
from floe.core.reason import parse_reason
from floe.effects.drive import Preview
from floe.shell import api
from floe.shell.commands.opening import in_session
from floe.shell.commands.troubles import carried_reply, told
from floe.shell.render import previews, rollbacks
from floe.shell.render.reply import Reply
from floe.shell.session import Session
from floe.shell.shared import Shared


async def preview(shared: Shared, version: str | None, env: str) -> Reply:
    async def run(session: Session) -> Reply:
        match settled(await api.preview_rollback(session, version, env=env)):
            case Success(found):
                return previews.rollback(found)
            case Failure(trouble):
                return told(trouble, session)

    return await in_session(shared, run)


async def rollback(shared: Shared, version: str | None, env: str, reason: str | None) -> Reply:
    async def run(session: Session) -> Reply:
        given = settled(parse_reason(reason or ""))
        if isinstance(given, Failure):
            return told(given.failure(), session)
        if reason and version:
            return await _carry(session, version, env, reason)
        match settled(await api.preview_rollback(session, version, env=env, in_earnest=True)):
            case Failure(trouble):
                return told(trouble, session)
            case Success(found):
                return await _after_showing(found, session, env, reason)

    return await in_session(shared, run)


async def _after_showing(found: Preview, session: Session, env: str, reason: str | None) -> Reply:
    """Go back to what was shown, for a reason that is given now if it was not before."""
    event = found.plan.event
    if event is None:  # an earlier run recorded it, with its reason
        return await _carry(session, None, env, reason or "completion")
    assert isinstance(event, RolledBack)
    for line in (f"Rolling back {env} to {event.version}", *(() if reason else rollbacks.impact_lines(found.plan))):
        session.log.info(line)
    given = reason or (typer.prompt("Reason", err=True) if sys.stdin.isatty() else "")
    if not given.strip():
        expected = "a reason, which the record keeps"
        advice = 'run this again with --reason="<why>", since nobody is here to be asked'
        return told(Malformed(what="reason", found="", expected=expected, advice=advice), session)
    return await _carry(session, event.version, env, given)


async def _carry(session: Session, version: str | None, env: str, reason: str) -> Reply:
    match settled(await api.rollback(session, version, env=env, reason=reason)):
        case Success(carried):
            done = rollbacks.rolled_back(carried, session.trace.trace_id, session.warnings)
            return carried_reply(carried, done, session)
        case Failure(trouble):
            return told(trouble, session)
