"""The same rules again, written as dumbly as possible: beside every clever function of the core stands one of these.

They go over lists from the beginning, keep nothing, and know nothing of each other.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from floe.core.command import Command, Lock, Promote, RollBack, Unlock, environment_of
from floe.core.event import Adopted, Locked, Promoted, RolledBack, Unlocked
from floe.core.ledger.record import Record
from floe.core.names import Digest, Tag, Version
from floe.core.operator import Operator
from floe.core.policy import IdentityPolicy, Policy
from floe.core.snapshot import Known

Written = tuple[Digest, Record]


# Folding -----------------------------------------------------------------------------------------------------------


def is_void(earlier: list[Written], record: Record) -> bool:
    """Whether what a record expects is untrue, from all valid records before it and nothing else."""
    where = record.event.environment
    moved: Digest | None = None
    held: Digest | None = None
    for digest, other in earlier:
        if other.event.environment == where and moves(other):
            moved = digest
        if other.event.environment == where and isinstance(other.event, Locked):
            until = other.event.until
            held = digest if until is None or record.at < until else None
        if other.event.environment == where and isinstance(other.event, Unlocked):
            held = None
    wrong_move = record.expects.after is not msgspec.UNSET and record.expects.after != moved
    wrong_lock = record.expects.lock is not msgspec.UNSET and record.expects.lock != held
    return wrong_move or wrong_lock


def moves(record: Record) -> bool:
    """Whether a record leaves the pointer where it says."""
    event = record.event
    return isinstance(event, Promoted | RolledBack) or (isinstance(event, Adopted) and event.is_current)


def valid(history: tuple[Written, ...]) -> list[Written]:
    found: list[Written] = []
    for digest, record in history:
        if not is_void(found, record):
            found.append((digest, record))
    return found


# Presence ----------------------------------------------------------------------------------------------------------


def stands(records: Iterable[Known], version: str, environment: str) -> Known | None:
    """The promotion by which a version is in an environment, if it is: the last word about it counts."""
    promotion, is_in = None, False
    for known in records:
        event, before = known.record.event, known.record.before
        if event.environment != environment or not isinstance(event, Promoted | Adopted | RolledBack):
            continue
        if isinstance(event, Promoted | Adopted) and event.version == version:
            promotion, is_in = known, True
        elif isinstance(event, RolledBack) and event.version == version:
            is_in = True
        elif isinstance(event, RolledBack) and before is not None and before.version == version:
            is_in = False
    return promotion if is_in else None


# The way -----------------------------------------------------------------------------------------------------------


def may_follow(policy: Policy, source: str, target: str) -> bool:
    """Whether nothing but optional environments lies between, going forward."""
    ladder = ["none", *policy.names]
    optional = {each.name for each in policy.environments if each.optional}
    between = ladder[ladder.index(source) + 1 : ladder.index(target)]
    return ladder.index(source) < ladder.index(target) and set(between) <= optional


# People ------------------------------------------------------------------------------------------------------------


def is_believed(operator: Operator, identity: IdentityPolicy) -> bool:
    return identity.accept_unverified or operator.assurance in ("verified", "signed")


def account(operator: Operator) -> str:
    return f"{operator.issuer}#{operator.subject}" if operator.issuer and operator.subject else operator.name


def person(operator: Operator, identity: IdentityPolicy) -> str | None:
    """Who is behind it. A machine is whoever it acts for; without a list of people everybody else is themselves."""
    who = operator.on_behalf_of if operator.kind == "machine" else account(operator)
    for each in identity.people:
        if who in each.members:
            return each.name
    return None if identity.people or operator.kind == "machine" else who


def called(operator: Operator, identity: IdentityPolicy) -> set[str]:
    """Every word for the operator; of what only a token shows, none for somebody who only says so."""
    accounts = {account(operator)} | ({operator.on_behalf_of} if operator.on_behalf_of else set())
    if not is_believed(operator, identity):
        accounts = {each for each in accounts if "://" not in each}
    return accounts | {each.name for each in identity.people if accounts & set(each.members)}


def groups(operator: Operator, identity: IdentityPolicy) -> set[str]:
    found = set(operator.groups or ())
    for group in identity.groups:
        for member in group.members:
            if member in called(operator, identity):
                found.add(group.name)
    return found


def is_listed(operator: Operator, environment: str, policy: Policy) -> bool:
    """Whether either list of an environment names the operator; where there is no list, everybody is named."""
    where = policy.environment(environment)
    assert where is not None
    rule = where.authorization
    if rule is None or (rule.allowed_groups is None and rule.allowed_operators is None):
        return True
    by_group = groups(operator, policy.identity) & set(rule.allowed_groups or ())
    return bool(by_group or called(operator, policy.identity) & set(rule.allowed_operators or ()))


def must_prove(operator: Operator, environment: str, policy: Policy) -> bool:
    """Whether the operator is one of whom proof is wanted, and gave none."""
    where = policy.environment(environment)
    assert where is not None
    rule = where.authorization
    has_rules = rule is not None and (
        rule.allowed_groups is not None or rule.allowed_operators is not None or rule.separation_of_duties
    )
    return has_rules and not is_believed(operator, policy.identity)


# Separate hands ----------------------------------------------------------------------------------------------------


def hands(records: Iterable[Known], digest: str, source: str, target: str, policy: Policy) -> dict[str, Known]:
    """Who last promoted these bytes, by environment: in the source, and earlier wherever there is authorization."""
    found: dict[str, Known] = {}
    order = [str(name) for name in policy.names]
    earlier = order[: order.index(target)]
    for known in records:
        event = known.record.event
        if isinstance(event, Promoted | Adopted) and event.digest == digest and event.environment in earlier:
            where = policy.environment(event.environment)
            if event.environment == source or (where is not None and where.authorization is not None):
                found[event.environment] = known
    return found


def conflicts(operator: Operator, found: dict[str, Known], target: str, policy: Policy) -> set[tuple[str, str]]:
    """Each environment whose hands are the operator's own (`same`), or may be (`unknown`)."""
    where = policy.environment(target)
    if where is None or where.authorization is None or not where.authorization.separation_of_duties:
        return set()
    mine = person(operator, policy.identity)
    if mine is None and operator.kind == "machine":
        return {(target, "machine")}
    wrong = set()
    for environment, known in found.items():
        theirs = person(known.record.operator, policy.identity)
        if isinstance(known.record.event, Adopted):
            theirs = None
        if mine is None or theirs is None or not is_believed(known.record.operator, policy.identity):
            wrong.add((environment, "unknown"))
        elif mine == theirs:
            wrong.add((environment, "same"))
    return wrong


# Whole decisions -----------------------------------------------------------------------------------------------------


def locked(records: Iterable[Known], environment: str, at: datetime) -> Known | None:
    """The lock in force: the last one that was neither ended nor over."""
    last: Known | None = None
    for known in records:
        if known.record.event.environment == environment and isinstance(known.record.event, Locked):
            last = known
        if known.record.event.environment == environment and isinstance(known.record.event, Unlocked):
            last = None
    if last is None:
        return None
    assert isinstance(last.record.event, Locked)
    until = last.record.event.until
    return last if until is None or at < until else None


def brought(records: Iterable[Known], version: str, environment: str) -> Known | None:
    """The last promotion of a version into an environment, whatever came after it."""
    found = None
    for known in records:
        event = known.record.event
        if isinstance(event, Promoted | Adopted) and (event.version, event.environment) == (version, environment):
            found = known
    return found


def current(records: Iterable[Known], environment: str) -> Known | None:
    found = None
    for known in records:
        if isinstance(known.record.event, Promoted | RolledBack) and known.record.event.environment == environment:
            found = known
    return found


def objections(
    command: Command,
    operator: Operator,
    policy: Policy,
    records: tuple[Known, ...],
    pushed: dict[Version, Digest],
    at: datetime,
) -> set[str]:
    """The names of all refusals that a command meets in a world where everything is drawn, but for those of gates."""
    if environment_of(command) not in policy.names:
        return {"UnknownEnvironment"}
    match command:
        case Promote():
            return _against_promotion(command, operator, policy, records, pushed, at)
        case RollBack():
            return _against_rollback(command, operator, policy, records)
        case Lock(environment=environment):
            held = {"AlreadyLocked"} if locked(records, environment, at) else set()
            return held | _against_person(operator, environment, policy)
        case Unlock(environment=environment):
            return _against_person(operator, environment, policy)
        case _:
            raise ValueError(command)


def _against_person(operator: Operator, environment: str, policy: Policy) -> set[str]:
    wrong = {"Unverified"} if must_prove(operator, environment, policy) else set()
    return wrong if is_listed(operator, environment, policy) else wrong | {"NotAuthorized"}


def _against_promotion(
    command: Promote,
    operator: Operator,
    policy: Policy,
    records: tuple[Known, ...],
    pushed: dict[Version, Digest],
    at: datetime,
) -> set[str]:
    version, target = command.version, command.target
    source = command.source or _nearest(version, target, policy, records)
    wrong = _against_person(operator, target, policy)
    if not may_follow(policy, source, target):
        wrong.add("NotNext")
    origin = brought(records, version, source)
    digest = pushed.get(version)
    if source != "none" and origin is None:
        digest = None
    if digest is None:
        wrong.add("NeverPromoted" if version in pushed and source != "none" else "VersionNotFound")
    if origin is not None and stands(records, version, source) is None:
        wrong.add("RolledBackFrom")
    if stands(records, version, target) is not None and not command.force:
        wrong.add("AlreadyPromoted")
    if locked(records, target, at) is not None:
        wrong.add("IsLocked")
    if digest is not None:
        kinds = {
            kind for _, kind in conflicts(operator, hands(records, digest, source, target, policy), target, policy)
        }
        words = {"same": "SameHands", "unknown": "UnknownHands", "machine": "MachineWithoutHuman"}
        wrong |= {words[kind] for kind in kinds}
    return wrong


def _nearest(version: str, target: str, policy: Policy, records: tuple[Known, ...]) -> str:
    ladder = ["none", *policy.names]
    allowed = [name for name in ladder if may_follow(policy, name, target)]
    standing = [name for name in allowed if stands(records, version, name) is not None]
    return (standing or allowed)[-1]


def _against_rollback(command: RollBack, operator: Operator, policy: Policy, records: tuple[Known, ...]) -> set[str]:
    name = command.environment
    now = current(records, name)
    version = command.version or _before(records, name)
    if version is None:
        return {"NothingBefore"}
    wrong = _against_person(operator, name, policy)
    if brought(records, version, name) is None:
        wrong.add("NeverPromoted")
    if now is not None and now.record.after is not None and now.record.after.version == version:
        wrong.add("AlreadyCurrent")
    return wrong


def _before(records: tuple[Known, ...], environment: str) -> str | None:
    """The version before the current one: every promotion is undone once, by the rollback that leaves it."""
    moves = [
        known.record.event
        for known in records
        if isinstance(known.record.event, Promoted | RolledBack) and known.record.event.environment == environment
    ]
    stack: list[str] = []
    for move in moves:
        if isinstance(move, RolledBack):
            while stack and stack[-1] != move.version:
                stack.pop()
            stack = [*stack[:-1], move.version]
        elif stack[-1:] != [move.version]:
            stack.append(move.version)
    return stack[-2] if len(stack) >= 2 else None


# Tags --------------------------------------------------------------------------------------------------------------


def drawn(history: tuple[Written, ...]) -> dict[str, Digest]:
    """Every tag that the valid records draw, one after the other."""
    tags: dict[str, Digest] = {}
    for _, record in valid(history):
        event = record.event
        if isinstance(event, Promoted | Adopted):
            tags[f"{event.version}-{event.environment}"] = event.digest
        if isinstance(event, RolledBack):
            tags[event.tag] = event.digest
        if isinstance(event, Promoted | Adopted | RolledBack) and moves(record):
            tags[f"latest-{event.environment}"] = event.digest
    return tags


def differences(expected: Mapping[Tag, Digest], found: Mapping[Tag, Digest]) -> set[tuple[str, str]]:
    """Tags that are missing or that point elsewhere."""
    missing = {(tag, "missing") for tag in expected if tag not in found}
    return missing | {(tag, "moved") for tag in expected if tag in found and found[tag] != expected[tag]}


# Heads and exit codes ----------------------------------------------------------------------------------------------


def xor(digests: Iterable[str]) -> str:
    """The exclusive or of 32 hex digits each, digit by digit."""
    total = [0] * 32
    for digest in digests:
        for place, digit in enumerate(digest.split(":")[1][:32]):
            total[place] ^= int(digit, 16)
    return "".join("0123456789abcdef"[each] for each in total)


def first_code(codes: Iterable[int], order: tuple[int, ...]) -> int:
    present = set(codes)
    for code in order:
        if code in present:
            return code
    raise ValueError(present)
