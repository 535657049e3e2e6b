"""A repository and copies of it, each on a registry of its own or in a folder, and floe before them."""

from functools import partial
from pathlib import Path
from typing import Final

from floe.core import canonical
from floe.core.artifact import EMPTY_CONTENT, INDEX, Manifest, contents
from floe.core.names import Digest, Tag
from floe.effects.ports import Registry
from floe.effects.publish import push
from floe.shell import wiring
from floe.shell.location import parse_location
from floe.shell.remote import settings_for
from floe.shell.settings import Surroundings
from tests.integration.contract.artifacts import describe_blob
from tests.integration.contract.referring import attach, plain, referrer
from tests.integration.process import Answer, Bench, run

TEXT: Final = """
artifacts:
  registries:
    primary: {{uri: "{primary}"}}
{secondaries}
  promotion:
    sync_to_secondary: {at_once}
    environments: [{{name: dev}}, {{name: prod}}]
"""


class Places(Bench):
    """A bench with a manifest that names the repositories."""

    def __init__(self, folder: Path, home: Path, primary: str, secondaries: dict[str, str]) -> None:
        self.primary = primary
        self.secondaries = secondaries
        super().__init__(folder, home, "")
        self.arrange()

    def arrange(self, *, at_once: bool = True, primary: str | None = None) -> None:
        """The manifest; with another primary, that one alone."""
        named = self.secondaries if primary is None else {}
        lines = "\n".join(f'    {name}: {{uri: "{uri}"}}' for name, uri in named.items())
        word = str(at_once).lower()
        self.write("manifest.yaml", TEXT.format(primary=primary or self.primary, secondaries=lines, at_once=word))

    def at(self, uri: str) -> Registry:
        location = parse_location(uri, base=self.folder).unwrap()
        return wiring.registry_at(location, settings_for(location, None), Surroundings(variables={})).unwrap()

    def release(self, version: str) -> Digest:
        """A file of its own bytes, pushed under a version."""
        file = self.write(f"files/{version}", version)
        return run(partial(push, self.at(self.primary), file, Tag(version))).unwrap().digest

    def tag_by_hand(self, version: str, *tags: str) -> None:
        """What other tools do with a version."""
        registry = self.at(self.primary)
        manifest = run(partial(registry.manifest, Tag(version))).unwrap()
        assert manifest is not None
        for each in tags:
            run(partial(registry.put_manifest, manifest, Tag(each))).unwrap()

    def cli(self, *arguments: str) -> Answer:
        return self.inside("platform", *arguments)

    def checked(self, uri: str) -> Answer:
        """What `status --check` says where a copy is the one that decides."""
        self.arrange(primary=uri)
        try:
            return self.cli("status", "--check")
        finally:
            self.arrange()

    def holds(self, uri: str) -> dict[str, str]:
        """Every tag and what it points to."""
        return {str(tag): str(digest) for tag, digest in run(self.at(uri).resolve_all).unwrap().items()}

    def is_copied_to(self, uri: str) -> bool:
        """Whether everything that promotion made is there, byte for byte, with all that belongs to it."""
        return run(partial(_is_copy, self, uri))


async def _is_copy(places: Places, uri: str) -> bool:
    source, target = places.at(places.primary), places.at(uri)
    tags = {tag: digest for tag, digest in (await source.resolve_all()).unwrap().items() if _is_ours(tag)}
    copied = (await target.resolve_all()).unwrap()
    assert {tag: copied.get(tag) for tag in tags} == tags
    for digest in tags.values():
        assert await _weighed(source, digest) == await _weighed(target, digest)
    return True


def _is_ours(tag: Tag) -> bool:
    return tag.startswith(("v", "latest-", "floe-"))


async def _weighed(registry: Registry, digest: Digest) -> dict[Digest, bytes]:
    """All content that belongs to a manifest: children, blobs, referrers."""
    manifest = (await registry.manifest(digest)).unwrap()
    assert manifest is not None
    said = contents(manifest)
    assert said is not None
    found = {digest: manifest.content}
    for part in (*((said.config,) if said.config else ()), *said.layers):
        found[part.digest] = (await registry.blob(part.digest, at_most=1 << 20)).unwrap() or b""
    for child in (*said.manifests, *(await registry.referrers(digest)).unwrap()):
        found |= await _weighed(registry, child.digest)
    return found


async def index_with_everything(registry: Registry, version: str) -> Manifest:
    """An index of two images, one of them signed, with a signature, an SBOM, and a signature of the SBOM."""
    (await registry.put_blob(EMPTY_CONTENT)).unwrap()
    images = [plain(f"{version} {name}") for name in ("amd64", "arm64")]
    for each in images:
        (await registry.put_manifest(each)).unwrap()
    lines = [describe_blob(each.media_type, each.digest, len(each.content)) for each in images]
    index = Manifest(
        media_type=INDEX,
        content=canonical.encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": lines, "annotations": {}}),
    )
    (await registry.create_tag(Tag(version), index)).unwrap()
    signature, sbom = referrer(index, "signature"), referrer(index, "sbom", "application/spdx+json")
    for manifest, subject in (
        (signature, index),
        (sbom, index),
        (referrer(sbom, "of the sbom"), sbom),
        (referrer(images[0], "of an image"), images[0]),
    ):
        await attach(registry, manifest, subject)
    return index
