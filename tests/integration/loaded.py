"""Runs floe, and writes to stderr which top-level modules it had loaded at its end."""

import sys

from floe.shell.cli import main

try:
    main()
finally:
    sys.stderr.write(" ".join(sorted({name.partition(".")[0] for name in sys.modules})) + "\n")
