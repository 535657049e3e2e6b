"""By which digests tools may call an artifact, and whether it is an image."""

from typing import Any

import pytest

from floe.core import canonical
from floe.core.artifact import COMPILED, EMPTY, INDEX, MANIFEST, Manifest, facts_of
from tests.property.strategies import DIGESTS

CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER = "application/vnd.docker.container.image.v1+json"


def of(media_type: str = MANIFEST, **body: Any) -> tuple[bool, int]:
    manifest = Manifest(media_type=media_type, content=canonical.encode({"schemaVersion": 2, **body}))
    facts = facts_of(manifest)
    assert facts.digests[0] == manifest.digest
    return facts.is_image, len(facts.digests)


def descriptor(media_type: str, number: int = 0) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": DIGESTS[number], "size": 2}


@pytest.mark.parametrize("config", [CONFIG, DOCKER])
def test_an_image_has_the_digest_of_its_configuration_too(config: str) -> None:
    assert of(config=descriptor(config)) == (True, 2)


def test_an_index_has_the_digests_of_its_images_too() -> None:
    images = [descriptor(MANIFEST, number) for number in range(3)]
    assert of(INDEX, manifests=images) == (True, 4)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"config": descriptor(EMPTY)},  # the same digest for everybody
        {"config": descriptor("application/vnd.cncf.helm.config.v1+json")},
        {"artifactType": COMPILED, "config": descriptor(EMPTY)},
    ],
)
def test_what_is_no_image_has_its_own_digest_alone(body: dict[str, Any]) -> None:
    assert of(**body) == (False, 1)


def test_an_artifact_that_uses_the_form_of_an_image_is_none() -> None:
    assert of(artifactType=COMPILED, config=descriptor(CONFIG)) == (False, 2)


def test_bytes_that_are_no_manifest_have_their_own_digest() -> None:
    assert facts_of(Manifest(media_type=MANIFEST, content=b"?")).is_image is False
