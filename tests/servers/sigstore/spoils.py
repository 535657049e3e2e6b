"""Ways to spoil a bundle, and what is true of it then."""

import base64
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from floe.core.names import Digest
from floe.core.signature.candidate import Flaw
from floe.core.signature.statement import signing
from tests.servers.sigstore.basics import spelt

Made: TypeAlias = dict[str, Any]

OTHER: Final = signing(Digest("sha256:" + "d6" * 32))


def material(bundle: Made) -> Made:
    found: Made = bundle["verificationMaterial"]
    return found


def entry(bundle: Made) -> Made:
    found: Made = material(bundle)["tlogEntries"][0]
    return found


def flipped(text: str) -> str:
    """The same base64 but for one bit in the middle of its bytes."""
    content = bytearray(base64.b64decode(text))
    content[len(content) // 2] ^= 1
    return spelt(bytes(content))


def turn(*path: str | int) -> Callable[[Made], None]:
    """One bit of what is there is another."""

    def spoil(bundle: Made) -> None:
        *before, last = path
        place: Any = bundle
        for step in before:
            place = place[step]
        place[last] = flipped(place[last])

    return spoil


ENTRY: Final = ("verificationMaterial", "tlogEntries", 0)


def payload(bundle: Made) -> None:
    bundle["dsseEnvelope"]["payload"] = spelt(OTHER)


def payload_type(bundle: Made) -> None:
    bundle["dsseEnvelope"]["payloadType"] = "text/plain"


def no_entry(bundle: Made) -> None:
    material(bundle)["tlogEntries"] = []


def two_entries(bundle: Made) -> None:
    material(bundle)["tlogEntries"] *= 2


def no_proof(bundle: Made) -> None:
    del entry(bundle)["inclusionProof"]


def no_checkpoint(bundle: Made) -> None:
    del entry(bundle)["inclusionProof"]["checkpoint"]


def shorter_proof(bundle: Made) -> None:
    entry(bundle)["inclusionProof"]["hashes"].pop()


def other_checkpoint(bundle: Made) -> None:
    checkpoint = entry(bundle)["inclusionProof"]["checkpoint"]
    head, _, signature = checkpoint["envelope"].strip().rpartition(" ")
    checkpoint["envelope"] = f"{head} {flipped(signature)}\n"


def later(bundle: Made) -> None:
    entry(bundle)["integratedTime"] = str(int(entry(bundle)["integratedTime"]) + 60)


def no_time(bundle: Made) -> None:
    material(bundle)["timestampVerificationData"] = {}


def unknown_entry(bundle: Made) -> None:
    entry(bundle)["kindVersion"] = {"kind": "intoto", "version": "0.0.2"}


def by_key(bundle: Made) -> None:
    del material(bundle)["certificate"]
    material(bundle)["publicKey"] = {"hint": "a key"}


def message(bundle: Made) -> None:
    signature = bundle.pop("dsseEnvelope")["signatures"][0]["sig"]
    bundle["messageSignature"] = {"signature": signature}


def older_format(bundle: Made) -> None:
    bundle["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1"


def no_certificate(bundle: Made) -> None:
    material(bundle)["certificate"]["rawBytes"] = spelt(b"no certificate")


SPOILT: Final[dict[str, tuple[int, Callable[[Made], None], Flaw, str]]] = {
    "the payload names another artifact": (1, payload, "signature", "does not fit what is signed"),
    "the payload has another type": (1, payload_type, "signature", "does not fit"),
    "the signature is another": (1, turn("dsseEnvelope", "signatures", 0, "sig"), "signature", "does not fit"),
    "there is no log entry": (1, no_entry, "log", "no log entry"),
    "there are two log entries": (1, two_entries, "unsupported", "2 log entries"),
    "the entry has no proof": (1, no_proof, "log", "without a proof"),
    "the proof has no checkpoint": (1, no_checkpoint, "log", "without a proof"),
    "the proof leads elsewhere": (1, turn(*ENTRY, "inclusionProof", "hashes", 0), "log", "invalid root hash"),
    "the proof is too short": (1, shorter_proof, "log", "wrong size"),
    "the root hash is another": (1, turn(*ENTRY, "inclusionProof", "rootHash"), "log", "invalid root hash"),
    "the checkpoint is altered": (1, other_checkpoint, "log", "checkpoint"),
    "the checkpoint of version 2 is altered": (2, other_checkpoint, "log", "checkpoint"),
    "the promise is altered": (1, turn(*ENTRY, "inclusionPromise", "signedEntryTimestamp"), "log", "promise"),
    "the promised time is altered": (1, later, "log", "promise"),
    "the entry is of an unknown kind": (1, unknown_entry, "unsupported", "intoto/0.0.2"),
    "nobody says when": (2, no_time, "time", "neither a timestamp nor"),
    "the certificate is none": (1, no_certificate, "malformed", "no sigstore bundle"),
    "the certificate is altered": (1, turn("verificationMaterial", "certificate", "rawBytes"), "root", ""),
    "it is signed by a key": (1, by_key, "unsupported", "by key"),
    "it signs no statement": (1, message, "unsupported", "a signature of a message"),
    "it is an older format": (1, older_format, "unsupported", "version=0.1"),
}
