"""Telling a refusal that is about people: what was found, what was expected, what to do next."""

from typing import Final, TypeAlias

from floe.core.event import CommandWord
from floe.core.explain.phrase import listed
from floe.core.facts import Doubt
from floe.core.refusal import (
    MachineWithoutHuman,
    NotAuthorized,
    Reason,
    Refusal,
    SameHands,
    TokenRefused,
    UnknownHands,
    Unverified,
)

Lines: TypeAlias = tuple[str, ...]
AboutPeople: TypeAlias = Unverified | TokenRefused | NotAuthorized | SameHands | UnknownHands | MachineWithoutHuman


def not_you(refusal: AboutPeople) -> Lines:
    match refusal:
        case Unverified(operator=operator, environment=environment):
            return (
                "Identity not verified",
                f"Operator '{operator.name}' has not proved who they are, and '{environment}' has rules about people",
                "Either prove it: --identity-token TOKEN (or FLOE_IDENTITY_TOKEN), with its issuer in manifest.yaml",
                *_INDENTED_ISSUER,
                "Or accept names as given, which every record then states, with this in manifest.yaml",
                *_INDENTED_ACCEPT,
            )
        case TokenRefused(reason=reason, found=found, expected=expected):
            return ("Identity token not accepted", f"Found: {found}", f"Expected: {expected}", f"Next: {_NEXT[reason]}")
        case NotAuthorized():
            return _not_authorized(refusal)
        case SameHands(operator=operator, promoted_to=promoted_to, environment=environment):
            return (
                "Separation of duties violation",
                f"Operator '{operator.name}' promoted this artifact to {promoted_to}",
                f"A different operator must promote to {environment}",
                *ways_out(refusal),
            )
        case UnknownHands(operator=operator, promoted_to=promoted_to, environment=environment):
            return (
                "Separation of duties cannot be established",
                f"Operator '{operator.name}' and whoever promoted this artifact to {promoted_to} may be one person",
                f"Found: {_doubtful(refusal.unknown, refusal.why)}",
                f"Expected: two different people before {environment}{_MEND[refusal.why]}",
                _way_out(promoted_to),
            )
        case MachineWithoutHuman():
            return _machine(refusal)


def ways_out(refusal: Refusal) -> Lines:
    """What else can be done, where that is told after everything that was found."""
    return (_way_out(refusal.promoted_to),) if isinstance(refusal, SameHands) else ()


def _not_authorized(refusal: NotAuthorized) -> Lines:
    groups, operators = refusal.required_groups, refusal.required_operators
    is_unknown = groups is not None and refusal.groups is None
    is_proved = refusal.operator.assurance != "unverified"  # else it is the name that stands there already
    return (
        "Authorization failed",
        f"Operator '{refusal.operator.name}' is not authorized to {_ASKED[refusal.command]} '{refusal.environment}'",
        *((f"Required groups: {listed(groups)}",) if groups is not None else ()),
        *((f"Required operators: {listed(operators)}",) if operators is not None else ()),
        *((f"Your identity: {refusal.operator.identity}",) if operators is not None and is_proved else ()),
        *((f"Your groups: {listed(refusal.groups)}",) if groups is not None else ()),
        *((_UNKNOWN_GROUPS,) if is_unknown else ()),
    )


def _machine(refusal: MachineWithoutHuman) -> Lines:
    operator, environment = refusal.operator, refusal.environment
    behind = operator.on_behalf_of
    unlisted = f"'{behind}' started it, and is in no entry of promotion.identity.people"
    add = "add that identity to the person it belongs to; or "
    return (
        "Separation of duties cannot be established",
        f"Operator '{operator.name}' is a machine, and no person is known to stand behind it",
        f"Found: {unlisted if behind else operator.nobody or 'nothing that tells of a person'}",
        f"Expected: a person who did not promote it before, to promote it to {environment} or to approve that",
        f"Next: {add if behind else ''}promote it with a person's own token (--identity-token)",
    )


def _doubtful(unknown: str, why: Doubt) -> str:
    match why:
        case "unlisted":
            return f"'{unknown}' is in no entry of promotion.identity.people"
        case "unproved":
            return f"nobody proved to be '{unknown}'"
        case "machine":
            return f"'{unknown}' was a machine's run, and no person is known to stand behind it"


def _way_out(promoted_to: str) -> str:
    return f"Or a verified person promotes it to {promoted_to} again: --to={promoted_to} --force"


_ASKED: Final[dict[CommandWord, str]] = {
    "promote": "promote to",
    "roll-back": "roll back",
    "lock": "lock",
    "unlock": "unlock",
    "adopt": "adopt into",
}
_MEND: Final[dict[Doubt, str]] = {
    "unlisted": "; add the identity to the person it belongs to",
    "unproved": ", of whom floe knows who they are",
    "machine": ", of whom floe knows who they are",
}
_NEXT: Final[dict[Reason, str]] = {
    "form": "give the token itself: three parts with dots between them, and nothing else",
    "algorithm": "have the issuer sign with RS256, PS256, ES256, ES384 or EdDSA",
    "issuer": "add the issuer under promotion.identity.issuers, or get a token from one that is there",
    "keys": "run this again when the issuer's keys can be had, or keep them in a file: identity.issuers, keys: FILE",
    "key": "get a new token, or have the issuer publish a key that is strong enough and meant for signatures",
    "signature": "get a new token; this one was changed, or another issuer signed it",
    "audience": "get a token for this audience alone",
    "claims": "get a token from an issuer that makes these claims",
    "expired": "get a new token, and run this again",
    "early": "set the clock of this machine, or wait until then",
    "old": "get a new token right before floe is run",
    "event": "start the promotion by hand (workflow_dispatch), or from a branch that is protected",
}
_UNKNOWN_GROUPS: Final = (
    "Nobody says which those are: list them under promotion.identity.groups, or name the issuer's groups_claim"
)
_INDENTED_ISSUER: Final = (
    "  artifacts:",
    "    promotion:",
    "      identity:",
    "        issuers:",
    "          - issuer: https://token.actions.githubusercontent.com",
    "            audience: floe",
)
_INDENTED_ACCEPT: Final = (
    "  artifacts:",
    "    promotion:",
    "      identity:",
    "        accept_unverified: true",
)
