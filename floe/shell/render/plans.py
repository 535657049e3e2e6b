"""A plan as people review it: what would be done, and on which facts that rests."""

import shlex
from typing import TypeAlias

from floe.core.effect import CreateTag, Drawing
from floe.core.event import Promoted
from floe.core.explain.refusals import because
from floe.core.facts import Facts, told
from floe.core.plan import Plan
from floe.core.policy import Gate
from floe.shell.render.reply import Reply, plain

Lines: TypeAlias = tuple[str, ...]


def shown(plan: Plan) -> Reply:
    return Reply(
        document={"digest": plan.digest, "plan": plain(plan)},
        lines=(
            f"Plan {plan.digest}",
            f"Promotes: {_promotion(plan)}",
            "Effects, in order:",
            *(("  - record the promotion",) if plan.event else ()),
            *(f"  - {drawn(each)}" for each in plan.drawings),
            "Gates:",
            *(f"  - {gate.name}: {_how(gate)}" for gate in plan.gates),
            "Facts it rests on:",
            *(f"  - {name.replace('_', ' ')}: {told(getattr(plan.facts, name))}" for name in Facts.__struct_fields__),
            *_outstanding(plan),
            *(f"WARNING: {each.message}" for each in plan.warnings),
        ),
    )


def drawn(drawing: Drawing) -> str:
    if isinstance(drawing, CreateTag):
        return f"create tag {drawing.name} -> {drawing.digest}"
    return f"move tag {drawing.name} -> {drawing.digest}"


def _how(gate: Gate) -> str:
    if gate.command is None:
        return "built in" if gate.is_builtin else "no command"
    return gate.command if isinstance(gate.command, str) else shlex.join(gate.command)


def _promotion(plan: Plan) -> str:
    if isinstance(plan.event, Promoted):
        return f"{plan.event.version} from {plan.event.source} to {plan.event.environment}"
    return f"nothing new; completes promotion {plan.completes}"


def _outstanding(plan: Plan) -> Lines:
    return ("Outstanding:", *(f"  - {because(each)[0]}" for each in plan.outstanding)) if plan.outstanding else ()
