"""What the policy_compliance gate demands of artifacts, as it is written."""

from typing import Annotated, Generic, Literal, TypeAlias, TypeVar

from pydantic import Field

from floe.shell.manifest.section import Section
from floe.shell.manifest.words import MOST_POLICIES, Name, NamePattern, Percent, Text

T = TypeVar("T")

Expression: TypeAlias = Annotated[Text, Field(max_length=4096)]
Severity: TypeAlias = Literal["error", "warning"]
Key: TypeAlias = Name
Keys: TypeAlias = Annotated[list[Key], Field(min_length=1, max_length=100)]
Words: TypeAlias = Annotated[list[Text], Field(min_length=1, max_length=1000)]


class Rule(Section):
    """One thing that must be true of an artifact."""

    name: Name = Field(description="What it is called in messages.")
    severity: Severity = Field("error", description="Whether a breach blocks.")
    expression: Expression = Field(description="CEL over artifact, environment and version; must be true.")
    message: Text | None = Field(None, description="What people are told of a breach.")


class Demands(Section, Generic[T]):
    """One kind of demand, for each kind of part of a compiled document."""

    products: T | None = Field(None, description="Of products.")
    inputs: T | None = Field(None, description="Of input ports.")
    outputs: T | None = Field(None, description="Of output ports.")
    fields_: T | None = Field(None, alias="fields", description="Of the fields of output ports.")
    transforms: T | None = Field(None, description="Of transforms.")
    severity: Severity = Field("error", description="Whether a breach blocks.")


class Naming(Demands[NamePattern]):
    """Patterns (RE2) that must match the whole of a name."""


class Required(Demands[Keys]):
    """Keys behind which something must be said: owner, description, tier, labels.domain, or any of a spec's own."""


class Coverage(Demands[dict[Key, Percent]]):
    """Key to the least share, in percent, of those that must have it, counted over the whole document."""


class Allowed(Demands[dict[Key, Words]]):
    """Key to the only words that may stand there; of a list, in it."""


class Governance(Section):
    """What the policy_compliance gate demands."""

    policies: list[Rule] = Field([], description="Rules in CEL.", max_length=MOST_POLICIES)
    require_compiled: bool = Field(False, description="Refuse artifacts that floe did not compile.")
    naming: Naming = Field(Naming(), description="How things are named.")
    required: Required = Field(Required(), description="What must be said of each thing.")
    coverage: Coverage = Field(Coverage(), description="What must be said of most things.")
    allowed: Allowed = Field(Allowed(), description="Which words may stand where.")
