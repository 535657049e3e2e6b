"""A command loads what it uses: a promotion on a folder needs no network library, and status no gates either."""

import sys
from pathlib import Path
from typing import Final

from tests.integration.process import Bench

LOADED: Final = (sys.executable, str(Path(__file__).with_name("loaded.py")))
NETWORK: Final = {"sigstore", "requests", "urllib3", "oras", "httpx", "cryptography", "tuf", "boto3", "opentelemetry"}


def loaded_by(bench: Bench, *arguments: str) -> set[str]:
    """The top-level modules that a command had loaded at its end."""
    answer = bench.floe(*arguments, program=LOADED)
    assert answer.code == 0, answer.stderr
    return set(answer.stderr.splitlines()[-1].split())


def test_a_promotion_on_a_folder_loads_no_network_library(bench: Bench) -> None:
    bench.push("v1.0.0")
    loaded = loaded_by(bench, "platform", "promote", "v1.0.0", "--to=dev")
    assert "pydantic" in loaded
    assert loaded & NETWORK == set()


def test_status_loads_no_gates(bench: Bench) -> None:
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev")
    assert loaded_by(bench, "platform", "status", "--check") & (NETWORK | {"cel"}) == set()


def test_push_pull_and_inspect_on_a_folder_load_no_network_library(bench: Bench) -> None:
    bench.compile("v1.0.0")
    there = ("-r", "oci-layout://registry", "-t", "v1.0.0")
    for arguments in (("push", "-a", "target/compiled_artifacts.json"), ("pull", "-d", "out"), ("inspect",)):
        assert loaded_by(bench, "artifact", *arguments, *there) & NETWORK == set()
