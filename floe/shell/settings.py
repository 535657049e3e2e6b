"""How floe works, as opposed to what it allows: nothing here is read by a decision, or covered by a digest."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, TypeAlias

from floe.core.message.form import Format
from floe.core.message.notice import EventType
from floe.core.policy import Trust
from floe.core.value import Value
from floe.shell.location import Location
from floe.shell.secret import Secret

MANIFEST: Final = "manifest.yaml"

AuthType: TypeAlias = Literal[
    "docker", "anonymous", "basic", "token", "aws-irsa", "azure-managed-identity", "gcp-workload-identity"
]


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
    trust: Trust | None = None  # of whoever reads an artifact here; each environment has its own in the policy


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
    events: tuple[EventType, ...]
    headers: tuple[tuple[str, Secret], ...] = ()
    format: Format
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


class Surroundings(Value, frozen=True, kw_only=True):
    """What the environment of this process says. Printed, it shows no value of any variable."""

    variables: Mapping[str, str]  # all of them: the manifest's `${NAME}` and the gates choose from these

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        return f"Surroundings({len(self.variables)} variables)"

    @property
    def manifest(self) -> str | None:
        return self.variables.get("FLOE_MANIFEST") or None

    @property
    def operator(self) -> str | None:
        return self.variables.get("FLOE_OPERATOR") or None

    @property
    def identity_token(self) -> Secret | None:
        token = self.variables.get("FLOE_IDENTITY_TOKEN")
        return Secret(token) if token else None

    @property
    def signing_password(self) -> Secret | None:
        """What opens an encrypted key. Set to nothing it is the empty password, as it is to cosign."""
        given = (self.variables.get(name) for name in ("FLOE_SIGNING_PASSWORD", "COSIGN_PASSWORD"))
        return next((Secret(each) for each in given if each is not None), None)

    @property
    def traceparent(self) -> str | None:
        return self.variables.get("TRACEPARENT") or None

    @property
    def otlp_endpoint(self) -> str | None:
        """Where traces are to be sent, as OpenTelemetry's own variables say; None when nothing is."""
        said = self.variables.get
        if said("OTEL_SDK_DISABLED", "").strip().lower() == "true" or said("OTEL_TRACES_EXPORTER", "otlp") != "otlp":
            return None
        return said("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or said("OTEL_EXPORTER_OTLP_ENDPOINT") or None

    @property
    def otlp_protocol(self) -> str:
        said = self.variables.get
        specific, general = said("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"), said("OTEL_EXPORTER_OTLP_PROTOCOL")
        return specific or general or "http/protobuf"

    @property
    def step_summary(self) -> str | None:
        """The file in which GitHub Actions takes a step's summary."""
        return self.variables.get("GITHUB_STEP_SUMMARY") or None

    @property
    def no_color(self) -> bool:
        """Whether output stays plain: NO_COLOR is set to anything but nothing (no-color.org)."""
        return bool(self.variables.get("NO_COLOR"))

    @property
    def terminal(self) -> str | None:
        """The kind of terminal, where it can do more than print line after line."""
        kind = self.variables.get("TERM")
        return kind if kind != "dumb" else None

    @property
    def home(self) -> Path | None:
        home = self.variables.get("HOME")
        return Path(home) if home else None


def surroundings() -> Surroundings:
    """The environment as it is now; nothing else in floe reads it."""
    return Surroundings(variables=dict(os.environ))


def find_manifest(option: Path | None, around: Surroundings, cwd: Path) -> Path:
    """The manifest that is meant: the option, else FLOE_MANIFEST, else `manifest.yaml` here."""
    return cwd / (option or around.manifest or MANIFEST)
