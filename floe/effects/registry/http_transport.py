"""Manifests, tags and small blobs over plain HTTP requests: what every command needs, quick to start."""

from typing import Final
from urllib.parse import quote

import msgspec

from floe.core import artifact, canonical
from floe.core.artifact import INDEX, LARGEST_MANIFEST, MANIFEST_TYPES, Manifest
from floe.core.fault import Damaged
from floe.core.names import Digest, Tag, parse_tag
from floe.core.value import Value
from floe.effects.blocking import FaultError
from floe.effects.registry import faults, referring
from floe.effects.registry.client import REDIRECTS, Client
from floe.effects.registry.transport import FixedTagError, Page, Referred
from floe.effects.registry.wire import Answer

ACCEPT: Final = {"Accept": ", ".join(MANIFEST_TYPES)}
FRESH: Final = {"Cache-Control": "no-cache"}  # for what moves
PAGE: Final = 1000  # tags asked for at once; what the largest registries give
LARGEST_PAGE: Final = 64 * 1024 * 1024  # bytes; some registries give all tags at once
MOST_KEPT: Final = 64  # manifests, so that one command does not read the same one twice
LARGEST_KEPT: Final = 64 * 1024  # bytes
UNHEADED: Final = (405, 501)  # from servers that know no HEAD
UNLISTED: Final = (400, 404, 405, 406, 501)  # from registries that know no referrers


class _Tags(Value, frozen=True, kw_only=True):
    tags: tuple[str, ...] | None = None


class HttpTransport:
    """The `Transport` protocol."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._read_before: dict[str, Manifest] = {}  # by digest: they never change

    def manifest(self, reference: Digest | Tag, until: float) -> Manifest | None:
        if (known := self._read_before.get(reference)) is not None:
            return known
        answer = self._asked("GET", reference, until)
        if self._is_absent(answer):
            return None
        found = self._read(answer, reference)
        if len(self._read_before) < MOST_KEPT and len(found.content) <= LARGEST_KEPT:
            self._read_before[found.digest] = found
        return found

    def resolve(self, reference: Digest | Tag, until: float) -> Digest | None:
        answer = self._asked("HEAD", reference, until)
        answer.close()
        if answer.status == 404:  # noqa: PLR2004 (not found)
            return None
        if answer.status == 200 and (named := self._client.named(answer)) is not None:  # noqa: PLR2004 (OK)
            return named
        if answer.status != 200 and answer.status not in UNHEADED:  # noqa: PLR2004 (OK)
            raise self._client.unexpected(answer)
        found = self.manifest(reference, until)
        return found.digest if found else None

    def put(self, reference: Digest | Tag, manifest: Manifest, until: float) -> bool:
        address = self._client.address(f"manifests/{reference}")
        headers = {"Content-Type": manifest.media_type}
        answer = self._client.send("PUT", address, until, headers=headers, body=manifest.content)
        if answer.status in (200, 201, 202):
            answer.text()
            self._check(self._client.named(answer), manifest.digest)
            return answer.header("OCI-Subject") is not None
        said = self._client.said(answer)
        absent = faults.missing(said, self._client.where)
        if absent is not None:
            raise FaultError(absent)
        fault = faults.refused(said, self._client.where, self._client.registry.authority)
        raise FixedTagError(fault.fault) if said.is_immutable else fault

    def page(self, address: str | None, until: float) -> Page:
        address = address or self._client.address(f"tags/list?n={PAGE}")
        answer = self._client.send("GET", address, until, headers=FRESH)
        if self._is_absent(answer):  # a repository begins with its first tag
            return Page(tags=())
        if answer.status != 200:  # noqa: PLR2004 (OK)
            raise self._client.unexpected(answer)
        link = answer.header("Link")
        content = answer.content(LARGEST_PAGE, "list of tags", self._client.where)
        try:
            listed = msgspec.json.decode(content, type=_Tags).tags or ()
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._damaged("a list of tags", "something else") from None
        tags = tuple(Tag(each) for each in listed if parse_tag(each).value_or(None))
        return Page(tags=tags, following=self._following(link, listed))

    def referred(self, subject: Digest, kind: str | None, address: str | None, until: float) -> Referred | None:
        query = "" if kind is None else f"?artifactType={quote(kind, safe='')}"
        address = address or self._client.address(f"referrers/{subject}{query}")
        answer = self._client.send("GET", address, until, headers=FRESH)
        if answer.status in UNLISTED or answer.status in REDIRECTS or not _is_index(answer):
            answer.close()
            return None
        if answer.status != 200:  # noqa: PLR2004 (OK)
            raise self._client.unexpected(answer)
        following = self._linked(answer.header("Link"), "list of referrers")
        content = answer.content(LARGEST_MANIFEST, f"list of referrers of {subject}", self._client.where)
        listed = referring.decode(Manifest(media_type=INDEX, content=content), self._client.where)
        return Referred(manifests=listed.referrers, following=following)

    def _is_absent(self, answer: Answer) -> bool:
        """Whether the registry says that it is not there; a 404 of something else on the way does not say so."""
        if answer.status != 404:  # noqa: PLR2004 (not found)
            return False
        said = self._client.said(answer)
        if not said.is_absence:
            raise self._client.refused(answer, said)
        return True

    def has_blob(self, digest: Digest, until: float) -> bool:
        answer = self._client.send("HEAD", self._client.address(f"blobs/{digest}"), until)
        answer.close()
        if answer.status == 200 or answer.status in REDIRECTS:  # noqa: PLR2004 (it knows where it keeps the blob)
            return True
        if answer.status == 404 or answer.status in UNHEADED:  # noqa: PLR2004 (not found)
            return False
        raise self._client.unexpected(answer)

    def blob(self, digest: Digest, at_most: int, until: float) -> bytes | None:
        address = self._client.address(f"blobs/{digest}")
        answer = self._client.follow(self._client.send("GET", address, until), address, until)
        if self._is_absent(answer):
            return None
        if answer.status != 200:  # noqa: PLR2004 (OK)
            raise self._client.unexpected(answer)
        content = answer.content(at_most, f"blob {digest}", self._client.where)
        self._check(self._client.named(answer), digest)
        self._check(canonical.digest_of(content), digest)
        return content

    def _asked(self, method: str, reference: Digest | Tag, until: float) -> Answer:
        headers = ACCEPT if reference.startswith("sha256:") else {**ACCEPT, **FRESH}
        return self._client.send(method, self._client.address(f"manifests/{reference}"), until, headers=headers)

    def _read(self, answer: Answer, reference: Digest | Tag) -> Manifest:
        if answer.status != 200:  # noqa: PLR2004 (OK)
            raise self._client.unexpected(answer)
        named = self._client.named(answer)
        written = (answer.header("Content-Type") or "").partition(";")[0].strip().lower()
        content = answer.content(LARGEST_MANIFEST, f"manifest {reference}", self._client.where)
        found = Manifest(media_type=written, content=content)
        self._check(named, found.digest)
        if reference.startswith("sha256:"):
            self._check(found.digest, Digest(reference))
        return found if written in MANIFEST_TYPES else self._typed(found)

    def _typed(self, found: Manifest) -> Manifest:
        """A manifest whose kind only it itself tells."""
        said = artifact.contents(found)
        if said is None or said.media_type not in MANIFEST_TYPES:
            raise self._damaged("a manifest or index of OCI or Docker", found.media_type[:80] or "no Content-Type")
        return Manifest(media_type=said.media_type, content=found.content)

    def _following(self, link: str | None, listed: tuple[str, ...]) -> str | None:
        """The address of the next page: what `Link` says, else what follows a page that is just full."""
        if (linked := self._linked(link, "list of tags")) is not None:
            return linked
        if len(listed) == PAGE:
            return self._client.address(f"tags/list?n={PAGE}&last={quote(listed[-1], safe='')}")
        return None

    def _linked(self, link: str | None, what: str) -> str | None:
        address, bracket, rest = (link or "").strip().removeprefix("<").partition(">")
        if bracket and 'rel="next"' in rest.replace("rel=next", 'rel="next"').replace(" ", ""):
            return self._client.ours(address, what)
        return None

    def _check(self, found: Digest | None, wanted: Digest) -> None:
        if found is not None and found != wanted:
            raise self._damaged(wanted, found)

    def _damaged(self, expected: str, found: str) -> FaultError:
        return FaultError(Damaged(where=self._client.where, expected=expected, found=found))


def _is_index(answer: Answer) -> bool:
    """Whether an answer may be a list of referrers; some that keep none answer with a page for people."""
    written = (answer.header("Content-Type") or "").partition(";")[0].strip().lower()
    return answer.status != 200 or written == INDEX  # noqa: PLR2004 (OK)
