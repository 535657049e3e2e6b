"""How floe works, as opposed to what it allows: nothing here is read by a decision, or covered by a digest."""

from pathlib import Path
from typing import Literal, TypeAlias

from floe.core.value import Value
from floe.shell.location import Location
from floe.shell.secret import Secret

AuthType: TypeAlias = Literal[
    "docker", "anonymous", "basic", "token", "aws-irsa", "azure-managed-identity", "gcp-workload-identity"
]
WebhookEvent: TypeAlias = Literal["promote", "rollback", "lock", "unlock"]
WebhookFormat: TypeAlias = Literal["floe", "slack", "pagerduty", "cloudevents"]


class Auth(Value, frozen=True, kw_only=True):
    """How floe shows a registry who it is."""

    type: AuthType = "docker"
    username: Secret | None = None
    password: Secret | None = None
    token: Secret | None = None


class Signing(Value, frozen=True, kw_only=True):
    mode: Literal["keyless", "key"]
    oidc_issuer: str | None = None
    key: Secret | None = None
    trust_config: Path | None = None


class RegistrySettings(Value, frozen=True, kw_only=True):
    name: str
    location: Location
    auth: Auth = Auth()
    plain_http: bool = False
    ca_file: Path | None = None
    signing: Signing | None = None


class Audit(Value, frozen=True, kw_only=True):
    """Where records are kept; None as repository is the artifact's own."""

    backend: str = "oci"
    repository: Location | None = None
    url: Secret | None = None
    sign: bool = False
    attest: bool = False
    settle_ms: int | None = None


class Webhook(Value, frozen=True, kw_only=True):
    url: Secret  # chat services put their key into the path
    host: str
    events: tuple[WebhookEvent, ...]
    headers: tuple[tuple[str, Secret], ...] = ()
    format: WebhookFormat
    timeout_seconds: int
    retry_count: int
    secret: Secret | None = None
    allow_private: bool = False
    unset: tuple[str, ...] = ()  # environment variables without a value; with any, nothing is sent


class Settings(Value, frozen=True, kw_only=True):
    base: Path  # the manifest's folder, where gates run and relative paths begin
    registry: RegistrySettings  # the one that decides
    secondaries: tuple[RegistrySettings, ...] = ()
    sync_to_secondary: bool = False
    audit: Audit = Audit()
    webhooks: tuple[Webhook, ...] = ()
