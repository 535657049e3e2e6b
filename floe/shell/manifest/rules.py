"""What must hold between the parts of a manifest. Read from the text itself, so that one mistake hides no other."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, TypeAlias

from floe.core.nearest import nearest
from floe.core.policy import KNOWN_GATES, POLICY_GATE
from floe.shell.complaint import Complaint, listed, quoted, shown
from floe.shell.document import Spot
from floe.shell.manifest.words import MOST_ENVIRONMENTS, MOST_POLICIES

Rule: TypeAlias = Callable[[Spot], Iterator[Complaint]]

DEFAULT_ORDER: Final = ("dev", "staging", "prod")
SECTIONS: Final = ("artifacts", "governance")
LONGEST_NAME: Final = 32  # of an environment; a longer one is complained of elsewhere


def environment_names(top: Spot) -> tuple[str, ...]:
    """The names of the environments, in order, as far as they can be read."""
    written = top.at("artifacts", "promotion", "environments")
    if written.node is None:
        return DEFAULT_ORDER
    names = (spot.text for spot in written.all_at("*", "name"))
    return tuple(name for name in islice(names, MOST_ENVIRONMENTS) if name is not None)


def _sections(top: Spot) -> Iterator[Complaint]:
    """A section whose name is nearly one that is read would otherwise count for nothing."""
    for section in top.each():
        yield from _nearly(section, SECTIONS)


def _nearly(spot: Spot, known: tuple[str, ...]) -> Iterator[Complaint]:
    near = nearest(spot.last, known, alike=0.8)
    if near and spot.last not in known:
        yield spot.complain(f"unknown key {quoted(spot.last)}", nearest=near)


def _something_everywhere(top: Spot) -> Iterator[Complaint]:
    """A key with nothing behind it: what stood there was lost, or is not meant."""
    for section in SECTIONS:
        yield from _nothings(top.at(section))


def _nothings(spot: Spot) -> Iterator[Complaint]:
    node = spot.node
    if node and node.kind == "scalar" and node.value is None and not node.spoiled:
        yield spot.complain("nothing", "a value, or no such key")
    for each in spot.each():
        yield from _nothings(each)


def _one_way_to_name_registries(top: Spot) -> Iterator[Complaint]:
    artifacts = top.at("artifacts")
    several = artifacts.at("registries")
    if several.node and artifacts.at("registry").node:
        yield several.complain("both 'registry' and 'registries'", "one of them")
    if several.node and not several.node.spoiled and "primary" not in several.names:
        near = nearest("primary", several.names)
        instead = several.at(near) if near else several
        yield instead.complain("no registry 'primary', the one that decides", nearest=near and "primary")
    for key in (*several.all_at("*", "signing"), *several.all_at("*", "verification")):
        if "primary" in several.names and key.path[-2] != "primary":
            yield key.complain(f"{quoted(key.last)} of another registry than primary", "it under 'primary'")


def _distinct_environments(top: Spot) -> Iterator[Complaint]:
    names = frozenset(environment_names(top))
    seen: set[str] = set()
    for name in top.all_at("artifacts", "promotion", "environments", "*", "name"):
        text = name.text or ""
        if text in seen:
            yield name.complain_of_content(f"environment {quoted(text)} again", "each name once")
        tail = _environment_at_the_end(text, names)
        if tail is not None:
            told = "a name that does not end in '-' and another, so that no tag can be read in two ways"
            yield name.complain_of_content(f"{quoted(text)} ends in {quoted('-' + tail)}", told)
        seen.add(text)


def _environment_at_the_end(name: str, names: frozenset[str]) -> str | None:
    parts = name.split("-") if len(name) <= LONGEST_NAME else []
    tails = ("-".join(parts[start:]) for start in range(1, len(parts)))
    return next((tail for tail in tails if tail in names), None)


def _known_gates(top: Spot) -> Iterator[Complaint]:
    promotion = top.at("artifacts", "promotion")
    commands = promotion.at("gate_commands").names
    known = frozenset((*KNOWN_GATES, *commands))
    used = {gate.last: gate for gate in promotion.all_at("environments", "*", "gates", "*")}
    for gate in promotion.all_at("environments", "*", "gates", "*"):
        if gate.last not in known:
            words = (*KNOWN_GATES, *(name for name in commands if name not in KNOWN_GATES))
            yield gate.complain(
                f"unknown gate {quoted(gate.last)}", listed(words[:20]), nearest=nearest(gate.last, words)
            )
    for name in commands:
        if name not in KNOWN_GATES and name not in used:
            yield promotion.at("gate_commands", name).complain(
                f"no environment has a gate {quoted(name)}",
                "the name of a gate in use",
                nearest=nearest(name, (*KNOWN_GATES, *used)),
            )


def _policy_gate_as_it_is(top: Spot) -> Iterator[Complaint]:
    promotion = top.at("artifacts", "promotion")
    for gate in promotion.all_at("environments", "*", "gates", POLICY_GATE):
        if gate.node and not gate.node.spoiled and gate.value is not True:
            yield gate.complain_of_content(gate.node.noun, "true: this gate is built in and always runs")
    for command in promotion.all_at("gate_commands", POLICY_GATE):
        yield command.complain(f"a command for {quoted(POLICY_GATE)}", "none: this gate is built in")


def _each_once(top: Spot) -> Iterator[Complaint]:
    for *path, what in (
        ("artifacts", "promotion", "identity", "issuers", "*", "issuer", "issuer"),
        ("governance", "policies", "*", "name", "policy"),
    ):
        seen: set[str] = set()
        for spot in top.all_at(*path):
            if spot.text in seen:
                yield spot.complain_of_content(f"{what} {quoted(spot.text or '')} again", "each once")
            seen.add(spot.text or "")


def _readable_expressions(top: Spot) -> Iterator[Complaint]:
    written = tuple(top.all_at("governance", "policies", "*", "expression"))
    if not written:
        return
    from floe.effects.gate.expressions import check_expression  # noqa: PLC0415 (few manifests need CEL)

    for spot in written[:MOST_POLICIES]:
        why = check_expression(spot.text) if spot.text else None
        if why is not None:
            yield spot.complain_of_content(f"{quoted(spot.text or '')} is no CEL ({shown(why)})", "an expression")


RULES: Final[tuple[Rule, ...]] = (
    _sections,
    _something_everywhere,
    _one_way_to_name_registries,
    _distinct_environments,
    _known_gates,
    _policy_gate_as_it_is,
    _each_once,
    _readable_expressions,
)
