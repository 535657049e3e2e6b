"""What others signed with the public Sigstore, and published on PyPI, verifies by the root that floe comes with.

Nothing of it is kept here: the source of pypi-attestations, which holds it for tests of its own, is downloaded.
"""

import json
import shutil
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest

from floe.core.canonical import digest_of
from floe.core.signature.candidate import Keyless, Rejected, Verified
from floe.effects.signing import keyless, trust_root
from tests.servers.sigstore.bundles import IN_TOTO, MEDIA_TYPE

pytestmark = pytest.mark.online

PACKAGE: Final = "pypi-attestations==0.0.30"
PUBLISHED: Final = "https://docs.pypi.org/attestations/publish/v1"
BUILT: Final = "https://slsa.dev/provenance/v1"
GITHUB: Final = "https://token.actions.githubusercontent.com"
GITLAB: Final = "https://gitlab.com"
CIRCLE: Final = "https://oidc.circleci.com"
EXAMPLES: Final = "CircleCI-Public/sign-and-publish-examples"
TRAIL: Final = "trailofbits/pypi-attestation"
GENUINE: Final = {
    "pypi_attestations-0.0.19.tar.gz.publish.attestation": (PUBLISHED, GITHUB, f"{TRAIL}s"),
    "pypi_attestations-0.0.19.tar.gz.slsa.attestation": (BUILT, GITHUB, f"{TRAIL}s"),
    "pypi_attestation_models-0.0.4a2.tar.gz.attestation": (PUBLISHED, GITHUB, f"{TRAIL}-models"),
    "pypi_attestation_models-0.0.4a2.tar.gz.sigstore": (PUBLISHED, GITHUB, f"{TRAIL}-models"),
    "gitlab_oidc_project-0.0.3.tar.gz.publish.attestation": (PUBLISHED, GITLAB, "facutuesca/gitlab-oidc-project"),
    "circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl.publish.attestation": (
        PUBLISHED,
        CIRCLE,
        "CircleCI-Public/sign-and-publish-examples",
    ),
}
STAGED: Final = ("rfc8785-0.1.2-py3-none-any.whl.publish.attestation", "rfc8785-0.1.2-py3-none-any.whl.attestation")


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The attestations, or a reason why they cannot be had."""
    folder = tmp_path_factory.mktemp("pypi")
    pip = [sys.executable, "-m", "pip"] if find_spec("pip") else [shutil.which("pip") or ""]
    if not pip[0]:
        pytest.skip("there is no pip to download with")
    asked = [
        *pip,
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        "pypi-attestations",
        "--dest",
        str(folder),
        PACKAGE,
    ]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode != 0:
        pytest.skip(f"PyPI cannot be had: {' '.join(done.stderr.split())[-300:]}")
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return next(folder.glob("pypi_attestations-*/test/assets"))


def bundle(content: bytes) -> bytes:
    """An attestation of PEP 740 as a sigstore bundle; a bundle as it is."""
    told: dict[str, Any] = json.loads(content)
    if "mediaType" in told:
        return content
    material, envelope = told["verification_material"], told["envelope"]
    spelt = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {
            "certificate": {"rawBytes": material["certificate"]},
            "tlogEntries": material["transparency_entries"],
        },
        "dsseEnvelope": {
            "payload": envelope["statement"],
            "payloadType": IN_TOTO,
            "signatures": [{"sig": envelope["signature"]}],
        },
    }
    return json.dumps(spelt).encode()


@pytest.mark.parametrize("name", GENUINE)
def test_a_published_attestation_verifies(assets: Path, name: str) -> None:
    predicate, issuer, repository = GENUINE[name]
    found = keyless.verify(bundle((assets / name).read_bytes()), keyless.opened(trust_root.read(None)))
    assert isinstance(found, Verified), found
    assert found.predicate_type == predicate
    assert isinstance(found.proof, Keyless)
    assert found.proof.issuer == issuer
    assert found.proof.repository == repository
    (attested,) = (each for each in assets.iterdir() if name.startswith(each.name) and each.suffix in (".gz", ".whl"))
    assert found.subjects == (digest_of(attested.read_bytes()),)


@pytest.mark.parametrize("name", STAGED)
def test_what_the_staging_sigstore_signed_leads_to_another_root(assets: Path, name: str) -> None:
    found = keyless.verify(bundle((assets / name).read_bytes()), keyless.opened(trust_root.read(None)))
    assert isinstance(found, Rejected)
    assert found.flaw == "root"
