"""What the operator may have meant. Suggestions come from tag names, on which nothing is ever decided."""

from collections.abc import Iterable

import re2

from floe.core.names import VERSION, EnvironmentName, Tag, Version, is_reserved
from floe.core.nearest import closest

SHOWN = 10


def nearest(version: Version, names: Iterable[Tag], environments: tuple[EnvironmentName, ...]) -> tuple[str, ...]:
    """The release tags that look most like a version that is not there."""
    released = [name for name in names if re2.fullmatch(VERSION, name) and not is_reserved(name, environments)]
    return closest(version, released, at_most=3, alike=0.5)


def available(environment: str, names: Iterable[Tag]) -> tuple[str, ...]:
    """The environment tags there are, oldest version first; only the newest few."""
    suffix = f"-{environment}"
    return by_age(names, suffix)[-SHOWN:]


def by_age(names: Iterable[Tag], suffix: str) -> tuple[Tag, ...]:
    """The tags that are a version with a suffix, oldest version first."""
    tags = (name for name in names if name.endswith(suffix) and re2.fullmatch(VERSION, name.removesuffix(suffix)))
    return tuple(sorted(tags, key=_age))


def _age(tag: str) -> tuple[tuple[int, ...], str]:
    numbers = tag.removeprefix("v").partition("-")[0]
    return tuple(int(part) for part in numbers.split(".")), tag
