"""The part of a manifest that decisions read."""

from pathlib import Path

from floe.core import policy
from floe.core.identity.naming import spelt_out
from floe.core.names import EnvironmentName
from floe.shell.manifest import document, promotion, registry
from floe.shell.manifest.checks import seconds
from floe.shell.manifest.rules import DEFAULT_ORDER
from floe.shell.manifest.to_gates import gates_of
from floe.shell.manifest.to_governance import governance_of
from floe.shell.manifest.to_trust import trust_of


def policy_of(manifest: document.Manifest, base: Path) -> policy.Policy:
    """The policy; every key file in the manifest, relative to `base`, was found to be one."""
    path = manifest.artifacts.promotion
    environments = path.environments
    if environments is None:
        environments = [promotion.Environment(name=name) for name in DEFAULT_ORDER]
    verification = manifest.artifacts.primary.verification
    return policy.Policy(
        environments=tuple(_environment(each, path, verification, base) for each in environments),
        identity=_identity(path.identity),
        governance=governance_of(manifest.governance),
    )


def _environment(
    written: promotion.Environment,
    path: promotion.Promotion,
    verification: registry.Verification | None,
    base: Path,
) -> policy.Environment:
    soak = written.min_time_in_previous
    return policy.Environment(
        name=EnvironmentName(written.name),
        gates=gates_of(written, path),
        optional=written.optional,
        authorization=_authorization(written.authorization) if written.authorization else None,
        freeze=tuple(policy.Freeze(**freeze.model_dump()) for freeze in written.freeze),
        min_time_in_previous_seconds=seconds(soak) if soak else None,
        override_groups=tuple(written.override_groups),
        trust=trust_of(verification, base, written.name) if verification else None,
    )


def _authorization(written: promotion.Authorization) -> policy.Authorization:
    groups, operators = written.allowed_groups, written.allowed_operators
    return policy.Authorization(
        allowed_groups=None if groups is None else tuple(groups),
        allowed_operators=None if operators is None else _spelt_out(operators),
        separation_of_duties=written.separation_of_duties,
        approvals=_approvals(written.approvals) if written.approvals else None,
    )


def _approvals(written: promotion.Approvals) -> policy.Approvals:
    expiry = written.expires_after
    return policy.Approvals(
        count=written.count,
        groups=tuple(written.groups),
        expires_after_seconds=seconds(expiry) if expiry else None,
    )


def _identity(written: promotion.IdentityRules) -> policy.IdentityPolicy:
    return policy.IdentityPolicy(
        issuers=tuple(policy.Issuer(**issuer.model_dump()) for issuer in written.issuers),
        people=_named(written.people),
        groups=_named(written.groups),
        accept_unverified=written.accept_unverified,
    )


def _named(written: dict[str, list[str]]) -> tuple[policy.Named, ...]:
    return tuple(policy.Named(name=name, members=_spelt_out(written[name])) for name in sorted(written))


def _spelt_out(identities: list[str]) -> tuple[str, ...]:
    return tuple(spelt_out(each).unwrap() for each in identities)  # their form was checked when they were read
