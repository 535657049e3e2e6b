"""The manifest as a whole."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from floe.shell.manifest.governance import Governance
from floe.shell.manifest.promotion import Promotion
from floe.shell.manifest.registry import Registry
from floe.shell.manifest.section import Section
from floe.shell.manifest.words import Name

DEFAULT_REGISTRY: Final = "oci-layout://.floe/registry"


class Artifacts(Section):
    """Where artifacts are and how they are promoted."""

    registry: Registry | None = Field(None, description="The one registry; oci-layout://.floe/registry by default.")
    registries: dict[Name, Registry] | None = Field(
        None, description="Instead of registry: primary, which decides, and others by name."
    )
    promotion: Promotion = Field(Promotion(), description="The path that artifacts take, and its rules.")

    @property
    def primary(self) -> Registry:
        """The registry that decides."""
        return self.registry or (self.registries or {}).get("primary") or Registry(uri=DEFAULT_REGISTRY)

    @property
    def secondaries(self) -> dict[str, Registry]:
        return {name: each for name, each in (self.registries or {}).items() if name != "primary"}


class Manifest(BaseModel):
    """What floe promotes, and by which rules. Other sections are inputs of `floe platform compile`."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, defer_build=True, title="floe manifest")

    artifacts: Artifacts = Field(Artifacts(), description="Where artifacts are and how they are promoted.")
    governance: Governance = Field(Governance(), description="What artifacts must comply with.")
