"""One attempt: a message out, a status back. What a receiver says besides that is not passed on: it may be an echo."""

import ssl
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from typing import Final

from floe.core.fault import CredentialsRefused, Unavailable
from floe.core.message.form import MEDIA_TYPES
from floe.effects.blocking import FaultError
from floe.effects.ports import Clock
from floe.effects.registry import faults, tls
from floe.effects.registry.line import Line, connect
from floe.effects.registry.origin import literal
from floe.effects.registry.proxies import proxy_for
from floe.effects.webhook import address, signature
from floe.effects.webhook.address import Resolve
from floe.effects.webhook.receiver import Receiver
from floe.effects.webhook.undelivered import UndeliveredError

GONE, TIMED_OUT, TOO_EARLY, TOO_MANY = 410, 408, 425, 429
LARGEST: Final = 1024  # bytes that are read of an answer
SLACK_WORDS: Final = (
    *("invalid_payload", "user_not_found", "action_prohibited", "channel_not_found", "channel_is_archived"),
    *("rollup_error", "no_service", "invalid_blocks", "rate_limited", "no_text", "no_team", "invalid_token"),
)


class Post:
    """Sends messages; each has a connection of its own."""

    def __init__(self, clock: Clock, variables: Mapping[str, str], resolve: Resolve = address.system) -> None:
        self._clock = clock
        self._variables = variables
        self._resolve = resolve

    def send(self, receiver: Receiver, message_id: str, body: bytes, until: float) -> None:
        """Deliver it before a moment; raises `UndeliveredError`."""
        try:
            line = self._line(receiver, until)
        except FaultError as error:
            raise UndeliveredError(_told(error)) from None
        except ssl.SSLCertVerificationError as error:
            raise UndeliveredError(f"its certificate is not trusted: {error.verify_message}") from None
        except (OSError, HTTPException) as error:
            raise _broken(error, "it could not be connected to") from None
        try:
            self._exchange(line, receiver, self._headers(receiver, message_id, body), body, until)
        except (OSError, HTTPException) as error:
            raise _broken(error, "it broke off in the middle") from None
        finally:
            line.close()

    def _line(self, receiver: Receiver, until: float) -> Line:
        """A connection to an address that was judged; where a proxy stands between, it looks the name up."""
        origin, permitted = receiver.origin, receiver.allow_private
        proxy = proxy_for(origin, self._variables)
        if proxy is not None:
            if (spelt := literal(origin.host)) is not None:
                address.check(spelt, allow_private=permitted)
            return connect(origin, proxy, self._tls, self._clock, until)
        left = until - self._clock.monotonic()
        *others, last = address.vetted(origin.host, origin.port, self._resolve, left, allow_private=permitted)
        for each in others:
            with suppress(OSError):
                return connect(origin, each, self._tls, self._clock, until)
        return connect(origin, last, self._tls, self._clock, until)

    def _tls(self) -> ssl.SSLContext:
        return tls.context(self._variables, None)

    def _headers(self, receiver: Receiver, message_id: str, body: bytes) -> dict[str, str]:
        own = {"User-Agent": "floe", "Content-Type": MEDIA_TYPES[receiver.form], "Accept-Encoding": "identity"}
        given = {name.lower() for name in receiver.headers}
        at = int(self._clock.now().timestamp())
        return {
            **{name: value for name, value in own.items() if name.lower() not in given},
            **receiver.headers,
            **signature.headers(message_id, at, body, receiver.keys),
            "Host": receiver.origin.authority,
            "Content-Length": str(len(body)),
        }

    def _exchange(self, line: Line, receiver: Receiver, headers: Mapping[str, str], body: bytes, until: float) -> None:
        line.guard.until, line.guard.idle = until, receiver.timeout
        target = receiver.origin.url + receiver.target if line.forwards else receiver.target
        with suppress(BrokenPipeError, ConnectionResetError):  # some answer before they have heard all
            line.http.request("POST", target, body=body, headers={**line.headers, **headers})
        response = line.http.getresponse()
        if not 200 <= response.status < 300:  # noqa: PLR2004 (success)
            raise self._refused(response, receiver)

    def _refused(self, response: HTTPResponse, receiver: Receiver) -> UndeliveredError:
        status = response.status
        why = f"it answered {status}{_word(response) if receiver.form == 'slack' else ''}"
        if 300 <= status < 400:  # noqa: PLR2004 (redirects)
            return UndeliveredError(f"{why}, and redirects are not followed")
        if status in (TIMED_OUT, TOO_EARLY, TOO_MANY) or status >= 500:  # noqa: PLR2004 (server errors)
            after = faults.said(status, b"", response.headers.get("Retry-After"), self._clock.now()).after
            return UndeliveredError(why, again=True, after=after)
        return UndeliveredError(f"{why}: it is gone for good" if status == GONE else why)


def _word(response: HTTPResponse) -> str:
    """The word by which Slack says what is wrong; anything else is left out."""
    try:
        said = response.read(LARGEST).decode("ascii", "replace").strip()
    except (OSError, HTTPException):
        return ""
    return f" {said}" if said in SLACK_WORDS else ""


def _broken(error: Exception, otherwise: str) -> UndeliveredError:
    """Why an exchange came to no end, in our own words: those of an exception may hold anything."""
    match error:
        case TimeoutError():
            return UndeliveredError("it did not answer in time", again=True)
        case ConnectionRefusedError():
            return UndeliveredError("it refused the connection", again=True)
        case ssl.SSLError():
            return UndeliveredError("it does not speak TLS as it should")
        case OSError():
            return UndeliveredError(otherwise, again=True)
        case _:
            return UndeliveredError("it sent what is no HTTP")


def _told(error: FaultError) -> str:
    match error.fault:
        case Unavailable(where=where, why=why) | CredentialsRefused(where=where, why=why):
            return f"{where} {why}"
        case fault:
            return type(fault).__name__
