"""What is allowed: decisions read this value and nothing else of the manifest; its digest covers it."""

from typing import Final, Literal, TypeAlias

from floe.core.demand import Demand
from floe.core.names import EnvironmentName
from floe.core.value import Value

SCHEMA: Final = 1
POLICY_GATE: Final = "policy_compliance"
SECURITY_SCAN: Final = "security_scan"
KNOWN_GATES: Final = (POLICY_GATE, "tests", SECURITY_SCAN, "cost_analysis", "performance_baseline")

Severity: TypeAlias = Literal["CRITICAL", "HIGH", "MEDIUM", "LOW", "NEGLIGIBLE", "UNKNOWN"]
Format: TypeAlias = Literal["trivy", "grype", "sarif", "metrics", "infracost", "pytest-benchmark", "junit"]
Enforcement: TypeAlias = Literal["enforce", "warn", "off"]


class Bound(Value, frozen=True, kw_only=True):
    """A limit on a metric, or on every metric where that is None; a decimal numeral, never a float."""

    metric: str | None = None
    limit: str


class Gate(Value, frozen=True, kw_only=True):
    """A check that must pass before an artifact enters an environment."""

    name: str
    command: tuple[str, ...] | str | None = None  # argv, or a shell script; None: built in, or missing
    timeout_seconds: int
    env: tuple[str, ...] = ()  # names of further environment variables that the command sees
    format: Format | None = None  # of the report that the command prints
    block_on_severity: tuple[Severity, ...] | None = None
    ignore_unfixed: bool = False
    subject: Literal["artifact", "any"] | None = None
    max: tuple[Bound, ...] = ()
    max_increase_percent: tuple[Bound, ...] = ()
    exclusive: bool = False

    @property
    def is_builtin(self) -> bool:
        return self.name == POLICY_GATE


class Approvals(Value, frozen=True, kw_only=True):
    count: int
    groups: tuple[str, ...] = ()
    expires_after_seconds: int | None = None


class Authorization(Value, frozen=True, kw_only=True):
    """Who may move an environment; None where a list is not set, which is not an empty list."""

    allowed_groups: tuple[str, ...] | None = None
    allowed_operators: tuple[str, ...] | None = None
    separation_of_duties: bool = False
    approvals: Approvals | None = None


class Freeze(Value, frozen=True, kw_only=True):
    start: str | None = None
    end: str | None = None
    rrule: str | None = None
    timezone: str = "UTC"
    reason: str | None = None


class TrustedIssuer(Value, frozen=True, kw_only=True):
    issuer: str
    subject_regex: str


class TrustedKey(Value, frozen=True, kw_only=True):
    """A key whose signatures count: a file pinned by what is in it, or the address of one that is kept elsewhere."""

    reference: str
    fingerprint: str | None = None  # SHA-256 of its SubjectPublicKeyInfo, hex; None: whatever the address gives


class Trust(Value, frozen=True, kw_only=True):
    """Which signatures are acceptable, and what follows when none is."""

    enforcement: Enforcement
    trusted_issuers: tuple[TrustedIssuer, ...] = ()
    keys: tuple[TrustedKey, ...] = ()


class Environment(Value, frozen=True, kw_only=True):
    name: EnvironmentName
    gates: tuple[Gate, ...]
    optional: bool = False
    authorization: Authorization | None = None
    freeze: tuple[Freeze, ...] = ()
    min_time_in_previous_seconds: int | None = None
    override_groups: tuple[str, ...] = ()
    trust: Trust | None = None  # None: signatures are not checked here


class Issuer(Value, frozen=True, kw_only=True):
    issuer: str
    audience: str
    keys: str | None = None
    groups_claim: str | None = None


class Named(Value, frozen=True, kw_only=True):
    """A person with their identities, or a group with its members."""

    name: str
    members: tuple[str, ...]


class IdentityPolicy(Value, frozen=True, kw_only=True):
    issuers: tuple[Issuer, ...] = ()
    people: tuple[Named, ...] = ()
    groups: tuple[Named, ...] = ()
    accept_unverified: bool = False


class GovernanceRule(Value, frozen=True, kw_only=True):
    """One CEL expression over `artifact`, `environment` and `version` that must be true."""

    name: str
    severity: Literal["error", "warning"]
    expression: str
    message: str


class Governance(Value, frozen=True, kw_only=True):
    policies: tuple[GovernanceRule, ...] = ()
    require_compiled: bool = False
    demands: tuple[Demand, ...] = ()  # of compiled documents alone


class Policy(Value, frozen=True, kw_only=True):
    schema: int = SCHEMA
    environments: tuple[Environment, ...]  # in the order in which artifacts pass through them
    identity: IdentityPolicy = IdentityPolicy()
    governance: Governance = Governance()

    def environment(self, name: str) -> Environment | None:
        return next((each for each in self.environments if each.name == name), None)

    @property
    def names(self) -> tuple[EnvironmentName, ...]:
        return tuple(each.name for each in self.environments)
