"""A file of type external_account: a token of another cloud's becomes one of Google's (RFC 8693, AIP-4117)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from floe.core.value import Value
from floe.effects.registry.cloud import web
from floe.effects.registry.cloud.errand import Errand
from floe.effects.registry.cloud.google import FILE, ending, password
from floe.effects.registry.cloud.web import Question
from floe.effects.registry.credentials import Password
from floe.effects.registry.origin import origin_of

KIND: Final = "external_account"
GOOGLE: Final = ".googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 (a type's name)
SECONDS: Final = 3600  # for which a service account's token is asked for
MAKE: Final = (
    f"let {FILE} name what `gcloud iam workload-identity-pools create-cred-config` writes for a file or an address"
)
POOL: Final = "check the provider of the workload identity pool, and its conditions"
MEMBER: Final = "check that the principal of the pool has roles/iam.workloadIdentityUser on the service account"
ANEW: Final = "see that what gives the subject token still does, then run this again"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Format:
    type: str = "text"
    subject_token_field_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    environment_id: str = ""  # of a kind that is asked for in another way
    file: str = ""
    url: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    format: _Format = field(default_factory=_Format)


class _Account(Value, frozen=True, kw_only=True):
    type: str
    audience: str = ""
    subject_token_type: str = ""
    token_url: str = ""
    credential_source: _Source = msgspec.field(default_factory=_Source)
    service_account_impersonation_url: str = ""


def lent(errand: Errand) -> Password:
    account = _read(errand)
    subject = _subject(errand, account.credential_source)
    form = {
        "grant_type": EXCHANGE,
        "audience": account.audience,
        "scope": SCOPE,
        "requested_token_type": ACCESS_TOKEN,
        "subject_token_type": account.subject_token_type,
        "subject_token": subject,
    }
    reply = web.ask(errand, Question(address=account.token_url, form=form, secret=(subject,)))
    token = web.wanted("access_token", errand, reply, subject, POOL)
    if account.service_account_impersonation_url:
        return _impersonating(errand, account.service_account_impersonation_url, token)
    return password(token, ending(errand, reply.said.get("expires_in")), errand.kind)


def _impersonating(errand: Errand, address: str, token: str) -> Password:
    """As the service account that the pool's principal may act for."""
    body = {"scope": [SCOPE], "lifetime": f"{SECONDS}s"}
    headers = {"Authorization": f"Bearer {token}"}
    reply = web.ask(errand, Question(address=address, headers=headers, json=body, secret=(token,)))
    return password(web.wanted("accessToken", errand, reply, "", MEMBER), ending(errand, SECONDS), errand.kind)


def _read(errand: Errand) -> _Account:
    path = errand.variable(FILE, MAKE)
    try:
        account = msgspec.json.decode(errand.content(Path(path), FILE, MAKE), type=_Account)
    except (msgspec.DecodeError, RecursionError):
        raise errand.missing(f"{FILE} names {path}, which is no file of type {KIND}", MAKE) from None
    if account.type != KIND:
        raise errand.missing(f"{FILE} names {path}, a file of type {account.type[:40]!r}; expected: {KIND}", MAKE)
    for address in filter(None, (account.token_url, account.service_account_impersonation_url)):
        if not _is_google(address):
            why = f"{path} would have tokens sent to what is not below {GOOGLE[1:]}; nothing was sent"
            raise errand.missing(why, f"write {path} anew, and see who changed it")
    if not (account.token_url and account.audience and account.subject_token_type):
        raise errand.missing(f"{path} lacks audience, subject_token_type or token_url", MAKE)
    return account


def _is_google(address: str) -> bool:
    origin = origin_of(address)
    return origin is not None and (origin.is_loopback or (origin.scheme == "https" and origin.host.endswith(GOOGLE)))


def _subject(errand: Errand, source: _Source) -> str:
    """The token of the other cloud."""
    if source.environment_id or not (source.file or source.url):
        raise errand.missing("its credential_source names neither a file nor a url, and floe reads no other kind", MAKE)
    content = errand.content(Path(source.file), "credential_source", ANEW) if source.file else _fetched(errand, source)
    found = _picked(content, source.format.subject_token_field_name) if source.format.type == "json" else content
    if not found:
        raise errand.missing(
            f"its credential_source gives no text {source.format.subject_token_field_name[:40]!r}", ANEW
        )
    return found


def _fetched(errand: Errand, source: _Source) -> str:
    secret = tuple(part for value in source.headers.values() for part in value.split())
    reply = web.ask(errand, Question(address=source.url, headers=source.headers, secret=secret))
    return web.good(errand, reply, "", ANEW).plain.strip()


def _picked(content: str, name: str) -> str:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        return ""
    picked = found.get(name) if isinstance(found, dict) else None
    return picked if isinstance(picked, str) else ""
