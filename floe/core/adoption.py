"""Taking what was promoted by hand into a ledger, marked as adopted: nothing is known of who did it, or why."""

from collections.abc import Iterable, Iterator, Mapping

from returns.result import Failure, Result, Success

from floe.core import access, canonical, suggest
from floe.core.command import Adopt
from floe.core.event import Adopted, Placement
from floe.core.facts import Facts
from floe.core.names import Digest, EnvironmentName, Tag, environment_tag, parse_version, pointer
from floe.core.outcome import failures, settled
from floe.core.plan import Plan
from floe.core.policy import Policy
from floe.core.refusal import AlreadyPromoted, Refusal, Refusals, TagExists, UnknownEnvironment, VersionNotFound
from floe.core.snapshot import Snapshot
from floe.core.transition import presence


def adoptable(
    tags: Mapping[Tag, Digest], recorded: Iterable[Tag], environments: tuple[EnvironmentName, ...]
) -> tuple[Adopt, ...]:
    """What to adopt: every environment tag that no record made, oldest version first. No tag is moved by that."""
    known = frozenset(recorded)
    return tuple(adopt for name in environments for adopt in _of(tags, known, name))


def decide_adoption(snapshot: Snapshot, command: Adopt, policy: Policy) -> Result[Plan, Refusals]:
    environment = policy.environment(command.environment)
    known = facts(snapshot, command, policy)
    if environment is None or known is None:
        return Failure((UnknownEnvironment(name=command.environment, known=policy.names),))
    refusals = (
        *_refusals(snapshot, command, environment.name),
        *failures(access.may(snapshot.operator, environment, policy.identity, "adopt")),
    )
    if refusals:
        return Failure(refusals)
    event = Adopted(
        version=command.version, digest=command.digest, environment=environment.name, is_current=command.is_current
    )
    return Success(
        Plan(
            command=command,
            policy=known.policy,
            facts=known,
            event=event,
            after=Placement(version=command.version, digest=command.digest),
        )
    )


def facts(snapshot: Snapshot, command: Adopt, policy: Policy) -> Facts | None:
    if policy.environment(command.environment) is None:
        return None
    state = snapshot.state.of(command.environment)
    return Facts(
        version_digest=command.digest,
        environment_tag=snapshot.tag(environment_tag(command.version, state.environment)),
        last_record=state.current.record if state.current else None,
        policy=canonical.digest(policy),
    )


def _refusals(snapshot: Snapshot, command: Adopt, name: EnvironmentName) -> Iterator[Refusal]:
    tag = environment_tag(command.version, name)
    found = snapshot.tag(tag)
    if found is None:
        yield VersionNotFound(
            version=command.version, nearest=suggest.nearest(command.version, snapshot.names, (name,))
        )
    elif found != command.digest:
        yield TagExists(name=tag, found=found, wanted=command.digest)
    if (there := presence(snapshot.valid, command.version, name).promotion) and there.record.after:
        record, digest = there.record, there.record.after.digest
        yield AlreadyPromoted(
            id=record.id, version=command.version, digest=digest, environment=name, at=record.at, by=record.operator
        )


def _of(tags: Mapping[Tag, Digest], recorded: frozenset[Tag], name: EnvironmentName) -> Iterator[Adopt]:
    suffix, current = f"-{name}", tags.get(pointer(name))
    made = tuple(tag for tag in suggest.by_age(tags, suffix) if tag not in recorded)
    newest = next((tag for tag in reversed(made) if tags[tag] == current), None)
    for tag in made:
        version = settled(parse_version(tag.removesuffix(suffix)))
        if isinstance(version, Success):
            yield Adopt(version=version.unwrap(), digest=tags[tag], environment=name, is_current=tag == newest)
