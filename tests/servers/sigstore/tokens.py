"""Identity tokens as Fulcio takes them: really verified, by the keys that their issuer publishes."""

import http.client
import json
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import jwt

from tests.servers.issuer import DISCOVERY, Issuer
from tests.servers.sigstore.basics import RefusedError, Watch

GITHUB: Final = "https://token.actions.githubusercontent.com"
AUDIENCE: Final = "sigstore"
ALGORITHMS: Final = ("RS256", "ES256", "PS256", "ES384", "EdDSA")
UNAUTHORIZED: Final = 401


@dataclass(frozen=True)
class Provider:
    """An issuer that Fulcio trusts, and where it publishes: no test has GitHub's address."""

    issuer: str
    kind: Literal["github-workflow", "email", "uri"]
    address: str

    @classmethod
    def github(cls, issuer: Issuer) -> "Provider":
        """An issuer of the tests, which from now on says that it is GitHub's."""
        issuer.discovery["issuer"] = GITHUB
        return cls(GITHUB, "github-workflow", issuer.url)


def workflow(repository: str, ref: str = "refs/heads/main", file: str = "release.yml", **more: Any) -> dict[str, Any]:
    """What GitHub says of a run of a workflow, beside what every token says."""
    name = f"{repository}/.github/workflows/{file}@{ref}"
    commit = "a" * 40
    usual = {
        "iss": GITHUB,
        "aud": AUDIENCE,
        "sub": f"repo:{repository}:ref:{ref}",
        "repository": repository,
        "repository_owner": repository.split("/", maxsplit=1)[0],
        "repository_id": "1",
        "repository_owner_id": "2",
        "repository_visibility": "private",
        "ref": ref,
        "sha": commit,
        "event_name": "push",
        "workflow": "release",
        "runner_environment": "github-hosted",
        "run_id": "42",
        "run_attempt": "1",
        "job_workflow_ref": name,
        "job_workflow_sha": commit,
        "workflow_ref": name,
        "workflow_sha": commit,
    }
    return {**usual, **more}


def verified(token: str, providers: tuple[Provider, ...], watch: Watch) -> tuple[Provider, dict[str, Any]]:
    """Whose token it is and what it says, once its signature, audience and time are found good."""
    try:
        told = jwt.decode(token, options={"verify_signature": False})
        provider = next((each for each in providers if each.issuer == told.get("iss")), None)
        if provider is None:
            raise _refused("unknown issuer")
        claims = _claims(token, provider)
    except jwt.PyJWTError as error:
        raise _refused(str(error)) from error
    if not claims["iat"] - 60 <= watch.seconds() < claims["exp"]:
        raise _refused("token is expired")
    return provider, claims


def _claims(token: str, provider: Provider) -> dict[str, Any]:
    identifier = jwt.get_unverified_header(token).get("kid")
    key = next((each for each in _published(provider) if each.get("kid") == identifier), None)
    if key is None:
        raise _refused("failed to verify signature: no such key")
    options: Any = {"require": ["iss", "aud", "sub", "iat", "exp"], "verify_exp": False, "verify_iat": False}
    found: dict[str, Any] = jwt.decode(
        token, jwt.PyJWK(key), algorithms=list(ALGORITHMS), audience=AUDIENCE, issuer=provider.issuer, options=options
    )
    return found


def _published(provider: Provider) -> list[dict[str, Any]]:
    discovered = _fetched(provider.address + DISCOVERY)
    if discovered["issuer"] != provider.issuer:
        raise _refused("the issuer says that it is another")
    keys: list[dict[str, Any]] = _fetched(discovered["jwks_uri"])["keys"]
    return keys


def _fetched(address: str) -> Any:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", parts.path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def _refused(why: str) -> RefusedError:
    return RefusedError(UNAUTHORIZED, f"There was an error processing the identity token: {why}")
