"""Copying artifacts: children before parents, and with each of them whatever refers to it."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import partial
from typing import Any, Final, TypeVar

import anyio
import msgspec
from returns.result import Failure, Success

from floe.core.artifact import Descriptor, Manifest, describe
from floe.core.fault import Absent, Damaged, Uncopied
from floe.core.names import Digest, Tag
from floe.core.outcome import collect, settled
from floe.effects.ports import Clock, Outcome, Registry
from floe.effects.sync.parts import parts

T = TypeVar("T")

DEEPEST: Final = 16  # manifests one within the other, or referring to each other
MOST: Final = 10_000  # manifests of one run
AT_ONCE: Final = 4  # parts under way
PATIENCE: Final = 5.0  # seconds in which what was brought there must be seen there
PAUSE: Final = 0.05  # seconds


class Copier(msgspec.Struct, frozen=True, kw_only=True):
    """From one repository into another. What is there already is not sent again."""

    source: Registry
    target: Registry
    clock: Clock
    limiter: anyio.CapacityLimiter = msgspec.field(default_factory=lambda: anyio.CapacityLimiter(AT_ONCE))
    blobs: set[Digest] = msgspec.field(default_factory=set)  # those that are there
    turns: dict[Digest, anyio.Lock] = msgspec.field(default_factory=dict)
    whole: set[Digest] = msgspec.field(default_factory=set)  # manifests that are there with all that belongs to them
    sent: set[Digest] = msgspec.field(default_factory=set)  # manifests that were not there before

    async def artifact(self, digest: Digest, depth: int = 0) -> Outcome[Manifest]:
        """A manifest with all it consists of, and everything that refers to any of that."""
        read = settled(await self._read(digest))
        if isinstance(read, Failure) or digest in self.whole:
            return read
        if (fault := self._unbounded(digest, depth)) is not None:
            return Failure(fault)
        self.whole.add(digest)
        manifest = read.unwrap()
        for step in (self._children, self._put, self._referrers):
            done = settled(await step(manifest, depth))
            if isinstance(done, Failure):
                self.whole.discard(digest)
                return Failure(done.failure())
        return Success(manifest)

    async def content(self, manifest: Manifest) -> Outcome[None]:
        """The blobs of a manifest that is about to be written."""
        found = settled(parts(manifest, self.source.location))
        if isinstance(found, Failure):
            return Failure(found.failure())
        return await each_of(found.unwrap().blobs, self._blob)

    async def patiently(self, put: Callable[[], Awaitable[Outcome[None]]]) -> Outcome[None]:
        """A write, and again for a while if it is told that what was just brought there is not there.

        docker-registry does not see a blob in the moment in which another one brings it the same again.
        """
        until = self.clock.monotonic() + PATIENCE
        while True:
            done = settled(await put())
            is_absent = isinstance(done, Failure) and isinstance(done.failure(), Absent)
            if not is_absent or self.clock.monotonic() >= until:
                return done
            await self.clock.sleep(PAUSE)

    async def proven(self, manifest: Manifest, reference: Digest | Tag) -> Outcome[None]:
        """Read back what was written: its bytes are hashed once more on this side."""
        found = settled(await self.target.manifest(reference))
        if isinstance(found, Failure):
            return Failure(found.failure())
        there = found.unwrap()
        if there is not None and there.digest == manifest.digest:
            return Success(None)
        said = there.digest if there else "nothing"
        return Failure(Damaged(where=self.target.location, expected=f"{reference} to be {manifest.digest}", found=said))

    async def _read(self, digest: Digest) -> Outcome[Manifest]:
        found = await self.source.manifest(digest)
        return found.bind(
            lambda manifest: (
                Success(manifest)
                if manifest is not None
                else Failure(Absent(where=self.source.location, what=f"manifest {digest}"))
            )
        )

    def _unbounded(self, digest: Digest, depth: int) -> Uncopied | None:
        if depth <= DEEPEST and len(self.whole) < MOST:
            return None
        why = f"it is more than {DEEPEST} deep" if depth > DEEPEST else f"more than {MOST} manifests belong together"
        return Uncopied(where=self.source.location, what=f"manifest {digest}", why=why)

    async def _children(self, manifest: Manifest, depth: int) -> Outcome[None]:
        found = settled(parts(manifest, self.source.location))
        if isinstance(found, Failure):
            return Failure(found.failure())
        for child in found.unwrap().manifests:
            done = settled(await self.artifact(child.digest, depth + 1))
            if isinstance(done, Failure):
                return Failure(done.failure())
        return Success(None)

    async def _put(self, manifest: Manifest, _: int) -> Outcome[None]:
        there = settled(await self.target.resolve(manifest.digest))
        if isinstance(there, Failure):
            return Failure(there.failure())
        if there.unwrap() == manifest.digest:
            return Success(None)
        self.sent.add(manifest.digest)
        return await in_turn(
            partial(self.content, manifest),
            partial(self.patiently, partial(self.target.put_manifest, manifest)),
            partial(self.proven, manifest, manifest.digest),
        )

    async def _blob(self, blob: Descriptor) -> Outcome[None]:
        """Each is sent once, however many manifests that are under way have it."""
        async with self.turns.setdefault(blob.digest, anyio.Lock()), self.limiter:
            if blob.digest in self.blobs:
                return Success(None)
            taken = settled(await self.target.take(blob, self.source))
        if isinstance(taken, Success):
            self.blobs.add(blob.digest)
        return taken.map(lambda _: None)

    async def _referrers(self, manifest: Manifest, depth: int) -> Outcome[None]:
        """Those that the other side does not list; what refers to them comes with them."""
        ours = settled(await self.source.referrers(manifest.digest))
        if isinstance(ours, Failure):
            return Failure(ours.failure())
        if not ours.unwrap():
            return Success(None)
        theirs = settled(await self.target.referrers(manifest.digest))
        if isinstance(theirs, Failure):
            return Failure(theirs.failure())
        known = {each.digest for each in theirs.unwrap()}
        copied: list[Manifest] = []
        for each in ours.unwrap():
            done = settled(await self.artifact(each.digest, depth + 1))
            if isinstance(done, Failure):
                return Failure(done.failure())
            copied += [] if each.digest in known else [done.unwrap()]
        return await each_of(copied, lambda each: self.target.attach(each, describe(manifest)))


async def in_turn(*steps: Callable[[], Awaitable[Outcome[None]]]) -> Outcome[None]:
    """One after the other, as long as they succeed."""
    for step in steps:
        done = settled(await step())
        if isinstance(done, Failure):
            return done
    return Success(None)


async def each_of(items: Iterable[T], act: Callable[[T], Coroutine[Any, Any, Outcome[None]]]) -> Outcome[None]:
    """The same with each, side by side; the first failure of several."""
    done = collect(await anyio.amap(act, tuple(items)))
    return done.map(lambda _: None).alt(lambda faults: faults[0])
