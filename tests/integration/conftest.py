"""What tests of the whole share: a folder to work in, and registries that are really there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.process import Bench
from tests.servers.docker_registry import DockerRegistries
from tests.servers.sigstore.ready import Ready, ready


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A manifest with three environments, gates that pass while there is no file `broken`, and nothing pushed."""
    folder, home = tmp_path / "bench", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    return Bench(folder, home)


@pytest.fixture(scope="session")
def docker_registries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerRegistries]:
    """docker-registry, one of each kind that is asked for; tests use repositories of their own."""
    registries = DockerRegistries(tmp_path_factory.mktemp("docker-registry"))
    yield registries
    registries.close()


@pytest.fixture
def sigstore() -> Iterator[Ready]:
    """A Sigstore with Rekor v1 and timestamps, which signs for workflows on GitHub."""
    with ready() as found:
        yield found
