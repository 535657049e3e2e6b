"""JSON that people read too: two spaces a level, and a small value within a list or a mapping on one line."""

from collections.abc import Iterable
from typing import Final

import msgspec

WIDEST: Final = 120
ONE_LINE: Final = 0  # msgspec's indent for it


def spelled(document: object) -> str:
    return _spelled(msgspec.to_builtins(document, str_keys=True), 0)


def _spelled(value: object, depth: int) -> str:
    if depth > 1 and _is_flat(value):
        line = msgspec.json.format(msgspec.json.encode(value), indent=ONE_LINE).decode()
        if len(line) + 2 * depth < WIDEST:
            return line
    match value:
        case dict() if value:
            return _block("{}", (f"{_scalar(key)}: {_spelled(each, depth + 1)}" for key, each in value.items()), depth)
        case list() | tuple() if value:
            return _block("[]", (_spelled(each, depth + 1) for each in value), depth)
        case _:
            return _scalar(value)


def _is_flat(value: object) -> bool:
    """Whether nothing in it has parts."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return not any(isinstance(each, dict | list | tuple) and each for each in parts)


def _block(ends: str, lines: Iterable[str], depth: int) -> str:
    indent = "  " * depth
    return f"{ends[0]}\n" + ",\n".join(f"{indent}  {line}" for line in lines) + f"\n{indent}{ends[1]}"


def _scalar(value: object) -> str:
    return msgspec.json.encode(value).decode()
