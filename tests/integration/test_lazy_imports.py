"""What is heavy is imported where it is used: asking for help costs no registry, no signing and no HTTP library."""

import subprocess
import sys

import pytest

HEAVY = (
    *("oras", "sigstore", "requests", "cel", "cryptography", "tuf", "jsonschema"),
    *("boto3", "botocore", "opentelemetry", "nacl", "securesystemslib"),
)

ASK = """
import sys
sys.argv = ["floe", *sys.argv[1:]]
from floe.shell.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("LOADED", *sys.modules)
"""


def loaded_by(*arguments: str) -> set[str]:
    asked = subprocess.run(
        [sys.executable, "-c", ASK, *arguments], check=True, capture_output=True, text=True, timeout=60
    )
    return {name.partition(".")[0] for name in asked.stdout.rpartition("LOADED")[2].split()}


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("platform", "promote", "--help")])
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """Row H02."""
    loaded = loaded_by(*arguments)
    assert "typer" in loaded
    assert loaded & set(HEAVY) == set()


def test_importing_floe_imports_nothing_heavy() -> None:
    program = "import sys, floe; print(*sys.modules)"
    asked = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert {name.partition(".")[0] for name in asked.stdout.split()} & set(HEAVY) == set()
