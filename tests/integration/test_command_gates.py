"""Gates are other people's programs: whatever they do, a verdict comes in time and nothing of them stays."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from floe.core.gates import Exited, NotStarted, Report, TimedOut
from floe.core.policy import Gate
from floe.effects.gate.command import SLACK_SECONDS, run_command
from floe.effects.gate.surroundings import Surroundings

pytestmark = pytest.mark.anyio

TOLD = {"ARTIFACT_REF": "registry.example/app@sha256:" + "a" * 64, "FLOE_ENVIRONMENT": "staging"}
TIMEOUT, GRACE = 1, 0.5
ON_LINUX = sys.platform == "linux"


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    inherited = {"PATH": os.environ["PATH"], "MARK": str(tmp_path)}
    return Surroundings(folder=tmp_path, inherited=inherited, told=TOLD, grace_seconds=GRACE)


def gate(command: str | tuple[str, ...], *, seconds: int = TIMEOUT, name: str = "tests") -> Gate:
    return Gate(name=name, command=command, timeout_seconds=seconds, env=("MARK",))


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", program)


def marked(folder: Path) -> list[str]:
    """The processes that a gate in this folder has left: all carry its mark in their environment."""
    wanted = f"MARK={folder}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "comm").read_text())
        except OSError:
            continue
    return found


def descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


async def in_time(command: str | tuple[str, ...], surroundings: Surroundings) -> Report:
    """The report, after checking that it came in time and that no process and no descriptor is left."""
    before, started = descriptors(), time.monotonic()
    report = await run_command(gate(command), surroundings)
    assert time.monotonic() - started < TIMEOUT + GRACE + SLACK_SECONDS + 0.5
    await taken_away(surroundings.folder)
    assert descriptors() <= before
    return report


async def taken_away(folder: Path) -> None:
    """Nothing of the gate runs; what was killed with its supervisor takes the kernel a moment."""
    with anyio.fail_after(2):
        while marked(folder):  # noqa: ASYNC110 (the kernel tells nobody)
            await anyio.sleep(0.02)


async def test_exit_code_and_output_are_reported_as_they_were(surroundings: Surroundings) -> None:
    report = await in_time("echo one; echo two >&2; echo three; exit 3", surroundings)
    assert isinstance(report, Exited)
    assert report.code == 3
    assert report.output.tail == "one\ntwo\nthree\n"
    assert report.output.size == 14
    assert report.output.digest == "sha256:" + hashlib.sha256(b"one\ntwo\nthree\n").hexdigest()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("true", 0),
        ("false | true", 1),
        ("false; true", 1),
        ("no-such-program", 127),
        ("kill -9 $$", -9),
        (("sh", "-c", "exit 7"), 7),
    ],
)
async def test_no_failure_is_hidden(command: str | tuple[str, ...], code: int, surroundings: Surroundings) -> None:
    """Row G08."""
    report = await in_time(command, surroundings)
    assert isinstance(report, Exited)
    assert report.code == code


async def test_a_variable_that_is_not_set_is_a_failure(surroundings: Surroundings) -> None:
    report = await in_time("echo $NOT_SET; true", surroundings)
    assert isinstance(report, Exited)
    assert report.code != 0


HOSTILE = {
    "ignores SIGTERM": "trap '' TERM; while :; do sleep 0.1; done",
    "ignores all signals and detaches": "trap '' TERM HUP INT; (setsid sleep 60 &) ; sleep 60; sleep 60",
    "stops itself": "kill -STOP $$",
    "prints without end": "yes",
    "prints without end and ignores SIGTERM": "trap '' TERM; while :; do echo y; done",
    "closes its output and stays": "exec >&- 2>&-; sleep 60",
    "stops its children": "sleep 60 & kill -STOP $!; wait",
    "forks and forks": "trap '' TERM; for i in $(seq 200); do (trap '' TERM; sleep 60; sleep 60) & done; wait",
    "stops its supervisor": "kill -STOP $PPID; exec sleep 60",
}


@pytest.mark.skipif(not ON_LINUX, reason="only Linux lets the supervisor adopt what detaches itself")
@pytest.mark.parametrize("command", HOSTILE.values(), ids=HOSTILE)
async def test_a_gate_that_does_not_end_is_ended_in_time(command: str, surroundings: Surroundings) -> None:
    """Row G04."""
    report = await in_time(command, surroundings)
    assert isinstance(report, TimedOut)
    assert report.after_seconds == TIMEOUT
    assert report.output.left_running == 0


LEAVING = {
    "in the background": "sleep 60 & exit 0",
    "in a session of its own": "(setsid sleep 60 &) ; exit 0",
    "holding the output and ignoring SIGTERM": "(setsid sh -c 'trap \"\" TERM; sleep 60; sleep 60' &) ; exit 0",
}


@pytest.mark.skipif(not ON_LINUX, reason="only Linux lets the supervisor adopt what detaches itself")
@pytest.mark.parametrize("command", LEAVING.values(), ids=LEAVING)
async def test_what_a_gate_leaves_behind_ends_with_it(command: str, surroundings: Surroundings) -> None:
    """Row G04."""
    report = await in_time(command, surroundings)
    assert isinstance(report, Exited)
    assert report.code == 0


@pytest.mark.skipif(not ON_LINUX, reason="only Linux lets the supervisor adopt what detaches itself")
async def test_a_daemon_that_forked_twice_and_closed_everything_is_ended(surroundings: Surroundings) -> None:
    program = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 256)
        time.sleep(60)
    os._exit(0)
os.wait()
"""
    report = await in_time(python(program), surroundings)
    assert isinstance(report, Exited)
    assert report.code == 0


async def test_a_gate_that_kills_its_supervisor_has_failed(surroundings: Surroundings) -> None:
    report = await in_time("kill -9 $PPID; exec sleep 60", surroundings)
    assert isinstance(report, Exited)
    assert report.code == -signal.SIGKILL


async def test_the_last_words_of_a_pipeline_are_heard(surroundings: Surroundings) -> None:
    report = await in_time("exec > >(sleep 0.1; cat); echo late", surroundings)
    assert isinstance(report, Exited)
    assert report.output.tail == "late\n"


async def test_a_flood_is_counted_and_hashed_and_only_its_end_is_kept(surroundings: Surroundings) -> None:
    """Row G06."""
    report = await in_time(python("print('x' * 99 + '\\n' * 1, end='' ); print('y' * 10**7)"), surroundings)
    assert isinstance(report, Exited)
    assert report.output.size == 100 + 10**7 + 1
    assert len(report.output.tail.encode()) <= 4096
    assert report.output.tail.startswith("…y")


def memory_of_children() -> dict[str, int]:
    """The largest resident set, in KiB, of each process started from this one, until now (proc(5))."""
    found: dict[str, int] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            facts = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except OSError:
            continue
        if facts["PPid"] == str(os.getpid()) and "VmHWM" in facts:
            found[facts["Pid"]] = int(facts["VmHWM"].split()[0])
    return found


@pytest.mark.skipif(not ON_LINUX, reason="reads /proc")
async def test_memory_stays_small_however_much_is_printed(surroundings: Surroundings) -> None:
    reports: list[Report] = []
    others = memory_of_children()  # servers of other tests

    async def run() -> None:
        reports.append(await run_command(gate("yes"), surroundings))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        await anyio.sleep(0.8 * TIMEOUT)
        memory = [size for process, size in memory_of_children().items() if process not in others]
    assert 0 < max(memory) < 32 * 1024
    (report,) = reports
    assert isinstance(report, TimedOut)
    assert report.output.size > 10_000_000


@pytest.mark.soak
async def test_a_thousand_gates_leave_nothing(surroundings: Surroundings) -> None:
    """Row G05."""
    before = descriptors()
    for _ in range(100):
        async with anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(run_command, gate("(setsid sleep 60 &); echo x", seconds=30), surroundings)
    assert marked(surroundings.folder) == []
    assert descriptors() <= before


async def test_output_cannot_steer_a_terminal_or_a_ci_system(surroundings: Surroundings) -> None:
    """Row G07."""
    report = await in_time(r"printf '\033[2J::set-output name=a::b\n::add-mask::x\n\377\n'", surroundings)
    assert isinstance(report, Exited)
    assert report.output.tail == "\\x1b[2J::set-output name=a::b\n\\x3a:add-mask::x\n\\xff\n"


async def test_a_gate_sees_listed_variables_and_no_others(tmp_path: Path) -> None:
    """Row G02."""
    inherited = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        "https_proxy": "http://proxy.example",
        "SSL_CERT_FILE": "/certs",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "FLOE_SIGNING_PASSWORD": "secret",
        "FLOE_ENVIRONMENT": "not this one",
        "MARK": "named",
    }
    surroundings = Surroundings(folder=tmp_path, inherited=inherited, told=TOLD)
    program = "import os; print(*sorted(f'{k}={v}' for k, v in os.environ.items() if k != 'PATH'), sep='\\n')"
    report = await run_command(gate(python(program), name="security_scan"), surroundings)
    assert isinstance(report, Exited)
    assert report.output.tail.split() == [
        f"ARTIFACT_REF={TOLD['ARTIFACT_REF']}",
        "FLOE_ENVIRONMENT=staging",
        "LC_ALL=C",
        "MARK=named",
        "SSL_CERT_FILE=/certs",
        "TRIVY_FORMAT=json",
        "https_proxy=http://proxy.example",
    ]


async def test_a_gate_inherits_no_descriptor_and_no_terminal(surroundings: Surroundings) -> None:
    """Row G02."""
    program = """
import os
print(sorted(int(fd) for fd in os.listdir("/dev/fd"))[:4], os.read(0, 1), os.getsid(0) == os.getpid())
"""
    with (surroundings.folder / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        report = await in_time(python(program), surroundings)
    assert isinstance(report, Exited)
    assert report.output.tail == "[0, 1, 2, 3] b'' True\n"  # 3 is the listing itself


async def test_secrets_are_not_shown(tmp_path: Path) -> None:
    assert "hush" not in repr(Surroundings(folder=tmp_path, inherited={"PASSWORD": "hush"}, told={}))


async def test_a_list_is_filled_in_inside_each_element_once(tmp_path: Path) -> None:
    """Row G01."""
    told = {"ARTIFACT_REF": "${ARTIFACT_TAG} $(touch pwned);x", "ARTIFACT_TAG": "v1"}
    surroundings = Surroundings(folder=tmp_path, inherited={"PATH": os.environ["PATH"]}, told=told)
    command = ("printf", "<%s>", "a=${ARTIFACT_REF}", "${ARTIFACT_TAG}", "${HOME}", "${", "$ARTIFACT_TAG")
    report = await run_command(gate(command), surroundings)
    assert isinstance(report, Exited)
    assert report.output.tail == "<a=${ARTIFACT_TAG} $(touch pwned);x><v1><${HOME}><${><$ARTIFACT_TAG>"
    assert os.listdir(tmp_path) == []  # noqa: PTH208 (a Path would block no less)


async def test_without_bash_a_text_runs_under_sh(tmp_path: Path) -> None:
    (tmp_path / "sh").symlink_to("/bin/sh")
    surroundings = Surroundings(folder=tmp_path, inherited={"PATH": str(tmp_path)}, told={})
    report = await run_command(gate("echo $0; false; echo on"), surroundings)
    assert isinstance(report, Exited)
    assert (report.code, report.output.tail) == (1, "sh\n")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("no-such-program",), "no-such-program: No such file or directory"),
        (("./not-executable",), "./not-executable: Permission denied"),
        (("echo", "a\0b"), "the command holds a NUL character"),
        ((), "the gate is on and has no command"),
    ],
)
async def test_a_command_that_cannot_start_says_why(
    command: tuple[str, ...], why: str, surroundings: Surroundings
) -> None:
    (surroundings.folder / "not-executable").touch()
    assert await in_time(command, surroundings) == NotStarted(why=why)


async def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    gone = Surroundings(folder=tmp_path / "gone", inherited={}, told={})
    report = await run_command(gate("true"), gone)
    assert isinstance(report, NotStarted)
    assert str(tmp_path / "gone") in report.why


@pytest.mark.parametrize("command", ["sleep 60", "trap '' TERM; while :; do sleep 0.1; done"])
async def test_cancelling_ends_the_gate_and_all_it_started(command: str, surroundings: Surroundings) -> None:
    """Row G11."""
    before, started = descriptors(), time.monotonic()
    with anyio.move_on_after(0.4):
        await run_command(gate(f"(setsid sleep 60 &); {command}", seconds=60), surroundings)
    assert time.monotonic() - started < 0.4 + GRACE + SLACK_SECONDS
    assert marked(surroundings.folder) == []
    assert descriptors() <= before


def wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


FLOE = """
import anyio, pathlib, sys
from floe.core.policy import Gate
from floe.effects.gate.command import run_command
from floe.effects.gate.surroundings import Surroundings
path, folder = sys.argv[1:]
around = Surroundings(
    folder=pathlib.Path(folder), inherited={"PATH": path, "MARK": folder}, told={}, grace_seconds=0.3
)
script = "trap '' TERM; touch begun; sleep 60; sleep 60"
anyio.run(run_command, Gate(name="tests", command=script, timeout_seconds=60, env=("MARK",)), around)
"""


@pytest.mark.skipif(not ON_LINUX, reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_when_floe_itself_ends_its_gates_end(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-c", FLOE, os.environ["PATH"], str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as floe:
        wait_until((tmp_path / "begun").exists)
        floe.send_signal(number)
    wait_until(lambda: not marked(tmp_path))
