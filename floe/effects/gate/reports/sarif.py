"""SARIF 2.1.0 (OASIS). It knows no packages, so the place of a result stands for one; and nothing tells of a fix."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
from msgspec import Struct, field
from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.core.reports.reading import Finding, Findings, Reading, Unread
from floe.effects.gate.reports import strict

VERSION: Final = "2.1.0"
LEVELS: Final = {"error": "CRITICAL", "warning": "MEDIUM", "note": "LOW", "none": "NEGLIGIBLE"}
SCORES: Final = ((9.0, "CRITICAL"), (7.0, "HIGH"), (4.0, "MEDIUM"), (0.1, "LOW"), (0.0, "UNKNOWN"))  # CVSS
HIGHEST: Final = 10.0
UNSTATED: Final = "UNSTATED"  # a severity that nobody knows
HARMLESS: Final = ("pass", "notApplicable", "informational")  # kinds of results
TAKEN: Final = ("accepted", "")  # states of a suppression that is in force


class Text(Struct, frozen=True):
    text: str = ""


class Rated(Struct, frozen=True):
    """A property bag, as far as it tells how bad something is."""

    score: str | None = field(name="security-severity", default=None)


class Configuration(Struct, frozen=True):
    level: str = ""


class Rule(Struct, frozen=True, rename="camel"):
    id: str
    default_configuration: Configuration = Configuration()
    properties: Rated = Rated()


class Component(Struct, frozen=True):
    name: str
    version: str = ""
    rules: list[Rule] | None = None


class Tool(Struct, frozen=True):
    driver: Component
    extensions: list[Component] | None = None


class ArtifactLocation(Struct, frozen=True):
    uri: str = ""


class Physical(Struct, frozen=True, rename="camel"):
    artifact_location: ArtifactLocation = ArtifactLocation()


class Logical(Struct, frozen=True, rename="camel"):
    name: str = ""
    fully_qualified_name: str = ""


class Location(Struct, frozen=True, rename="camel"):
    message: Text = Text()
    physical_location: Physical = Physical()
    logical_locations: list[Logical] | None = None


class Suppression(Struct, frozen=True):
    status: str = ""


class Result(Struct, frozen=True, rename="camel"):
    message: Text
    rule_id: str = ""
    rule_index: int = -1
    kind: str = "fail"
    level: str = ""
    baseline_state: str = ""
    locations: list[Location] | None = None
    suppressions: list[Suppression] | None = None
    properties: Rated = Rated()


class Invocation(Struct, frozen=True, rename="camel"):
    execution_successful: bool


class Artifact(Struct, frozen=True):
    hashes: dict[str, str] = {}


class About(Struct, frozen=True, rename="camel"):
    """What Trivy says of an image in the properties of its run."""

    image_name: str = ""
    image_id: str = field(name="imageID", default="")
    repo_digests: list[str] | None = None


class Elsewhere(Struct, frozen=True):
    results: list[msgspec.Raw] | None = None


class Run(Struct, frozen=True, rename="camel"):
    tool: Tool
    results: list[Result] | None = None
    invocations: list[Invocation] | None = None
    artifacts: list[Artifact] | None = None
    properties: About = About()
    external: Elsewhere | None = field(name="externalPropertyFileReferences", default=None)


class Log(Struct, frozen=True):
    version: str
    runs: list[Run]


def read(content: bytes) -> Reading:
    """What a tool found; or why this is no whole SARIF log."""
    match settled(strict.decode(content, Log, "SARIF log")):
        case Failure(unread):
            return unread
        case Success(log):
            objection = next(_objections(log), None)
            return Unread(why=objection) if objection else _findings(log)


def _objections(log: Log) -> Iterator[str]:
    if log.version != VERSION:
        yield f"it is SARIF {log.version}; this floe reads {VERSION}"
    if not log.runs:
        yield "it holds no run of any tool"
    for run in log.runs:
        name = run.tool.driver.name
        if not all(each.execution_successful for each in run.invocations or ()):
            yield f"it says that {name} did not run to its end"
        if run.external and run.external.results:
            yield f"the results of {name} are in another file"
        if run.results is None:
            yield f"it holds no results of {name}, not even an empty list"
        if not all(_rule_id(run, result) for result in run.results or ()):
            yield f"a result of {name} names no rule"


def _findings(log: Log) -> Findings | Unread:
    pairs = [(run, result) for run in log.runs for result in run.results or () if _is_there(result)]
    kept = [(run, result) for run, result in pairs if not _is_suppressed(result)]
    rules = {id(run): _rules(run) for run in log.runs}
    findings = strict.at_most(_finding(run, result, rules[id(run)]) for run, result in kept)
    if findings is None:
        return strict.TOO_MANY
    drivers = [run.tool.driver for run in log.runs]
    return Findings(
        tool=", ".join(f"{driver.name} {driver.version}".rstrip() for driver in drivers),
        names=tuple(run.properties.image_name for run in log.runs if run.properties.image_name),
        digests=tuple(digest for run in log.runs for digest in _digests(run)),
        findings=findings,
        suppressed=len(pairs) - len(kept),
    )


def _finding(run: Run, result: Result, rules: Mapping[str, Rule]) -> Finding:
    name = _rule_id(run, result)
    first, _, _ = result.message.text.strip().partition("\n")
    return Finding(id=name, package=_place(result), severity=_severity(result, rules.get(name)), title=first)


def _rules(run: Run) -> dict[str, Rule]:
    components = (run.tool.driver, *(run.tool.extensions or ()))
    return {rule.id: rule for component in components for rule in component.rules or ()}


def _rule_id(run: Run, result: Result) -> str:
    rules = run.tool.driver.rules or ()
    if result.rule_id or not 0 <= result.rule_index < len(rules):
        return result.rule_id
    return rules[result.rule_index].id


def _severity(result: Result, rule: Rule | None) -> str:
    """By its score, else by its level; each is the result's own, else its rule's."""
    inherited = rule or Rule(id="")
    score = inherited.properties.score if result.properties.score is None else result.properties.score
    if score is not None:
        return _of_score(score)
    return LEVELS.get(result.level or inherited.default_configuration.level, UNSTATED)


def _of_score(score: str) -> str:
    try:
        number = float(score)
    except ValueError:
        return UNSTATED
    return next((severity for least, severity in SCORES if least <= number <= HIGHEST), UNSTATED)


def _place(result: Result) -> str:
    """The first place with words to it; without any, the message tells one result from another."""
    for location in result.locations or ():
        logical = (each.fully_qualified_name or each.name for each in location.logical_locations or ())
        words = (location.message.text, *logical, location.physical_location.artifact_location.uri)
        named = next(filter(None, words), None)
        if named:
            return named
    return result.message.text


def _is_there(result: Result) -> bool:
    return result.kind not in HARMLESS and result.baseline_state != "absent"


def _is_suppressed(result: Result) -> bool:
    states = [each.status for each in result.suppressions or ()]
    return bool(states) and all(state in TAKEN for state in states)


def _digests(run: Run) -> Iterator[str]:
    yield run.properties.image_id
    yield from (name.rpartition("@")[2] for name in run.properties.repo_digests or ())
    for artifact in run.artifacts or ():
        if "sha-256" in artifact.hashes:
            yield f"sha256:{artifact.hashes['sha-256'].lower()}"
