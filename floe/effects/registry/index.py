"""`index.json`, the table of contents of an image layout: what others wrote in it stays as they wrote it."""

from typing import Final

import msgspec
import re2

from floe.core.artifact import INDEX, Descriptor
from floe.core.fault import Damaged, NoLayout
from floe.core.names import TAG, Digest, Tag
from floe.core.value import Value
from floe.effects.blocking import FaultError

REF_NAME: Final = "org.opencontainers.image.ref.name"


class Entry(Value, frozen=True, kw_only=True):
    """One line of the table: the bytes it is, and the two things in it by which it is looked up."""

    raw: msgspec.Raw
    digest: str
    name: str | None  # the tag, where it is one; other tools write other names too


class Index(Value, frozen=True, kw_only=True):
    """What `index.json` says."""

    where: str
    fields: tuple[tuple[str, msgspec.Raw], ...]  # all but `manifests`, in their order
    entries: tuple[Entry, ...] = ()

    @property
    def tags(self) -> tuple[Tag, ...]:
        names = dict.fromkeys(entry.name for entry in self.entries)
        return tuple(Tag(name) for name in names if name is not None and re2.fullmatch(TAG, name))

    @property
    def digests(self) -> dict[Tag, Digest]:
        """Where each tag points; where a name is there twice, the later one counts."""
        named = ((entry.name, entry.digest) for entry in self.entries)
        return {Tag(name): Digest(digest) for name, digest in named if name and re2.fullmatch(TAG, name)}

    def find(self, tag: Tag) -> Descriptor | None:
        """What a tag points to: where a name is there twice, the later one."""
        entry = next((entry for entry in reversed(self.entries) if entry.name == tag), None)
        return None if entry is None else self._read(entry)

    def find_digest(self, digest: Digest) -> Descriptor | None:
        entry = next((entry for entry in self.entries if entry.digest == digest), None)
        return None if entry is None else self._read(entry)

    def with_tag(self, tag: Tag, descriptor: Descriptor) -> "Index":
        """The index with this tag once, pointing here; the same index when it says so already."""
        kept = tuple(entry for entry in self.entries if entry.name != tag)
        if len(self.entries) - len(kept) == 1 and self.find(tag) == descriptor:
            return self
        named = msgspec.structs.replace(descriptor, annotations=descriptor.annotations | {REF_NAME: tag})
        raw = msgspec.Raw(msgspec.json.encode(named))
        return msgspec.structs.replace(self, entries=(*kept, Entry(raw=raw, digest=descriptor.digest, name=tag)))

    def without_tag(self, tag: Tag) -> "Index":
        return msgspec.structs.replace(self, entries=tuple(entry for entry in self.entries if entry.name != tag))

    def encode(self) -> bytes:
        return msgspec.json.encode(dict(self.fields) | {"manifests": [entry.raw for entry in self.entries]})

    def _read(self, entry: Entry) -> Descriptor:
        try:
            found = msgspec.json.decode(entry.raw, type=Descriptor)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            fault = Damaged(
                where=self.where,
                expected=f"{entry.name or entry.digest} to be a descriptor with a SHA-256 digest",
                found=str(error),
            )
            raise FaultError(fault) from error
        annotations = {key: value for key, value in found.annotations.items() if key != REF_NAME}
        return msgspec.structs.replace(found, annotations=annotations)


class _Line(Value, frozen=True, kw_only=True):
    digest: str
    annotations: dict[str, str] | None = None


class _Table(Value, frozen=True, kw_only=True, rename="camel"):
    schema_version: int
    media_type: str | None = None
    manifests: list[_Line] | None = None


class _Lines(Value, frozen=True, kw_only=True):
    manifests: list[msgspec.Raw] | None = None


def empty(where: str) -> Index:
    fields = {"schemaVersion": 2, "mediaType": INDEX}
    return Index(
        where=where,
        fields=tuple((key, msgspec.Raw(msgspec.json.encode(value))) for key, value in fields.items()),
    )


def decode(content: bytes, where: str) -> Index:
    """The index these bytes spell; a layout whose index cannot be read is none."""
    try:
        table = msgspec.json.decode(content, type=_Table)
        fields = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        lines = msgspec.json.decode(content, type=_Lines)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FaultError(NoLayout(where=where, why=f"found no image index: {error}")) from error
    if table.schema_version != 2 or table.media_type not in (None, INDEX):  # noqa: PLR2004 (of the image-spec)
        found = f"schemaVersion {table.schema_version} and mediaType {table.media_type}"
        raise FaultError(NoLayout(where=where, why=f"found {found}, expected 2 and {INDEX}"))
    entries = (
        Entry(raw=raw, digest=line.digest, name=(line.annotations or {}).get(REF_NAME))
        for raw, line in zip(lines.manifests or (), table.manifests or (), strict=True)
    )
    return Index(
        where=where,
        fields=tuple((key, raw) for key, raw in fields.items() if key != "manifests"),
        entries=tuple(entries),
    )
