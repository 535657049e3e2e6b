"""`floe init`."""

from pathlib import Path

from returns.result import Failure, Success

from floe.core.fault import Occupied
from floe.core.outcome import settled
from floe.shell import exits
from floe.shell.render import blocks
from floe.shell.render.documents import Reason
from floe.shell.render.reply import Reply
from floe.shell.starter import begin


async def init(folder: Path) -> Reply:
    match settled(begin(folder)):
        case Success(files):
            return _written(folder, files)
        case Failure(trouble):
            if isinstance(trouble, Occupied):
                return _occupied(trouble.files)
            return blocks.fault(trouble)


def _written(folder: Path, files: tuple[Path, ...]) -> Reply:
    names = tuple(str(file) for file in files)
    return Reply(
        document={"success": True, "folder": str(folder), "files": list(names)},
        lines=(
            *(f"Wrote {name}" for name in names),
            "Next: floe platform check, then floe platform compile --spec floe.yaml",
        ),
    )


def _occupied(files: tuple[str, ...]) -> Reply:
    message = "Nothing was written, since some files exist"
    reasons = [Reason(code="occupied", message=file) for file in files]
    return Reply(
        code=exits.USAGE,
        document=blocks.error_document("occupied", exits.USAGE, message, reasons),
        error=(
            f"ERROR: {message}",
            *(f"Found: {file}" for file in files),
            "Expected: a folder without them",
            "Next: name another folder (floe init DIR), or move them away",
        ),
    )
