"""What a gate's command finds when it starts. It sees what is listed here, and of floe's secrets none."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from floe.core.policy import Gate

GRACE_SECONDS: Final = 5.0  # between SIGTERM and SIGKILL

_VISIBLE: Final = frozenset(("PATH", "HOME", "LANG", "TZ", "TMPDIR"))
_VISIBLE_ANYHOW: Final = frozenset(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"))  # `http_proxy` too
_VISIBLE_FAMILIES: Final = ("LC_", "SSL_CERT_")
_ADDED: Final = {"security_scan": {"TRIVY_FORMAT": "json"}}
_LOADER: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """Where gates run and what they are told. No `Value`: it holds secrets, and is neither stored nor shown."""

    folder: Path
    inherited: Mapping[str, str] = field(repr=False)  # the environment that floe itself was given
    told: Mapping[str, str]  # ARTIFACT_REF, ARTIFACT_DIGEST, FLOE_ENVIRONMENT, …
    grace_seconds: float = GRACE_SECONDS


def environment(gate: Gate, surroundings: Surroundings) -> dict[str, str]:
    """The environment of a gate: an allow-list, what the gate names, and what floe tells it."""
    seen = {name: value for name, value in surroundings.inherited.items() if _is_visible(name) or name in gate.env}
    return {**seen, **_ADDED.get(gate.name, {}), **surroundings.told}


def arguments(command: tuple[str, ...] | str, surroundings: Surroundings) -> tuple[str, ...]:
    """A list with each `${NAME}` that floe tells filled in; or the shell and the text, which is left as it is."""
    if isinstance(command, str):
        return (*_shell(surroundings), command)
    return tuple(_filled(element, surroundings.told) for element in command)


def loader(surroundings: Surroundings) -> dict[str, str]:
    """What this very Python may need to start a second time, where its library lies in an unusual place."""
    return {name: surroundings.inherited[name] for name in _LOADER if name in surroundings.inherited}


def _is_visible(name: str) -> bool:
    return name in _VISIBLE or name.upper() in _VISIBLE_ANYHOW or name.startswith(_VISIBLE_FAMILIES)


def _shell(surroundings: Surroundings) -> tuple[str, ...]:
    if shutil.which("bash", path=surroundings.inherited.get("PATH", os.defpath)):
        return ("bash", "-euo", "pipefail", "-c")
    return ("sh", "-eu", "-c")


def _filled(element: str, told: Mapping[str, str]) -> str:
    """One pass from left to right: what is filled in is not looked at again."""
    head, *rest = element.split("${")
    for part in rest:
        name, brace, tail = part.partition("}")
        head += told[name] + tail if brace and name in told else "${" + part
    return head
