"""How we are let in: nothing is shown until a server asks, and then only to it and its checked token service."""

from datetime import timedelta
from threading import Lock
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec

from floe.core.fault import CredentialsRefused
from floe.core.value import Value
from floe.effects.blocking import FaultError
from floe.effects.ports import Clock
from floe.effects.registry import challenge, faults
from floe.effects.registry.challenge import Challenge
from floe.effects.registry.credentials import Credentials, Finder, Nothing, Password, RefreshToken, Token
from floe.effects.registry.origin import Origin, origin_of, why_no_token_service
from floe.effects.registry.wire import Request, Wire

LARGEST_TOKEN: Final = 256 * 1024  # bytes of a token service's answer
MARGIN: Final = timedelta(minutes=5)  # before its end, in which what was lent is not begun with
FORM: Final = "application/x-www-form-urlencoded"


class _Granted(Value, frozen=True, kw_only=True):
    token: str = ""
    access_token: str = ""


class Entrance:
    """The way into one repository. What was let in once is shown again; threads may share it."""

    def __init__(self, registry: Origin, where: str, wire: Wire, find: Finder, clock: Clock) -> None:
        self._registry = registry
        self._where = where
        self._wire = wire
        self._find = find
        self._clock = clock
        self._lock = Lock()
        self._credentials: Credentials | None = None
        self._shown: dict[str, str] = {}  # what to show, by what it is needed for

    def shown(self, need: str) -> str | None:
        """What to show for a need without being asked; a token to push with is good for a pull too."""
        return self._shown.get(need) or (self._shown.get("push") if need == "pull" else None)

    def asked(self, header: str, need: str, already: str | None, until: float) -> str:
        """What to show now that a server asks, after `already` was shown in vain."""
        with self._lock:
            current = self.shown(need)
            if current is not None and current != already:
                return current  # another thread was asked first
            self._shown = {each: value for each, value in self._shown.items() if value != already}
            self._shown[need] = self._obtained(header, already, until)
            return self._shown[need]

    def refused(self, status: int, words: str, already: str | None) -> FaultError:
        """The fault when what was shown did not suffice."""
        credentials = self._credentials
        said = f"{status}{': ' + words if words else ''}"
        if isinstance(credentials, Nothing) or already is None:
            source = credentials.source if isinstance(credentials, Nothing) else "none were asked for"
            return self._fault(f"it lets nobody in without credentials ({said}), and there are none: {source}")
        kind = already.partition(" ")[0].lower()
        if status == 403:  # noqa: PLR2004 (forbidden)
            return self._fault(f"the {kind} credentials {_from(credentials)} are known, and may not do this ({said})")
        return self._fault(f"it does not take the {kind} credentials {_from(credentials)} ({said})")

    def renewed(self, need: str, already: str | None) -> str | None:
        """What to show instead of a password that has ended, as some registries say with 403; None without another."""
        with self._lock:
            if (current := self.shown(need)) is not None and current != already:
                return current  # another thread was told first
            if not _is_lent(self._credentials) or already is None or not already.startswith("Basic "):
                return None
            self._credentials = self._find(self._registry.authority)
            shown = self._credentials.basic if isinstance(self._credentials, Password) else already
            self._shown = {each: shown if value == already else value for each, value in self._shown.items()}
            return shown if shown != already else None

    def _obtained(self, header: str, already: str | None, until: float) -> str:
        """What to show; what was lent is had anew once it has ended or is not taken, and then not once more."""
        known = self._credentials
        if known is not None and not (_is_lent(known) and self._has_ended(known)):
            try:
                return self._fitting(known, header, already, until)
            except FaultError as error:
                if not _is_lent(known) or not isinstance(error.fault, CredentialsRefused):
                    raise
        self._credentials = self._find(self._registry.authority)
        return self._fitting(self._credentials, header, already, until)

    def _has_ended(self, credentials: Credentials) -> bool:
        ends = credentials.ends if isinstance(credentials, Password) else None
        return ends is not None and ends - MARGIN <= self._clock.now()

    def _fitting(self, credentials: Credentials, header: str, already: str | None, until: float) -> str:
        offered = {each.scheme: each for each in challenge.parse(header)}
        match credentials:
            case Token(token=token):
                shown = f"Bearer {self._sendable(token)}"
            case _ if "bearer" in offered:
                return f"Bearer {self._token(offered['bearer'], credentials, until)}"
            case Password() as password if "basic" in offered:
                shown = password.basic
            case Nothing():
                raise self.refused(401, "", None)
            case _:
                kinds = ", ".join(offered) or "nothing that can be read"
                raise self._fault(f"it asks for {kinds}, and the credentials {_from(credentials)} do not fit")
        if shown == already:
            raise self.refused(401, "", already)
        return shown

    def _token(self, offered: Challenge, credentials: Credentials, until: float) -> str:
        """A token for what the server says is needed, from the service that it names, if that may be asked."""
        realm = origin_of(offered.realm)
        why = "it is no address" if realm is None else why_no_token_service(self._registry, realm)
        if realm is None or why is not None:
            named = realm.url if realm else "what is no address"
            raise self._fault(f"it names {named} as its token service; nothing was sent there: {why}")
        answer = self._wire.send(_request(realm, offered, credentials), until)
        if answer.status == 200:  # noqa: PLR2004 (OK)
            return self._granted(answer.content(LARGEST_TOKEN, "token", realm.url), realm)
        said = faults.said(answer.status, answer.text(), answer.header("Retry-After"), self._clock.now())
        if said.status in (400, 401, 403):
            if isinstance(credentials, Nothing):
                raise self.refused(said.status, said.words, None)
            why = (
                f"its token service {realm.authority} does not take the credentials {_from(credentials)} ({said.told})"
            )
            raise self._fault(why)
        raise faults.refused(said, realm.url, realm.authority)

    def _granted(self, content: bytes, realm: Origin) -> str:
        try:
            granted = msgspec.json.decode(content, type=_Granted)
        except (msgspec.DecodeError, UnicodeDecodeError):
            granted = _Granted()
        token = granted.token or granted.access_token
        if not token:
            raise self._fault(f"its token service {realm.authority} gave no token")
        return self._sendable(token)

    def _sendable(self, token: str) -> str:
        if not token or not all("!" <= letter <= "~" for letter in token):
            raise self._fault("the token is empty or holds a character that no header can carry")
        return token

    def _fault(self, why: str) -> FaultError:
        return FaultError(CredentialsRefused(where=self._where, why=why))


def _from(credentials: Credentials | None) -> str:
    return f"from {credentials.source}" if credentials else ""


def _is_lent(credentials: Credentials | None) -> bool:
    return isinstance(credentials, Password) and credentials.ends is not None


def _request(realm: Origin, offered: Challenge, credentials: Credentials) -> Request:
    """Docker's token protocol: a GET with the password, or a POST with the refresh token."""
    parts = urlsplit(offered.realm)
    wanted = [("service", offered.service)] if offered.service else []
    wanted += [("scope", each) for each in offered.scope.split()]
    headers = {"Accept-Encoding": "identity", "User-Agent": "floe"}
    target = parts.path or "/"
    if isinstance(credentials, RefreshToken):
        form = [("grant_type", "refresh_token"), ("client_id", "floe"), ("refresh_token", credentials.token), *wanted]
        headers["Content-Type"] = FORM
        return Request(method="POST", origin=realm, target=target, headers=headers, body=urlencode(form).encode())
    if isinstance(credentials, Password):
        headers["Authorization"] = credentials.basic
    query = "&".join(each for each in (parts.query, urlencode(wanted)) if each)
    return Request(method="GET", origin=realm, target=f"{target}?{query}" if query else target, headers=headers)
