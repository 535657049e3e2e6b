"""Every mistake of a manifest is told, at once, with its place and what was probably meant."""

import time

import pytest

from tests.manifests import FOLDER, complaints

MISTAKES = """\
3:10 artifacts.registry.uri
7:17 artifacts.registry.auth.password
9:5 artifacts.promotion.enviroments
11:15 artifacts.promotion.environments[0].name
13:11 artifacts.promotion.environments[0].gates.test
16:30 artifacts.promotion.environments[1].gates.policy_compliance
18:30 artifacts.promotion.environments[1].gates.tests.timeout_seconds
20:11 artifacts.promotion.environments[1].authorization.seperation_of_duties
21:28 artifacts.promotion.environments[1].authorization.allowed_groups[0]
22:15 artifacts.promotion.environments[2].name
23:30 artifacts.promotion.default_timeout_seconds
24:5 artifacts.promotion.default_timeout_seconds
25:15 artifacts.promotion.identity
30:18 artifacts.promotion.webhooks[0].events[0]
31:9 artifacts.promotion.webhooks[0].headers
32:12 artifacts.promotion.audit
34:3 governance.require_compild
36:7 governance.policies[0].name
36:19 governance.policies[0].expression"""


def test_every_mistake_is_told_with_its_place_in_the_order_of_the_file() -> None:
    found = complaints((FOLDER / "mistakes.yaml").read_text())
    assert "\n".join(f"{each.line}:{each.column} {each.path}" for each in found) == MISTAKES


def test_a_complaint_is_one_line_with_the_key_that_was_meant() -> None:
    told = [str(each) for each in complaints((FOLDER / "mistakes.yaml").read_text())]
    assert (
        "manifest.yaml:13:11: artifacts.promotion.environments[0].gates.test: "
        "unknown gate 'test'; did you mean 'tests'?" in told
    )


REGISTRY = "artifacts: {{registry: {{uri: 'oci-layout://x', {}}}}}"
GATE = "artifacts: {{promotion: {{environments: [{{name: dev, gates: {{tests: {}}}}}]}}}}"
ENVIRONMENT = "artifacts: {{promotion: {{environments: [{{name: dev, {}}}]}}}}"
PROMOTION = "artifacts: {{promotion: {{{}}}}}"
GOVERNANCE = "governance: {{{}}}"
TRUST = "verification: {{trusted_issuers: [{{issuer: 'https://a.example', subject_regex: '{}'}}]}}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this file is empty"),
        (REGISTRY.format("verification: {keys: [none.pub]}"), "'none.pub', a file that cannot be read"),
        (REGISTRY.format("verification: {keys: [full.yaml]}"), "a file that holds no public key"),
        ("- a", "a list"),
        ("artifacts:", "nothing"),
        ("artifcats: {}", "did you mean 'artifacts'?"),
        ("governence: {}", "did you mean 'governance'?"),
        (GOVERNANCE.format("retention_days: 90"), "unknown key 'retention_days'; expected policies, require_compiled"),
        (GOVERNANCE.format("naming: {product: a}"), "did you mean 'products'?"),
        (GOVERNANCE.format("naming: {products: '('}"), "no regular expression of RE2"),
        (GOVERNANCE.format("naming: {products: a, severity: fatal}"), "expected error or warning"),
        (GOVERNANCE.format("required: {fields: description}"), "'description'; expected a list"),
        (GOVERNANCE.format("coverage: {fields: {description: 0}}"), "0; expected more than 0"),
        (GOVERNANCE.format("coverage: {fields: {description: 101}}"), "101; expected 100 or less"),
        (GOVERNANCE.format("allowed: {fields: {type: []}}"), "expected 1 or more of it"),
        ("artifacts: {registry: {uri: 'oci-layout://x'}, registries: {primary: {uri: 'oci-layout://x'}}}", "both"),
        ("artifacts: {registries: {prinary: {uri: 'oci-layout://x'}}}", "did you mean 'primary'?"),
        ("artifacts: {registries: {}}", "no registry 'primary'"),
        ("artifacts: {registry: {}}", "'uri' is missing"),
        (REGISTRY.format("auth: {type: basic}"), "type 'basic' without 'username'"),
        (REGISTRY.format("auth: {type: basc}"), "did you mean 'basic'?"),
        (REGISTRY.format("auth: {token: x}"), "'token' with type 'docker'"),
        (REGISTRY.format("auth: {type: token, token: '${a b}'}"), "around something that is no name"),
        (REGISTRY.format("signing: {mode: key}"), "mode 'key' without 'key'"),
        (REGISTRY.format("verification: {}"), "nobody's are trusted"),
        (REGISTRY.format("verification: {keys: [k], environments: {pord: {}}}"), "did you mean 'prod'?"),
        (REGISTRY.format(TRUST.format("(")), "no regular expression of RE2"),
        (REGISTRY.format(TRUST.format("(?=a)")), "no regular expression of RE2"),
        (REGISTRY.format(TRUST.format(".*")), "matches the empty text"),
        (REGISTRY.format(TRUST.format("a" * 1001)), "1000 at most"),
        (GATE.format("'pytest'"), "expected true, false or a mapping"),
        (GATE.format("{command: 5}"), "text for the shell, or a list"),
        (GATE.format("{command: [sleep, 5]}"), 'quote it, "5"'),
        (GATE.format("{command: []}"), "1 or more"),
        (GATE.format("{timeout_seconds: 3601}"), "3600 or less"),
        (GATE.format("{timeout_seconds: 60.5}"), "a whole number"),
        (GATE.format("{timeout_seconds: true}"), "a whole number"),
        (GATE.format("{block_on_severity: [HIHG]}"), "did you mean 'HIGH'?"),
        (GATE.format("{max: .inf}"), "not finite"),
        (GATE.format("{exclusiv: true}"), "did you mean 'exclusive'?"),
        (PROMOTION.format("gate_commands: {tests: {comand: x}}"), "did you mean 'command'?"),
        (PROMOTION.format("gate_commands: {tests: {shell: x}}"), "expected command, timeout_seconds"),
        (GATE.format("{env: ['A=B']}"), "no name of an environment variable"),
        (PROMOTION.format("gate_commands: {smoke: {command: x}}"), "no environment has a gate 'smoke'"),
        (PROMOTION.format("gate_commands: {policy_compliance: {command: x}}"), "this gate is built in"),
        (PROMOTION.format("environments: []"), "1 or more"),
        (PROMOTION.format("environments: [{name: a}, {name: b-a}]"), "ends in '-a'"),
        (PROMOTION.format("environments: [{name: latest}]"), "no environment name"),
        (PROMOTION.format("environments: [{name: no}, {name: 1.20}]"), 'quote it, "1.20"'),
        (ENVIRONMENT.format("min_time_in_previous: 90x"), "no duration"),
        (ENVIRONMENT.format("min_time_in_previous: 367d"), "no duration"),
        (ENVIRONMENT.format("authorization: {approvals: {count: 0}}"), "1 or more"),
        (ENVIRONMENT.format("authorization: {allowed_groups: [\u0430dmins]}"), "U+0430"),
        (ENVIRONMENT.format("authorization: {separation_of_duties: 'yes'}"), "true or false"),
        (PROMOTION.format("webhooks: [{url: 'http://example.com/x'}]"), "expected an https:// address"),
        (PROMOTION.format("webhooks: [{url: 'https://u:p@example.com'}]"), "without a user name"),
        (PROMOTION.format("webhooks: [{url: 'https://a.example', headers: {Host: x}}]"), "floe sets itself"),
        (PROMOTION.format("audit: {backend: OCI}"), "no backend name"),
        (PROMOTION.format("identity: {people: {ada: ada@example.com}}"), "expected a list"),
    ],
)
def test_a_mistake_says_what_is_wrong(text: str, said: str) -> None:
    """Rows N02, N05, N11, R23."""
    assert any(said in str(each) for each in complaints(text)), list(map(str, complaints(text)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1", "1:4: a: anchor '&x'"),
        ("a: 1\nb: *c", "2:4: b: alias '*c'"),
        ("a: &x 1\nb: *x", "2:4: b: alias '*x'"),
        ("a: !!str 1", "1:4: a: tag"),
        ("a: {<<: {b: 1}}", "1:5: a['<<']: merge key '<<'"),
        ("a: 1\n---\nb: 1", "2:1: a second document"),
        ("a: 1\na: 2", "2:1: a: key 'a' again"),
        ("1: a", "1:1: 1 as a key"),
        ("a: [", "no YAML"),
        ("\ufeffa: 1", "U+FEFF"),
        ("a: \x07", "1:4: the character U+0007"),
        ("a: \u202e", "U+202E"),
        ("[" * 65 + "]" * 65, "more than 64"),
        ("a" * (1024 * 1024 + 1), "more than 1 MiB"),
    ],
)
def test_a_mistake_of_spelling_has_its_place(text: str, said: str) -> None:
    assert any(said in str(each) for each in complaints(text)), list(map(str, complaints(text)))


BOMBS = {
    "laughs": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "deep": "[" * 500_000,
    "deeper": "{a: " * 200_000,
    "wide": "[" + "1," * 400_000 + "]",
    "keys": "".join(f"k{index}: 1\n" for index in range(90_000)),
    "same": "k: 1\n" * 200_000,
    "unknown": "artifacts: {" + ",".join(f"k{index}: 1" for index in range(45_000)) + "}",
    "nothings": "artifacts: [" + "~," * 90_000 + "]",
    "gates": "artifacts: {promotion: {gate_commands: {"
    + ",".join(f"a{index}: {{}}" for index in range(24_000))
    + "}, environments: [{name: dev, gates: {"
    + ",".join(f"b{index}: true" for index in range(24_000))
    + "}}]}}",
    "environments": "artifacts: {promotion: {environments: ["
    + ",".join(f"{{name: a-{index}}}" for index in range(20_000))
    + "]}}",
    "dashes": "artifacts: {promotion: {environments: [{name: " + "-a" * 400_000 + "}]}}",
    "digits": "a: " + "9" * 1_000_000,
    "quoted": '"' + "\\x41" * 200_000 + '"',
    "tags": "".join(f"k{index}: &a{index} !!x 1\n" for index in range(45_000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_text_takes_long_to_read(name: str) -> None:
    """Row N01."""
    started = time.process_time()
    found = complaints(BOMBS[name])
    assert time.process_time() - started < 10  # two seconds where nothing else runs
    assert len(found) <= 101


def test_no_complaint_repeats_what_should_be_secret() -> None:
    text = REGISTRY.format("auth: {type: basic, username: floe, password: [canary], token: 77777}")
    assert not any(word in str(each) for each in complaints(text) for word in ("canary", "77777"))
