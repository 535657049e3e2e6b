"""Of whom a token speaks: for each provider the claims that stay the same, and the person behind a machine.

Names of accounts, repositories and projects are given again to others after they are gone, so they are not compared.
A claim that a provider should make and does not, or one of an odd form, makes nobody of whom it would speak.
"""

from collections.abc import Callable, Iterator
from typing import Final

from floe.core.identity.claims import Claims, text
from floe.core.operator import Kind
from floe.core.value import Value

# Events whose actor is the person who made them happen, just now. Of all others that is not known.
_PERSONAL_EVENTS: Final = ("push", "workflow_dispatch", "release", "create", "deployment")
_PERSONAL_SOURCES: Final = ("push", "web", "chat")
_ENTRA: Final = ("https://login.microsoftonline.", "https://sts.windows.net/", "https://login.partner.microsoftonline.")


class Speaker(Value, frozen=True, kw_only=True):
    """Who asks, as their provider tells it apart from all others."""

    name: str
    subject: str
    kind: Kind = "unknown"
    person: str | None = None  # the subject of the person for whom a machine acts
    nobody: str | None = None  # why there is none
    event: str | None = None  # what started a run of GitHub Actions


def speaker(claims: Claims, issuer: str) -> Speaker | None:
    """Of whom the claims speak; None where what should tell them apart is missing."""
    for is_theirs, read in _PROVIDERS:
        if is_theirs(claims, issuer):
            return read(claims)
    return _anybody(claims)


def _github(claims: Claims) -> Speaker | None:
    """GitHub Actions: the workflow asks; its actor stands behind it only in the first attempt at a personal event."""
    repository, workflow = text(claims, "repository_id"), text(claims, "job_workflow_ref")
    if repository is None or workflow is None:
        return None
    actor, login, event = (text(claims, name) for name in ("actor_id", "actor", "event_name"))
    nobody = next(_why_nobody_on_github(claims), None)
    return Speaker(
        name=login or f"repository {repository}",
        subject=f"repository_id={repository};job_workflow_ref={workflow}",
        kind="machine",
        person=f"actor_id={actor}" if nobody is None else None,
        nobody=nobody,
        event=event or "unknown",
    )


def _why_nobody_on_github(claims: Claims) -> Iterator[str]:
    attempt, event = text(claims, "run_attempt"), text(claims, "event_name")
    if claims.get("run_attempt") != "1":
        yield f"this is attempt {attempt} of the run, and GitHub does not say who started it again"
    if event not in _PERSONAL_EVENTS:
        yield f"the event '{event}' does not tell which person made it happen"
    if text(claims, "actor_id") is None:
        yield "the token names no actor"
    if (text(claims, "actor") or "").endswith("[bot]"):
        yield "the actor is a bot"


def _gitlab(claims: Claims) -> Speaker | None:
    project = text(claims, "job_project_id") or text(claims, "project_id")
    if project is None:
        return None
    user, source, config = (text(claims, name) for name in ("user_id", "pipeline_source", "ci_config_ref_uri"))
    named = source in _PERSONAL_SOURCES and user is not None
    return Speaker(
        name=text(claims, "user_login") or f"project {project}",
        subject=f"project_id={project};ci_config_ref_uri={config}" if config else f"project_id={project}",
        kind="machine",
        person=f"user_id={user}" if named else None,
        nobody=None if named else f"a pipeline started by '{source}' does not tell which person made it start",
    )


def _google(claims: Claims) -> Speaker | None:
    subject = text(claims, "sub")
    is_machine = (text(claims, "email") or "").endswith(".gserviceaccount.com")
    return None if subject is None else _named(claims, subject, "machine" if is_machine else "human")


def _entra(claims: Claims) -> Speaker | None:
    """Microsoft Entra: `sub` differs from application to application, `oid` does not."""
    tenant, account = text(claims, "tid"), text(claims, "oid")
    if tenant is None or account is None:
        return None
    is_machine = claims.get("idtyp") == "app" or claims.get("sub") == account
    return _named(claims, f"tid={tenant};oid={account}", "machine" if is_machine else "human")


def _buildkite(claims: Claims) -> Speaker | None:
    pipeline = text(claims, "pipeline_id")
    return None if pipeline is None else _named(claims, f"pipeline_id={pipeline}", "machine")


def _circleci(claims: Claims) -> Speaker | None:
    project = text(claims, "oidc.circleci.com/project-id")
    return None if project is None else _named(claims, f"project_id={project}", "machine")


def _anybody(claims: Claims) -> Speaker | None:
    """Any other issuer: its `sub`. A client that speaks for itself, or a Kubernetes account, is a machine."""
    subject = text(claims, "sub")
    if subject is None:
        return None
    for_itself = subject in (claims.get("client_id"), claims.get("cid"), claims.get("azp"))
    granted = claims.get("gty") == "client-credentials"  # Auth0
    account = (text(claims, "preferred_username") or "").startswith("service-account-")  # Keycloak
    is_machine = for_itself or granted or account or subject.startswith("system:serviceaccount:")
    return _named(claims, subject, "machine" if is_machine else "unknown")


def _named(claims: Claims, subject: str, kind: Kind) -> Speaker:
    """A speaker under the name that people know them by; an address counts only if its issuer has checked it."""
    address = text(claims, "email") if claims.get("email_verified") in (True, "true") else None
    name = address or text(claims, "preferred_username") or text(claims, "sub") or subject
    nobody = "the token is a machine's own" if kind == "machine" else None
    return Speaker(name=name, subject=subject, kind=kind, nobody=nobody)


def _is_github(claims: Claims, issuer: str) -> bool:
    return "token.actions.githubusercontent.com" in issuer or {"repository_id", "job_workflow_ref"} <= claims.keys()


def _is_gitlab(claims: Claims, issuer: str) -> bool:
    return issuer == "https://gitlab.com" or {"project_id", "pipeline_id", "user_login"} <= claims.keys()


_PROVIDERS: Final[tuple[tuple[Callable[[Claims, str], bool], Callable[[Claims], Speaker | None]], ...]] = (
    (_is_github, _github),
    (_is_gitlab, _gitlab),
    (lambda _, issuer: issuer == "https://accounts.google.com", _google),
    (lambda _, issuer: issuer.startswith(_ENTRA), _entra),
    (lambda _, issuer: issuer == "https://agent.buildkite.com", _buildkite),
    (lambda _, issuer: issuer.startswith("https://oidc.circleci.com/"), _circleci),
)
