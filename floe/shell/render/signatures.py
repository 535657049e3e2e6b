"""What sign, verify and keygen say."""

from floe.core.canonical import digest_of
from floe.core.names import Digest
from floe.core.trust import Assessment
from floe.effects.signing.pair import Pair
from floe.shell.render.reply import Reply, plain

Lines = tuple[str, ...]


def signed(name: str, artifact: Digest, referrer: Digest, bundle: bytes, doubts: Lines) -> Reply:
    return Reply(
        document={
            "success": True,
            "tag": name,
            "digest": artifact,
            "referrer": referrer,
            "bundle": digest_of(bundle),
            "warnings": list(doubts),
        },
        lines=(
            f"Signed: {name} ({artifact[:19]})",
            f"Signature: {referrer}",
            f"Bundle: {digest_of(bundle)}",
        ),
        warnings=doubts,
    )


def verified(name: str, artifact: Digest, assessment: Assessment) -> Reply:
    facts = assessment.facts
    rows = (
        ("Signature", f"verified ({facts.signer})"),
        ("Issuer", facts.issuer),
        ("Subject", f"{facts.subject} ({facts.matched})" if facts.subject else None),
        ("Key", facts.key),
        ("Signed at", facts.signed_at.strftime("%Y-%m-%d %H:%M") if facts.signed_at else None),
        ("Bundle", facts.bundle),
    )
    return Reply(
        document={
            "success": True,
            "tag": name,
            "digest": artifact,
            "signature": plain(facts),
            "not_accepted": plain(assessment.shortfalls),
        },
        lines=(
            f"Signature verified: {name} ({artifact[:19]})",
            *(f"{label}: {value}" for label, value in rows if value is not None),
            *candidates(assessment),
        ),
    )


def candidates(assessment: Assessment) -> Lines:
    """Each candidate that does not count, and why."""
    lines = tuple(f"  - {each.bundle[:19]} ({each.reason}): {each.detail}" for each in assessment.shortfalls)
    return ("Not accepted:", *lines) if lines else ()


def generated(pair: Pair) -> Reply:
    return Reply(
        document={
            "success": True,
            "private_key": str(pair.private),
            "public_key": str(pair.public),
            "fingerprint": pair.fingerprint,
        },
        lines=(
            f"Wrote {pair.private} (keep it secret)",
            f"Wrote {pair.public}",
            f"Fingerprint: {pair.fingerprint}",
        ),
    )
