"""Keyless bundles that prove nothing, each with the reason that is true of it."""

import copy
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from floe.core.names import Digest
from floe.core.signature.candidate import Candidate, Rejected
from floe.core.signature.statement import signing
from floe.effects.signing import keyless, trust_root
from tests.servers.sigstore import bundles
from tests.servers.sigstore.ready import Ready, ready
from tests.servers.sigstore.spoils import SPOILT, material
from tests.servers.sigstore.stack import Sigstore

Made: TypeAlias = dict[str, Any]

PAYLOAD: Final = signing(Digest("sha256:" + "c5" * 32))
OTHER: Final = signing(Digest("sha256:" + "d6" * 32))


@pytest.fixture(scope="module")
def first() -> Iterator[Ready]:
    with ready() as found:
        yield found


@pytest.fixture(scope="module")
def second() -> Iterator[Ready]:
    with ready(version=2) as found:
        yield found


@pytest.fixture(scope="module")
def stranger() -> Iterator[Ready]:
    with ready() as found:
        yield found


def judged(content: bytes, root: Ready, folder: Path) -> Candidate:
    return keyless.verify(content, keyless.opened(trust_root.read(root.trust_config(folder))))


@pytest.mark.parametrize("how", SPOILT)
def test_r18_a_bundle_that_was_altered_proves_nothing(first: Ready, second: Ready, tmp_path: Path, how: str) -> None:
    version, spoil, flaw, words = SPOILT[how]
    root = first if version == 1 else second
    found = judged(bundles.bundle(root.stack, PAYLOAD, spoil=spoil), root, tmp_path)
    assert isinstance(found, Rejected), found
    assert (found.flaw, words in found.detail) == (flaw, True), found


def test_a_truncated_bundle_is_malformed_wherever_it_ends(first: Ready, tmp_path: Path) -> None:
    content = bundles.bundle(first.stack, PAYLOAD)
    for end in (0, 1, len(content) // 3, len(content) // 2, len(content) - 1):
        found = judged(content[:end], first, tmp_path)
        assert isinstance(found, Rejected)
        assert found.flaw == "malformed"


def test_another_root_is_told_as_such(first: Ready, stranger: Ready, tmp_path: Path) -> None:
    found = judged(bundles.bundle(first.stack, PAYLOAD), stranger, tmp_path)
    assert isinstance(found, Rejected)
    assert (found.flaw, found.detail) == ("root", "the certificate does not lead to the trusted root")


@pytest.mark.parametrize("minutes", [-1, 11])
def test_r20_a_signature_outside_the_time_of_its_certificate_proves_nothing(tmp_path: Path, minutes: int) -> None:
    """A certificate is good for ten minutes."""
    with ready() as root:
        root.stack.log.watch.ahead = root.stack.timestamps.watch.ahead = timedelta(minutes=minutes)
        found = judged(bundles.bundle(root.stack, PAYLOAD), root, tmp_path)
    assert isinstance(found, Rejected)
    assert found.flaw == "certificate"
    assert "with a certificate valid from" in found.detail


def test_r20_one_time_within_is_not_enough_when_another_is_outside(tmp_path: Path) -> None:
    with ready() as root:
        root.stack.timestamps.watch.ahead = timedelta(hours=1)
        found = judged(bundles.bundle(root.stack, PAYLOAD), root, tmp_path)
    assert isinstance(found, Rejected)
    assert found.flaw == "certificate"


def exchanged(stack: Sigstore, path: tuple[str, ...], other: bytes) -> bytes:
    """A bundle with a part of another one."""
    made, foreign = bundles.bundle(stack, PAYLOAD), json.loads(other)
    found = copy.deepcopy(json.loads(made))
    found["verificationMaterial"][path[0]] = foreign["verificationMaterial"][path[0]]
    return json.dumps(found).encode()


@pytest.mark.parametrize("version", [1, 2])
def test_r20_the_log_entry_of_another_signature_proves_nothing(
    first: Ready, second: Ready, tmp_path: Path, version: int
) -> None:
    root = first if version == 1 else second
    content = exchanged(root.stack, ("tlogEntries",), bundles.bundle(root.stack, PAYLOAD))
    found = judged(content, root, tmp_path)
    assert isinstance(found, Rejected)
    assert (found.flaw, found.detail) == ("log", "the log entry is about another signature")


def test_the_log_entry_of_another_log_proves_nothing(first: Ready, stranger: Ready, tmp_path: Path) -> None:
    made = bundles.signed(first.stack, PAYLOAD)
    whole = bundles.assembled(first.stack, made)
    material(whole)["tlogEntries"] = [bundles.entered(stranger.stack, made)]
    found = judged(json.dumps(whole).encode(), first, tmp_path)
    assert isinstance(found, Rejected)
    assert found.flaw == "log"


@pytest.mark.parametrize("whose", ["another signature's", "another authority's"])
def test_r20_a_timestamp_of_something_else_is_no_time(
    second: Ready, stranger: Ready, tmp_path: Path, whose: str
) -> None:
    source = second if whose == "another signature's" else stranger
    content = exchanged(second.stack, ("timestampVerificationData",), bundles.bundle(source.stack, PAYLOAD))
    found = judged(content, second, tmp_path)
    assert isinstance(found, Rejected)
    assert found.flaw == "time"


def test_a_payload_that_is_no_statement_although_it_says_so_is_malformed(first: Ready, tmp_path: Path) -> None:
    found = judged(bundles.bundle(first.stack, b'{"_type": "something"}'), first, tmp_path)
    assert isinstance(found, Rejected)
    assert found.flaw == "malformed"
