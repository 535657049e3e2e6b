"""`floe platform check`."""

from returns.result import Failure, Success

from floe.core.check.finding import Finding
from floe.core.check.policy import examine
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
            return _reply(loaded)


def _reply(loaded: Loaded) -> Reply:
    findings = (*examine(loaded.policy), *(_doubtful(each.path, each.message) for each in loaded.doubts))
    wrong = tuple(each for each in findings if each.level == "wrong")
    doubtful = tuple(each for each in findings if each.level == "doubtful")
    return Reply(
        code=exits.INVALID if wrong else exits.DONE,
        document={
            "success": not wrong,
            "wrong": [_document(each) for each in wrong],
            "doubtful": [_document(each) for each in doubtful],
        },
        lines=(
            *(f"doubtful: {each.where}: {each.message}" for each in doubtful),
            *(() if wrong else ("Nothing is wrong",)),
        ),
        error=(
            *(("ERROR: the manifest can be read and cannot work",) if wrong else ()),
            *(f"wrong: {each.where}: {each.message}" for each in wrong),
        ),
    )


def _doubtful(where: str, message: str) -> Finding:
    return Finding(level="doubtful", where=where, message=message)


def _document(finding: Finding) -> dict[str, str]:
    return {"where": finding.where, "message": finding.message}
