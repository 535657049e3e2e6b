"""A team's repository on a real docker-registry: floe as a process in front of it, and what the registry was asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from floe.core.artifact import MANIFEST, Manifest
from floe.core.drift import Drift
from floe.core.names import Digest, Tag
from floe.effects.publish import push
from floe.shell import standing
from tests.integration.process import Bench, run
from tests.servers.docker_registry import Asked, DockerRegistry

TEXT = """
artifacts:
  registry: {{uri: "oci://{repository}"}}
  promotion:
    environments:
      - {{name: dev}}
      - {{name: staging}}
      - {{name: prod}}
"""


class Shop(Bench):
    """A bench whose registry is a server."""

    def __init__(self, folder: Path, home: Path, registry: DockerRegistry) -> None:
        self.server = registry
        self.repository = f"{registry.authority}/{registry.repository()}"
        super().__init__(folder, home, TEXT.format(repository=self.repository))

    @property
    def uri(self) -> str:
        return f"oci://{self.repository}"

    def release(self, version: str, content: str = "") -> Digest:
        """Push a small artifact of its own bytes under a version."""
        file = self.write(f"artifacts/{version}", content or version)
        return run(partial(push, self.session().world.registry, file, Tag(version))).unwrap().digest

    def publish(self, version: str) -> Digest:
        """Push a compiled document under a version."""
        return run(partial(push, self.session().world.registry, self.compile(version), Tag(version))).unwrap().digest

    def put(self, version: str, content: bytes, media_type: str = MANIFEST) -> Digest:
        """What another tool pushed, in its own spelling."""
        manifest = Manifest(media_type=media_type, content=content)
        run(partial(self.session().world.registry.put_manifest, manifest, Tag(version))).unwrap()
        return manifest.digest

    def tags(self) -> dict[str, str]:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        return {
            str(tag): str(digest) for tag, digest in run(self.session().world.registry.resolve_all).unwrap().items()
        }

    def drift(self) -> tuple[Drift, ...]:
        session = self.session()
        return run(partial(standing.find_drift, session.world, session.policy)).unwrap()[0]

    @contextmanager
    def counted(self) -> Iterator[list[Asked]]:
        """The requests that were answered while the block ran."""
        asked: list[Asked] = []
        before = len(self.server.asked())
        yield asked
        asked.extend(self.server.asked()[before:])
