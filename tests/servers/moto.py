"""Amazon's STS and ECR on this machine, as moto plays them: a process of its own."""

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, Self

from tests.servers.docker_registry import free

START_SECONDS: Final = 60.0
ACCOUNT: Final = "123456789012"
USER, PASSWORD = "AWS", f"{ACCOUNT}-auth-token"  # what its ECR gives to everybody


class Moto:
    """Runs from entering to leaving its block."""

    def __init__(self, folder: Path) -> None:
        self.authority = free()
        self._log = folder / "moto.log"

    @property
    def variables(self) -> dict[str, str]:
        """By which boto3 goes there and nowhere else."""
        url = f"http://{self.authority}"
        return {"AWS_ENDPOINT_URL_STS": url, "AWS_ENDPOINT_URL_ECR": url, "AWS_EC2_METADATA_DISABLED": "true"}

    def asked(self) -> list[str]:
        """The requests so far, as its log has them."""
        return [line for line in self._log.read_text().splitlines() if '"POST ' in line]

    def __enter__(self) -> Self:
        host, _, port = self.authority.rpartition(":")
        command = [sys.executable, "-m", "moto.server", "-H", host, "-p", port]
        with self._log.open("wb") as log:
            environ = {**os.environ, "AWS_EC2_METADATA_DISABLED": "true"}
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environ)
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < until, self._log.read_text()
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(START_SECONDS)

    def _answers(self) -> bool:
        line = http.client.HTTPConnection(self.authority, timeout=5)
        try:
            line.request("GET", "/moto-api/data.json")
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()
