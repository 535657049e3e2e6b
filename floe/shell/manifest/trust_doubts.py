"""Proofs that could never count: signing and trust that do not fit each other, and files that are not there."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from floe.shell.complaint import Doubt, dotted, quoted
from floe.shell.document import Spot
from floe.shell.manifest.trust_rules import is_trusting, primary, registries, trusts

NOBODY = "nobody's signatures are trusted, so there is a warning for every artifact; add trusted_issuers or keys"
NO_KEY = "signing.mode is key, and no keys are trusted: such signatures do not count"
NO_ISSUER = "signing.mode is keyless, and no trusted_issuers are named: such signatures do not count"
NO_ROOT = "there is no such file, so signatures without keys can neither be made nor checked"
NO_KEY_SET = "there is no such file, so no token of this issuer is accepted"


def doubts(top: Spot, base: Path) -> Iterator[Doubt]:
    signing = primary(top).at("signing")
    for spot, said in trusts(top):
        if said.get("enabled", True) and said.get("enforcement", "enforce") != "off":
            why = _why_not(signing, said) if is_trusting(said) else NOBODY
            if why is not None:
                yield Doubt(path=dotted(spot.path), message=why)
    yield from _without_file(top, base)


def _why_not(signing: Spot, said: dict[str, Any]) -> str | None:
    """Why nothing that is signed as the manifest says is trusted; None where something may be, or nothing is said."""
    if signing.node is None:
        return None
    if signing.at("mode").value == "key":
        return None if said.get("keys") else NO_KEY
    issuers = [each["issuer"] for each in said.get("trusted_issuers") or ()]
    if not issuers:
        return NO_ISSUER
    wanted = signing.at("oidc_issuer").text
    if wanted is None or wanted in issuers:
        return None
    return f"signing.oidc_issuer {quoted(wanted)} is none of the trusted_issuers: such signatures do not count"


def _without_file(top: Spot, base: Path) -> Iterator[Doubt]:
    """What proofs rest on, and is not there."""
    roots = ((each.at("signing", "trust_config"), NO_ROOT) for each in registries(top))
    keys = ((each, NO_KEY_SET) for each in top.all_at("artifacts", "promotion", "identity", "issuers", "*", "keys"))
    for spot, message in chain(roots, keys):
        if spot.text and "://" not in spot.text and not (base / spot.text).is_file():
            yield Doubt(path=dotted(spot.path), message=message)
