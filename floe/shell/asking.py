"""Who asks: what a token proves; where there is none, what somebody says of themselves."""

from contextlib import closing
from functools import partial
from typing import Final

import anyio.to_thread
from returns.result import Failure, Result, Success

from floe.core.names import Malformed
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.core.refusal import TokenRefused
from floe.core.value import Value
from floe.effects.ports import Clock, Identity
from floe.shell.manifest import Loaded
from floe.shell.operator import claimed, parse_name
from floe.shell.secret import Secret
from floe.shell.settings import Surroundings

UNVERIFIED: Final = "the operator is unverified"


class Asked(Value, frozen=True, kw_only=True):
    """What the options say of the one who asks; where nothing is changed, it does not matter who does."""

    operator: str | None = None
    token: Secret | None = None
    matters: bool = True


class Asker(Value, frozen=True, kw_only=True):
    """Who asks, and what they should be told of that."""

    operator: Operator
    warnings: tuple[str, ...] = ()


async def asker(
    asked: Asked, loaded: Loaded, around: Surroundings, clock: Clock
) -> Result[Asker, Malformed | TokenRefused]:
    """The one who asks. A token that was given and proves nothing ends it here: nobody falls back to their own word."""
    token = asked.token or around.identity_token
    if asked.matters and token is not None:
        named = settled(parse_name(asked.operator)) if asked.operator is not None else None
        if isinstance(named, Failure):
            return Failure(named.failure())
        unheeded = ("--operator is not heeded: the token says who asks",) if named else ()
        proved = await _proved(token.reveal(), loaded, around, clock)
        return proved.map(lambda operator: Asker(operator=operator, warnings=unheeded))
    name = settled(await anyio.to_thread.run_sync(partial(claimed, asked.operator, around, loaded.settings.base)))
    if isinstance(name, Failure):
        return Failure(name.failure())
    unproved = Asker(operator=Operator(name=name.unwrap().name, assurance="unverified"))
    if asked.matters and loaded.policy.identity.issuers:
        return await _proved_by_the_ci(unproved, loaded, around, clock)
    return Success(unproved)


async def _proved_by_the_ci(
    unproved: Asker, loaded: Loaded, around: Surroundings, clock: Clock
) -> Result[Asker, Malformed | TokenRefused]:
    """What the token of the CI system proves; without one, or with one of a stranger's, that is said."""
    from floe.effects.identity.ambient import ambient  # noqa: PLC0415 (few runs need it)

    issuers = loaded.policy.identity.issuers
    found = await anyio.to_thread.run_sync(partial(ambient, issuers, around.variables))
    if found.token is None:
        told = (f"no identity token: {found.why}; {UNVERIFIED}",) if found.why else ()
        return Success(Asker(operator=unproved.operator, warnings=told))
    match settled(await _proved(found.token, loaded, around, clock)):
        case Success(operator):
            return Success(Asker(operator=operator))
        case Failure(TokenRefused(reason="issuer") as refusal):
            warning = f"the CI's identity token does not count: {refusal.found}; {UNVERIFIED}"
            return Success(Asker(operator=unproved.operator, warnings=(warning,)))
        case Failure(refusal):
            return Failure(refusal)


async def _proved(token: str, loaded: Loaded, around: Surroundings, clock: Clock) -> Result[Operator, TokenRefused]:
    from floe.effects.identity.token import TokenIdentity  # noqa: PLC0415 (cryptography is slow to load)

    issuers = loaded.policy.identity.issuers
    with closing(TokenIdentity(issuers, clock, around.variables, loaded.settings.base)) as opened:
        identity: Identity = opened
        return await identity.operator(token)
