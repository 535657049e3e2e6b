"""`floe schema`."""

import msgspec

from floe.core.ledger.record import Record
from floe.core.plan import Plan
from floe.shell.manifest.schema import schema
from floe.shell.render.documents import DOCUMENTS
from floe.shell.render.reply import Reply

DIALECT = "https://json-schema.org/draft/2020-12/schema"


async def manifest() -> Reply:
    return _reply(schema())


async def plan() -> Reply:
    return _reply({"$schema": DIALECT, **msgspec.json.schema(Plan)})


async def record() -> Reply:
    return _reply({"$schema": DIALECT, **msgspec.json.schema(Record)})


async def result() -> Reply:
    schemas, components = msgspec.json.schema_components(DOCUMENTS, ref_template="#/$defs/{name}")
    return _reply({"$schema": DIALECT, "anyOf": list(schemas), "$defs": components})


def _reply(document: dict[str, object]) -> Reply:
    """A schema is JSON in every form but YAML."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    return Reply(document=document, lines=(text,))
