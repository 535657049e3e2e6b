"""Telling an image layout from any other folder, which floe does not touch."""

from typing import Final

import msgspec

from floe.core.fault import NoLayout
from floe.core.value import Value
from floe.effects.blocking import FaultError
from floe.effects.registry import blobs, index
from floe.effects.registry.disk import DRAFT, Folder
from floe.effects.registry.lock import LOCK

MARK: Final = "oci-layout"
INDEX: Final = "index.json"
VERSION: Final = "1.0.0"
_LARGEST_MARK: Final = 4096  # bytes
_SHOWN: Final = 3  # names of strange files in a message


class _Mark(Value, frozen=True, kw_only=True, rename="camel"):
    image_layout_version: str


def is_layout(folder: Folder) -> bool:
    """Whether a layout is here; False where nothing is yet. A folder of anything else is a fault."""
    names = set(folder.names())
    if not {MARK, INDEX} <= names and _is_unused(folder, names):
        return False
    names = set(folder.names())  # again: another process may have finished making it between two looks
    if not {MARK, INDEX} <= names:
        raise _no_layout(folder, f"found {_listed(names)}, expected both {MARK} and {INDEX}, or an empty folder")
    _check(folder)
    return True


def make_layout(folder: Folder) -> None:
    """Make an empty layout, for which the lock is held. The order is what `_is_unused` relies on."""
    if is_layout(folder):
        return
    folder.put(MARK, msgspec.json.encode(_Mark(image_layout_version=VERSION)))
    folder.put(INDEX, index.empty(str(folder.path / INDEX)).encode())


def _is_unused(folder: Folder, names: set[str]) -> bool:
    """Nothing is here but what is left of making a layout: no index, hence no blob either."""
    if MARK in names:
        _check(folder)
    ours = {MARK, LOCK, blobs.BLOBS}
    return all(name in ours or name.startswith(DRAFT) for name in names) and not blobs.has_any(folder)


def _check(folder: Folder) -> None:
    try:
        mark = msgspec.json.decode(folder.read(MARK, _LARGEST_MARK) or b"", type=_Mark)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_layout(folder, f"found no image layout version in {MARK}: {error}") from error
    if mark.image_layout_version != VERSION:
        found = f"found imageLayoutVersion {mark.image_layout_version}"
        raise _no_layout(folder, f"{found}, expected {VERSION}, the one this floe knows")


def _listed(names: set[str]) -> str:
    shown = sorted(names)[:_SHOWN]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _no_layout(folder: Folder, why: str) -> FaultError:
    return FaultError(NoLayout(where=str(folder.path), why=why))
