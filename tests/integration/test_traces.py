"""Row L10: spans reach a collector whole, and a collector that is down or slow holds up and changes nothing."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import anyio
import pytest
from opentelemetry.semconv._incubating.attributes import cicd_attributes, deployment_attributes, oci_attributes

from floe.core.artifact import MANIFEST, Manifest
from floe.core.names import Tag
from floe.core.operator import Operator
from floe.effects.memory.world import MemoryWorld
from floe.effects.ports import Trace
from floe.effects.trace.collector import PATIENCE_SECONDS
from floe.effects.trace.collector import Collector as Sender
from floe.effects.trace.recorder import Recorder
from floe.shell import api
from floe.shell.clock import SystemEntropy, nanoseconds
from floe.shell.session import Session
from floe.shell.trace import trace
from tests.integration.process import BARE, OPERATOR, Answer, Bench, run
from tests.integration.shop import Shop
from tests.manifests import loaded
from tests.servers.collector import Collector, nobody, silence
from tests.servers.docker_registry import DockerRegistries

CALLER, CALLERS_SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{CALLER}-{CALLERS_SPAN}-01"
PRINTED = "magpie-5f3c9d"  # what a gate prints is shown to people, and to no collector
GATES = f"""
artifacts:
  registry: {{uri: "oci-layout://registry"}}
  promotion:
    gate_commands:
      tests: {{command: 'echo "$TRACEPARENT" > seen; echo {PRINTED}', timeout_seconds: 60}}
      security_scan: {{command: "echo {PRINTED}; test ! -f broken", timeout_seconds: 60}}
    environments:
      - {{name: dev, gates: {{tests: true, security_scan: true}}}}
"""
FOLLOWED = f"""
artifacts:
  registries:
    primary: {{uri: "oci-layout://registry"}}
    mirror: {{uri: "oci-layout://mirror"}}
  promotion:
    sync_to_secondary: true
    webhooks: [{{url: "https://127.0.0.1:1/{PRINTED}", allow_private: true, retry_count: 0}}]
    environments: [{{name: dev}}]
"""
WITHOUT_EXTRA = (sys.executable, "-c", "import sys; sys.modules['opentelemetry'] = None; import floe.__main__")
CONVENTIONS = {
    value
    for module in (cicd_attributes, deployment_attributes, oci_attributes)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str)
}


class Traced(Bench):
    """A bench in whose environment there is more."""

    more: dict[str, str] = {}

    def environ(self, operator: str | None = OPERATOR) -> dict[str, str]:  # type: ignore[explicit-override]
        return super().environ(operator) | self.more


class TracedShop(Shop):
    more: dict[str, str] = {}

    def environ(self, operator: str | None = OPERATOR) -> dict[str, str]:  # type: ignore[explicit-override]
        return super().environ(operator) | self.more


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    server.start()
    yield server
    server.close()


@pytest.fixture
def bench(tmp_path: Path) -> Traced:
    folder, home = tmp_path / "bench", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    bench = Traced(folder, home, GATES)
    bench.push("v1.0.0")
    return bench


def to(endpoint: str, **more: str) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, **more}


def test_l10_a_promotion_is_a_tree_of_spans_that_continues_the_callers_trace(
    bench: Traced, collector: Collector
) -> None:
    bench.more = to(collector.endpoint, TRACEPARENT=TRACEPARENT, FLOE_CANARY=PRINTED)
    answer = bench.platform("promote", "v1.0.0", "--to=dev", "--output=json")
    assert (answer.code, answer.stderr) == (0, "")
    assert answer.document["trace_id"] == CALLER
    root = collector.named("promote")
    assert (root.parent, root.kind, root.error) == (CALLERS_SPAN, "SERVER", None)
    assert collector.below(root.span_id)[0] == "look"
    assert sorted(collector.below(root.span_id)) == [
        "apply",
        "gate policy_compliance",
        "gate security_scan",
        "gate tests",
        "look",
        "look",
    ]
    assert collector.below(collector.named("apply").span_id) == ["append record", "create tag", "move pointer"]
    assert {span.trace_id for span in collector.spans} == {CALLER}
    assert all(span.began <= span.end for span in collector.spans)
    tests = collector.named("gate tests")
    assert (bench.folder / "seen").read_text().strip() == f"00-{CALLER}-{tests.span_id}-01"
    assert not any(PRINTED.encode() in request.body for request in collector.requests)


def test_attributes_are_those_of_the_semantic_conventions_or_floes_own(bench: Traced, collector: Collector) -> None:
    bench.more = to(collector.endpoint, GITHUB_RUN_ID="7", GITHUB_SERVER_URL="https://g", GITHUB_REPOSITORY="a/b")
    document = bench.inside("platform", "promote", "v1.0.0", "--to=dev", "--output=json").document
    root, tests = collector.named("promote").attributes, collector.named("gate tests").attributes
    assert root["cicd.pipeline.result"] == "success"
    assert root["cicd.pipeline.run.id"] == document["promotion_id"]
    assert root["deployment.environment.name"] == "dev"
    assert root["oci.manifest.digest"] == document["artifact_digest"]
    assert root["dev.floe.record"] == document["record"]
    assert (tests["cicd.pipeline.task.name"], tests["cicd.pipeline.task.type"]) == ("tests", "test")
    assert (tests["cicd.pipeline.task.run.result"], tests["dev.floe.gate.status"]) == ("success", "passed")
    used = {key for span in collector.spans for key in span.attributes if not key.startswith("dev.floe.")}
    assert used <= CONVENTIONS
    resource = collector.named("promote").resource
    assert (resource["service.name"], resource["vcs.repository.url.full"]) == ("floe", "https://g/a/b")
    assert resource["cicd.pipeline.run.url.full"] == "https://g/a/b/actions/runs/7"


def test_spans_of_a_refusal_carry_its_code(bench: Traced, collector: Collector) -> None:
    bench.write("broken", "")
    bench.more = to(collector.endpoint)
    assert bench.inside("platform", "promote", "v1.0.0", "--to=dev").code == 8
    root, gate = collector.named("promote"), collector.named("gate security_scan")
    assert (gate.error, gate.attributes["cicd.pipeline.task.run.result"]) == ("gate-failed", "failure")
    assert (root.error, root.attributes["error.type"]) == ("gate-failed", "gate-failed")
    assert root.attributes["cicd.pipeline.result"] == "failure"
    assert (root.parent, root.attributes["dev.floe.exit_code"]) == ("", 8)


def test_every_command_has_a_root_span(bench: Traced, collector: Collector) -> None:
    bench.promote("v1.0.0", "dev")
    bench.more = to(collector.endpoint)
    ways = {
        "status": ("status", "v1.0.0"),
        "lock": ("lock", "--env=dev", "--reason=r"),
        "unlock": ("unlock", "--env=dev", "--reason=r"),
        "rollback": ("rollback", "--env=dev", "--reason=r"),
    }
    for arguments in ways.values():
        bench.inside("platform", *arguments)
    assert collector.named("rollback").attributes["cicd.pipeline.result"] == "failure"
    roots = [span for span in collector.spans if not span.parent]
    assert [root.name for root in roots] == list(ways)
    assert len({root.trace_id for root in roots}) == len(ways)
    assert [root.error for root in roots] == [None, None, None, "nothing-before"]


def test_what_is_amiss_is_in_the_root_span_as_in_the_exit_code(bench: Traced, collector: Collector) -> None:
    bench.write("manifest.yaml", FOLLOWED)
    assert bench.inside("platform", "promote", "v1.0.0", "--to=dev").code == 0
    bench.write("apart.yaml", BARE.replace("oci-layout://registry", "oci-layout://mirror"))
    assert bench.inside("platform", "lock", "--env=dev", "--reason=r", "--manifest=apart.yaml").code == 0
    index = bench.registry / "index.json"
    index.write_text(index.read_text().replace('"v1.0.0-dev"', '"v1.1.0-dev"'))
    bench.more = to(collector.endpoint)
    assert [bench.inside("platform", *words).code for words in (("sync",), ("status", "--check"))] == [15, 15]
    roots = {span.name: span for span in collector.spans if not span.parent}
    assert {name: root.error for name, root in roots.items()} == {"sync": "diverged", "status": "drift"}
    assert {root.attributes["dev.floe.exit_code"] for root in roots.values()} == {15}


def test_on_a_registry_the_same_tree_is_received(
    tmp_path: Path, docker_registries: DockerRegistries, collector: Collector
) -> None:
    folder, home = tmp_path / "bench", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    shop = TracedShop(folder, home, docker_registries["plain"])
    shop.release("v1.0.0")
    shop.more = to(collector.endpoint, TRACEPARENT=TRACEPARENT)
    assert shop.inside("platform", "promote", "v1.0.0", "--to=dev").code == 0
    root = collector.named("promote")
    assert root.parent == CALLERS_SPAN
    assert collector.below(root.span_id) == ["look", "gate policy_compliance", "apply"]


@pytest.mark.parametrize("where", [nobody, silence])
def test_l10_a_dead_collector_changes_neither_output_nor_exit_code(
    where: Callable[[], AbstractContextManager[str]], bench: Traced
) -> None:
    plain = bench.platform("status", "v1.0.0", "--output=json")
    with where() as endpoint:
        bench.more = to(endpoint)
        assert bench.platform("status", "v1.0.0", "--output=json") == plain
        told = bench.platform("status", "v1.0.0", "--verbose")
    assert told.code == 0
    assert "WARNING: traces: the collector" in told.stderr


@pytest.mark.parametrize("where", [nobody, silence])
def test_l10_a_dead_collector_costs_at_most_100_ms(where: Callable[[], AbstractContextManager[str]]) -> None:
    """What a command waits for it, once its libraries are loaded, of which the collector knows nothing."""
    said: list[str] = []

    async def waited(sender: Sender, tracer: Recorder, within: Trace) -> float:
        async with tracer.root("promote", within), tracer.span("look"):
            await anyio.to_thread.run_sync(sender._ready.wait)
        begun = time.monotonic()
        await sender.flush()
        return time.monotonic() - begun

    with where() as endpoint, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        sender = Sender({}, said.append)
        tracer = Recorder(SystemEntropy(), nanoseconds, [sender.take])
        took = anyio.run(waited, sender, tracer, trace(None, SystemEntropy()))
    assert PATIENCE_SECONDS == 0.1
    assert took < PATIENCE_SECONDS + 0.1  # a busy machine wakes threads late
    assert said[0].startswith("traces: the collector")


@pytest.mark.parametrize(
    "off",
    [
        {"OTEL_SDK_DISABLED": "true"},
        {"OTEL_TRACES_EXPORTER": "none"},
        {"TRACEPARENT": TRACEPARENT[:-1] + "0"},
    ],
    ids=["disabled", "no exporter", "not sampled by the caller"],
)
def test_nothing_is_sent_where_nobody_wants_it(off: dict[str, str], bench: Traced, collector: Collector) -> None:
    bench.more = to(collector.endpoint, **off)
    assert bench.inside("platform", "status").code == 0
    assert collector.requests == []


def test_without_the_extra_one_warning_says_so(bench: Traced) -> None:
    plain = bench.platform("status", "--output=json")
    bench.more = to("http://127.0.0.1:9")
    answer = bench.floe("platform", "status", "--output=json", program=WITHOUT_EXTRA)
    warning = "no traces are sent: an OTLP endpoint is set, and floe was installed without its extra: floe[otel]"
    assert answer == Answer(plain.code, plain.stdout, f"WARNING: {warning}\n")


def test_another_protocol_is_told_of(bench: Traced) -> None:
    bench.more = to("http://127.0.0.1:9", OTEL_EXPORTER_OTLP_PROTOCOL="grpc")
    assert (
        "floe speaks OTLP as http/protobuf, and the environment says grpc"
        in bench.inside("platform", "promote", "v1.0.0", "--to=dev").stderr
    )


def test_where_nobody_listens_gates_continue_the_callers_span(bench: Traced) -> None:
    bench.more = {"TRACEPARENT": TRACEPARENT}
    assert f'"trace_id": "{CALLER}"' in bench.inside("platform", "promote", "v1.0.0", "--to=dev", "-o", "json").stdout
    assert (bench.folder / "seen").read_text().strip() == TRACEPARENT


def test_the_memory_tracer_tells_the_tree() -> None:
    memory = MemoryWorld()
    artifact = Manifest(media_type=MANIFEST, content=b"{}")
    memory.registry.manifests[artifact.digest] = artifact
    memory.registry.tagged[Tag("v1.0.0")] = artifact.digest
    session = Session(
        policy=loaded(BARE).policy,
        world=memory.world,
        operator=Operator(name=OPERATOR, assurance="unverified"),
        trace=trace(None, memory.entropy),
    )
    assert run(partial(api.promote, session, "v1.0.0", to="dev")).unwrap().receipt.fault is None
    ((name, parts),) = memory.tracer.tree()
    assert name == "promote"
    assert [part for part, _ in parts] == ["look", "gate policy_compliance", "apply"]
    assert [part for part, _ in dict(parts)["apply"]] == ["append record", "create tag", "move pointer"]


def test_copies_and_messages_are_spans_of_the_promotion(bench: Traced, collector: Collector) -> None:
    bench.write("manifest.yaml", FOLLOWED)
    bench.more = to(collector.endpoint)
    assert bench.inside("platform", "promote", "v1.0.0", "--to=dev").code == 0
    root = collector.named("promote")
    assert root.error is None
    assert collector.below(root.span_id)[-2:] == ["sync", "notify"]
    assert collector.below(collector.named("sync").span_id) == ["copy to mirror"]
    sync, notify = collector.named("sync"), collector.named("notify")
    assert (sync.error, sync.attributes["dev.floe.registries"]) == (None, 1)
    assert (notify.error, notify.attributes["cicd.pipeline.task.run.result"]) == ("undelivered", "error")
    assert not any(PRINTED.encode() in request.body for request in collector.requests)
