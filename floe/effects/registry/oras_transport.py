"""Blobs, carried by oras. It finds the addresses and speaks the protocol; what it sends passes through our client.

Left alone, oras would follow addresses to strangers, wait for ever, try again for minutes and hold whole blobs in
memory. Its session is therefore given an adapter that is no network but our `Client`, and its retries are left out.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final, TypeAlias

from floe.core.artifact import Descriptor
from floe.core.fault import Absent, Damaged
from floe.core.names import Digest
from floe.effects.blocking import FaultError
from floe.effects.registry.client import Client
from floe.effects.registry.transport import Content
from floe.effects.registry.wire import IDLE_SECONDS, SAFE, Answer

Untyped: TypeAlias = Any  # what oras and requests hand around

OCTETS: Final = "application/octet-stream"
DIGESTING_SECONDS: Final = 300.0  # some registries answer an upload only when they have read it once more
CREATED: Final = 201
ACCEPTED: Final = 202


class _Adapter:
    """What requests takes for a way to the network: one exchange by our client."""

    def __init__(self, client: Client, until: float) -> None:
        self._client = client
        self._until = until

    def send(self, request: Untyped, **_: object) -> Untyped:
        """The answer as requests has them, its body left to be read by us alone."""
        from requests import Response  # noqa: PLC0415 (slow to import)
        from requests.structures import CaseInsensitiveDict  # noqa: PLC0415

        answer = self._exchanged(request)
        response = Response()
        response.status_code, response.url, response.request = answer.status, request.url, request
        response.headers = CaseInsensitiveDict(answer.headers())
        response.raw = answer
        response._content, response._content_consumed = b"", True  # noqa: SLF001
        return response

    def close(self) -> None:
        """The client is not ours."""

    def _exchanged(self, request: Untyped) -> Answer:
        """Of the request's headers only what it says of its body is sent."""
        if request.method in SAFE:
            answer = self._client.send(request.method, request.url, self._until)
            return self._client.follow(answer, request.url, self._until)
        address = self._client.ours(request.url, "place to upload to")
        kind = request.headers.get("Content-Type")
        headers = {"Content-Type": kind} if kind else {}
        body = request.body or b""
        idle = DIGESTING_SECONDS if request.method == "PUT" else IDLE_SECONDS
        return self._client.send(request.method, address, self._until, headers=headers, body=body, idle=idle)


class OrasCarrier:
    """The `Carrier` protocol."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def send(self, content: Content, digest: Digest, until: float) -> None:
        """One session: begun, filled and closed. One that broke cannot be taken up again."""
        registry, container = self._oras(until)
        begun = registry.do_request(f"{registry.prefix}://{container.upload_blob_url()}", "POST")
        self._expect(begun, ACCEPTED)
        place = registry._get_location(begun, container)  # noqa: SLF001
        begun.raw.text()
        address = self._client.ours(place, "place to upload to")
        named = f"{address}{'&' if '?' in address else '?'}digest={digest}"
        done = registry.do_request(named, "PUT", data=content, headers={"Content-Type": OCTETS})
        self._expect(done, CREATED)
        found = self._client.named(done.raw)
        done.raw.text()
        if found is not None and found != digest:
            raise FaultError(Damaged(where=self._client.where, expected=digest, found=found))

    @contextmanager
    def fetch(self, blob: Descriptor, until: float) -> Iterator[Iterator[bytes]]:
        registry, container = self._oras(until)
        answer = registry.get_blob(container, blob.digest, stream=True)
        with closing(answer.raw):
            if answer.status_code == 404:  # noqa: PLR2004 (not found)
                raise FaultError(Absent(where=self._client.where, what=f"blob {blob.digest}"))
            self._expect(answer, 200)
            found = self._client.named(answer.raw)
            if found is not None and found != blob.digest:
                raise FaultError(Damaged(where=self._client.where, expected=blob.digest, found=found))
            yield answer.raw.chunks()

    def mount(self, digest: Digest, source: str, until: float) -> bool:
        registry, container = self._oras(until)
        address = f"{registry.prefix}://{container.upload_blob_url()}?mount={digest}&from={source}"
        answer = registry.do_request(address, "POST")
        if answer.status_code == ACCEPTED:  # it would rather be sent the blob
            answer.raw.text()
            return False
        self._expect(answer, CREATED)
        answer.raw.text()
        return True

    def _oras(self, until: float) -> tuple[Untyped, Untyped]:
        """A client of oras's for one call, so that no call sees what another one left in it."""
        from oras.container import Container  # noqa: PLC0415 (slow to import)
        from oras.provider import Registry  # noqa: PLC0415

        origin = self._client.registry
        registry = Registry(origin.authority, insecure=origin.scheme == "http")
        registry.session.trust_env = False
        registry.session.adapters.clear()
        registry.session.mount(f"{origin.scheme}://", _Adapter(self._client, until))
        registry.do_request = lambda *args, **options: Registry.do_request.__wrapped__(registry, *args, **options)
        container = Container("blob", registry=origin.authority)
        namespace, _, container.repository = self._client.repository.rpartition("/")
        container.namespace = namespace or None  # set, not parsed: oras takes `localhost` and `a.b` for other things
        return registry, container

    def _expect(self, answer: Untyped, status: int) -> None:
        if answer.status_code != status:
            raise self._client.unexpected(answer.raw)
