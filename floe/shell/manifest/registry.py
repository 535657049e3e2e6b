"""Where artifacts are, how floe is let in there, and whose signatures count."""

from typing import Literal

from pydantic import Field

from floe.core.policy import Enforcement
from floe.shell.manifest.section import Section
from floe.shell.manifest.words import EnvironmentName, Issuer, Pattern, Repository, Sealed, Text
from floe.shell.settings import AuthType


class Auth(Section):
    """How floe shows the registry who it is."""

    type: AuthType = Field(
        "docker",
        description="docker: docker's configuration and credential helpers. The last three: what a cloud lends.",
    )
    username: Sealed | None = Field(None, description="For type basic. May hold ${NAME}.")
    password: Sealed | None = Field(None, description="For type basic. Write ${NAME}, not the password itself.")
    token: Sealed | None = Field(None, description="For type token. Write ${NAME}, not the token itself.")


class Signing(Section):
    """How `floe artifact sign` signs."""

    mode: Literal["keyless", "key"] = Field("keyless", description="By an identity token, or by a key.")
    oidc_issuer: Issuer | None = Field(None, description="Whose identity tokens are used. mode keyless.")
    key: Sealed | None = Field(None, description="A key file or the address of a key. mode key. May hold ${NAME}.")
    trust_config: Text | None = Field(None, description="A sigstore trust configuration file of your own.")


class TrustedIssuer(Section):
    """Identities whose signatures count."""

    issuer: Issuer = Field(description="The issuer, byte for byte.")
    subject_regex: Pattern = Field(description="RE2; must match the whole subject. At most 1000 characters.")


class EnvironmentVerification(Section):
    """What differs in one environment; each key given here replaces the one above."""

    enabled: bool | None = Field(None, description="Whether signatures are checked.")
    enforcement: Enforcement | None = Field(None, description="What follows when none is acceptable.")
    trusted_issuers: list[TrustedIssuer] | None = Field(None, description="Identities whose signatures count.")
    keys: list[Text] | None = Field(None, description="Public keys, relative to the manifest, or addresses.")


class Verification(EnvironmentVerification):
    """Which signatures are acceptable. Given, it is enabled and enforced unless it says otherwise."""

    environments: dict[EnvironmentName, EnvironmentVerification] = Field(
        {}, description="Environment name to what differs there."
    )


class Registry(Section):
    """One repository of artifacts."""

    uri: Repository = Field(description="oci://HOST[:PORT]/PATH, or oci-layout://FOLDER relative to the manifest.")
    auth: Auth = Field(Auth(), description="How floe shows the registry who it is.")
    plain_http: bool = Field(False, description="Speak http to a host that is not this machine.")
    ca_file: Text | None = Field(None, description="Certificates to trust, a PEM file relative to the manifest.")
    signing: Signing | None = Field(None, description="How artifacts are signed.")
    verification: Verification | None = Field(None, description="Which signatures are acceptable.")
