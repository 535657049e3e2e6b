"""What keyless signatures lead back to, and who makes them: a file, or what the package sigstore brings along.

Reading it loads no cryptography, so that facts of signatures can be kept by the digest of their root.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec
from returns.result import Failure

from floe.core import notation
from floe.core.canonical import digest_of
from floe.core.fault import NoTrustRoot
from floe.core.names import Digest
from floe.core.value import Value
from floe.effects.blocking import FaultError
from floe.effects.registry.stream import source
from floe.effects.signing import sigstore_private

LARGEST: Final = 4 * 1024 * 1024  # bytes
ROOT: Final = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
CONFIG: Final = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
PUBLIC: Final = "the public Sigstore"


class TrustRoot(Value, frozen=True, kw_only=True):
    """A TrustedRoot and, where there is one, a SigningConfig, as they are written."""

    where: str
    root: bytes
    signing: bytes | None = None

    @property
    def digest(self) -> Digest:
        """What facts of signatures depend on beside the bundle."""
        return digest_of(self.root)


class _Written(Value, frozen=True, kw_only=True, rename="camel"):
    media_type: str
    trusted_root: msgspec.Raw = msgspec.Raw()
    signing_config: msgspec.Raw = msgspec.Raw()


def read(file: Path | None) -> TrustRoot:
    """The trust root in a file; without one, the public Sigstore's as the package sigstore has it."""
    return _public() if file is None else _parsed(_content(file), str(file))


def _public() -> TrustRoot:
    found = find_spec("sigstore")  # which runs nothing of it
    folders = (found.submodule_search_locations if found else None) or ()
    root, signing = sigstore_private.embedded(Path(next(iter(folders), "")))
    return TrustRoot(where=PUBLIC, root=_content(root), signing=_content(signing))


def _content(file: Path) -> bytes:
    try:
        with source(file) as opened:
            content = opened.read(LARGEST + 1)
    except (FaultError, OSError) as error:
        raise unusable(str(file), "it is not there, or cannot be read") from error
    if len(content) > LARGEST:
        raise unusable(str(file), f"it has more than {LARGEST} bytes")
    return content


def _parsed(content: bytes, where: str) -> TrustRoot:
    plain = notation.read(content)
    if isinstance(plain, Failure):
        raise unusable(where, plain.failure())
    try:
        written = msgspec.json.decode(content, type=_Written)
    except msgspec.ValidationError as error:
        raise unusable(where, f"it is no trust configuration ({error})") from error
    match written.media_type:
        case t if t == ROOT:
            return TrustRoot(where=where, root=content)
        case t if t == CONFIG and bytes(written.trusted_root):
            return TrustRoot(
                where=where, root=bytes(written.trusted_root), signing=bytes(written.signing_config) or None
            )
        case other:
            raise unusable(where, f"its media type is {other[:80]!r}")


def unusable(where: str, why: str) -> FaultError:
    return FaultError(NoTrustRoot(where=where, why=why))
