"""The impact of a rollback is the difference of two documents, and of nothing else; told by a dumb oracle too."""

from typing import TypeAlias

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from floe.core.compiled.change import AddedRequired, ChangedType, RemovedField, RemovedOutput, RemovedProduct, touches
from floe.core.compiled.document import Compiled
from floe.core.compiled.impact import Impact, compare, lines
from tests.property.documents import document, documents, field, output, product, takes
from tests.property.purity import deciding

Fact: TypeAlias = tuple[str, ...]
NOTIFY = "Notify downstream teams before rollback"


def flat(compiled: Compiled) -> dict[Fact, tuple[str, bool]]:
    """A document as one table: every product, port and field in a line of its own."""
    table: dict[Fact, tuple[str, bool]] = {}
    for each in compiled.products:
        table[each.name,] = ("", False)
        for port in each.outputs:
            table[each.name, port.name] = ("", False)
            table |= {(each.name, port.name, inner.name): (inner.type, inner.required) for inner in port.fields}
    return table


def oracle(current: Compiled, target: Compiled) -> set[tuple[str, Fact]]:
    """The dumb oracle: lines that went, changed, or came, unless what they are part of went or came too."""
    old, new = flat(current), flat(target)
    kept = {fact for fact in {*old, *new} if len(fact) == 1 or (fact[:-1] in old and fact[:-1] in new)}
    went = {(("product", "output", "field")[len(fact) - 1], fact) for fact in kept if fact not in new}
    changed = {("type", fact) for fact in kept if fact in old and fact in new and old[fact][0] != new[fact][0]}
    came = {("required", fact) for fact in kept if fact not in old and new[fact][1]}
    return went | changed | came


def told(impact: Impact) -> set[tuple[str, Fact]]:
    kinds = {
        RemovedProduct: "product",
        RemovedOutput: "output",
        RemovedField: "field",
        ChangedType: "type",
        AddedRequired: "required",
    }
    places = [
        tuple(getattr(change, name) for name in ("product", "port", "field") if hasattr(change, name))
        for change in impact.changes
    ]
    assert len(places) == len(set(places))
    return {(kinds[type(change)], place) for change, place in zip(impact.changes, places, strict=True)}


def shuffled(data: st.DataObject, compiled: Compiled) -> Compiled:
    products = (
        msgspec.structs.replace(
            each,
            inputs=tuple(data.draw(st.permutations(each.inputs))),
            outputs=tuple(data.draw(st.permutations(each.outputs))),
        )
        for each in data.draw(st.permutations(compiled.products))
    )
    return document(*products)


@given(documents())
def test_going_nowhere_breaks_nothing(compiled: Compiled) -> None:
    assert compare(compiled, compiled) == Impact()


@given(documents(), documents())
def test_every_change_is_told_once_and_nothing_else(current: Compiled, target: Compiled) -> None:
    with deciding():
        impact = compare(current, target)
    assert told(impact) == oracle(current, target)


@given(documents(), documents())
def test_affected_is_who_reads_what_changes(current: Compiled, target: Compiled) -> None:
    def reads(place: Fact, source: str, port: str | None, fields: tuple[str, ...]) -> bool:
        whole = (source, port or (place[1] if len(place) > 1 else ""), *place[2:])[: len(place)]
        return place == whole and (len(place) < 3 or not fields or place[2] in fields)

    expected = {
        each.name
        for compiled in (current, target)
        for each in compiled.products
        for port in each.inputs
        for _, place in oracle(current, target)
        if reads(place, port.product, port.port, port.fields)
    }
    assert compare(current, target).affected == tuple(sorted(expected))


@given(documents(), documents(), st.data())
def test_the_order_of_products_and_ports_is_irrelevant(
    current: Compiled, target: Compiled, data: st.DataObject
) -> None:
    again = compare(shuffled(data, current), shuffled(data, target))
    assert lines(again) == lines(compare(current, target))


@given(documents(), documents())
def test_downstream_is_to_be_told_exactly_when_somebody_is_affected(current: Compiled, target: Compiled) -> None:
    impact = compare(current, target)
    assert (NOTIFY in impact.recommendations) == bool(impact.affected)
    assert bool(impact.recommendations) == bool(impact.changes)


@given(documents(), documents())
def test_the_lines_count_what_they_list(current: Compiled, target: Compiled) -> None:
    impact = compare(current, target)
    said = lines(impact)
    assert f"- Breaking changes: {len(impact.changes)}" in said
    assert f"- Affected products: {len(impact.affected)}" in said
    assert sum(line.startswith("  - ") for line in said) == sum(
        map(len, (impact.changes, impact.affected, impact.recommendations))
    )


@given(documents(), documents())
def test_an_impact_is_a_value_that_can_be_kept(current: Compiled, target: Compiled) -> None:
    impact = compare(current, target)
    assert msgspec.json.decode(msgspec.json.encode(impact), type=Impact) == impact


def test_the_quickstart() -> None:
    consumers = (
        product(name, inputs=(takes("config-service", "config", "new_feature"),))
        for name in ("reporting-dashboard", "analytics-pipeline")
    )
    others = (product("bystander", inputs=(takes("config-service", "config", "id"),)), *consumers)
    before = product("config-service", outputs=(output("config", field("id"), field("new_feature")),))
    after = product("config-service", outputs=(output("config", field("id")),))
    assert lines(compare(document(before, *others), document(after, *others))) == (
        "Impact Analysis:",
        "- Breaking changes: 1",
        "  - Removed field: config.new_feature",
        "- Affected products: 2",
        "  - analytics-pipeline",
        "  - reporting-dashboard",
        "- Recommendations:",
        "  - Notify downstream teams before rollback",
    )


def test_every_kind_of_change_has_its_line_and_its_advice() -> None:
    current = document(
        product("a", outputs=(output("x", field("f"), field("g")), output("y"))), product("b", outputs=(output("x"),))
    )
    target = document(product("a", outputs=(output("x", field("f", "integer"), field("h", required=True)),)))
    assert lines(compare(current, target)) == (
        "Impact Analysis:",
        "- Breaking changes: 5",
        "  - Removed product: b",
        "  - Removed output: y",
        "  - Removed field: a.x.g",
        "  - Changed type: a.x.f (string -> integer)",
        "  - Added required field: a.x.h",
        "- Affected products: 0",
        "- Recommendations:",
        "  - Ask consumers outside these products: none inside reads what changes",
        "  - Pause the schedules of removed products",
        "  - Check that stored data can be read with the changed types",
        "  - Fill the added required fields before anything reads them",
    )


def test_who_reads_another_port_or_field_is_not_affected() -> None:
    before = product("a", outputs=(output("x", field("f"), field("g")), output("y")))
    after = product("a", outputs=(output("x", field("f")), output("y")))
    readers = {
        "other-port": takes("a", "y"),
        "other-field": takes("a", "x", "f"),
        "that-field": takes("a", "x", "g"),
        "whole-port": takes("a", "x"),
        "anything": takes("a"),
        "any-port-that-field": takes("a", None, "g"),
    }
    others = tuple(product(name, inputs=(port,)) for name, port in readers.items())
    impact = compare(document(before, *others), document(after, *others))
    assert impact.affected == ("any-port-that-field", "anything", "that-field", "whole-port")
    assert not any(touches(takes("b"), change) for change in impact.changes)


def test_nothing_to_say_is_said() -> None:
    assert lines(compare(document(), document())) == (
        "Impact Analysis:",
        "- Breaking changes: 0",
        "- Affected products: 0",
        "- Recommendations: none",
    )


def test_a_missing_document_leaves_the_impact_unknown() -> None:
    one = document()
    assert compare(None, one).unknown == "the current artifact has no compiled document"
    assert compare(one, None).unknown == "the target artifact has no compiled document"
    assert compare(None, None).unknown == "neither artifact has a compiled document"
    assert lines(compare(None, one, "kind 'List'")) == ("Impact Analysis:", "- impact unknown: kind 'List'")
