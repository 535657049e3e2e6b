"""What things cost, told as ratios against something else in the same run: machines are noisy (`nox -s costs`)."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import yaml

from tests.integration.process import Bench
from tests.servers.sigstore.ready import REPOSITORY, Ready, ready

ROUNDS: Final = 7
GITHUB: Final = "https://token.actions.githubusercontent.com"
HERE: Final = ("-r", "oci-layout://registry", "-t", "v1.0.0")


def main() -> None:
    with tempfile.TemporaryDirectory() as name, ready() as sigstore:
        bench = signed(Path(name), sigstore)
        alone = seconds(lambda: python("import sigstore.verify"))
        tell("import sigstore.verify, and nothing else", alone, alone)
        tell("floe --help", seconds(lambda: bench.floe("--help")), alone)
        tell("floe platform status", seconds(lambda: bench.floe("platform", "status")), alone)
        tell("floe artifact verify, cold", seconds(lambda: cold(bench)), alone)
        tell("floe artifact verify, facts kept", seconds(lambda: verify(bench)), alone)


def signed(folder: Path, sigstore: Ready) -> Bench:
    """A bench with a version that a workflow has signed."""
    (folder / "bench").mkdir()
    (folder / "home").mkdir()
    bench = Bench(folder / "bench", folder / "home")
    file = bench.folder / "manifest.yaml"
    text = yaml.safe_load(file.read_text())
    text["artifacts"]["registry"] |= {
        "signing": {"trust_config": sigstore.trust_config(bench.folder).name},
        "verification": {"trusted_issuers": [{"issuer": GITHUB, "subject_regex": f"repo:{REPOSITORY}:.*"}]},
    }
    file.write_text(yaml.safe_dump(text))
    bench.push("v1.0.0")
    done = bench.floe("artifact", "sign", *HERE, "--identity-token", sigstore.token())
    assert done.code == 0, done
    return bench


def cold(bench: Bench) -> None:
    for each in (bench.home / ".cache" / "floe" / "signatures").glob("*"):
        each.unlink()
    verify(bench)


def verify(bench: Bench) -> None:
    done = bench.floe("artifact", "verify", *HERE)
    assert done.code == 0, done


def python(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], check=True)


def seconds(run: Callable[[], object]) -> float:
    """The median of some rounds; the first, which warms the disk, does not count."""
    taken = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def tell(what: str, took: float, alone: float) -> None:
    sys.stdout.write(f"{what:45} {took:6.2f} s  {took / alone:5.2f} x\n")


if __name__ == "__main__":
    main()
