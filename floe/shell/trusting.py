"""Whose signature counts, as options say it."""

from pathlib import Path

from returns.result import Failure, Result, Success

from floe.core.names import Malformed
from floe.core.outcome import collect, settled
from floe.core.policy import Trust, TrustedIssuer, TrustedKey
from floe.core.value import Value
from floe.shell.manifest import checks
from floe.shell.manifest.keys import EXPECTED, trusted_key

NOBODY = "--key FILE, or --issuer and --subject-regex, or a manifest with artifacts.registry.verification"


class TrustAsked(Value, frozen=True, kw_only=True):
    keys: tuple[str, ...] = ()  # files here, or addresses
    issuer: str | None = None
    subject_regex: str | None = None
    legacy: bool = False  # also what cosign signed before there were bundles


def trust_of(asked: TrustAsked, written: Trust | None) -> Result[Trust, Malformed]:
    """What the options say, else what the manifest does; without either, nobody's signature counts."""
    if not asked.keys and not asked.issuer and not asked.subject_regex:
        nobody = Malformed(what="signer to trust", found="nobody", expected=NOBODY)
        return Success(written) if written is not None else Failure(nobody)
    return Result.do(
        Trust(enforcement="enforce", trusted_issuers=issuers, keys=keys)
        for issuers in _issuers(asked.issuer, asked.subject_regex)
        for keys in collect(map(_key, asked.keys)).alt(lambda bad: bad[0])
    )


def _issuers(issuer: str | None, subject_regex: str | None) -> Result[tuple[TrustedIssuer, ...], Malformed]:
    if not issuer and not subject_regex:
        return Success(())
    if not issuer or not subject_regex:
        found = "only one of --issuer and --subject-regex"
        return Failure(Malformed(what="identity to trust", found=found, expected="both of them"))
    try:
        return Success((TrustedIssuer(issuer=issuer, subject_regex=checks.pattern(subject_regex)),))
    except ValueError as error:
        return Failure(Malformed(what="--subject-regex", found=subject_regex, expected=str(error)))


def _key(reference: str) -> Result[TrustedKey, Malformed]:
    def no_key(found: str) -> Malformed:
        return Malformed(what="key to trust", found=f"{reference}, {found},", expected=EXPECTED)

    return settled(trusted_key(reference, Path())).alt(no_key)
