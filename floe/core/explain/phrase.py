"""How facts are put into words: times, digests, people, lists."""

from collections.abc import Iterable
from datetime import UTC, datetime

from floe.core.operator import Operator, shown


def minute(moment: datetime) -> str:
    """A time as tables show it: UTC, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def listed(names: Iterable[str] | None) -> str:
    """A list in brackets, as the manifest writes it; one that nobody can give is `unknown`."""
    return "unknown" if names is None else f"[{', '.join(names)}]"


def by_whom(operator: Operator, at: datetime) -> str:
    return f"{shown(operator)} at {minute(at)}"


def until(moment: datetime | None) -> tuple[str, ...]:
    return (f"Until: {minute(moment)}",) if moment else ()


def on_one_line(text: str, longest: int) -> str:
    """As much of a text as fits, without line breaks and what is not printed."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
