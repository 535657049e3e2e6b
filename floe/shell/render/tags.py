"""The tags of a plan, told."""

from typing import TypeAlias

from floe.core.effect import CreateTag, MovePointer
from floe.core.names import Tag
from floe.core.plan import Plan

Lines: TypeAlias = tuple[str, ...]


def names(plan: Plan) -> tuple[Tag, ...]:
    return tuple(drawing.name for drawing in plan.drawings)


def told(plan: Plan) -> Lines:
    """The tags that are made, then the one that moves."""
    made = tuple(f"New tag: {each.name}" for each in plan.drawings if isinstance(each, CreateTag))
    moved = tuple(f"Latest tag updated: {each.name}" for each in plan.drawings if isinstance(each, MovePointer))
    return (*made, *moved)
