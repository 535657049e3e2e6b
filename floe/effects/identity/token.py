"""The `Identity` port over JSON Web Tokens: a signature by a key of the issuer, then what the claims mean.

The token itself is kept nowhere: what goes on from here are its claims, its digest and its id.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio.to_thread
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key
from joserfc.jws import JWSRegistry, deserialize_compact
from returns.result import Failure, Result

from floe.core.identity.principal import marked, principal, shown
from floe.core.operator import Operator
from floe.core.policy import Issuer
from floe.core.refusal import TokenRefused
from floe.effects.identity import form, keys
from floe.effects.identity.refused import RefusedError, refused
from floe.effects.identity.source import PATIENCE, KeySource
from floe.effects.ports import Clock


class TokenIdentity:
    """Proves operators by the tokens of some issuers."""

    def __init__(
        self,
        issuers: tuple[Issuer, ...],
        clock: Clock,
        variables: Mapping[str, str],
        folder: Path,
        patience: float = PATIENCE,
    ) -> None:
        self._issuers = issuers
        self._clock = clock
        self._source = KeySource(clock, variables, folder, patience)

    async def operator(self, token: str) -> Result[Operator, TokenRefused]:
        try:
            return await anyio.to_thread.run_sync(partial(self._prove, token, self._clock.now()))
        except RefusedError as error:
            return Failure(error.refusal)

    def close(self) -> None:
        self._source.close()

    def _prove(self, token: str, at: datetime) -> Result[Operator, TokenRefused]:
        told = form.read(token)
        issuer = self._issuer(told.claims.get("iss"))
        published = self._source.key(issuer, told.key_id)
        key = _imported(keys.fit(published, told.algorithm, issuer.issuer), issuer)
        _verify(token, key, told.algorithm, issuer)
        sha256 = hashlib.sha256(token.encode()).hexdigest()
        return principal(told.claims, issuer, at).map(lambda who: marked(who, sha256, key.thumbprint()))

    def _issuer(self, said: object) -> Issuer:
        """The issuer that the policy names so, byte for byte."""
        found = next((each for each in self._issuers if each.issuer == said), None)
        if found is None:
            known = ", ".join(f"'{each.issuer}'" for each in self._issuers)
            expected = f"one of promotion.identity.issuers: {known or 'none is there'}"
            raise refused("issuer", f"a token of issuer {shown(said)}", expected)
        return found


class _Registry(JWSRegistry):
    """All algorithms that `form` lets pass, under the names they have in tokens."""

    def get_alg(self, name: str) -> Any:  # type: ignore[explicit-override]  # noqa: ANN401  # joserfc does not export what it is
        return self.algorithms[name]


def _imported(key: dict[str, Any], issuer: Issuer) -> Key:
    try:
        imported = JWKRegistry.import_key(key)
        imported.thumbprint()  # which reads all of it
    except (JoseError, ValueError, TypeError, KeyError):
        raise refused("key", "a key that is none", "one as RFC 7517 has it", issuer.issuer) from None
    return imported


def _verify(token: str, key: Key, algorithm: str, issuer: Issuer) -> None:
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    try:
        deserialize_compact(token, key, registry=registry)
    except (JoseError, ValueError):
        found = "a signature that is not by the issuer's key"
        raise refused("signature", found, "a token as its issuer made it", issuer.issuer) from None
