"""Who may move what where, under which conditions, and who is told."""

from typing import Annotated

from pydantic import Field

from floe.core.message.form import Format
from floe.core.message.notice import EventType
from floe.shell.manifest.gates import Gate, Switch
from floe.shell.manifest.section import Section
from floe.shell.manifest.words import (
    MOST_ENVIRONMENTS,
    Address,
    Backend,
    Duration,
    EnvironmentName,
    GateName,
    Header,
    Identity,
    Issuer,
    Keys,
    Name,
    Repository,
    Sealed,
    Text,
    Timeout,
)


class Approvals(Section):
    """Consent that must be on record before an artifact enters."""

    count: int = Field(ge=1, le=20, description="How many people must approve.")
    groups: list[Name] = Field([], description="Groups whose members may approve; all people if empty.")
    expires_after: Duration | None = Field(None, description="How long an approval lasts, such as 24h.")


class Authorization(Section):
    """Who may move an environment."""

    allowed_groups: list[Name] | None = Field(None, description="Groups whose members may; either list suffices.")
    allowed_operators: list[Identity] | None = Field(None, description="Operators who may; either list suffices.")
    separation_of_duties: bool = Field(False, description="Whoever promoted it before may not promote it here.")
    approvals: Approvals | None = Field(None, description="Consent needed besides.")


class Freeze(Section):
    """A time in which nothing is promoted."""

    start: Text | None = Field(None, description="From when, ISO 8601.")
    end: Text | None = Field(None, description="Until when, ISO 8601.")
    rrule: Text | None = Field(None, description="When it comes again, an RRULE of RFC 5545.")
    timezone: Text = Field("UTC", description="Of start and end where they name none, such as Europe/Berlin.")
    reason: Text | None = Field(None, description="What people are told.")


class Environment(Section):
    """One step of the path that artifacts take."""

    name: EnvironmentName = Field(description="a-z, then up to 31 of a-z, 0-9 and '-'.")
    gates: dict[str, Switch] = Field({}, description="Gate name to true, false, or what differs here.")
    gate_timeout_seconds: Timeout | None = Field(None, description="For gates without their own. Seconds.")
    optional: bool = Field(False, description="Artifacts may skip it.")
    authorization: Authorization | None = Field(None, description="Who may promote, roll back and lock here.")
    freeze: list[Freeze] = Field([], description="Times in which nothing is promoted here.")
    min_time_in_previous: Duration | None = Field(
        None, description="How long an artifact must have been in the environment before, such as 24h."
    )
    override_groups: list[Name] = Field([], description="Groups who may override a freeze or a soak time.")


class IdentityIssuer(Section):
    """An issuer whose identity tokens say who an operator is."""

    issuer: Issuer = Field(description="The issuer, byte for byte.")
    audience: Name = Field("floe", description="The audience that tokens must be made for.")
    keys: Keys | None = Field(None, description="Its keys: a JWKS file or address; else its own discovery.")
    groups_claim: Name | None = Field(None, description="The claim that lists an operator's groups.")


class IdentityRules(Section):
    """Who people are."""

    issuers: list[IdentityIssuer] = Field([], description="Issuers whose tokens are accepted.")
    people: dict[Name, list[Identity]] = Field(
        {}, description="Person to the identities that are theirs: ISSUER#SUBJECT, github:ID, or a name."
    )
    groups: dict[Name, list[Identity]] = Field({}, description="Group to people or identities.")
    accept_unverified: bool = Field(False, description="Believe operators who only say who they are.")


class Audit(Section):
    """Where records are kept."""

    backend: Backend = Field("oci", description="oci, s3, database, or the name of another.")
    repository: Repository | None = Field(None, description="For backend oci: not with the artifacts, but here.")
    url: Sealed | None = Field(None, description="For backends s3 and database. May hold ${NAME}.")
    sign: bool = Field(False, description="Sign every record.")
    attest: bool = Field(False, description="Attach an attestation to every promoted artifact.")
    settle_ms: Annotated[int, Field(ge=0, le=60000)] | None = Field(
        None, description="Milliseconds to wait for records of others on a registry."
    )


class Webhook(Section):
    """Somebody who is told."""

    url: Address = Field(description="An https address; http only with allow_private.")
    events: list[EventType] = Field(["promote", "rollback"], description="What they are told of.", min_length=1)
    headers: dict[Header, Sealed] = Field({}, description="Header name to value, which may hold ${NAME}.")
    format: Format | None = Field(None, description="By default what the address is known to understand.")
    timeout_seconds: int = Field(10, ge=1, le=10, description="Seconds for one attempt, at most 10.")
    retry_count: int = Field(3, ge=0, le=3, description="Further attempts, at most 3.")
    secret: Sealed | None = Field(
        None, description="Signs messages (Standard Webhooks); for PagerDuty the integration key. Write ${NAME}."
    )
    allow_private: bool = Field(False, description="The address may be a private one, and http.")


class Promotion(Section):
    """The path that artifacts take, and its rules."""

    environments: list[Environment] | None = Field(
        None,
        description="In the order in which artifacts pass through; dev, staging, prod by default.",
        min_length=1,
        max_length=MOST_ENVIRONMENTS,
    )
    gate_commands: dict[GateName, Gate] = Field({}, description="Gate name to its command, for all environments.")
    default_timeout_seconds: Timeout = Field(300, description="For gates without their own. Seconds.")
    identity: IdentityRules = Field(IdentityRules(), description="Who people are.")
    audit: Audit = Field(Audit(), description="Where records are kept.")
    webhooks: list[Webhook] = Field([], description="Who is told.")
    sync_to_secondary: bool = Field(False, description="Copy what is promoted to the other registries.")
