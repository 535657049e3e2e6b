"""What is known now. Nothing is looked up while deciding: what is not in here is not known."""

from datetime import datetime

from floe.core.compiled.document import Compiled
from floe.core.facts import SignatureFacts
from floe.core.ledger.record import Record
from floe.core.ledger.state import State
from floe.core.names import Digest, Tag
from floe.core.operator import Operator
from floe.core.value import Value


class TagFact(Value, frozen=True, kw_only=True):
    """Where a tag points; None: nowhere, there is no such tag."""

    tag: Tag
    digest: Digest | None


class Known(Value, frozen=True, kw_only=True):
    """A record with its name, and the record that won over it, if one did."""

    digest: Digest
    position: int  # in the ledger, counted from 0
    record: Record
    void: Digest | None = None


class DocumentFact(Value, frozen=True, kw_only=True):
    """The compiled document of an artifact, or why there is none to compare."""

    artifact: Digest
    document: Compiled | None
    why: str | None = None


class Snapshot(Value, frozen=True, kw_only=True):
    at: datetime
    operator: Operator
    repository: str | None = None  # as people write it
    state: State = State()
    tags: tuple[TagFact, ...] = ()
    names: tuple[Tag, ...] = ()  # of all tags there are
    records: tuple[Known, ...] = ()  # about the digests in question, in ledger order
    documents: tuple[DocumentFact, ...] = ()
    signature: SignatureFacts = SignatureFacts()

    def tag(self, name: Tag) -> Digest | None:
        return next((fact.digest for fact in self.tags if fact.tag == name), None)

    @property
    def valid(self) -> tuple[Known, ...]:
        """The records that count, in ledger order."""
        return tuple(known for known in self.records if known.void is None)
