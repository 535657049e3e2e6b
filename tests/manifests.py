"""The manifests that tests read, and what stands in the environment for them."""

from pathlib import Path
from typing import Final

from returns.result import Result

from floe.shell import manifest
from floe.shell.complaint import Complaint
from floe.shell.manifest import Loaded

FOLDER: Final = Path(__file__).parent / "integration" / "manifests"
BASE: Final = FOLDER  # the public keys that `full.yaml` names are there
ENVIRON: Final = {
    "REGISTRY_PASSWORD": "canary-registry",
    "SIGNING_KEY": "canary-key",
    "ELSEWHERE_TOKEN": "canary-elsewhere",
    "AUDIT_PASSWORD": "canary-audit",
    "HOOK_TOKEN": "canary-hook",
    "HOOK_SECRET": "canary-secret",
}
FULL: Final = (FOLDER / "full.yaml").read_text()
QUICKSTART: Final = tuple(sorted(FOLDER.glob("quickstart-*.yaml")))


def parsed(text: str, environ: dict[str, str] = ENVIRON) -> Result[Loaded, tuple[Complaint, ...]]:
    return manifest.parse(text, where="manifest.yaml", base=BASE, environ=environ)


def loaded(text: str, environ: dict[str, str] = ENVIRON) -> Loaded:
    return parsed(text, environ).unwrap()


def complaints(text: str, environ: dict[str, str] = ENVIRON) -> tuple[Complaint, ...]:
    """What is wrong with a text; nothing for a manifest without mistakes."""
    return parsed(text, environ).swap().value_or(())
