"""Ten programs that mean no good, as gates of a real promotion: the verdict is right, in time, and nothing is left."""

import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from floe.core.gates import Exited, GateResult, TimedOut, judge
from floe.core.policy import Gate
from floe.effects.gate.command import SLACK_SECONDS, run_command
from floe.effects.gate.surroundings import Surroundings
from tests.integration.process import run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets the supervisor adopt what detaches")

TIMEOUT, GRACE = 1, 0.5
SECRETS: Final = {
    "FLOE_IDENTITY_TOKEN": "canary-token",
    "AWS_SECRET_ACCESS_KEY": "canary-aws",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary-actions",
    "CI_JOB_TOKEN": "canary-job",
}


class Hostile(NamedTuple):
    """A program, how long it may seem to take, and how it must end."""

    program: str
    ends: type[Exited] | type[TimedOut]
    status: str = "failed"
    says: str = ""


PYTHON: Final = f"{sys.executable} -I -S -c"
HOSTILE: Final = {
    "ignores TERM": Hostile("trap '' TERM; while :; do sleep 0.1; done", TimedOut),
    "forks twice and stays": Hostile(
        f"{PYTHON} 'import os, time\nos.fork() or (os.setsid(), os.fork() or time.sleep(60))'", Exited, "passed"
    ),
    "holds stdout in a session of its own": Hostile("(setsid sleep 60 &); echo done", Exited, "passed", "done\n"),
    "forks without end": Hostile(
        f"{PYTHON} 'import os, time\nfor _ in range(8):\n    os.fork()\ntime.sleep(60)'", TimedOut
    ),
    "stops itself": Hostile("kill -STOP $$", TimedOut),
    "prints without end": Hostile("exec yes", TimedOut),
    "steers the terminal": Hostile(
        r"printf '\033]0;owned\007\033[2J\302\233\342\200\256\n'; exit 1",
        Exited,
        says="\\x1b]0;owned\\x07\\x1b[2J\\x9b\\u202e\n",
    ),
    "gives orders to the CI system": Hostile(
        "echo '::add-mask::prod'; echo ' ::set-output name=a::b'; echo '##vso[task.complete result=Succeeded]'; exit 1",
        Exited,
        says="\\x3a:add-mask::prod\n \\x3a:set-output name=a::b\n\\x23#vso[task.complete result=Succeeded]\n",
    ),
    "reads its environment": Hostile("env | grep -c canary", Exited, says="0\n"),
    "reads its open files": Hostile(
        f"{PYTHON} 'import os\nprint([fd for fd in range(3, 256) if os.path.exists(\"/dev/fd/%d\" % fd)])'; exit 1",
        Exited,
        says="[]\n",
    ),
}


def left_by(mark: str) -> list[str]:
    """The processes whose environment has the mark of a gate."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"MARK={mark}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "comm").read_text())
        except OSError:
            continue
    return found


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_g04_a_hostile_gate_ends_in_time_with_the_right_verdict_and_leaves_nothing(
    hostile: Hostile, tmp_path: Path
) -> None:
    """Rows G02, G04, G05, G06, G07, G08."""
    inherited = {"PATH": os.environ["PATH"], "MARK": str(tmp_path), **SECRETS}
    surroundings = Surroundings(folder=tmp_path, inherited=inherited, told={}, grace_seconds=GRACE)
    gate = Gate(name="tests", command=hostile.program, timeout_seconds=TIMEOUT, env=("MARK",))
    before, started = open_files(), time.monotonic()
    report = run(partial(run_command, gate, surroundings))
    assert time.monotonic() - started < TIMEOUT + GRACE + SLACK_SECONDS + 1
    assert left_by(str(tmp_path)) == []
    assert open_files() <= before
    assert isinstance(report, hostile.ends), report
    result: GateResult = judge(gate, report, 1)
    assert result.status == hostile.status
    assert report.output.left_running == 0
    assert not hostile.says or report.output.tail == hostile.says
    assert "canary" not in report.output.tail
