"""What loads and may not do what its author hopes."""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from floe.core.policy import KNOWN_GATES
from floe.effects.registry.cloud.hosts import REGISTRIES as CLOUDS
from floe.effects.registry.cloud.hosts import is_of
from floe.shell.complaint import Doubt, dotted
from floe.shell.document import Spot
from floe.shell.location import Remote, parse_location
from floe.shell.manifest import scans, trust_rules, unbuilt
from floe.shell.secret import names_in, unset

WEBHOOKS = ("artifacts", "promotion", "webhooks", "*")


def doubts(top: Spot, environ: Mapping[str, str]) -> tuple[Doubt, ...]:
    """Every doubt about a manifest without mistakes."""
    return tuple(
        chain(
            _defaults(top),
            unbuilt.doubts(top),
            _unset(top, environ),
            _in_the_open(top),
            _elsewhere(top),
            _unused(top),
            *(scans.doubts(gate) for path in scans.GATES for gate in top.all_at(*path)),
            _toothless(top),
            _copies(top),
        )
    )


def _defaults(top: Spot) -> Iterator[Doubt]:
    if top.at("artifacts").node is None:
        yield Doubt(path="artifacts", message="there is no such section; every default holds")


def _unset(top: Spot, environ: Mapping[str, str]) -> Iterator[Doubt]:
    for spot in chain(top.all_at(*WEBHOOKS, "headers", "*"), top.all_at(*WEBHOOKS, "secret")):
        for name in unset(spot.text or "", environ):
            yield _doubt(spot, f"the environment variable {name} is not set; this message will not be sent")


def _in_the_open(top: Spot) -> Iterator[Doubt]:
    for spot in chain(trust_rules.sealed(top), top.all_at(*WEBHOOKS, "secret")):
        if spot.last in ("password", "token", "secret") and not names_in(spot.text or ""):
            yield _doubt(spot, "a secret in the manifest can be read by everyone who reads it; write ${NAME}")
    for registry in trust_rules.registries(top):
        if registry.at("plain_http").value is True:
            yield _doubt(registry.at("plain_http"), "artifacts and credentials travel unencrypted")


def _elsewhere(top: Spot) -> Iterator[Doubt]:
    for registry in trust_rules.registries(top):
        kind = registry.at("auth", "type")
        location = parse_location(registry.at("uri").text or "", base=Path()).value_or(None)
        if kind.value in CLOUDS and isinstance(location, Remote) and not is_of(kind.value, location.host):
            cloud = CLOUDS[kind.value]
            yield _doubt(kind, f"{location.host} is no name of a registry of {cloud}; {cloud}'s password is sent there")


def _unused(top: Spot) -> Iterator[Doubt]:
    promotion = top.at("artifacts", "promotion")
    used = {gate.last for gate in promotion.all_at("environments", "*", "gates", "*")}
    for name in promotion.at("gate_commands").names:
        if name in KNOWN_GATES and name not in used:
            yield _doubt(promotion.at("gate_commands", name), "no environment has this gate")


def _toothless(top: Spot) -> Iterator[Doubt]:
    verification = trust_rules.primary(top).at("verification")
    issuers = chain(
        verification.all_at("trusted_issuers", "*", "subject_regex"),
        verification.all_at("environments", "*", "trusted_issuers", "*", "subject_regex"),
    )
    for spot in issuers:
        if (spot.text or "").removeprefix("^").startswith(".*"):
            yield _doubt(spot, "it begins with .*, so whoever chooses how a subject begins can match it")
    off = verification.at("enabled").value is False
    for environment in verification.at("environments").each():
        if off and environment.at("enabled").node is None:
            yield _doubt(environment, "verification is not enabled, so nothing here counts; say enabled: true")


def _copies(top: Spot) -> Iterator[Doubt]:
    artifacts = top.at("artifacts")
    wanted = artifacts.at("promotion", "sync_to_secondary")
    if wanted.value is True and all(each.last == "primary" for each in artifacts.at("registries").each()):
        yield _doubt(wanted, "there is no registry beside the primary one to copy to")


def _doubt(spot: Spot, message: str) -> Doubt:
    return Doubt(path=dotted(spot.path), message=message)
