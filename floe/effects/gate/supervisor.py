"""A program of its own, one for each running gate: it starts a command, drains it, and leaves nothing behind.

floe writes an order to standard input and keeps that open; its end, floe's own death included, is the order
to stop. The answer goes to standard output when everything is over: a line, then the end of what was printed.
Nothing but the standard library is imported, and little of that, so that a gate starts at once.
"""

import ctypes
import hashlib
import os
import select
import signal
import sys

LINGER = 0.4  # seconds in which what a command left behind may end by itself (`tee` has a last line to write)
SWEEP = 0.02  # seconds between two rounds of SIGKILL
SWEEPS = 20  # rounds, after which what still runs is out of reach: another user's process
CHUNK = 65536
KEPT = 4096  # bytes of the output's end
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36  # linux/prctl.h
STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Printed:
    """How much was printed, its digest and its end."""

    def __init__(self) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self.end = b""

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.digest.update(chunk)
        self.end = (self.end + chunk)[-KEPT:]


class Kept:
    """A report, written down as it comes, and never more than one byte beyond what floe would read."""

    def __init__(self, file: int, limit: int) -> None:
        self.file = file
        self.room = limit + 1
        self.trouble = 0  # the number of the error that ended the writing

    def add(self, chunk: bytes) -> None:
        left = memoryview(chunk)[: self.room]
        self.room -= len(left)
        try:
            while left and not self.trouble:
                left = left[os.write(self.file, left) :]
        except OSError as error:
            self.trouble = error.errno or 0


class Command:
    """A running command and all that descends from it: asked to end when its time is over, then made to."""

    def __init__(self, leader: int, timeout: float, grace: float) -> None:
        self.leader = leader
        self.grace = grace
        self.code: int | None = None
        self.is_late = False
        self.is_asked = False  # SIGTERM was sent
        self.is_gone = False  # nothing of it is left
        self.sweeps = 0
        signal.setitimer(signal.ITIMER_REAL, timeout)

    @property
    def is_over(self) -> bool:
        return self.is_gone or self.sweeps > SWEEPS

    def bury(self) -> None:
        """Collect whatever has ended. As a subreaper, having no child at all means that nothing is left."""
        while not self.is_gone:
            try:
                ended, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self.is_gone = not send(self.leader, 0)
                return
            if ended == 0:
                return
            if ended == self.leader:
                self.code = os.waitstatus_to_exitcode(status)
                if not self.is_asked:
                    signal.setitimer(signal.ITIMER_REAL, LINGER)

    def go_on(self) -> None:
        """What follows when the time set for the present stage is over."""
        if not self.is_asked:
            self.is_late = self.code is None
            self.ask()
            return
        send(self.leader, signal.SIGKILL)
        self.sweeps += 1
        signal.setitimer(signal.ITIMER_REAL, SWEEP)

    def ask(self) -> None:
        if not self.is_asked:
            self.is_asked = True
            send(self.leader, signal.SIGTERM)
            send(self.leader, signal.SIGCONT)  # a stopped process hears of SIGTERM only now
            signal.setitimer(signal.ITIMER_REAL, self.grace)


def send(leader: int, number: int) -> bool:
    """Whether anyone was there to send it to: all descendants, or the group where the system lists none."""
    targets = descendants() if os.path.exists("/proc/self/stat") else [-leader]  # noqa: PTH110 (starts quickly)
    found = False
    for target in targets:
        try:
            os.kill(target, number)
            found = True
        except ProcessLookupError:
            continue
        except PermissionError:
            found = target > 0  # on macOS a group of zombies answers like this
    return found


def descendants() -> list[int]:
    """All processes below this one that have not ended."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            state, parent = state_of(entry.name)
            if state not in (b"Z", b"X"):
                children.setdefault(parent, []).append(int(entry.name))
    found = list(children.get(os.getpid(), ()))
    for each in found:
        found.extend(children.get(each, ()))
    return found


def state_of(process: str) -> tuple[bytes, int]:
    """Its state and its parent (proc(5)); as good as dead when it is gone by now."""
    try:
        file = os.open(f"/proc/{process}/stat", os.O_RDONLY)
    except OSError:
        return b"X", 0
    try:
        fields = os.read(file, 1024).rpartition(b")")[2].split()
    except ProcessLookupError:
        return b"X", 0
    finally:
        os.close(file)
    return fields[0], int(fields[1])


def prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def start(arguments: list[bytes], environment: dict[bytes, bytes], outputs: tuple[int, int]) -> int:
    """The new process, in a session of its own; OSError when the program cannot be run."""
    told, tell = os.pipe()  # closed by a successful exec
    child = os.fork()
    if child == 0:
        try:
            become(arguments, environment, outputs)
        except OSError as error:
            os.write(tell, str(error.errno).encode())
        finally:
            os._exit(127)
    os.close(tell)
    why = os.read(told, 16)
    os.close(told)
    if why:
        raise OSError(int(why), os.strerror(int(why)))
    return child


def become(arguments: list[bytes], environment: dict[bytes, bytes], outputs: tuple[int, int]) -> None:
    """Turn into the command; only descriptors 0, 1 and 2 go along."""
    os.setsid()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # should the supervisor be killed
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores these
        signal.signal(number, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(outputs[0], 1)
    os.dup2(outputs[1], 2)
    os.execvpe(arguments[0], arguments, environment)  # noqa: S606 (this is what a gate is)


def listen() -> int:
    """A descriptor on which the number of every signal that comes can be read."""
    heard, hear = os.pipe()
    os.set_blocking(heard, False)
    os.set_blocking(hear, False)
    signal.set_wakeup_fd(hear, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGALRM, *STOP):
        signal.signal(number, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    return heard


def watch(command: Command, pipes: "dict[int, tuple[Printed | Kept, ...]]", signals: int) -> None:
    """Drain the command, each pipe to those who listen, and see it to its end."""
    sources = [signals, 0, *pipes]
    while not command.is_over:
        ready = select.select(sources, [], [])[0]
        numbers = os.read(signals, CHUNK) if signals in ready else b""
        command.bury()
        if signal.SIGALRM in numbers and not command.is_gone:
            command.go_on()
        if 0 in ready or any(number in numbers for number in STOP):
            sources = [source for source in sources if source]
            command.ask()
        for pipe in pipes:  # what comes at once is told in this order: complaints last
            if pipe in ready and not pass_on(pipe, pipes[pipe]):
                sources.remove(pipe)
    for pipe, listeners in pipes.items():
        drain(pipe, listeners)


def pass_on(pipe: int, listeners: "tuple[Printed | Kept, ...]") -> bool:
    """Whether there was anything to pass on: a pipe that is over has nothing."""
    chunk = os.read(pipe, CHUNK)
    for listener in listeners:
        listener.add(chunk)
    return bool(chunk)


def drain(pipe: int, listeners: "tuple[Printed | Kept, ...]") -> None:
    """Take what is still in the pipe, and no more than a pipe can hold: its other end may have got away."""
    os.set_blocking(pipe, False)
    try:
        for _ in range(16):
            pass_on(pipe, listeners)
    except BlockingIOError:
        return


def order() -> list[bytes]:
    """What floe asks for: 8 bytes of length, then fields with NULs between them; empty if floe went away."""
    size = int.from_bytes(os.read(0, 8), "big")
    content = b""
    while len(content) < size:
        chunk = os.read(0, size - len(content))
        if not chunk:
            return []
        content += chunk
    return content.split(b"\0") if size else []


def supervise(timeout: bytes, grace: bytes, file: bytes, limit: bytes, count: bytes, *fields: bytes) -> bytes:
    """The answer to an order: a line of words, then the end of the output."""
    signals = listen()
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_DUMPABLE, 0)  # a gate cannot write its own verdict through /proc/<this>/fd
    pairs = (field.partition(b"=") for field in fields[int(count) :])
    kept = Kept(int(file), int(limit)) if file else None
    printed = Printed()
    pipes, ends = connect(printed, kept)
    try:
        leader = start(list(fields[: int(count)]), {name: value for name, _, value in pairs}, ends)
    except OSError as error:
        return b"not-started %d\n" % (error.errno or 0)
    for end in set(ends):
        os.close(end)
    command = Command(leader, float(timeout), float(grace))
    watch(command, pipes, signals)
    word = b"timed-out" if command.is_late or command.code is None else b"exited"
    left = 0 if command.is_gone else len(descendants())
    trouble = kept.trouble if kept else 0
    facts = (word, command.code or 0, trouble, left, printed.size, printed.digest.hexdigest().encode())
    return b"%s %d %d %d %d %s\n" % facts + printed.end


def connect(printed: Printed, kept: "Kept | None") -> "tuple[dict[int, tuple[Printed | Kept, ...]], tuple[int, int]]":
    """Pipes with those who listen, and where standard output and error go: one way, unless a report is kept."""
    output, end = os.pipe()
    if kept is None:
        return {output: (printed,)}, (end, end)
    os.set_inheritable(kept.file, False)
    errors, last = os.pipe()
    return {output: (printed, kept), errors: (printed,)}, (end, last)


if __name__ == "__main__":
    fields = order()
    if fields:
        answer = supervise(*fields)
        try:
            os.write(1, answer)
        except BrokenPipeError:
            sys.exit()  # floe went away
