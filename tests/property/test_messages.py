"""What is told of a record: the same whoever tells it, in forms that their receivers take, whatever people write."""

import json
from datetime import timedelta
from typing import Any, Final, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floe.core.compiled.change import RemovedField
from floe.core.compiled.impact import Impact
from floe.core.event import Adopted, Event, Locked, Promoted, Refused, RolledBack, Unlocked
from floe.core.explain.phrase import on_one_line
from floe.core.ledger.record import place
from floe.core.message import slack
from floe.core.message.form import MEDIA_TYPES, Format, written
from floe.core.message.notice import MOST_LISTED, Audience, Notice, message_id, notice, sentence, who
from floe.core.names import EnvironmentName, Tag, Version
from floe.core.operator import Operator
from tests.property.histories import draft_of
from tests.property.strategies import BEGINNING, DIGESTS, NAMES, events, operators
from tests.published import mistakes

FORMATS: Final[tuple[Format, ...]] = get_args(Format)
KEY: Final = "0123456789abcdef0123456789ABCDEF"
REPOSITORY: Final = "oci://registry.example/team/app"
STAGING, V1 = EnvironmentName("staging"), Version("v1.0.0")
PROMOTED: Final = Promoted(version=V1, digest=DIGESTS[0], source="dev", environment=STAGING)
BACK: Final = RolledBack(
    version=V1, digest=DIGESTS[0], environment=STAGING, number=1, tag=Tag("v1.0.0-staging-rollback-1"), reason="slow"
)
LOCKED: Final = Locked(environment=STAGING, reason="incident", until=BEGINNING + timedelta(hours=2))
OVER: Final = Unlocked(environment=STAGING, reason="over", lock=DIGESTS[1])
REFUSED: Final = Refused(environment=STAGING, command="promote", reasons=("not-authorized",))
ADOPTED: Final = Adopted(version=V1, digest=DIGESTS[0], environment=STAGING, is_current=True)
REMOVED: Final = RemovedField(product="analytics", port="config", field="new_feature")
IMPACT: Final = Impact(changes=(REMOVED,), affected=("dashboard",), recommendations=("Notify",))

# Text as people and machines write it: markup, mentions, controls, half of an escape, and much of it.
hostile = st.text(
    st.sampled_from("<!channel>&amp;|*_~`\n\r\t\0\x1b[31m\u202e\u2028:@ é😀")
    | st.characters(exclude_categories=["Cs"]),
    max_size=400,
) | st.sampled_from(("<!channel>", "&" * 5000, "<https://evil.example|here>", "\n" * 300, ""))


def told(event: Event, impact: Impact | None = None, repository: str = REPOSITORY, **more: object) -> Notice:
    found = notice(DIGESTS[2], draft_of(event, 0, **more), repository, impact)
    assert found is not None
    return found


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    text = draw(hostile)
    told_events: list[Event] = [
        PROMOTED,
        *(msgspec.structs.replace(each, reason=text) for each in (BACK, LOCKED, OVER)),
    ]
    event = draw(st.sampled_from(told_events))
    names = draw(st.lists(hostile, max_size=80))
    removed = tuple(RemovedField(product=name, port=name, field=name) for name in names)
    impact = draw(st.sampled_from((None, Impact(unknown=text), Impact(changes=removed, affected=tuple(names)))))
    who = Operator(name=text, assurance="unverified")
    return told(event, impact, draw(st.sampled_from((REPOSITORY, f"oci-layout://{text} ü"))), operator=who)


@given(notices(), st.sampled_from(FORMATS))
def test_every_message_is_one_that_its_receiver_takes(notice: Notice, form: Format) -> None:
    """Row W09."""
    assert mistakes(form, json.loads(written(notice, form, KEY))) == []


@given(notices())
def test_only_pagerduty_is_told_the_key(notice: Notice) -> None:
    """Row W04."""
    for form in FORMATS:
        assert (KEY.encode() in written(notice, form, KEY)) == (form == "pagerduty")


@given(st.one_of(events(NAMES), st.just(REFUSED)), operators, st.integers(0, 9))
def test_a_record_and_its_draft_are_told_of_alike(event: Event, operator: Operator, number: int) -> None:
    """Row W06: whoever tells of a record, now or later, sends the same under the same id."""
    draft = draft_of(event, number, operator=operator)
    record = place(draft, seq=number, predecessors=(), repository=REPOSITORY)
    assert notice(DIGESTS[0], draft, REPOSITORY) == notice(DIGESTS[0], record, REPOSITORY)


@given(st.sampled_from(DIGESTS), st.sampled_from(DIGESTS))
def test_w06_an_id_is_that_of_its_record(one: Any, other: Any) -> None:
    assert (message_id(one) == message_id(other)) == (one == other)
    assert "." not in message_id(one)


@pytest.mark.parametrize("event", [ADOPTED, REFUSED], ids=["adopted", "refused"])
def test_what_changes_nothing_is_not_told(event: Event) -> None:
    assert notice(DIGESTS[0], draft_of(event), REPOSITORY) is None


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (PROMOTED, "Promoted v1.0.0 from dev to staging"),
        (BACK, "Rolled back staging to v1.0.0"),
        (LOCKED, "Environment 'staging' is now locked"),
        (OVER, "Environment 'staging' is now unlocked"),
    ],
)
def test_a_message_says_what_the_command_line_says(event: Event, words: str) -> None:
    said = told(event)
    assert sentence(said) == words
    assert who(said) == "alice (unverified)"
    assert words.encode() in written(said, "slack")
    assert words.encode() in written(said, "pagerduty", KEY)


def test_floes_own_message_has_the_keys_that_are_promised() -> None:
    assert json.loads(written(told(PROMOTED), "floe")) == {
        "message_id": message_id(DIGESTS[2]),
        "event_type": "promote",
        "promotion_id": "00000000-0000-4000-8000-000000000000",
        "artifact_tag": "v1.0.0",
        "artifact_digest": DIGESTS[0],
        "source_environment": "dev",
        "target_environment": "staging",
        "operator": "alice",
        "assurance": "unverified",
        "timestamp": "2026-01-15T10:30:00Z",
        "trace_id": "0" * 32,
        "repository": REPOSITORY,
        "record": DIGESTS[2],
    }


def test_a_rollback_tells_why_and_what_it_breaks() -> None:
    body = json.loads(written(told(BACK, IMPACT, before=LEFT), "floe"))
    assert (body["rollback_id"], body["reason"], body["previous_version"]) == (draft_of(BACK).id, "slow", "v1.1.0")
    assert body["impact_analysis"]["breaking_changes"] == 1
    assert body["impact_analysis"]["impact"]["changes"][0]["field"] == "new_feature"
    assert "promotion_id" not in body
    text = written(told(BACK, IMPACT, before=LEFT), "slack").decode()
    assert "- Removed field: config.new_feature" in text
    assert "*Previous version*" in text


def test_a_large_impact_is_cut_and_counted() -> None:
    many = Impact(changes=(REMOVED,) * 500, affected=tuple(f"product-{number}" for number in range(300)))
    analysis = json.loads(written(told(BACK, many), "floe"))["impact_analysis"]
    assert (analysis["breaking_changes"], analysis["affected_products"]) == (500, 300)
    assert len(analysis["impact"]["changes"]) == len(analysis["impact"]["affected"]) == MOST_LISTED
    assert len(written(told(BACK, many), "floe")) < 20_000  # what Standard Webhooks advises


def test_w09_a_section_holds_as_much_as_slack_takes() -> None:
    wide = tuple(RemovedField(product="&" * 300, port="&" * 300, field=str(number)) for number in range(9))
    said = json.loads(written(told(BACK, Impact(changes=wide, affected=("<" * 300,) * 9)), "slack"))
    assert mistakes("slack", said) == []
    assert said["blocks"][2]["text"]["text"].startswith("Breaking changes: 9\n- Removed field: &amp;")


def test_an_unknown_impact_is_told_as_that() -> None:
    assert b"Impact unknown: no document" in written(told(BACK, Impact(unknown="no document")), "slack")


def test_w09_markup_in_what_people_write_is_none_for_slack() -> None:
    said = slack.message(told(Locked(environment=STAGING, reason="<!channel>\n> *all* & <http://a|b>")))
    assert "&lt;!channel&gt; &gt; *all* &amp; &lt;http://a|b&gt;" in str(said["text"])
    assert "\n" not in str(said["text"])
    assert "<" not in json.dumps(said)


def test_a_lock_is_an_alert_that_its_unlock_resolves() -> None:
    alert = json.loads(written(told(LOCKED), "pagerduty", KEY))
    end = json.loads(written(told(OVER), "pagerduty", KEY))
    assert (alert["event_action"], alert["dedup_key"]) == ("trigger", message_id(DIGESTS[2]))
    assert (end["event_action"], end["dedup_key"]) == ("resolve", message_id(DIGESTS[1]))
    assert alert["payload"]["severity"] == "warning"


def test_a_cloud_event_names_its_source_as_a_uri() -> None:
    event = json.loads(written(told(PROMOTED, None, "oci-layout://my folder/ä"), "cloudevents"))
    assert event["source"] == "oci-layout://my%20folder/%C3%A4"
    assert (event["type"], event["subject"]) == ("dev.floe.promote.v1", "staging")
    assert event["data"]["artifact_tag"] == "v1.0.0"
    assert MEDIA_TYPES["cloudevents"] == "application/cloudevents+json"


def test_an_audience_wants_what_it_says_it_wants() -> None:
    calm = Audience(name="a", events=("rollback",))
    assert calm.wants(told(BACK))
    assert not calm.wants(told(PROMOTED))


@given(hostile, st.integers(1, 50))
def test_a_line_is_one_line_of_what_is_printed(text: str, longest: int) -> None:
    line = on_one_line(text, longest)
    assert len(line) <= longest
    assert line == line.strip()
    assert all(each.isprintable() for each in line)


LEFT: Final = draft_of(Promoted(version=Version("v1.1.0"), digest=DIGESTS[1], source="dev", environment=STAGING)).after
