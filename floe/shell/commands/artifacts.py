"""`floe artifact push`, `pull` and `inspect`; they work without a manifest."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from returns.result import Failure, Result, Success

from floe.core.names import EnvironmentName, Tag, Version, parse_release, parse_tag
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.core.policy import Policy
from floe.core.refusal import SignatureRefused
from floe.effects.drive import Faulted, Refused
from floe.effects.ports import Registry
from floe.effects.publish import inspect as look_into
from floe.effects.publish import pull as fetch
from floe.effects.publish import push as send
from floe.shell import wiring
from floe.shell.commands.opening import default_manifest, load
from floe.shell.location import parse_location
from floe.shell.remote import settings_for
from floe.shell.render import artifacts as render
from floe.shell.render import blocks
from floe.shell.render.reply import Reply
from floe.shell.settings import Settings, Surroundings, surroundings
from floe.shell.shared import Shared

ENVIRONMENTS = tuple(map(EnvironmentName, ("dev", "staging", "prod")))  # where no manifest names others
NOBODY = Operator(name="", assurance="unverified")  # reading needs no operator
Opened = tuple[Registry, Policy | None]


async def push(shared: Shared, file: Path, uri: str, tag: str) -> Reply:
    match settled(_opened(shared, uri)):
        case Failure(reply):
            return reply
        case Success((registry, policy)):
            named = settled(parse_release(tag, policy.names if policy else ENVIRONMENTS))
            if isinstance(named, Failure):
                return blocks.malformed(named.failure(), None)
            match settled(await send(registry, file, Tag(named.unwrap()))):
                case Success(pushed):
                    return render.pushed(pushed, registry)
                case Failure(fault):
                    return blocks.faulted(Faulted(faults=(fault,)), None)


async def pull(shared: Shared, uri: str, tag: str, directory: Path) -> Reply:
    async def run(registry: Registry, policy: Policy | None, name: Tag) -> Reply:
        refused = await _unverified(registry, policy, name)
        if refused is not None:
            return refused
        match settled(await fetch(registry, name, directory)):
            case Success(pulled):
                return render.pulled(pulled)
            case Failure(fault):
                return blocks.faulted(Faulted(faults=(fault,)), None)

    return await _about(shared, uri, tag, run)


async def inspect(shared: Shared, uri: str, tag: str) -> Reply:
    async def run(registry: Registry, _: Policy | None, name: Tag) -> Reply:
        match settled(await look_into(registry, name)):
            case Success(found):
                return render.inspected(found)
            case Failure(fault):
                return blocks.faulted(Faulted(faults=(fault,)), None)

    return await _about(shared, uri, tag, run)


async def _about(
    shared: Shared, uri: str, tag: str, run: Callable[[Registry, Policy | None, Tag], Awaitable[Reply]]
) -> Reply:
    """A command about what a tag points to."""
    named = settled(parse_tag(tag))
    if isinstance(named, Failure):
        return blocks.malformed(named.failure(), None)
    match settled(_opened(shared, uri)):
        case Failure(reply):
            return reply
        case Success((registry, policy)):
            return await run(registry, policy, named.unwrap())


def _opened(shared: Shared, uri: str) -> Result[Opened, Reply]:
    """The registry, and the policy of the manifest where there is one; a folder is relative to the manifest's."""
    around = surroundings()
    if not _has_manifest(shared, around):
        return _registry(uri, Path(), None, around).map(lambda registry: (registry, None))
    match settled(load(shared, around)):
        case Failure(reply):
            return Failure(reply)
        case Success(loaded):
            opened = _registry(uri, loaded.settings.base, loaded.settings, around)
            return opened.map(lambda registry: (registry, loaded.policy))


def _has_manifest(shared: Shared, around: Surroundings) -> bool:
    return shared.manifest is not None or around.manifest is not None or default_manifest() is not None


def _registry(uri: str, base: Path, settings: Settings | None, around: Surroundings) -> Result[Registry, Reply]:
    match settled(parse_location(uri, base=base)):
        case Failure(malformed):
            return Failure(blocks.malformed(malformed, None))
        case Success(location):
            opened = wiring.registry_at(location, settings_for(location, settings), around)
            return opened.alt(lambda fault: blocks.faulted(Faulted(faults=(fault,)), None))


async def _unverified(registry: Registry, policy: Policy | None, name: Tag) -> Reply | None:
    """The refusal of a pull that would need a signature checked; None when none is asked for."""
    enforced = policy and any(each.trust and each.trust.enforcement == "enforce" for each in policy.environments)
    resolved = settled(await registry.resolve(name))
    digest = resolved.unwrap() if isinstance(resolved, Success) else None
    if not enforced or digest is None:
        return None
    why = "this floe does not verify signatures yet"
    refusal = SignatureRefused(status="not checkable", artifact=digest, version=Version(name), detail=why)
    return blocks.refused(Refused(refusals=(refusal,)), NOBODY, None)
