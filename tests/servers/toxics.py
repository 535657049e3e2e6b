"""Trouble on the line, for the requests it is meant for, as often as it is meant to strike.

A toxic is a layer like any other (`troubles.py` has them); `Toxics` decides which requests go through it.
"""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.servers.wire import Answer, Layer, Line, Request


@dataclass
class Rule:
    """One toxic, and the requests it is for: globs over method and path, and a share of those left over."""

    toxic: Layer
    method: str
    path: str
    skip: int
    times: int | None
    share: float
    struck: int = 0

    def fits(self, request: Request) -> bool:
        return fnmatchcase(request.method, self.method) and fnmatchcase(request.path, self.path)


class Toxics:
    """All trouble there is at the moment. Rules strike in the order in which they were added, the first outermost."""

    def __init__(self, seed: int = 0) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._random = random.Random(seed)

    def __call__(self, request: Request, line: Line) -> Answer:
        with self._lock:
            struck = [rule.toxic for rule in self._rules if rule.fits(request) and self._strikes(rule)]
        return line.ahead_of(*struck).forward(request)

    def add(
        self,
        toxic: Layer,
        *,
        method: str = "*",
        path: str = "*",
        times: int | None = None,
        skip: int = 0,
        share: float = 1.0,
    ) -> Rule:
        """From now on, let matching requests have this trouble: `times` of them after the first `skip`."""
        rule = Rule(toxic=toxic, method=method, path=path, skip=skip, times=times, share=share)
        with self._lock:
            self._rules.append(rule)
        return rule

    def off(self) -> None:
        """No more trouble."""
        with self._lock:
            self._rules.clear()

    @contextmanager
    def during(self, toxic: Layer, *, method: str = "*", path: str = "*", times: int | None = None) -> Iterator[Rule]:
        rule = self.add(toxic, method=method, path=path, times=times)
        try:
            yield rule
        finally:
            with self._lock:
                self._rules = [each for each in self._rules if each is not rule]

    def _strikes(self, rule: Rule) -> bool:
        if rule.skip:
            rule.skip -= 1
            return False
        if (rule.times is not None and rule.struck >= rule.times) or self._random.random() >= rule.share:
            return False
        rule.struck += 1
        return True
