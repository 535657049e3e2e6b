"""The checks that an artifact must pass, as they are written."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, Tag

from floe.core.policy import Format
from floe.shell.manifest.section import Section
from floe.shell.manifest.words import Command, Limit, Severity, Timeout, Variable, either


class Gate(Section):
    """A command that judges an artifact. In an environment, each key replaces that of gate_commands."""

    command: Command | None = Field(
        None, description="Text for bash, in the manifest's folder, or a list of arguments. Sees ARTIFACT_REF."
    )
    timeout_seconds: Timeout | None = Field(None, description="Seconds, 30 to 3600.")
    env: list[Variable] | None = Field(None, description="Further environment variables that the command sees.")
    format: Format | None = Field(None, description="What the command prints; it is then read strictly.")
    block_on_severity: list[Severity] | None = Field(None, description="Severities of findings that block.")
    ignore_unfixed: bool | None = Field(None, description="Leave out findings for which there is no fix.")
    subject: Literal["artifact", "any"] | None = Field(
        None, description="Whether the report must name this artifact's digest."
    )
    max: Limit | None = Field(None, description="The highest value of each metric, in the metric's own unit.")
    max_increase_percent: Limit | None = Field(
        None, description="The highest increase, in percent of the version now in the environment."
    )
    exclusive: bool | None = Field(None, description="Run while no other gate runs.")


Switch: TypeAlias = Annotated[
    Annotated[bool, Tag("(switch)")] | Annotated[Gate, Tag("(mapping)")],
    either("true, false or a mapping", {bool: "(switch)", dict: "(mapping)"}),
]
