"""From what is known, what is asked and what is allowed: a plan, or every reason why not.

Dry run, apply, explain and replay all call this one function. The same three values give the same answer,
on any machine and at any time.
"""

import msgspec
from returns.result import Failure, Result, Success

from floe.core import adoption, canonical, locking, promotion, rollback
from floe.core.adoption import decide_adoption
from floe.core.command import Adopt, Command, Lock, Promote, RollBack, Unlock
from floe.core.facts import Facts
from floe.core.locking import decide_lock, decide_unlock
from floe.core.outcome import failures
from floe.core.plan import Plan, changed_facts, does_the_same
from floe.core.policy import Policy
from floe.core.promotion import decide_promotion
from floe.core.refusal import EffectsChanged, Refusals
from floe.core.rollback import decide_rollback
from floe.core.snapshot import Snapshot


def decide(snapshot: Snapshot, command: Command, policy: Policy) -> Result[Plan, Refusals]:
    match command:
        case Promote():
            return decide_promotion(snapshot, command, policy)
        case RollBack():
            return decide_rollback(snapshot, command, policy)
        case Lock():
            return decide_lock(snapshot, command, policy)
        case Unlock():
            return decide_unlock(snapshot, command, policy)
        case Adopt():
            return decide_adoption(snapshot, command, policy)


def decide_again(snapshot: Snapshot, planned: Plan, policy: Policy) -> Result[Plan, Refusals]:
    """The plan that was made before, if nothing it rests on has changed and it would do the same today.

    A changed fact comes first, the refusal it leads to beneath it.
    """
    decided = decide(snapshot, planned.command, policy)
    known = facts(snapshot, planned.command, policy)
    changed = changed_facts(planned, known or msgspec.structs.replace(planned.facts, policy=canonical.digest(policy)))
    if changed:
        return Failure((*changed, *failures(decided)))
    return decided.bind(lambda plan: Success(plan) if does_the_same(planned, plan) else Failure((EffectsChanged(),)))


def facts(snapshot: Snapshot, command: Command, policy: Policy) -> Facts | None:
    """The facts that a plan for this command would be compared by; None in an environment that does not exist."""
    match command:
        case Promote():
            return promotion.facts(snapshot, command, policy)
        case RollBack():
            return rollback.facts(snapshot, command, policy)
        case Lock() | Unlock():
            return locking.facts(snapshot, command, policy)
        case Adopt():
            return adoption.facts(snapshot, command, policy)
