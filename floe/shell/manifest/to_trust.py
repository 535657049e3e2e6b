"""Whose signatures a manifest lets count."""

from pathlib import Path

from floe.core import policy
from floe.shell.manifest import registry
from floe.shell.manifest.keys import trusted_key


def trust_of(verification: registry.Verification, base: Path, environment: str | None = None) -> policy.Trust | None:
    """What holds everywhere, or in one environment: each key that is given for it replaces the one given for all."""
    here = verification.environments.get(environment) if environment is not None else None
    layers = (verification, here or registry.EnvironmentVerification())
    given = {key: getattr(layer, key) for layer in layers for key in layer.model_fields_set}
    if not given.get("enabled", True):
        return None
    return policy.Trust(
        enforcement=given.get("enforcement", "enforce"),
        trusted_issuers=tuple(
            policy.TrustedIssuer(issuer=each.issuer, subject_regex=each.subject_regex)
            for each in given.get("trusted_issuers") or ()
        ),
        keys=tuple(trusted_key(each, base).unwrap() for each in given.get("keys") or ()),
    )
