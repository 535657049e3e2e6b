"""The form of floe.yaml: the keys that floe reads, and what may stand behind them."""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from floe.core.compiled.document import LONGEST_NAME
from floe.shell.complaint import quoted

MISTAKE: Final = "floe"  # the type of the errors that are raised here


def _name(text: str) -> str:
    if not text or text != text.strip() or not text.isprintable() or len(text) > LONGEST_NAME:
        expected = f"1 to {LONGEST_NAME} printable characters, and no space around them"
        facts = {"found": f"{quoted(text)} as a name", "expected": expected}
        raise PydanticCustomError(MISTAKE, "{found}", facts)
    return text


def _filled(data: object) -> object:
    """A key with nothing behind it says nothing."""
    return [] if data is None else data


Name: TypeAlias = Annotated[str, AfterValidator(_name)]
Filled: Final = BeforeValidator(_filled)


class Written(BaseModel):
    """A mapping in the file; what it holds beyond the keys named here is kept."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, validate_by_alias=True)

    @classmethod
    def known(cls) -> tuple[str, ...]:
        """The keys that floe reads, as they are written."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    def contents(self) -> Iterator[tuple[str, object]]:
        """What stands behind the keys that floe reads."""
        for name, field in type(self).model_fields.items():
            yield field.alias or name, getattr(self, name)

    @property
    def unknown(self) -> dict[str, Any]:
        return self.model_extra or {}


class WrittenField(Written):
    name: Name
    type: Name
    required: bool = False
    description: str | None = None


class WrittenOutput(Written):
    name: Name
    description: str | None = None
    fields: Annotated[list[WrittenField], Filled] = []


class WrittenInput(Written):
    name: Name
    product: Name
    port: Name | None = None
    fields: Annotated[list[Name], Filled] = []


class WrittenTransform(Written):
    name: Name
    tags: Annotated[list[Name], Filled] = []
    tier: Name | None = None
    depends_on: Annotated[list[Name], Filled] = Field(default=[], alias="dependsOn")


class WrittenMetadata(Written):
    name: Name
    version: Name
    owner: Name | None = None
    description: str | None = None
    labels: dict[str, Any] | None = None


class WrittenPlatform(Written):
    manifest: Name | None = None


class WrittenSpec(Written):
    api_version: Literal["floe.dev/v1"] = Field(alias="apiVersion")
    kind: Literal["FloeSpec"]
    metadata: WrittenMetadata
    platform: WrittenPlatform | None = None
    transforms: Annotated[list[WrittenTransform], Filled] = []
    schedule: Any = None
    input_ports: Annotated[list[WrittenInput], Filled] = []
    output_ports: Annotated[list[WrittenOutput], Filled] = []
    governance: dict[str, Any] | None = None
