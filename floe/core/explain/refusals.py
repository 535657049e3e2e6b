"""Telling a refusal: what was found, what was expected, what to do next. The first line says what is refused."""

from typing import TypeAlias

from floe.core.explain.gates import failed_gate
from floe.core.explain.people import not_you
from floe.core.explain.phrase import by_whom, minute, until
from floe.core.refusal import (
    AlreadyCurrent,
    AlreadyLocked,
    AlreadyPromoted,
    EffectsChanged,
    FactChanged,
    GateFailed,
    GateNotRun,
    GateWithoutCommand,
    IsLocked,
    MachineWithoutHuman,
    NeverPromoted,
    NotAuthorized,
    NotBuilt,
    NothingBefore,
    NotNext,
    Outvoted,
    PlanUnsigned,
    Refusal,
    RolledBackFrom,
    SameHands,
    SignatureRefused,
    SoakLeft,
    TagExists,
    TokenRefused,
    UnknownEnvironment,
    UnknownHands,
    Unverified,
    VersionNotFound,
)

Lines: TypeAlias = tuple[str, ...]


def because(refusal: Refusal) -> Lines:
    """Why not, in lines for a person."""
    match refusal:
        case UnknownEnvironment() | VersionNotFound() | NeverPromoted() | NothingBefore():
            return _not_there(refusal)
        case NotNext() | RolledBackFrom() | SoakLeft():
            return _not_yet(refusal)
        case AlreadyPromoted() | AlreadyCurrent() | TagExists():
            return _already(refusal)
        case IsLocked() | AlreadyLocked():
            return _locked(refusal)
        case Unverified() | TokenRefused() | NotAuthorized() | SameHands() | UnknownHands() | MachineWithoutHuman():
            return not_you(refusal)
        case SignatureRefused():
            return _signature(refusal)
        case PlanUnsigned():
            return _plan_signature(refusal)
        case GateFailed(result=result):
            return failed_gate(result)
        case GateWithoutCommand() | GateNotRun():
            return _no_verdict(refusal)
        case NotBuilt(feature=feature, environment=environment):
            return (
                f"The manifest asks for {feature} on '{environment}', which this floe cannot decide yet",
                f"Found: {feature} of environment '{environment}'. Expected: none, since unknown means no",
                f"Next: remove {feature} from that environment, or use a floe that has it",
            )
        case FactChanged() | EffectsChanged() | Outvoted():
            return _moved_on(refusal)


def _not_there(refusal: UnknownEnvironment | VersionNotFound | NeverPromoted | NothingBefore) -> Lines:
    match refusal:
        case UnknownEnvironment(name=name, known=known):
            return (f"Environment '{name}' does not exist", f"Environments: {', '.join(known)}")
        case VersionNotFound(version=version, nearest=nearest):
            hint = f"Nearest: {', '.join(nearest)}" if nearest else "No version has a name like it"
            push = f"Push it first: floe artifact push -a FILE -r URI -t {version}"
            return (f"Version {version} not found", hint, push)
        case NeverPromoted(version=version, environment=environment, available=available):
            there = ", ".join(available) or "none"
            return (f"Version {version} was never promoted to {environment}. Available versions: {there}",)
        case NothingBefore(environment=environment):
            return (
                f"No version is known to have been in '{environment}' before the current one",
                f"Name one: floe platform rollback VERSION --env={environment}",
            )


def _not_yet(refusal: NotNext | RolledBackFrom | SoakLeft) -> Lines:
    match refusal:
        case NotNext(source=source, target=target, path=()):
            return (
                f"Cannot promote from '{source}' to '{target}'",
                "Reason: Promotion goes forward only; use rollback",
                f"Roll back: floe platform rollback VERSION --env={target}",
            )
        case NotNext(source=source, target=target, path=path):
            return (
                f"Cannot promote from '{source}' to '{target}'",
                "Reason: Must promote through intermediate environments",
                f"Required path: {' -> '.join(path)}",
            )
        case RolledBackFrom(version=version, environment=environment, at=at, by=by, reason=reason):
            return (
                f"Version {version} was rolled back from {environment} on {minute(at)}",
                f"Reason: {reason}",
                f"Rolled back by: {by_whom(by, at)}",
                f"Promote it to {environment} again first: floe platform promote {version} --to={environment}",
            )
        case SoakLeft(version=version, source=source, until=end):
            return (
                f"Version {version} has not been in {source} long enough",
                f"Expected: until {minute(end)}",
                "Next: run the same command after that time",
            )


def _already(refusal: AlreadyPromoted | AlreadyCurrent | TagExists) -> Lines:
    match refusal:
        case AlreadyPromoted(version=version, environment=environment, at=at, by=by):
            return (
                f"Version {version} is already in {environment}",
                "Already promoted, use --force to re-promote",
                f"Promoted by: {by_whom(by, at)}",
            )
        case AlreadyCurrent(version=version, environment=environment):
            return (
                f"Version {version} is already current in {environment}",
                f"See what was there before: floe platform status --env={environment} --history=10",
            )
        case TagExists(name=name, found=found, wanted=wanted):
            return (
                f"Tag {name} exists with other content",
                f"Found: {found}",
                f"Expected: {wanted}",
                "Next: find out who moved it (floe platform status --check), then remove the tag by hand",
            )


def _locked(refusal: IsLocked | AlreadyLocked) -> Lines:
    name = refusal.environment
    title = "is locked" if isinstance(refusal, IsLocked) else "is already locked"
    return (
        f"Environment '{name}' {title}",
        f"Reason: {refusal.reason}",
        f"Locked by: {by_whom(refusal.by, refusal.at)}",
        *until(refusal.until),
        f'Unlock first: floe platform unlock --env={name} --reason="<resolution>"',
    )


def _signature(refusal: SignatureRefused) -> Lines:
    headline = {
        "missing": f"Artifact is unsigned{' and enforcement is enabled' if refusal.enforced else ''}",
        "invalid": "The artifact's signature is not valid",
        "untrusted": f"The artifact is signed by nobody {'the manifest trusts' if refusal.enforced else 'you trust'}",
    }.get(refusal.status, "The artifact's signature could not be checked")
    where = refusal.repository or "URI"
    return (
        "Signature verification failed",
        headline,
        *((f"Found: {refusal.detail}",) if refusal.detail else ()),
        *((f"Check: floe artifact verify -r {where} -t {refusal.version}",) if refusal.enforced else ()),
        f"Sign: floe artifact sign -r {where} -t {refusal.version}",
    )


def _plan_signature(refusal: PlanUnsigned) -> Lines:
    headline = {
        "missing": "The plan is unsigned, and a signed one is required",
        "invalid": "The plan's signature is not valid",
        "untrusted": f"The plan is signed by nobody who is trusted in '{refusal.environment}'",
    }.get(refusal.status, "The plan's signature could not be checked")
    return (
        headline,
        f"Plan: {refusal.plan}",
        *((f"Found: {refusal.detail}",) if refusal.detail else ()),
        "Next: have it signed (floe platform promote … --out PLAN --sign) by somebody the manifest trusts",
    )


def _no_verdict(refusal: GateWithoutCommand | GateNotRun) -> Lines:
    gate = refusal.gate
    if isinstance(refusal, GateNotRun):
        return (f"Gate '{gate}' has no verdict", "Expected: every gate that is on has run. Next: run it")
    return (
        f"Gate '{gate}' failed",
        f"It is on for '{refusal.environment}' and has no command. Add to manifest.yaml:",
        "  artifacts:",
        "    promotion:",
        "      gate_commands:",
        f"        {gate}:",
        '          command: "…"',
    )


def _moved_on(refusal: FactChanged | EffectsChanged | Outvoted) -> Lines:
    match refusal:
        case FactChanged(fact=fact, then=then, now=now):
            return (
                f"The world changed since the plan was made: {fact.replace('_', ' ')}",
                f"Then: {then}",
                f"Now: {now}",
                "Next: make a new plan and have it reviewed",
            )
        case EffectsChanged():
            return (
                "The same command would now do something else than was planned",
                "Next: make a new plan and have it reviewed",
            )
        case Outvoted(environment=environment, winner=winner):
            return (
                f"Another change to '{environment}' came first, and the wait is over",
                f"Won by: record {winner[:19]}",
                f"Next: look at it (floe platform status --env={environment} --history=5), then run this again",
            )
