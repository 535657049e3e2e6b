"""Several at once in one folder: processes that write, readers that look on, and waiting for the lock."""

import subprocess
import sys
import threading
from pathlib import Path

import anyio
import pytest
from returns.result import Success

from floe.core.artifact import MANIFEST, Manifest
from floe.core.fault import Unavailable
from floe.core.names import Tag
from floe.effects.blocking import FaultError
from floe.effects.registry.folder import LayoutRegistry
from floe.effects.registry.layout import Layout
from tests.integration.layouts import V1, described, snapshot, tag

HEAD = Tag("floe-log")
PROCESSES, TAGS = 8, 10
CREATOR = """
import sys
from pathlib import Path
import anyio
from floe.core.artifact import MANIFEST, Manifest
from floe.effects.registry.folder import LayoutRegistry

async def main(root, mine, count):
    sys.stdin.read()  # all start at once
    registry = LayoutRegistry(Path(root))
    for number in range(int(count)):
        given = Manifest(media_type=MANIFEST, content=b'{"mine": "%s/%d"}' % (mine.encode(), number))
        (await registry.create_tag(f"v{mine}.{number}.0", given)).unwrap()
        await registry.create_tag("first", given)

anyio.run(main, *sys.argv[1:])
"""


def test_no_tag_of_racing_processes_is_lost(tmp_path: Path) -> None:
    """They race for making the folder too, and for one tag that only the first of them gets."""
    root = tmp_path / "registry"
    argv = [sys.executable, "-c", CREATOR, str(root)]
    running = [subprocess.Popen([*argv, str(each), str(TAGS)], stdin=subprocess.PIPE) for each in range(PROCESSES)]
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait(timeout=60) for process in running] == [0] * PROCESSES
    wanted = {f"v{each}.{number}.0" for each in range(PROCESSES) for number in range(TAGS)} | {"first"}
    assert set(Layout(root).index().tags) == wanted
    assert not [name for name in snapshot(root) if "draft" in name]


def test_readers_always_see_a_head_though_superseded_ones_are_dropped(tmp_path: Path) -> None:
    writer, reader = Layout(tmp_path / "registry"), Layout(tmp_path / "registry")
    tag(writer, HEAD, b"0")
    is_over = threading.Event()
    seen = []

    def look() -> None:
        while not is_over.is_set():
            found = reader.read_tagged(HEAD, 10)
            seen.append(found and int(found[1]))

    looking = threading.Thread(target=look)
    looking.start()
    for number in range(1, 150):
        advance(writer, b"%d" % number)
    is_over.set()
    looking.join()
    assert seen
    assert None not in seen
    assert seen == sorted(number for number in seen if number is not None)


def advance(layout: Layout, content: bytes) -> None:
    layout.write_blob(content)
    with layout.transaction() as change:
        before = change.find(HEAD)
        change.tag(HEAD, described(content))
        if before is not None:
            change.drop_blob(before.digest)


def test_waiting_for_the_lock_ends_and_says_who_has_it(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "registry")
    waited: list[float] = []
    other = Layout(layout.path, patience=2.0, pause=waited.append)
    with layout.transaction(), pytest.raises(FaultError) as raised, other.transaction():
        pass
    fault = raised.value.fault
    assert isinstance(fault, Unavailable)
    assert "locked by another process (number " in fault.why
    assert "run this again" in fault.why
    assert 2.0 <= sum(waited) < 2.1


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    root = tmp_path / "registry"
    holder = """
import sys
from pathlib import Path
from floe.effects.registry.layout import Layout
with Layout(Path(sys.argv[1])).transaction():
    print("held", flush=True)
    sys.stdin.read()
"""
    argv = [sys.executable, "-c", holder, str(root)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(FaultError) as raised, Layout(root, patience=0).transaction():
            pass
        assert f"number {process.pid})" in getattr(raised.value.fault, "why", "")
        process.kill()
    with Layout(root, patience=0).transaction():
        pass


@pytest.mark.anyio
async def test_whoever_is_cancelled_stops_waiting_and_writes_nothing(tmp_path: Path) -> None:
    registry = LayoutRegistry(tmp_path / "registry")
    given = Manifest(media_type=MANIFEST, content=b"{}")
    with registry.layout.transaction():
        with anyio.move_on_after(0.1) as scope:
            await registry.create_tag(V1, given)
        assert scope.cancelled_caught
    assert await registry.resolve(V1) == Success(None)
    assert await registry.create_tag(V1, given) == Success(None)
