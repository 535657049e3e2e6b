"""`python -m floe` is the command line."""

from floe.shell.cli import main

main()
