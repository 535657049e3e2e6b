"""Who refers to an artifact, as far as the index under its fall-back tag tells (OCI distribution-spec 1.1).

The index is a hint that nobody vouches for. What others wrote in it stays as they wrote it.
"""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias, TypeVar

import msgspec
from returns.result import Failure, Success

from floe.core import artifact
from floe.core.artifact import EMPTY, INDEX, LARGEST_MANIFEST, Descriptor, Manifest
from floe.core.fault import Damaged, Unavailable
from floe.core.names import Digest, Tag
from floe.core.value import Value
from floe.effects.blocking import FaultError
from floe.effects.ports import Outcome

T = TypeVar("T")
U = TypeVar("U")

MOST: Final = 1000  # referrers of one artifact
# What go-containerregistry and older clients write for the artifact type: the media type of the config.
VAGUE: Final = (
    None,
    "",
    EMPTY,
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.unknown.config.v1+json",
)

Read: TypeAlias = Callable[[Digest], Manifest | None]


class _Entry(Value, frozen=True, kw_only=True):
    digest: str = ""


class _Listed(Value, frozen=True, kw_only=True):
    manifests: list[msgspec.Raw] | None = None


class Listing(Value, frozen=True, kw_only=True):
    """An index of referrers: its lines as they are, and all else that is in it."""

    fields: tuple[tuple[str, msgspec.Raw], ...] = ()
    lines: tuple[msgspec.Raw, ...] = ()

    @property
    def digests(self) -> frozenset[str]:
        return frozenset(_read(line, _Entry, _Entry()).digest for line in self.lines)

    @property
    def referrers(self) -> tuple[Descriptor, ...]:
        """Those lines that name something by its SHA-256 digest, each once."""
        found = (_read(line, Descriptor, None) for line in self.lines)
        return tuple({each.digest: each for each in found if each is not None}.values())

    def with_lines(self, added: Iterable[Descriptor]) -> "Listing":
        known = self.digests
        lines = (msgspec.Raw(msgspec.json.encode(each)) for each in added if each.digest not in known)
        return msgspec.structs.replace(self, lines=(*self.lines, *lines))

    def joined(self, other: "Listing") -> "Listing":
        known = self.digests
        lines = (line for line in other.lines if _read(line, _Entry, _Entry()).digest not in known)
        return msgspec.structs.replace(self, lines=(*self.lines, *lines))

    def encode(self) -> Manifest:
        fields = {"schemaVersion": 2, "mediaType": INDEX} | dict(self.fields)
        return Manifest(media_type=INDEX, content=msgspec.json.encode(fields | {"manifests": self.lines}))


def fallback_tag(subject: Digest) -> Tag:
    return Tag(subject.replace(":", "-"))


def described(manifest: Manifest) -> Descriptor:
    """A referrer as lists of referrers name it; the config's type stands in for a kind that is not told."""
    said = artifact.contents(manifest)
    kind = None if said is None else said.artifact_type or (said.config.media_type if said.config else None)
    annotations = {} if said is None else said.annotations
    return msgspec.structs.replace(artifact.describe(manifest), artifact_type=kind, annotations=annotations)


def refers_to(manifest: Manifest, subject: Digest) -> bool:
    said = artifact.contents(manifest)
    return said is not None and said.subject is not None and said.subject.digest == subject


def check(manifest: Manifest, subject: Descriptor) -> None:
    if not refers_to(manifest, subject.digest):
        raise ValueError(f"{manifest.digest} does not have {subject.digest} as its subject")


def decode(manifest: Manifest | None, where: str) -> Listing:
    """The index that was found under a fall-back tag; without one, nobody refers."""
    if manifest is None:
        return Listing()
    try:
        fields = msgspec.json.decode(manifest.content, type=dict[str, msgspec.Raw])
        lines = msgspec.json.decode(manifest.content, type=_Listed).manifests or ()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        fields, lines = {}, ()
    if manifest.media_type != INDEX or not fields:
        found = f"{manifest.media_type} ({manifest.digest})"
        raise FaultError(Damaged(where=where, expected="an index of referrers", found=found))
    kept = tuple((name, raw) for name, raw in fields.items() if name != "manifests")
    return Listing(fields=kept, lines=tuple(lines))


def bounded(found: tuple[Descriptor, ...], subject: Digest, where: str) -> Outcome[tuple[Descriptor, ...]]:
    if len(found) > MOST:
        why = f"more than {MOST} manifests refer to {subject}; floe reads no more than that"
        return Failure(Unavailable(where=where, why=why))
    return Success(found)


def fitting(found: Iterable[Descriptor], kind: str | None, read: Read) -> tuple[Descriptor, ...]:
    """Those of a kind; where the hint is vague, the manifest itself is asked."""
    if kind is None:
        return tuple(found)
    known = (
        _asked(each, read) if each.artifact_type in VAGUE and each.artifact_type != kind else each for each in found
    )
    return tuple(each for each in known if each.artifact_type == kind)


def _read(line: msgspec.Raw, kind: type[T], otherwise: U) -> T | U:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return otherwise


def _asked(hint: Descriptor, read: Read) -> Descriptor:
    manifest = read(hint.digest) if hint.size <= LARGEST_MANIFEST else None
    return hint if manifest is None else described(manifest)
