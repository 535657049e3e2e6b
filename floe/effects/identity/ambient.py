"""The token that a CI system has for whatever runs in it."""

from collections.abc import Iterable, Mapping
from typing import Final

from floe.core.identity.naming import GITHUB
from floe.core.policy import Issuer
from floe.core.value import Value

MENTIONS: Final = {
    "GITHUB_ACTIONS": "GitHub Actions gave none: the job needs `permissions: id-token: write`",
    "GITLAB_CI": "GitLab gave none: the job needs `id_tokens: {{{name}: {{aud: {audience}}}}}`",
    "BUILDKITE": "Buildkite gave none",
    "CIRCLECI": "CircleCI gave none",
}


class Ambient(Value, frozen=True, kw_only=True):
    """What the surroundings gave: a token, or a reason to be told, or neither where there is no CI."""

    token: str | None = None
    why: str | None = None

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        return "Ambient(…)"


def ambient(issuers: tuple[Issuer, ...], variables: Mapping[str, str]) -> Ambient:
    """The token of this CI, for the audience that the policy expects of it."""
    why: str | None = None
    for audience in dict.fromkeys(each.audience for each in _likely(issuers, variables)):
        found = token_for(audience, variables)
        if found.token is not None:
            return found
        why = found.why or why
    return Ambient(why=why)


def token_for(audience: str, variables: Mapping[str, str]) -> Ambient:
    """The token of this CI for one audience."""
    import id as tokens  # noqa: PLC0415 (it brings a network library along, and most runs need neither)

    try:
        return Ambient(token=tokens.detect_credential(audience))
    except (tokens.IdentityError, OSError, ValueError):
        return Ambient(why=_mention(audience, variables))


def _likely(issuers: tuple[Issuer, ...], variables: Mapping[str, str]) -> Iterable[Issuer]:
    """In GitHub Actions only GitHub's own tokens are to be had."""
    theirs = [each for each in issuers if each.issuer.startswith(GITHUB)] if variables.get("GITHUB_ACTIONS") else []
    return theirs or issuers


def _mention(audience: str, variables: Mapping[str, str]) -> str:
    name = "".join(each if each.isascii() and each.isalnum() else "_" for each in audience.upper()) + "_ID_TOKEN"
    told = next((text for variable, text in MENTIONS.items() if variables.get(variable)), "the CI system gave none")
    return told.format(name=name, audience=audience)
