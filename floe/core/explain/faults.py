"""Telling a fault: what failed, how it was found, what to do next."""

from floe.core.explain.signing import Lines, what_does_not_sign
from floe.core.fault import (
    Absent,
    CredentialsExpired,
    CredentialsMissing,
    CredentialsRefused,
    Damaged,
    Diverged,
    Fault,
    LedgerDamaged,
    NoLayout,
    NoPublicKey,
    NoSigningKey,
    NoTrustRoot,
    Occupied,
    Oversized,
    SigningTokenRefused,
    TagTaken,
    TooNew,
    Unavailable,
    Uncopied,
    Unseen,
    Unwritable,
)


def what_failed(fault: Fault) -> Lines:
    match fault:
        case Unavailable(where=where, why=why):
            return (
                f"{where} is not available",
                f"Found: {why}",
                "Next: see that it can be reached, then run this again",
            )
        case CredentialsRefused() | CredentialsMissing() | CredentialsExpired():
            return _not_let_in(fault)
        case NoLayout(where=where, why=why):
            return (
                f"{where} is no OCI image layout",
                f"Found: {why}",
                "Next: name a folder that holds one, or an empty or new folder",
            )
        case Unwritable(where=where, why=why):
            return (f"{where} cannot be written", f"Found: {why}", "Next: mend that, then run this again")
        case Absent(where=where, what=what):
            return (f"{what} not found", f"Looked in: {where}", "Next: check the name, or push it first")
        case Damaged() | LedgerDamaged():
            return _damaged(fault)
        case TagTaken() | TooNew() | Oversized() | Diverged() | Uncopied():
            return _otherwise(fault)
        case NoTrustRoot() | SigningTokenRefused() | NoSigningKey() | NoPublicKey():
            return what_does_not_sign(fault)
        case Unseen(where=where, record=record):
            return (
                f"It may be recorded in {where}, and is not visible there yet",
                f"Found: record {record[:19]} was sent, and is not seen to count",
                "Next: wait a little, then run floe platform recover",
            )
        case Occupied(files=files):
            return (
                "Nothing was written, since some files exist",
                *(f"Found: {file}" for file in files),
                "Next: choose another name, or move them away",
            )


def _not_let_in(fault: CredentialsRefused | CredentialsMissing | CredentialsExpired) -> Lines:
    match fault:
        case CredentialsRefused(where=where):
            return (f"{where} refused the credentials", *_told(fault.why, fault.advice))
        case CredentialsMissing(where=where):
            return (f"There are no credentials for {where}", *_told(fault.why, fault.advice))
        case CredentialsExpired(where=where):
            return (f"The credentials for {where} have expired", *_told(fault.why, fault.advice))


def _told(why: str, advice: str) -> Lines:
    return (f"Found: {why}", f"Next: {advice}")


def _damaged(fault: Damaged | LedgerDamaged) -> Lines:
    if isinstance(fault, LedgerDamaged):
        return (
            f"The ledger is damaged: {fault.what}",
            f"Found: {fault.why}, in {fault.where}",
            "Next: restore it from a copy of the registry; until then nothing is written",
        )
    return (
        f"Content in {fault.where} is damaged",
        f"Found: {fault.found}",
        f"Expected: {fault.expected}",
        "Next: push the same artifact again, or restore it from a copy",
    )


def _otherwise(fault: TagTaken | TooNew | Oversized | Diverged | Uncopied) -> Lines:
    """Content that is there, and is not what can be used."""
    match fault:
        case TooNew(where=where, what=what, needs=needs, reads=reads):
            return (
                f"{what} was written by a newer floe",
                f"Found: it needs a reader of {needs} in {where}. Expected: at most {reads}",
                "Next: upgrade floe",
            )
        case Diverged(where=where, what=what, found=found, expected=expected):
            return (
                f"{where} is no copy any more: {what}",
                f"Found: {found}",
                f"Expected: {expected}",
                "Next: see who wrote there; floe overwrites neither side, and copies nothing until they agree",
            )
        case Uncopied(where=where, what=what, why=why):
            return (
                f"{what} is not copied",
                f"Found: {why}, in {where}",
                "Next: push it again without that, or copy it with another tool",
            )
        case Oversized(where=where, what=what, size=size, largest=largest):
            return (
                f"{what} is too large",
                f"Found: {size} bytes in {where}. Expected: at most {largest} bytes",
                "Next: check that this is the artifact that was meant",
            )
        case TagTaken(tag=tag, found=found, wanted=wanted):
            return (
                f"Tag {tag} exists with other content",
                f"Found: {found}",
                f"Expected: {wanted}",
                "Next: choose another version; what is released is never replaced",
            )
