"""Signing without a key of one's own: a certificate for whoever a token names, and an entry in a public log."""

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from floe.core.fault import SigningTokenRefused, Unavailable
from floe.core.signature.candidate import Rejected
from floe.effects.blocking import FaultError, in_thread
from floe.effects.ports import Outcome
from floe.effects.signing import keyless, trouble
from floe.effects.signing.sigstore_private import Services
from floe.effects.signing.trust_root import CONFIG, TrustRoot, unusable

if TYPE_CHECKING:
    from sigstore.oidc import IdentityToken
    from sigstore.sign import Signer

AUDIENCE: Final = "sigstore"
PATIENCE: Final = 30.0  # seconds for each answer; a log answers when its next checkpoint is signed
REFUSED: Final = (400, 401, 403)


async def sign(statement: bytes, token: str, root: TrustRoot, patience: float = PATIENCE) -> Outcome[bytes]:
    """A bundle of an in-toto statement whose subjects have names, verified before it is handed out."""
    return await in_thread(partial(_sign, statement, token, root, patience))


def _sign(statement: bytes, token: str, root: TrustRoot, patience: float) -> bytes:
    verifier = keyless.opened(root)
    services = _services(root, patience)
    try:
        content = _bundle(services, _identity(token), statement)
    finally:
        services.close()
    found = keyless.verify(content, verifier)
    if isinstance(found, Rejected):
        why = f"what they signed does not verify: {found.detail}"
        raise FaultError(Unavailable(where=f"The services of {root.where}", why=why))
    return content


def _services(root: TrustRoot, patience: float) -> Services:
    from sigstore.models import ClientTrustConfig

    if root.signing is None:
        raise unusable(root.where, "it has a trusted root and names no services to sign with (signingConfig)")
    parts = {"trustedRoot": msgspec.Raw(root.root), "signingConfig": msgspec.Raw(root.signing)}
    written = msgspec.json.encode({"mediaType": CONFIG, **parts}).decode()
    try:
        return Services(ClientTrustConfig.from_json(written), patience)
    except Exception as error:
        raise unusable(root.where, f"its signingConfig names no services that can be used ({error})") from error


def _identity(token: str) -> "IdentityToken":
    from sigstore.oidc import IdentityError, IdentityToken

    try:
        return IdentityToken(token, AUDIENCE)
    except IdentityError as error:
        why = str(error.__cause__ or error).rstrip(".")
        raise FaultError(SigningTokenRefused(where="floe itself", why=why)) from error


def _bundle(services: Services, identity: "IdentityToken", statement: bytes) -> bytes:
    from sigstore.dsse import Statement

    content = Statement(statement)
    signer = _signer(services, identity)
    try:
        return signer.sign_dsse(content).to_json().encode()
    except FaultError:
        raise
    except Exception as error:
        raise FaultError(trouble.unavailable(services.log, error)) from error


def _signer(services: Services, identity: "IdentityToken") -> "Signer":
    """A new key with its certificate."""
    from sigstore.oidc import ExpiredIdentity
    from sigstore.sign import Signer

    try:
        return Signer(identity, services.context)
    except ExpiredIdentity as error:
        raise FaultError(SigningTokenRefused(where="floe itself", why="Signature has expired")) from error
    except Exception as error:
        answer = trouble.answered(error)
        if answer is not None and answer.status_code in REFUSED:
            raise FaultError(SigningTokenRefused(where=services.certifier, why=trouble.said(answer))) from error
        raise FaultError(trouble.unavailable(services.certifier, error)) from error
