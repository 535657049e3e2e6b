"""Whose word counts that a server is who it says: the system's certificates, those of a variable, one file more."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from floe.core.fault import Unavailable
from floe.effects.blocking import FaultError

FILES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")  # instead of the system's


def context(variables: Mapping[str, str], ca_file: Path | None) -> ssl.SSLContext:
    """Certificates are always checked, and so are names."""
    made = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, **_instead(variables))
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        _add(made, ca_file, "artifacts.registry.ca_file")
    return made


def _instead(variables: Mapping[str, str]) -> dict[str, str]:
    """What replaces the certificates of the system: a variable that is set, or what came with Python's packages."""
    for name in FILES:
        if written := variables.get(name):
            path = Path(written)
            _add(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), path, name)
            return {"capath" if path.is_dir() else "cafile": written}
    if written := variables.get("SSL_CERT_DIR"):
        return {"capath": written}
    paths = ssl.get_default_verify_paths()
    if not (paths.cafile or paths.capath):  # as with Python's own installer for macOS
        import certifi  # noqa: PLC0415 (few systems need it)

        return {"cafile": certifi.where()}
    return {}


def _add(made: ssl.SSLContext, path: Path, name: str) -> None:
    try:
        made.load_verify_locations(**{"capath" if path.is_dir() else "cafile": str(path)})
    except ssl.SSLError as error:
        why = f"{name}: this file holds no certificates in PEM form"
        raise FaultError(Unavailable(where=str(path), why=why)) from error
    except OSError as error:
        raise FaultError(Unavailable(where=str(path), why=f"{name}: cannot be read: {error.strerror}")) from error
