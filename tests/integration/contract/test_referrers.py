"""The laws of the `Registry` port about who refers to a manifest. Every adapter obeys all of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from returns.result import Success

from floe.core.artifact import EMPTY, describe
from floe.core.names import Tag
from floe.effects.ports import Registry
from floe.effects.registry.referring import fallback_tag
from tests.integration.contract.places import LISTING, place
from tests.integration.contract.referring import BUNDLE, SBOM, attach, found, listed, plain, referrer
from tests.servers.docker_registry import DockerRegistries

pytestmark = pytest.mark.anyio

SUBJECT = plain()


@pytest.fixture(params=["memory", "folder", "plain", LISTING])
async def registry(
    request: pytest.FixtureRequest, tmp_path: Path, docker_registries: DockerRegistries
) -> AsyncIterator[Registry]:
    found = place(request.param, tmp_path, docker_registries)
    yield found.registry
    await found.registry.aclose()
    found.close()


async def test_nobody_refers_to_what_nothing_was_attached_to(registry: Registry) -> None:
    assert await registry.referrers(SUBJECT.digest) == Success(())
    await attach(registry, referrer(SUBJECT), SUBJECT)
    assert await registry.referrers(plain("another").digest) == Success(())


async def test_what_was_attached_is_found_with_its_kind_and_annotations(registry: Registry) -> None:
    signature = referrer(SUBJECT, "signature")
    await attach(registry, signature, SUBJECT)
    assert await registry.referrers(SUBJECT.digest) == Success((listed(signature, note="signature"),))
    assert await registry.manifest(signature.digest) == Success(signature)


async def test_referrers_are_found_by_kind(registry: Registry) -> None:
    signature, sbom, old = referrer(SUBJECT), referrer(SUBJECT, kind=SBOM), referrer(SUBJECT, kind=None)
    for each in (signature, sbom, old):
        await attach(registry, each, SUBJECT)
    assert await found(registry, SUBJECT) == {signature.digest, sbom.digest, old.digest}
    assert await found(registry, SUBJECT, BUNDLE) == {signature.digest}
    assert await found(registry, SUBJECT, SBOM) == {sbom.digest}
    assert await found(registry, SUBJECT, EMPTY) == {old.digest}
    assert await found(registry, SUBJECT, "a/nother") == frozenset()


async def test_what_refers_may_be_referred_to(registry: Registry) -> None:
    sbom = referrer(SUBJECT, kind=SBOM)
    signature = referrer(sbom)
    await attach(registry, sbom, SUBJECT)
    await attach(registry, signature, sbom)
    assert await found(registry, SUBJECT) == {sbom.digest}
    assert await found(registry, sbom) == {signature.digest}


async def test_attaching_again_changes_nothing(registry: Registry) -> None:
    for _ in range(2):
        await attach(registry, referrer(SUBJECT), SUBJECT)
    assert len((await registry.referrers(SUBJECT.digest)).unwrap()) == 1


async def test_many_attached_side_by_side_are_all_found(registry: Registry) -> None:
    """Row R16."""
    many = [referrer(SUBJECT, str(number)) for number in range(20)]
    await registry.put_blob(b"{}")
    done = await anyio.amap(lambda each: registry.attach(each, describe(SUBJECT)), many)
    assert done == [Success(None)] * len(many)
    assert await found(registry, SUBJECT) == {each.digest for each in many}
    assert await found(registry, SUBJECT, BUNDLE) == {each.digest for each in many}


async def test_what_refers_to_something_else_is_not_attached(registry: Registry) -> None:
    with pytest.raises(ValueError, match="as its subject"):
        await registry.attach(referrer(plain("another")), describe(SUBJECT))
    with pytest.raises(ValueError, match="as its subject"):
        await registry.attach(plain(), describe(SUBJECT))


async def test_referrers_do_not_take_the_place_of_tags(registry: Registry) -> None:
    await registry.put_blob(b"{}")
    await registry.create_tag(Tag("v1.0.0"), SUBJECT)
    await attach(registry, referrer(SUBJECT), SUBJECT)
    tags = set((await registry.tags()).unwrap())
    assert tags - {fallback_tag(SUBJECT.digest)} == {"v1.0.0"}
