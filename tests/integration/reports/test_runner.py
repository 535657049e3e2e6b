"""Row V03: what the runner asks of the registry to know whose report it has, and what follows without an answer."""

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from floe.core.artifact import MANIFEST, Manifest
from floe.core.fault import Unavailable
from floe.core.gates import Ending, NotStarted, Reported, TimedOut
from floe.core.names import Digest, EnvironmentName, Version
from floe.core.policy import Gate, Governance
from floe.core.reports.reading import Findings, Unread
from floe.effects.gate.runner import GateRunner
from floe.effects.memory.registry import MemoryRegistry
from floe.effects.ports import Subject
from tests.integration.reports.made import spelled, trivy

pytestmark = pytest.mark.anyio

ARTIFACT = Manifest(media_type=MANIFEST, content=b'{"schemaVersion":2}')


async def scanned(folder: Path, registry: MemoryRegistry, report: dict[str, Any], **more: Any) -> Ending:
    (folder / "report.json").write_bytes(spelled(report))
    runner = GateRunner(registry=registry, governance=Governance(), folder=folder, inherited={"PATH": "/usr/bin:/bin"})
    gate = Gate(**{"name": "security_scan", "command": "cat report.json", "timeout_seconds": 30, **more})
    subject = Subject(
        artifact=ARTIFACT.digest, version=Version("v1.0.0"), environment=EnvironmentName("prod"), traceparent=""
    )
    return await runner.run(gate, subject)


def naming(digest: Digest) -> dict[str, Any]:
    return trivy(Metadata={"RepoDigests": [f"app@{digest}"]})


@pytest.fixture
def registry() -> MemoryRegistry:
    held = MemoryRegistry()
    held.manifests[ARTIFACT.digest] = ARTIFACT
    return held


@pytest.mark.parametrize(
    ("report", "subject", "requests"),
    [(naming(ARTIFACT.digest), None, 0), (trivy(), "any", 0), (trivy(), None, 1), (trivy(), "artifact", 1)],
)
async def test_the_registry_is_asked_only_about_a_report_that_may_be_about_another(
    tmp_path: Path, registry: MemoryRegistry, report: dict[str, Any], subject: Any, requests: int
) -> None:
    ending = await scanned(tmp_path, registry, report, subject=subject)
    assert isinstance(ending, Reported)
    assert isinstance(ending.reading, Findings)
    assert len(registry.trouble.calls) == requests


async def test_without_an_answer_there_is_no_report(tmp_path: Path, registry: MemoryRegistry) -> None:
    registry.trouble.fail_before("manifest", Unavailable(where="memory://registry", why="it is away"))
    ending = await scanned(tmp_path, registry, trivy())
    assert isinstance(ending, Reported)
    assert isinstance(ending.reading, Unread)
    assert "it is away" in ending.reading.why
    assert not ending.reading.is_foreign


async def test_an_artifact_that_is_gone_has_no_report(tmp_path: Path) -> None:
    ending = await scanned(tmp_path, MemoryRegistry(), trivy())
    assert isinstance(ending, Reported)
    assert ending.reading == Unread(why=f"the artifact {ARTIFACT.digest} is not in the registry")


async def test_a_command_that_did_not_end_by_itself_has_no_report(tmp_path: Path, registry: MemoryRegistry) -> None:
    waits = f"cat report.json; {shlex.quote(sys.executable)} -c 'import time; time.sleep(60)'"
    late = await scanned(tmp_path, registry, trivy(), command=waits, timeout_seconds=1)
    assert isinstance(late, TimedOut)
    assert isinstance(await scanned(tmp_path, registry, trivy(), command=("/nowhere",)), NotStarted)
