"""Bundles of keys, rows R18 and R22: whose key made them, and that nothing in them was changed since."""

import base64
import json
from typing import Any, Final

import anyio
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib import dsse
from securesystemslib.signer import SSlibKey
from sigstore.dsse import Statement
from sigstore_models.bundle.v1 import Bundle

from floe.core.canonical import digest_of
from floe.core.signature import bundle, statement
from floe.core.signature.candidate import Flaw, Keyed, Rejected, Verified
from floe.core.signature.statement import COSIGN_SIGN, PAYLOAD_TYPE
from floe.effects.signing import key_bundle, scheme
from tests.integration.signing.keys import GOOD, b64, key, public, signer

ARTIFACT: Final = digest_of(b"artifact")
STATEMENT: Final = statement.signing(ARTIFACT)
KEY: Final = public("P-256")
OTHER: Final = public("P-256", 1)
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-4, D.1.2.3)
SCHEMES: Final = {"P-256": "ecdsa-sha2-nistp256", "P-384": "ecdsa-sha2-nistp384", "RSA-2048": "rsa-pkcs1v15-sha256"}

# What cosign 3.1.3 wrote: `cosign sign --key cosign.key --use-signing-config=false --tlog-upload=false`.
COSIGN_PUB: Final = b"""-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEuDtL7qa2dy2x/yH+u5ZaaEwL78B
Dk5Ehuajetaqc2cVNCX2LMCh1726mvEsJTxpph7EndSxNczOf31GNecFnA==
-----END PUBLIC KEY-----
"""
COSIGN_STATEMENT: Final = (
    b'{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":'
    b'"49feb9269ccc9e0123c67e3f24a8cb2a554c8b40692671d6f5acbc477ed15247"},"annotations":{}}],'
    b'"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}'
)
COSIGN_DIGEST: Final = "sha256:0141acaf63f9e87ac34b46ef1fd126a920709ae0eba7feaebc6b47dcc13dfdd1"
COSIGN_BUNDLE: Final = (
    '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":'
    '{"publicKey":{"hint":"tkVU8gjY+H22FmnkFrx8hJJNnHQ1k1gAIGrLVOkPXd8="}},"dsseEnvelope":{"payload":"PAYLOAD",'
    '"payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"MEUCIHkj9AR3DoQvSLl7XEq8zaPM9VwAZhXYdvZcB+WP3mIYAiEAv4WwyYsP'
    'Lc+J0mppuLJjMJjqZ13H+UuhuQ6PPMgan9c="}]}}'
)


def signed(payload: bytes = STATEMENT, kind: str = "P-256", number: int = 0) -> bytes:
    return anyio.run(key_bundle.sign, payload, signer(kind, number)).unwrap()


SIGNED: Final = signed()


def altered(content: bytes = SIGNED, **changes: Any) -> bytes:
    """A bundle with other things at some places: `a__b` for b within a."""
    whole = json.loads(content)
    for place, value in changes.items():
        *folders, name = place.split("__")
        part = whole
        for folder in folders:
            part = part[folder]
        part[name] = value
    return json.dumps(whole).encode()


@pytest.mark.parametrize("kind", GOOD)
def test_r18_what_a_key_signed_is_verified_by_it(kind: str) -> None:
    content = signed(kind=kind)
    assert key_bundle.verify(content, (OTHER, public(kind))) == Verified(
        bundle=digest_of(content),
        payload_type=PAYLOAD_TYPE,
        predicate_type=COSIGN_SIGN,
        subjects=(ARTIFACT,),
        proof=Keyed(fingerprint=public(kind).fingerprint),
    )


def test_what_cosign_signed_is_verified_and_ours_is_spelt_alike() -> None:
    content = COSIGN_BUNDLE.replace("PAYLOAD", b64(COSIGN_STATEMENT)).encode()
    found = key_bundle.verify(content, (KEY, scheme.read_public(COSIGN_PUB).unwrap()))
    assert isinstance(found, Verified)
    assert (found.bundle, found.predicate_type) == (COSIGN_DIGEST, COSIGN_SIGN)
    assert found.subjects == ("sha256:49feb9269ccc9e0123c67e3f24a8cb2a554c8b40692671d6f5acbc477ed15247",)
    cosigns = bundle.read(content).unwrap()
    ours = bundle.keyed(cosigns.payload, cosigns.hint, cosigns.signature)
    assert ours.replace(b',"tlogEntries":[]', b"") == content


def test_a_bundle_depends_on_nothing_but_statement_and_key() -> None:
    """RSA signs alike each time, so that the whole must be alike."""
    assert signed(kind="RSA-2048") == signed(kind="RSA-2048")


@pytest.mark.parametrize("kind", GOOD)
def test_others_read_the_bundle_and_find_the_signature_good(kind: str) -> None:
    """sigstore's models, its statement, and the DSSE of securesystemslib, which have nothing in common with ours."""
    content = signed(kind=kind)
    read = Bundle.from_json(content)
    assert read.verification_material.public_key is not None
    assert read.verification_material.public_key.hint == public(kind).hint
    Statement(STATEMENT)
    envelope = json.loads(content)["dsseEnvelope"]
    envelope["signatures"][0]["keyid"] = "a"
    sslib_key = SSlibKey.from_crypto(key(kind).public_key(), "a", SCHEMES[kind])
    assert dsse.Envelope.from_dict(envelope).verify([sslib_key], 1)


@pytest.mark.parametrize(
    ("flaw", "content", "keys"),
    [
        ("key", SIGNED, ()),
        ("key", SIGNED, (OTHER,)),
        ("key", SIGNED, (public("RSA-2048"), public("P-384"))),
        ("key", altered(verificationMaterial__publicKey={}), (OTHER,)),
        ("key", altered(verificationMaterial__publicKey={"hint": "?"}, dsseEnvelope__payload=b64(b"{}")), (KEY,)),
        ("signature", altered(verificationMaterial__publicKey={"hint": OTHER.hint}), (OTHER,)),
        ("signature", altered(dsseEnvelope__payload=b64(STATEMENT.replace(b'""', b'" "'))), (KEY, OTHER)),
        ("signature", altered(dsseEnvelope__payloadType="text/plain"), (KEY,)),
        ("signature", altered(dsseEnvelope__signatures=[{"sig": b64(b"none")}]), (KEY,)),
        ("unsupported", altered(verificationMaterial={"certificate": {"rawBytes": "AAAA"}}), (KEY,)),
        ("unsupported", altered(mediaType="application/vnd.dev.sigstore.bundle.v0.4+json"), (KEY,)),
        ("malformed", signed(b"{}"), (KEY,)),
        ("malformed", signed(STATEMENT.replace(b"Statement/v1", b"Statement/v9")), (KEY,)),
        ("malformed", signed(b'{"_type":"x",' + STATEMENT[1:]), (KEY,)),
        ("too-large", SIGNED + b" " * bundle.LARGEST, (KEY,)),
    ],
)
def test_r18_r22_what_does_not_hold_is_rejected(flaw: Flaw, content: bytes, keys: tuple[Any, ...]) -> None:
    found = key_bundle.verify(content, keys)
    assert isinstance(found, Rejected)
    assert (found.flaw, found.bundle) == (flaw, digest_of(content))


def test_a_hint_proves_nothing_and_forbids_nothing() -> None:
    for hint in ({}, {"hint": ""}, {"hint": "?"}, {"hint": OTHER.hint}):
        found = key_bundle.verify(altered(verificationMaterial__publicKey=hint), (OTHER, KEY))
        assert isinstance(found, Verified)
        assert found.proof == Keyed(fingerprint=KEY.fingerprint)


def test_a_log_entry_is_neither_needed_nor_believed() -> None:
    entry = {"logIndex": "1", "integratedTime": "1700000000", "canonicalizedBody": "e30="}
    found = key_bundle.verify(altered(verificationMaterial__tlogEntries=[entry]), (KEY,))
    assert isinstance(found, Verified)
    assert found.at is None


def test_another_payload_is_told_as_what_it_is() -> None:
    """Such as a signature of a manifest's bytes, made with the same key for something else."""
    made = anyio.run(signer("P-256").sign, bundle.pae("text/plain", b"hello")).unwrap()
    envelope = {"payload": b64(b"hello"), "payloadType": "text/plain", "signatures": [{"sig": b64(made)}]}
    found = key_bundle.verify(altered(dsseEnvelope=envelope), (KEY,))
    assert isinstance(found, Verified)
    assert (found.payload_type, found.predicate_type, found.subjects) == ("text/plain", None, ())


def test_the_other_signature_that_ecdsa_always_has_is_one_too() -> None:
    """It says the same by the same key; only the bundle's digest differs."""
    r, s = decode_dss_signature(base64.b64decode(json.loads(SIGNED)["dsseEnvelope"]["signatures"][0]["sig"]))
    other = altered(dsseEnvelope__signatures=[{"sig": b64(encode_dss_signature(r, ORDER - s))}])
    assert isinstance(key_bundle.verify(other, (KEY,)), Verified)


def test_r18_a_bundle_cut_off_anywhere_is_malformed() -> None:
    for end in range(len(SIGNED)):
        found = key_bundle.verify(SIGNED[:end], (KEY,))
        assert isinstance(found, Rejected)
        assert found.flaw == "malformed"


@given(st.integers(SIGNED.index(b'"dsseEnvelope"'), len(SIGNED) - 1), st.integers(0, 7))
def test_r18_one_bit_of_what_is_signed_turned_over_is_not_verified(place: int, bit: int) -> None:
    content = bytearray(SIGNED)
    content[place] ^= 1 << bit
    assert isinstance(key_bundle.verify(bytes(content), (KEY,)), Rejected)


@given(st.binary(min_size=1, max_size=200))
def test_bytes_that_are_no_statement_say_nothing_though_the_key_signed_them(payload: bytes) -> None:
    found = key_bundle.verify(signed(payload), (KEY,))
    assert isinstance(found, Rejected)
    assert found.flaw == "malformed"
