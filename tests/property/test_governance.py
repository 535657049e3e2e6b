"""Laws of governance over compiled documents: what is demanded of each part is demanded of every one."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Success

from floe.core.compiled import freeform
from floe.core.compiled.document import Compiled, OutputPort
from floe.core.compiled.element import elements
from floe.core.compiled.freeform import Json
from floe.core.demand import Allowed, Coverage, Demand, Kind, Naming, Required
from floe.core.gates import Violation
from floe.core.governance import LONGEST, breaches, is_said
from floe.core.reports.numeral import parse_numeral, spelled
from tests.property.documents import document, documents, field, plain_data, product, takes, transform
from tests.property.purity import deciding


def json(**data: Any) -> Json:
    return freeform.spelled(data)


ORDERS = product(
    "orders",
    owner="sales",
    labels=json(domain="sales", **{"app.example/tier": "gold"}),
    extensions=json(contact={"chat": "#orders", "mail": " "}, owner="hidden"),
    inputs=(takes("shop", name="raw"),),
    outputs=(
        OutputPort(
            name="config", description="All of it.", fields=(field("id"), field("Total", "decimal")), extensions=json()
        ),
    ),
    transforms=(
        transform("stg_orders", tier="bronze", tags=("daily",), extensions=json(tests=["unique"])),
        transform("orders", tags=("daily", "old"), extensions=json(tests=[], level=3)),
    ),
)
WHOLE = document(ORDERS, product("users", description="Who they are."))


def broken(*demands: Demand, of: Compiled = WHOLE) -> list[tuple[str, str, str]]:
    with deciding():
        found = breaches(of, demands)
    return [(each.path, each.found, each.expected) for each in found]


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("products", []),
        ("inputs", []),
        ("outputs", []),
        ("transforms", [("product 'orders', transform 'stg_orders'", "the name 'stg_orders'")]),
        ("fields", [("product 'orders', output port 'config', field 'Total'", "the name 'Total'")]),
    ],
)
def test_the_whole_of_each_name_must_match(kind: Kind, wrong: list[tuple[str, str]]) -> None:
    found = broken(Naming(kind=kind, pattern="[a-z]+"))
    assert found == [(path, name, "a name that matches [a-z]+") for path, name in wrong]


@pytest.mark.parametrize(
    ("kind", "key", "silent"),
    [
        ("products", "owner", ["product 'users'"]),
        ("products", "description", ["product 'orders'"]),
        ("products", "labels.domain", ["product 'users'"]),
        ("products", "labels.app.example/tier", ["product 'users'"]),
        ("products", "labels.domain.deeper", ["product 'orders'", "product 'users'"]),
        ("products", "contact.chat", ["product 'users'"]),
        ("products", "contact.mail", ["product 'orders'", "product 'users'"]),
        ("outputs", "description", []),
        ("transforms", "tests", ["product 'orders', transform 'orders'"]),
        ("transforms", "level", ["product 'orders', transform 'stg_orders'"]),
        ("inputs", "port", ["product 'orders', input port 'raw'"]),
        ("fields", "required", []),
    ],
)
def test_what_is_required_is_said_of_each(kind: Kind, key: str, silent: list[str]) -> None:
    assert broken(Required(kind=kind, key=key)) == [(path, f"no {key}", "one") for path in silent]


@pytest.mark.parametrize(
    ("kind", "key", "values", "wrong"),
    [
        ("transforms", "tier", ("bronze", "gold"), []),
        ("transforms", "tier", ("gold",), ["tier 'bronze'"]),
        ("transforms", "tags", ("daily",), ["tags 'old'"]),
        ("transforms", "level", ("3",), []),
        ("transforms", "tests", ("not_null",), ["tests 'unique'"]),
        ("fields", "required", ("true",), ["required 'false'"] * 2),
        ("products", "contact", ("#orders",), ["""contact '{"chat":"#orders","mail":" "}'"""]),
        ("products", "owner", ("sales",), []),
    ],
)
def test_only_allowed_words_stand_where_something_is_said(
    kind: Kind, key: str, values: tuple[str, ...], wrong: list[str]
) -> None:
    found = broken(Allowed(kind=kind, key=key, values=values))
    assert [(said, expected) for _, said, expected in found] == [
        (each, f"one of {', '.join(values)}") for each in wrong
    ]


def test_coverage_names_those_that_are_missing() -> None:
    tests = Coverage(kind="transforms", key="tests", percent="80")
    assert broken(tests) == [
        ("transforms", "1 of 2 have tests (50 %); not: product 'orders', transform 'orders'", "at least 80 %")
    ]
    many = document(product("p", transforms=tuple(transform(f"t{each}") for each in range(9))))
    ((_, found, _),) = broken(tests, of=many)
    assert found.startswith("0 of 9 have tests (0 %); not: ")
    assert found.endswith(" and 4 more")


@given(documents(), st.decimals(0, 100, places=2).filter(bool))
def test_coverage_is_the_share_of_parts_that_have_it(compiled: Compiled, percent: Decimal) -> None:
    """Of nothing, every share has it."""
    parts = [each.says("required") for each in elements(compiled.products) if each.kind == "fields"]
    enough = not parts or Fraction(sum(map(is_said, parts)), len(parts)) * 100 >= Fraction(percent)
    demand = Coverage(kind="fields", key="required", percent=spelled(percent))
    assert (broken(demand, of=compiled) == []) == enough
    none = Coverage(kind="outputs", key="nothing", percent=spelled(percent))
    assert (broken(none, of=compiled) == []) == (not any(each.outputs for each in compiled.products))


@given(documents())
def test_every_part_has_its_own_place(compiled: Compiled) -> None:
    for kind in ("products", "outputs", "fields"):
        places = [each.where for each in elements(compiled.products) if each.kind == kind]
        assert len(places) == len(set(places))
    counted = sum(1 + len(each.inputs) + len(each.transforms) + len(each.outputs) for each in compiled.products)
    fields = sum(len(port.fields) for each in compiled.products for port in each.outputs)
    assert len(elements(compiled.products)) == counted + fields


@given(plain_data)
def test_something_is_said_unless_it_is_nothing_or_blank(data: object) -> None:
    blank = data is None or (isinstance(data, str | list | dict) and not data)
    assert is_said(data) == (not blank and not (isinstance(data, str) and data.isspace()))


def test_what_a_document_says_cannot_fill_a_violation_or_steer_a_terminal() -> None:
    long = product("p", extensions=json(tier="\x1b[2J\n::stop" + "x" * 10_000))
    ((_, found, _),) = broken(Allowed(kind="products", key="tier", values=("gold",)), of=document(long))
    assert len(found) == LONGEST
    assert found.isprintable()


def test_a_breach_has_the_severity_of_its_demand_and_its_rule_is_named() -> None:
    (found,) = breaches(WHOLE, (Required(kind="products", severity="warning", key="owner"),))
    assert found == Violation(
        rule="required.products", severity="warning", path="product 'users'", found="no owner", expected="one"
    )
    assert breaches(WHOLE, ()) == ()


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=20))
def test_a_number_has_one_spelling_and_it_is_read_as_the_same(number: Decimal) -> None:
    text = parse_numeral(str(number)).unwrap()
    assert Fraction(text) == Fraction(number)
    assert parse_numeral(text) == Success(text)
    assert text == "0" or not text.startswith(("-0.0000000000000000000000", "00"))


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        *(("1.50e1", "15"), ("-0", "0"), ("0e999", "0"), ("1e-30", "0." + "0" * 29 + "1"), ("1e15", "1" + "0" * 15)),
        *(
            (each, None)
            for each in ("NaN", "Infinity", "-Infinity", "1e16", "1e-31", "1e9999", "0x1", "", "1_0", "\u0661")
        ),
    ],
)
def test_what_is_no_comparable_number_is_refused(text: str, spelling: str | None) -> None:
    assert parse_numeral(text).value_or(None) == spelling
