"""A saved plan: what people review, and what is applied exactly as it is or not at all."""

from pathlib import Path

import msgspec
from returns.result import Failure, Result, Success

from floe.core import canonical
from floe.core.fault import Unwritable
from floe.core.names import ADigest, Malformed
from floe.core.plan import Plan
from floe.core.value import Value
from floe.effects.blocking import FaultError, in_thread
from floe.effects.ports import Outcome
from floe.effects.registry.disk import opened
from floe.effects.registry.stream import source

LARGEST = 4 * 1024 * 1024  # bytes
_EXPECTED = "a file written by --out, unchanged"


class _File(Value, frozen=True, kw_only=True):
    digest: ADigest
    plan: Plan


def render(plan: Plan) -> bytes:
    """The plan and its digest, laid out for review; equal plans give equal bytes."""
    return msgspec.json.format(canonical.encode(_File(digest=plan.digest, plan=plan)), indent=2) + b"\n"


def parse(content: bytes) -> Result[Plan, Malformed]:
    """The plan in a file that nobody has edited."""
    try:
        found = msgspec.json.decode(content, type=_File)
    except (msgspec.DecodeError, RecursionError) as error:
        return Failure(_malformed(str(error)))
    if found.plan.digest != found.digest or render(found.plan) != content:
        return Failure(_malformed("it was edited, or written by another floe: its digest does not match"))
    return Success(found.plan)


def load(path: Path) -> Result[Plan, Malformed]:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        return Failure(_in(path, f"it cannot be read: {error.strerror}"))
    if len(content) > LARGEST:
        return Failure(_in(path, f"more than {LARGEST} bytes"))
    return parse(content).alt(lambda malformed: _in(path, malformed.found))


async def save(plan: Plan, path: Path, signature: bytes | None = None) -> Outcome[None]:
    """Write a plan, and its signature beside it."""
    return await in_thread(lambda: _write(plan, path, signature))


def signature_file(path: Path) -> Path:
    """Where the signature of a plan is: Sigstore's own name for such a file."""
    return path.with_name(f"{path.name}.sigstore.json")


def load_signature(path: Path) -> bytes | None:
    """The signature of a plan; None where there is none that can be read, which is as good as none."""
    try:
        with source(path) as file:
            return file.read(LARGEST + 1)
    except (FaultError, OSError):
        return None


def _write(plan: Plan, path: Path, signature: bytes | None) -> None:
    """Each file appears whole or not at all, and no old signature stays beside a new plan; no folder is made."""
    with opened(path.parent) as folder:
        if folder is None:
            raise FaultError(Unwritable(where=str(path), why="its folder does not exist"))
        folder.remove(signature_file(path).name)
        folder.put(path.name, render(plan))
        if signature is not None:
            folder.put(signature_file(path).name, signature)


def _in(path: Path, found: str) -> Malformed:
    """What is wrong with a file, told under the file's name."""
    return Malformed(what="plan file", found=str(path), expected=f"{_EXPECTED}. Found: {found}")


def _malformed(found: str) -> Malformed:
    return Malformed(what="plan file", found=found, expected=_EXPECTED)
