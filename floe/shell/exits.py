"""What a process ends with: one table from every refusal and fault to its exit code (CONTRACT 2)."""

from typing import Final

from floe.core import fault, refusal
from floe.core.fault import Fault
from floe.core.refusal import NotBuilt, Refusal, Refusals
from floe.core.replica import Status, Synced

DONE: Final = 0
BUG: Final = 1
USAGE: Final = 2
NOT_FOUND: Final = 3
INVALID: Final = 4
UNAVAILABLE: Final = 5
UNSIGNED: Final = 6
MOVED_ON: Final = 7
GATE_FAILED: Final = 8
WRONG_STEP: Final = 9
ALREADY: Final = 10
NEVER_PROMOTED: Final = 11
NOT_AUTHORIZED: Final = 12
LOCKED: Final = 13
UNFINISHED: Final = 14
DRIFTED: Final = 15
INTERRUPTED: Final = 130
TERMINATED: Final = 143  # 128 + SIGTERM, as shells have it

# Where several reasons refuse, the code is the first of these that applies.
PROMOTING: Final = (4, 5, 3, 9, 10, 11, 13, 12, 6, 8, 7)
APPLYING: Final = (4, 5, 7, 3, 9, 10, 11, 13, 12, 6, 8)
FAILING: Final = (USAGE, *PROMOTING, UNFINISHED, DRIFTED)  # a record of this run, before the state of all of them

REFUSALS: Final[dict[type[Refusal], int]] = {
    refusal.UnknownEnvironment: NOT_FOUND,
    refusal.VersionNotFound: NOT_FOUND,
    refusal.NotNext: WRONG_STEP,
    refusal.NeverPromoted: NEVER_PROMOTED,
    refusal.NothingBefore: NEVER_PROMOTED,
    refusal.RolledBackFrom: WRONG_STEP,
    refusal.SoakLeft: WRONG_STEP,
    refusal.AlreadyPromoted: ALREADY,
    refusal.AlreadyCurrent: ALREADY,
    refusal.TagExists: ALREADY,
    refusal.IsLocked: LOCKED,
    refusal.AlreadyLocked: LOCKED,
    refusal.Unverified: NOT_AUTHORIZED,
    refusal.TokenRefused: NOT_AUTHORIZED,
    refusal.NotAuthorized: NOT_AUTHORIZED,
    refusal.SameHands: NOT_AUTHORIZED,
    refusal.UnknownHands: NOT_AUTHORIZED,
    refusal.MachineWithoutHuman: NOT_AUTHORIZED,
    refusal.SignatureRefused: UNSIGNED,
    refusal.PlanUnsigned: UNSIGNED,
    refusal.GateWithoutCommand: GATE_FAILED,
    refusal.GateFailed: GATE_FAILED,
    refusal.GateNotRun: GATE_FAILED,
    refusal.FactChanged: MOVED_ON,
    refusal.EffectsChanged: MOVED_ON,
    refusal.Outvoted: MOVED_ON,
}
COPIES: Final[dict[Status, int]] = {"synced": DONE, "pending": UNAVAILABLE, "diverged": DRIFTED}
NOT_BUILT: Final = {"approvals": NOT_AUTHORIZED, "freeze": LOCKED}

FAULTS: Final[dict[type[Fault], int]] = {
    fault.Unavailable: UNAVAILABLE,
    fault.CredentialsRefused: UNAVAILABLE,
    fault.CredentialsMissing: UNAVAILABLE,
    fault.CredentialsExpired: UNAVAILABLE,
    fault.NoLayout: UNAVAILABLE,
    fault.Unwritable: UNAVAILABLE,
    fault.Absent: NOT_FOUND,
    fault.Damaged: UNAVAILABLE,
    fault.TagTaken: ALREADY,
    fault.LedgerDamaged: DRIFTED,
    fault.Unseen: UNFINISHED,
    fault.TooNew: UNAVAILABLE,
    fault.Diverged: DRIFTED,
    fault.Uncopied: UNAVAILABLE,
    fault.Oversized: UNAVAILABLE,
    fault.Occupied: USAGE,
    fault.NoSigningKey: USAGE,
    fault.NoPublicKey: UNSIGNED,
    fault.NoTrustRoot: UNSIGNED,
    fault.SigningTokenRefused: UNAVAILABLE,
}


def code_of(each: Refusal) -> int:
    return NOT_BUILT[each.feature] if isinstance(each, NotBuilt) else REFUSALS[type(each)]


def refused(refusals: Refusals, order: tuple[int, ...] = PROMOTING) -> tuple[int, Refusals]:
    """The exit code of some refusals, and the refusals in the order in which they are told."""
    told = tuple(sorted(refusals, key=lambda each: order.index(code_of(each))))
    return code_of(told[0]), told


def copied(synced: tuple[Synced, ...]) -> int:
    """One that has gone a way of its own comes before one that could not be reached."""
    return max((COPIES[each.status] for each in synced), default=DONE)


def faulted(faults: tuple[Fault, ...]) -> int:
    return min((FAULTS[type(each)] for each in faults), key=FAILING.index)
