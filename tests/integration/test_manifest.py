"""Manifests as people write them: what loads, what it means, and what is said of the others."""

import base64
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from floe.core import canonical
from floe.core.demand import Allowed, Coverage, Required
from floe.core.policy import Bound, Environment, Gate, Trust, TrustedIssuer, TrustedKey
from floe.shell import manifest
from floe.shell.location import Folder, Remote
from floe.shell.secret import Secret
from tests.manifests import BASE, ENVIRON, FOLDER, FULL, QUICKSTART, complaints, loaded

ROOT = Path(__file__).parents[2]
GITHUB = TrustedIssuer(issuer="https://token.actions.githubusercontent.com", subject_regex="^repo:acme/.*$")


def environment(text: str, name: str = "prod") -> Environment:
    found = loaded(text).policy.environment(name)
    assert found is not None
    return found


def gate(text: str, name: str) -> Gate:
    return next(each for each in loaded(text).policy.environments[0].gates if each.name == name)


def promotion(text: str) -> str:
    """A manifest with these lines under `artifacts.promotion`."""
    return "artifacts:\n  promotion:\n" + "\n".join(f"    {line}" for line in text.split("\n"))


def first(gates: str, more: str = "") -> str:
    return promotion(f"environments:\n  - name: dev\n    gates: {gates}\n{more}")


@pytest.mark.parametrize("file", QUICKSTART, ids=lambda file: file.stem)
def test_a_block_of_the_quickstart_loads_as_it_stands(file: Path) -> None:
    manifest.load(file, {}).unwrap()


def test_there_are_six_blocks() -> None:
    assert len(QUICKSTART) == 6


def test_the_defaults_are_three_environments_one_gate_and_a_folder() -> None:
    read = loaded("artifacts: {}")
    assert read.policy.names == ("dev", "staging", "prod")
    assert all([each.name for each in env.gates] == ["policy_compliance"] for env in read.policy.environments)
    assert read.settings.registry.location == Folder(written=".floe/registry", path=BASE / ".floe/registry")
    assert read.doubts == ()


def test_a_section_that_is_not_there_is_doubted() -> None:
    assert [each.path for each in loaded("transforms: []").doubts] == ["artifacts"]


def test_the_policy_gate_is_first_and_always_there() -> None:
    read = loaded(first("{tests: true, policy_compliance: true}"))
    assert [each.name for each in read.policy.environments[0].gates] == ["policy_compliance", "tests"]
    assert gate(first("{tests: true}"), "policy_compliance") == Gate(name="policy_compliance", timeout_seconds=300)


def test_a_gate_that_is_off_is_not_in_the_policy() -> None:
    assert [each.name for each in environment(first("{tests: false}"), "dev").gates] == ["policy_compliance"]


@pytest.mark.parametrize(
    ("own", "environments", "default", "seconds"),
    [
        ("{timeout_seconds: 31}", "gate_timeout_seconds: 32", "default_timeout_seconds: 33", 31),
        ("true", "gate_timeout_seconds: 32", "default_timeout_seconds: 33", 32),
        ("true", "optional: false", "default_timeout_seconds: 33", 33),
        ("true", "optional: false", "gate_commands: {}", 300),
    ],
)
def test_a_timeout_is_the_gates_else_the_environments_else_the_default(
    own: str, environments: str, default: str, seconds: int
) -> None:
    text = first(f"{{tests: {own}}}", f"    {environments}\n{default}")
    assert gate(text, "tests").timeout_seconds == seconds


def test_a_gate_of_an_environment_is_laid_over_the_one_for_all_key_by_key() -> None:
    both = "gate_commands:\n  tests: {command: pytest, timeout_seconds: 60, env: [A]}"
    here = gate(first("{tests: {timeout_seconds: 90, max: {p95: 0.10}}}", both), "tests")
    assert (here.command, here.timeout_seconds, here.env) == ("pytest", 90, ("A",))
    assert here.max == (Bound(metric="p95", limit="0.1"),)


def test_what_is_measured_runs_alone_unless_it_says_otherwise() -> None:
    assert gate(first("{performance_baseline: true, tests: true}"), "performance_baseline").exclusive
    assert not gate(first("{performance_baseline: {exclusive: false}}"), "performance_baseline").exclusive
    assert not gate(first("{tests: true}"), "tests").exclusive


def key(name: str) -> TrustedKey:
    """The key in a file, pinned as OpenSSL would: by its DER."""
    der = base64.b64decode("".join((FOLDER / name).read_text().splitlines()[1:-1]))
    return TrustedKey(reference=name, fingerprint=hashlib.sha256(der).hexdigest())


def test_verification_is_resolved_for_each_environment() -> None:
    gitlab = TrustedIssuer(issuer="https://gitlab.com", subject_regex="project_path:acme/.*")
    assert environment(FULL, "dev").trust == Trust(
        enforcement="warn", trusted_issuers=(gitlab,), keys=(key("dev.pub"),)
    )
    assert environment(FULL).trust == Trust(enforcement="enforce", trusted_issuers=(GITHUB,), keys=(key("floe.pub"),))


def test_no_verification_means_no_trust() -> None:
    assert environment("artifacts: {}").trust is None
    off = "artifacts: {registry: {uri: 'oci-layout://x', verification: {enabled: false}}}"
    assert environment(off).trust is None


def test_verification_that_is_given_is_enforced() -> None:
    text = "artifacts: {registry: {uri: 'oci-layout://x', verification: {keys: [floe.pub]}}}"
    assert environment(text).trust == Trust(enforcement="enforce", keys=(key("floe.pub"),))


def test_registries_are_settings_and_the_primary_decides() -> None:
    settings = loaded(FULL).settings
    assert settings.registry.location == Remote(host="registry.example.com", port=5000, repository="team/floe")
    assert [each.name for each in settings.secondaries] == ["elsewhere"]
    assert settings.sync_to_secondary


@pytest.mark.parametrize(
    ("uri", "more", "plain"),
    [
        ("oci://localhost:5000/floe", "", True),
        ("oci://127.0.0.1/floe", "", True),
        ("oci://[::1]:5000/floe", "", True),
        ("oci://localhost/floe", "plain_http: false", False),
        ("oci://example.com/floe", "", False),
        ("oci://example.com/floe", "plain_http: true", True),
    ],
)
def test_plain_http_is_for_this_machine_or_for_who_asks(uri: str, more: str, plain: bool) -> None:
    """Row R12."""
    text = f"artifacts:\n  registry:\n    uri: {uri}\n    {more}"
    assert loaded(text).settings.registry.plain_http is plain


def test_values_of_the_environment_are_in_the_settings_and_in_no_output() -> None:
    """Row A08."""
    read = loaded(FULL)
    assert read.settings.registry.auth.password == Secret("canary-registry")
    assert read.settings.webhooks[0].headers[0][1].reveal() == "Token canary-hook"
    outputs = (repr(read), str(read), f"{read.settings}", canonical.encode(read.policy).decode(), repr(read.doubts))
    assert not any("canary" in output for output in outputs)


def test_a_webhook_without_its_value_loads_and_is_doubted() -> None:
    """Row W03."""
    read = loaded(FULL, {**ENVIRON, "HOOK_TOKEN": ""})
    assert read.settings.webhooks[0].unset == ("HOOK_TOKEN",)
    assert [each.path for each in read.doubts if "HOOK_TOKEN" in each.message] == [
        "artifacts.promotion.webhooks[0].headers.Authorization"
    ]


@pytest.mark.parametrize("name", ["REGISTRY_PASSWORD", "SIGNING_KEY", "ELSEWHERE_TOKEN", "AUDIT_PASSWORD"])
def test_a_credential_without_its_value_is_a_mistake(name: str) -> None:
    found = complaints(FULL, {each: value for each, value in ENVIRON.items() if each != name})
    assert [each.found for each in found] == [f"${{{name}}} is not set"]


def test_a_value_is_not_looked_at_again_and_two_dollars_stand_for_one() -> None:
    """Row N04."""
    text = (FULL).replace("Token ${HOOK_TOKEN}", "$${HOOK_TOKEN} ${HOOK_TOKEN}")
    header = loaded(text, {**ENVIRON, "HOOK_TOKEN": "${HOME}"}).settings.webhooks[0].headers[0][1]
    assert header.reveal() == "${HOOK_TOKEN} ${HOME}"


def test_what_other_commands_read_is_kept_and_artifacts_are_not() -> None:
    assert loaded(FULL).sections["transforms"] == {"anything": "goes"}
    assert "artifacts" not in loaded(FULL).sections


def test_governance_is_read_in_one_order_however_it_is_written() -> None:
    governance = loaded(FULL).policy.governance
    assert governance.require_compiled
    assert [(type(each).__name__, each.kind) for each in governance.demands] == [
        *(("Naming", kind) for kind in ("products", "inputs", "outputs", "fields", "transforms")),
        *(("Required", "products"),) * 3,
        ("Required", "transforms"),
        *(("Coverage", "fields"), ("Coverage", "transforms")),
        *(("Allowed", "fields"), ("Allowed", "transforms")),
    ]
    assert {each.severity for each in governance.demands[:5]} == {"warning"}
    assert governance.demands[5] == Required(kind="products", key="description")
    assert governance.demands[9] == Coverage(kind="fields", key="description", percent="99.5")
    assert governance.demands[-1] == Allowed(kind="transforms", key="tier", values=("bronze", "gold", "silver"))


def test_a_manifest_that_is_not_there_says_where_it_was_looked_for(tmp_path: Path) -> None:
    (complaint,) = manifest.load(tmp_path / "manifest.yaml", {}).failure()
    assert str(tmp_path / "manifest.yaml") in str(complaint)
    assert "floe init" in str(complaint)


def test_paths_are_relative_to_the_folder_of_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("artifacts: {registry: {uri: 'oci-layout://here'}}")
    location = manifest.load(tmp_path / "m.yaml", {}).unwrap().settings.registry.location
    assert location == Folder(written="here", path=tmp_path / "here")


@pytest.mark.parametrize(("one", "two"), [("oci-layout://a", "oci-layout://./a"), ("oci://h/a", "oci://h/a")])
def test_a_copy_where_another_registry_is_is_doubtful(one: str, two: str) -> None:
    text = "artifacts: {registries: {primary: {uri: 'oci-layout://p'}, eu: {uri: '%s'}, us: {uri: '%s'}}}"
    (twin,) = loaded(text % (one, two)).doubts
    assert (twin.path, twin.message) == ("artifacts.registries.us.uri", "this is where eu is, and no copy of it")
    assert loaded(text % ("oci://h/a", "oci://h/b")).doubts == ()
    (itself,) = loaded(text % ("oci-layout://p", "oci://h/b")).doubts
    assert (itself.path, "where primary is" in itself.message) == ("artifacts.registries.eu.uri", True)


def test_copies_that_go_nowhere_are_doubtful() -> None:
    (lonely,) = loaded(promotion("sync_to_secondary: true")).doubts
    assert (lonely.path, "no registry beside" in lonely.message) == ("artifacts.promotion.sync_to_secondary", True)


def test_the_full_manifest_lists_what_is_not_built_yet() -> None:
    features = {each.feature for each in loaded((FOLDER / "full.yaml").read_text()).doubts}
    assert {"approvals", "freeze"} <= features


SOMEBODY = "{issuer: 'https://a.example', subject_regex: a}"
KEYS_ALONE = "{trusted_issuers: [], keys: ['awskms:x']}"


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("auth: {type: token, token: plain}", "auth.token", "write ${NAME}"),
        ("plain_http: true", "plain_http", "unencrypted"),
        (
            "verification: {trusted_issuers: [{issuer: 'https://a.example', subject_regex: '^.*x'}]}",
            "verification.trusted_issuers[0].subject_regex",
            "begins with .*",
        ),
        (
            "verification: {enabled: false, environments: {prod: {keys: [floe.pub]}}}",
            "verification.environments.prod",
            "say enabled: true",
        ),
        ("verification: {enforcement: warn}", "verification", "a warning for every artifact"),
        (
            f"signing: {{mode: key, key: k}}, verification: {{trusted_issuers: [{SOMEBODY}]}}",
            "verification",
            "no keys are trusted",
        ),
        ("signing: {}, verification: {keys: ['awskms:x']}", "verification", "no trusted_issuers are named"),
        (
            f"signing: {{oidc_issuer: 'https://b.example'}}, verification: {{trusted_issuers: [{SOMEBODY}]}}",
            "verification",
            "'https://b.example' is none of the trusted_issuers",
        ),
        (
            f"verification: {{trusted_issuers: [{SOMEBODY}], environments: {{prod: {KEYS_ALONE}}}}}, signing: {{}}",
            "verification.environments.prod",
            "no trusted_issuers are named",
        ),
        ("signing: {trust_config: none.json}", "signing.trust_config", "there is no such file"),
    ],
)
def test_what_loads_and_may_not_be_meant_is_doubted(text: str, path: str, said: str) -> None:
    doubts = loaded(f"artifacts: {{registry: {{uri: 'oci-layout://x', {text}}}}}").doubts
    assert any(f"artifacts.registry.{path}: " in str(each) and said in str(each) for each in doubts), doubts


def test_a_key_set_that_is_not_there_is_doubted() -> None:
    issuers = "identity: {issuers: [{issuer: 'https://a.example', keys: none.json}]}"
    (doubt,) = loaded(promotion(issuers)).doubts
    assert (doubt.path, "no token" in doubt.message) == ("artifacts.promotion.identity.issuers[0].keys", True)
    assert loaded(promotion(issuers.replace("none.json", "'https://a.example/keys'"))).doubts == ()


@pytest.mark.parametrize(
    "text",
    [
        f"signing: {{oidc_issuer: 'https://a.example'}}, verification: {{trusted_issuers: [{SOMEBODY}]}}",
        "signing: {mode: key, key: k}, verification: {keys: ['awskms:x']}",
        "signing: {mode: key, key: k}, verification: {enforcement: 'off'}",
        "signing: {mode: key, key: k}, verification: {enabled: false}",
        "signing: {mode: key, key: k}",
        f"verification: {{trusted_issuers: [{SOMEBODY}]}}",
    ],
)
def test_signing_that_fits_is_not_doubted(text: str) -> None:
    assert loaded(f"artifacts: {{registry: {{uri: 'oci-layout://x', {text}}}}}").doubts == ()


CLOUDS = {
    "aws-irsa": ("ECR", "1.dkr.ecr.eu-west-1.amazonaws.com"),
    "azure-managed-identity": ("ACR", "acme.azurecr.io"),
    "gcp-workload-identity": ("Artifact Registry", "europe-docker.pkg.dev"),
}


@pytest.mark.parametrize("kind", CLOUDS)
def test_a_password_of_a_clouds_that_goes_elsewhere_is_doubted(kind: str) -> None:
    cloud, host = CLOUDS[kind]
    text = "artifacts: {{registry: {{uri: 'oci://{host}/app', auth: {{type: {kind}}}}}}}"
    assert loaded(text.format(host=host, kind=kind)).doubts == ()
    (doubt,) = loaded(text.format(host=f"{host}.evil.example", kind=kind)).doubts
    assert doubt.path == "artifacts.registry.auth.type"
    assert f"{host}.evil.example is no name of a registry of {cloud}" in doubt.message


@pytest.mark.parametrize(
    ("keys", "key", "said"),
    [
        ("block_on_severity: []", "block_on_severity", "no severity blocks; whatever is found is a warning"),
        ("block_on_severity: [high]", "block_on_severity", "HIGH blocks and CRITICAL does not, which is worse"),
        ("block_on_severity: [CRITICAL, LOW]", "block_on_severity", "LOW blocks and HIGH, MEDIUM does not"),
        ("format: sarif, ignore_unfixed: true", "ignore_unfixed", "SARIF tells of no fixes"),
        ("format: metrics, ignore_unfixed: true", "ignore_unfixed", "it counts for nothing, since metrics has no"),
        ("format: metrics, subject: any", "subject", "it counts for nothing, since metrics has no"),
        ("block_on_severity: [CRITICAL, HIGH, UNKNOWN]", None, ""),
        ("block_on_severity: [UNKNOWN]", None, ""),
        ("format: trivy, ignore_unfixed: true, subject: any", None, ""),
    ],
)
def test_a_threshold_that_may_not_be_meant_is_doubted(keys: str, key: str | None, said: str) -> None:
    gate = f"{{command: x, {keys}}}"
    doubts = loaded(promotion(f"environments: [{{name: dev, gates: {{security_scan: {gate}}}}}]")).doubts
    about = [each for each in doubts if each.feature is None]
    assert [each.path for each in about] == (
        [f"artifacts.promotion.environments[0].gates.security_scan.{key}"] if key else []
    )
    assert all(said in each.message for each in about)


def test_a_gate_command_that_no_environment_uses_is_doubted() -> None:
    (doubt,) = loaded(promotion("gate_commands: {tests: {command: x}}")).doubts
    assert str(doubt) == "artifacts.promotion.gate_commands.tests: no environment has this gate"


def test_a_file_that_is_no_text_is_told_where_it_stops_being_one(tmp_path: Path) -> None:
    file = tmp_path / "manifest.yaml"
    file.write_bytes(b"artifacts:\n  x: \xff")
    (complaint,) = manifest.load(file, {}).failure()
    assert (complaint.line, complaint.column) == (2, 6)
    assert "0xff" in complaint.found


def test_a_file_without_an_end_is_not_read_to_its_end() -> None:
    (complaint,) = manifest.load(Path("/dev/zero"), {}).failure()
    assert complaint.found == "more than 1 MiB"


def test_without_libyaml_the_same_is_read_and_the_same_complained_of() -> None:
    script = """
import sys
sys.modules["yaml._yaml"] = None  # as where PyYAML was built without libyaml
import yaml
from tests.manifests import FOLDER, FULL, complaints, loaded
assert not yaml.__with_libyaml__
print([str(each) for each in complaints((FOLDER / "mistakes.yaml").read_text())], loaded(FULL).policy)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    told = [str(each) for each in complaints((FOLDER / "mistakes.yaml").read_text())]
    assert done.stdout == f"{told} {loaded(FULL).policy}\n"


def test_the_examples_on_the_page_of_gates_load_as_they_stand() -> None:
    blocks = (Path(__file__).parents[2] / "docs" / "gates.md").read_text().split("```yaml\n")[1:]
    examples = [block.partition("```")[0] for block in blocks]
    assert len(examples) > 3
    for example in examples:
        text = example
        if example.startswith("gate_commands"):
            inside = "".join(f"    {line}\n" for line in example.splitlines())
            text = f"artifacts:\n  promotion:\n{inside}"
        doubts = loaded(text).doubts
        assert {each.message for each in doubts} <= {
            "no environment has this gate",
            "there is no such section; every default holds",
        }
