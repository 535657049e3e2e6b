"""Three registries, and floe before them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.sync.places import Places
from tests.servers.docker_registry import DockerRegistry


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DockerRegistry, ...]]:
    folders = [tmp_path_factory.mktemp(name) for name in ("primary", "eu", "us")]
    running = tuple(DockerRegistry("plain", folder) for folder in folders)
    yield running
    for each in running:
        each.close()


@pytest.fixture
def places(tmp_path: Path, servers: tuple[DockerRegistry, ...]) -> Places:
    """A primary and two secondaries, each on a registry of its own."""
    primary, eu, us = (f"oci://{each.authority}/{each.repository()}" for each in servers)
    folder, home = tmp_path / "bench", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    return Places(folder, home, primary, {"eu": eu, "us": us})
