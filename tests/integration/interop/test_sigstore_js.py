"""sigstore-js and floe verify each other's bundles. Its packages come from npm, and are kept in `.cache`."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from floe.core.names import Digest
from floe.core.signature.candidate import Candidate, Keyless, Rejected, Verified
from floe.core.signature.statement import signing
from floe.effects.signing import keyless, keyless_signing, trust_root
from tests.servers.sigstore.ready import Ready, ready
from tests.servers.sigstore.tokens import GITHUB

pytestmark = pytest.mark.interop

ROOT: Final = Path(__file__).parents[3]
PROGRAM: Final = Path(__file__).with_name("sigstore_js.cjs")
VERSIONS: Final = {"bundle": "5.0.1", "protobuf-specs": "0.5.2", "sign": "5.1.0", "verify": "4.1.3"}
STATEMENT: Final = signing(Digest("sha256:" + "c5" * 32))
NAME: Final = "https://github.com/acme/floe-platform/.github/workflows/release.yml@refs/heads/main"
KINDS: Final = {"Rekor v1": (1, False), "Rekor v1, timestamps": (1, True), "Rekor v2, timestamps": (2, True)}


@pytest.fixture(scope="module")
def packages() -> Path:
    """Where node finds sigstore-js, or a reason why it cannot be had."""
    npm, folder = shutil.which("npm"), ROOT / ".cache" / "sigstore-js"
    if npm is None or shutil.which("node") is None:
        pytest.skip("there is no node and npm")
    if not (folder / "node_modules" / "@sigstore" / "verify").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        wanted = [f"@sigstore/{name}@{version}" for name, version in VERSIONS.items()]
        asked = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", *wanted]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0:
            pytest.skip(f"npm cannot install sigstore-js: {' '.join(done.stderr.split())[-300:]}")
    return folder / "node_modules"


@pytest.fixture(params=KINDS)
def sigstore(request: pytest.FixtureRequest) -> Iterator[Ready]:
    version, timestamps = KINDS[request.param]
    with ready(version=version, timestamps=timestamps) as found:
        yield found


def node(packages: Path, *arguments: str | Path, token: str = "") -> subprocess.CompletedProcess[str]:
    around = {**os.environ, "NODE_PATH": str(packages)}
    asked = ["node", PROGRAM, *arguments]
    return subprocess.run(asked, input=token, env=around, capture_output=True, text=True, timeout=60, check=False)


def signed_by_js(packages: Path, sigstore: Ready, folder: Path) -> Candidate:
    config, payload = folder / "config.json", folder / "payload"
    config.write_text(json.dumps(sigstore.stack.signing_config))
    payload.write_bytes(STATEMENT)
    done = node(packages, "sign", config, payload, token=sigstore.token())
    assert done.returncode == 0, done.stderr
    verifier = keyless.opened(trust_root.read(sigstore.trust_config(folder)))
    return keyless.verify(done.stdout.encode(), verifier)


@pytest.mark.anyio
async def test_sigstore_js_verifies_what_floe_signs(packages: Path, sigstore: Ready, tmp_path: Path) -> None:
    bundle, root = tmp_path / "bundle.json", tmp_path / "root.json"
    read = trust_root.read(sigstore.trust_config(tmp_path))
    bundle.write_bytes((await keyless_signing.sign(STATEMENT, sigstore.token(), read)).unwrap())
    root.write_bytes(read.root)
    done = node(packages, "verify", root, bundle, GITHUB, NAME)
    assert done.returncode == 0, done.stderr
    assert node(packages, "verify", root, bundle, GITHUB, f"{NAME}s").returncode == 1


def test_floe_verifies_what_sigstore_js_signs(packages: Path, sigstore: Ready, tmp_path: Path) -> None:
    """But for envelopes in Rekor v2, of which sigstore-js makes an entry of a kind that Rekor v2 has no more."""
    found = signed_by_js(packages, sigstore, tmp_path)
    if sigstore.stack.version == 2:
        assert isinstance(found, Rejected), found
        assert (found.flaw, "dsse/0.0.2" in found.detail) == ("unsupported", True)
        return
    assert isinstance(found, Verified), found
    assert isinstance(found.proof, Keyless)
    assert found.proof.name == NAME
    assert found.subjects == ("sha256:" + "c5" * 32,)
