"""How blocking code says that a token proves nothing: raised there, a value outside."""

from floe.core.refusal import Reason, TokenRefused


class RefusedError(Exception):
    """A refusal on its way out, to where it becomes a `Failure`."""

    def __init__(self, refusal: TokenRefused) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def refused(reason: Reason, found: str, expected: str, issuer: str | None = None) -> RefusedError:
    return RefusedError(TokenRefused(reason=reason, issuer=issuer, found=found, expected=expected))
