"""Which refusals are remembered: those about people, so that whoever tries what they may not is seen.

What nobody proved costs nothing to say, so of unverified operators only a few are remembered: each once an hour
for one version and environment, and of one environment no more than it keeps.
"""

from datetime import timedelta
from typing import Final

from floe.core import canonical
from floe.core.command import Adopt, Command, Lock, Promote, RollBack, Unlock, environment_of
from floe.core.conclude import Run
from floe.core.decide import facts
from floe.core.event import CommandWord, Refused
from floe.core.ledger.record import AuthorizationVerdict, Draft, Expectation
from floe.core.ledger.state import KEPT_EVENTS
from floe.core.names import EnvironmentName
from floe.core.policy import Policy
from floe.core.refusal import (
    MachineWithoutHuman,
    NotAuthorized,
    Refusal,
    Refusals,
    SameHands,
    UnknownHands,
    Unverified,
)
from floe.core.snapshot import Snapshot

ABOUT_PEOPLE: Final = (Unverified, NotAuthorized, SameHands, UnknownHands, MachineWithoutHuman)
ONCE_IN: Final = timedelta(hours=1)


def denial(refusals: Refusals, snapshot: Snapshot, command: Command, policy: Policy, run: Run) -> Draft | None:
    """The record of some refusals; None where none of them is remembered."""
    reasons = tuple(dict.fromkeys(_word(each) for each in refusals if isinstance(each, ABOUT_PEOPLE)))
    if not reasons:
        return None
    event = Refused(
        environment=EnvironmentName(environment_of(command)),
        command=_word_of(command),
        version=command.version if isinstance(command, Promote | RollBack | Adopt) else None,
        reasons=reasons,
    )
    if snapshot.operator.assurance == "unverified" and not _is_news(event, snapshot):
        return None
    known = facts(snapshot, command, policy)
    assert known is not None, "who may not was asked of an environment that exists"
    return Draft(
        id=run.id,
        trace_id=run.trace_id,
        at=snapshot.at,
        event=event,
        operator=snapshot.operator,
        expects=Expectation(),
        policy=canonical.digest(policy),
        facts=known,
        authorization=AuthorizationVerdict(via="none"),
    )


def _is_news(event: Refused, snapshot: Snapshot) -> bool:
    """Whether this was not remembered in the last hour, and there is room for more of that hour."""
    lately = [each for each in snapshot.state.of(event.environment).refused if each.at > snapshot.at - ONCE_IN]
    same = any((each.operator.name, each.version) == (snapshot.operator.name, event.version) for each in lately)
    return not same and len(lately) < KEPT_EVENTS


def _word(refusal: Refusal) -> str:
    return str(type(refusal).__struct_config__.tag)


def _word_of(command: Command) -> CommandWord:
    match command:
        case Promote():
            return "promote"
        case RollBack():
            return "roll-back"
        case Lock():
            return "lock"
        case Unlock():
            return "unlock"
        case Adopt():
            return "adopt"
