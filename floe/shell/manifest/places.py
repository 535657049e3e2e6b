"""Where registries are: a copy in the place of another registry is none."""

from collections.abc import Iterator
from pathlib import Path

from floe.shell.complaint import Doubt
from floe.shell.location import Folder, Location, Remote
from floe.shell.settings import Settings


def doubts(settings: Settings) -> Iterator[Doubt]:
    """One for each secondary registry that is where an earlier one is."""
    taken: dict[Path | Remote, str] = {}
    for each in (settings.registry, *settings.secondaries):
        other = taken.setdefault(_place(each.location), each.name)
        if other != each.name:
            message = f"this is where {other} is, and no copy of it"
            yield Doubt(path=f"artifacts.registries.{each.name}.uri", message=message)


def _place(location: Location) -> Path | Remote:
    """However it is written."""
    return location.path if isinstance(location, Folder) else location
