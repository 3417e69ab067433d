"""What people call a title, what it pays, and small tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fiel.copilot.bonds.dated_percents import read_table
from fiel.copilot.bonds.names import Savings, Treasury, known_kinds, read_name
from fiel.copilot.bonds.pays import pays_text, read_pays
from fiel.fixed_income.credit.terms import Benchmark, Floating, IpcaPlus, Kind, Prefixed
from fiel.kernel.errors import InvalidInput, NotFound


@pytest.mark.parametrize(
    ("text", "kind", "maturity"),
    [
        ("ntn-b", Treasury.NTN_B, None),
        ("NTNB Principal", Treasury.NTN_B_PRINCIPAL, None),
        ("Tesouro Prefixado 2029", Treasury.LTN, date(2029, 1, 1)),
        ("Tesouro Prefixado com Juros Semestrais 2035", Treasury.NTN_F, date(2035, 1, 1)),
        ("tesouro ipca+ 2035", Treasury.NTN_B_PRINCIPAL, date(2035, 5, 15)),
        ("Tesouro IPCA+ com juros semestrais 2040", Treasury.NTN_B, date(2040, 8, 15)),
        ("Tesouro Selic 2031", Treasury.LFT, date(2031, 3, 1)),
        ("Tesouro IGPM+ com Juros Semestrais 2031", Treasury.NTN_C, date(2031, 1, 1)),
        ("Tesouro RendA+ Aposentadoria Extra 2065", Treasury.RENDA, date(2065, 1, 15)),
        ("educa+ 2041", Treasury.EDUCA, date(2041, 1, 15)),
        ("cdb", Kind.CDB, None),
        ("Debênture incentivada", Kind.INCENTIVISED_DEBENTURE, None),
        ("Poupança", Savings.SAVINGS, None),
    ],
)
def test_a_title_is_known_by_all_its_names(text: str, kind: object, maturity: date | None) -> None:
    """Auction names, the retail window's names and market names, however they are spelled."""
    named = read_name(text)
    assert (named.kind, named.maturity) == (kind, maturity)


def test_every_known_kind_is_a_name_of_itself() -> None:
    """What the error lists can be typed."""
    assert [read_name(name).kind for name in known_kinds()] == list(known_kinds())


def test_an_unknown_title_lists_the_known_ones() -> None:
    """The refusal names the kinds."""
    with pytest.raises(NotFound, match=r"NTN-B-PRINCIPAL.*debenture"):
        read_name("XPTO")


@pytest.mark.parametrize(
    ("text", "pays"),
    [
        ("110% CDI", Floating(Benchmark.CDI, Decimal(110))),
        ("110 % do CDI", Floating(Benchmark.CDI, Decimal(110))),
        ("100% SELIC", Floating(Benchmark.SELIC, Decimal(100))),
        ("CDI + 1.5%", Floating(Benchmark.CDI, spread=Decimal("1.5"))),
        ("di-0.25", Floating(Benchmark.CDI, spread=Decimal("-0.25"))),
        ("cdi", Floating(Benchmark.CDI)),
        ("13.2% a.a.", Prefixed(Decimal("13.2"))),
        ("13.2%", Prefixed(Decimal("13.2"))),
        ("IPCA + 6.1% a.a.", IpcaPlus(Decimal("6.1"))),
    ],
)
def test_what_a_paper_pays_is_read_as_it_is_written(text: str, pays: object) -> None:
    """The ways in which brokers write a remuneration; written back, it reads the same."""
    assert read_pays(text) == pays


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("110% of gold", "pays_malformed"),
        ("", "pays_malformed"),
        ("CDI + 1,5%", "number_malformed"),
        ("CDI + 1e2%", "number_with_exponent"),
        ("2000% CDI", "number_above_maximum"),
        ("1" * 70 + "% CDI", "pays_malformed"),
    ],
)
def test_what_is_not_understood_is_refused_by_its_option(text: str, code: str) -> None:
    """Commas and exponents are refused as everywhere else, and the option is named."""
    with pytest.raises(InvalidInput) as refusal:
        read_pays(text)
    assert (refusal.value.code, refusal.value.field) == (code, "--pays")


@pytest.mark.parametrize("text", ["110% CDI", "CDI + 1.5%", "CDI - 0.25%", "IPCA + 6.1%", "100% SELIC"])
def test_one_way_of_writing_reads_the_same(text: str) -> None:
    """The title of an answer can be typed again."""
    assert read_pays(pays_text(read_pays(text))) == read_pays(text)


def test_a_table_comes_from_an_option_or_a_file(tmp_path: Path) -> None:
    """The same rows both ways; headings and comments of a file are passed over."""
    file = tmp_path / "table.csv"
    file.write_text("day,percent\n2027-01-15,25 # first\n\n2028-01-15,25.5\n", encoding="utf-8")
    told = read_table("2027-01-15:25,2028-01-15:25.5", "--amortise", maximum=100)
    assert told == read_table(str(file), "--amortise", maximum=100)
    assert told == {date(2027, 1, 15): Decimal(25), date(2028, 1, 15): Decimal("25.5")}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2027-01-15,25\n2027-01-15,30\n", "table_day_twice"),
        ("2027-13-15,25\n", "day_malformed"),
        ("2027-01-15,101\n", "number_above_maximum"),
        ("day,percent\n", "table_rows"),
    ],
)
def test_a_bad_table_names_its_line(tmp_path: Path, text: str, code: str) -> None:
    """Days twice, no days, percents beyond a hundred, no rows."""
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as refusal:
        read_table(str(file), "--amortise", maximum=100)
    assert refusal.value.code == code
