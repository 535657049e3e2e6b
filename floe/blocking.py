"""The calls of `floe` for code that is not asynchronous: each runs to its end before it returns."""

from datetime import datetime
from functools import partial

import anyio
from returns.result import Result

from floe.core.plan import Plan
from floe.effects.drive import WAIT_SECONDS, Carried, Preview
from floe.shell import api
from floe.shell.api import Trouble
from floe.shell.opening import load_manifest
from floe.shell.session import Session
from floe.shell.standing import Overview

__all__ = ["apply", "load_manifest", "lock", "plan", "promote", "rollback", "status", "unlock"]


def plan(
    session: Session, version: str, *, to: str, source: str | None = None, force: bool = False, run_gates: bool = False
) -> Result[Preview, Trouble]:
    return anyio.run(partial(api.plan, session, version, to=to, source=source, force=force, run_gates=run_gates))


def promote(
    session: Session,
    version: str,
    *,
    to: str,
    source: str | None = None,
    force: bool = False,
    wait: float = WAIT_SECONDS,
) -> Result[Carried, Trouble]:
    return anyio.run(partial(api.promote, session, version, to=to, source=source, force=force, wait=wait))


def apply(session: Session, saved: Plan) -> Result[Carried, Trouble]:
    return anyio.run(api.apply, session, saved)


def rollback(
    session: Session, version: str | None = None, *, env: str, reason: str, wait: float = WAIT_SECONDS
) -> Result[Carried, Trouble]:
    return anyio.run(partial(api.rollback, session, version, env=env, reason=reason, wait=wait))


def lock(session: Session, *, env: str, reason: str, until: datetime | None = None) -> Result[Carried, Trouble]:
    return anyio.run(partial(api.lock, session, env=env, reason=reason, until=until))


def unlock(session: Session, *, env: str, reason: str) -> Result[Carried, Trouble]:
    return anyio.run(partial(api.unlock, session, env=env, reason=reason))


def status(
    session: Session,
    version: str | None = None,
    *,
    env: str | None = None,
    history: int = 20,
    refused: bool = False,
    check: bool = False,
) -> Result[Overview, Trouble]:
    return anyio.run(partial(api.status, session, version, env=env, history=history, refused=refused, check=check))
