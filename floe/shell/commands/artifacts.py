"""`floe artifact push`, `pull` and `inspect`; they work without a manifest."""

from pathlib import Path

import msgspec
from returns.result import Failure, Success

from floe.core.names import EnvironmentName, Tag, parse_release
from floe.core.outcome import settled
from floe.effects.publish import inspect as look_into
from floe.effects.publish import pull as fetch
from floe.effects.publish import push as send
from floe.shell.commands import signatures
from floe.shell.commands.repository import Opened, about, opened
from floe.shell.render import artifacts as render
from floe.shell.render import blocks
from floe.shell.render.reply import Reply
from floe.shell.shared import Shared
from floe.shell.signing import SigningAsked

ENVIRONMENTS = tuple(map(EnvironmentName, ("dev", "staging", "prod")))  # where no manifest names others


async def push(shared: Shared, file: Path, uri: str, tag: str, signing: SigningAsked | None) -> Reply:
    """Push a file, and sign what it became where that is asked for. Whoever cannot sign does not push either."""
    match settled(opened(shared, uri)):
        case Failure(reply):
            return reply
        case Success(found):
            named = settled(parse_release(tag, found.policy.names if found.policy else ENVIRONMENTS))
            if isinstance(named, Failure):
                return blocks.malformed(named.failure(), None)
            return await _push(found, file, Tag(named.unwrap()), signing)


async def _push(found: Opened, file: Path, tag: Tag, signing: SigningAsked | None) -> Reply:
    prepared = settled(await signatures.prepared(found, signing)) if signing else Success(None)
    if isinstance(prepared, Failure):
        return prepared.failure()
    match settled(await send(found.registry, file, tag)):
        case Failure(fault):
            return blocks.fault(fault)
        case Success(pushed):
            reply = render.pushed(pushed, found.registry)
            signatory = prepared.unwrap()
            return reply if signatory is None else _both(reply, await signatures.signed_by(found, tag, signatory))


def _both(pushed: Reply, signed: Reply) -> Reply:
    """One answer for two things done."""
    assert isinstance(pushed.document, dict)
    document = {**pushed.document, "signature": signed.document} if not signed.code else signed.document
    return msgspec.structs.replace(signed, lines=(*pushed.lines, *signed.lines), document=document)


async def pull(shared: Shared, uri: str, tag: str, directory: Path) -> Reply:
    async def run(found: Opened, name: Tag) -> Reply:
        checked = settled(await signatures.checked(found, name))
        if isinstance(checked, Failure):
            return checked.failure()
        verdict = checked.unwrap()
        match settled(await fetch(found.registry, verdict.digest or name, directory)):
            case Success(pulled):
                return render.pulled(pulled, verdict.lines, verdict.warnings)
            case Failure(fault):
                return blocks.fault(fault)

    return await about(shared, uri, tag, run)


async def inspect(shared: Shared, uri: str, tag: str) -> Reply:
    async def run(found: Opened, name: Tag) -> Reply:
        match settled(await look_into(found.registry, name)):
            case Success(inspected):
                return render.inspected(inspected)
            case Failure(fault):
                return blocks.fault(fault)

    return await about(shared, uri, tag, run)
