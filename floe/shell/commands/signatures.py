"""`floe artifact sign`, `verify` and `keygen`, and the check that comes before a pull."""

from pathlib import Path

import msgspec
from returns.result import Failure, Result, Success

from floe.core.fault import Absent
from floe.core.ledger.record import SignatureVerdict
from floe.core.names import Digest, Malformed, Tag, Version
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.core.policy import Trust
from floe.core.refusal import SignatureRefused
from floe.core.signature import statement
from floe.core.trust import Assessment, assess, suffices, want
from floe.core.value import Value
from floe.effects.drive import Refused
from floe.effects.ports import Outcome
from floe.effects.signing.attaching import attach
from floe.effects.signing.old_tags import tag_of
from floe.effects.signing.signatory import Signatory
from floe.shell.clock import SystemClock
from floe.shell.commands.repository import Opened, about
from floe.shell.render import blocks
from floe.shell.render import signatures as render
from floe.shell.render.reply import Reply
from floe.shell.settings import surroundings
from floe.shell.shared import Shared
from floe.shell.signing import SigningAsked, key_password, signatory, verifier
from floe.shell.trusting import TrustAsked, trust_of

NOBODY = Operator(name="", assurance="unverified")  # reading needs no operator


class Checked(Value, frozen=True, kw_only=True):
    """An artifact whose signature does not stand in the way; its digest where it was looked up."""

    digest: Digest | None = None
    lines: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


async def sign(shared: Shared, uri: str, tag: str, asked: SigningAsked) -> Reply:
    async def run(found: Opened, name: Tag) -> Reply:
        match settled(await prepared(found, asked)):
            case Failure(reply):
                return reply
            case Success(ready):
                return await signed_by(found, name, ready)

    return await about(shared, uri, tag, run)


async def prepared(found: Opened, asked: SigningAsked) -> Result[Signatory, Reply]:
    """Whoever is to sign, or why nobody can."""
    return (await signatory(asked, found.settings.signing, found.base, found.around)).alt(
        lambda trouble: blocks.malformed(trouble, None) if isinstance(trouble, Malformed) else blocks.fault(trouble)
    )


async def signed_by(found: Opened, name: Tag, ready: Signatory) -> Reply:
    registry = found.registry
    read = settled(await registry.manifest(name))
    if isinstance(read, Failure):
        return blocks.fault(read.failure())
    artifact = read.unwrap()
    if artifact is None:
        return blocks.fault(Absent(where=registry.location, what=name))
    bundle = settled(await ready.sign(statement.signing(artifact.digest)))
    if isinstance(bundle, Failure):
        return blocks.fault(bundle.failure())
    made = await attach(registry, artifact, bundle.unwrap(), statement.COSIGN_SIGN, SystemClock().now())
    match settled(made):
        case Failure(fault):
            return blocks.fault(fault)
        case Success(referrer):
            return render.signed(name, artifact.digest, referrer, bundle.unwrap(), ready.doubts)


async def verify(shared: Shared, uri: str, tag: str, asked: TrustAsked) -> Reply:
    async def run(found: Opened, name: Tag) -> Reply:
        chosen = settled(trust_of(asked, found.trust))
        if isinstance(chosen, Failure):
            return blocks.malformed(chosen.failure(), None)
        here = msgspec.structs.replace(found, base=Path()) if asked.keys else found
        assessed = settled(await _assessed(here, name, chosen.unwrap(), legacy=asked.legacy))
        if isinstance(assessed, Failure):
            return assessed.failure()
        digest, assessment = assessed.unwrap()
        if assessment.facts.status == "valid":
            return render.verified(name, digest, assessment)
        reply = _refused(found, name, digest, assessment, enforced=_enforces(found.trust, chosen.unwrap()))
        hint = () if asked.legacy else await _old(found, digest)
        return msgspec.structs.replace(reply, error=(*reply.error, *hint))

    return await about(shared, uri, tag, run)


async def _old(found: Opened, artifact: Digest) -> tuple[str, ...]:
    """That an older cosign signed it, which only counts for whoever asks for it."""
    there = settled(await found.registry.resolve(tag_of(artifact)))
    if isinstance(there, Failure) or there.unwrap() is None:
        return ()
    return (f"Under {tag_of(artifact)} is what cosign before version 3 wrote: look at it with --legacy",)


async def checked(found: Opened, name: Tag) -> Result[Checked, Reply]:
    """What a pull must know: whether the manifest lets this artifact out, and under which digest."""
    trust = found.trust
    if trust is None or trust.enforcement == "off":
        return Success(Checked())
    assessed = settled(await _assessed(found, name, trust))
    if isinstance(assessed, Failure):
        return Failure(assessed.failure())
    digest, assessment = assessed.unwrap()
    match settled(suffices(assessment.facts, trust, digest, Version(name), found.registry.location)):
        case Failure(refusal):
            return Failure(_told(refusal, assessment))
        case Success(SignatureVerdict(status="warning")):
            return Success(Checked(digest=digest, warnings=(want(assessment.facts),)))
        case Success(verdict):
            return Success(Checked(digest=digest, lines=(f"Signature verified: {verdict.detail}",)))


async def keygen(name: str) -> Reply:
    """A new pair of keys. The password comes from the environment, or from whoever is there to be asked."""
    from floe.effects.signing.keygen import generate  # noqa: PLC0415 (cryptography takes a while to load)

    password = key_password(surroundings(), "Password for the new key: ", twice=True)
    if password is None:
        expected = "FLOE_SIGNING_PASSWORD (or COSIGN_PASSWORD) set, or a terminal to ask on; asked twice, equal answers"
        return blocks.malformed(Malformed(what="password for the new key", found="", expected=expected), None)
    match settled(await generate(Path(name), password)):
        case Failure(fault):
            return blocks.fault(fault)
        case Success(pair):
            return render.generated(pair)


async def _assessed(
    found: Opened, name: Tag, trust: Trust, *, legacy: bool = False
) -> Result[tuple[Digest, Assessment], Reply]:
    resolved: Outcome[Digest | None] = await found.registry.resolve(name)
    digest = settled(resolved)
    if isinstance(digest, Failure):
        return Failure(blocks.fault(digest.failure()))
    artifact = digest.unwrap()
    if artifact is None:
        absent = Absent(where=found.registry.location, what=name)
        return Failure(blocks.fault(absent))
    checks = verifier(found.registry, found.settings, found.base, found.around)
    findings = settled(await (checks.check_old(artifact, trust) if legacy else checks.check(artifact, trust)))
    if isinstance(findings, Failure):
        return Failure(blocks.fault(findings.failure()))
    await checks.remember()
    return Success((artifact, assess(findings.unwrap(), trust, artifact)))


def _enforces(written: Trust | None, chosen: Trust) -> bool:
    """Whether it is the manifest that refuses, and not only whoever asks."""
    return chosen is written and chosen.enforcement == "enforce"


def _refused(found: Opened, name: Tag, digest: Digest, assessment: Assessment, *, enforced: bool) -> Reply:
    facts = assessment.facts
    assert facts.status != "valid"
    refusal = SignatureRefused(
        status=facts.status,
        artifact=digest,
        version=Version(name),
        repository=found.registry.location,
        detail=facts.detail,
        enforced=enforced,
    )
    return _told(refusal, assessment)


def _told(refusal: SignatureRefused, assessment: Assessment) -> Reply:
    reply = blocks.refused(Refused(refusals=(refusal,)), NOBODY, None)
    return msgspec.structs.replace(reply, error=(*reply.error, *render.candidates(assessment)))
