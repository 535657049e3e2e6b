"""A repository on docker-registry: what each call costs, blobs of any size, and the command line on it."""

import http.client
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from returns.result import Success

from floe.core import canonical
from floe.core.artifact import EMPTY_CONTENT, INDEX, MANIFEST, Descriptor, Manifest
from floe.core.fault import Absent
from floe.core.names import Tag
from floe.effects.blocking import FaultError
from floe.effects.registry.oci import OciRegistry
from floe.effects.registry.writing import FileContent
from tests.integration.process import Bench
from tests.integration.remote import of
from tests.servers.docker_registry import DockerRegistries, DockerRegistry

pytestmark = pytest.mark.anyio

V1 = Tag("v1.0.0")
EMPTY_INDEX = Manifest(
    media_type=INDEX, content=b'{"schemaVersion": 2, "mediaType": "%s", "manifests": []}' % INDEX.encode()
)

PRETTY = """{
  "schemaVersion": 2,
  "mediaType": "application/vnd.oci.image.manifest.v1+json",
  "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "digest": "%s"},
  "layers": [],
  "annotations": {"x": "Grüße 検査"}
}
"""


@pytest.fixture
def plain(docker_registries: DockerRegistries) -> DockerRegistry:
    return docker_registries["plain"]


@pytest.fixture
def secure(docker_registries: DockerRegistries) -> DockerRegistry:
    return docker_registries["tls"]


def asked_of(server: DockerRegistry, registry: OciRegistry) -> list[tuple[str, str]]:
    """What a repository was asked: methods, and what of it."""
    path = "/v2/" + registry.location.partition("//")[2].partition("/")[2]
    asked = [each for each in server.asked() if each.target.startswith(f"{path}/")]
    return [(each.method, each.target.removeprefix(path).split("/")[1]) for each in asked]


async def test_each_call_asks_no_more_than_it_must(plain: DockerRegistry) -> None:
    registry = of(plain)
    await registry.put_blob(EMPTY_CONTENT)
    await registry.put_blob(EMPTY_CONTENT)
    await registry.create_tag(V1, EMPTY_INDEX)
    await registry.create_tag(V1, EMPTY_INDEX)
    await registry.put_manifest(EMPTY_INDEX, V1)
    await registry.tags()
    await registry.resolve(V1)
    for reference in (V1, EMPTY_INDEX.digest):
        assert await registry.manifest(reference) == Success(EMPTY_INDEX)
    await registry.aclose()
    assert asked_of(plain, registry) == [
        *[("HEAD", "blobs"), ("POST", "blobs"), ("PUT", "blobs"), ("HEAD", "blobs")],
        *[("HEAD", "manifests"), ("PUT", "manifests"), ("HEAD", "manifests"), ("PUT", "manifests")],
        *[("GET", "tags"), ("HEAD", "manifests"), ("GET", "manifests")],
    ]


async def test_a_blob_is_taken_over_from_another_repository(plain: DockerRegistry, secure: DockerRegistry) -> None:
    source, beside, elsewhere = of(plain), of(plain), of(secure)
    digest = (await source.put_blob(b"content to mount")).unwrap()
    blob = Descriptor(media_type="x/y", digest=digest, size=16)
    assert await beside.take(blob, source) == Success(False)
    assert ("PUT", "blobs") not in asked_of(plain, beside)
    assert await elsewhere.take(blob, source) == Success(True)
    assert await elsewhere.take(blob, source) == Success(False)
    for registry in (beside, elsewhere):
        assert await registry.blob(digest, at_most=100) == Success(b"content to mount")
    absent = Descriptor(media_type="x/y", digest=canonical.digest_of(b"nothing"), size=7)
    for registry in (beside, elsewhere):
        assert isinstance((await registry.take(absent, source)).failure(), Absent)
    for registry in (source, beside, elsewhere):
        await registry.aclose()


async def test_a_file_of_any_size_needs_little_memory(plain: DockerRegistry, tmp_path: Path) -> None:
    """Row L11."""
    size = 64 * 1024 * 1024
    with (tmp_path / "up").open("wb") as file:
        for number in range(size // 1024 // 1024):
            file.write(bytes([number]) * 1024 * 1024)
    registry = of(plain)
    await registry.put_blob(b"so that everything is imported")
    tracemalloc.start()
    sent = (await registry.upload(tmp_path / "up")).unwrap()
    assert await registry.download(sent, tmp_path / "down") == Success(None)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    await registry.aclose()
    assert (tmp_path / "down").stat().st_size == size
    assert most < size / 8


async def test_a_file_that_is_cut_short_on_its_way_is_told(plain: DockerRegistry, tmp_path: Path) -> None:
    """Its length was announced: nobody may be left to wait for the rest."""
    file = tmp_path / "file"
    file.write_bytes(b"x" * 3_000_000)
    content = FileContent(file, 3_000_000)
    assert b"".join(content) == file.read_bytes()
    os.truncate(file, 1_000_000)
    with pytest.raises(FaultError, match="shorter"):
        list(content)


HEAVY = {"oras", "requests", "urllib3", "sigstore", "jsonschema", "httpx"}


def test_importing_the_adapter_imports_nothing_heavy() -> None:
    program = "import sys, floe.effects.registry.oci; print(*sys.modules)"
    asked = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert {name.partition(".")[0] for name in asked.stdout.split()} & HEAVY == set()


def test_manifests_that_other_tools_made_keep_their_bytes(plain: DockerRegistry, bench: Bench) -> None:
    """Promoted on the command line: pushed by somebody else, with a layout of its own and letters beyond ASCII."""
    repository = plain.repository()
    pretty = (PRETTY % canonical.digest_of(EMPTY_CONTENT)).encode()
    _given(plain, repository, pretty)
    registry = f"{{uri: 'oci://{plain.authority}/{repository}'}}"
    (bench.folder / "manifest.yaml").write_text(
        f"artifacts: {{registry: {registry}, promotion: {{environments: [{{name: dev}}]}}}}"
    )
    promoted = bench.floe("platform", "promote", "v1.0.0", "--to=dev")
    assert promoted.code == 0, promoted.stderr
    for tag in ("v1.0.0", "v1.0.0-dev", "latest-dev"):
        assert _raw(plain, f"/v2/{repository}/manifests/{tag}") == pretty
    assert HEAVY & _loaded(bench, "platform", "status") == set()


def _loaded(bench: Bench, *arguments: str) -> set[str]:
    program = (sys.executable, str(Path(__file__).with_name("loaded.py")))
    answer = bench.floe(*arguments, program=program)
    assert answer.code == 0, answer.stderr
    return set(answer.stderr.splitlines()[-1].split())


def _given(server: DockerRegistry, repository: str, content: bytes) -> None:
    """What another tool would push."""
    line = http.client.HTTPConnection(server.authority)
    line.request("POST", f"/v2/{repository}/blobs/uploads/")
    begun = line.getresponse()
    begun.read()
    place = urlsplit(begun.headers["Location"])
    digest = canonical.digest_of(EMPTY_CONTENT)
    for address, body, kind in (
        (f"{place.path}?{place.query}&digest={digest}", EMPTY_CONTENT, "application/octet-stream"),
        (f"/v2/{repository}/manifests/{V1}", content, MANIFEST),
    ):
        line.request("PUT", address, body, {"Content-Type": kind})
        answer = line.getresponse()
        assert answer.status == 201, answer.read()
        answer.read()
    line.close()


def _raw(server: DockerRegistry, target: str) -> bytes:
    line = http.client.HTTPConnection(server.authority)
    line.request("GET", target, headers={"Accept": MANIFEST})
    content = line.getresponse().read()
    line.close()
    return content
