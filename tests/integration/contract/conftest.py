"""Every test here is run on every registry."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from floe.effects.ports import Registry
from tests.integration.contract.places import KINDS, Place, place
from tests.servers.docker_registry import DockerRegistries


@pytest.fixture(params=KINDS)
async def here(
    request: pytest.FixtureRequest, tmp_path: Path, docker_registries: DockerRegistries
) -> AsyncIterator[Place]:
    found = place(request.param, tmp_path, docker_registries)
    yield found
    await found.registry.aclose()
    found.close()


@pytest.fixture
def registry(here: Place) -> Registry:
    return here.registry
