"""A herald in memory: what it was given to tell is there to be looked at."""

from returns.result import Failure, Success

from floe.core.explain.faults import what_failed
from floe.core.message.form import Format, written
from floe.core.message.notice import Audience, EventType, Notice
from floe.core.outcome import settled
from floe.core.value import Value
from floe.effects.memory.trouble import Call, Trouble
from floe.effects.ports import Delivery, Outcome


class Sent(Value, frozen=True, kw_only=True):
    """One message as it went out."""

    to: str
    message_id: str
    body: bytes


class MemoryHerald:
    """The `Herald` port over a list. Nobody listens until `listen` says who does."""

    def __init__(self, trouble: Trouble | None = None) -> None:
        self.trouble = trouble or Trouble()
        self.sent: list[Sent] = []
        self._listening: list[tuple[Audience, Format]] = []

    def listen(self, name: str, *events: EventType, form: Format = "floe") -> None:
        """From now on somebody is told; without `events`, of what is usual."""
        audience = Audience(name=name, events=events or ("promote", "rollback"))
        self._listening.append((audience, form))

    @property
    def audiences(self) -> tuple[Audience, ...]:
        return tuple(audience for audience, _ in self._listening)

    async def tell(self, notices: tuple[Notice, ...], /) -> tuple[Delivery, ...]:
        told = [
            (audience.name, form, notice)
            for audience, form in self._listening
            for notice in notices
            if audience.wants(notice)
        ]
        return tuple([await self._deliver(*each) for each in told])

    async def _deliver(self, name: str, form: Format, notice: Notice) -> Delivery:
        def send() -> Outcome[None]:
            self.sent.append(Sent(to=name, message_id=notice.message_id, body=written(notice, form)))
            return Success(None)

        outcome = settled(await self.trouble.around(Call(operation="tell"), send))
        why = what_failed(outcome.failure())[0] if isinstance(outcome, Failure) else None
        return Delivery(to=name, notice=notice, attempts=1, why=why, later=why is not None)
