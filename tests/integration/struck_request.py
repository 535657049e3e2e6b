"""Runs floe and strikes it down: `python struck_request.py NUMBER floe's arguments…`.

The process kills itself just before it would send the NUMBERth request that writes. Python tells an audit hook of
everything that is sent over HTTP: nothing in floe knows of this.
"""

import itertools
import os
import signal
import sys

due = int(sys.argv[1])
sys.argv = ["floe", *sys.argv[2:]]
seen = itertools.count(1)


def hook(event: str, arguments: tuple[object, ...]) -> None:
    if event != "http.client.send" or not isinstance(arguments[1], bytes):
        return
    if arguments[1].startswith((b"PUT ", b"POST ", b"PATCH ")) and next(seen) == due:
        os.kill(os.getpid(), signal.SIGKILL)


sys.addaudithook(hook)

from floe.shell.cli import main  # noqa: E402

main()
