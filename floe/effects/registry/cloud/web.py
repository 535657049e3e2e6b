"""Small questions to a cloud's services: one JSON answer each, within seconds, and no redirects."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec

from floe.effects.registry import faults
from floe.effects.registry.cloud.errand import Errand
from floe.effects.registry.faults import Said
from floe.effects.registry.origin import Origin, literal, origin_of
from floe.effects.registry.transport import TransientError
from floe.effects.registry.wire import Request, Wire

SECONDS: Final = 10.0  # for one question and its answer
CONNECT_SECONDS: Final = 2.0  # where there is no metadata service, nothing ever answers
LARGEST: Final = 256 * 1024  # bytes of an answer
METADATA_HOST: Final = "metadata.google.internal"
HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "floe"}
FORM: Final = "application/x-www-form-urlencoded"
SHORTEST: Final = 8  # characters of what is taken out of others' words


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked. `secret` are the values in it that nobody else may see."""

    address: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: object = field(default=None, repr=False)
    secret: tuple[str, ...] = field(default=(), repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What was answered; `words` is what may be repeated of it."""

    origin: Origin
    status: int
    words: str
    said: Mapping[str, Any] = field(repr=False)
    plain: str = field(repr=False)  # the same, not taken apart
    flavor: str | None = None  # by which Google's metadata service is known


def ask(errand: Errand, question: Question) -> Reply:
    """The answer, good or bad; who is busy or out of order is a fault, and may be asked again."""
    origin = _reachable(errand, question.address)
    variables = errand.variables if origin.scheme == "https" else {}  # no proxy is told what stays in this machine
    wire = Wire(errand.clock, variables, question.ca_file, connect_seconds=CONNECT_SECONDS)
    try:
        answer = wire.send(_request(origin, question), errand.clock.monotonic() + SECONDS)
        flavor = answer.header("Metadata-Flavor")
        after = answer.header("Retry-After")
        content = answer.content(LARGEST, "answer", origin.url)
    finally:
        wire.close()
    said = _object(content)
    words = without(question.secret, _words(said))
    if answer.status == faults.SLOW_DOWN or answer.status >= 500:  # noqa: PLR2004 (server errors)
        waited = faults.said(answer.status, b"", after, errand.clock.now()).after
        raise faults.refused(Said(status=answer.status, words=words, after=waited), origin.url, origin.authority)
    plain = content.decode(errors="replace")
    return Reply(origin=origin, status=answer.status, words=words, said=said, plain=plain, flavor=flavor)


def ask_metadata(errand: Errand, question: Question, advice: str) -> Reply:
    """The same of a service that is there only within its cloud."""
    try:
        return ask(errand, question)
    except TransientError as error:
        if error.again != faults.SELDOM:  # it is there
            raise
        host = urlsplit(question.address).netloc
        raise errand.missing(f"no metadata service answers at {host}", advice) from None


def has_ended(token: str, errand: Errand) -> bool:
    """Whether a token says of itself that its time is over (RFC 7519, `exp`); nothing else in it is believed."""
    payload = token.partition(".")[2].partition(".")[0]
    try:
        said = _object(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError):
        return False
    ends = said.get("exp")
    return isinstance(ends, int | float) and ends <= errand.clock.now().timestamp()


def _reachable(errand: Errand, address: str) -> Origin:
    origin = origin_of(address)
    if origin is None:
        raise errand.missing("what should be the address of a service is none", "correct it; it begins with https://")
    if origin.scheme == "https" or origin.is_loopback or _is_inside(origin.host):
        return origin
    why = f"{origin.url} is neither https nor within this machine's own network; nothing was sent there"
    raise errand.missing(why, "name it with https://")


def _is_inside(host: str) -> bool:
    address = literal(host)
    return host == METADATA_HOST if address is None else address.is_link_local


def _request(origin: Origin, question: Question) -> Request:
    parts = urlsplit(question.address)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    headers, body = {**HEADERS, **question.headers}, b""
    if question.form is not None:
        headers["Content-Type"], body = FORM, urlencode(question.form).encode()
    elif question.json is not None:
        headers["Content-Type"], body = "application/json", msgspec.json.encode(question.json)
    return Request(method="POST" if body else "GET", origin=origin, target=target, headers=headers, body=body)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _words(said: Mapping[str, Any]) -> str:
    """What an error says, as OAuth (RFC 6749, section 5.2), Google, and Azure's services write it."""
    error = said.get("error")
    if isinstance(error, dict):
        error = error.get("message")
    first = said.get("errors")
    if isinstance(first, list) and first and isinstance(first[0], dict):
        error = first[0].get("message")
    texts = (error, said.get("error_description"), said.get("message"))
    return ": ".join(text for text in texts if isinstance(text, str) and text)


def without(secret: tuple[str, ...], words: str) -> str:
    """A service's words on one line, and nothing in them that it was trusted with."""
    for each in secret:
        if len(each) >= SHORTEST:
            words = words.replace(each, "***")
    return faults.clean(words)


def good(errand: Errand, reply: Reply, proof: str, advice: str) -> Reply:
    """A good answer. Any other means that the token which proves who asks has ended, or that it is not taken."""
    if reply.status == 200:  # noqa: PLR2004 (OK)
        return reply
    service = reply.origin.authority
    told = f"{reply.status}{': ' + reply.words if reply.words else ''}"
    if has_ended(proof, errand) or "expired" in reply.words.lower():
        raise errand.expired(f"the token for {service} has ended ({told})", advice)
    raise errand.refused(f"{service} does not lend any ({told})", advice)


def wanted(name: str, errand: Errand, reply: Reply, proof: str, advice: str) -> str:
    """The one text that was asked for."""
    found = good(errand, reply, proof, advice).said.get(name)
    if not isinstance(found, str) or not found:
        raise errand.refused(f"{reply.origin.authority} answered without {name}", advice)
    return found
