"""Runs floe and strikes it down: `python struck.py SIGNAL NAME NUMBER floe's arguments…`.

The process sends itself the signal just before it would give the NUMBERth file the name NAME (`*`: any name). All
that floe writes gets its name that way, whole or not at all, so that these are all the moments at which a crash can
leave something behind. Python tells an audit hook of every renaming: nothing in floe knows of this.
"""

import itertools
import os
import signal
import sys

number = getattr(signal, sys.argv[1])
name, due = sys.argv[2], int(sys.argv[3])
sys.argv = ["floe", *sys.argv[4:]]
seen = itertools.count(1)


def hook(event: str, arguments: tuple[object, ...]) -> None:
    if event == "os.rename" and name in ("*", arguments[1]) and next(seen) == due:
        os.kill(os.getpid(), number)


sys.addaudithook(hook)

from floe.shell.cli import main  # noqa: E402

main()
