"""One repository of a registry: every request to it is made here, and what is ours goes to no one else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from floe.core.fault import Unavailable
from floe.core.names import Digest, parse_digest
from floe.effects.blocking import FaultError
from floe.effects.ports import Clock
from floe.effects.registry import faults
from floe.effects.registry.auth import Entrance
from floe.effects.registry.faults import Said
from floe.effects.registry.origin import Origin, origin_of, why_no_redirect
from floe.effects.registry.transport import Content
from floe.effects.registry.wire import IDLE_SECONDS, SAFE, Answer, Request, Wire

OURS: Final = {"Accept-Encoding": "identity", "User-Agent": "floe"}
PLAIN: Final = {"Accept-Encoding": "identity"}  # all that strangers are told
MOST_REDIRECTS: Final = 3
REDIRECTS: Final = (301, 302, 303, 307, 308)


class Client:
    """Requests below `/v2/REPOSITORY/`."""

    def __init__(
        self, registry: Origin, repository: str, where: str, wire: Wire, entrance: Entrance, clock: Clock
    ) -> None:
        self.registry = registry
        self.repository = repository
        self.where = where
        self._wire = wire
        self._entrance = entrance
        self._clock = clock

    def address(self, path: str) -> str:
        return f"{self.registry.url}/v2/{self.repository}/{path}"

    def ours(self, address: str, what: str) -> str:
        """An address that the registry gave us, made absolute; it must lead back to the registry."""
        absolute = urljoin(self.address(""), address)
        if origin_of(absolute) != self.registry:
            why = f"{self.registry.authority} leads elsewhere with its {what}; nothing was sent there"
            raise FaultError(Unavailable(where=self.where, why=why))
        return absolute

    def send(
        self,
        method: str,
        address: str,
        until: float,
        *,
        headers: Mapping[str, str] = {},
        body: Content = b"",
        idle: float = IDLE_SECONDS,
    ) -> Answer:
        """The registry's answer, after showing it what it asks for; one that it lets nobody have is a fault."""
        need = "pull" if method in SAFE else "push"
        shown = self._entrance.shown(need)
        assert origin_of(address) == self.registry, "what is ours goes to the registry alone"
        request = Request(
            method=method,
            origin=self.registry,
            target=_target(address),
            headers={**OURS, **headers},
            body=body,
            idle=idle,
        )
        answer = self._wire.send(_showing(request, shown), until)
        if answer.status == 401:  # noqa: PLR2004 (unauthorized)
            asked = answer.header("WWW-Authenticate") or ""
            answer.text()
            shown = self._entrance.asked(asked, need, shown, until)
            answer = self._wire.send(_showing(request, shown), until)
        if answer.status in (401, 403):
            said = self.said(answer)
            again = self._entrance.renewed(need, shown) if said.is_end else None
            if again is None:
                raise self._entrance.refused(said.status, said.words, shown)
            answer = self._wire.send(_showing(request, again), until)
            if answer.status in (401, 403):
                said = self.said(answer)
                raise self._entrance.refused(said.status, said.words, again)
        return answer

    def follow(self, answer: Answer, address: str, until: float) -> Answer:
        """Where a blob really is. Strangers are sent nothing of ours."""
        for _ in range(MOST_REDIRECTS):
            if answer.status not in REDIRECTS:
                return answer
            here = answer.origin
            address = urljoin(address, answer.header("Location") or "")
            answer.text()
            there = origin_of(address)
            why = "it is no address" if there is None else why_no_redirect(self.registry, here, there)
            if there is None or why is not None:
                raise self._astray(f"a redirect was not followed: {why}")
            if there == self.registry == here:
                answer = self.send("GET", address, until)
            else:
                request = Request(method="GET", origin=there, target=_target(address), headers=PLAIN)
                answer = self._wire.send(request, until)
        if answer.status in REDIRECTS:
            answer.close()
            raise self._astray(f"more than {MOST_REDIRECTS} redirects one after the other")
        return answer

    def said(self, answer: Answer) -> Said:
        """What an answer says is wrong."""
        return faults.said(answer.status, answer.text(), answer.header("Retry-After"), self._clock.now())

    def unexpected(self, answer: Answer) -> FaultError:
        return self.refused(answer, self.said(answer))

    def refused(self, answer: Answer, said: Said) -> FaultError:
        if said.status in REDIRECTS:
            return self._astray(f"it redirects what must not be redirected ({said.status})")
        return faults.refused(said, self.where, answer.origin.authority)

    def named(self, answer: Answer) -> Digest | None:
        """The digest that the registry says the content has; None when it says none that we can compare."""
        if answer.origin != self.registry:
            return None
        parsed: Digest | None = parse_digest(answer.header("Docker-Content-Digest") or "").value_or(None)
        return parsed

    def _astray(self, why: str) -> FaultError:
        return FaultError(Unavailable(where=self.where, why=f"{self.registry.authority}: {why}"))


def _showing(request: Request, shown: str | None) -> Request:
    return request if shown is None else replace(request, headers={**request.headers, "Authorization": shown})


def _target(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
