"""What floe uses of sigstore's private parts is there, and is used in one place."""

import ast
import inspect
import json
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pytest
from sigstore import dsse
from sigstore._internal import sct, timestamp, trust
from sigstore.models import Bundle, ClientTrustConfig, TransparencyLogEntry, TrustedRoot
from sigstore.sign import Signer, SigningContext
from sigstore.verify import Verifier

from floe.effects.signing.sigstore_private import Services, embedded
from tests.servers.sigstore.ready import ready

ROOT: Final = Path(__file__).parents[2]
USED: Final[dict[Any, list[str]]] = {
    dsse._verify: ["key", "evp"],
    sct.verify_sct: ["cert", "chain", "ct_keyring"],
    Verifier._establish_time: ["self", "bundle"],
    Verifier._verify_chain_at_time: ["self", "certificate", "timestamp_result"],
    TransparencyLogEntry._verify: ["self", "keyring"],
    trust.Keyring.verify: ["self", "key_id", "signature", "data"],
    timestamp.TimestampVerificationResult: ["source", "time"],
    TrustedRoot: ["inner"],
    TrustedRoot.ct_keyring: ["self", "purpose"],
    TrustedRoot.rekor_keyring: ["self", "purpose"],
    SigningContext.from_trust_config: ["trust_config"],
    Signer: ["identity_token", "signing_ctx", "cache"],
    timestamp.TimestampAuthorityClient: ["url"],
    timestamp.TimestampAuthorityClient.request_timestamp: ["self", "signature"],
}


@pytest.mark.parametrize("part", USED, ids=lambda part: part.__qualname__)
def test_what_is_used_takes_what_it_is_given(part: Any) -> None:
    assert list(inspect.signature(part).parameters) == USED[part]


@pytest.mark.parametrize("rekor", [1, 2])
def test_services_have_the_parts_that_are_replaced(rekor: int) -> None:
    with ready(version=rekor) as sigstore:
        config = ClientTrustConfig.from_json(json.dumps(sigstore.stack.client_trust_config))
        services = Services(config, 1.0)
        services.close()
        assert services.certifier == sigstore.stack.url
        assert services.log == f"{sigstore.stack.url}/api/v{rekor}"
        (stamper,) = services.context._tsa_clients
        assert type(stamper).__name__ == "Strict"
        verifier = Verifier(trusted_root=config.trusted_root)
        assert [each.subject for each in verifier._fulcio_certificate_chain]
        assert isinstance(verifier._trusted_root, TrustedRoot)
    assert {each.name for each in trust.KeyringPurpose} == {"SIGN", "VERIFY"}
    assert isinstance(Bundle._dsse_envelope, property)


def test_the_public_trust_root_lies_where_it_is_looked_for() -> None:
    package = Path(dsse.__file__).parents[1]
    assert [each.is_file() for each in embedded(package)] == [True, True]


def test_the_version_is_one_that_was_looked_into() -> None:
    (bounds,) = (
        each
        for each in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
        if each.startswith("sigstore")
    )
    assert bounds == "sigstore>=4.5,<5"
    assert version("sigstore").split(".")[0] == "4"


def test_nothing_else_in_floe_uses_private_parts() -> None:
    for file in (ROOT / "floe").rglob("*.py"):
        if file.name != "sigstore_private.py":
            assert [name for name in imported(file) if name.startswith("sigstore.") and "._" in name] == [], file


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
