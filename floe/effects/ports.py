"""What floe needs of the world: one protocol for each neighbour, each answering with a value or a fault."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

import msgspec
from returns.result import Result

from floe.core.artifact import Descriptor, Manifest
from floe.core.fault import Fault
from floe.core.gates import Ending
from floe.core.ledger.head import Entry
from floe.core.ledger.record import Draft, Record
from floe.core.ledger.state import State
from floe.core.message.notice import Audience, Notice
from floe.core.names import Digest, EnvironmentName, Tag, Version
from floe.core.operator import Operator
from floe.core.policy import Gate, Policy, Trust
from floe.core.refusal import TokenRefused
from floe.core.signature.candidate import Findings
from floe.core.snapshot import Known
from floe.core.value import Value
from floe.effects.trace.untraced import UNTRACED

T = TypeVar("T")
Outcome: TypeAlias = Result[T, Fault]
Attributes: TypeAlias = Mapping[str, str | int | bool]  # of a span; never a secret, never what a command printed


class Registry(Protocol):
    """One repository of artifacts. Bytes are identity: what is read has the digest it was asked for by."""

    @property
    def location(self) -> str:
        """The repository as people write it: `oci://…` or `oci-layout://…`."""

    def reference(self, digest: Digest) -> str:
        """How other tools are told of one artifact here: `HOST/PATH@sha256:…` or `PATH@sha256:…`."""

    async def tags(self) -> Outcome[tuple[Tag, ...]]:
        """Every tag, in no promised order."""

    async def resolve(self, reference: Digest | Tag) -> Outcome[Digest | None]:
        """The digest a tag points to now, or the digest itself; None when there is no such manifest."""

    async def resolve_all(self) -> Outcome[dict[Tag, Digest]]:
        """Where every tag points now: for audits, since a registry may have to be asked for each."""

    async def manifest(self, reference: Digest | Tag) -> Outcome[Manifest | None]:
        """A manifest or index by tag or digest; None when there is none."""

    async def put_manifest(self, manifest: Manifest, tag: Tag | None = None) -> Outcome[None]:
        """Keep a manifest, and point `tag` at it, whatever that pointed to before."""

    async def create_tag(self, tag: Tag, manifest: Manifest) -> Outcome[None]:
        """Point a new tag at a manifest; nothing if it is there, `TagTaken` if with another digest."""

    async def referrers(self, subject: Digest, artifact_type: str | None = None) -> Outcome[tuple[Descriptor, ...]]:
        """Who refers to a manifest, of one kind or of any: hints, that nobody vouches for."""

    async def attach(self, manifest: Manifest, subject: Descriptor) -> Outcome[None]:
        """Keep a manifest that refers to `subject`, and see that it is found among the referrers."""

    async def blob(self, digest: Digest, *, at_most: int) -> Outcome[bytes | None]:
        """A small blob whole, verified; `Oversized` beyond `at_most` bytes; None when there is none."""

    async def put_blob(self, content: bytes) -> Outcome[Digest]:
        """Keep a small blob."""

    async def upload(self, file: Path) -> Outcome[Descriptor]:
        """Keep a file as a blob, streamed; the descriptor's media type is application/octet-stream."""

    async def download(self, blob: Descriptor, into: Path) -> Outcome[None]:
        """Write a blob to a new file, streamed and verified; the file appears whole or not at all."""

    def opened(self, blob: Descriptor) -> AbstractContextManager[Iterator[bytes]]:
        """A blob as it comes, verified by its end. For threads: it blocks, and raises its faults."""

    async def take(self, blob: Descriptor, source: "Registry") -> Outcome[bool]:
        """Keep a blob that another repository holds, streamed and verified; whether it had to be sent."""

    async def aclose(self) -> None:
        """Let go of what the adapter holds."""


class Appended(Value, frozen=True, kw_only=True):
    """What became of a record: its name and position, or the record that came first."""

    record: Digest
    position: int
    winner: Digest | None = None


class Look(Value, frozen=True, kw_only=True):
    """What the ledger says is so; the tags of its repository, where it had to list them; what it could not read."""

    state: State
    names: tuple[Tag, ...] | None = None
    unreadable: tuple[str, ...] = ()


class Ledger(Protocol):
    """All records of one repository in one order. An acknowledged record is never lost."""

    async def look(self) -> Outcome[Look]:
        """What the ledger says is so now."""

    async def recall(self) -> Outcome[State]:
        """What it says is so, as it was last seen where looking is dear, and as it is now where it is not."""

    async def entries(self) -> Outcome[tuple[Entry, ...]]:
        """Every record as lists name it, oldest first."""

    async def record(self, name: Digest) -> Outcome[Record]:
        """One record, read and checked; `LedgerDamaged` when it is not there or not what its name says."""

    async def about(self, artifact: Digest, environments: frozenset[str]) -> Outcome[tuple[Known, ...]]:
        """The records that concern an artifact there, oldest first, also those by which a pointer left it."""

    async def append(self, draft: Draft, policy: Policy) -> Outcome[Appended]:
        """Record an event. Where its expectation does not hold, `winner` is set and it does not count."""


class Subject(Value, frozen=True, kw_only=True):
    """What a gate judges: an artifact by digest, on its way into an environment."""

    artifact: Digest
    version: Version
    environment: EnvironmentName
    traceparent: str


class Gates(Protocol):
    """Runs one gate to its report. A gate that cannot be run is a report too, never a fault."""

    async def run(self, gate: Gate, subject: Subject) -> Ending: ...


class Verifier(Protocol):
    """Checks the cryptography of signatures; what they are worth is decided in core."""

    async def check(self, artifact: Digest, trust: Trust, /) -> Outcome[Findings]:
        """What is attached to an artifact, checked with the keys and the roots that the policy names."""

    async def read(self, about: Digest, bundle: bytes, trust: Trust, /) -> Findings:
        """What one bundle is that comes from elsewhere."""

    async def remember(self) -> None:
        """Keep for next time what was found. Only real runs come by here; where it cannot be kept it is not."""


class Identity(Protocol):
    """Proves who asks. A token that proves nothing says why; it is never taken for a name that was only given."""

    async def operator(self, token: str, /) -> Result[Operator, TokenRefused]: ...


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, UTC, in whole seconds."""

    def monotonic(self) -> float:
        """Seconds since some moment, never stepping back."""

    async def sleep(self, seconds: float) -> None: ...


class Entropy(Protocol):
    def identifier(self) -> str:
        """A new UUID version 4 (RFC 9562)."""

    def trace_id(self) -> str:
        """A new trace id: 32 hex digits, not all zero (W3C Trace Context)."""

    def jitter(self) -> float:
        """A number from 0 up to 1."""


class Trace(Value, frozen=True, kw_only=True):
    """The trace of one run, the caller's span in it, and the traceparent for what floe starts (W3C Trace Context)."""

    trace_id: str
    parent: str | None = None
    flags: int = 1
    traceparent: str

    @property
    def is_sampled(self) -> bool:
        """Whether the caller, if there is one, records this trace."""
        return bool(self.flags & 1)


class Span(Protocol):
    """Something that takes time: what floe does, or a part of that."""

    @property
    def traceparent(self) -> str | None:
        """The traceparent for what is started within; None where nobody is told of this span."""

    def note(self, attributes: Attributes, /) -> None:
        """Add to what is known of it."""

    def ended(self, error: str | None, /) -> None:
        """How it ended: well, or with an error of this code."""


class Tracer(Protocol):
    """Tells somebody what was done, when and how it ended. Whether anybody listens changes nothing."""

    def root(self, name: str, trace: Trace, /) -> AbstractAsyncContextManager[Span]:
        """A whole command; within one, that one."""

    def span(self, name: str, attributes: Attributes = ..., /) -> AbstractAsyncContextManager[Span]:
        """A part of what is going on; outside of any command nobody is told."""


class Delivery(Value, frozen=True, kw_only=True):
    """What became of one message to one of those who are told; `why` says why it did not arrive."""

    to: str
    notice: Notice
    attempts: int = 0
    why: str | None = None
    later: bool = False  # whether it may well arrive another time


class Herald(Protocol):
    """Tells others what has happened. It fails nobody: what did not arrive is said."""

    @property
    def audiences(self) -> tuple[Audience, ...]:
        """Who is told."""

    async def tell(self, notices: tuple[Notice, ...], /) -> tuple[Delivery, ...]:
        """Tell each of those who want it of each notice, in this order; the same notice again is the same message."""


class NoHerald:
    """There is nobody to tell."""

    audiences: tuple[Audience, ...] = ()

    async def tell(self, _: tuple[Notice, ...], /) -> tuple[Delivery, ...]:
        return ()


class Secondary(msgspec.Struct, frozen=True, kw_only=True):
    """Another registry that is to hold a copy; or why it cannot be gone to."""

    name: str
    location: str
    registry: Outcome[Registry]


class World(msgspec.Struct, frozen=True, kw_only=True):
    """All neighbours at once."""

    registry: Registry
    ledger: Ledger
    gates: Gates
    verifier: Verifier
    clock: Clock
    entropy: Entropy
    tracer: Tracer = UNTRACED
    herald: Herald = NoHerald()
    secondaries: tuple[Secondary, ...] = ()
