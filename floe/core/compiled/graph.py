"""Orders things by what they need, and finds what needs itself."""

from collections import deque
from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from returns.result import Failure, Result, Success

Needs: TypeAlias = Mapping[str, Iterable[str]]  # each thing, and what it needs; what is no key is ignored
Circle: TypeAlias = tuple[str, ...]  # begins and ends with the same name


def order(needs: Needs) -> Result[tuple[str, ...], tuple[Circle, ...]]:
    """Every name after all that it needs, the smallest first where that leaves a choice; or the circles.

    Every name that needs itself is in at least one of the circles shown.
    """
    closed = _closed(needs)
    ordered = _peeled(closed)
    if len(ordered) == len(closed):
        return Success(ordered)
    rest = _without(closed, ordered)
    # What merely needs a circle is no part of one: peel from the other side too.
    core = _without(rest, _peeled(_reversed(rest)))
    return Failure(tuple(_circles(core)))


def _closed(needs: Needs) -> dict[str, frozenset[str]]:
    return {name: frozenset(wanted) & needs.keys() for name, wanted in needs.items()}


def _without(needs: Mapping[str, frozenset[str]], gone: Iterable[str]) -> dict[str, frozenset[str]]:
    out = frozenset(gone)
    return {name: wanted - out for name, wanted in needs.items() if name not in out}


def _reversed(needs: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    users: dict[str, set[str]] = {name: set() for name in needs}
    for name, wanted in needs.items():
        for each in wanted:
            users[each].add(name)
    return {name: frozenset(each) for name, each in users.items()}


def _peeled(needs: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """What can be put in order, in that order (Kahn's algorithm)."""
    users = _reversed(needs)
    missing = {name: len(wanted) for name, wanted in needs.items()}
    ready = [name for name, count in missing.items() if count == 0]
    heapify(ready)
    ordered: list[str] = []
    while ready:
        name = heappop(ready)
        ordered.append(name)
        for user in users[name]:
            missing[user] -= 1
            if missing[user] == 0:
                heappush(ready, user)
    return tuple(ordered)


def _circles(needs: Mapping[str, frozenset[str]]) -> Iterable[Circle]:
    shown: set[str] = set()
    for name in sorted(needs):
        circle = None if name in shown else _shortest(needs, name)
        if circle:
            shown.update(circle)
            yield circle


def _shortest(needs: Mapping[str, frozenset[str]], start: str) -> Circle | None:
    """The shortest way from a name back to itself, breadth first; None when there is none."""
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        if start in needs[name]:
            return (*_way(came_from, start, name), start)
        for each in sorted(needs[name] - came_from.keys()):
            came_from[each] = name
            waiting.append(each)
    return None


def _way(came_from: Mapping[str, str], start: str, end: str) -> Circle:
    way = [end]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return tuple(reversed(way))
