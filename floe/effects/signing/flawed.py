"""How checking a bundle says what is wrong with it: raised there, a `Rejected` outside."""

from floe.core.signature.candidate import Flaw


class FlawedError(Exception):
    def __init__(self, flaw: Flaw, detail: str) -> None:
        super().__init__(detail)
        self.flaw = flaw
        self.detail = detail
