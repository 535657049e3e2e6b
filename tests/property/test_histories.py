"""Whole histories: whatever is asked, by whomever, however often it breaks off or races, these things hold."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, TypeAlias

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from floe.core.command import Command, Lock, Promote, RollBack, Unlock, environment_of
from floe.core.drawing import own_tag
from floe.core.event import Promoted, RolledBack
from floe.core.ledger.folding import fold
from floe.core.ledger.head import decode, encode
from floe.core.names import NOWHERE, Digest, Tag, Version, environment_tag, pointer
from floe.core.operator import Operator
from floe.core.snapshot import Known
from floe.effects.drive import Faulted
from tests.property import oracle
from tests.property.stage import AWAY, NEVER_PUSHED, OPERATORS, POLICIES, VERSIONS, Ending, Stage, is_done, refused

PLACES = ("dev", "dev", "staging", "staging", "prod", "prod", "qa")
versions = st.sampled_from((*VERSIONS, *VERSIONS, *VERSIONS, NEVER_PUSHED))
places = st.sampled_from(PLACES)
people = st.sampled_from(OPERATORS)
minutes = st.integers(1, 60)
promotions = st.builds(
    Promote,
    version=versions,
    source=st.none() | st.none() | st.sampled_from((NOWHERE, "dev", "staging")),
    target=places,
    force=st.sampled_from((False, False, False, True)),
)
rollbacks = st.builds(RollBack, version=st.none() | versions, environment=places, reason=st.just("slow"))
unlocks = st.builds(Unlock, environment=places, reason=st.just("over"))
onward = st.sampled_from(VERSIONS)  # wishes this version one environment on, wherever it is
back = st.just("back")  # wishes a rollback, wherever there is something to go back to
wishes = onward | onward | onward | onward | promotions | rollbacks | back
Wish: TypeAlias = Command | Version | Literal["back"]
WRITES = ("append", "create_tag", "put_manifest")
READS = ("look", "tags", "resolve", "about", "manifest", "recall")


class Histories(RuleBasedStateMachine):
    """One world, in which everything happens."""

    @initialize(kind=st.sampled_from(sorted(POLICIES)))
    def begin(self, kind: str) -> None:
        self.stage = Stage(POLICIES[kind])
        self.policy = self.stage.policy
        self.is_untidy = False  # something broke off: until recovery tags may be missing
        self.tests_fail = False
        self.seen: tuple[Digest, ...] = ()
        self.first_digests: dict[Tag, Digest] = {}
        self.raced: set[Digest] = set()  # records that were made while another command ran

    # What happens ----------------------------------------------------------------------------------------------------

    @rule(wish=wishes, operator=people)
    def asks(self, wish: Wish, operator: Operator) -> None:
        self._ask(self._meant(wish), operator)

    @rule(version=onward, two=st.permutations(OPERATORS))
    def goes_all_the_way(self, version: Version, two: list[Operator]) -> None:
        for number, _ in enumerate(self.policy.names):
            self._ask(self._meant(version), two[number % len(two)])

    @rule(command=unlocks, operator=people)
    def opens(self, command: Command, operator: Operator) -> None:
        self._ask(command, operator)

    @rule(place=places, lasting=st.none() | minutes | minutes, operator=people)
    def shuts(self, place: str, lasting: int | None, operator: Operator) -> None:
        until = self.stage.memory.clock.now() + timedelta(minutes=lasting) if lasting else None
        self._ask(Lock(environment=place, reason="incident", until=until), operator)

    @rule(minutes=minutes)
    def waits(self, minutes: int) -> None:
        self.stage.memory.clock.pass_by(60 * minutes)

    @rule(yes=st.booleans())
    def tests_break(self, yes: bool) -> None:
        self.tests_fail = yes
        self.stage.fail_tests(yes=yes)

    @rule(wish=wishes, operator=people, at=st.integers(0, 7), how=st.tuples(st.booleans(), st.booleans()))
    def crashes(self, wish: Wish, operator: Operator, at: int, how: tuple[bool, bool]) -> None:
        """The process ends at a call; then perhaps the same command is run again."""
        command, (recorded, is_run_again) = self._meant(wish), how
        before = self.stage.known()
        ending = self.stage.crash(command, operator, at, recorded=recorded)
        self.is_untidy = self.is_untidy or ending is None
        was_recorded = len(self.stage.known()) > len(before)
        if is_run_again and ending is None and was_recorded and not getattr(command, "force", False):
            self._completes(command, operator)

    @rule(wish=wishes, operator=people, operation=st.sampled_from((*WRITES, *READS)), after=st.booleans())
    def stumbles(self, wish: Wish, operator: Operator, operation: str, after: bool) -> None:
        """One call fails, before or after its effect."""
        command = self._meant(wish)
        fail = self.stage.memory.trouble.fail_after if after else self.stage.memory.trouble.fail_before
        fail(operation, AWAY)
        ending = self.stage.run(command, operator)
        self.stage.memory.trouble._planned.clear()
        self.is_untidy = self.is_untidy or not is_done(ending)

    @rule(wish=wishes, two=st.tuples(people, people), late=st.integers(0, 25))
    def races_a_lock(self, wish: Wish, two: tuple[Operator, Operator], late: int) -> None:
        command = self._meant(wish)
        lock = Lock(environment=environment_of(command), reason="incident")
        self.stage.race(((command, two[0], 0), (lock, two[1], late)))
        self._ask(Unlock(environment=lock.environment, reason="over"), two[1])

    @rule(one=wishes, other=wishes | unlocks, two=st.tuples(people, people), late=st.integers(0, 12))
    def races(self, one: Wish, other: Wish, two: tuple[Operator, Operator], late: int) -> None:
        contenders = ((self._meant(one), two[0], 0), (self._meant(other), two[1], late))
        before = len(self.stage.known())
        endings = self.stage.race(contenders)
        self.raced |= {each.digest for each in self.stage.known()[before:]}
        assert not any(isinstance(_trouble(ending), Faulted) for ending in endings)
        if not self.is_untidy:
            assert self.stage.drift() == ()

    @rule()
    @precondition(lambda self: self.is_untidy)
    def recovers(self) -> None:
        self.stage.recover()
        assert self.stage.tags == {**self._release_tags(), **oracle.drawn(self.stage.history())}
        tags = dict(self.stage.tags)
        assert self.stage.recover() == ()
        assert self.stage.tags == tags
        self.is_untidy = False

    # What holds ------------------------------------------------------------------------------------------------------

    @invariant()
    def tags_are_what_the_records_say(self) -> None:
        expected = oracle.drawn(self.stage.history())
        if not self.is_untidy:
            assert self.stage.tags == {**self._release_tags(), **expected}
        for tag, digest in self.stage.tags.items():
            if not tag.startswith("latest-") and tag not in self._release_tags():
                assert expected[tag] == digest

    @invariant()
    def a_pointer_is_where_some_record_put_it(self) -> None:
        for name in self.policy.names:
            there = self.stage.tags.get(pointer(name))
            moved = [known.record.after for known in self.stage.known() if known.record.event.environment == name]
            assert there is None or there in {each.digest for each in moved if each}

    @invariant()
    def what_a_tag_first_said_it_says_for_ever(self) -> None:
        for tag, digest in self.stage.tags.items():
            if not tag.startswith("latest-"):
                assert self.first_digests.setdefault(tag, digest) == digest
        assert self.first_digests.keys() <= self.stage.tags.keys()

    @invariant()
    def nothing_recorded_is_lost(self) -> None:
        ledger = self.stage.memory.ledger
        listed = tuple(entry.record for entry in ledger.listed)
        assert listed[: len(self.seen)] == self.seen
        assert all(ledger.manifests[name].digest == name for name in listed)
        assert decode(encode(ledger.head), "memory").unwrap() == ledger.head
        assert fold(self.stage.history())[0] == ledger.head.state
        self.seen = listed

    @invariant()
    def artifacts_never_change(self) -> None:
        kept = self.stage.memory.registry.manifests
        assert set(kept) == {artifact.digest for artifact in self.stage.artifacts}
        assert all(each.digest == name for name, each in kept.items())

    @invariant()
    def every_promotion_was_right_when_it_was_made(self) -> None:
        """From scratch: the way, the lock, who may, and separate hands, each time as the records stood before."""
        known = self.stage.known()
        for place, each in enumerate(known):
            event, earlier = each.record.event, known[:place]
            last = oracle.current(earlier, event.environment)
            assert each.record.after is None or each.record.before == (last.record.after if last else None)
            if isinstance(event, Promoted):
                assert oracle.may_follow(self.policy, event.source, event.environment)
                came = oracle.stands(earlier, event.version, event.source)
                if came is None and each.digest in self.raced:  # what it expects is of its own environment
                    came = oracle.stands(earlier[:-1], event.version, event.source)
                assert event.source == NOWHERE or (came is not None and came.record.after == each.record.after)
                assert oracle.locked(earlier, event.environment, each.record.at) is None
                hands = oracle.hands(earlier, event.digest, event.source, event.environment, self.policy)
                assert not oracle.conflicts(each.record.operator, hands, event.environment, self.policy)
            if isinstance(event, RolledBack):
                assert oracle.brought(earlier, event.version, event.environment) is not None
            assert oracle.is_listed(each.record.operator, event.environment, self.policy)

    @invariant()
    def nothing_is_in_prod_that_was_not_in_staging(self) -> None:
        staged: set[Digest] = set()
        for each in self.stage.known():
            event = each.record.event
            if isinstance(event, Promoted) and event.environment == "staging":
                staged.add(event.digest)
            if isinstance(event, Promoted | RolledBack) and event.environment == "prod":
                assert event.digest in staged

    # How it is done --------------------------------------------------------------------------------------------------

    def _meant(self, wish: Wish) -> Command:
        """Onward is the first environment, in order, in which the version does not stand."""
        if not isinstance(wish, str):
            return wish
        known = self.stage.known()
        if wish == "back":
            return next(self._ways_back(), RollBack(environment="dev", reason="slow"))
        places = [name for name in self.policy.names if oracle.stands(known, wish, name) is None]
        return Promote(version=wish, target=(*places, self.policy.names[-1])[0])

    def _ways_back(self) -> Iterator[RollBack]:
        known = self.stage.known()
        for name in reversed(self.policy.names):
            now = oracle.current(known, name)
            for version in VERSIONS:
                was_there = oracle.brought(known, version, name) is not None
                if now and now.record.after and was_there and now.record.after.version != version:
                    yield RollBack(version=version, environment=name, reason="slow")

    def _ask(self, command: Command, operator: Operator) -> None:
        """One command, in peace: it ends as the dumb oracle says, if everything was drawn before."""
        stage = self.stage
        before, at = stage.known(), stage.memory.clock.now()
        ending = stage.run(command, operator)
        assert not isinstance(_trouble(ending), Faulted)
        if isinstance(command, Promote | RollBack) and is_done(ending):
            self._finished_what_was_left(oracle.current(before, environment_of(command)))
        if self.is_untidy:
            return
        expected = oracle.objections(command, operator, self.policy, before, stage.pushed, at)
        if not expected and self.tests_fail and self._has_tests(command):
            expected = {"GateFailed"}
        assert refused(ending) == expected
        assert is_done(ending) == (not expected)
        grown = len(stage.known()) - len(before)
        does_nothing = isinstance(command, Unlock) and oracle.locked(before, command.environment, at) is None
        assert grown == (not expected and not does_nothing)

    def _finished_what_was_left(self, last: Known | None) -> None:
        """A write to an environment draws the tag that the one before it may have left undrawn."""
        assert last is None or own_tag(last.record.event) in self.stage.tags

    def _completes(self, command: Command, operator: Operator) -> None:
        """What was recorded is finished by the same command, and not recorded twice."""
        before = self.stage.known()
        ending = self.stage.run(command, operator)
        environment = environment_of(command)
        if isinstance(command, RollBack) and command.version is None:
            return
        assert is_done(ending) or refused(ending) & {"AlreadyPromoted", "AlreadyCurrent"}
        assert self.stage.known() == before
        [current] = [
            each for each in self.stage.memory.ledger.head.state.environments if each.environment == environment
        ]
        assert current.current is not None
        assert self.stage.tags[pointer(current.environment)] == current.current.digest
        if isinstance(command, Promote):
            assert environment_tag(command.version, current.environment) in self.stage.tags

    def _release_tags(self) -> dict[str, Digest]:
        return {str(version): digest for version, digest in self.stage.pushed.items()}

    def _has_tests(self, command: Command) -> bool:
        environment = self.policy.environment(environment_of(command))
        gates = environment.gates if environment and isinstance(command, Promote) else ()
        return any(gate.name == "tests" for gate in gates)


def _trouble(ending: Ending) -> object:
    return ending.swap().value_or(None)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)
