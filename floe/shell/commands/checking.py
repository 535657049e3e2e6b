"""`floe platform check`."""

from returns.result import Failure, Success

from floe.core.check.finding import Finding, wrong
from floe.core.check.policy import examine
from floe.core.explain.faults import what_failed
from floe.core.outcome import settled
from floe.shell import exits
from floe.shell.commands.opening import load
from floe.shell.manifest import Loaded
from floe.shell.render.reply import Reply
from floe.shell.settings import surroundings
from floe.shell.shared import Shared


async def check(shared: Shared) -> Reply:
    match settled(load(shared, surroundings())):
        case Failure(reply):
            return reply
        case Success(loaded):
            return _reply(loaded, await _unusable_keys(loaded))


async def _unusable_keys(loaded: Loaded) -> tuple[Finding, ...]:
    """Each key file that is trusted and by which nothing can be checked; no service is asked for a key."""
    trusts = (loaded.settings.registry.trust, *(each.trust for each in loaded.policy.environments))
    keys = (key for trust in trusts if trust for key in trust.keys if key.fingerprint is not None)
    found: list[Finding] = []
    for reference in dict.fromkeys(key.reference for key in keys):
        from floe.effects.signing.reference import public_keys  # noqa: PLC0415 (cryptography takes a while to load)

        read = settled(await public_keys((reference,), loaded.settings.base))
        if isinstance(read, Failure):
            what, why, expected, *_ = what_failed(read.failure())
            found.append(wrong("artifacts.registry.verification.keys", f"{what}. {why}. {expected}"))
    return tuple(found)


def _reply(loaded: Loaded, keys: tuple[Finding, ...]) -> Reply:
    findings = (*examine(loaded.policy), *keys, *(_doubtful(each.path, each.message) for each in loaded.doubts))
    bad = tuple(each for each in findings if each.level == "wrong")
    doubtful = tuple(each for each in findings if each.level == "doubtful")
    return Reply(
        code=exits.INVALID if bad else exits.DONE,
        document={
            "success": not bad,
            "wrong": [_document(each) for each in bad],
            "doubtful": [_document(each) for each in doubtful],
        },
        lines=(
            *(f"doubtful: {each.where}: {each.message}" for each in doubtful),
            *(() if bad else ("Nothing is wrong",)),
        ),
        error=(
            *(("ERROR: the manifest can be read and cannot work",) if bad else ()),
            *(f"wrong: {each.where}: {each.message}" for each in bad),
        ),
    )


def _doubtful(where: str, message: str) -> Finding:
    return Finding(level="doubtful", where=where, message=message)


def _document(finding: Finding) -> dict[str, str]:
    return {"where": finding.where, "message": finding.message}
