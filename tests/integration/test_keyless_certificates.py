"""Certificates of a trusted authority that do not say who signed, or do not say it plainly."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from floe.core.names import Digest
from floe.core.signature.candidate import Candidate, Flaw, Keyless, Rejected, Verified
from floe.core.signature.statement import signing
from floe.effects.signing import keyless, trust_root
from tests.servers.issuer import Issuer
from tests.servers.sigstore import bundles, der
from tests.servers.sigstore.extensions import ARC
from tests.servers.sigstore.fulcio import Profile
from tests.servers.sigstore.ready import Ready, ready
from tests.servers.sigstore.stack import Sigstore
from tests.servers.sigstore.tokens import Provider

Change: TypeAlias = Callable[[Profile], Profile]

PAYLOAD: Final = signing(Digest("sha256:" + "c5" * 32))


@pytest.fixture(scope="module")
def root() -> Iterator[Ready]:
    with ready() as found:
        yield found


def judged(stack: Sigstore, folder: Path, change: Change) -> Candidate:
    stack.fulcio.changed = change
    content = bundles.bundle(stack, PAYLOAD)
    return keyless.verify(content, keyless.opened(trust_root.read(stack.write(folder / "root.json"))))


def named(*names: x509.GeneralName) -> Change:
    return lambda profile: replace(profile, names=names)


def saying(number: int, value: bytes | None) -> Change:
    """An extension of Fulcio's with another value, or without it."""

    def change(profile: Profile) -> Profile:
        kept = tuple(pair for pair in profile.extensions if pair[0] != f"{ARC}.{number}")
        return replace(profile, extensions=kept if value is None else (*kept, (f"{ARC}.{number}", value)))

    return change


def without_issuer(profile: Profile) -> Profile:
    return saying(1, None)(saying(8, None)(profile))


def purposes(*which: x509.ObjectIdentifier) -> Change:
    return lambda profile: replace(profile, purposes=which)


URI: Final = x509.UniformResourceIdentifier
WRONG: Final[dict[str, tuple[Change, Flaw, str]]] = {
    "no name": (named(), "certificate", "not for signing"),
    "two names": (named(URI("https://a.test"), URI("https://b.test")), "certificate", "2 subject alternative names"),
    "a name twice": (named(URI("https://a.test"), URI("https://a.test")), "certificate", "2 subject alternative"),
    "a name of a host": (named(x509.DNSName("a.test")), "certificate", "DNSName"),
    "a name of no known kind": (
        named(x509.OtherName(x509.ObjectIdentifier("1.2.3"), der.text("a"))),
        "certificate",
        "OtherName",
    ),
    "a user name that is no text": (
        named(x509.OtherName(x509.ObjectIdentifier(f"{ARC}.7"), der.octets(b"a"))),
        "malformed",
        "cannot be read",
    ),
    "a name with a line end": (named(URI("https://a.test/\nb")), "malformed", "not printed"),
    "a name with an escape": (named(URI("https://a.test/\x1b[2J")), "malformed", "not printed"),
    "a name without end": (named(URI("https://a.test/" + "a" * 2048)), "malformed", "too long"),
    "no issuer": (without_issuer, "certificate", "no issuer"),
    "two issuers": (saying(8, der.text("https://evil.test")), "malformed", "two issuers"),
    "an issuer that is no text": (saying(8, b"https://a.test"), "malformed", "cannot be read"),
    "an issuer that is empty": (saying(8, der.text("")), "malformed", "empty"),
    "an issuer with more behind it": (saying(8, der.text("a") + b"b"), "malformed", "cannot be read"),
    "an old issuer that is no UTF-8": (saying(1, b"\xff"), "malformed", "cannot be read"),
    "a subject with bidirectional marks": (saying(24, der.text("repo:\u202ea")), "malformed", "not printed"),
    "a repository that is no address": (saying(12, der.text("acme/floe-platform")), "malformed", "no address"),
    "a repository that is a server": (saying(12, der.text("https://github.com/")), "malformed", "no address"),
    "a ref that is a number": (saying(14, der.whole(1)), "malformed", "cannot be read"),
    "in no certificate log": (lambda profile: replace(profile, logged=False), "log", "certificate log"),
    "for servers": (purposes(ExtendedKeyUsageOID.SERVER_AUTH), "certificate", "not for signing"),
    "for other keys": (lambda profile: replace(profile, signs=False), "certificate", "not for signing"),
}


@pytest.mark.parametrize("what", WRONG)
def test_r19_a_certificate_that_does_not_name_one_signer_plainly_proves_nothing(
    root: Ready, tmp_path: Path, what: str
) -> None:
    change, flaw, words = WRONG[what]
    found = judged(root.stack, tmp_path, change)
    assert isinstance(found, Rejected), found
    assert (found.flaw, words in found.detail) == (flaw, True), found


def test_a_certificate_in_another_log_proves_nothing(root: Ready, tmp_path: Path) -> None:
    with ready() as other:
        other.stack.fulcio.root, other.stack.fulcio.authority = root.stack.fulcio.root, root.stack.fulcio.authority
        content = bundles.bundle(other.stack, PAYLOAD)
    found = keyless.verify(content, keyless.opened(trust_root.read(root.trust_config(tmp_path))))
    assert isinstance(found, Rejected)
    assert (found.flaw, "certificate log" in found.detail) == ("log", True)


def test_a_certificate_that_says_to_be_of_the_authority_leads_nowhere(root: Ready, tmp_path: Path) -> None:
    """Its issuer has the right name and another key."""
    real = root.stack.fulcio.authority
    with ready() as other:
        other.stack.fulcio.authority = replace(
            other.stack.fulcio.authority, certificate=real.certificate, key=ec.generate_private_key(ec.SECP384R1())
        )
        other.stack.fulcio.log_key, other.stack.log.key = root.stack.fulcio.log_key, root.stack.log.key
        content = bundles.bundle(other.stack, PAYLOAD)
    found = keyless.verify(content, keyless.opened(trust_root.read(root.trust_config(tmp_path))))
    assert isinstance(found, Rejected)
    assert found.flaw == "root"


NAMES: Final[dict[str, tuple[x509.GeneralName, str]]] = {
    "an e-mail address": (x509.RFC822Name("alice@acme.test"), "alice@acme.test"),
    "an address": (URI("https://kubernetes.test/ns/sa"), "https://kubernetes.test/ns/sa"),
    "a user name": (x509.OtherName(x509.ObjectIdentifier(f"{ARC}.7"), der.text("alice!acme.test")), "alice!acme.test"),
}


@pytest.mark.parametrize("kind", NAMES)
def test_every_kind_of_name_that_fulcio_gives_is_told(root: Ready, tmp_path: Path, kind: str) -> None:
    name, told = NAMES[kind]
    found = judged(root.stack, tmp_path, named(name))
    assert isinstance(found, Verified), found
    assert isinstance(found.proof, Keyless)
    assert found.proof.name == told


@pytest.mark.parametrize("server", ["https://gitlab.test", "gitlab.test"])
def test_a_repository_is_told_whole_but_for_its_server(root: Ready, tmp_path: Path, server: str) -> None:
    found = judged(root.stack, tmp_path, saying(12, der.text(f"{server}/acme/data/platform")))
    assert isinstance(found, Verified), found
    assert isinstance(found.proof, Keyless)
    assert found.proof.repository == "acme/data/platform"


def test_an_issuer_of_people_gives_e_mail_addresses(tmp_path: Path) -> None:
    with Issuer() as issuer, Sigstore(Provider(issuer.url, "email", issuer.url)) as stack:
        claims = issuer.claims(0, aud="sigstore", email="alice@acme.test")
        content = bundles.bundle(stack, PAYLOAD, claims)
        found = keyless.verify(content, keyless.opened(trust_root.read(stack.write(tmp_path / "root.json"))))
    assert isinstance(found, Verified), found
    assert found.proof == Keyless(issuer=claims["iss"], name="alice@acme.test", token_subject="someone")
