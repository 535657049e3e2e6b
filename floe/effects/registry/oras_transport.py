"""Blobs, carried by oras. It finds the addresses and speaks the protocol; what it sends passes through our client.

oras would follow addresses to strangers, wait for ever, retry for minutes and hold whole blobs in memory. Its
session is therefore given an adapter that is no network but our `Client`, and its retries are left out.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from floe.core.artifact import Descriptor
from floe.core.fault import Absent, Damaged
from floe.core.names import Digest
from floe.effects.blocking import FaultError
from floe.effects.registry.client import Client
from floe.effects.registry.transport import Content
from floe.effects.registry.wire import IDLE_SECONDS, SAFE, Answer

OCTETS: Final = {"Content-Type": "application/octet-stream"}
DIGESTING_SECONDS: Final = 300.0  # some registries answer an upload only when they have read it once more
CREATED: Final = 201
ACCEPTED: Final = 202


class _Adapter:
    """What requests takes for a way to the network: one exchange by our client."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def send(self, request: Any, **_: object) -> Any:
        """The answer as requests has them. Of the request's headers only what it says of its body is kept."""
        from requests import Response  # noqa: PLC0415 (slow to import)
        from requests.structures import CaseInsensitiveDict  # noqa: PLC0415

        response = Response()
        answer = self._exchanged(request)
        response.status_code, response.url, response.request = answer.status, request.url, request
        response.headers = CaseInsensitiveDict(answer.headers())
        response.raw = answer
        response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001 (nobody reads it but us)
        response._content = b""  # noqa: SLF001
        return response

    def close(self) -> None:
        """The client is not ours."""

    def _exchanged(self, request: Any) -> Answer:
        until = request._floe_until
        if request.method in SAFE:
            answer = self.client.send(request.method, request.url, until)
            return self.client.follow(answer, request.url, until)
        address = self.client.ours(request.url, "place to upload to")
        headers = {"Content-Type": kind} if (kind := request.headers.get("Content-Type")) else {}
        idle = DIGESTING_SECONDS if request.method == "PUT" else IDLE_SECONDS
        return self.client.send(request.method, address, until, headers=headers, body=request.body or b"", idle=idle)
