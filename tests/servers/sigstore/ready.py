"""A Sigstore that knows GitHub, and GitHub to give tokens for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.issuer import Issuer
from tests.servers.sigstore.stack import Sigstore
from tests.servers.sigstore.tokens import Provider, workflow

REPOSITORY = "acme/floe-platform"


@dataclass(frozen=True)
class Ready:
    stack: Sigstore
    issuer: Issuer

    def token(self, repository: str = REPOSITORY, *, age: int = 0, **claims: Any) -> str:
        """What a workflow of a repository gets to sign with."""
        usual = workflow(repository, **claims)
        return self.issuer.mint(self.issuer.claims(int(time.time()) - age, **usual))

    def trust_config(self, folder: Path) -> Path:
        """The file that a manifest names as `signing.trust_config`."""
        return self.stack.write(folder / "sigstore.json")


@contextmanager
def ready(*, version: int = 1, timestamps: bool = True) -> Iterator[Ready]:
    with Issuer() as issuer, Sigstore(Provider.github(issuer), version=version, timestamps=timestamps) as stack:
        yield Ready(stack, issuer)
