"""The policy gate judges what is in the artifact: whole, known, and as governance wants it, within bounds."""

import json
import subprocess
import sys
from typing import Any

import anyio
import pytest

from floe.core.artifact import COMPILED
from floe.core.compiled.document import render
from floe.core.demand import Naming, Required
from floe.core.gates import Examined, Violation, judge
from floe.core.policy import Gate, Governance, GovernanceRule
from floe.effects.gate.expressions import LONGEST, evaluate
from floe.effects.gate.policy import MOST, check_expression, examine
from tests.property.documents import document, field, output, product, takes, transform

pytestmark = pytest.mark.anyio

SERVICE = product("service", owner="team", outputs=(output("config", field("id", required=True)),))
WHOLE = render(document(SERVICE))


def rule(expression: str, severity: Any = "error", name: str = "owners") -> GovernanceRule:
    return GovernanceRule(name=name, severity=severity, expression=expression, message="every product has an owner")


async def violations(
    content: bytes | None = WHOLE, *rules: GovernanceRule, kind: str | None = COMPILED, **more: Any
) -> tuple[Violation, ...]:
    governance = Governance(policies=rules, **more)
    return (await examine(content, kind, governance, "prod", "v1.0.0")).violations


async def test_a_whole_document_complies() -> None:
    assert await violations() == ()


@pytest.mark.parametrize(
    ("expression", "complies"),
    [
        ("artifact.products.all(p, p.owner != null)", True),
        ("artifact.products.all(p, has(p.labels.tier))", False),
        ("artifact.products.all(p, p.outputs.all(o, o.fields.exists(f, f.required)))", True),
        ("environment == 'prod' && version.startsWith('v')", True),
        ("version.matches('^v[0-9]+$')", False),
        ("artifact.schema_version == 1", True),
    ],
)
async def test_an_expression_decides(expression: str, *, complies: bool) -> None:
    found = await violations(WHOLE, rule(expression))
    assert (found == ()) == complies


@pytest.mark.parametrize("severity", ["error", "warning"])
async def test_a_broken_rule_has_its_own_severity(severity: Any) -> None:
    assert await violations(WHOLE, rule("false", severity)) == (
        Violation(
            rule="owners",
            severity=severity,
            path="governance.policies[owners]",
            found="false",
            expected="every product has an owner",
        ),
    )


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("artifact.nothing == 1", "there is no key 'nothing'"),
        ("unknown", "Undefined variable or function: 'unknown'"),
        ("1", "it gives a int, not true or false"),
        ("artifact", "it gives a dict, not true or false"),
        ("1/0 == 1", "division by zero"),
        ("artifact.products[7].name == 'a'", "index out of bounds: 7"),
        ("version.matches('(')", "not a valid regex"),
        ("true &&", "Syntax error"),
    ],
)
async def test_an_expression_that_fails_is_an_error_whatever_its_severity(expression: str, found: str) -> None:
    [violation] = await violations(WHOLE, rule(expression, "warning"))
    assert violation.severity == "error"
    assert violation.found.startswith("the expression failed: ")
    assert found in violation.found
    assert violation.found.isprintable()


async def test_every_rule_is_told() -> None:
    rules = (rule("false", name="a"), rule("true", name="b"), rule("nope", name="c"), rule("false", "warning", "d"))
    found = await violations(WHOLE, *rules)
    assert [(each.rule, each.severity) for each in found] == [("a", "error"), ("c", "error"), ("d", "warning")]


@pytest.mark.parametrize(
    "content",
    [None, b"", b"\x00\x01", b'{"architecture":"amd64"}', b"[" * 100_000],
    ids=("nothing", "empty", "bytes", "an image", "deep"),
)
async def test_another_kind_of_artifact_is_a_warning_and_an_error_where_compiled_ones_are_required(
    content: bytes | None,
) -> None:
    [warning] = await violations(content, kind=None)
    [error] = await violations(content, kind=None, require_compiled=True)
    assert (warning.severity, error.severity) == ("warning", "error")
    assert warning.found == error.found == "not a compiled artifact"


async def test_policies_judge_every_kind_of_artifact() -> None:
    rules = (rule("environment != 'prod'", name="a"), rule("!has(artifact.products)", name="b"))
    found = await violations(b"{}", *rules, kind=None)
    assert [each.rule for each in found] == ["compiled", "a"]


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (None, "compiled document"),
        (b"{", "JSON"),
        (b'{"kind":"List"}', "kind of document"),
        (json.dumps({**json.loads(WHOLE), "schema_version": 99}).encode(), "schema_version"),
        (json.dumps({**json.loads(WHOLE), "products": [{"name": "a"}]}).encode(), "compiled document"),
    ],
)
async def test_what_should_be_a_compiled_document_must_be_a_whole_one(content: bytes | None, path: str) -> None:
    [violation] = await violations(content)
    assert (violation.rule, violation.severity, violation.path) == ("compiled", "error", path)


async def test_a_document_that_says_what_it_is_is_held_to_it() -> None:
    """It does not pass as an artifact of another kind because its media type says so."""
    newer = json.dumps({**json.loads(WHOLE), "schema_version": 99}).encode()
    [violation] = await violations(newer, kind="application/octet-stream")
    assert violation.severity == "error"


async def test_references_must_lead_somewhere() -> None:
    torn = product(
        "torn",
        inputs=(takes("service", "cofnig"), takes("elsewhere", name="other")),
        transforms=(transform("a", "b"), transform("b", "a"), transform("c", "gone")),
    )
    found = await violations(render(document(SERVICE, torn)))
    assert {each.severity for each in found} == {"error"}
    assert [(each.path, each.found) for each in found] == [
        ("product 'torn', transform 'c'", "depends on 'gone'"),
        ("product 'torn', transforms", "a circle, a -> b -> a"),
        ("product 'torn', input port 'in'", "reads port 'cofnig' of 'service'"),
    ]


async def test_many_problems_do_not_fill_the_record() -> None:
    found = await violations(render(document(*(SERVICE for _ in range(2)), *_torn(3 * MOST))))
    assert len(found) == MOST + 1
    assert found[-1].found == f"{2 * MOST + 1} more problems"


def _torn(count: int) -> Any:
    return (product(f"p{number}", transforms=(transform("a", "gone"),)) for number in range(count))


NAMED = Naming(kind="products", pattern="[a-z]+_[a-z]+")
DESCRIBED = Required(kind="fields", severity="warning", key="description")


async def test_a_compiled_document_must_be_as_governance_demands() -> None:
    found = await violations(WHOLE, rule("false"), demands=(NAMED, DESCRIBED))
    assert [(each.rule, each.severity, each.path) for each in found] == [
        ("naming.products", "error", "product 'service'"),
        ("required.fields", "warning", "product 'service', output port 'config', field 'id'"),
        ("owners", "error", "governance.policies[owners]"),
    ]


async def test_demands_of_compiled_documents_do_not_judge_other_artifacts() -> None:
    [violation] = await violations(b"{}", kind=None, demands=(NAMED,))
    assert violation.rule == "compiled"


@pytest.mark.parametrize("severity", ["warning", "error"])
async def test_many_violations_do_not_fill_the_record_and_the_worst_is_told(severity: Any) -> None:
    content = render(document(product("p", outputs=(output("o", *(field(f"f{each}") for each in range(3 * MOST))),))))
    weak = Required(kind="fields", severity="warning", key="description")
    last = Naming(kind="products", severity=severity, pattern="[0-9]+")
    found = await violations(content, demands=(weak, last))
    assert len(found) == MOST + 1
    assert (found[-1].severity, found[-1].found) == (severity, f"{2 * MOST + 1} more violations")


async def test_the_verdict_follows_the_violations() -> None:
    gate = Gate(name="policy_compliance", timeout_seconds=30)

    def status(*found: Violation) -> str:
        return judge(gate, Examined(violations=found), 1).status

    warning = await violations(WHOLE, rule("false", "warning"))
    error = await violations(WHOLE, rule("false"))
    assert (status(), status(*warning), status(*warning, *error)) == ("passed", "warning", "failed")


SLOW = "l.map(a, l.map(b, l.map(c, l))).size() > 0"


async def test_an_expression_that_takes_too_long_is_ended() -> None:
    with anyio.fail_after(8):
        answers = await evaluate(("true", SLOW, "true"), {"l": list(range(200))}, seconds=1)
    assert answers == (True, "no answer within 1 seconds", "not reached: an earlier expression did not end")


async def test_other_tasks_go_on_while_an_expression_is_slow() -> None:
    ticks = 0
    async with anyio.create_task_group() as together:
        together.start_soon(evaluate, (SLOW,), {"l": list(range(200))}, 1)
        for _ in range(20):
            await anyio.sleep(0.02)
            ticks += 1
        together.cancel_scope.cancel()
    assert ticks == 20


async def test_an_expression_that_fills_the_memory_is_ended() -> None:
    grow = f"size([{', '.join(['s + s + s + s'] * 8)}]) > 0"
    [answer] = await evaluate((grow,), {"s": "x" * 40_000_000})
    assert isinstance(answer, str)
    assert "it ended the evaluator" in answer


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("artifact.products.all(p, has(p.owner))", None),
        ("1 == 1", None),
        ("", "1:1: Syntax error"),
        ("a b", "1:3: Syntax error: extraneous input 'b' expecting <EOF>"),
        ("artifact.?name", "unsupported syntax"),
        ("'\x1b[2J", "\\x1b"),
        ("(" * 1000, "Recursion limit"),
        ("x" * (LONGEST + 1), f"{LONGEST + 1} characters; at most {LONGEST} are read"),
    ],
)
def test_an_expression_is_checked_before_it_is_used(text: str, error: str | None) -> None:
    found = check_expression(text)
    assert (found is None) == (error is None)
    assert error is None or (found is not None and error in found and found.isprintable())


def test_checking_imports_the_engine_and_nothing_of_its_command_line() -> None:
    program = (
        "import sys; from floe.effects.gate.policy import check_expression;"
        "before = 'cel.cel' in sys.modules; check_expression('1 == 1'); print(before, *sys.modules)"
    )
    asked = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    loaded = asked.stdout.split()
    assert loaded[0] == "False"
    assert {"typer", "rich", "prompt_toolkit"}.isdisjoint(loaded)


@pytest.mark.parametrize("order", [("import cel", "check()"), ("check()", "import cel")])
def test_the_engine_is_one_whether_its_package_is_imported_too(order: tuple[str, str]) -> None:
    program = (
        "import sys; from floe.effects.gate import expressions;"
        "check = lambda: expressions.check_expression('1 == 1');"
        f"{order[0]}; {order[1]};"
        "print(check(), cel.evaluate('1 == 1'), sys.modules['cel.cel'].__file__ == expressions._path())"
    )
    asked = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert asked.stdout.split() == ["None", "True", "True"]
