"""A saved plan: what people review, and what is applied exactly as it is or not at all."""

from pathlib import Path

import msgspec
from returns.result import Failure, Result, Success

from floe.core import canonical
from floe.core.names import ADigest, Malformed
from floe.core.plan import Plan
from floe.core.value import Value
from floe.effects.blocking import in_thread, writing
from floe.effects.ports import Outcome

LARGEST = 4 * 1024 * 1024  # bytes


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
        return Failure(_malformed(f"{path}: {error.strerror}"))
    if len(content) > LARGEST:
        return Failure(_malformed(f"{path}: more than {LARGEST} bytes"))
    return parse(content)


async def save(plan: Plan, path: Path) -> Outcome[None]:
    return await in_thread(lambda: _write(plan, path))


def _write(plan: Plan, path: Path) -> None:
    with writing(path):
        draft = path.with_name(f".{path.name}.draft")
        draft.write_bytes(render(plan))
        draft.replace(path)


def _malformed(found: str) -> Malformed:
    return Malformed(what="plan file", found=found, expected="a file written by --out, unchanged")
