"""What the claims of a token mean whose signature holds: who asks, or why it proves nothing.

Nothing here is lenient: a claim that is missing, odd or not for us proves nothing, and the first such one is named.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Final

import msgspec
from returns.result import Failure, Result, Success

from floe.core.identity import claims as said
from floe.core.identity import provider
from floe.core.identity.claims import Claims
from floe.core.identity.provider import Speaker
from floe.core.operator import Operator, Token
from floe.core.policy import Issuer
from floe.core.refusal import Reason, TokenRefused

LEEWAY: Final = 60  # seconds by which clocks may differ
OLDEST: Final = 15 * 60  # seconds since a token was made, when it is first used
LONGEST_LIFE: Final = 24 * 3600  # seconds for which an issuer may make a token valid
LARGEST_TIME: Final = 253402300799  # the end of the year 9999
LONGEST_NAME: Final = 200
MOST_OF_GROUPS: Final = 4096  # characters of all group names; whoever has more is not told apart here

# Events of GitHub Actions in which strangers choose what runs.
FOREIGN_EVENTS: Final = ("pull_request", "pull_request_target", "workflow_run", "issue_comment")


def principal(claims: Claims, issuer: Issuer, at: datetime) -> Result[Operator, TokenRefused]:
    """The operator of whom the claims speak; the signature was verified with a key of this issuer."""
    wrong = next(chain(_address(claims, issuer), _times(claims, issuer, int(at.timestamp()))), None)
    if wrong is not None:
        return Failure(wrong)
    speaker = provider.speaker(claims, issuer.issuer)
    if speaker is None:
        return Failure(_refused("claims", issuer, "claims that do not tell who asks", "those of its provider, whole"))
    if speaker.event in FOREIGN_EVENTS:
        found = f"a run for the event '{speaker.event}', in which strangers may choose what runs"
        return Failure(_refused("event", issuer, found, "a run for another event, such as workflow_dispatch or push"))
    return Success(_operator(speaker, claims, issuer))


def marked(operator: Operator, sha256: str, key: str) -> Operator:
    """The operator, with the marks by which the token and its key can be recognized."""
    assert operator.token is not None, "a token proved this operator"
    token = msgspec.structs.replace(operator.token, sha256=sha256, key=key)
    return msgspec.structs.replace(operator, token=token)


def shown(value: object) -> str:
    """A claim as a message shows it: one short line of printable ASCII, in quotes where it is text."""
    spelt = "".join(each if " " <= each <= "~" else each.encode("unicode_escape").decode() for each in str(value)[:80])
    return f"'{spelt}'" if isinstance(value, str) else spelt


def _address(claims: Claims, issuer: Issuer) -> Iterator[TokenRefused]:
    """From whom it is and for whom; equal means byte for byte."""
    if claims.get("iss") != issuer.issuer:
        yield _refused("issuer", issuer, f"issuer {shown(claims.get('iss'))}", f"issuer '{issuer.issuer}'")
    if claims.get("aud") != issuer.audience:
        yield _refused(
            "audience", issuer, f"audience {shown(claims.get('aud'))}", f"audience '{issuer.audience}' alone"
        )
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        yield _refused("claims", issuer, f"sub {shown(subject)}", "a text that is not empty")


def _times(claims: Claims, issuer: Issuer, now: int) -> Iterator[TokenRefused]:
    expires, made = _seconds(claims, "exp"), _seconds(claims, "iat")
    begins = _seconds(claims, "nbf") if "nbf" in claims else made
    if expires is None or made is None or begins is None:
        odd = next(name for name in ("exp", "iat", "nbf") if _seconds(claims, name) is None)
        yield _refused("claims", issuer, f"{odd} {shown(claims.get(odd))}", "a whole number of seconds since 1970")
    else:
        yield from _outside(expires, made, max(made, begins), issuer, now)


def _outside(expires: int, made: int, begins: int, issuer: Issuer, now: int) -> Iterator[TokenRefused]:
    if expires + LEEWAY <= now:
        yield _refused("expired", issuer, f"it expired at {_told(expires)}", f"a token valid at {_told(now)}")
    if begins - LEEWAY > now:
        yield _refused("early", issuer, f"it is valid from {_told(begins)}", f"a token valid at {_told(now)}")
    if not 0 < expires - made <= LONGEST_LIFE:
        found = f"made at {_told(made)} and valid until {_told(expires)}"
        yield _refused("claims", issuer, found, f"a token valid for {LONGEST_LIFE // 3600} hours at most")
    if now - made > OLDEST + LEEWAY:
        yield _refused("old", issuer, f"it was made at {_told(made)}", f"one made in the last {OLDEST // 60} minutes")


def _seconds(claims: Claims, name: str) -> int | None:
    value = claims.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_TIME:
        return value
    return None


def _told(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")


def _operator(speaker: Speaker, claims: Claims, issuer: Issuer) -> Operator:
    return Operator(
        name=speaker.name[:LONGEST_NAME],
        assurance="verified",
        issuer=issuer.issuer,
        subject=speaker.subject,
        groups=_groups(claims, issuer),
        kind=speaker.kind,
        on_behalf_of=f"{issuer.issuer}#{speaker.person}" if speaker.person else None,
        nobody=speaker.nobody,
        claims=said.kept(claims),
        token=Token(id=said.text(claims, "jti"), expires=_seconds(claims, "exp") or 0),
    )


def _groups(claims: Claims, issuer: Issuer) -> tuple[str, ...] | None:
    """What the issuer's claim lists. None where it does not say: left out, too many to list, or of an odd form."""
    listed = claims.get(issuer.groups_claim) if issuer.groups_claim else None
    if not isinstance(listed, list) or _is_overfull(claims, issuer.groups_claim):
        return None
    names = tuple(name for name in listed if isinstance(name, str) and name and name.isprintable())
    return names if len(names) == len(listed) and sum(map(len, names)) <= MOST_OF_GROUPS else None


def _is_overfull(claims: Claims, name: str | None) -> bool:
    """Whether the issuer says that there are more than it lists (Microsoft Entra)."""
    elsewhere = claims.get("_claim_names")
    return bool(claims.get("hasgroups")) or (isinstance(elsewhere, Mapping) and name in elsewhere)


def _refused(reason: Reason, issuer: Issuer, found: str, expected: str) -> TokenRefused:
    return TokenRefused(reason=reason, issuer=issuer.issuer, found=found, expected=expected)
