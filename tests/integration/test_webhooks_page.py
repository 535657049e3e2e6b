"""docs/webhooks.md is true: its manifest tells whom it says, its commands print what it says, its code verifies."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from floe.core.message.notice import Notice
from floe.effects.memory.world import CountedEntropy, VirtualClock
from floe.effects.registry.origin import Origin
from floe.effects.webhook.herald import WebHerald
from floe.shell import heralds, manifest
from tests.integration.process import Bench, run
from tests.integration.receivers import SECRET, notice
from tests.published import mistakes
from tests.servers.authority import Authority
from tests.servers.stranger import Heard, Reply, Stranger

PAGE: Final = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
TIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def ear() -> Iterator[Stranger]:
    with Stranger(lambda _: Reply(200)) as running:
        yield running


def told_over_tls(text: str, folder: Path, notices: tuple[Notice, ...]) -> dict[str, list[Heard]]:
    """What the receivers of a manifest hear by host, each under its own name and certificate, on this machine."""
    loaded = manifest.parse(text, where="page", base=folder, environ={"PAGERDUTY_TOKEN": "abc"}).unwrap()
    authority = Authority(folder)
    heard = {}
    for receiver in heralds.receivers(loaded.settings):
        host = receiver.origin.host
        with Stranger(lambda _: Reply(202), authority.certify(host)) as server:
            here = replace(receiver, origin=Origin(scheme="https", host=host, port=server.port), allow_private=True)
            variables = {"SSL_CERT_FILE": str(authority.file)}
            herald = WebHerald((here,), VirtualClock(), CountedEntropy(), variables, resolve=lambda *_: ["127.0.0.1"])
            assert [each.why for each in run(partial(herald.tell, notices))] == [None] * len(server.heard)
        heard[host] = server.heard
    return heard


def test_the_manifest_of_the_quickstart_tells_slack_and_pagerduty(tmp_path: Path) -> None:
    (text,) = blocks("yaml")
    quickstart = (Path(__file__).parent / "manifests" / "quickstart-webhooks.yaml").read_text()
    assert text.strip() == quickstart.partition("\n")[2].strip()
    back = {"event_type": "rollback", "rollback_id": "x", "promotion_id": ..., "reason": "slow"}
    heard = told_over_tls(text, tmp_path, (notice(1), notice(2, **back, impact_analysis=None)))
    slack, pagerduty = heard["hooks.slack.com"], heard["api.pagerduty.com"]
    assert [each.target for each in slack] == ["/services/T00/B00/XXX"] * 2
    assert [mistakes("slack", json.loads(each.body)) for each in slack] == [[], []]
    assert [(each.target, each.headers["authorization"]) for each in pagerduty] == [("/webhooks", "Token abc")]
    assert mistakes("floe", json.loads(pagerduty[0].body)) == []


def test_the_message_has_the_keys_that_are_shown(bench: Bench, ear: Stranger) -> None:
    listening(bench, ear)
    bench.push("v0.9.0")
    bench.push("v1.0.0", "new_feature")
    bench.promote("v0.9.0", "dev")
    bench.promote("v1.0.0", "dev")
    assert bench.inside("platform", "rollback", "v0.9.0", "--env=dev", "--reason=Performance regression").code == 0
    heard = ear.heard[-1]
    (shown,) = map(json.loads, blocks("json"))
    body = json.loads(heard.body)
    assert list(body) == list(shown)
    changing = ("message_id", "rollback_id", "artifact_digest", "timestamp", "trace_id", "record")
    assert {key: value for key, value in body.items() if key not in changing} == {
        key: value for key, value in shown.items() if key not in changing
    }
    (code,) = blocks("python")
    room: dict[str, Any] = {}
    exec(code, room)
    assert room["told"](heard.body, dict(heard.headers)) == body


def test_the_commands_print_what_is_shown(bench: Bench, ear: Stranger) -> None:
    listening(bench, ear)
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev", "staging")
    (shown,) = blocks("console")
    for session in re.split(r"^\$ floe ", shown, flags=re.MULTILINE)[1:]:
        command, _, printed = session.partition("\n")
        answer = bench.inside(*command.split())
        assert TIME.sub("<time>", answer.stdout) == TIME.sub("<time>", printed)


def listening(bench: Bench, ear: Stranger) -> None:
    text = (bench.folder / "manifest.yaml").read_text().rstrip()
    hook = f'{{url: "{ear.url}/x", allow_private: true, secret: {SECRET}}}'
    bench.write("manifest.yaml", f"{text}\n    webhooks: [{hook}]\n")
