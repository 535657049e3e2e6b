"""Signatures as cosign kept them before there were bundles, row R18: one that cosign made, and what is none."""

import json
from typing import Any, Final

import anyio
import pytest

from floe.core.canonical import digest_of
from floe.core.signature.bundle import LARGEST
from floe.core.signature.candidate import Flaw, Keyed, Rejected, Verified
from floe.core.signature.simple_signing import CERTIFICATE, PAYLOAD_TYPE, SIGNATURE
from floe.effects.signing import legacy, scheme
from tests.integration.signing.keys import GOOD, b64, public, signer

# Made by cosign 3.1.3: `cosign sign --key cosign.key --new-bundle-format=false …`.
COSIGN_PUB: Final = b"""-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEuDtL7qa2dy2x/yH+u5ZaaEwL78B
Dk5Ehuajetaqc2cVNCX2LMCh1726mvEsJTxpph7EndSxNczOf31GNecFnA==
-----END PUBLIC KEY-----
"""
ARTIFACT: Final = "sha256:ed8e6f14dae59d55b213c39f2bcdb6f074a112481f003d5fd2d5ad58513ecd20"
COSIGNS: Final = (
    b'{"critical":{"identity":{"docker-reference":"127.0.0.1:5971/acme/app"},"image":{"docker-manifest-digest":'
    b'"' + ARTIFACT.encode() + b'"},"type":"cosign container image signature"},"optional":null}'
)
BESIDE: Final = {
    SIGNATURE: "MEUCIBwPEi9MsEOpM3Oqw1kBEiGtvm+Zrsw8liPwpNBJa3KWAiEAqR0duCErUjP1es8zksBYxyTyuEgQX8TuLOBnA4idrjQ="
}
KEY: Final = scheme.read_public(COSIGN_PUB).unwrap()


def signed(payload: bytes, kind: str = "P-256") -> dict[str, str]:
    return {SIGNATURE: b64(anyio.run(signer(kind).sign, payload).unwrap())}


def test_r18_what_cosign_signed_is_verified() -> None:
    assert legacy.verify(COSIGNS, BESIDE, (public("P-256"), KEY)) == Verified(
        bundle=digest_of(COSIGNS),
        payload_type=PAYLOAD_TYPE,
        predicate_type=None,
        subjects=(ARTIFACT,),
        proof=Keyed(fingerprint=KEY.fingerprint),
    )


@pytest.mark.parametrize("kind", GOOD)
def test_every_kind_of_key_that_counts_counts_here(kind: str) -> None:
    assert isinstance(legacy.verify(COSIGNS, signed(COSIGNS, kind), (public(kind),)), Verified)


def about(**critical: Any) -> bytes:
    whole = json.loads(COSIGNS)
    whole["critical"].update(critical)
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("flaw", "payload", "beside"),
    [
        ("key", COSIGNS.replace(b"acme", b"evil"), BESIDE),
        ("key", COSIGNS, signed(COSIGNS)),
        ("malformed", COSIGNS, {}),
        ("malformed", COSIGNS, {SIGNATURE: "?"}),
        ("malformed", COSIGNS, {SIGNATURE: "é"}),
        ("unsupported", COSIGNS, {**BESIDE, CERTIFICATE: "-----BEGIN CERTIFICATE-----"}),
        ("too-large", b" " * (LARGEST + 1), BESIDE),
    ],
)
def test_r18_what_does_not_hold_is_rejected(flaw: Flaw, payload: bytes, beside: dict[str, str]) -> None:
    found = legacy.verify(payload, beside, (KEY,))
    assert isinstance(found, Rejected)
    assert (found.flaw, found.bundle) == (flaw, digest_of(payload))
    assert isinstance(legacy.verify(payload, beside, ()), Rejected)


@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        b"not JSON",
        COSIGNS.replace(b'{"critical"', b'{"critical":{},"critical"'),
        about(type="atomic container signature"),
        about(image={}),
        about(image={"docker-manifest-digest": ARTIFACT.upper()}),
        about(image={"docker-manifest-digest": ARTIFACT + "\n"}),
    ],
)
def test_r18_what_says_nothing_of_an_artifact_is_rejected_though_the_key_signed_it(payload: bytes) -> None:
    found = legacy.verify(payload, signed(payload), (public("P-256"),))
    assert isinstance(found, Rejected)
    assert found.flaw == "malformed"
