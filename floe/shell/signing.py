"""With what floe signs, and how it checks signatures: as the options say, else as the manifest does."""

import base64
import getpass
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

import anyio.to_thread
import msgspec
from returns.result import Failure, Result

from floe.core.fault import Fault
from floe.core.names import Malformed
from floe.core.value import Value
from floe.effects.ports import Registry
from floe.effects.signing.kept import Kept
from floe.effects.signing.signatory import Signatory, by_key, by_token
from floe.effects.signing.verifier import SignatureVerifier
from floe.shell.clock import SystemEntropy
from floe.shell.secret import Secret
from floe.shell.settings import RegistrySettings, Signing, Surroundings

AUDIENCE: Final = "sigstore"
TOKEN: Final = "SIGSTORE_ID_TOKEN"  # noqa: S105 (a variable's name, the one that cosign reads too)
BOTH_WAYS: Final = (
    "--key FILE (floe artifact keygen makes one), or --identity-token TOKEN for the audience 'sigstore', "
    f"which {TOKEN} or the CI may give too"
)
OF_A_PLAN: Final = (  # where --identity-token says who asks
    "--key FILE (floe artifact keygen makes one), or a token for the audience 'sigstore', "
    f"which {TOKEN} or the CI may give"
)


class SigningAsked(Value, frozen=True, kw_only=True):
    """What the options say of a signature that is to be made."""

    key: str | None = None
    token: Secret | None = None
    ways: str = BOTH_WAYS  # what is told to whoever gives neither


async def signatory(
    asked: SigningAsked, signing: Signing | None, base: Path, around: Surroundings
) -> Result[Signatory, Malformed | Fault]:
    """Whoever signs; files that options name are here, those of the manifest beside it."""
    if asked.key is not None and asked.token is not None:
        found = "a key and an identity token"
        return Failure(Malformed(what="way to sign", found=found, expected="one of them"))
    password = partial(key_password, around)
    if asked.key is not None:
        return await by_key(asked.key, Path(), password)
    if signing and signing.mode == "key" and asked.token is None:
        assert signing.key is not None, "the manifest was checked for it"
        return await by_key(signing.key.reveal(), base, password, "the key of artifacts.registry.signing")
    return await _keyless(asked, signing, around)


async def _keyless(
    asked: SigningAsked, signing: Signing | None, around: Surroundings
) -> Result[Signatory, Malformed | Fault]:
    token, why = await _token(asked.token, around)
    if token is None:
        found = f"no key and no identity token{f' ({why})' if why else ''}"
        return Failure(Malformed(what="way to sign", found=found, expected=asked.ways))
    issuer = signing.oidc_issuer if signing else None
    if issuer is not None and (said := _issuer(token)) != issuer:
        found = f"an identity token of {said or 'nobody'}"
        return Failure(Malformed(what="way to sign", found=found, expected=f"one of {issuer}, as the manifest says"))
    return await by_token(token, signing.trust_config if signing else None)


async def _token(given: Secret | None, around: Surroundings) -> tuple[str | None, str | None]:
    """The token that is to sign; without one, why the CI gave none."""
    if given is not None:
        return given.reveal(), None
    set_here = around.variables.get(TOKEN)
    if set_here:
        return set_here, None
    from floe.effects.identity.ambient import token_for  # noqa: PLC0415 (few runs need it)

    found = await anyio.to_thread.run_sync(partial(token_for, AUDIENCE, around.variables))
    return found.token, found.why


def _issuer(token: str) -> str | None:
    """What a token says of its issuer. Whether that is so is asked by whoever gives certificates."""
    payload = token.split(".")[1] if token.count(".") == 2 else ""  # noqa: PLR2004 (RFC 7519: three parts)
    try:
        padded = payload + "=" * (-len(payload) % 4)
        said = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=dict[str, object]).get("iss")
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, str) else None


def key_password(
    around: Surroundings, prompt: str = "Password of the signing key: ", *, twice: bool = False
) -> bytes | None:
    """What opens a key; asked for where somebody is there to be asked, and None where they answer differently."""
    known = around.signing_password
    if known is not None:
        return known.reveal().encode()
    if not sys.stdin.isatty():
        return None
    given = getpass.getpass(prompt, sys.stderr)
    return given.encode() if not twice or getpass.getpass("Once more: ", sys.stderr) == given else None


def verifier(registry: Registry, settings: RegistrySettings, folder: Path, around: Surroundings) -> SignatureVerifier:
    """Checks signatures in a repository; key files are named from `folder`."""
    trust_config = settings.signing.trust_config if settings.signing else None
    kept = Kept(_cache(around.variables), SystemEntropy().secret)
    return SignatureVerifier(registry, folder, trust_config, kept)


def _cache(variables: Mapping[str, str]) -> Path | None:
    """Where this user's programs keep what they can find out again (XDG Base Directory)."""
    named, home = variables.get("XDG_CACHE_HOME", ""), variables.get("HOME")
    if Path(named).is_absolute():
        return Path(named) / "floe" / "signatures"
    return Path(home) / ".cache" / "floe" / "signatures" if home else None
