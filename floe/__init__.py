"""Promotes immutable OCI artifacts through environments, and proves what it did.

    session = floe.load_manifest("manifest.yaml").unwrap()
    outcome = await floe.promote(session, "v1.0.0", to="staging")

Everything is asynchronous; `floe.blocking` has the same calls for code that is not.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from floe.core.names import Malformed
    from floe.core.plan import Plan
    from floe.effects.drive import Carried, Faulted, Preview, Refused
    from floe.shell.api import apply, lock, plan, promote, rollback, status, unlock
    from floe.shell.opening import load_manifest
    from floe.shell.session import Session
    from floe.shell.standing import Overview

__version__ = "0.1.0"

__all__ = [
    "Carried",
    "Faulted",
    "Malformed",
    "Overview",
    "Plan",
    "Preview",
    "Refused",
    "Session",
    "apply",
    "load_manifest",
    "lock",
    "plan",
    "promote",
    "rollback",
    "status",
    "unlock",
]

_HOMES = {
    "floe.core.names": ("Malformed",),
    "floe.core.plan": ("Plan",),
    "floe.effects.drive": ("Carried", "Faulted", "Preview", "Refused"),
    "floe.shell.api": ("apply", "lock", "plan", "promote", "rollback", "status", "unlock"),
    "floe.shell.opening": ("load_manifest",),
    "floe.shell.session": ("Session",),
    "floe.shell.standing": ("Overview",),
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for, so that `floe --help` does not wait for the rest."""
    from importlib import import_module

    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'floe' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__", "blocking"]
