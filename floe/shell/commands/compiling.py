"""`floe platform compile`."""

from pathlib import Path

from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.shell import compiling
from floe.shell.commands.opening import complained, default_manifest, load
from floe.shell.compiling import CompiledFile
from floe.shell.render import blocks
from floe.shell.render.reply import Reply
from floe.shell.settings import surroundings
from floe.shell.shared import Shared


async def compile_files(shared: Shared, specs: list[Path], out: Path) -> Reply:
    named = surroundings().manifest
    asked = shared.manifest or (Path(named) if named else None)
    fallback = default_manifest()
    if asked or fallback:
        checked = settled(load(shared, surroundings()))
        if isinstance(checked, Failure):
            return checked.failure()
    match settled(compiling.compile_files(specs, out, manifest=asked, fallback=fallback)):
        case Success(compiled):
            return _reply(compiled)
        case Failure(trouble):
            if isinstance(trouble, tuple):
                return complained(str(specs[0]) if len(specs) == 1 else "the specs", trouble)
            return blocks.fault(trouble)


def _reply(compiled: CompiledFile) -> Reply:
    return Reply(
        document={
            "success": True,
            "path": str(compiled.path),
            "digest": compiled.digest,
            "products": list(compiled.products),
        },
        lines=(
            f"Compiled: {compiled.path}",
            f"Digest: {compiled.digest}",
            f"Products: {', '.join(compiled.products)}",
        ),
        warnings=tuple(map(str, compiled.doubts)),
    )
