"""Reads floe.yaml: what a product takes, makes and does. Keys that floe does not know are kept, not refused."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from returns.result import Failure, Result, Success

from floe.core.compiled import freeform
from floe.core.compiled.document import Field, InputPort, OutputPort, Product, Transform
from floe.core.compiled.freeform import Json
from floe.core.nearest import nearest
from floe.core.outcome import settled
from floe.core.value import Value
from floe.shell import markup
from floe.shell.complaint import Complaint, Doubt, dotted, quoted
from floe.shell.document import Spot
from floe.shell.spec_form import (
    MISTAKE,
    Written,
    WrittenField,
    WrittenInput,
    WrittenMetadata,
    WrittenOutput,
    WrittenSpec,
    WrittenTransform,
)

EXPECTED: Final = {
    "string_type": "text: quote it",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}
KEYS: Final = frozenset(
    key
    for form in (WrittenSpec, WrittenMetadata, WrittenTransform, WrittenInput, WrittenOutput, WrittenField)
    for key in form.known()
)


class Spec(Value, frozen=True, kw_only=True):
    """One product as its file has it, and the manifest that the file names."""

    where: str
    product: Product
    manifest: str | None  # relative to the file
    doubts: tuple[Doubt, ...] = ()


def parse_spec(text: str, *, where: str) -> Result[Spec, tuple[Complaint, ...]]:
    """The product that this text describes, or everything that is wrong with the text."""
    read = markup.read(text, where=where)
    if read.complaints or read.root is None:
        return Failure(read.complaints or (read.top.complain("an empty file", "a FloeSpec"),))
    match settled(freeform.spell(read.root.plain)):
        case Failure(faults):
            return Failure(tuple(_overgrown(where, each.what, each.found, each.expected) for each in faults))
        case Success(_):
            return _validated(read.top)


def _overgrown(where: str, path: str, found: str, expected: str) -> Complaint:
    return Complaint(where=where, path=path, found=found, expected=expected)


def _validated(top: Spot) -> Result[Spec, tuple[Complaint, ...]]:
    try:
        written = WrittenSpec.model_validate(top.value)
    except ValidationError as error:
        return Failure(tuple(_complaint(top, each) for each in error.errors(include_url=False)))
    return Success(
        Spec(
            where=top.where,
            product=_product(written),
            manifest=written.platform.manifest if written.platform else None,
            doubts=tuple(_doubts(written, top)),
        )
    )


def _complaint(top: Spot, error: ErrorDetails) -> Complaint:
    spot = top.at(*error["loc"])
    context: dict[str, Any] = error.get("ctx") or {}
    match error["type"]:
        case "missing":
            return _missing(top.at(*error["loc"][:-1]), str(error["loc"][-1]))
        case "literal_error":
            return spot.complain(_found(spot), context["expected"])
        case kind if kind == MISTAKE:
            return spot.complain(context["found"], context["expected"])
        case kind:
            return spot.complain(_found(spot), EXPECTED.get(kind, error["msg"]))


def _missing(parent: Spot, key: str) -> Complaint:
    """A key that must be there: where its mapping begins, or at the key that was probably meant for it."""
    near = nearest(key, (name for name in parent.names if name not in KEYS))
    if near is not None:
        return parent.at(near).complain(f"the key {quoted(near)}, and no {quoted(key)}", nearest=key)
    return parent.complain_of_content(f"no key {quoted(key)}", "it to be there")


def _found(spot: Spot) -> str:
    return spot.node.noun if spot.node else "nothing"


def _doubts(written: Written, spot: Spot) -> Iterator[Doubt]:
    """Every unknown key that looks like one that floe reads: kept, and perhaps not meant so."""
    for key in written.unknown:
        near = nearest(key, written.known())
        if near is not None:
            message = f"this key is kept and not read; did you mean {quoted(near)}?"
            yield Doubt(path=f"{spot.where}: {dotted((*spot.path, key))}", message=message)
    for key, content in written.contents():
        at = spot.at(key)
        if isinstance(content, Written):
            yield from _doubts(content, at)
        for index, each in enumerate(content if isinstance(content, list) else ()):
            if isinstance(each, Written):
                yield from _doubts(each, at.at(index))


def _product(written: WrittenSpec) -> Product:
    metadata = written.metadata
    beside = {
        "metadata": metadata.unknown,
        "platform": written.platform.unknown if written.platform else {},
    }
    kept = {name: unknown for name, unknown in beside.items() if unknown}
    return Product(
        name=metadata.name,
        version=metadata.version,
        owner=metadata.owner,
        description=metadata.description,
        labels=_json(metadata.labels or {}),
        inputs=tuple(map(_input, written.input_ports)),
        outputs=tuple(map(_output, written.output_ports)),
        transforms=tuple(map(_transform, written.transforms)),
        schedule=_json(written.schedule),
        governance=_json(written.governance),
        extensions=_json({**written.unknown, **kept}),
    )


def _input(port: WrittenInput) -> InputPort:
    return InputPort(
        name=port.name,
        product=port.product,
        port=port.port,
        fields=tuple(port.fields),
        external=False,  # known when all specs are
        extensions=_json(port.unknown),
    )


def _output(port: WrittenOutput) -> OutputPort:
    return OutputPort(
        name=port.name,
        description=port.description,
        fields=tuple(map(_field, port.fields)),
        extensions=_json(port.unknown),
    )


def _field(field: WrittenField) -> Field:
    return Field(
        name=field.name,
        type=field.type,
        required=field.required,
        description=field.description,
        extensions=_json(field.unknown),
    )


def _transform(transform: WrittenTransform) -> Transform:
    return Transform(
        name=transform.name,
        depends_on=tuple(transform.depends_on),
        tags=tuple(transform.tags),
        tier=transform.tier,
        extensions=_json(transform.unknown),
    )


def _json(data: object) -> Json:
    return freeform.spelled(data)  # the whole file was spelled before
