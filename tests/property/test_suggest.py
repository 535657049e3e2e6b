"""What the operator may have meant, from names alone."""

from hypothesis import given
from hypothesis import strategies as st

from floe.core.names import EnvironmentName, Tag, Version, environment_tag, is_reserved, parse_version, pointer
from floe.core.nearest import LONGEST, MOST
from floe.core.nearest import nearest as nearest_word
from floe.core.suggest import SHOWN, available, nearest
from tests.property.purity import deciding
from tests.property.strategies import NAMES

numbered = st.builds("v{}.{}.{}".format, *[st.integers(0, 12)] * 3).map(Version)
released = st.lists(numbered, unique=True, max_size=20)


@st.composite
def tags(draw: st.DrawFn) -> tuple[Tag, ...]:
    found = [Tag(version) for version in draw(released)]
    found += [environment_tag(version, draw(st.sampled_from(NAMES))) for version in draw(released)]
    found += [pointer(name) for name in NAMES] + [
        Tag("floe-log"),
        Tag("v1.0.0-dev-rollback-1"),
        Tag("latest-v1.0.0-dev"),
    ]
    return tuple(draw(st.permutations(found)))


@given(numbered, tags())
def test_only_versions_are_suggested_that_were_released(version: Version, names: tuple[Tag, ...]) -> None:
    with deciding():
        found = nearest(version, names, NAMES)
    assert len(found) <= 3
    for each in found:
        assert each in names
        assert parse_version(each).unwrap() == each
        assert not is_reserved(each, NAMES)


@given(released, numbered)
def test_a_slip_of_the_finger_is_understood(versions: list[Version], meant: Version) -> None:
    slipped = Version(f"{meant}0")
    names = tuple(map(Tag, {*versions, meant}))
    assert nearest(slipped, names, ())


@given(tags(), st.sampled_from(NAMES))
def test_what_is_available_is_in_the_environment_newest_last(names: tuple[Tag, ...], name: EnvironmentName) -> None:
    with deciding():
        found = available(name, names)
    suffix = f"-{name}"
    numbers = [tuple(map(int, tag.removesuffix(suffix).removeprefix("v").split("."))) for tag in found]
    everything = [tag for tag in names if tag.endswith(suffix) and not tag.startswith(("latest-", "floe-"))]
    assert numbers == sorted(numbers)
    assert len(found) == min(SHOWN, len(everything))
    assert set(found) <= set(everything)


@given(st.lists(st.sampled_from(("tests", "security_scan", "cost_analysis")), unique=True))
def test_the_nearest_word_is_one_of_those_there_are(words: list[str]) -> None:
    assert nearest_word("test", words) == ("tests" if "tests" in words else None)
    assert nearest_word("zzzzzz", words) is None


@given(st.lists(st.from_regex(r"[a-z]{1,8}([-_][a-z]{1,8})?", fullmatch=True), min_size=1, unique=True))
def test_a_word_that_differs_in_case_and_dashes_alone_is_the_one_that_was_meant(words: list[str]) -> None:
    meant = words[0]
    with deciding():
        found = nearest_word(meant.upper().replace("-", "_"), words)
    assert found is not None
    assert found.replace("-", "_") == meant.replace("-", "_")


def test_a_word_is_not_compared_for_ever() -> None:
    assert nearest_word("x" * LONGEST * 2, ["x" * LONGEST]) == "x" * LONGEST
    assert nearest_word("tests", [*(f"a{number}" for number in range(MOST)), "tests"]) is None
