"""That a message did not arrive, on its way out of blocking code."""


class UndeliveredError(Exception):
    """`why` names no secret; `again`: it may well work next time; `after`: the seconds that somebody asked for."""

    def __init__(self, why: str, *, again: bool = False, after: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.again = again
        self.after = after
