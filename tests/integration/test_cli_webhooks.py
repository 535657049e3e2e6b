"""floe as its users run it, with somebody listening: who is told of what, and what a failing listener changes."""

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from floe.shell import manifest
from tests.integration.process import OPERATOR, Answer, Bench, ended, tree
from tests.integration.shop import Shop
from tests.published import mistakes
from tests.servers.docker_registry import DockerRegistries
from tests.servers.stranger import Heard, Reply, Stranger

STRUCK: Final = (sys.executable, str(Path(__file__).with_name("struck.py")))
KEY: Final = "0123456789abcdef0123456789abcdef"
EVERYTHING: Final = "[promote, rollback, lock, unlock]"
CANARY: Final = "canary-6f1d"


class Ear(Stranger):
    """Listens to everything; what it heard is known by the path that it was sent to."""

    def __init__(self) -> None:
        super().__init__(lambda _: Reply(200, body=b"ok"))

    def bodies(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(heard.body) for heard in self.heard if heard.target == path]

    def ids(self, path: str = "/floe") -> list[str]:
        return [body["message_id"] for body in self.bodies(path)]


class Secretive(Bench):
    """A bench whose environment holds what must be seen nowhere else."""

    def environ(self, operator: str | None = OPERATOR) -> dict[str, str]:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        secret = "whsec_" + CANARY.replace("-", "+") * 4
        return super().environ(operator) | {"TOKEN": f"{CANARY}-token", "KEY": f"{CANARY}-key", "SECRET": secret}


@pytest.fixture
def ear() -> Iterator[Ear]:
    with Ear() as listening:
        yield listening


def hook(ear: Stranger, path: str = "/floe", more: str = f"events: {EVERYTHING}") -> str:
    return f'{{url: "{ear.url}{path}", allow_private: true, {more}}}'


def listened_to(bench: Bench, *hooks: str) -> Bench:
    """The same bench, and these are told."""
    text = (bench.folder / "manifest.yaml").read_text().rstrip()
    listed = "".join(f"\n      - {each}" for each in hooks)
    bench.write("manifest.yaml", f"{text}\n    webhooks:{listed}\n")
    return bench


def three(ear: Stranger) -> tuple[str, ...]:
    return (
        hook(ear),
        hook(ear, "/slack", f"format: slack, events: {EVERYTHING}"),
        hook(ear, "/pagerduty", f"format: pagerduty, events: {EVERYTHING}, secret: {KEY}"),
    )


def are_as_published(ear: Ear, number: int) -> None:
    for form in ("floe", "slack", "pagerduty"):
        bodies = ear.bodies(f"/{form}")
        assert len(bodies) == number
        assert [mistakes(form, body) for body in bodies] == [[]] * number
    details = [body["payload"]["custom_details"] for body in ear.bodies("/pagerduty")]
    assert details == ear.bodies("/floe")


def did(answer: Answer) -> Any:
    assert (answer.code, answer.stderr) == (0, ""), answer
    return answer.document


def test_everybody_is_told_of_everything_on_a_folder(bench: Bench, ear: Ear) -> None:
    listened_to(bench, *three(ear))
    bench.push("v0.9.0")
    bench.push("v1.0.0", "new_feature")
    did(bench.floe("platform", "promote", "v0.9.0", "--to=dev", "-o", "json"))
    promoted = did(bench.inside("platform", "promote", "v1.0.0", "--to=dev", "-o", "json"))
    back = did(bench.inside("platform", "rollback", "v0.9.0", "--env=dev", "--reason=slow", "-o", "json"))
    locked = did(bench.inside("platform", "lock", "--env=dev", "--reason=incident", "-o", "json"))
    did(bench.inside("platform", "unlock", "--env=dev", "--reason=over", "-o", "json"))
    are_as_published(ear, 5)
    told = ear.bodies("/floe")
    assert [body["event_type"] for body in told] == ["promote", "promote", "rollback", "lock", "unlock"]
    for key in ("promotion_id", "artifact_tag", "artifact_digest", "source_environment", "target_environment"):
        assert told[1][key] == promoted[key]
    assert (told[1]["timestamp"], told[1]["trace_id"]) == (promoted["promoted_at"], promoted["trace_id"])
    assert (told[2]["rollback_id"], told[2]["reason"]) == (back["rollback_id"], "slow")
    assert told[2]["impact_analysis"]["impact"] == back["impact"]
    assert (told[3]["record"], told[3]["reason"], locked["warnings"]) == (locked["record"], "incident", [])
    assert told[4]["ends"] == told[3]["message_id"]


def test_everybody_is_told_on_a_registry_and_notify_says_the_same_again(
    tmp_path: Path, docker_registries: DockerRegistries, ear: Ear
) -> None:
    (tmp_path / "home").mkdir()
    shop = Shop(tmp_path, tmp_path / "home", docker_registries["plain"])
    listened_to(shop, *three(ear))
    shop.publish("v0.9.0")
    shop.publish("v1.0.0")
    for version in ("v0.9.0", "v1.0.0"):
        did(shop.inside("platform", "promote", version, "--to=dev", "-o", "json"))
    did(shop.floe("platform", "rollback", "v0.9.0", "--env=dev", "--reason=slow", "-o", "json"))
    are_as_published(ear, 3)
    first = [(heard.target, heard.headers["webhook-id"], heard.body) for heard in ear.heard]
    ear.heard.clear()
    again = did(shop.floe("platform", "notify", "--since=1h", "-o", "json"))
    assert len(again["messages"]) == 9
    assert sorted((heard.target, heard.headers["webhook-id"], heard.body) for heard in ear.heard) == sorted(first)


def test_only_what_is_asked_for_is_told(bench: Bench, ear: Ear) -> None:
    listened_to(bench, hook(ear, "/usual", "retry_count: 0"), hook(ear, "/locks", "events: [lock]"))
    bench.push("v1.0.0")
    did(bench.inside("platform", "promote", "v1.0.0", "--to=dev", "-o", "json"))
    did(bench.inside("platform", "lock", "--env=prod", "--reason=incident", "-o", "json"))
    assert [heard.target for heard in ear.heard] == ["/usual", "/locks"]


def test_nobody_is_told_of_what_was_not_done(bench: Bench, ear: Ear) -> None:
    """Row W10."""
    listened_to(bench, hook(ear))
    bench.push("v1.0.0")
    for arguments, code in (
        (("promote", "v1.0.0", "--to=dev", "--dry-run"), 0),
        (("promote", "v1.0.0", "--to=dev", "--out=plan.json"), 0),
        (("promote", "v1.0.0", "--to=prod"), 11),
        (("promote", "v9.0.0", "--to=dev"), 3),
        (("rollback", "v1.0.0", "--env=dev", "--dry-run"), 11),
        (("unlock", "--env=dev", "--reason=x"), 0),
        (("status",), 0),
        (("recover",), 0),
    ):
        assert bench.inside("platform", *arguments).code == code
    assert ear.heard == []
    did(bench.inside("platform", "apply", "plan.json", "-o", "json"))
    assert bench.inside("platform", "promote", "v1.0.0", "--to=dev").code == 10
    assert len(ear.heard) == 1


def test_w05_a_promotion_succeeds_whatever_becomes_of_its_messages(bench: Bench, ear: Ear) -> None:
    with Stranger() as gone:
        nobody = gone.url
    with Stranger(lambda _: Reply(500)) as broken:
        listened_to(
            bench,
            hook(ear),
            hook(broken, "/secret-path", "retry_count: 0"),
            f'{{url: "{nobody}/x", allow_private: true, retry_count: 0}}',
            "{url: https://no-such-host.invalid/x, retry_count: 0}",
            f'{{url: "{ear.url}/private", retry_count: 0}}',
        )
        bench.push("v1.0.0")
        answer = bench.inside("platform", "promote", "v1.0.0", "--to=dev", "-o", "json")
    assert answer.code == 0
    told = answer.document["warnings"]
    assert [f"WARNING: {each}" for each in told] == answer.stderr.splitlines()
    assert len(told) == 4
    again = f"; send it again with: floe platform notify --since {answer.document['promoted_at']}"
    assert told[0] == f"127.0.0.1 (webhooks[1]) was not told: it answered 500{again}"
    assert told[1].startswith("127.0.0.1 (webhooks[2]) was not told: ")
    assert told[2] == f"no-such-host.invalid was not told: no address is known for its name (DNS){again}"
    assert "it leads to a private address" in told[3]
    assert len(ear.heard) == 1
    strict = bench.inside("platform", "promote", "v1.0.0", "--to=staging", "--strict")
    assert strict.code == 5
    assert "secret-path" not in answer.stdout + answer.stderr + strict.stdout + strict.stderr


def test_w06_whoever_finishes_a_promotion_tells_of_it(bench: Bench, ear: Ear) -> None:
    """Killed before the tags, nobody was told; the next run tells, under the id of the record."""
    listened_to(bench, hook(ear))
    bench.push("v1.0.0")
    for at, finish in (("2", ("promote", "v1.0.0", "--to=dev")), ("3", ("recover",))):
        environment = "dev" if at == "2" else "staging"
        promote = ("platform", "promote", "v1.0.0", f"--to={environment}")
        assert bench.floe("SIGKILL", "index.json", at, *promote, program=STRUCK).code == -9
        assert ear.heard == []
        did(bench.inside("platform", *finish, "-o", "json"))
        (body,) = ear.bodies("/floe")
        assert (body["target_environment"], body["artifact_tag"]) == (environment, "v1.0.0")
        ear.heard.clear()
    assert bench.inside("platform", "recover").code == 0
    assert ear.heard == []


def test_w06_the_tag_that_a_killed_run_left_out_is_told_of_by_the_next_promotion(bench: Bench, ear: Ear) -> None:
    listened_to(bench, hook(ear))
    bench.push("v1.0.0")
    promote = ("platform", "promote", "v1.0.0", "--to=dev")
    assert bench.floe("SIGKILL", "index.json", "2", *promote, program=STRUCK).code == -9
    bench.push("v1.1.0", "more")
    did(bench.inside("platform", "promote", "v1.1.0", "--to=dev", "-o", "json"))
    assert [body["artifact_tag"] for body in ear.bodies("/floe")] == ["v1.0.0", "v1.1.0"]


def test_w06_a_killed_rollback_is_told_of_with_its_impact(bench: Bench, ear: Ear) -> None:
    bench.push("v0.9.0")
    bench.push("v1.0.0", "new_feature")
    bench.promote("v0.9.0", "dev")
    bench.promote("v1.0.0", "dev")
    listened_to(bench, hook(ear))
    rollback = ("platform", "rollback", "v0.9.0", "--env=dev", "--reason=slow")
    assert bench.floe("SIGKILL", "index.json", "2", *rollback, program=STRUCK).code == -9
    did(bench.inside(*rollback, "-o", "json"))
    (body,) = ear.bodies("/floe")
    assert (body["reason"], body["impact_analysis"]["breaking_changes"]) == ("slow", 1)


def test_a_pointer_moved_by_hand_is_drawn_again_without_a_message(bench: Bench, ear: Ear) -> None:
    bench.push("v0.9.0")
    bench.push("v1.0.0", "new_feature")
    bench.push("v1.1.0", "other")
    for version in ("v0.9.0", "v1.0.0"):
        bench.promote(version, "dev")
    listened_to(bench, hook(ear))
    index = bench.registry / "index.json"
    written = json.loads(index.read_text())
    tagged = {each["annotations"]["org.opencontainers.image.ref.name"]: each for each in written["manifests"]}
    for key in ("digest", "size"):
        tagged["latest-dev"][key] = tagged["v1.1.0"][key]
    index.write_text(json.dumps(written))
    assert "latest-dev" in bench.inside("platform", "recover").stdout
    assert ear.heard == []


def test_notify_lists_and_sends_again_from_a_moment_on(bench: Bench, ear: Ear) -> None:
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev", "staging")
    listened_to(bench, hook(ear), hook(ear, "/locks", "events: [lock]"))
    before = tree(bench.folder)
    dry = bench.inside("platform", "notify", "--since=1d", "--dry-run")
    assert dry.stdout.splitlines()[0] == "[DRY RUN] Would send 2 messages"
    assert dry.stdout.splitlines()[2].endswith("Promoted v1.0.0 from dev to staging  would be sent")
    listed = did(bench.inside("platform", "notify", "--since=1d", "--dry-run", "-o", "json"))
    assert ear.heard == []
    sent = did(bench.inside("platform", "notify", "--since=1d", "-o", "json"))
    assert [each["message_id"] for each in listed["messages"]] == ear.ids()
    assert [(each["to"], each["delivered"], each["attempts"]) for each in sent["messages"]] == [
        ("127.0.0.1 (webhooks[0])", True, 1),
        ("127.0.0.1 (webhooks[0])", True, 1),
    ]
    assert bench.inside("platform", "notify", "--since=1d").stdout.splitlines()[-1] == "Sent 2 messages"
    assert [body["target_environment"] for body in ear.bodies("/floe")] == ["dev", "staging"] * 2
    at = sent["messages"][1]["at"]
    ear.heard.clear()
    did(bench.inside("platform", "notify", f"--since={at}", "-o", "json"))
    assert ear.bodies("/floe")[-1]["target_environment"] == "staging"
    assert tree(bench.folder) == before


def test_notify_fails_with_5_and_names_what_did_not_arrive(bench: Bench, ear: Ear) -> None:
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev", "staging")
    ear.script = lambda _: Reply(503)
    listened_to(
        bench, hook(ear, "/secret-path", "retry_count: 0"), "{url: https://a.example/x, headers: {A: '${GONE}'}}"
    )
    answer = bench.inside("platform", "notify", "--since=2h", "-o", "json")
    assert answer.code == 5
    error = answer.document["error"]
    assert (error["code"], error["exit_code"], error["message"]) == ("undelivered", 5, "4 of 4 messages did not arrive")
    assert [each["why"] for each in answer.document["messages"]] == [
        "it answered 503",
        "the message before it did not arrive",
        *["the environment variable GONE is not set"] * 2,
    ]
    assert answer.stderr.splitlines()[0] == "ERROR: 4 of 4 messages did not arrive"
    assert "secret-path" not in answer.stdout + answer.stderr


def test_notify_without_listeners_or_events_says_so(bench: Bench, ear: Ear) -> None:
    bench.push("v1.0.0")
    none = bench.inside("platform", "notify", "--since=1d")
    assert (none.code, none.stdout) == (0, "Nobody is to be told: the manifest names no webhooks\n")
    listened_to(bench, hook(ear))
    assert bench.inside("platform", "notify", "--since=1d").stdout == "Sent 0 messages\n"


@pytest.mark.parametrize("since", ["", "yesterday", "5", "3000-01-01", "-1h", "2026-13-01", "1h30m"])
def test_notify_wants_a_time_that_has_been(bench: Bench, since: str) -> None:
    answer = bench.inside("platform", "notify", f"--since={since}")
    assert answer.code == 2
    assert "Expected: a time that has been" in answer.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_messages_are_sent_comes_too_late(bench: Bench, ear: Ear, number: int) -> None:
    """What is recorded is done, and is told as done."""
    heard = threading.Event()

    def slowly(_: Heard) -> Reply:
        heard.set()
        time.sleep(0.5)
        return Reply(200)

    ear.script = slowly
    listened_to(bench, hook(ear))
    bench.push("v1.0.0")
    running = bench.start("platform", "promote", "v1.0.0", "--to=dev")
    assert heard.wait(30)
    running.send_signal(number)
    answer = ended(running)
    assert (answer.code, answer.stderr) == (0, "")
    assert answer.stdout.startswith("Promoted v1.0.0 from none to dev\n")


def test_w04_no_secret_is_in_any_output_record_or_file(bench: Bench, ear: Ear) -> None:
    """Row A08: wherever a listener's secrets stand, they leave floe for that listener alone."""
    ear.script = lambda heard: Reply(400, {"X": CANARY}, heard.body + str(heard.headers).encode())
    bench = Secretive(bench.folder, bench.home)
    more = "headers: {Authorization: 'Token ${TOKEN}'}, retry_count: 0"
    listened_to(
        bench,
        hook(ear, f"/{CANARY}-path?key={CANARY}-query", f"{more}, secret: '${{SECRET}}'"),
        hook(ear, f"/{CANARY}", f"{more}, format: slack"),
        hook(ear, "/p", "format: pagerduty, secret: '${KEY}', retry_count: 0"),
        f"{{url: 'https://a.example/{CANARY}', secret: 'no-{CANARY}'}}",
    )
    bench.push("v1.0.0")
    said = ""
    for arguments in (
        ("promote", "v1.0.0", "--to=dev", "-v"),
        ("promote", "v1.0.0", "--to=staging", "-o", "json", "--log-format=json"),
        ("notify", "--since=1h", "-v"),
        ("notify", "--since=1h", "-o", "yaml"),
        ("notify", "--since=1h", "--dry-run"),
        ("check",),
        ("status", "--history=5", "-o", "json"),
    ):
        answer = bench.inside("platform", *arguments)
        assert answer.code in (0, 5), answer
        said += answer.stdout + answer.stderr
    assert CANARY in str([heard.headers for heard in ear.heard])
    assert CANARY in str([heard.target for heard in ear.heard])
    (bench.folder / "manifest.yaml").unlink()
    assert CANARY not in said
    assert CANARY.replace("-", "+") not in said
    assert not any(CANARY.encode() in content for _, _, content in tree(bench.folder).values())


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b", "snow ☃", "\x7f"])
def test_w03_what_no_header_can_carry_is_not_sent(bench: Bench, ear: Ear, value: str) -> None:
    listened_to(bench, hook(ear, "/floe", "headers: {Authorization: 'Token ${TOKEN}'}"))
    bench.push("v1.0.0")
    loaded = manifest.load(bench.folder / "manifest.yaml", {"TOKEN": value}).unwrap()
    assert [each.path for each in loaded.doubts] == ["artifacts.promotion.webhooks[0]"]
    assert "its header Authorization holds a character" in loaded.doubts[0].message
    assert ear.heard == []


def test_w03_a_variable_without_a_value_is_doubted_and_its_message_not_sent(bench: Bench, ear: Ear) -> None:
    """As the quickstart's own example is, before anybody has set PAGERDUTY_TOKEN."""
    listened_to(bench, hook(ear, "/floe", "headers: {Authorization: 'Token ${PAGERDUTY_TOKEN}'}"))
    bench.push("v1.0.0")
    assert "PAGERDUTY_TOKEN is not set" in bench.inside("platform", "check").stdout
    answer = bench.inside("platform", "promote", "v1.0.0", "--to=dev")
    assert answer.code == 0
    assert "127.0.0.1 was not told: the environment variable PAGERDUTY_TOKEN is not set" in answer.stderr
    assert ear.heard == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("format: pagerduty", "PagerDuty wants the integration key"),
        ("secret: short", "its secret is none of Standard Webhooks"),
    ],
)
def test_check_doubts_listeners_that_cannot_be_told(bench: Bench, ear: Ear, more: str, said: str) -> None:
    listened_to(bench, hook(ear, "/floe", more))
    answer = bench.inside("platform", "check")
    assert answer.code == 0
    assert said in answer.stdout


@pytest.mark.parametrize(
    ("url", "more", "said"),
    [
        ("https://10.0.0.1/x", "", "allow_private: true would let it"),
        ("http://localhost/x", "", "allow_private: true would let it"),
        ("https://2852039166/x", ", allow_private: true", "the machine's own network"),
        ("https://10.0.0.1/x", ", allow_private: true", None),
        ("https://93.184.216.34/x", "", None),
    ],
)
def test_w01_check_doubts_addresses_that_no_message_may_go_to(
    bench: Bench, url: str, more: str, said: str | None
) -> None:
    listened_to(bench, f"{{url: {url}{more}}}")
    answer = bench.inside("platform", "check")
    assert answer.code == 0
    assert said in answer.stdout if said else answer.stdout == "Nothing is wrong\n"


def test_w01_plain_http_is_for_private_addresses_that_are_meant(bench: Bench) -> None:
    listened_to(bench, "{url: http://hooks.internal/x, allow_private: true}")
    assert bench.inside("platform", "check").code == 0
    bench.write("manifest.yaml", (bench.folder / "manifest.yaml").read_text().replace("true}\n", "false}\n"))
    refused = bench.inside("platform", "check")
    assert refused.code == 4
    assert "webhooks[0].url: this is no address for messages; expected an https:// address" in refused.stderr
