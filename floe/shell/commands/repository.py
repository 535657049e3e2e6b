"""Opening a repository that a command names, with or without a manifest."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from returns.result import Failure, Result

from floe.core.names import Tag, parse_tag
from floe.core.outcome import settled
from floe.core.policy import Policy, Trust
from floe.effects.ports import Registry
from floe.shell import wiring
from floe.shell.commands.opening import default_manifest, load
from floe.shell.location import Location, parse_location
from floe.shell.remote import settings_for
from floe.shell.render import blocks
from floe.shell.render.reply import Reply
from floe.shell.settings import RegistrySettings, Settings, Surroundings, surroundings
from floe.shell.shared import Shared


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A repository, and what the manifest says of it and of everything else where there is one."""

    registry: Registry
    settings: RegistrySettings
    base: Path  # where the manifest's relative paths begin
    around: Surroundings
    policy: Policy | None = None

    @property
    def trust(self) -> Trust | None:
        return self.settings.trust


async def about(shared: Shared, uri: str, tag: str, run: Callable[[Opened, Tag], Awaitable[Reply]]) -> Reply:
    """A command about what a tag points to."""
    named = settled(parse_tag(tag))
    if isinstance(named, Failure):
        return blocks.malformed(named.failure(), None)
    found = settled(opened(shared, uri))
    return found.failure() if isinstance(found, Failure) else await run(found.unwrap(), named.unwrap())


def opened(shared: Shared, uri: str) -> Result[Opened, Reply]:
    """The repository; a folder is relative to the manifest's."""
    around = surroundings()
    if not _has_manifest(shared, around):
        return _opened(uri, Path(), None, around)
    return load(shared, around).bind(
        lambda loaded: _opened(uri, loaded.settings.base, loaded.settings, around).map(
            lambda found: msgspec.structs.replace(found, policy=loaded.policy)
        )
    )


def _has_manifest(shared: Shared, around: Surroundings) -> bool:
    return shared.manifest is not None or around.manifest is not None or default_manifest() is not None


def _opened(uri: str, base: Path, settings: Settings | None, around: Surroundings) -> Result[Opened, Reply]:
    located: Result[Location, Reply] = parse_location(uri, base=base).alt(lambda found: blocks.malformed(found, None))
    return located.bind(lambda location: _at(location, base, settings, around))


def _at(location: Location, base: Path, settings: Settings | None, around: Surroundings) -> Result[Opened, Reply]:
    how = _signatures_too(settings_for(location, settings), settings)
    return (
        wiring.registry_at(location, how, around)
        .map(lambda registry: Opened(registry=registry, settings=how, base=base, around=around))
        .alt(blocks.fault)
    )


def _signatures_too(how: RegistrySettings, settings: Settings | None) -> RegistrySettings:
    """The primary decides whose signatures count and how they are made, unless the repository has its own say."""
    primary = settings.registry if settings else how
    return msgspec.structs.replace(how, signing=how.signing or primary.signing, trust=how.trust or primary.trust)
