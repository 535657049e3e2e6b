"""An errand: for which registry credentials are wanted, by which kind of identity, and what the surroundings give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from floe.core.fault import CredentialsExpired, CredentialsMissing, CredentialsRefused
from floe.effects.blocking import FaultError
from floe.effects.ports import Clock
from floe.effects.registry.cloud.hosts import CLOUDS, Kind
from floe.effects.registry.origin import Origin
from floe.effects.registry.stream import source as opened_file

LARGEST: Final = 64 * 1024  # bytes of a file with a token, or with the way to one


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """No `Value`: the variables may hold secrets."""

    registry: Origin
    kind: Kind
    clock: Clock
    variables: Mapping[str, str] = field(repr=False)
    ca_file: Path | None = None  # whose word counts for the registry itself

    def variable(self, name: str, advice: str) -> str:
        if value := self.variables.get(name):
            return value
        raise self.missing(f"{name} is not set", advice)

    def content(self, path: Path, name: str, advice: str) -> str:
        """What is in a file that a variable, or another file, names."""
        try:
            with opened_file(path) as file:
                content = file.read(LARGEST + 1)
        except (FaultError, OSError):
            raise self.missing(f"{name} names {path}, where there is no readable file", advice) from None
        if len(content) > LARGEST:
            raise self.missing(f"{name} names {path}, a file of more than {LARGEST} bytes", advice)
        try:
            text = content.decode().strip()
        except UnicodeDecodeError:
            text = ""
        if not text:
            raise self.missing(f"{name} names {path}, a file without text", advice)
        return text

    def missing(self, found: str, advice: str) -> FaultError:
        return FaultError(CredentialsMissing(where=self.registry.authority, why=f"{self.kind}: {found}", advice=advice))

    def expired(self, found: str, advice: str) -> FaultError:
        return FaultError(CredentialsExpired(where=self.registry.authority, why=f"{self.kind}: {found}", advice=advice))

    def refused(self, found: str, advice: str) -> FaultError:
        """When the cloud itself said no."""
        why = f"{self.kind} for {self.registry.authority}: {found}"
        return FaultError(CredentialsRefused(where=CLOUDS[self.kind], why=why, advice=advice))
