"""Signatures with certificates as cosign kept them before there were bundles."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from floe.core.names import Digest
from floe.core.signature.candidate import Candidate, Flaw, Keyless, Rejected, Verified
from floe.core.signature.simple_signing import CERTIFICATE, PAYLOAD_TYPE, SIGNATURE
from floe.effects.signing import keyless, legacy_certificate, trust_root
from floe.effects.signing.legacy_certificate import PROMISE
from tests.servers.sigstore import legacy
from tests.servers.sigstore.ready import Ready, ready
from tests.servers.sigstore.spoils import flipped

Beside: TypeAlias = dict[str, str]

ARTIFACT: Final = Digest("sha256:" + "c5" * 32)
PAYLOAD: Final = legacy.payload(ARTIFACT)


@pytest.fixture(scope="module")
def root() -> Iterator[Ready]:
    with ready() as found:
        yield found


def judged(root: Ready, folder: Path, beside: Beside, payload: bytes = PAYLOAD) -> Candidate:
    verifier = keyless.opened(trust_root.read(root.trust_config(folder)))
    return legacy_certificate.verify(payload, beside, verifier)


def test_r18_it_says_who_signed_what_and_when(root: Ready, tmp_path: Path) -> None:
    found = judged(root, tmp_path, legacy.annotations(root.stack, PAYLOAD))
    assert isinstance(found, Verified), found
    assert (found.payload_type, found.predicate_type, found.subjects) == (PAYLOAD_TYPE, None, (ARTIFACT,))
    assert isinstance(found.proof, Keyless)
    assert found.proof.token_subject == "repo:acme/floe-platform:ref:refs/heads/main"
    assert found.at is not None
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=1)


def test_two_signatures_of_one_payload_have_two_names(root: Ready, tmp_path: Path) -> None:
    first, second = (judged(root, tmp_path, legacy.annotations(root.stack, PAYLOAD)) for _ in range(2))
    assert first.bundle != second.bundle


def said(change: Callable[[dict[str, Any]], None]) -> Callable[[Beside], None]:
    def spoil(beside: Beside) -> None:
        promise = json.loads(beside[PROMISE])
        change(promise)
        beside[PROMISE] = json.dumps(promise)

    return spoil


def without(name: str) -> Callable[[Beside], None]:
    return lambda beside: beside.update({name: ""})


def later(promise: dict[str, Any]) -> None:
    promise["Payload"]["integratedTime"] += 1


def forged(promise: dict[str, Any]) -> None:
    promise["SignedEntryTimestamp"] = flipped(promise["SignedEntryTimestamp"])


def another(beside: Beside) -> None:
    beside[SIGNATURE] = flipped(beside[SIGNATURE])


WRONG: Final[dict[str, tuple[Callable[[Beside], None], Flaw]]] = {
    "another signature": (another, "signature"),
    "no signature": (without(SIGNATURE), "signature"),
    "a signature that is no base64": (lambda beside: beside.update({SIGNATURE: "?"}), "malformed"),
    "no certificate": (without(CERTIFICATE), "malformed"),
    "no promise": (without(PROMISE), "log"),
    "another time": (said(later), "log"),
    "a forged promise": (said(forged), "log"),
    "a promise without an entry": (said(lambda promise: promise.pop("Payload")), "log"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_was_altered_proves_nothing(root: Ready, tmp_path: Path, what: str) -> None:
    spoil, flaw = WRONG[what]
    beside = legacy.annotations(root.stack, PAYLOAD)
    spoil(beside)
    found = judged(root, tmp_path, beside)
    assert isinstance(found, Rejected), found
    assert found.flaw == flaw


def test_another_payload_is_not_what_was_signed(root: Ready, tmp_path: Path) -> None:
    beside = legacy.annotations(root.stack, PAYLOAD)
    found = judged(root, tmp_path, beside, legacy.payload("sha256:" + "d6" * 32))
    assert isinstance(found, Rejected)
    assert found.flaw == "signature"


def test_the_promise_for_another_signature_proves_nothing(root: Ready, tmp_path: Path) -> None:
    beside, other = (legacy.annotations(root.stack, PAYLOAD) for _ in range(2))
    found = judged(root, tmp_path, {**beside, PROMISE: other[PROMISE]})
    assert isinstance(found, Rejected)
    assert (found.flaw, found.detail) == ("log", "the log entry is about another signature")


@pytest.mark.parametrize("payload", [b"hello", b"x" * 1_000_000])
def test_a_payload_that_is_none_of_cosign_s_says_nothing(root: Ready, tmp_path: Path, payload: bytes) -> None:
    found = judged(root, tmp_path, legacy.annotations(root.stack, payload), payload)
    assert isinstance(found, Rejected)
    assert found.flaw in ("malformed", "too-large")


def test_r20_a_certificate_out_of_its_time_or_place_proves_nothing(tmp_path: Path) -> None:
    with ready() as root, ready() as stranger:
        beside = legacy.annotations(root.stack, PAYLOAD)
        stranger.stack.log.key = root.stack.log.key
        elsewhere = judged(stranger, tmp_path, beside)
        root.stack.fulcio.changed = lambda profile: replace(profile, logged=False)
        unlogged = judged(root, tmp_path, legacy.annotations(root.stack, PAYLOAD))
        root.stack.log.watch.ahead = timedelta(hours=1)
        late = judged(root, tmp_path, legacy.annotations(root.stack, PAYLOAD))
    flaws = [each.flaw for each in (elsewhere, unlogged, late) if isinstance(each, Rejected)]
    assert flaws == ["root", "log", "certificate"]
