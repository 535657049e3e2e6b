"""Compiling is a function of what the specs say, finds every problem, and writes what it can read again."""

import json

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core.compiled import freeform
from floe.core.compiled.compilation import compile_products
from floe.core.compiled.document import Compiled, Product, parse, render
from floe.core.compiled.freeform import EMPTY, Json
from floe.core.compiled.problem import (
    Duplicate,
    Problem,
    ProductCircle,
    TransformCircle,
    UnknownDependency,
    UnknownPort,
    told,
)
from floe.core.compiled.wholeness import problems
from floe.core.names import Malformed
from tests.property.documents import field, jsons, mappings, output, product, takes, transform, whole_specs
from tests.property.purity import deciding


def compiled(specs: tuple[Product, ...], sections: Json = EMPTY) -> Compiled:
    with deciding():
        return compile_products(specs, sections).unwrap()


@given(st.data(), whole_specs(), jsons)
def test_the_order_of_specs_is_irrelevant(data: st.DataObject, specs: tuple[Product, ...], sections: Json) -> None:
    shuffled = tuple(data.draw(st.permutations(specs)))
    assert render(compiled(specs, sections)) == render(compiled(shuffled, sections))


@given(whole_specs(), jsons)
def test_the_document_is_read_as_it_was_written(specs: tuple[Product, ...], sections: Json) -> None:
    written = compiled(specs, sections)
    assert parse(render(written)) == Success(written)


@given(whole_specs(), jsons)
def test_the_document_is_canonical_json(specs: tuple[Product, ...], sections: Json) -> None:
    content = render(compiled(specs, sections))
    assert content == rfc8785.dumps(json.loads(content))


@given(whole_specs(), jsons)
def test_compiling_twice_changes_nothing(specs: tuple[Product, ...], sections: Json) -> None:
    once = compiled(specs, sections)
    assert compiled(once.products, once.platform) == once


@given(whole_specs())
def test_every_transform_comes_after_those_it_depends_on(specs: tuple[Product, ...]) -> None:
    for each in compiled(specs).products:
        seen: set[str] = set()
        for step in each.transforms:
            assert seen.issuperset(step.depends_on)
            seen.add(step.name)


@given(whole_specs())
def test_an_input_is_external_when_its_product_is_not_given(specs: tuple[Product, ...]) -> None:
    given_names = {spec.name for spec in specs}
    ports = [port for each in compiled(specs).products for port in each.inputs]
    assert all(port.external == (port.product not in given_names) for port in ports)


@given(whole_specs(), mappings)
def test_no_section_but_artifacts_is_lost(specs: tuple[Product, ...], sections: dict[str, object]) -> None:
    spelled = freeform.spell({**sections, "artifacts": {"registry": {}}}).unwrap()
    assert freeform.mapping(compiled(specs, spelled).platform).keys() == sections.keys() - {"artifacts"}


@given(mappings, mappings)
def test_a_section_of_the_spec_is_laid_over_that_of_the_manifest(
    base: dict[str, object], top: dict[str, object]
) -> None:
    sections = freeform.spell({"quality": base, "schedule": base, "metadata": {"owner": "platform"}}).unwrap()
    own = freeform.spell(top).unwrap()
    spec = product("a", schedule=own, extensions=freeform.spell({"quality": top, "mine": top}).unwrap())
    [made] = compiled((spec,), sections).products
    both = freeform.read(freeform.spell({**base, **top}).unwrap())
    assert made.owner == "platform"
    assert freeform.read(made.schedule) == both
    assert freeform.read(made.extensions) == {"quality": both, "mine": freeform.read(own)}


def test_what_a_spec_says_of_itself_is_not_taken_from_the_manifest() -> None:
    sections = freeform.spell({"metadata": {"name": "acme", "labels": {"tier": "gold"}}}).unwrap()
    spec = product("a", extensions=freeform.spell({"metadata": {"cost": 1}}).unwrap())
    [made] = compiled((spec,), sections).products
    assert freeform.read(made.extensions) == {"metadata": {"cost": 1}}
    assert freeform.read(made.labels) == {"tier": "gold"}


@given(whole_specs(), st.data())
def test_a_product_declared_twice_is_refused(specs: tuple[Product, ...], data: st.DataObject) -> None:
    twice = data.draw(st.sampled_from(specs))
    found = Duplicate(kind="product", product=twice.name, name=twice.name, times=2)
    assert compile_products((*specs, twice), EMPTY) == Failure((found,))


def test_all_problems_are_told_at_once() -> None:
    first = product(
        "first",
        inputs=(takes("second", "cofnig"),),
        transforms=(transform("a", "b"), transform("b", "a"), transform("c", "lod"), transform("load")),
    )
    second = product("second", inputs=(takes("first"),), outputs=(output("config"), output("config")))
    assert problems((second, first)) == (
        UnknownDependency(product="first", transform="c", dependency="lod", nearest="load"),
        TransformCircle(product="first", path=("a", "b", "a")),
        UnknownPort(product="first", input="in", source="second", port="cofnig", nearest="config"),
        Duplicate(kind="output port", product="second", name="config", times=2),
        ProductCircle(path=("first", "second", "first")),
    )


@pytest.mark.parametrize(("port", "source"), [("config", "a/config"), (None, "a")])
def test_an_input_reads_fields_that_are_there(port: str | None, source: str) -> None:
    maker = product("a", outputs=(output("config", field("owner_id")),))
    reader = product("b", inputs=(takes("a", port, "owner_id", "ownr_id"),))
    [problem] = problems((reader, maker))
    assert told(problem) == Malformed(
        what="product 'b', input port 'in'",
        found=f"reads field 'ownr_id' of '{source}'",
        expected="a field it has; did you mean 'owner_id'?",
    )


def test_a_field_twice_is_a_problem_of_its_port() -> None:
    twice = product("a", outputs=(output("config", field("id"), field("id")),))
    assert problems((twice,)) == (Duplicate(kind="field", product="a", port="config", name="id", times=2),)


def test_a_product_twice_and_a_long_circle_are_told_shortly() -> None:
    names = [f"p{number:02}" for number in range(30)]
    circle = [product(name, inputs=(takes(names[place - 1]),)) for place, name in enumerate(names)]
    twice, around = (told(each) for each in problems((*circle, circle[0])))
    assert (twice.what, twice.found) == ("product 'p00'", "declared 2 times")
    assert around.found == "a circle, p00 -> p29 -> p28 -> p27 -> p26 -> p25 -> p24 -> p23 -> p22 -> p21 -> … -> p00"


@given(st.lists(whole_specs(), max_size=2), st.permutations(("a", "b", "c")))
def test_problems_do_not_depend_on_the_order_of_specs(more: list[tuple[Product, ...]], names: list[str]) -> None:
    circle = tuple(product(name, inputs=(takes(names[place - 1]),)) for place, name in enumerate(names))
    specs = (*circle, *(spec for some in more for spec in some))
    assert problems(specs) == problems(tuple(reversed(specs)))
    assert any(isinstance(each, ProductCircle) for each in problems(specs))


@given(whole_specs())
def test_whole_specs_have_no_problem_before_and_after(specs: tuple[Product, ...]) -> None:
    none: tuple[Problem, ...] = ()
    assert problems(specs) == problems(compiled(specs).products) == none


def test_a_spec_is_left_as_it_is() -> None:
    spec = product("a", transforms=(transform("b"),))
    before = msgspec.json.encode(spec)
    compiled((spec,))
    assert msgspec.json.encode(spec) == before
