"""cosign itself, where it is on PATH: keys and signatures of each are good to the other."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.servers.docker_registry import DockerRegistries

pytestmark = pytest.mark.skipif(shutil.which("cosign") is None, reason="cosign is not on PATH")

PASSWORDS: Final = {"COSIGN_PASSWORD": "pw", "FLOE_SIGNING_PASSWORD": "pw"}
WITHOUT_LOG: Final = ("--use-signing-config=false", "--tlog-upload=false")
FLOE: Final = (sys.executable, "-m", "floe")


class Desk:
    """A folder in which both programs are used on one repository of a registry."""

    def __init__(self, folder: Path, repository: str) -> None:
        self.folder = folder
        self.repository = repository

    def run(self, *argv: str) -> "subprocess.CompletedProcess[str]":
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "NO_COLOR": "1", **PASSWORDS}
        return subprocess.run(
            argv, cwd=self.folder, env=variables, capture_output=True, text=True, timeout=60, check=False
        )

    def cosign(self, *argv: str) -> str:
        done = self.run("cosign", *argv)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def floe(self, verb: str, *argv: str, code: int = 0) -> str:
        there = ("-r", f"oci://{self.repository}", "-t", "v1.0.0") if verb != "keygen" else ()
        done = self.run(*FLOE, "artifact", verb, *there, *argv)
        assert done.returncode == code, done.stderr
        return done.stdout

    def push(self) -> str:
        """The artifact's address by digest."""
        (self.folder / "artifact.json").write_text('{"a": 1}')
        pushed = self.floe("push", "-a", "artifact.json")
        return f"{self.repository}@{pushed.partition('Digest: ')[2].split()[0]}"


@pytest.fixture
def desk(tmp_path: Path, docker_registries: DockerRegistries) -> Desk:
    registry = docker_registries["plain"]
    return Desk(tmp_path, f"{registry.authority}/{registry.repository()}")


def test_r22_cosign_reads_a_key_of_ours(desk: Desk) -> None:
    desk.floe("keygen")
    assert desk.cosign("public-key", "--key", "floe.key") == (desk.folder / "floe.pub").read_text()


def test_r22_each_accepts_what_the_other_signed_and_nobody_else(desk: Desk) -> None:
    desk.floe("keygen")
    desk.cosign("generate-key-pair")
    artifact = desk.push()
    desk.floe("sign", "--key", "floe.key")
    look = ("--insecure-ignore-tlog", "--allow-http-registry", artifact)
    assert artifact.partition("@")[2] in desk.cosign("verify", "--key", "floe.pub", *look)
    assert desk.run("cosign", "verify", "--key", "cosign.pub", *look).returncode != 0
    desk.floe("verify", "--key", "cosign.pub", code=6)
    desk.cosign("sign", "--yes", "--key", "cosign.key", *WITHOUT_LOG, "--allow-http-registry", artifact)
    for name in ("floe.pub", "cosign.pub"):
        assert "Signature verified" in desk.floe("verify", "--key", name)
        desk.cosign("verify", "--key", name, *look)


def test_r22_what_cosign_signed_before_there_were_bundles_is_read_where_somebody_asks(desk: Desk) -> None:
    desk.cosign("generate-key-pair")
    artifact = desk.push()
    old = ("--new-bundle-format=false", *WITHOUT_LOG, "--allow-http-registry")
    desk.cosign("sign", "--yes", "--key", "cosign.key", *old, artifact)
    desk.floe("verify", "--key", "cosign.pub", code=6)
    assert "Signature verified" in desk.floe("verify", "--key", "cosign.pub", "--legacy")
    desk.floe("keygen")
    desk.floe("verify", "--key", "floe.pub", "--legacy", code=6)


def test_r22_a_key_of_either_signs_with_both(desk: Desk) -> None:
    desk.floe("keygen")
    desk.cosign("generate-key-pair")
    artifact = desk.push()
    desk.floe("sign", "--key", "cosign.key")
    desk.cosign("sign", "--yes", "--key", "floe.key", *WITHOUT_LOG, "--allow-http-registry", artifact)
    for name in ("floe.pub", "cosign.pub"):
        assert "Signature verified" in desk.floe("verify", "--key", name)
        desk.cosign("verify", "--key", name, "--insecure-ignore-tlog", "--allow-http-registry", artifact)
