"""Telling why something cannot be signed, or a signature not be checked."""

from typing import TypeAlias

from floe.core.fault import NoPublicKey, NoSigningKey, NoTrustRoot, SigningTokenRefused

Lines: TypeAlias = tuple[str, ...]


def what_does_not_sign(fault: NoTrustRoot | SigningTokenRefused | NoSigningKey | NoPublicKey) -> Lines:
    match fault:
        case NoTrustRoot(where=where, why=why):
            return (
                f"{where} is no trust root for signatures",
                f"Found: {why}",
                "Expected: a sigstore ClientTrustConfig or TrustedRoot file",
                "Next: check artifacts.registry.signing.trust_config; without it the public Sigstore is trusted",
            )
        case SigningTokenRefused(where=where, why=why):
            return (
                "The identity token cannot be used to sign",
                f"Found: {where} says: {why}",
                "Expected: a token for the audience 'sigstore', not expired, of an issuer that Fulcio trusts",
                "Next: get a new one with that audience, or sign with --key",
            )
        case NoSigningKey(where=where, found=found, expected=expected):
            return (
                f"{where} cannot be used to sign",
                f"Found: {found}",
                f"Expected: {expected}",
                "Next: name another with --key, or make one with floe artifact keygen",
            )
        case NoPublicKey(where=where, found=found, expected=expected):
            return (
                f"{where} cannot be used to check signatures",
                f"Found: {found}",
                f"Expected: {expected}",
                "Next: name the public key of whoever signs",
            )
