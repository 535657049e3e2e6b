"""What a server asks for with 401: the `WWW-Authenticate` header (RFC 9110, section 11.6.1)."""

from typing import Final

import re2

from floe.core.value import Value

LONGEST: Final = 8192  # characters
PART: Final = re2.compile(r'\s*,?\s*([A-Za-z0-9!#$%&\'*+.^_`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?')


class Challenge(Value, frozen=True, kw_only=True):
    """One way in that a server offers."""

    scheme: str  # in lower case
    realm: str = ""
    service: str = ""
    scope: str = ""


def parse(header: str) -> tuple[Challenge, ...]:
    """Every way in, in the server's order; what cannot be read ends the list."""
    found: list[tuple[str, dict[str, str]]] = []
    rest = header[:LONGEST]
    while part := PART.match(rest):
        name, quoted, plain = part.groups()
        rest = rest[part.end() :]
        if quoted is None and plain is None:
            if rest.lstrip().startswith("="):
                break
            found.append((name.lower(), {}))
        elif found:
            found[-1][1].setdefault(name.lower(), _unquoted(quoted) if plain is None else plain)
    return tuple(_challenge(scheme, said) for scheme, said in found)


def _challenge(scheme: str, said: dict[str, str]) -> Challenge:
    return Challenge(
        scheme=scheme, realm=said.get("realm", ""), service=said.get("service", ""), scope=said.get("scope", "")
    )


def _unquoted(text: str) -> str:
    pieces = text.split("\\\\")
    return "\\".join(piece.replace("\\", "") for piece in pieces)
