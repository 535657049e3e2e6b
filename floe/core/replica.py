"""What a copy of a repository must hold, how far it is behind, and when it has gone a way of its own."""

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from returns.result import Success

from floe.core.explain.faults import what_failed
from floe.core.fault import Diverged, Fault
from floe.core.ledger.head import Entry
from floe.core.ledger.merge import SHORT, Listed
from floe.core.names import Digest, EnvironmentName, Tag, is_reserved, parse_digest, parse_version
from floe.core.value import Value

Tags: TypeAlias = dict[Tag, Digest]
Status: TypeAlias = Literal["synced", "pending", "diverged"]


class Synced(Value, frozen=True, kw_only=True):
    """What became of one secondary, and what was brought there."""

    registry: str
    location: str
    fault: Fault | None = None
    artifacts: int = 0
    records: int = 0
    tags: int = 0

    @property
    def status(self) -> Status:
        if self.fault is None:
            return "synced"
        return "diverged" if isinstance(self.fault, Diverged) else "pending"

    @property
    def error(self) -> str | None:
        return None if self.fault is None else "; ".join(what_failed(self.fault)[:2])

    @property
    def digest(self) -> Digest | None:
        """What was found there under a tag that is another here."""
        return parse_digest(self.fault.found).value_or(None) if isinstance(self.fault, Diverged) else None

    @property
    def has_news(self) -> bool:
        return bool(self.artifacts or self.records or self.tags)


class Lag(Value, frozen=True, kw_only=True):
    """How far a secondary is behind, as its list of tags tells."""

    records: int = 0
    tags: int = 0
    own: int = 0  # records that are not ours

    @property
    def is_none(self) -> bool:
        return not (self.records or self.tags or self.own)


def short(record: Digest) -> str:
    """The part of a record's digest by which its tag names it."""
    return record.removeprefix("sha256:")[:SHORT]


def shorts(records: Iterable[Listed]) -> frozenset[str]:
    return frozenset(each.record for each in records)


def drawn(entries: Iterable[Entry]) -> Tags:
    """The tags that valid records made once."""
    return {each.tag: each.artifact for each in entries if each.void is None and each.tag and each.artifact}


def tags_of(entries: Iterable[Entry], names: frozenset[Tag]) -> Tags:
    """The same, and the release tags of promoted versions, as far as there are such tags here."""
    valid = tuple(each for each in entries if each.void is None)
    made = ((_version(each), each.artifact) for each in valid)
    releases = {version: artifact for version, artifact in made if version in names and version and artifact}
    return {**releases, **drawn(valid)}


def placed(entries: Iterable[Entry], environment: EnvironmentName) -> frozenset[Digest]:
    """Every artifact that the pointer of an environment may have named."""
    return frozenset(each.artifact for each in entries if each.environment == environment and each.artifact)


def drawn_names(names: Iterable[Tag], environments: tuple[EnvironmentName, ...]) -> frozenset[Tag]:
    """The names that only records make, and make once."""
    moving = ("latest-", "floe-")
    return frozenset(each for each in names if is_reserved(each, environments) and not each.startswith(moving))


def other(expected: Mapping[Tag, Digest], found: Mapping[Tag, Digest | None]) -> Tags:
    """What is found under tags of ours that is not what they are here."""
    return {tag: there for tag, there in found.items() if there is not None and there != expected.get(tag)}


def lag(
    ours: frozenset[str],
    names: Iterable[Tag],
    theirs: frozenset[str],
    their_names: Iterable[Tag],
    environments: tuple[EnvironmentName, ...],
) -> Lag:
    """What the lists of both sides say: records by their short names, and tags."""
    tags = drawn_names(names, environments) - frozenset(their_names)
    return Lag(records=len(ours - theirs), tags=len(tags), own=len(theirs - ours))


def _version(entry: Entry) -> Tag | None:
    name = (entry.tag or "").removesuffix(f"-{entry.environment}")
    is_version = name != entry.tag and isinstance(parse_version(name), Success)
    return Tag(name) if is_version else None
