"""The gate that is built in: whether an artifact is whole and satisfies governance."""

from collections.abc import Iterator
from typing import Final

import msgspec
from returns.result import Failure, Success

from floe.core.artifact import COMPILED
from floe.core.compiled.document import FOREIGN, JSON, SIZE, Compiled, parse
from floe.core.compiled.problem import told
from floe.core.compiled.wholeness import problems
from floe.core.gates import Examined, Violation
from floe.core.governance import breaches
from floe.core.names import Malformed
from floe.core.outcome import settled
from floe.core.plain import plain
from floe.core.policy import Governance, GovernanceRule
from floe.effects.gate.expressions import Answer, check_expression, evaluate

MOST: Final = 50  # violations of a kind that are told; a record has to hold them
_SEVERITIES: Final = ("warning", "error")

__all__ = ["check_expression", "examine"]


async def examine(
    document: bytes | None,
    artifact_type: str | None,
    governance: Governance,
    environment: str,
    version: str,
) -> Examined:
    """Every breach of governance by an artifact; `document` is what it consists of, when that is one blob."""
    compiled = _compiled(document, artifact_type)
    found = [*_wholeness(compiled, governance), *_demanded(compiled, governance)]
    rules = governance.policies
    if rules:
        data = msgspec.json.decode(document or b"{}") if isinstance(compiled, Compiled) else {}
        variables = {"artifact": data, "environment": environment, "version": version}
        answers = await evaluate(tuple(rule.expression for rule in rules), variables)
        found += (_broken(*pair) for pair in zip(rules, answers, strict=True) if pair[1] is not True)
    return Examined(violations=tuple(found))


def _compiled(document: bytes | None, artifact_type: str | None) -> Compiled | Malformed | None:
    """The compiled document; or what is wrong with what should be one; or None: it is another kind."""
    claimed = artifact_type == COMPILED
    if document is None:
        missing = Malformed(what="compiled document", found="nothing", expected="the document")
        return missing if claimed else None
    match settled(parse(document)):
        case Success(compiled):
            return compiled
        case Failure(malformed) if claimed or malformed.what not in (FOREIGN, JSON, SIZE):
            return malformed
        case Failure(_):
            return None


def _wholeness(compiled: Compiled | Malformed | None, governance: Governance) -> Iterator[Violation]:
    match compiled:
        case Compiled(products=products):
            found = problems(products)
            yield from (_violation("references", told(problem)) for problem in found[:MOST])
            if len(found) > MOST:
                more = Malformed(what="products", found=f"{len(found) - MOST} more problems", expected="none")
                yield _violation("references", more)
        case Malformed():
            yield _violation("compiled", compiled)
        case None:
            yield Violation(
                rule="compiled",
                severity="error" if governance.require_compiled else "warning",
                path="artifact",
                found="not a compiled artifact",
                expected="a document written by floe platform compile",
            )


def _violation(rule: str, malformed: Malformed) -> Violation:
    return Violation(
        rule=rule,
        severity="error",
        path=plain(malformed.what),
        found=plain(malformed.found),
        expected=plain(malformed.expected),
    )


def _demanded(compiled: Compiled | Malformed | None, governance: Governance) -> Iterator[Violation]:
    found = breaches(compiled, governance.demands) if isinstance(compiled, Compiled) else ()
    yield from found[:MOST]
    if len(found) > MOST:
        severity = max((each.severity for each in found[MOST:]), key=_SEVERITIES.index)
        more = f"{len(found) - MOST} more violations"
        yield Violation(rule="governance", severity=severity, path="products", found=more, expected="none")


def _broken(rule: GovernanceRule, answer: Answer) -> Violation:
    """An expression that says no breaks its rule; one that says nothing is an error whatever the rule says."""
    return Violation(
        rule=rule.name,
        severity=rule.severity if answer is False else "error",
        path=f"governance.policies[{rule.name}]",
        found="false" if answer is False else f"the expression failed: {answer}",
        expected=rule.message,
    )
