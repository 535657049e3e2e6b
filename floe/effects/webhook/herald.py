"""Messages to all who want them, side by side: tried again where that may help, and given up in seconds."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

import anyio
import anyio.to_thread

from floe.core.message.form import written
from floe.core.message.notice import Audience, Notice
from floe.effects.ports import Clock, Delivery, Entropy
from floe.effects.webhook import address
from floe.effects.webhook.address import Resolve
from floe.effects.webhook.post import Post
from floe.effects.webhook.receiver import Receiver
from floe.effects.webhook.undelivered import UndeliveredError

PATIENCE: Final = 25.0  # seconds for one message to one receiver, in all
FIRST, LONGEST = 1.0, 8.0  # seconds between two attempts, at most
SIDE_BY_SIDE: Final = 16
APART: Final = {"slack": 1.0}  # seconds between two messages to one receiver


class WebHerald:
    """The `Herald` port over HTTP."""

    def __init__(
        self,
        receivers: Iterable[Receiver],
        clock: Clock,
        entropy: Entropy,
        variables: Mapping[str, str],
        *,
        resolve: Resolve = address.system,
        patience: float = PATIENCE,
    ) -> None:
        self._receivers = tuple(receivers)
        self._clock = clock
        self._entropy = entropy
        self._patience = patience
        self._post = Post(clock, variables, resolve)
        self._limiter = anyio.CapacityLimiter(SIDE_BY_SIDE)

    @property
    def audiences(self) -> tuple[Audience, ...]:
        return tuple(each.audience for each in self._receivers)

    async def tell(self, notices: tuple[Notice, ...], /) -> tuple[Delivery, ...]:
        told = await anyio.amap(partial(self._one_by_one, notices), self._receivers)
        return tuple(delivery for deliveries in told for delivery in deliveries)

    async def _one_by_one(self, notices: tuple[Notice, ...], receiver: Receiver) -> list[Delivery]:
        """One receiver's messages in order. After one that may arrive later, the others are not tried now."""
        deliveries: list[Delivery] = []
        for notice in filter(receiver.audience.wants, notices):
            last = deliveries[-1] if deliveries else None
            if last is not None and last.later:
                why = "the message before it did not arrive"
                deliveries.append(Delivery(to=receiver.audience.name, notice=notice, why=why, later=True))
                continue
            if last is not None and receiver.form in APART:
                await self._clock.sleep(APART[receiver.form])
            deliveries.append(await self._deliver(notice, receiver))
        return deliveries

    async def _deliver(self, notice: Notice, receiver: Receiver) -> Delivery:
        name = receiver.audience.name
        if receiver.audience.unfit is not None:
            return Delivery(to=name, notice=notice, why=receiver.audience.unfit)
        body = written(notice, receiver.form, receiver.routing_key)
        until, tried = self._clock.monotonic() + self._patience, 0
        while True:
            tried += 1
            try:
                await self._attempt(receiver, notice.message_id, body, until)
            except UndeliveredError as error:
                pause = self._pause(error, tried, receiver, until)
                if pause is None:
                    return Delivery(to=name, notice=notice, attempts=tried, why=error.why, later=error.again)
                await self._clock.sleep(pause)
            else:
                return Delivery(to=name, notice=notice, attempts=tried)

    async def _attempt(self, receiver: Receiver, message_id: str, body: bytes, until: float) -> None:
        ends = min(until, self._clock.monotonic() + receiver.timeout)
        send = partial(self._post.send, receiver, message_id, body, ends)
        await anyio.to_thread.run_sync(send, limiter=self._limiter)

    def _pause(self, error: UndeliveredError, tried: int, receiver: Receiver, until: float) -> float | None:
        """Seconds until the next attempt, with full jitter; None when there is none."""
        if not error.again or tried > receiver.retries:
            return None
        longest: float = min(LONGEST, FIRST * 2 ** (tried - 1))
        pause = max(longest * self._entropy.jitter(), error.after or 0.0)
        return pause if self._clock.monotonic() + pause < until else None
