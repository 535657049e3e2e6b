"""Somebody who signs: a key in a file, or a service that keeps one."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from floe.effects.ports import Outcome
from floe.effects.signing.public_key import PublicKey

Password: TypeAlias = Callable[[], bytes | None]  # asked only where a key needs one; None: there is none


class Signer(Protocol):
    @property
    def public(self) -> PublicKey:
        """The key by which its signatures are checked."""

    @property
    def doubts(self) -> tuple[str, ...]:
        """What is doubtful about the way in which the key is kept."""

    async def sign(self, content: bytes, /) -> Outcome[bytes]:
        """A signature of these bytes."""
