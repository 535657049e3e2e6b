"""What is signed, and the form it is kept in: one meaning, one spelling, and nothing taken for granted."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core import notation
from floe.core.canonical import digest_of
from floe.core.names import Digest
from floe.core.signature import bundle, simple_signing, statement
from floe.core.signature.bundle import LONGEST_DETAIL, MEDIA_TYPE, Bundle, pae
from floe.core.signature.candidate import Flaw, Rejected
from floe.core.signature.statement import COSIGN_SIGN, PAYLOAD_TYPE, STATEMENT, Said
from tests.property.purity import deciding
from tests.property.strategies import any_digest

HINT = "H2bx…"
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\n", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(plain, st.sampled_from((None, 1)))
def test_json_with_one_meaning_is_read_as_json(value: Any, indent: int | None) -> None:
    with deciding():
        assert notation.read(json.dumps(value, indent=indent).encode()) == Success(value)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[NaN]", b"[Infinity]", b'"\\ud800"', b'"\xff"', b"\xef\xbb\xbf{}", b"{}{}", b"[1" + b"0" * 5000),
        *(b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b'[{"b":{"a":1,"a":null}}]', b"[" * 100_000),
    ],
    ids=lambda content: repr(content[:20]),
)
def test_n07_json_with_two_meanings_or_none_is_refused(content: bytes) -> None:
    with deciding():
        assert isinstance(notation.read(content), Failure)


@given(any_digest)
def test_what_is_signed_of_an_artifact_says_that_it_was_signed(artifact: Digest) -> None:
    with deciding():
        said = statement.read(PAYLOAD_TYPE, statement.signing(artifact))
    assert said == Success(Said(predicate_type=COSIGN_SIGN, subjects=(artifact,)))


def test_the_statement_is_that_of_cosign_with_the_name_that_others_ask_for() -> None:
    """The bytes are signed: what was signed once must be spelt so for ever."""
    artifact = Digest("sha256:" + "ab" * 32)
    assert statement.signing(artifact) == (
        b'{"_type":"https://in-toto.io/Statement/v1","predicate":{},"predicateType":"https://sigstore.dev/cosign/sign/v1",'
        b'"subject":[{"digest":{"sha256":"' + b"ab" * 32 + b'"},"name":""}]}'
    )


def stated(**changes: Any) -> bytes:
    """A statement as others write it."""
    subject = [{"digest": {"sha256": "ab" * 32}}]
    return json.dumps({"_type": STATEMENT, "predicateType": "https://x/y", "subject": subject, **changes}).encode()


def test_others_may_say_more_in_a_statement_and_name_more_artifacts() -> None:
    subjects = [
        {"name": "a", "digest": {"sha256": "ab" * 32, "sha512": "cd" * 64}},
        {"name": "b", "digest": {"gitCommit": "ef" * 20}},
        {"uri": "c", "digest": {"sha256": "01" * 32}},
    ]
    said = statement.read(PAYLOAD_TYPE, stated(subject=subjects, predicate={"a": [1.5]}, more=None))
    wanted = (Digest("sha256:" + "ab" * 32), Digest("sha256:" + "01" * 32))
    assert said == Success(Said(predicate_type="https://x/y", subjects=wanted))
    assert statement.read(PAYLOAD_TYPE, stated(subject=subjects, predicate=None)) == said


@pytest.mark.parametrize(
    "changes",
    [
        {"_type": "https://in-toto.io/Statement/v0.1"},
        {"predicateType": ""},
        {"predicateType": "https://x\ny"},
        {"predicateType": "x" * 513},
        {"predicate": "text"},
        {"subject": []},
        {"subject": {"digest": {"sha256": "ab" * 32}}},
        {"subject": [{"name": "no digest"}]},
        {"subject": [{"digest": {"sha256": "AB" * 32}}]},
        {"subject": [{"digest": {"sha256": "ab" * 31}}]},
        {"subject": [{"digest": {"sha256": "ab" * 32 + "\n"}}]},
        {"subject": [{"digest": {"sha256": "ab" * 32}}, {"digest": {"sha256": 1}}]},
    ],
    ids=repr,
)
def test_what_is_no_statement_says_nothing(changes: dict[str, Any]) -> None:
    with deciding():
        assert "no in-toto Statement v1" in statement.read(PAYLOAD_TYPE, stated(**changes)).failure()


@given(any_digest, st.text(max_size=20))
def test_a_simple_payload_says_which_artifact_it_is_about_whatever_it_calls_it(artifact: Digest, name: str) -> None:
    critical = {
        "identity": {"docker-reference": name},
        "image": {"docker-manifest-digest": artifact},
        "type": "cosign container image signature",
    }
    payload = json.dumps({"critical": critical, "optional": None}).encode()
    with deciding():
        assert simple_signing.read(payload) == Success(artifact)
        assert isinstance(simple_signing.read(payload.replace(b"cosign", b"atomic")), Failure)


def test_a_payload_of_another_type_says_nothing_of_artifacts() -> None:
    assert statement.read("text/plain", stated()) == Success(Said())


@given(st.text(st.characters(codec="ascii"), max_size=20), st.binary(max_size=20), st.text(max_size=20), st.binary())
def test_what_is_signed_is_a_payload_with_its_type_and_nothing_else(
    kind: str, payload: bytes, other_kind: str, other_payload: bytes
) -> None:
    assert (pae(kind, payload) == pae(other_kind, other_payload)) == ((kind, payload) == (other_kind, other_payload))


def test_what_is_signed_is_what_the_dsse_specification_says() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@given(st.binary(min_size=1), st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.binary(min_size=1))
def test_a_bundle_is_read_as_it_was_written(payload: bytes, hint: str, signature: bytes) -> None:
    with deciding():
        found = bundle.read(bundle.keyed(payload, hint, signature))
    expected = Bundle(
        material="key", hint=hint, log_entries=0, payload_type=PAYLOAD_TYPE, payload=payload, signature=signature
    )
    assert found == Success(expected)


def test_a_bundle_is_spelt_as_cosign_spells_it_with_the_list_that_others_ask_for() -> None:
    assert bundle.keyed(b"{}", "aGludA==", b"sig") == (
        b'{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",'
        b'"verificationMaterial":{"publicKey":{"hint":"aGludA=="},"tlogEntries":[]},'
        b'"dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"c2ln"}]}}'
    )


ENVELOPE: dict[str, Any] = {
    "payload": "e30=",
    "payloadType": "text/plain",
    "signatures": [{"sig": "c2ln", "keyid": "a"}],
}


def bundled(envelope: dict[str, Any] | None = None, **changes: Any) -> bytes:
    """A bundle as others write it."""
    material = changes.pop("material", {"publicKey": {}})
    whole = {"mediaType": MEDIA_TYPE, "verificationMaterial": material, "dsseEnvelope": envelope or ENVELOPE, **changes}
    return json.dumps({name: part for name, part in whole.items() if part is not None}).encode()


def test_a_bundle_of_others_may_have_a_certificate_log_entries_and_the_older_name_of_its_type() -> None:
    material = {"certificate": {"rawBytes": "e30="}, "tlogEntries": [{}, {}]}
    found = bundle.read(bundled(material=material, mediaType="application/vnd.dev.sigstore.bundle+json;version=0.3"))
    expected = Bundle(
        material="certificate", hint="", log_entries=2, payload_type="text/plain", payload=b"{}", signature=b"sig"
    )
    assert found == Success(expected)


@pytest.mark.parametrize(
    ("flaw", "content"),
    [
        ("too-large", bundled(padding="x" * bundle.LARGEST)),
        ("malformed", b"[]"),
        ("malformed", b"not JSON"),
        ("malformed", bundled().replace(b'"payload"', b'"payload": "e30=", "payload"', 1)),
        ("unsupported", b"{}"),
        ("unsupported", bundled(mediaType="application/vnd.dev.sigstore.bundle.v0.4+json")),
        ("unsupported", bundled(mediaType="application/vnd.dev.sigstore.bundle+json;version=0.1")),
        ("unsupported", bundled(mediaType=1)),
        ("unsupported", bundled(messageSignature={})),
        ("unsupported", bundled(material={"x509CertificateChain": {"certificates": []}})),
        ("malformed", bundled(material={})),
        ("malformed", bundled(material={"publicKey": {}, "certificate": {}})),
        ("malformed", bundled(material={"publicKey": {}, "x509CertificateChain": {}})),
        ("malformed", bundled(material={"publicKey": {"hint": 1}})),
        ("malformed", bundled(material={"publicKey": {}, "tlogEntries": {}})),
        ("malformed", bundled(verificationMaterial=None)),
        ("malformed", bundled(dsseEnvelope=None)),
        ("malformed", bundled({**ENVELOPE, "signatures": []})),
        ("malformed", bundled({**ENVELOPE, "signatures": [{"sig": "c2ln"}, {"sig": "c2ln"}]})),
        ("malformed", bundled({**ENVELOPE, "signatures": [{"sig": ""}]})),
        ("malformed", bundled({**ENVELOPE, "signatures": [{"sig": "c2l"}]})),
        ("malformed", bundled({**ENVELOPE, "signatures": [{"sig": "c2\nln"}]})),
        ("malformed", bundled({**ENVELOPE, "payload": "e31="})),  # another spelling of the same bytes
        ("malformed", bundled({**ENVELOPE, "payload": "é"})),
        ("malformed", bundled({**ENVELOPE, "payload": ""})),
        ("malformed", bundled({**ENVELOPE, "payloadType": "text/\x1bplain"})),
        ("malformed", bundled({**ENVELOPE, "payloadType": ""})),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:50]),
)
def test_r18_what_is_no_bundle_is_rejected_and_told_why(flaw: Flaw, content: bytes) -> None:
    with deciding():
        found = bundle.read(content).failure()
    assert (found.flaw, found.bundle) == (flaw, digest_of(content))
    assert found.detail
    assert "None" not in found.detail


@given(st.binary())
def test_any_bytes_are_a_bundle_or_are_rejected(content: bytes) -> None:
    assert isinstance(bundle.read(content).failure(), Rejected)


def test_a_bundle_cut_off_anywhere_is_no_bundle() -> None:
    whole = bundled(material={"publicKey": {"hint": HINT}})
    with deciding():
        assert {bundle.read(whole[:end]).failure().flaw for end in range(len(whole))} == {"malformed"}


@given(st.text(max_size=1000))
def test_n08_a_reason_is_short_and_plain(detail: str) -> None:
    told = bundle.rejected(b"", "malformed", detail).detail
    assert len(told) <= LONGEST_DETAIL + 1
    assert all(character.isprintable() or character == "\t" for character in told)


@given(st.data())
def test_one_bit_of_what_was_signed_makes_other_bytes_or_no_bundle(data: st.DataObject) -> None:
    """A second spelling of the same signed bytes would be a second bundle of one signature."""
    payload, signature = data.draw(st.binary(min_size=1)), data.draw(st.binary(min_size=1))
    whole = bundle.keyed(payload, "", signature)
    part = data.draw(st.sampled_from((payload, signature)))
    start = whole.index(b'"' + base64.b64encode(part)) + 1
    place = data.draw(st.integers(start, start + len(base64.b64encode(part)) - 1))
    bit = data.draw(st.integers(0, 7))
    found = bundle.read(whole[:place] + bytes((whole[place] ^ (1 << bit),)) + whole[place + 1 :])
    assert isinstance(found, Failure) or (found.unwrap().payload, found.unwrap().signature) != (payload, signature)
