"""Runs floe and strikes it down: `python struck.py HOW NAME NUMBER floe's arguments…`.

Just before it would give the NUMBERth file the name NAME (`*`: any name), the process sends itself a signal, or finds
the disk full (HOW is SIGKILL, SIGINT or ENOSPC). All that floe writes gets its name that way, whole or not at all, so
that these are all the moments at which a crash can leave something behind. Python tells an audit hook of every
renaming: nothing in floe knows of this.
"""

import errno
import itertools
import os
import signal
import sys

how, name, due = sys.argv[1], sys.argv[2], int(sys.argv[3])
sys.argv = ["floe", *sys.argv[4:]]
seen = itertools.count(1)


def hook(event: str, arguments: tuple[object, ...]) -> None:
    if event == "os.rename" and name in ("*", arguments[1]) and next(seen) == due:
        if how == "ENOSPC":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.kill(os.getpid(), getattr(signal, how))


sys.addaudithook(hook)

from floe.shell.cli import main  # noqa: E402

main()
