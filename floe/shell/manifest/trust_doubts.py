"""Signing and trust that do not fit each other: what is signed as the manifest says would not count."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from floe.shell.complaint import Doubt, dotted, quoted
from floe.shell.document import Spot
from floe.shell.manifest.trust_rules import is_trusting, primary, registries, trusts

NOBODY = "nobody's signatures are trusted, so there is a warning for every artifact; add trusted_issuers or keys"


def doubts(top: Spot, base: Path) -> Iterator[Doubt]:
    signing = primary(top).at("signing")
    for spot, said in trusts(top):
        if said.get("enabled", True) and said.get("enforcement", "enforce") != "off":
            why = _why_not(signing, said) if is_trusting(said) else NOBODY
            if why is not None:
                yield Doubt(path=dotted(spot.path), message=why)
    yield from _without_root(top, base)


def _why_not(signing: Spot, said: dict[str, Any]) -> str | None:
    """Why nothing that is signed as the manifest says is trusted; None where something may be, or nothing is said."""
    if signing.node is None:
        return None
    if signing.at("mode").value == "key":
        return (
            None if said.get("keys") else "signing.mode is key, and no keys are trusted: such signatures do not count"
        )
    issuers = [each["issuer"] for each in said.get("trusted_issuers") or ()]
    if not issuers:
        return "signing.mode is keyless, and no trusted_issuers are named: such signatures do not count"
    wanted = signing.at("oidc_issuer").text
    if wanted is None or wanted in issuers:
        return None
    return f"signing.oidc_issuer {quoted(wanted)} is none of the trusted_issuers: such signatures do not count"


def _without_root(top: Spot, base: Path) -> Iterator[Doubt]:
    for registry in registries(top):
        config = registry.at("signing", "trust_config")
        if config.text and not (base / config.text).is_file():
            message = "there is no such file, so signatures without keys can neither be made nor checked"
            yield Doubt(path=dotted(config.path), message=message)
