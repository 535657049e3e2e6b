"""Layouts to look at from both sides: through floe, and as files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

import pytest

from floe.core.artifact import MANIFEST, Descriptor
from floe.core.canonical import digest_of
from floe.core.fault import Fault
from floe.core.names import Tag
from floe.effects.blocking import FaultError
from floe.effects.registry.layout import Layout

P = ParamSpec("P")

V1, V2 = Tag("v1.0.0"), Tag("v2.0.0")
REF = "org.opencontainers.image.ref.name"
MARK = '{"imageLayoutVersion": "1.0.0"}'
EMPTY = '{"schemaVersion": 2, "manifests": []}'


def described(content: bytes) -> Descriptor:
    return Descriptor(media_type=MANIFEST, digest=digest_of(content), size=len(content))


def tag(layout: Layout, name: Tag, content: bytes) -> Descriptor:
    layout.write_blob(content)
    with layout.transaction() as change:
        change.tag(name, described(content))
    return described(content)


def fill(root: Path, **files: str) -> dict[str, bytes]:
    root.mkdir()
    for name, text in files.items():
        (root / name.replace("__", "-").replace("_", ".")).write_text(text)
    return snapshot(root)


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def index(root: Path) -> dict[str, list[dict[str, object]]]:
    found = json.loads((root / "index.json").read_bytes())
    assert isinstance(found, dict)
    return found


def refused(call: Callable[P, object], *args: P.args, **options: P.kwargs) -> Fault:
    with pytest.raises(FaultError) as raised:
        call(*args, **options)
    return raised.value.fault
