"""What the quickstart's names stand for on this machine: registries, issuers, a Sigstore, chat services."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.servers import moto
from tests.servers.docker_registry import LOOPBACK, DockerRegistry
from tests.servers.issuer import Issuer, SigningKey
from tests.servers.moto import Moto
from tests.servers.sigstore.ready import Ready, ready
from tests.servers.stranger import Reply, Stranger

HARBORS: Final = ("harbor.example.com", "harbor.us-east.example.com", "harbor.eu-west.example.com")
SSO: Final = "https://sso.acme.com"
RECEIVERS: Final = ("hooks.slack.com", "api.pagerduty.com")
PEOPLE: Final = {  # variable with a token: subject, address, groups
    "CI_TOKEN": ("ci", "ci@github.com", ("developers",)),
    "SRE_TOKEN": ("sre", "sre@acme.com", ()),
    "DEV_TOKEN": ("dev", "dev@acme.com", ("developers",)),
    "PLATFORM_TOKEN": ("platform", "platform@acme.com", ("platform-team", "platform-admins")),
    "RELEASE_TOKEN": ("rose", "rose@acme.com", ("release-managers",)),
}


@dataclass(frozen=True)
class World:
    harbors: dict[str, DockerRegistry]
    cloud: Moto
    sso: Issuer
    sigstore: Ready
    receivers: dict[str, Stranger]

    def here(self, text: str) -> str:
        """The text with addresses of this machine in place of the quickstart's."""
        for name, server in self.receivers.items():
            # Messages go to https and public addresses alone, and their form is known by the host.
            form = "slack" if "slack" in name else "floe"
            text = text.replace(
                f"- url: https://{name}/", f"- allow_private: true\n        format: {form}\n        url: {server.url}/"
            )
        for public, local in self._names():
            text = text.replace(public, local)
        return text

    def there(self, text: str) -> str:
        for number, (name, server) in enumerate(self.receivers.items()):
            text = text.replace(server.authority, name).replace(f"{LOOPBACK} (webhooks[{number}])", name)
        for public, local in self._names():
            text = text.replace(local, public)
        return text.replace(LOOPBACK, HARBORS[0])  # a host without its port

    def _names(self) -> Iterator[tuple[str, str]]:
        yield from ((name, registry.authority) for name, registry in self.harbors.items())
        yield SSO, self.sso.url

    def variables(self, folder: Path) -> dict[str, str]:
        """What a pod on EKS and a job on GitHub have; and each person's token."""
        token = folder / "web-identity"
        token.write_text("a token of Kubernetes")
        given = {"AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/ci", "AWS_WEB_IDENTITY_TOKEN_FILE": str(token)}
        people = {name: self._token(*claims) for name, claims in PEOPLE.items()}
        return {
            **self.cloud.variables,
            **given,
            "AWS_REGION": "us-east-1",
            "PAGERDUTY_TOKEN": "secret",
            "SIGSTORE_ID_TOKEN": self.sigstore.token(),
            **people,
        }

    def _token(self, subject: str, email: str, groups: tuple[str, ...]) -> str:
        claims: dict[str, Any] = {"email": email, "email_verified": True, "groups": groups}
        return self.sso.mint(self.sso.claims(int(time.time()), sub=subject, **claims))


@contextmanager
def world(folder: Path) -> Iterator[World]:
    with ExitStack() as stack:
        harbors = {}
        for name in HARBORS:
            (folder / name).mkdir()
            harbors[name] = DockerRegistry("htpasswd", folder / name)
            stack.callback(harbors[name].close)
            harbors[name].admit(moto.USER, moto.PASSWORD)
        yield World(
            harbors,
            stack.enter_context(Moto(folder)),
            stack.enter_context(Issuer(SigningKey.ec("first"))),
            stack.enter_context(ready()),
            {name: stack.enter_context(Stranger(lambda _: Reply(200))) for name in RECEIVERS},
        )
