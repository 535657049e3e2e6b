"""What a keyless bundle brings along to be checked by: one log entry of a kind that is known, and a time."""

from typing import Any, Final

import msgspec

from floe.core.value import Value
from floe.effects.signing.flawed import FlawedError

KINDS: Final = (("dsse", "0.0.1"), ("hashedrekord", "0.0.2"))  # Rekor 1, Rekor 2


class _Kind(Value, frozen=True, kw_only=True):
    kind: str
    version: str


class _Proof(Value, frozen=True, kw_only=True):
    checkpoint: dict[str, Any] | None = None


class _Entry(Value, frozen=True, kw_only=True, rename="camel"):
    kind_version: _Kind
    inclusion_proof: _Proof | None = None
    inclusion_promise: dict[str, Any] | None = None
    integrated_time: str | int | None = None


class _Stamps(Value, frozen=True, kw_only=True, rename={"stamps": "rfc3161Timestamps"}):
    stamps: tuple[Any, ...] = ()


class _Material(Value, frozen=True, kw_only=True, rename="camel"):
    tlog_entries: tuple[_Entry, ...] = ()
    timestamp_verification_data: _Stamps | None = None


class _Bundle(Value, frozen=True, kw_only=True, rename="camel"):
    verification_material: _Material


def require(content: bytes) -> None:
    """Raises what is missing of it, before anything is computed."""
    try:
        material = msgspec.json.decode(content, type=_Bundle).verification_material
    except msgspec.ValidationError as error:
        raise FlawedError("malformed", f"no sigstore bundle ({error})") from error
    entry = _only(material.tlog_entries)
    kind = (entry.kind_version.kind, entry.kind_version.version)
    if kind not in KINDS:
        known = " or ".join("/".join(each) for each in KINDS)
        raise FlawedError("unsupported", f"a log entry of kind {'/'.join(kind)[:60]}; expected {known}")
    if entry.inclusion_proof is None or entry.inclusion_proof.checkpoint is None:
        raise FlawedError("log", "a log entry without a proof that it is in the log")
    stamps = material.timestamp_verification_data
    if not (stamps and stamps.stamps) and not (entry.inclusion_promise and entry.integrated_time):
        raise FlawedError("time", "neither a timestamp nor a log's promise says when it was signed")


def _only(entries: tuple[_Entry, ...]) -> _Entry:
    if not entries:
        raise FlawedError("log", "no log entry; a keyless signature counts only when it is logged")
    if len(entries) > 1:
        raise FlawedError("unsupported", f"{len(entries)} log entries; expected one")
    return entries[0]
