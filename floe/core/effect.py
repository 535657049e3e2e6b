"""Everything that may be done, as orders. They say what is to be done and no more."""

from typing import TypeAlias

from floe.core.ledger.record import Draft
from floe.core.names import ADigest, EnvironmentName, Tag
from floe.core.value import Value


class Append(Value, frozen=True, kw_only=True, tag="append"):
    """Write a record to the ledger."""

    draft: Draft


class CreateTag(Value, frozen=True, kw_only=True, tag="create-tag"):
    """Make a tag that is made once and never moved."""

    name: Tag
    digest: ADigest


class MovePointer(Value, frozen=True, kw_only=True, tag="move-pointer"):
    """Point an environment's moving tag at what the ledger says is current there, which should be `digest`."""

    name: Tag
    environment: EnvironmentName
    digest: ADigest


Drawing: TypeAlias = CreateTag | MovePointer
Effect: TypeAlias = Append | CreateTag | MovePointer
