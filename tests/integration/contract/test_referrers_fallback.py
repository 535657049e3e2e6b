"""Who refers to a manifest where the registry keeps no list: an index under a tag, that nobody vouches for."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import anyio
import pytest
from returns.result import Success

from floe.core import canonical
from floe.core.artifact import EMPTY, INDEX, Manifest, describe
from floe.core.signature.statement import COSIGN_SIGN
from floe.effects.ports import Registry
from floe.effects.publish import inspect
from floe.effects.registry.folder import LayoutRegistry
from floe.effects.registry.referring import fallback_tag
from floe.effects.signing.attaching import referrer as signing
from tests.integration.contract.artifacts import describe_blob
from tests.integration.contract.places import place
from tests.integration.contract.referring import BUNDLE, SBOM, attach, found, listed, plain, referrer
from tests.integration.remote import remote
from tests.servers.docker_registry import DockerRegistries
from tests.servers.proxy import Proxy
from tests.servers.referrers import Referrers
from tests.servers.wire import Answer, Line, Request, refusal

pytestmark = pytest.mark.anyio

SUBJECT = plain()


def index_of(*lines: dict[str, object]) -> Manifest:
    said = {"annotations": {"made": "elsewhere"}, "manifests": lines, "mediaType": INDEX, "schemaVersion": 2}
    return Manifest(media_type=INDEX, content=canonical.encode(said))


@pytest.fixture(params=["folder", "plain"])
def falling_back(request: pytest.FixtureRequest, tmp_path: Path, docker_registries: DockerRegistries) -> Registry:
    return place(request.param, tmp_path, docker_registries).registry


async def hinted(registry: Registry, *kinds: str | None) -> list[Manifest]:
    """Signatures whose hints say of each what kind it is, and lie."""
    made = [referrer(SUBJECT, f"{number}") for number in range(len(kinds))]
    await registry.put_blob(b"{}")
    lines: list[dict[str, object]] = []
    for each, kind in zip(made, kinds, strict=True):
        await registry.put_manifest(each)
        hint = {} if kind is None else {"artifactType": kind}
        lines.append({**describe_blob(each.media_type, each.digest, len(each.content)), **hint})
    await registry.put_manifest(index_of(*lines), fallback_tag(SUBJECT.digest))
    return made


async def test_a_vague_hint_hides_no_signature(falling_back: Registry) -> None:
    """Some clients write the type of the config, or nothing, into the index for what the manifest itself says."""
    vague = (EMPTY, None, "application/vnd.oci.image.config.v1+json")
    *signatures, other = await hinted(falling_back, *vague, SBOM)
    assert await found(falling_back, SUBJECT, BUNDLE) == {each.digest for each in signatures}
    assert await found(falling_back, SUBJECT, SBOM) == {other.digest}


async def test_a_signature_is_called_one_where_the_index_does_not_say_what_it_states(falling_back: Registry) -> None:
    """cosign 3 writes into the index no more than that it is a bundle."""
    await falling_back.put_blob(b"{}")
    await falling_back.put_manifest(SUBJECT)
    signature = signing(describe(SUBJECT), b"bundle", COSIGN_SIGN, datetime(2026, 1, 1, tzinfo=UTC))
    await falling_back.put_blob(b"bundle")
    (await falling_back.put_manifest(signature)).unwrap()
    line = describe_blob(signature.media_type, signature.digest, len(signature.content))
    await falling_back.put_manifest(index_of({**line, "artifactType": BUNDLE}), fallback_tag(SUBJECT.digest))
    inspected = (await inspect(falling_back, SUBJECT.digest)).unwrap()
    assert [each.digest for each in inspected.signatures] == [signature.digest]
    assert inspected.others == ()


async def test_what_others_wrote_into_the_index_stays(falling_back: Registry) -> None:
    (theirs,) = await hinted(falling_back, EMPTY)
    mine = referrer(SUBJECT, "mine")
    await attach(falling_back, mine, SUBJECT)
    index = (await falling_back.manifest(fallback_tag(SUBJECT.digest))).unwrap()
    assert index is not None
    assert index.content.startswith(b'{"schemaVersion":2')
    assert b'"annotations":{"made":"elsewhere"}' in index.content
    assert f'"artifactType":"{EMPTY}","digest":"{theirs.digest}"'.encode() in index.content
    assert await found(falling_back, SUBJECT, BUNDLE) == {theirs.digest, mine.digest}


async def test_what_is_no_index_is_neither_believed_nor_overwritten(falling_back: Registry) -> None:
    tag = fallback_tag(SUBJECT.digest)
    await falling_back.put_blob(b"{}")
    await falling_back.put_manifest(SUBJECT, tag)
    assert "index of referrers" in str((await falling_back.referrers(SUBJECT.digest)).failure())
    refused = await falling_back.attach(referrer(SUBJECT), describe(SUBJECT))
    assert "index of referrers" in str(refused.failure())
    assert await falling_back.resolve(tag) == Success(SUBJECT.digest)


async def test_too_many_are_told_and_not_cut_off(tmp_path: Path) -> None:
    registry = LayoutRegistry(tmp_path)
    lines = [describe_blob("x/y", f"sha256:{number:064x}", 1) for number in range(1001)]
    await registry.put_manifest(index_of(*lines), fallback_tag(SUBJECT.digest))
    assert "more than 1000" in str((await registry.referrers(SUBJECT.digest)).failure())


async def test_a_folder_tells_of_referrers_that_other_tools_list_without_a_name(tmp_path: Path) -> None:
    registry = LayoutRegistry(tmp_path)
    theirs, unrelated = referrer(SUBJECT), referrer(plain("another"))
    lines = [describe_blob(each.media_type, each.digest, len(each.content)) for each in (theirs, unrelated)]
    for each in (theirs, unrelated):
        await registry.put_manifest(each)
    (tmp_path / "index.json").write_bytes(index_of(*lines).content)
    assert await registry.referrers(SUBJECT.digest) == Success((listed(theirs),))


PROCESSES, EACH = 8, 2
SCRIPT: Final = """
import os
import sys
from pathlib import Path

import anyio

from floe.core.artifact import describe
from floe.effects.registry.folder import LayoutRegistry
from tests.integration.contract.referring import plain, referrer
from tests.integration.remote import remote

async def main(where, number, each):
    registry = LayoutRegistry(Path(where)) if where.startswith("/") else remote(*where.split("/", 1))
    for note in range(each):
        (await registry.attach(referrer(plain(), f"{number}.{note}"), describe(plain()))).unwrap()

where, processes, each = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
children = []
for number in range(processes):
    if (child := os.fork()) == 0:
        anyio.run(main, where, number, each)
        os._exit(0)
    children.append(child)
sys.exit(sum(os.waitpid(child, 0)[1] for child in children))
"""


async def test_eight_processes_that_attach_at_once_lose_nothing(falling_back: Registry) -> None:
    """Row R16."""
    await falling_back.put_blob(b"{}")
    where = falling_back.location.partition("://")[2]
    await anyio.run_process([sys.executable, "-c", SCRIPT, where, str(PROCESSES), str(EACH)])
    made = {referrer(SUBJECT, f"{number}.{note}").digest for number in range(PROCESSES) for note in range(EACH)}
    assert await found(falling_back, SUBJECT) == made


async def test_a_registry_that_does_not_filter_is_filtered_here(docker_registries: DockerRegistries) -> None:
    with Proxy(docker_registries["plain"].authority, Referrers(filters=False)) as proxy:
        registry = remote(proxy.authority, docker_registries["plain"].repository())
        await attach(registry, referrer(SUBJECT), SUBJECT)
        await attach(registry, referrer(SUBJECT, kind=SBOM), SUBJECT)
        assert await found(registry, SUBJECT, BUNDLE) == {referrer(SUBJECT).digest}
        await registry.aclose()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, (("Content-Type", "text/html"),), b"<html>"),
        Answer(303, (("Location", "https://example.com/"),)),
        refusal(400, "UNSUPPORTED", "no such thing"),
        refusal(405, "UNSUPPORTED", "no such thing"),
    ],
    ids=["page", "elsewhere", "bad", "method"],
)
async def test_what_keeps_no_list_says_so_in_many_ways(docker_registries: DockerRegistries, answer: Answer) -> None:
    def knows_none(request: Request, line: Line) -> Answer:
        return answer if request.place("referrers") else line.forward(request)

    with Proxy(docker_registries["plain"].authority, knows_none) as proxy:
        registry = remote(proxy.authority, docker_registries["plain"].repository())
        await attach(registry, referrer(SUBJECT), SUBJECT)
        assert await found(registry, SUBJECT, BUNDLE) == {referrer(SUBJECT).digest}
        await registry.aclose()
