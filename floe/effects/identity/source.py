"""Where the keys of an issuer come from: a file that the manifest names, an address that it names, or discovery.

Nothing that a token says leads anywhere. What an issuer says leads over https, without redirects, to a small answer.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from floe.core import notation
from floe.core.fault import Oversized, Unavailable
from floe.core.policy import Issuer
from floe.core.value import Value
from floe.effects.blocking import FaultError
from floe.effects.identity import keys
from floe.effects.identity.keys import KeySet
from floe.effects.identity.refused import RefusedError, refused
from floe.effects.ports import Clock
from floe.effects.registry.origin import Origin, origin_of, why_no_redirect
from floe.effects.registry.stream import source as opened_file
from floe.effects.registry.wire import Request, Wire

DISCOVERY: Final = "/.well-known/openid-configuration"  # OpenID Connect Discovery 1.0, section 4
PATIENCE: Final = 10.0  # seconds for everything that is asked of an issuer
KEPT: Final = 3600.0  # seconds for which keys are not asked for again
AGAIN: Final = 300.0  # seconds between two questions for a key that was not there
OK: Final = 200
HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "floe"}


class _Held(Value, frozen=True, kw_only=True):
    """Keys as they were at a moment; `again` is when they were last asked for because one was missing."""

    keys: KeySet
    at: float
    again: float | None = None


class KeySource:
    """Keys by issuer, kept for a while."""

    def __init__(self, clock: Clock, variables: Mapping[str, str], folder: Path, patience: float = PATIENCE) -> None:
        self._clock = clock
        self._patience = patience
        self._wire = Wire(clock, variables)
        self._folder = folder
        self._held: dict[str, _Held] = {}

    def key(self, issuer: Issuer, key_id: str | None) -> dict[str, object]:
        """The key that is meant. One that is not there may be new, so the issuer is asked again, but not often."""
        held = self._fresh(issuer)
        found = held.keys.find(key_id)
        if found is None and self._may_ask_again(issuer, held):
            held = _Held(keys=self._read(issuer), at=self._clock.monotonic(), again=self._clock.monotonic())
            self._held[issuer.issuer] = held
            found = held.keys.find(key_id)
        if found is None:
            wanted = "one key by that id" if key_id is not None else "a key id, since there is not exactly one key"
            raise refused("key", "a key that the issuer does not publish", wanted, issuer.issuer)
        return found

    def close(self) -> None:
        self._wire.close()

    def _fresh(self, issuer: Issuer) -> _Held:
        held = self._held.get(issuer.issuer)
        if held is None or self._clock.monotonic() - held.at > KEPT:
            held = _Held(keys=self._read(issuer), at=self._clock.monotonic())
            self._held[issuer.issuer] = held
        return held

    def _may_ask_again(self, issuer: Issuer, held: _Held) -> bool:
        is_file = issuer.keys is not None and not _is_address(issuer.keys)
        return not is_file and (held.again is None or self._clock.monotonic() - held.again > AGAIN)

    def _read(self, issuer: Issuer) -> KeySet:
        if issuer.keys is not None and not _is_address(issuer.keys):
            return keys.read(self._file(issuer, issuer.keys), issuer.issuer, issuer.keys)
        get = partial(self._get, issuer, self._clock.monotonic() + self._patience)
        address = issuer.keys or _discovered(get(issuer.issuer.rstrip("/") + DISCOVERY), issuer)
        return keys.read(get(address), issuer.issuer, address)

    def _file(self, issuer: Issuer, name: str) -> bytes:
        try:
            with opened_file(self._folder / name) as file:
                content = file.read(keys.LARGEST + 1)
        except (FaultError, OSError):
            raise refused("keys", f"no readable file {name}", "the issuer's key set", issuer.issuer) from None
        if len(content) > keys.LARGEST:
            raise refused("keys", f"more than {keys.LARGEST} bytes in {name}", "the issuer's key set", issuer.issuer)
        return content

    def _get(self, issuer: Issuer, until: float, address: str) -> bytes:
        """What is at an address of the issuer's; whatever goes wrong, its keys could not be had."""
        origin = _reachable(address, issuer)
        parts = urlsplit(address)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        try:
            answer = self._wire.send(Request(method="GET", origin=origin, target=target, headers=HEADERS), until)
            if answer.status != OK:
                answer.close()
                raise _unhad(issuer, address, f"it answered {answer.status}")
            return answer.content(keys.LARGEST, "answer", address)
        except FaultError as error:
            raise _unhad(issuer, address, _why(error)) from None


def _discovered(content: bytes, issuer: Issuer) -> str:
    """Where an issuer says its keys are; it must be the issuer that says so."""
    found = notation.read(content).value_or(None)
    said = found if isinstance(found, dict) else {}
    address = said.get("jwks_uri")
    if said.get("issuer") != issuer.issuer or not isinstance(address, str):
        found_text = "a discovery document of another issuer, or without keys"
        raise refused("keys", found_text, f"issuer '{issuer.issuer}' and a jwks_uri", issuer.issuer)
    return address


def _reachable(address: str, issuer: Issuer) -> Origin:
    """Where an address leads, if what is there may be believed: over https, or within this machine."""
    origin, home = origin_of(address), origin_of(issuer.issuer)
    if origin is None or home is None:
        raise _unhad(issuer, address, "it is no address")
    why = "it leads over http" if origin.scheme != "https" and not origin.is_loopback else None
    why = why or why_no_redirect(home, home, origin)
    if why is not None:
        raise _unhad(issuer, address, why)
    return origin


def _is_address(keys_at: str) -> bool:
    return keys_at.startswith(("https://", "http://"))


def _why(error: FaultError) -> str:
    match error.fault:
        case Unavailable(why=why):
            return why
        case Oversized(largest=largest):
            return f"it has more than {largest} bytes"
        case _:
            return "it sent something else"


def _unhad(issuer: Issuer, address: str, why: str) -> RefusedError:
    shown = address[:200] if origin_of(address) else "an address that it gives"  # else it may hold a password
    return refused("keys", f"the keys at {shown} could not be had: {why}", "the issuer's key set", issuer.issuer)
