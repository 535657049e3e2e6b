"""In no history of a small world does the core let anything happen that must not."""

import time

import pytest

from floe.core.event import Adopted, Event, Locked, Promoted, Refused, RolledBack, Unlocked
from tests.property.exploration import World, explore


class Past:
    """The same history, told by a plain reading of its events."""

    def __init__(self) -> None:
        self.promoters: dict[tuple[str, str], str] = {}  # (digest, environment): who last promoted it there
        self.standing: set[tuple[str, str]] = set()  # (version, environment)
        self.locked: set[str] = set()
        self.pointer: dict[str, str] = {}

    def happen(self, event: Event, person: str) -> None:
        match event:
            case Promoted(version=version, digest=digest, environment=environment):
                self.promoters[digest, environment] = person
                self.standing.add((version, environment))
                self.pointer[environment] = version
            case RolledBack(version=version, environment=environment):
                self.standing.discard((self.pointer[environment], environment))
                self.standing.add((version, environment))
                self.pointer[environment] = version
            case Locked(environment=environment):
                self.locked.add(environment)
            case Unlocked(environment=environment):
                self.locked.discard(environment)
            case Adopted() | Refused():
                raise AssertionError("nobody adopts here, and refusals are not recorded by the core")


def check(world: World) -> None:
    """The last step was allowed to happen, by rules that are said again here."""
    past = Past()
    for known in world.records[:-1]:
        past.happen(known.record.event, known.record.operator.name)
    last = world.records[-1].record
    if isinstance(last.event, Promoted):
        check_promotion(past, last.event, last.operator.name)
    past.happen(last.event, last.operator.name)
    for state in world.state.environments:
        justified = past.pointer.get(state.environment)
        assert (state.current.version if state.current else None) == justified


def check_promotion(past: Past, event: Promoted, person: str) -> None:
    assert event.environment not in past.locked
    before = {"dev": "none", "staging": "dev", "prod": "staging"}[event.environment]
    assert event.source == before
    assert before == "none" or (event.version, before) in past.standing
    if event.environment == "prod":
        assert past.promoters[event.digest, "staging"] != person


def test_nothing_forbidden_happens_within_three_steps() -> None:
    """Row L03."""
    states, depth = explore(check, depth=3, goes_on=lambda: True)
    print(f"{states} states, {depth} steps deep")  # noqa: T201 - the measure of what was looked at
    assert states > 50


@pytest.mark.soak
def test_nothing_forbidden_happens_as_deep_as_two_minutes_allow(capsys: pytest.CaptureFixture[str]) -> None:
    """Two minutes of this process's own work: how far it gets is not for other processes to say."""
    ends = time.process_time() + 120
    states, depth = explore(check, depth=99, goes_on=lambda: time.process_time() < ends)
    with capsys.disabled():
        print(f"\n{states} states, {depth} steps deep")  # noqa: T201 - as above
    assert depth > 3, "deeper than the test above"
