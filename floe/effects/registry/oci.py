"""A repository on a registry: `oci://HOST[:PORT]/PATH`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import anyio
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import Descriptor, Manifest
from floe.core.fault import Unavailable
from floe.core.names import Digest, Tag
from floe.core.outcome import collect, settled
from floe.effects.blocking import FaultError, in_thread
from floe.effects.ports import Clock, Entropy, Outcome, Registry
from floe.effects.registry import referring, stream
from floe.effects.registry.auth import Entrance
from floe.effects.registry.client import Client
from floe.effects.registry.credentials import Finder
from floe.effects.registry.http_transport import HttpTransport
from floe.effects.registry.oras_transport import OrasCarrier
from floe.effects.registry.origin import Origin
from floe.effects.registry.referrals import Referrals
from floe.effects.registry.retry import Patience
from floe.effects.registry.transport import Content
from floe.effects.registry.wire import Wire
from floe.effects.registry.writing import FileContent, Passing, Put

T = TypeVar("T")

SCHEME: Final = "oci://"
SECONDS: Final = 30.0  # for all that one call does
BLOB_SECONDS: Final = 600.0
MOST_PAGES: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """How a registry is reached and entered. `variables` is the environment, for proxies and certificates."""

    find: Finder
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: Path | None = None


class OciRegistry:
    """The `Registry` port. `origin` is who answers for the registry, `shown` the repository as people write it."""

    def __init__(
        self,
        origin: Origin,
        repository: str,
        access: Access,
        *,
        clock: Clock,
        entropy: Entropy,
        shown: str | None = None,
    ) -> None:
        self._shown = shown or f"{origin.authority}/{repository}"
        self._wire = Wire(clock, access.variables, access.ca_file)
        entrance = Entrance(origin, self.location, self._wire, access.find, clock)
        self.client = client = Client(origin, repository, self.location, self._wire, entrance, clock)
        self._transport = HttpTransport(client)
        self._carrier = OrasCarrier(client)
        self._patience = Patience(clock, entropy)
        self._referrals = Referrals(self._transport, self._patience, clock, entropy, self.location)
        self._listed: frozenset[Tag] | None = None  # the tags, as they were listed last

    @property
    def location(self) -> str:
        return f"{SCHEME}{self._shown}"

    def reference(self, digest: Digest) -> str:
        return f"{self._shown}@{digest}"

    async def tags(self) -> Outcome[tuple[Tag, ...]]:
        found: dict[Tag, None] = {}
        address: str | None = None
        until = self._patience.moment(SECONDS)
        for _ in range(MOST_PAGES):
            page = settled(await self._patience.persist(partial(self._transport.page, address), until))
            if isinstance(page, Failure):
                return Failure(page.failure())
            known = len(found)
            found |= dict.fromkeys(page.unwrap().tags)
            address = page.unwrap().following
            if address is None or len(found) == known:  # a page without news leads in a circle
                self._listed = frozenset(found)
                return Success(tuple(found))
        return Failure(Unavailable(where=self.location, why=f"its list of tags has more than {MOST_PAGES} pages"))

    async def resolve(self, reference: Digest | Tag) -> Outcome[Digest | None]:
        return await self._ask(partial(self._transport.resolve, reference))

    async def resolve_all(self) -> Outcome[dict[Tag, Digest]]:
        listed = await self.tags()
        if isinstance(listed, Failure):
            return listed
        names = listed.unwrap()
        resolved = collect(await anyio.amap(self.resolve, names))
        # A tag may be listed and be gone, or not be there yet.
        there = resolved.map(lambda digests: {tag: each for tag, each in zip(names, digests, strict=True) if each})
        return there.alt(lambda faults: faults[0])

    async def manifest(self, reference: Digest | Tag) -> Outcome[Manifest | None]:
        return await self._ask(partial(self._transport.manifest, reference))

    async def put_manifest(self, manifest: Manifest, tag: Tag | None = None) -> Outcome[None]:
        return await self._put(Put(self._transport, manifest, tag or manifest.digest, self.location))

    async def create_tag(self, tag: Tag, manifest: Manifest) -> Outcome[None]:
        is_absent = self._listed is not None and tag not in self._listed
        return await self._put(Put(self._transport, manifest, tag, self.location, is_new=True, is_absent=is_absent))

    async def referrers(self, subject: Digest, artifact_type: str | None = None) -> Outcome[tuple[Descriptor, ...]]:
        return await self._referrals.all(subject, artifact_type)

    async def attach(self, manifest: Manifest, subject: Descriptor) -> Outcome[None]:
        referring.check(manifest, subject)
        is_listed = settled(await self._ask(Put(self._transport, manifest, manifest.digest, self.location)))
        if isinstance(is_listed, Failure) or is_listed.unwrap():
            return is_listed.map(lambda _: None)
        return await self._referrals.add(manifest, subject.digest)

    async def blob(self, digest: Digest, *, at_most: int) -> Outcome[bytes | None]:
        return await self._ask(lambda until: self._transport.blob(digest, at_most, until))

    async def put_blob(self, content: bytes) -> Outcome[Digest]:
        digest = canonical.digest_of(content)
        return (await self._send(content, digest)).map(lambda _: digest)

    async def upload(self, file: Path) -> Outcome[Descriptor]:
        measured = settled(await in_thread(partial(stream.measure, file)))
        if isinstance(measured, Failure):
            return Failure(measured.failure())
        found = measured.unwrap()
        return (await self._send(FileContent(file, found.size), found.digest)).map(lambda _: found)

    async def download(self, blob: Descriptor, into: Path) -> Outcome[None]:
        def attempt(until: float) -> None:
            with self._carrier.fetch(blob, until) as content:
                stream.arrive(stream.verified(content, blob, self.location), into)

        return await self._ask(attempt, BLOB_SECONDS)

    @contextmanager
    def opened(self, blob: Descriptor) -> Iterator[Iterator[bytes]]:
        with self._carrier.fetch(blob, self._patience.moment(BLOB_SECONDS)) as content:
            yield stream.verified(content, blob, self.location)

    async def take(self, blob: Descriptor, source: Registry) -> Outcome[bool]:
        """Not sent is what is here already, or what this registry takes over from another repository of its own."""

        def attempt(until: float) -> bool:
            if self._transport.has_blob(blob.digest, until) or self._mounted(blob, source, until):
                return False
            self._carrier.send(Passing(blob, source), blob.digest, until)
            return True

        return await self._ask(attempt, BLOB_SECONDS)

    async def aclose(self) -> None:
        self._wire.close()

    def _mounted(self, blob: Descriptor, source: Registry, until: float) -> bool:
        if not isinstance(source, OciRegistry) or source.client.registry != self.client.registry:
            return False
        with suppress(FaultError):  # whatever is in the way of that, the blob can still be sent
            return self._carrier.mount(blob.digest, source.client.repository, until)
        return False

    async def _send(self, content: Content, digest: Digest) -> Outcome[None]:
        def attempt(until: float) -> None:
            if not self._transport.has_blob(digest, until):
                self._carrier.send(content, digest, until)

        return await self._ask(attempt, BLOB_SECONDS)

    async def _put(self, put: Put) -> Outcome[None]:
        return (await self._ask(put)).map(lambda _: None)

    async def _ask(self, attempt: Callable[[float], T], seconds: float = SECONDS) -> Outcome[T]:
        return await self._patience.persist(attempt, self._patience.moment(seconds))
