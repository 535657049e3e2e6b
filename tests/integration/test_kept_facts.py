"""What was found about bundles is kept for next time, and says nothing once anybody has altered it."""

from pathlib import Path

import anyio
import msgspec
import pytest

from floe.core.canonical import digest_of
from floe.core.signature.candidate import Keyed, Verified
from floe.effects.signing.kept import SEAL, About, Kept

ABOUT = About(artifact=digest_of(b"artifact"), bundle=digest_of(b"bundle"), root=digest_of(b"root"))
FACTS = Verified(
    bundle=ABOUT.bundle,
    payload_type="application/vnd.in-toto+json",
    predicate_type="https://sigstore.dev/cosign/sign/v1",
    subjects=(ABOUT.artifact,),
    proof=Keyed(fingerprint="0a" * 32),
)


def kept(folder: Path | None, secret: bytes = b"s" * 32) -> Kept:
    return Kept(folder, lambda: secret)


def found(folder: Path | None, about: About = ABOUT) -> Verified | None:
    return anyio.run(kept(folder).find, about)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    anyio.run(kept(tmp_path / "kept").keep, {ABOUT: FACTS})
    return tmp_path / "kept"


def entry(folder: Path) -> Path:
    [only] = (each for each in folder.iterdir() if each.name != SEAL)
    return only


def test_what_was_found_is_found_again(folder: Path) -> None:
    assert found(folder) == FACTS
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("changed", ["artifact", "bundle", "root"])
def test_another_artifact_bundle_or_root_is_another_question(folder: Path, changed: str) -> None:
    other = msgspec.structs.replace(ABOUT, **{changed: digest_of(b"other")})
    assert found(folder, other) is None


def test_every_altered_byte_makes_it_say_nothing(folder: Path) -> None:
    file = entry(folder)
    content = file.read_bytes()
    for at in range(len(content)):
        file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert found(folder) is None, at


def test_what_is_kept_of_one_bundle_says_nothing_of_another(folder: Path) -> None:
    other = msgspec.structs.replace(ABOUT, bundle=digest_of(b"other"))
    anyio.run(kept(folder).keep, {other: FACTS})
    files = [each for each in folder.iterdir() if each.name != SEAL]
    contents = [each.read_bytes() for each in files]
    for file, content in zip(files, reversed(contents), strict=True):
        file.write_bytes(content)
    assert found(folder) is None
    assert found(folder, other) is None


def test_another_secret_opens_no_seal(folder: Path) -> None:
    (folder / SEAL).write_bytes(b"t" * 32)
    assert found(folder) is None
    (folder / SEAL).write_bytes(b"short")
    assert found(folder) is None
    (folder / SEAL).write_bytes(b"t" * 1000)
    assert found(folder) is None


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    file = entry(folder)
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert found(folder) is None


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path) -> None:
    assert found(None) is None
    assert found(tmp_path / "none") is None
    anyio.run(kept(None).keep, {ABOUT: FACTS})
    (tmp_path / "file").write_text("")
    anyio.run(kept(tmp_path / "file").keep, {ABOUT: FACTS})
    assert (tmp_path / "file").read_text() == ""
