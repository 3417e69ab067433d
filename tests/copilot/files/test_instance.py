"""`rebalancing-instance/1`: read strictly, written so that it reads back the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.files.instance import read_instance
from fiel.copilot.files.instance_writer import write_instance
from fiel.kernel.errors import FielError, InvalidInput, InvalidInputs, Rejected
from fiel.portfolio.targets import Band, TargetNode
from fiel.rebalancing.problem import (
    AssetLine,
    Basis,
    Destination,
    FeeSchedule,
    FeeTier,
    Frequency,
    Metric,
    Mode,
    Objective,
    Problem,
    Strategy,
    StrategyKind,
    TaxGroup,
)
from fiel.rebalancing.refusals import refuse_if_unanswerable

SHARED_EXAMPLES = Path(__file__).parents[4] / "shared" / "oracles" / "rebalancing" / "examples"
JsonObject = dict[str, object]


def document(**changes: object) -> JsonObject:
    """A small instance; keys given as `None` are left out."""
    base: JsonObject = {
        "schema": "rebalancing-instance/1",
        "id": "x1",
        "mode": "full",
        "cash": "10.50",
        "flow": "-5",
        "min_cash": "1",
        "assets": [
            {"id": "A", "price": "10", "quantity": "60", "lot": "1", "avg_cost": "8", "tax_group": "g"},
            {"id": "B", "price": "10", "quantity": "40", "max_weight": "0.6", "can_buy": False},
        ],
        "targets": {
            "id": "root",
            "children": [
                {"id": "a", "weight": "50", "asset": "A"},
                {"id": "b", "weight": "50", "asset": "B"},
            ],
        },
        "tax_groups": {"g": {"rate": "0.15"}},
        "fees": {
            "fixed": "1",
            "rate": "0.01",
            "tiers": [{"up_to": "10", "fixed": "1", "rate": "0"}, {"up_to": None}],
        },
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


def with_asset(**changes: object) -> JsonObject:
    """The document with only asset A, changed."""
    return document(assets=[{"id": "A", "price": "10", **changes}])


def problems(source: str | Mapping[str, object]) -> list[Rejected]:
    """Every problem of a document."""
    with pytest.raises(InvalidInput) as caught:
        read_instance(source)
    error = caught.value
    return list(error.problems) if isinstance(error, InvalidInputs) else [error]


def test_every_field_of_the_format_is_read() -> None:
    """Money, assets, tree, fees and tax as the format states them."""
    problem = read_instance(document())
    first, second = problem.assets
    assert (problem.id, problem.mode) == ("x1", Mode.FULL)
    assert (problem.cash, problem.flow, problem.minimum_cash) == (Decimal("10.5"), Decimal(-5), Decimal(1))
    assert (first.average_cost, first.tax_group, first.can_buy) == (Decimal(8), "g", True)
    assert (second.maximum_weight, second.can_buy, second.lot) == (Decimal("0.6"), False, Decimal(1))
    assert problem.fees.tiers[1] == FeeTier(None, Decimal(0), Decimal(0))
    assert problem.targets.children[1] == TargetNode("b", Decimal(50), asset="B")


def test_a_tax_group_without_exempt_sales_has_no_exemption() -> None:
    """Missing means none at all, not an exemption of zero sales."""
    assert read_instance(document()).tax_groups["g"] == TaxGroup("g", Decimal("0.15"))


def test_an_instance_is_a_path_a_text_bytes_or_an_object(tmp_path: Path) -> None:
    """All forms are the same problem; a file without an id is called after its name."""
    text = json.dumps(document())
    path = tmp_path / "x1.json"
    path.write_text(json.dumps(document(id=None)), encoding="utf-8-sig")
    forms = [read_instance(form) for form in (path, str(path), text, text.encode(), document())]
    assert all(form == forms[0] for form in forms)


def test_keys_about_the_instance_are_passed_over() -> None:
    """Descriptions and expectations are for other readers, whatever they hold."""
    extra = document(
        description="d", worked="w", optimum={"objective": 0.5}, expect="refuse", note={"x": [1.5]}
    )
    assert read_instance(json.dumps(extra)) == read_instance(document())


@pytest.mark.parametrize(
    ("source", "code", "field"),
    [
        (with_asset(price=10.5), "float_refused", "assets.A.price"),
        (with_asset(price=float("nan")), "not_a_number", "assets.A.price"),
        (with_asset(price=float("inf")), "not_a_number", "assets.A.price"),
        (with_asset(price="NaN"), "number_not_finite", "assets.A.price"),
        (with_asset(price="1e3"), "number_with_exponent", "assets.A.price"),
        (with_asset(price="0.0000000000001"), "too_many_decimals", "assets.A.price"),
        (with_asset(price=True), "number_type", "assets.A.price"),
        (with_asset(price=["10"]), "number_type", "assets.A.price"),
        (with_asset(as_of="2026-01-01"), "date_expected", "assets.A.as_of"),
        (with_asset(as_of="2026-01-01T12:00:00"), "date_expected", "assets.A.as_of"),
        (with_asset(quantitty="1"), "key_unknown", "assets.A.quantitty"),
        (with_asset(can_sell="no"), "flag_expected", "assets.A.can_sell"),
        (document(assets=[{"price": "10"}]), "key_missing", "assets[0].id"),
        (document(assets=[{"id": 7, "price": "10"}]), "text_expected", "assets[0].id"),
        (document(assets=[{"id": "A"}, {"id": "A"}]), "asset_repeated", "assets.A"),
        (document(assets={"A": {}}), "list_expected", "assets"),
        (document(assets=None), "key_missing", "assets"),
        (document(targets=None), "key_missing", "targets"),
        (
            document(targets={"id": "root", "children": [{"weight": "100"}]}),
            "key_missing",
            "targets.root.children[0].id",
        ),
        (document(mode="buy"), "choice_unknown", "mode"),
        (document(cash=1.0), "float_refused", "cash"),
        (document(fees={"rate": 0.1}), "float_refused", "fees.rate"),
        (document(fees={"tiers": [{"up_to": 1.0}]}), "float_refused", "fees.tiers[0].up_to"),
        (document(tax_groups={"g": {}}), "key_missing", "tax_groups.g.rate"),
        (document(strategy={"type": "sometimes"}), "choice_unknown", "strategy.type"),
        (document(schema="rebalancing-instance/2"), "schema_unknown", "schema"),
        (document(schema=None), "schema_unknown", "schema"),
        ('{"schema": "rebalancing-instance/1", "schema": "x"}', "key_repeated", "schema"),
    ],
)
def test_what_is_not_of_the_format_is_refused_at_its_place(
    source: str | JsonObject, code: str, field: str
) -> None:
    """Assets are named by their id where it is known, else by their position."""
    text = source if isinstance(source, str) else json.dumps(source)
    assert [(problem.code, problem.field) for problem in problems(text)] == [(code, field)]


def test_a_refused_instance_still_tells_its_id() -> None:
    """Who plans many instances knows which one it was; all problems are told."""
    with pytest.raises(InvalidInputs) as caught:
        read_instance(json.dumps(document(cash=1.0, flow=2.0)))
    assert caught.value.details["id"] == "x1"
    assert [problem.field for problem in caught.value.problems] == ["cash", "flow"]


def test_floats_in_an_object_of_python_are_refused_too() -> None:
    """A parsed document has no text to quote, and its floats are floats all the same."""
    assert [problem.code for problem in problems(with_asset(price=10.5))] == ["number_is_float"]


def numbers(low: str = "0", high: str = "999999") -> st.SearchStrategy[Decimal]:
    """Decimals that the format can hold."""
    return st.decimals(low, high, places=6)


texts = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
moments = st.datetimes(timezones=st.just(UTC))
bands = st.builds(Band, st.none() | numbers(), st.none() | numbers())
assets = st.builds(
    AssetLine,
    id=texts,
    price=st.none() | numbers(),
    quantity=numbers(),
    lot=numbers(),
    average_cost=st.none() | numbers(),
    tax_group=st.none() | texts,
    minimum_order=numbers(),
    can_buy=st.booleans(),
    can_sell=st.booleans(),
    maximum_weight=st.none() | numbers(),
    as_of=st.none() | moments,
    source=st.none() | texts,
    kind=texts,
    name=st.none() | texts,
    ignored=st.booleans(),
)
leaves = st.builds(
    TargetNode,
    id=texts,
    weight=st.none() | numbers(),
    asset=st.none() | texts,
    cash=st.booleans(),
    band=st.none() | bands,
    label=st.none() | texts,
)
trees = st.recursive(
    leaves,
    lambda below: st.builds(
        TargetNode,
        id=texts,
        weight=numbers(),
        children=st.lists(below, max_size=3).map(tuple),
        band=st.none() | bands,
    ),
    max_leaves=8,
)
tax_groups = st.dictionaries(
    texts, st.tuples(numbers(), st.none() | numbers(), numbers("-9")), max_size=3
).map(
    lambda groups: MappingProxyType(
        {key: TaxGroup(key, rate, exempt, gain_so_far=gain) for key, (rate, exempt, gain) in groups.items()}
    )
)
instances = st.builds(
    Problem,
    id=texts,
    assets=st.lists(assets, max_size=4, unique_by=lambda asset: asset.id).map(tuple),
    targets=trees,
    cash=numbers("-5"),
    flow=numbers("-5"),
    minimum_cash=numbers(),
    mode=st.sampled_from(Mode),
    objective=st.builds(
        Objective, st.sampled_from(Metric), numbers(), st.lists(numbers(), max_size=3).map(tuple)
    ),
    strategy=st.builds(
        Strategy,
        kind=st.sampled_from(StrategyKind),
        band=bands,
        basis=st.sampled_from(Basis),
        leaves_only=st.booleans(),
        frequency=st.none() | st.sampled_from(Frequency),
        last_rebalance=st.none() | st.dates(min_value=date(1000, 1, 1)),
        destination=st.sampled_from(Destination),
        tolerance=bands,
    ),
    fees=st.builds(
        FeeSchedule,
        numbers(),
        numbers(),
        st.lists(st.builds(FeeTier, st.none() | numbers(), numbers(), numbers()), max_size=2).map(tuple),
    ),
    tax_groups=tax_groups,
    now=st.none() | moments,
    price_age_seconds_max=st.none() | numbers(),
    currency=st.sampled_from(["BRL", "USD"]),
)


@given(instances)
def test_what_is_written_reads_back_the_same(problem: Problem) -> None:
    """Every field survives the way through JSON text."""
    assert read_instance(json.dumps(write_instance(problem))) == problem


def test_numbers_are_written_without_an_exponent() -> None:
    """1E+3 is 1000 and 1E-9 is 0.000000001."""
    line = AssetLine("A", Decimal("1E+3"), lot=Decimal("1E-9"))
    written = write_instance(Problem("p", (line,), TargetNode("root"), now=datetime(2026, 1, 1, tzinfo=UTC)))
    assert isinstance(written["assets"], list)
    assert (written["assets"][0]["price"], written["assets"][0]["lot"]) == ("1000", "0.000000001")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda s: st.lists(s) | st.dictionaries(st.text(), s),
    )
)
def test_no_json_makes_it_crash(value: object) -> None:
    """Whatever stands at a key, the answer is a problem or a refusal."""
    for key in ("assets", "targets", "fees", "tax_groups", "strategy", "objective", "cash", "mode", "now"):
        with suppress(FielError):
            read_instance(json.dumps({**document(), key: value}))


@pytest.mark.parametrize("path", sorted(SHARED_EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_shared_examples_are_read_and_refused_as_they_should_be(path: Path) -> None:
    """Only where the worked examples are at hand: those to refuse are refused, the others pass."""
    problem = read_instance(path)
    assert read_instance(write_instance(problem)) == problem
    if json.loads(path.read_text("utf-8")).get("expect") == "refuse":
        with pytest.raises(Rejected):
            refuse_if_unanswerable(problem)
    else:
        refuse_if_unanswerable(problem)
