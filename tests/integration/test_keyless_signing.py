"""Signing without a key: who refuses, who does not answer, and nothing half done."""

from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from returns.result import Failure

from floe.core.explain.faults import what_failed
from floe.core.fault import Fault, NoTrustRoot, SigningTokenRefused, Unavailable
from floe.core.names import Digest
from floe.core.signature.statement import signing
from floe.effects.signing import keyless_signing, trust_root
from floe.effects.signing.trust_root import TrustRoot
from tests.servers.issuer import Issuer
from tests.servers.sigstore.ready import Ready, ready
from tests.servers.sigstore.stack import ENTRIES, SIGNING_CERT, TIMESTAMP
from tests.servers.sigstore.tokens import workflow
from tests.servers.wire import Answer, HangUp, Silence

pytestmark = pytest.mark.anyio

STATEMENT: Final = signing(Digest("sha256:" + "c5" * 32))
JSON: Final = (("Content-Type", "application/json"),)


async def failed(sigstore: Ready, folder: Path, token: str | None = None, root: TrustRoot | None = None) -> Fault:
    """The fault of signing, which says nothing of the token."""
    spelt = sigstore.token() if token is None else token
    where = root or trust_root.read(sigstore.trust_config(folder))
    answer = await keyless_signing.sign(STATEMENT, spelt, where, patience=0.3)
    assert isinstance(answer, Failure), answer
    fault: Fault = answer.failure()
    assert spelt[:40] not in "\n".join((repr(fault), *what_failed(fault))) or len(spelt) < 40
    return fault


async def test_a_token_that_was_forged_is_refused_by_fulcio(sigstore: Ready, tmp_path: Path) -> None:
    with Issuer() as forger:
        fault = await failed(sigstore, tmp_path, forger.mint(forger.claims(2**32 - 600, **workflow("acme/x", iat=1))))
    assert isinstance(fault, SigningTokenRefused)
    assert fault.where == sigstore.stack.url
    assert fault.why.startswith("There was an error processing the identity token: ")


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": "floe"}, "Audience doesn't match"),
        ({"age": 3600}, "Signature has expired"),
        ({"sub": ...}, 'Token is missing the "sub" claim'),
    ],
)
async def test_a_token_that_cannot_do_is_sent_nowhere(
    sigstore: Ready, tmp_path: Path, claims: dict[str, Any], why: str
) -> None:
    token = sigstore.token(**claims)
    assert await failed(sigstore, tmp_path, token) == SigningTokenRefused(where="floe itself", why=why)
    assert sigstore.stack.asked.seen == ()


@pytest.mark.parametrize("text", ["", "secret", "a.b.c"])
async def test_what_is_no_token_is_told_as_such(sigstore: Ready, tmp_path: Path, text: str) -> None:
    assert isinstance(await failed(sigstore, tmp_path, text), SigningTokenRefused)


async def test_a_token_of_an_issuer_that_fulcio_does_not_know_is_refused(sigstore: Ready, tmp_path: Path) -> None:
    fault = await failed(sigstore, tmp_path, sigstore.token(iss="https://elsewhere.test"))
    assert isinstance(fault, SigningTokenRefused)
    assert "unknown issuer" in fault.why


SERVICES: Final = {"Fulcio": SIGNING_CERT, "timestamps": TIMESTAMP, "Rekor v1": ENTRIES[1], "Rekor v2": ENTRIES[2]}
TROUBLE: Final = {
    "says that it is down": (
        Answer(503, JSON, b'{"message": "be\\u001b[2Jback soon"}'),
        "it answered 503: be\\x1b[2Jback soon",
    ),
    "is down": (Answer(502, (), b"<html>bad gateway</html>"), "it answered 502: <html>bad gateway</html>"),
    "hangs up": (Answer(200, (), b"", HangUp()), "no connection"),
    "is silent": (Answer(200, (), b"", Silence(60)), "it did not answer in time"),
    "answers nonsense": (Answer(200, JSON, b"[]"), "its answer makes no sense"),
    "sends us elsewhere": (Answer(307, (("Location", "http://127.0.0.1:9/"),)), "it sent us elsewhere"),
}


@pytest.mark.parametrize("what", TROUBLE)
@pytest.mark.parametrize("who", SERVICES)
async def test_a_service_in_trouble_is_named_with_its_trouble(tmp_path: Path, who: str, what: str) -> None:
    answer, why = TROUBLE[what]
    with ready(version=2 if who == "Rekor v2" else 1) as sigstore:
        sigstore.stack.answers[SERVICES[who]] = answer
        fault = await failed(sigstore, tmp_path)
        logged = [each for each in sigstore.stack.asked.seen if each.target in ENTRIES.values()]
    assert isinstance(fault, Unavailable)
    assert fault.where.startswith(sigstore.stack.url)
    assert why in fault.why
    assert len(logged) == (1 if who.startswith("Rekor") else 0)


async def test_a_sigstore_that_is_gone_is_not_available(tmp_path: Path) -> None:
    with ready() as gone:
        root = trust_root.read(gone.trust_config(tmp_path))
        token = gone.token()
    assert await failed(gone, tmp_path, token, root) == Unavailable(where=gone.stack.url, why="no connection")


async def test_what_does_not_verify_afterwards_is_not_handed_out(sigstore: Ready, tmp_path: Path) -> None:
    """Services and trusted root may belong to different Sigstores."""
    with ready() as other:
        other.stack.fulcio.log_key = sigstore.stack.fulcio.log_key  # else its certificate is refused at once
        root = trust_root.read(other.trust_config(tmp_path))
    mixed = TrustRoot(where="here", root=root.root, signing=msgspec.json.encode(sigstore.stack.signing_config))
    fault = await failed(sigstore, tmp_path, root=mixed)
    assert isinstance(fault, Unavailable)
    assert fault.why == "what they signed does not verify: the certificate does not lead to the trusted root"


async def test_a_trust_root_without_services_signs_nothing(sigstore: Ready, tmp_path: Path) -> None:
    root = trust_root.read(sigstore.trust_config(tmp_path))
    fault = await failed(sigstore, tmp_path, root=TrustRoot(where="here", root=root.root))
    assert isinstance(fault, NoTrustRoot)
    assert "names no services" in fault.why


@pytest.mark.parametrize("services", [b"{}", b'{"mediaType": "another"}', b"[]"])
async def test_services_that_cannot_be_used_are_told(sigstore: Ready, tmp_path: Path, services: bytes) -> None:
    root = trust_root.read(sigstore.trust_config(tmp_path))
    fault = await failed(sigstore, tmp_path, root=TrustRoot(where="here", root=root.root, signing=services))
    assert isinstance(fault, NoTrustRoot)
    assert "signingConfig" in fault.why


async def test_a_password_in_netrc_does_not_take_the_place_of_the_token(
    sigstore: Ready, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    root = trust_root.read(sigstore.trust_config(tmp_path))
    (await keyless_signing.sign(STATEMENT, sigstore.token(), root)).unwrap()
