"""What keyless signatures lead back to: found, read, and refused where it is none."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from floe.core.explain.faults import what_failed
from floe.core.fault import NoTrustRoot
from floe.effects.blocking import FaultError
from floe.effects.signing import keyless, trust_root
from tests.servers.sigstore.ready import Ready

LOADED = """
import sys
from floe.effects.signing import keyless, keyless_signing, trust_root
print(trust_root.read(None).digest)
print(*sorted({"sigstore", "cryptography", "requests", "pydantic", "tuf"} & set(sys.modules)))
"""


def refused(file: Path) -> NoTrustRoot:
    with pytest.raises(FaultError) as raised:
        keyless.opened(trust_root.read(file))
    fault = raised.value.fault
    assert isinstance(fault, NoTrustRoot)
    assert fault.where == str(file)
    return fault


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JSON"),
        (b"[]", "it is no trust configuration"),
        (b"{}", "it is no trust configuration"),
        (b'{"mediaType": "a", "mediaType": "b"}', "twice"),
        (b'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}', "its media type is"),
        (b'{"mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"}', "its media type is"),
        (b'{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}', "it is no trusted root"),
        (b" " * (trust_root.LARGEST + 1), "more than 4194304 bytes"),
    ],
)
def test_r21_a_file_that_is_no_trust_root_is_told_with_its_name(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "root.json"
    file.write_bytes(content)
    assert why in refused(file).why


def test_r21_a_trust_root_that_is_not_there_is_told(tmp_path: Path) -> None:
    fault = refused(tmp_path / "missing.json")
    assert fault.why == "it is not there, or cannot be read"
    assert what_failed(fault)[0] == f"{fault.where} is no trust root for signatures"
    assert refused(tmp_path).why == fault.why


@pytest.mark.parametrize("part", ["tlogs", "certificateAuthorities"])
def test_a_root_without_anybody_to_trust_is_none(sigstore: Ready, tmp_path: Path, part: str) -> None:
    file = tmp_path / "root.json"
    file.write_text(json.dumps({**sigstore.stack.trusted_root, part: []}))
    assert "it is no trusted root" in refused(file).why


def test_a_trusted_root_alone_serves_to_verify(sigstore: Ready, tmp_path: Path) -> None:
    file = tmp_path / "root.json"
    file.write_text(json.dumps(sigstore.stack.trusted_root))
    root = trust_root.read(file)
    assert root.signing is None
    keyless.opened(root)


def test_the_digest_is_that_of_the_trusted_root_alone(sigstore: Ready, tmp_path: Path) -> None:
    config = sigstore.stack.client_trust_config
    file = tmp_path / "root.json"

    def digest(**changed: object) -> str:
        file.write_text(json.dumps({**config, **changed}))
        return trust_root.read(file).digest

    before = digest()
    assert digest(signingConfig={}) == before
    assert digest(trustedRoot={**config["trustedRoot"], "ctlogs": []}) != before


def test_the_digest_of_the_public_root_is_known_without_loading_sigstore() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [trust_root.read(None).digest, ""]
