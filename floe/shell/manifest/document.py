"""The manifest as a whole."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from floe.shell.manifest.promotion import Promotion
from floe.shell.manifest.registry import Registry
from floe.shell.manifest.section import Section
from floe.shell.manifest.words import MOST_POLICIES, Name, Text

DEFAULT_REGISTRY: Final = "oci-layout://.floe/registry"
Expression: TypeAlias = Annotated[Text, Field(max_length=4096)]


class Rule(Section):
    """One thing that must be true of an artifact."""

    name: Name = Field(description="What it is called in messages.")
    severity: Literal["error", "warning"] = Field("error", description="Whether a breach blocks.")
    expression: Expression = Field(description="CEL over artifact, environment and version; must be true.")
    message: Text | None = Field(None, description="What people are told of a breach.")


class Governance(BaseModel):
    """What the policy_compliance gate demands; keys that this floe does not know are kept and told of."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, defer_build=True)

    policies: list[Rule] = Field([], description="Rules in CEL.", max_length=MOST_POLICIES)
    require_compiled: bool = Field(False, description="Refuse artifacts that floe did not compile.")


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
