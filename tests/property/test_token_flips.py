"""I02: whatever bit of a token is turned over, it proves nothing any more."""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core.policy import Issuer as Named
from floe.effects.identity.token import TokenIdentity
from tests.servers.issuer import Issuer, SigningKey

NOW: Final = 1_768_473_000
KEYS: Final = (SigningKey.ec("ES256"), SigningKey.rsa("RS256"), SigningKey.ed25519("EdDSA"))


class StillClock:
    def now(self) -> datetime:
        return datetime.fromtimestamp(NOW, tz=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing is waited for")


@pytest.fixture(scope="module")
def prover() -> Iterator[tuple[TokenIdentity, tuple[str, ...]]]:
    """Keys in a file, and a good token for each of them."""
    with Issuer(*KEYS) as issuer, tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "keys.json").write_text(json.dumps(issuer.key_set))
        named = Named(issuer=issuer.url, audience="floe", keys="keys.json")
        tokens = tuple(issuer.mint(issuer.claims(NOW), key, str(key.kid)) for key in KEYS)
        yield TokenIdentity((named,), StillClock(), {}, Path(folder)), tokens


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_i02_a_token_with_any_bit_turned_over_proves_nothing(
    prover: tuple[TokenIdentity, tuple[str, ...]], data: st.DataObject
) -> None:
    identity, tokens = prover
    token = data.draw(st.sampled_from(tokens))
    place, bit = data.draw(st.integers(0, len(token) - 1)), data.draw(st.integers(0, 7))
    flipped = f"{token[:place]}{chr(ord(token[place]) ^ (1 << bit))}{token[place + 1 :]}"
    assert isinstance(anyio.run(identity.operator, token), Success)
    assert isinstance(anyio.run(identity.operator, flipped), Failure)


@given(st.text(max_size=200) | st.lists(st.text(max_size=40), min_size=3, max_size=3).map(".".join))
def test_i02_what_is_no_token_proves_nothing_and_is_no_bug(text: str) -> None:
    identity = TokenIdentity((), StillClock(), {}, Path())
    assert isinstance(anyio.run(identity.operator, text), Failure)
