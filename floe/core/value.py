"""Everything that is decided on, stored, digested or sent is a `Value`."""

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """An immutable value: equal by content, hashable, and with one canonical encoding.

    Unknown fields are ignored when a value is decoded, so that an older floe reads what a newer one wrote;
    where that would be unsafe, `canonical.decode_exactly` refuses them.
    """
