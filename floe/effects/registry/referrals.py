"""Who refers to an artifact on a registry: by its own list, or by an index under a tag where it keeps none.

That index is read, changed and written, and nothing stops two who do so at once from losing each other's line. So
whoever writes stays until the index has been the same for longer than any writer takes, with everybody's line in it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar

from returns.result import Failure, Success

from floe.core.artifact import Descriptor, Manifest
from floe.core.fault import Unavailable
from floe.core.names import Digest
from floe.core.outcome import settled
from floe.effects.ports import Clock, Entropy, Outcome
from floe.effects.registry import referring
from floe.effects.registry.referring import Listing
from floe.effects.registry.retry import Patience
from floe.effects.registry.transport import Transport

T = TypeVar("T")

SECONDS: Final = 30.0  # for a list, or for one exchange of the index
HOMING: Final = 120.0  # seconds in which a line must have come to stay
SETTLING: Final = 0.25  # seconds without a change at least
SLOWER: Final = 4.0  # how much slower than us another writer may be
STALE: Final = 0.1  # seconds after which what was read is read again before it is written
PAUSE: Final = 0.05  # seconds at most between two tries to write
MOST_PAGES: Final = 100


class Referrals:
    """The referrers of one repository. What several of our tasks add to one index is written by each of them."""

    def __init__(self, transport: Transport, patience: Patience, clock: Clock, entropy: Entropy, where: str) -> None:
        self._transport = transport
        self._patience = patience
        self._clock = clock
        self._entropy = entropy
        self._where = where
        self._adding: dict[Digest, dict[Digest, Descriptor]] = {}

    async def all(self, subject: Digest, kind: str | None) -> Outcome[tuple[Descriptor, ...]]:
        listed = settled(await self._listed(subject, kind))
        if isinstance(listed, Failure):
            return Failure(listed.failure())
        found = listed.unwrap()
        if found is None:
            return (await self._persist(partial(self._hinted, subject, kind))).bind(lambda outcome: outcome)
        return Success(found if kind is None else tuple(each for each in found if each.artifact_type == kind))

    async def add(self, manifest: Manifest, subject: Digest) -> Outcome[None]:
        """Have a manifest listed that is there already, where the registry did not say that it lists it."""
        listed = settled(await self._listed(subject, None))
        if isinstance(listed, Failure):
            return Failure(listed.failure())
        if manifest.digest in {each.digest for each in listed.unwrap() or ()}:
            return Success(None)
        with self._wanted(subject, referring.described(manifest)):
            return await self._home(subject)

    async def _listed(self, subject: Digest, kind: str | None) -> Outcome[tuple[Descriptor, ...] | None]:
        """What the registry's own list says; None when it keeps none."""
        found: dict[Digest, Descriptor] = {}
        address: str | None = None
        until = self._patience.moment(SECONDS)
        for _ in range(MOST_PAGES):
            ask = partial(self._transport.referred, subject, kind, address)
            page = settled(await self._patience.persist(ask, until))
            if isinstance(page, Failure):
                return Failure(page.failure())
            referred = page.unwrap()
            if referred is None:
                return Success(None)
            known = len(found)
            found |= {each.digest: each for each in referred.manifests}
            address = referred.following
            is_last = address is None or len(found) == known  # a page without news leads in a circle
            if is_last or len(found) > referring.MOST:
                return referring.bounded(tuple(found.values()), subject, self._where)
        return Failure(Unavailable(where=self._where, why=f"its list of referrers has more than {MOST_PAGES} pages"))

    def _hinted(self, subject: Digest, kind: str | None, until: float) -> Outcome[tuple[Descriptor, ...]]:
        found = referring.bounded(self._read(subject, until).referrers, subject, self._where)
        return found.map(lambda few: referring.fitting(few, kind, lambda each: self._transport.manifest(each, until)))

    async def _home(self, subject: Digest) -> Outcome[None]:
        """Settled it is when a whole wait has passed in which nothing changed; others may be as slow as we are."""
        until = self._patience.moment(HOMING)
        longest, seen = SETTLING, Listing()
        has_waited = False
        while self._clock.monotonic() < until:
            began = self._clock.monotonic()
            done = settled(await self._persist(partial(self._exchange, subject, seen)))
            if isinstance(done, Failure):
                return Failure(done.failure())
            listing, was_complete = done.unwrap()
            if has_waited and was_complete and listing == seen:
                return Success(None)
            has_waited, seen = was_complete, listing
            if was_complete:
                await self._clock.sleep(longest)
            else:
                longest = max(longest, SLOWER * (self._clock.monotonic() - began))
                await self._clock.sleep(PAUSE * self._entropy.jitter())
        why = f"others keep changing the index of referrers of {subject}; run this again when they are done"
        return Failure(Unavailable(where=self._where, why=why))

    def _exchange(self, subject: Digest, seen: Listing, until: float) -> tuple[Listing, bool]:
        """The index as it is, and whether our lines are in it, and those that we saw before; if not, it is written."""
        found = self._read(subject, until)
        read_at = self._clock.monotonic()
        whole = found.with_lines(self._adding[subject].values()).joined(seen)
        if whole == found:
            return found, True
        if self._clock.monotonic() - read_at < STALE:
            self._transport.put(referring.fallback_tag(subject), whole.encode(), until)
        return whole, False

    def _read(self, subject: Digest, until: float) -> Listing:
        return referring.decode(self._transport.manifest(referring.fallback_tag(subject), until), self._where)

    async def _persist(self, attempt: Callable[[float], T]) -> Outcome[T]:
        return await self._patience.persist(attempt, self._patience.moment(SECONDS))

    @contextmanager
    def _wanted(self, subject: Digest, line: Descriptor) -> Iterator[None]:
        wanted = self._adding.setdefault(subject, {})
        wanted[line.digest] = line
        try:
            yield
        finally:
            del wanted[line.digest]
