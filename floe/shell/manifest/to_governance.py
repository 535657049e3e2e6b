"""What governance demands, as decisions read it."""

from collections.abc import Iterator
from typing import Any, Final

from floe.core import demand, policy
from floe.core.demand import Demand, Kind
from floe.shell.manifest import governance
from floe.shell.manifest.to_gates import numeral

_KINDS: Final[tuple[Kind, ...]] = ("products", "inputs", "outputs", "fields", "transforms")


def governance_of(written: governance.Governance) -> policy.Governance:
    return policy.Governance(
        policies=tuple(
            policy.GovernanceRule(
                name=rule.name,
                severity=rule.severity,
                expression=rule.expression,
                message=rule.message or f"{rule.name} does not hold",
            )
            for rule in written.policies
        ),
        require_compiled=written.require_compiled,
        demands=tuple(_demands(written)),
    )


def _demands(written: governance.Governance) -> Iterator[Demand]:
    """Every demand in one order, however the manifest orders its keys."""
    naming, required, coverage, allowed = written.naming, written.required, written.coverage, written.allowed
    for kind, pattern in _given(naming):
        yield demand.Naming(kind=kind, severity=naming.severity, pattern=pattern)
    for kind, keys in _given(required):
        for key in sorted(set(keys)):
            yield demand.Required(kind=kind, severity=required.severity, key=key)
    for kind, shares in _given(coverage):
        for key in sorted(shares):
            yield demand.Coverage(kind=kind, severity=coverage.severity, key=key, percent=numeral(shares[key]))
    for kind, words in _given(allowed):
        for key in sorted(words):
            values = tuple(sorted(set(words[key])))
            yield demand.Allowed(kind=kind, severity=allowed.severity, key=key, values=values)


def _given(section: governance.Demands[Any]) -> Iterator[tuple[Kind, Any]]:
    for kind in _KINDS:
        found = section.fields_ if kind == "fields" else getattr(section, kind)
        if found is not None:
            yield kind, found
