"""A reply: everything a command has to say, before it is known in which form."""

import msgspec

from floe.core.value import Value


class Reply(Value, frozen=True, kw_only=True):
    """Lines and document say the same; errors and warnings go to stderr."""

    code: int = 0
    document: object = None  # JSON values only
    lines: tuple[str, ...] = ()
    error: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what was done, for those who asked to be told


def plain(value: object) -> object:
    """A value as JSON has it: UTC times in ISO 8601, None as null."""
    return msgspec.to_builtins(value, str_keys=True)
