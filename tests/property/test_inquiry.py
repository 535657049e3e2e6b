"""What must be known before a command can be decided is asked for, in few rounds, and each thing once."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from floe.core.command import Command, Lock, Promote, RollBack
from floe.core.decide import decide, facts
from floe.core.event import Adopted
from floe.core.inquiry import (
    Answer,
    AskDocument,
    AskRecords,
    AskSignature,
    AskState,
    AskTag,
    Exchange,
    Question,
    RecordsAnswer,
    SignatureAnswer,
    StateAnswer,
    assemble,
    questions,
)
from floe.core.names import Digest, environment_tag
from floe.core.operator import Operator
from floe.core.policy import Policy
from floe.core.snapshot import DocumentFact, Known, Snapshot, TagFact
from tests.property.histories import TAGS, cases, draft_of, folded, histories, tag_facts, written
from tests.property.purity import deciding
from tests.property.strategies import (
    BEGINNING,
    DIGESTS,
    NAMES,
    OPERATORS,
    VERSIONS,
    commands,
    operators,
    plain_policy,
    policies,
    signatures,
)

ROUNDS = 8  # more than any command needs
Situation = tuple[Snapshot, Command, Policy]


def concerns(known: Known, artifact: Digest, environments: tuple[str, ...]) -> bool:
    record = known.record
    is_about = artifact in {each.digest for each in (record.before, record.after) if each}
    return is_about and record.event.environment in environments


def answer(question: Question, whole: Snapshot) -> Answer:
    """What a world that knows everything answers."""
    match question:
        case AskState():
            return StateAnswer(state=whole.state, names=whole.names)
        case AskTag(name=name):
            return TagFact(tag=name, digest=whole.tag(name))
        case AskRecords(artifact=artifact, environments=names):
            found = tuple(each for each in whole.records if concerns(each, artifact, names))
            return RecordsAnswer(artifact=artifact, records=found)
        case AskSignature(artifact=artifact):
            return SignatureAnswer(artifact=artifact, facts=whole.signature)
        case AskDocument(artifact=artifact):
            return DocumentFact(artifact=artifact, document=None, why="foreign")


def rounds(whole: Snapshot, command: Command, policy: Policy) -> list[tuple[Question, ...]]:
    """The questions of each round, until none is left."""
    known: tuple[Exchange, ...] = ()
    asked: list[tuple[Question, ...]] = []
    while pending := questions(command, policy, known, assemble(known, whole.operator, whole.at)):
        asked.append(pending)
        assert len(asked) <= ROUNDS
        known = (*known, *((question, answer(question, whole)) for question in pending))
    return asked


def learned(whole: Snapshot, command: Command, policy: Policy) -> Snapshot:
    exchanges = tuple((each, answer(each, whole)) for asked in rounds(whole, command, policy) for each in asked)
    return assemble(exchanges, whole.operator, whole.at)


@given(cases())
def test_the_rounds_end_and_nothing_is_asked_twice(case: Situation) -> None:
    with deciding():
        asked = [each for one_round in rounds(*case) for each in one_round]
    assert len(asked) == len(set(asked))
    assert asked[0] == AskState()


@given(cases(), st.data())
def test_more_answers_never_unask_a_question(case: Situation, data: st.DataObject) -> None:
    """Whatever has been answered so far stays answered; and answers in another order ask the same in the end."""
    whole, command, policy = case
    asked = [each for one_round in rounds(*case) for each in one_round]
    some = data.draw(st.permutations(asked))
    known = tuple((each, answer(each, whole)) for each in some)
    assert questions(command, policy, known, assemble(known, whole.operator, whole.at)) == ()
    assert msgspec.structs.replace(assemble(known, whole.operator, whole.at), tags=(), documents=()) == (
        msgspec.structs.replace(learned(*case), tags=(), documents=())
    )


@given(cases())
def test_tags_that_were_not_asked_for_change_nothing(case: Situation) -> None:
    _, command, policy = case
    seen = learned(*case)
    more = tuple(TagFact(tag=tag, digest=DIGESTS[0]) for tag in TAGS if tag not in {each.tag for each in seen.tags})
    told_more = msgspec.structs.replace(seen, tags=(*seen.tags, *more))
    with deciding():
        assert decide(seen, command, policy) == decide(told_more, command, policy)


@st.composite
def drawn_worlds(draw: st.DrawFn) -> Situation:
    """Release tags where they were pushed, and all but a few tags drawn: nobody moved anything by hand."""
    policy = draw(policies())
    state, known = folded(draw(histories(policy.names, coherent=True)))
    tags = draw(tag_facts(known, touched=False))
    snapshot = Snapshot(
        at=BEGINNING,
        operator=draw(operators),
        state=state,
        tags=tuple(TagFact(tag=tag, digest=digest) for tag, digest in tags.items()),
        names=tuple(tags),
        records=known,
        signature=draw(signatures),
    )
    return snapshot, draw(commands(policy.names)), policy


@given(drawn_worlds())
def test_to_know_everything_changes_nothing_that_is_decided(case: Situation) -> None:
    """What was asked for suffices: with all records and all tags at hand the decision is the same."""
    whole, command, policy = case
    seen = learned(*case)
    if not any(isinstance(each, AskSignature) for one_round in rounds(*case) for each in one_round):
        whole = msgspec.structs.replace(whole, signature=seen.signature)
    whole = msgspec.structs.replace(whole, documents=seen.documents)
    with deciding():
        assert decide(seen, command, policy) == decide(whole, command, policy)
        assert facts(seen, command, policy) == facts(whole, command, policy)


@given(cases())
def test_records_come_in_ledger_order_and_each_once(case: Situation) -> None:
    seen = learned(*case)
    positions = [each.position for each in seen.records]
    assert positions == sorted(set(positions))


def test_nothing_further_is_asked_about_an_environment_that_does_not_exist() -> None:
    whole = Snapshot(at=BEGINNING, operator=Operator(name="alice", assurance="unverified"))
    command = Promote(version=VERSIONS[0], target="moon")
    assert rounds(whole, command, plain_policy("dev")) == [(AskState(),)]
    assert rounds(whole, Lock(environment="dev", reason="x"), plain_policy("dev")) == [(AskState(),)]
    nowhere = Promote(version=VERSIONS[0], source="moon", target="dev")
    assert not any(
        isinstance(each, AskRecords) for asked in rounds(whole, nowhere, plain_policy("dev")) for each in asked
    )


def test_a_version_that_never_was_current_can_be_rolled_back_to() -> None:
    """It was adopted, and the pointer was nowhere."""
    adopted = Adopted(version=VERSIONS[0], digest=DIGESTS[0], environment=NAMES[0], is_current=False)
    state, known = folded((written(draft_of(adopted), 0),))
    tags = (TagFact(tag=environment_tag(VERSIONS[0], NAMES[0]), digest=DIGESTS[0]),)
    whole = Snapshot(at=BEGINNING, operator=OPERATORS[0], state=state, records=known, tags=tags, names=(tags[0].tag,))
    command = RollBack(version=VERSIONS[0], environment="dev", reason="x")
    asked = [each for one_round in rounds(whole, command, plain_policy("dev")) for each in one_round]
    assert [each for each in asked if isinstance(each, AskDocument)] == [AskDocument(artifact=DIGESTS[0])]
    plan = decide(learned(whole, command, plain_policy("dev")), command, plain_policy("dev")).unwrap()
    assert (plan.before, plan.expects.after) == (None, None)
