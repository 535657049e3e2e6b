"""Laws of the words that cannot be malformed."""

import itertools

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core.names import (
    LONGEST_VERSION,
    NOWHERE,
    TAG,
    VERSION,
    Digest,
    EnvironmentName,
    Tag,
    Version,
    environment_tag,
    is_reserved,
    parse_digest,
    parse_environment,
    parse_release,
    parse_tag,
    parse_version,
    pointer,
    rollback_tag,
    short,
    version_meant,
)
from tests.property.purity import deciding

written_versions = st.from_regex(VERSION, fullmatch=True).filter(lambda text: len(text) <= LONGEST_VERSION)
written_tags = st.from_regex(TAG, fullmatch=True)
written_environments = st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True)
near_misses = st.text(st.sampled_from("v0123.-+rcab:\n é"), max_size=12)


def spelled_as_a_version(text: str) -> bool:
    """The dumb oracle: SemVer taken apart by hand."""
    core, dash, tail = text.removeprefix("v").partition("-")
    digits = set("0123456789")
    letters = digits | set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    numbers = core.split(".")
    well_numbered = all(part and set(part) <= digits and (part == "0" or not part.startswith("0")) for part in numbers)
    well_tailed = all(part and set(part) <= letters for part in tail.split(".")) if dash else True
    return len(numbers) == 3 and well_numbered and well_tailed and len(text) <= LONGEST_VERSION


@given(written_versions | near_misses)
@example("v1.2.3\n")
@example("v1.2.3-rc-1")
@example("v1.2.3+build")
@example("v01.2.3")
@example("v1.2.3-" + "a" * 58)
@example("v\uff11.2.3")
def test_a_version_is_semver_less_what_a_tag_cannot_hold(text: str) -> None:
    """Row R04."""
    with deciding():
        parsed = parse_version(text)
    assert isinstance(parsed, Success) == spelled_as_a_version(text)
    assert parsed == Success(Version(text)) or parsed.failure().found == text


@given(st.binary(min_size=32, max_size=32).map(bytes.hex))
def test_a_digest_is_sha256_in_lower_case(digits: str) -> None:
    """Row R05."""
    text = f"sha256:{digits}"
    assert parse_digest(text) == Success(Digest(text))
    assert short(Digest(text)) == f"sha256:{digits[:12]}"
    for wrong in (text.upper(), text + "\n", text[:-1], text + "0", f"sha512:{digits}", digits):
        assert isinstance(parse_digest(wrong), Failure)


@given(written_environments)
@example("none")
@example("latest")
@example("dev-rollback-1")
def test_an_environment_is_what_cannot_be_mistaken_for_something_else(text: str) -> None:
    head, dash, number = text.rpartition("-rollback-")
    is_a_rollback = bool(head and dash) and number.isdecimal()
    refused = text in (NOWHERE, "latest") or is_a_rollback
    assert isinstance(parse_environment(text), Failure) == refused


@pytest.mark.parametrize("text", ["", "Dev", "1dev", "-dev", "dev\n", "a" * 33, "dév", "dev_1", "dev.1"])
def test_other_words_are_no_environments(text: str) -> None:
    assert parse_environment(text).failure().found == text


@given(written_tags)
def test_a_tag_is_what_the_distribution_spec_allows(text: str) -> None:
    assert parse_tag(text) == Success(Tag(text))
    for wrong in (f"-{text}", f".{text}", f"{text}\n", f"{text}/x", text.ljust(129, "x")):
        assert isinstance(parse_tag(wrong), Failure)


@given(written_versions, written_environments.filter(lambda name: isinstance(parse_environment(name), Success)))
def test_every_tag_that_floe_makes_is_a_tag_and_is_reserved(version: str, name: str) -> None:
    environment = EnvironmentName(name)
    made = (
        environment_tag(Version(version), environment),
        rollback_tag(Version(version), environment, 99_999),
        pointer(environment),
    )
    for tag in made:
        assert isinstance(parse_tag(tag), Success)
        assert is_reserved(tag, (environment,))


def in_one_manifest(order: tuple[str, ...]) -> bool:
    return not any(a.endswith(f"-{b}") for a, b in itertools.permutations(order, 2))


blurring = st.sampled_from(("v1.0.0", "v1.0.0-a", "v1.0.0-b", "v1.0.0-rollback", "v1.0.0-1", "1.0.0"))
blurred = st.sampled_from(("a", "b", "a-b", "rollback", "rollback-1", "a-rollback", "b-a-1"))


@given(st.lists(blurred, unique=True, min_size=1).map(tuple), st.lists(blurring, unique=True, min_size=1))
def test_no_two_deeds_make_the_same_tag(order: tuple[str, ...], versions: list[str]) -> None:
    """Versions and environments of one manifest; a version whose name is itself reserved is no version there."""
    environments = tuple(map(EnvironmentName, order))
    assume(in_one_manifest(order))
    free = [Version(version) for version in versions if not is_reserved(version, environments)]
    made: list[str] = [*free, *map(pointer, environments)]
    for version, environment in itertools.product(free, environments):
        made += [environment_tag(version, environment), *(rollback_tag(version, environment, n) for n in (1, 2, 11))]
    assert len(made) == len(set(made))


@given(written_versions)
def test_a_version_alone_is_reserved_only_where_it_reads_as_an_environment_tag(version: str) -> None:
    head, dash, tail = version.rpartition("-")
    assert not is_reserved(version, ())
    if dash and isinstance(parse_environment(tail), Success) and "." not in tail:
        assert is_reserved(version, (EnvironmentName(tail),)) == spelled_as_a_version(head)


def test_tags_of_floe_are_reserved_in_any_manifest() -> None:
    assert is_reserved("floe-log", ())
    assert is_reserved("latest-anything", ())
    assert not is_reserved("latest", ())


def test_a_rollback_tag_of_something_else_than_a_version_is_free() -> None:
    assert not is_reserved("thing-dev-rollback-1", (EnvironmentName("dev"),))
    assert not is_reserved("v1.0.0-dev-rollback-x", (EnvironmentName("dev"),))


@given(written_versions, written_environments)
def test_a_version_asked_for_with_its_source_means_the_version(version: str, source: str) -> None:
    assert version_meant(f"{version}-{source}", source) == version
    assert version_meant(version, None) == version


@given(st.sampled_from(("v1.0.0", "v1.0.0-dev", "v1.0.0-dev.1", "latest-dev", "floe-log", "1.0")), st.booleans())
def test_a_release_is_a_version_that_nothing_of_floes_could_be_named_by(text: str, has_dev: bool) -> None:
    environments = (EnvironmentName("dev"),) if has_dev else ()
    is_release = not is_reserved(text, environments) and isinstance(parse_version(text), Success)
    assert isinstance(parse_release(text, environments), Success) == is_release
