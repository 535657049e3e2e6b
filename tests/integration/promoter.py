"""Promotes versions one after the other through the library: `python promoter.py FOLDER ENVIRONMENT VERSION…`.

It starts when its standard input ends, so that several can start at once, and prints what became of each version.
"""

import sys

import anyio

import floe

PATIENCE = 120.0  # seconds to try for after losing a race


async def main(*arguments: str) -> None:
    manifest, environment, *versions = arguments
    sys.stdin.read()
    for version in versions:
        session = floe.load_manifest(manifest).unwrap()
        outcome = await floe.promote(session, version, to=environment, wait=PATIENCE)
        carried = outcome.unwrap()
        assert carried.receipt.fault is None, carried.receipt
        sys.stdout.write(f"{version} {carried.receipt.record}\n")


anyio.run(main, *sys.argv[1:])
