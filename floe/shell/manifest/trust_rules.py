"""What must hold between the parts of a registry's section: credentials, signing, and whose signatures count."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from floe.core.nearest import nearest
from floe.shell.complaint import Complaint, listed, quoted
from floe.shell.document import Spot
from floe.shell.manifest.rules import Rule, environment_names
from floe.shell.secret import is_name, names_in, unset

NEEDS: Final = {"basic": ("username", "password"), "token": ("token",)}
CREDENTIALS: Final = ("username", "password", "token")
SEALED: Final = (  # where `${NAME}` may stand, and must have a value
    *(("auth", key) for key in CREDENTIALS),
    ("signing", "key"),
)
AUDIT_URL: Final = ("artifacts", "promotion", "audit", "url")


def registries(top: Spot) -> Iterator[Spot]:
    yield from top.all_at("artifacts", "registry")
    yield from top.all_at("artifacts", "registries", "*")


def primary(top: Spot) -> Spot:
    """The registry that decides, whichever way it is written."""
    one = top.at("artifacts", "registry")
    return one if one.node else top.at("artifacts", "registries", "primary")


def sealed(top: Spot) -> Iterator[Spot]:
    """Every credential in the manifest."""
    for registry in registries(top):
        for path in SEALED:
            yield from registry.all_at(*path)
    yield from top.all_at(*AUDIT_URL)


def credentials_set(environ: Mapping[str, str]) -> Rule:
    """The rule that what credentials refer to has a value in this environment."""

    def rule(top: Spot) -> Iterator[Complaint]:
        for spot in sealed(top):
            text = spot.text or ""
            for name in unset(text, environ) if all(map(is_name, names_in(text))) else ():
                yield spot.complain_of_content(f"${{{name}}} is not set", f"the environment variable {name}")

    return rule


def credentials_fit(top: Spot) -> Iterator[Complaint]:
    for registry in registries(top):
        auth = registry.at("auth")
        kind = auth.at("type").text or "docker"
        needed = NEEDS.get(kind, ())
        for key in needed:
            if auth.node and not auth.node.spoiled and auth.at(key).node is None:
                yield auth.complain(f"type {quoted(kind)} without {quoted(key)}", quoted(key))
        for key in CREDENTIALS:
            if auth.at(key).node and key not in needed:
                yield auth.at(key).complain(f"{quoted(key)} with type {quoted(kind)}", "it with its own type only")


def signing_fits(top: Spot) -> Iterator[Complaint]:
    for registry in registries(top):
        signing = registry.at("signing")
        mode = signing.at("mode").text or "keyless"
        if mode == "key" and signing.node and not signing.node.spoiled and signing.at("key").node is None:
            yield signing.complain("mode 'key' without 'key'", "a key file or the address of a key")
        for key in ("key",) if mode == "keyless" else ("oidc_issuer",):
            if signing.at(key).node:
                yield signing.at(key).complain(f"{quoted(key)} with mode {quoted(mode)}", "the other mode")


def signatures_can_be_trusted(top: Spot) -> Iterator[Complaint]:
    """Enforcing signatures without saying whose would refuse everything, or mean that anybody's will do."""
    verification = primary(top).at("verification")
    if verification.node is None or verification.node.spoiled:
        return
    names = environment_names(top)
    here = verification.at("environments")
    for name in here.names:
        if name not in names:
            near = nearest(name, names)
            yield here.at(name).complain(f"unknown environment {quoted(name)}", listed(names), nearest=near)
    for spot, said in trusts(top):
        if _is_enforced(said) and not is_trusting(said):
            yield spot.complain(
                "signatures are enforced and nobody's are trusted",
                "trusted_issuers or keys; or enforcement: off",
            )


def trusts(top: Spot) -> Iterator[tuple[Spot, dict[str, Any]]]:
    """Each place that says for some environment whose signatures count, with all that holds there."""
    verification = primary(top).at("verification")
    if verification.node is not None:
        spots = [_spot_of(verification, name) for name in environment_names(top)]
        for spot in {each.path: each for each in spots}.values():
            yield spot, _laid_over(verification, spot)


def is_trusting(said: Mapping[str, Any]) -> bool:
    """Whether anybody's signatures count."""
    return bool(said.get("trusted_issuers") or said.get("keys"))


def _spot_of(verification: Spot, environment: str) -> Spot:
    here = verification.at("environments", environment)
    return here if here.node else verification


def _laid_over(verification: Spot, here: Spot) -> dict[str, Any]:
    base, over = verification.value, here.value
    return {**(base if isinstance(base, dict) else {}), **(over if isinstance(over, dict) else {})}


def _is_enforced(said: Mapping[str, Any]) -> bool:
    return said.get("enforcement", "enforce") == "enforce" and said.get("enabled", True) is True


RULES: Final[tuple[Rule, ...]] = (credentials_fit, signing_fits, signatures_can_be_trusted)
