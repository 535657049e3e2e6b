"""The words that may stand in a manifest: text with its check, and what an editor is told of it."""

from pathlib import Path
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from floe.core.identity.naming import spelt_out
from floe.core.names import ENVIRONMENT, parse_environment
from floe.shell.location import parse_location
from floe.shell.manifest import checks
from floe.shell.secret import NAME

GATE: Final = r"[a-z][a-z0-9_-]{0,62}"
BACKEND: Final = r"[a-z][a-z0-9._-]{0,62}"
FORMS: Final = frozenset({"(text)", "(list)", "(number)", "(mapping)", "(switch)", "[key]"})  # no steps of a path
MOST_ENVIRONMENTS: Final = 64
MOST_POLICIES: Final = 100
LONGEST_IDENTITY: Final = 1000  # an issuer's address and what it calls a workflow
HIGHEST: Final = 10**15


def _spelt(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$"})


def either(expected: str, forms: dict[type, str]) -> Discriminator:
    """Which of several forms is written here, by its type; what is none of them is a mistake."""
    return Discriminator(
        lambda value: forms.get(type(value)),
        custom_error_type=checks.OTHER_FORM,
        custom_error_message=expected,
    )


EnvironmentName: TypeAlias = Annotated[str, AfterValidator(checks.parsed(parse_environment)), _spelt(ENVIRONMENT)]
GateName: TypeAlias = Annotated[
    str,
    AfterValidator(checks.matching(GATE, "gate name", "a-z, then up to 62 of a-z, 0-9, '_' and '-'")),
    _spelt(GATE),
]
Backend: TypeAlias = Annotated[
    str,
    AfterValidator(checks.matching(BACKEND, "backend name", "oci, s3, database, or the name of another")),
    _spelt(BACKEND),
]
Variable: TypeAlias = Annotated[
    str,
    AfterValidator(checks.matching(NAME, "name of an environment variable", "letters, digits and '_'")),
    _spelt(NAME),
]
Repository: TypeAlias = Annotated[
    str,
    AfterValidator(checks.parsed(lambda text: parse_location(text, base=Path()))),
    _spelt("oci://.+|oci-layout://.+"),
]
Name: TypeAlias = Annotated[str, AfterValidator(checks.name), Field(min_length=1, max_length=200)]
Identity: TypeAlias = Annotated[
    str,
    AfterValidator(checks.name),
    AfterValidator(checks.parsed(spelt_out)),
    Field(min_length=1, max_length=LONGEST_IDENTITY),
]
Text: TypeAlias = Annotated[str, AfterValidator(checks.said), Field(max_length=65536)]
Duration: TypeAlias = Annotated[str, AfterValidator(checks.duration), _spelt(checks.DURATION)]
Issuer: TypeAlias = Annotated[str, AfterValidator(checks.issuer), _spelt("https?://.+")]
Keys: TypeAlias = Annotated[str, AfterValidator(checks.keys), Field(max_length=4096)]
Pattern: TypeAlias = Annotated[str, AfterValidator(checks.pattern), Field(max_length=checks.LONGEST_PATTERN)]
NamePattern: TypeAlias = Annotated[Text, AfterValidator(checks.expression), Field(max_length=checks.LONGEST_PATTERN)]
Address: TypeAlias = Annotated[str, AfterValidator(checks.address), _spelt("https?://.+")]
Sealed: TypeAlias = Annotated[str, AfterValidator(checks.sealed), Field(max_length=65536)]
Header: TypeAlias = Annotated[str, AfterValidator(checks.header), _spelt(checks.HEADER)]
Severity: TypeAlias = Annotated[
    str,
    AfterValidator(checks.severity),
    WithJsonSchema({"enum": [*checks.SEVERITIES, *(each.lower() for each in checks.SEVERITIES)]}),
]
Timeout: TypeAlias = Annotated[int, Field(ge=30, le=3600)]
Number: TypeAlias = Annotated[float, Field(ge=-HIGHEST, le=HIGHEST, allow_inf_nan=False)]
Percent: TypeAlias = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Limit: TypeAlias = Annotated[
    Annotated[Number, Tag("(number)")] | Annotated[dict[Name, Number], Tag("(mapping)")],
    either("a number, or a mapping of metric to number", {int: "(number)", float: "(number)", dict: "(mapping)"}),
]
Argument: TypeAlias = Annotated[str, AfterValidator(checks.whole)]
Command: TypeAlias = Annotated[
    Annotated[Text, Tag("(text)")] | Annotated[list[Argument], Field(min_length=1), Tag("(list)")],
    either("text for the shell, or a list of text", {str: "(text)", list: "(list)"}),
]
