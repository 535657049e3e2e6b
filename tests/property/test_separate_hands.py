"""Separation of duties from end to end, in every pairing of who promotes and who did before.

Whole promotions in the memory world; the numbers are those of docs/threats.md.
"""

import itertools
from typing import Final

import msgspec
import pytest
from returns.result import Failure

from floe.core.command import Promote, RollBack
from floe.core.identity.naming import GITHUB
from floe.core.operator import Operator, Token
from floe.core.policy import Authorization, IdentityPolicy, Issuer, Named, Policy
from floe.core.refusal import UnknownHands
from floe.effects.drive import Faulted
from tests.property.stage import VERSIONS, Stage, is_done, refused
from tests.property.strategies import plain_policy

SSO: Final = "https://sso.example"
V1, V2, SAME_BYTES = VERSIONS


def human(subject: str) -> Operator:
    return Operator(name=f"{subject} of the issuer", assurance="verified", issuer=SSO, subject=subject, kind="human")


def run_of(actor: str | None) -> Operator:
    """A run of CI, and the person who started it, if that is known."""
    return Operator(
        name=actor or "ci",
        assurance="verified",
        issuer=GITHUB,
        subject="repository_id=1;job_workflow_ref=a/b/c.yml@refs/heads/main",
        kind="machine",
        on_behalf_of=f"{GITHUB}#actor_id={actor}" if actor else None,
        nobody=None if actor else "this is attempt 2 of the run, and GitHub does not say who started it again",
    )


WHO: Final = {
    "ada": human("ada"),
    "ada in CI": run_of("1"),
    "ada unproved": Operator(name="ada@example.com", assurance="unverified"),
    "ada posing": Operator(name=f"{SSO}#ada", assurance="unverified"),
    "grace": human("grace"),
    "grace in CI": run_of("2"),
    "stranger": human("stranger"),
    "stranger in CI": run_of("99"),
    "machine": run_of(None),
}
PERSON: Final = {"ada": "Ada", "ada in CI": "Ada", "grace": "Grace", "grace in CI": "Grace"}
MACHINES: Final = ("stranger in CI", "machine")
UNPROVED: Final = ("ada unproved", "ada posing")


def policy(*, authorized: tuple[str, ...] = (), accept_unverified: bool = False) -> Policy:
    """Duties are separate in prod; rules about people also where that is said."""
    people = (
        Named(name="Ada", members=("ada@example.com", f"{SSO}#ada", f"{GITHUB}#actor_id=1")),
        Named(name="Grace", members=(f"{SSO}#grace", f"{GITHUB}#actor_id=2")),
    )
    issuers = (Issuer(issuer=SSO, audience="floe"), Issuer(issuer=GITHUB, audience="floe"))
    identity = IdentityPolicy(issuers=issuers, people=people, accept_unverified=accept_unverified)
    rules = dict.fromkeys(authorized, Authorization(allowed_operators=("Ada", "Grace")))
    rules["prod"] = Authorization(separation_of_duties=True)
    plain = plain_policy("dev", "staging", "prod", identity=identity)
    guarded = tuple(msgspec.structs.replace(each, authorization=rules.get(each.name)) for each in plain.environments)
    return msgspec.structs.replace(plain, environments=guarded)


def promote(stage: Stage, who: str, to: str, version: str = V1, *, force: bool = False) -> set[str]:
    """Why it was refused; nothing when it was done."""
    ending = stage.run(Promote(version=version, target=to, force=force), WHO[who])  # type: ignore[arg-type]
    assert is_done(ending) != bool(refused(ending))
    return refused(ending)


def expected(earlier: str, executor: str) -> set[str]:
    """What becomes of it, said as dumbly as can be."""
    wrong = {"Unverified"} if executor in UNPROVED else set()
    if executor in MACHINES:
        return {"MachineWithoutHuman"}
    executing = "Ada" if executor in UNPROVED else PERSON.get(executor)  # as they say; they are refused in any case
    if executing is None or PERSON.get(earlier) is None:
        return wrong | {"UnknownHands"}
    return wrong | {"SameHands"} if executing == PERSON[earlier] else wrong


@pytest.mark.parametrize(("earlier", "executor"), tuple(itertools.product(WHO, WHO)))
def test_i12_i10_each_pairing_of_hands_has_its_answer(earlier: str, executor: str) -> None:
    stage = Stage(policy())
    assert promote(stage, earlier, "dev") == promote(stage, earlier, "staging") == set()
    before = dict(stage.tags)
    assert promote(stage, executor, "prod") == expected(earlier, executor)
    assert (stage.tags == before) == bool(expected(earlier, executor))


def test_i13_another_name_for_the_same_bytes_makes_no_other_hands() -> None:
    stage = Stage(policy())
    assert stage.pushed[V1] == stage.pushed[SAME_BYTES]
    for version, who in ((V1, "ada"), (SAME_BYTES, "grace")):
        assert promote(stage, who, "dev", version) == promote(stage, who, "staging", version) == set()
    assert promote(stage, "grace", "prod", V1) == {"SameHands"}
    assert promote(stage, "ada", "prod", V1) == set()


def test_i13_hands_further_back_count_where_there_are_rules_about_people() -> None:
    stage = Stage(policy(authorized=("dev",)))
    promote(stage, "ada", "dev")
    promote(stage, "grace", "staging")
    assert promote(stage, "ada", "prod") == promote(stage, "grace", "prod") == {"SameHands"}
    without = Stage(policy())
    promote(without, "ada", "dev")
    promote(without, "grace", "staging")
    assert promote(without, "ada", "prod") == set()


def test_who_is_not_known_is_replaced_by_a_person_who_promotes_it_again() -> None:
    stage = Stage(policy())
    promote(stage, "machine", "dev")
    promote(stage, "ada unproved", "staging")
    assert promote(stage, "grace", "prod") == {"UnknownHands"}
    assert promote(stage, "ada", "staging") == {"AlreadyPromoted"}
    assert promote(stage, "ada", "staging", force=True) == set()
    assert promote(stage, "ada in CI", "prod") == {"SameHands"}
    assert promote(stage, "grace in CI", "prod") == set()


@pytest.mark.parametrize(("who", "why"), [("mallory", "unproved"), ("stranger", "unlisted")])
def test_i12_of_whom_nothing_is_known_it_is_said_why(who: str, why: str) -> None:
    """To list a name among the people would not help whoever has not proved that it is theirs."""
    stage = Stage(policy())
    promote(stage, "ada", "dev")
    promote(stage, "ada", "staging")
    someone = WHO.get(who, Operator(name=who, assurance="unverified"))
    ending = stage.run(Promote(version=V1, target="prod"), someone)
    assert isinstance(ending, Failure)
    refusals = getattr(ending.failure(), "refusals", ())
    assert [each.why for each in refusals if isinstance(each, UnknownHands)] == [why]


def test_i14_what_cannot_be_read_is_in_nobodys_favour() -> None:
    stage = Stage(policy())
    promote(stage, "ada", "dev")
    promote(stage, "ada", "staging")
    ledger = stage.memory.ledger
    last = ledger.listed[-1].record
    ledger.manifests[last] = msgspec.structs.replace(ledger.manifests[last], content=b"{}")
    ending = stage.run(Promote(version=V1, target="prod"), WHO["grace"])
    assert isinstance(ending.failure(), Faulted)
    assert "latest-prod" not in stage.tags
    assert not is_done(ending)


def test_i10_a_machine_is_nobody_even_where_there_are_no_earlier_hands() -> None:
    guarded = policy()
    alone = msgspec.structs.replace(guarded, environments=guarded.environments[-1:])
    ending = Stage(alone).run(Promote(version=V1, source="none", target="prod"), WHO["machine"])
    assert refused(ending) == {"MachineWithoutHuman"}


def test_i12_without_a_list_of_people_each_account_is_one_and_a_machine_none() -> None:
    guarded = policy()
    unlisted = msgspec.structs.replace(guarded, identity=msgspec.structs.replace(guarded.identity, people=()))
    stage = Stage(unlisted)
    promote(stage, "ada", "dev")
    promote(stage, "ada", "staging")
    assert promote(stage, "ada in CI", "prod") == {"MachineWithoutHuman"}
    assert promote(stage, "ada", "prod") == {"SameHands"}
    assert promote(stage, "stranger", "prod") == set()


def test_i01_a_name_that_only_a_token_shows_is_nobodys_for_the_asking() -> None:
    listed = Authorization(allowed_operators=(f"{SSO}#ada",))
    for accept, wrong in ((False, {"Unverified", "NotAuthorized"}), (True, set())):
        guarded = policy(accept_unverified=accept)
        environments = tuple(msgspec.structs.replace(each, authorization=listed) for each in guarded.environments[:1])
        stage = Stage(msgspec.structs.replace(guarded, environments=environments))
        assert promote(stage, "ada posing", "dev") == wrong
        assert promote(stage, "ada", "dev", V2) == set()


def test_i16_a_rollback_is_free_of_separate_hands_and_of_nothing_else() -> None:
    """Rolling back asks who may, and whether it was there; not who promoted it."""
    stage = Stage(policy(authorized=("prod",)))
    for version in (V1, V2):
        promote(stage, "ada", "dev", version)
        promote(stage, "ada", "staging", version)
        assert promote(stage, "grace", "prod", version) == set()
    back = RollBack(version=V1, environment="prod", reason="slow")
    assert refused(stage.run(back, WHO["stranger"])) == set(), "prod has no list of people, only separate hands"
    assert refused(stage.run(back, WHO["ada unproved"])) >= {"Unverified"}
    never = RollBack(version=SAME_BYTES, environment="prod", reason="slow")
    assert refused(stage.run(never, WHO["grace"])) == {"NeverPromoted"}


def test_i21_who_was_proved_when_a_command_began_stays_so_until_it_ends() -> None:
    """A token that ends while gates run does not make somebody else of its owner."""
    stage = Stage(policy())
    ended = msgspec.structs.replace(WHO["ada"], token=Token(expires=int(stage.memory.clock.now().timestamp()) - 3600))
    assert is_done(stage.run(Promote(version=V1, target="dev"), ended))
