"""The portfolio file as people write it: what it means, and where it is wrong."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.files.portfolio_file import parse_portfolio, read_portfolio
from fiel.copilot.files.template import template
from fiel.kernel.errors import InvalidInput, InvalidInputs, Rejected
from fiel.portfolio.targets import Band
from fiel.rebalancing.problem import Destination, FeeTier, Frequency, Metric, StrategyKind, TaxGroup
from fiel.rebalancing.refusals import refuse_if_unanswerable

HEAD = 'schema = "fiel-portfolio/1"\n'
WALLET = """\
schema = "fiel-portfolio/1"
name = "Carteira da Ana"

[cash]
available = "350.00"

[assets.PETR4]
quantity = "100"
average_cost = "30.12"
price = "35.84"

[assets.MXRF11]
kind = "fii"
quantity = 50
price = "10.60"

[targets.acoes]
weight = "40"
label = "Ações"
PETR4 = "100"

[targets.fiis]
weight = "55"
MXRF11 = "100"

[targets.caixa]
weight = "5"
cash = true
"""


def changed(old: str, new: str) -> str:
    """The wallet with one thing written otherwise."""
    assert WALLET.count(old) == 1, old
    return WALLET.replace(old, new)


def problems(text: str) -> list[Rejected]:
    """Every problem of a text, in its order."""
    with pytest.raises(InvalidInput) as caught:
        parse_portfolio(text, name="ana.toml")
    error = caught.value
    return list(error.problems) if isinstance(error, InvalidInputs) else [error]


def places(text: str) -> list[tuple[str, str | None, str | None]]:
    """Code, place and line of every problem of a text."""
    return [(problem.code, problem.field, problem.details.get("line")) for problem in problems(text)]


def test_the_file_says_what_is_held_and_what_is_wanted() -> None:
    """Positions, kinds, lots and taxes by kind, and the tree with its labels."""
    portfolio = parse_portfolio(WALLET)
    petr, fund = portfolio.assets
    assert (portfolio.name, portfolio.cash, portfolio.currency) == ("Carteira da Ana", Decimal(350), "BRL")
    assert (petr.kind, petr.lot, petr.tax_group) == ("stock", Decimal(100), "br_stock")
    assert (fund.quantity, fund.lot, fund.tax_group) == (Decimal(50), Decimal(1), "br_fii")
    assert [(node.id, node.name) for node in portfolio.targets.walk()] == [
        ("root", "root"),
        ("acoes", "Ações"),
        ("acoes.PETR4", "PETR4"),
        ("fiis", "fiis"),
        ("fiis.MXRF11", "MXRF11"),
        ("caixa", "caixa"),
    ]
    assert portfolio.tax_groups["br_stock"] == TaxGroup("br_stock", Decimal("0.15"), Decimal(20000))
    assert set(portfolio.tax_groups) == {"br_stock", "br_fii"}


def test_the_template_reads_back_valid_and_can_be_planned() -> None:
    """What `fiel init` writes is accepted as it stands, and so is every line that it comments out."""
    portfolio = read_portfolio(template())
    refuse_if_unanswerable(portfolio.to_problem(flow="1000"))
    uncommented = re.sub(r"^# (?=[a-z_]+ = |\[\[)", "", template(), flags=re.MULTILINE)
    everything = parse_portfolio(uncommented.replace("ignore = true", "ignore = false"))
    fund = next(asset for asset in everything.assets if asset.id == "MXRF11")
    assert (fund.maximum_weight, fund.can_sell, fund.tax_group) == (Decimal("0.2"), False, None)
    assert everything.strategy.tolerance == Band(absolute=Decimal("0.02"))


def test_rules_are_read_in_percent_and_kept_as_fractions() -> None:
    """Strategy, fees, tax, objective and bands."""
    portfolio = parse_portfolio(
        WALLET.replace('label = "Ações"', 'band = { absolute = "5", relative = "25" }')
        + """
[targets.caixa.band]
absolute = "1"
[strategy]
kind = "hybrid"
absolute = "5"
frequency = "monthly"
last_rebalance = 2026-01-30
destination = "tolerance"
tolerance = "2.5"
[fees]
fixed = "1.50"
rate = "0.03"
tiers = [{ up_to = "1000", fixed = "2" }, { rate = "0.5" }]
[tax.br_stock]
loss_carry = "120.50"
[tax.mine]
rate = "22.5"
[objective]
metric = "relative"
kappa = "12.5"
level_multipliers = ["1", 2]
"""
    )
    strategy = portfolio.strategy
    assert (strategy.kind, strategy.frequency) == (StrategyKind.HYBRID, Frequency.MONTHLY)
    assert (strategy.band, strategy.last_rebalance) == (Band(Decimal("0.05")), date(2026, 1, 30))
    assert (strategy.destination, strategy.tolerance) == (Destination.TOLERANCE, Band(Decimal("0.025")))
    assert portfolio.targets.children[0].band == Band(Decimal("0.05"), Decimal("0.25"))
    assert portfolio.targets.children[2].band == Band(Decimal("0.01"))
    zero = Decimal(0)
    assert portfolio.fees.rate == Decimal("0.0003")
    assert portfolio.fees.tiers == (
        FeeTier(Decimal(1000), Decimal(2), zero),
        FeeTier(None, zero, Decimal("0.005")),
    )
    assert portfolio.tax_groups["br_stock"].loss_carry == Decimal("120.50")
    assert portfolio.tax_groups["br_stock"].exempt_sales == Decimal(20000)
    assert portfolio.tax_groups["mine"] == TaxGroup("mine", Decimal("0.225"))
    assert (portfolio.objective.metric, portfolio.objective.kappa) == (Metric.RELATIVE, Decimal("12.5"))
    assert portfolio.objective.level_multipliers == (Decimal(1), Decimal(2))


def test_classes_nest_and_two_may_have_children_of_one_name() -> None:
    """The id of a node is its dotted place, so names need to be unique only among brothers."""
    text = changed('PETR4 = "100"', '[targets.acoes.renda]\nweight = "100"\nPETR4 = "100"')
    text = text.replace(
        'MXRF11 = "100"', '[targets.fiis.renda]\nweight = 100\n[targets.fiis.renda.MXRF11]\nweight = "100"'
    )
    ids = [node.id for node in parse_portfolio(text).targets.walk()]
    assert ids[2:4] + ids[5:7] == ["acoes.renda", "acoes.renda.PETR4", "fiis.renda", "fiis.renda.MXRF11"]


def test_a_leaf_may_have_a_name_of_its_own() -> None:
    """`asset` says which asset a table is the leaf of."""
    text = changed('PETR4 = "100"', '[targets.acoes.oil]\nweight = "100"\nasset = "PETR4"')
    leaf = parse_portfolio(text).targets.children[0].children[0]
    assert (leaf.id, leaf.asset, leaf.label) == ("acoes.oil", "PETR4", "oil")


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2023-12-18", datetime(2023, 12, 18, 21, tzinfo=UTC)),
        ('"2023-12-18"', datetime(2023, 12, 18, 21, tzinfo=UTC)),
        ("2023-12-18T10:30:00", datetime(2023, 12, 18, 13, 30, tzinfo=UTC)),
        ("2023-12-18T10:30:00Z", datetime(2023, 12, 18, 10, 30, tzinfo=UTC)),
    ],
)
def test_a_day_is_its_close_and_a_time_without_zone_is_brasilia(written: str, instant: datetime) -> None:
    """Prices of a day are those of 18:00 in Brasilia, 21:00 UTC."""
    portfolio = parse_portfolio(WALLET + f'[prices]\nas_of = {written}\nsource = "B3"\nmax_age_days = "2"\n')
    assert {(asset.as_of, asset.source) for asset in portfolio.assets} == {(instant, "B3")}
    assert portfolio.price_age_seconds_max == 172_800


def test_a_price_may_come_later() -> None:
    """A file without prices is a good file; it is the plan that needs them."""
    portfolio = parse_portfolio(changed('price = "35.84"\n', ""))
    with pytest.raises(Rejected, match="no price"):
        refuse_if_unanswerable(portfolio.to_problem())
    refuse_if_unanswerable(portfolio.with_prices({"PETR4": "35.84"}).to_problem())


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('price = "35.84"', "price = 35.84", ("float_refused", "assets.PETR4.price", "10")),
        ('price = "35.84"', "price = nan", ("not_a_number", "assets.PETR4.price", "10")),
        ('price = "35.84"', "price = -inf", ("not_a_number", "assets.PETR4.price", "10")),
        ('price = "35.84"', 'price = "NaN"', ("number_not_finite", "assets.PETR4.price", "10")),
        ('price = "35.84"', 'price = "35,84"', ("number_malformed", "assets.PETR4.price", "10")),
        ('price = "35.84"', 'price = "0"', ("price_not_positive", "assets.PETR4.price", "10")),
        ('price = "35.84"', 'price = ""', ("number_missing", "assets.PETR4.price", "10")),
        ('price = "35.84"', "price = true", ("number_type", "assets.PETR4.price", "10")),
        ('quantity = "100"', 'quantity = "-1"', ("quantity_negative", "assets.PETR4.quantity", "8")),
        ('quantity = "100"', 'lot = "-1"', ("lot_not_positive", "assets.PETR4.lot", "8")),
        ('quantity = "100"', 'quanttiy = "100"', ("key_unknown", "assets.PETR4.quanttiy", "8")),
        ('quantity = "100"', 'colour = "red"', ("key_unknown", "assets.PETR4.colour", "8")),
        ('quantity = "100"', 'max_weight = "101"', ("percent_out_of_range", "assets.PETR4.max_weight", "8")),
        (
            'quantity = "100"',
            'max_weight = "0"',
            ("maximum_weight_out_of_range", "assets.PETR4.max_weight", "8"),
        ),
        ('quantity = "100"', 'can_buy = "no"', ("flag_expected", "assets.PETR4.can_buy", "8")),
        ('quantity = "100"', 'kind = "stok"', ("choice_unknown", "assets.PETR4.kind", "8")),
        ('quantity = "100"', 'as_of = "yesterday"', ("date_expected", "assets.PETR4.as_of", "8")),
        ('quantity = "100"', 'name = "\\u001b[31m"', ("text_not_plain", "assets.PETR4.name", "8")),
        ('quantity = "100"', 'tax_group = "nope"', ("tax_group_unknown", "assets.PETR4.tax_group", "8")),
        ('kind = "fii"\n', "", ("kind_missing", "assets.MXRF11.kind", "12")),
        ('weight = "40"', "weight = 40.0", ("float_refused", "targets.acoes.weight", "18")),
        ('weight = "40"', 'weight = "39.9"', ("weights_not_100", "targets", "17")),
        ('weight = "40"', "", ("weight_missing", "targets.acoes", "17")),
        ('PETR4 = "100"', 'PETR4 = "33.33"', ("weights_not_100", "targets.acoes", "17")),
        ('PETR4 = "100"', "", ("class_without_asset", "targets.acoes", "17")),
        ('PETR4 = "100"', "PETR4 = 100.0", ("float_refused", "targets.acoes.PETR4", "20")),
        ('PETR4 = "100"', 'PETR3 = "100"', ("asset_unknown", "targets.acoes.PETR3", "20")),
        ('PETR4 = "100"', 'PETR4 = "100"\nMXRF11 = "0"', ("asset_repeated", "targets.fiis.MXRF11", "25")),
        ('label = "Ações"', 'band = { absolut = "5" }', ("key_unknown", "targets.acoes.band.absolut", "19")),
        ('available = "350.00"', "available = 350.00", ("float_refused", "cash.available", "5")),
        ('available = "350.00"', 'minimum = "-1"', ("minimum_cash_negative", "cash.minimum", "5")),
        ("[cash]", "[csah]", ("key_unknown", "csah", "4")),
        ('name = "Carteira da Ana"', 'currency = "reais"', ("currency_unknown", "currency", "2")),
        ('schema = "fiel-portfolio/1"', 'schema = "fiel-portfolio/9"', ("schema_unknown", "schema", "1")),
        ('schema = "fiel-portfolio/1"', "", ("schema_missing", "schema", None)),
        ("[targets.acoes]", "[targets.root]", ("name_reserved", "targets.root", "17")),
    ],
)
def test_one_mistake_is_one_problem_at_its_line(
    old: str, new: str, problem: tuple[str, str, str | None]
) -> None:
    """The place is the one of the file, in the words of the file."""
    assert places(changed(old, new)) == [problem]


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ('[strategy]\nabsolute = "5"', ("key_missing", "strategy.kind", "32")),
        ('[strategy]\nkind = "threshold"', ("band_missing", "strategy", "32")),
        ('[strategy]\nkind = "calendar"', ("frequency_missing", "strategy.frequency", "32")),
        ('[strategy]\nkind = "threshold"\nabsolute = 5.0', ("float_refused", "strategy.absolute", "34")),
        ('[fees]\nrate = "-1"', ("percent_out_of_range", "fees.rate", "33")),
        ('[[fees.tiers]]\nup_to = "10"', ("tiers_incomplete", "fees.tiers", "32")),
        (
            '[[fees.tiers]]\nrate = "1"\n[[fees.tiers]]\nfixed = "-1"',
            ("fixed_negative", "fees.tiers.1.fixed", "35"),
        ),
        ('[tax.mine]\nloss_carry = "1"', ("key_missing", "tax.mine.rate", "32")),
        ('[tax.br_stock]\nloss_carry = "-1"', ("loss_carry_negative", "tax.br_stock.loss_carry", "33")),
        ('[objective]\nkappa = "-1"', ("kappa_negative", "objective.kappa", "33")),
        ('[objective]\nkappa = "lazy"', ("cost_sensitivity_unknown", "objective.kappa", "33")),
        (
            "[objective]\nlevel_multipliers = [\n  1.5,\n]",
            ("float_refused", "objective.level_multipliers", "33"),
        ),
        ("[prices]\nas_of = 12", ("date_expected", "prices.as_of", "33")),
    ],
)
def test_a_mistake_in_the_rules_is_found_at_its_line(section: str, problem: tuple[str, str, str]) -> None:
    """Strategy, fees, tax, objective and prices, from line 32 on."""
    assert places(WALLET + "\n\n\n" + section + "\n") == [problem]


@pytest.mark.parametrize(("name", "kappa"), [("eager", "1"), ("balanced", "12.5"), ("patient", "50")])
def test_cost_sensitivity_may_be_given_by_name(name: str, kappa: str) -> None:
    """The names of the command line are names in the file too."""
    portfolio = parse_portfolio(f'{WALLET}\n[objective]\nkappa = "{name}"\n')
    assert portfolio.objective.kappa == Decimal(kappa)


def test_a_wrong_cost_sensitivity_is_told_the_names() -> None:
    """The message lists what may be written, and names the line."""
    (problem,) = problems(f'{WALLET}\n[objective]\nkappa = "Eager"\n')
    assert "a number, or one of eager, balanced, patient" in problem.message


def test_a_float_is_refused_with_the_text_to_write() -> None:
    """The message can be copied into the file."""
    (problem,) = problems(changed('price = "35.84"', "price = 35.84"))
    assert 'price = "35.84"' in problem.message
    assert "ana.toml, line 10" in problem.message


def test_a_misspelling_is_answered_with_the_word_that_was_meant() -> None:
    """Keys, choices and assets are compared with the known ones."""
    for old, new, meant in (
        ('quantity = "100"', 'quanttiy = "100"', "'quantity'"),
        ('kind = "fii"', 'kind = "fiis"', "'fii'"),
        ('PETR4 = "100"', 'PETR3 = "100"', "'PETR4'"),
        ('weight = "40"', 'wieght = "40"', "'weight'"),
        ("[cash]", "[csah]", "'cash'"),
    ):
        assert f"did you mean {meant}?" in problems(changed(old, new))[-1].message


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    """One reading is enough to correct everything."""
    text = changed('price = "35.84"', "price = 35.84").replace("quantity = 50", 'quantity = "-1"')
    text = text.replace('weight = "55"', 'weight = "54"').replace(
        "cash = true", 'cash = true\ncolour = "red"'
    )
    assert places(text) == [
        ("float_refused", "assets.PETR4.price", "10"),
        ("quantity_negative", "assets.MXRF11.quantity", "14"),
        ("weights_not_100", "targets", "17"),
        ("leaf_with_children", "targets.caixa", "26"),
        ("asset_unknown", "targets.caixa.colour", "29"),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (WALLET + '[assets.PETR4]\nprice = "1"\n', ("asset_repeated", "assets.PETR4", "29")),
        (
            changed('quantity = "100"', 'quantity = "1"\nquantity = "2"'),
            ("key_repeated", "assets.PETR4.quantity", "9"),
        ),
        (
            changed('PETR4 = "100"', 'PETR4 = "50"\nPETR4 = "50"'),
            ("key_repeated", "targets.acoes.PETR4", "21"),
        ),
        (changed("[cash]", "[cash"), ("toml_syntax", None, "4")),
        (changed('name = "Carteira da Ana"', "name = Carteira da Ana"), ("toml_syntax", None, "2")),
    ],
)
def test_broken_or_repeated_toml_is_one_problem_with_its_line(
    text: str, problem: tuple[str, str | None, str]
) -> None:
    """A repeated asset is called that, whether a table or a line repeats it."""
    assert places(text) == [problem]


def test_line_endings_comments_and_a_byte_order_mark_do_not_matter() -> None:
    """Files come from every editor."""
    windows = "\ufeff" + WALLET.replace("\n", "\r\n")
    assert read_portfolio(windows.encode("utf-8")) == parse_portfolio(WALLET)
    assert places(windows.replace('"35.84"', "35.84"))[0][2] == "10"


def test_lines_are_found_past_strings_and_lists_that_span_lines() -> None:
    """What looks like a key inside a text or a comment is not one."""
    text = (
        HEAD
        + 'name = """\n[assets.A]\nprice = 1.0 # """\nx = [\n  "]", # ]\n]\n[assets."A.B"]\nprice = 1.0\n'
    )
    found = places(text)
    assert ("float_refused", "assets.A.B.price", "9") in found
    assert ("text_not_plain", "name", "2") in found


def test_a_portfolio_needs_targets() -> None:
    """Nothing to aim at is told as such."""
    assert places(HEAD) == [("key_missing", "targets", None)]
    assert [code for code, _, _ in places(HEAD + "assets = 5\ntargets = 7\n")] == ["table_expected"] * 2


def test_a_path_may_be_text_or_path(tmp_path: Path) -> None:
    """A string without a line break is the name of a file."""
    path = tmp_path / "ana.toml"
    path.write_text(WALLET, encoding="utf-8")
    assert read_portfolio(str(path)) == read_portfolio(path) == read_portfolio(WALLET)


@given(st.text(alphabet="[]{}=\".'#\n\\ ,abc12", max_size=60))
def test_no_text_makes_it_crash(tail: str) -> None:
    """Whatever follows a good file, the answer is a portfolio or a refusal."""
    try:
        parse_portfolio(WALLET + tail)
    except InvalidInput as error:
        refusal = error
    else:
        return
    assert refusal.code
