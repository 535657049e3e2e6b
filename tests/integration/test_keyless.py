"""What floe signs without a key it can verify, offline, and it tells who signed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from returns.result import Success

from floe.core.names import Digest
from floe.core.signature.candidate import Keyless, Verified
from floe.core.signature.statement import COSIGN_SIGN, PAYLOAD_TYPE, signing
from floe.effects.signing import keyless, keyless_signing, trust_root
from tests.servers.sigstore import bundles
from tests.servers.sigstore.fulcio import Profile
from tests.servers.sigstore.ready import Ready, ready
from tests.servers.sigstore.tokens import GITHUB, workflow

ARTIFACT = Digest("sha256:" + "c5" * 32)
KINDS = {"Rekor v1": (1, False), "Rekor v1, timestamps": (1, True), "Rekor v2, timestamps": (2, True)}
OFFLINE = """
import sys, pathlib
from floe.effects.signing import keyless, trust_root

def watch(event, arguments):
    if event.startswith("socket.connect") or (event == "open" and set("wax+") & set(arguments[1] or "")):
        print(event, arguments)

sys.addaudithook(watch)
verifier = keyless.opened(trust_root.read(pathlib.Path(sys.argv[1])))
print(type(keyless.verify(pathlib.Path(sys.argv[2]).read_bytes(), verifier)).__name__)
"""
NAME = "https://github.com/acme/floe-platform/.github/workflows/release.yml@refs/heads/main"


@pytest.fixture(params=KINDS)
def any_sigstore(request: pytest.FixtureRequest) -> Iterator[Ready]:
    version, timestamps = KINDS[request.param]
    with ready(version=version, timestamps=timestamps) as found:
        yield found


async def checked(content: bytes, root: trust_root.TrustRoot) -> Verified:
    (found,) = (await keyless.check([content], root)).unwrap()
    assert isinstance(found, Verified), found
    return found


@pytest.mark.anyio
async def test_what_is_signed_verifies_and_says_who_signed_what_and_when(any_sigstore: Ready, tmp_path: Path) -> None:
    """Rows R18, R19, R20."""
    root = trust_root.read(any_sigstore.trust_config(tmp_path))
    bundle = (await keyless_signing.sign(signing(ARTIFACT), any_sigstore.token(), root)).unwrap()
    found = await checked(bundle, root)
    assert found.payload_type == PAYLOAD_TYPE
    assert found.predicate_type == COSIGN_SIGN
    assert found.subjects == (ARTIFACT,)
    assert found.at is not None
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=1)
    assert found.proof == Keyless(
        issuer=GITHUB,
        name=NAME,
        token_subject="repo:acme/floe-platform:ref:refs/heads/main",
        repository="acme/floe-platform",
        ref="refs/heads/main",
    )


@pytest.mark.anyio
async def test_a_bundle_that_somebody_else_made_verifies(any_sigstore: Ready, tmp_path: Path) -> None:
    root = trust_root.read(any_sigstore.trust_config(tmp_path))
    found = await checked(bundles.bundle(any_sigstore.stack, signing(ARTIFACT)), root)
    assert found.subjects == (ARTIFACT,)


def test_verifying_asks_nobody_and_writes_nothing(tmp_path: Path) -> None:
    """Told by the interpreter itself, in a process of its own; the services have ended by then."""
    home = tmp_path / "home"
    home.mkdir()
    with ready(version=2) as gone:
        (tmp_path / "bundle").write_bytes(bundles.bundle(gone.stack, signing(ARTIFACT)))
        config = gone.trust_config(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, config, tmp_path / "bundle"],
        env={"HOME": str(home), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["Verified"]
    assert list(home.iterdir()) == []


@pytest.mark.anyio
async def test_the_public_sigstore_is_trusted_where_nothing_else_is_said() -> None:
    root = trust_root.read(None)
    assert root.where == "the public Sigstore"
    assert json.loads(root.signing or b"")["caUrls"][0]["url"] == "https://fulcio.sigstore.dev"
    keyless.opened(root)


@pytest.mark.anyio
async def test_a_bundle_of_another_sigstore_is_no_fault(sigstore: Ready) -> None:
    """It is one candidate that counts for nothing."""
    answer = await keyless.check([bundles.bundle(sigstore.stack, signing(ARTIFACT))], trust_root.read(None))
    assert isinstance(answer, Success)


@pytest.mark.anyio
async def test_a_time_of_a_timestamp_comes_before_the_time_of_a_log(sigstore: Ready, tmp_path: Path) -> None:
    root = trust_root.read(sigstore.trust_config(tmp_path))
    sigstore.stack.timestamps.watch.ahead = timedelta(minutes=3)
    found = await checked(bundles.bundle(sigstore.stack, signing(ARTIFACT)), root)
    assert found.at is not None
    assert found.at > datetime.now(UTC) + timedelta(minutes=2)


@pytest.mark.anyio
async def test_older_certificates_say_it_in_older_extensions(sigstore: Ready, tmp_path: Path) -> None:
    def older(profile: Profile) -> Profile:
        kept = tuple((number, value) for number, value in profile.extensions if int(number.rpartition(".")[2]) < 7)
        return replace(profile, extensions=kept)

    sigstore.stack.fulcio.changed = older
    found = await checked(
        bundles.bundle(sigstore.stack, signing(ARTIFACT)), trust_root.read(sigstore.trust_config(tmp_path))
    )
    assert found.proof == Keyless(
        issuer=GITHUB, name=NAME, repository="acme/floe-platform", ref="refs/heads/main", token_subject=None
    )


@pytest.mark.anyio
async def test_a_payload_that_is_no_statement_says_nothing_of_artifacts(sigstore: Ready, tmp_path: Path) -> None:
    content = bundles.bundle(sigstore.stack, b"hello", kind="text/plain")
    found = await checked(content, trust_root.read(sigstore.trust_config(tmp_path)))
    assert (found.payload_type, found.predicate_type, found.subjects) == ("text/plain", None, ())


@pytest.mark.anyio
async def test_the_subject_of_the_token_is_told_as_it_is(sigstore: Ready, tmp_path: Path) -> None:
    claims = workflow("acme/floe-platform", sub="repo:acme/floe-platform:environment:prod")
    content = bundles.bundle(sigstore.stack, signing(ARTIFACT), claims)
    found = await checked(content, trust_root.read(sigstore.trust_config(tmp_path)))
    assert isinstance(found.proof, Keyless)
    assert found.proof.token_subject == "repo:acme/floe-platform:environment:prod"
