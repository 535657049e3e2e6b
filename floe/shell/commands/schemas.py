"""`floe schema`."""

import msgspec

from floe.core.plan import Plan
from floe.core.record import Record
from floe.shell.render.reply import Reply
from floe.shell.shared import Shared

DIALECT = "https://json-schema.org/draft/2020-12/schema"


async def manifest(shared: Shared) -> Reply:
    from floe.shell.manifest import schema

    return _reply(schema())


async def plan(shared: Shared) -> Reply:
    return _reply({"$schema": DIALECT, **msgspec.json.schema(Plan)})


async def record(shared: Shared) -> Reply:
    return _reply({"$schema": DIALECT, **msgspec.json.schema(Record)})


def _reply(schema: dict[str, object]) -> Reply:
    """A schema is JSON in every form but YAML."""
    text = msgspec.json.format(msgspec.json.encode(schema), indent=2).decode()
    return Reply(document=schema, lines=(text,))
