"""A moment that has been, as people give it: a date, a time, or how long ago."""

from datetime import UTC, datetime, timedelta
from typing import Final

import re2
from returns.result import Failure, Result, Success

from floe.core.names import Malformed

AGO: Final = r"([0-9]{1,5})([smhd])"
UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
EXPECTED: Final = "a time that has been: 2026-01-15, 2026-01-15T10:30:00Z (UTC if it names no zone), or 2h, 7d ago"


def parse_since(text: str, now: datetime) -> Result[datetime, Malformed]:
    ago = re2.fullmatch(AGO, text)
    try:
        at = now - timedelta(**{UNITS[ago[2]]: int(ago[1])}) if ago else datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return Failure(_malformed(text))
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return Success(at) if at <= now else Failure(_malformed(text))


def _malformed(text: str) -> Malformed:
    return Malformed(what="time to begin at", found=text, expected=EXPECTED)
