"""`fiel bond` as it is typed: published prices, the working, payments, comparisons, and clear refusals."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.support.command_line import CliRunner
from typer.testing import Result

from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.cli.everything import app
from fiel.entrypoints.cli.localize import help_texts
from fiel.entrypoints.words.bond import BOND_FAILURES_PT, BOND_HELP_PT, BOND_NOTES, bond_note
from fiel.entrypoints.words.help import HELP_PT

NTNB = ("NTN-B", "--maturity", "2035-05-15", "--on", "2026-02-06", "--vna", "4596.158793")
CDB = ("CDB", "--pays", "110% CDI", "--start", "2025-02-03", "--maturity", "2028-02-03", "--amount", "10000")


def bond(*arguments: str, lang: str = "en", **environment: str) -> Result:
    """Run `fiel bond` on recorded series only, with no database anywhere near."""
    settings = {
        "COLUMNS": "200",
        "FIEL_LANG": lang,
        "FIEL_MARKET_OFFLINE": "1",
        "FIEL_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
    }
    return CliRunner().invoke(app, ["bond", *arguments], env=settings | environment)


def of_json(*arguments: str) -> Any:
    """The answer for programs."""
    done = bond(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def lines(result: Result) -> dict[str, str]:
    """Rows of the table by their name."""
    assert result.exit_code == 0, result.stderr
    rows = (line.split("  ", 1) for line in result.stdout.splitlines() if "  " in line.strip())
    return {row[0]: " ".join(row[1].split()) for row in rows}


def test_a_published_price_with_unit_day_and_source() -> None:
    """ANBIMA, 2026-02-06, NTN-B 2035: 4,209.369049; every row says unit, day and source."""
    rows = lines(bond("price", *NTNB, "--rate", "7.5841"))
    assert rows["Unit price (PU)"] == "4,209.369049 BRL per title 2026-02-06 computed"
    assert rows["Price in Tesouro Direto"] == "4,209.36 BRL per title 2026-02-06 computed"
    assert rows["Quotation"].startswith("91.5845 % of VNA")
    assert rows["Updated nominal value (VNA)"] == "4,596.158793 BRL per title 2026-02-06 given"


@pytest.mark.parametrize(
    ("kind", "on", "maturity", "rate", "price"),
    [
        # Tesouro Nacional, auctions of 2025-10-23.
        ("LTN", "2025-10-24", "2029-07-01", "13.3695", "632.793136"),
        ("NTN-F", "2025-10-24", "2031-01-01", "13.6670", "907.118807"),
        # Tesouro Direto, 2019-10-22.
        ("LTN", "2019-10-23", "2022-01-01", "4.99", "899.174104"),
    ],
)
def test_price_and_yield_are_each_others_way_back(
    kind: str, on: str, maturity: str, rate: str, price: str
) -> None:
    """Published prices to the last digit from the rate, and the rate from the price."""
    where = (kind, "--on", on, "--maturity", maturity)
    assert of_json("price", *where, "--rate", rate)["figures"]["price"]["value"] == price
    found = of_json("yield", *where, "--price", price)["figures"]
    assert Decimal(found["rate"]["value"]) == Decimal(rate)
    assert found["price_of_rate"]["value"] == price


def test_the_retail_name_and_the_auction_name_are_one_bond() -> None:
    """Tesouro Prefixado 2028 is the LTN of 1 January 2028, typed in one word or several."""
    by_name = of_json("price", "Tesouro", "Prefixado", "2028", "--on", "2026-02-06", "--rate", "12.6711")
    auction = ("LTN", "--maturity", "2028-01-01", "--on", "2026-02-06", "--rate", "12.6711")
    assert by_name == of_json("price", *auction)
    assert by_name["figures"]["price"]["value"] == "798.615040"


def test_the_working_is_shown_step_by_step() -> None:
    """Formula, numbers, result, rounding and source; the last step is the price shown."""
    done = bond(
        "price", "LTN", "--maturity", "2028-01-01", "--on", "2026-02-06", "--rate", "12.6711", "--explain"
    )
    shown = done.stdout
    assert "du = [d0, d1)\n     d0 = 2026-02-06; d1 = 2028-01-01\n     = 475 business days" in shown
    assert "t = T-14(du/252)\n     du = 475\n     = 1.88492063492063 factor · T-14 · STN" in shown
    assert "PU = T-6(VN / (1 + i/100)^t)\n     VN = 1000; i = 12.671100; t = 1.88492063492063" in shown
    assert "= 798.615040 BRL per title · T-6" in shown


def test_a_cdb_says_gross_net_and_what_the_series_told() -> None:
    """Value on the curve, tax by days held, percent of the CDI, and the series' source and last day."""
    done = bond("price", *CDB, "--on", "2026-07-01")
    rows = lines(done)
    assert rows["Gross value"].startswith("12,324.13 BRL")
    assert rows["Income tax rate"] == "17.5 % 2026-07-01 Lei 11.033/2004; Decreto 6.306/2007"
    assert rows["Income tax"].startswith("406.72 BRL")
    assert rows["Net value"].startswith("11,917.41 BRL")
    assert rows["Equals, if exempt"].startswith("90.7500 % of CDI")
    assert "CDI: recorded (Banco Central do Brasil, SGS 12), up to 2026-08-06\n" in done.stdout
    assert "assumed" not in done.stdout


def test_beyond_the_series_the_assumption_is_named() -> None:
    """Flat at the last rate by default; an option or dated steps instead."""
    flat = bond("price", *CDB, "--on", "2026-10-01")
    assert "; assumed flat from 2026-08-07 on: 13.90 % a year (252)" in flat.stdout
    given = bond("flows", *CDB, "--on", "2026-10-01", "--cdi", "12.5", "--curve", "2027-01-04:11")
    assert (
        "assumed (as given) from 2026-08-07 on: 12.5 % a year (252); from 2027-01-04 on: 11 %" in given.stdout
    )


def test_a_curve_is_read_from_a_file(tmp_path: Path) -> None:
    """Dated steps in a file say the same as in the option."""
    file = tmp_path / "curve.csv"
    file.write_text("day,percent\n2026-10-01,14\n2027-06-01,12\n", encoding="utf-8")
    there = of_json("flows", *CDB, "--on", "2026-07-01", "--curve", str(file))
    assert there == of_json("flows", *CDB, "--on", "2026-07-01", "--curve", "2026-10-01:14,2027-06-01:12")
    assert there["series"][0]["assumed"][1] == {"from": "2026-10-01", "percent": "14"}


def test_iof_takes_its_part_in_the_first_month() -> None:
    """Day 17: 43 % of the yield, then the income tax on the rest (Decreto 6.306/2007)."""
    paper = ("CDB", "--pays", "13.2% a.a.", "--start", "2026-05-15", "--maturity", "2028-02-03")
    figures = of_json("price", *paper, "--on", "2026-06-01")["figures"]
    value = {key: figure["value"] for key, figure in figures.items()}
    assert (value["days_held"], value["gross_yield"]) == ("17", "5.42")
    assert (value["iof"], value["ir"], value["net_value"]) == ("2.33", "0.70", "1002.39")


def test_payments_of_a_coupon_bond() -> None:
    """Six payments on business days, tax by the days since the purchase, and their sum."""
    answer = of_json(
        "flows",
        "NTN-F",
        "--maturity",
        "2029-01-01",
        "--on",
        "2026-02-06",
        "--units",
        "10",
        "--rate",
        "12.8245",
    )
    days = [payment["day"] for payment in answer["payments"]]
    assert days == ["2026-07-01", "2027-01-04", "2027-07-01", "2028-01-03", "2028-07-03", "2029-01-02"]
    assert answer["payments"][0] == {
        "day": "2026-07-01", "nominal_day": "2026-07-01", "principal": "0.00", "indexation": "0.00",
        "interest": "488.08", "gross": "488.08", "tax": "109.82", "net": "378.26", "known": True,
    }  # fmt: skip
    assert (answer["gross"], answer["net"]) == ("12928.48", "12327.59")


def test_payments_by_month_add_up_to_the_same() -> None:
    """Known and projected months of an NTN-B, with the nominal value estimated from the recorded IPCA."""
    arguments = ("flows", "NTN-B", "--maturity", "2029-05-15", "--on", "2026-02-06", "--months")
    answer = of_json(*arguments)
    assert [month["known"] for month in answer["months"][:2]] == [True, False]
    assert answer["months"][0]["gross"] == answer["payments"][0]["gross"]
    shown = bond(*arguments).stdout
    assert "2026-11" in shown
    assert "projected" in shown
    assert "VNA was estimated from the IPCA since June 2000" in shown


def test_amortisations_come_from_a_table() -> None:
    """A quarter of the original value in 2027, the rest at the end; interest in between."""
    paper = ("debenture", "--pays", "CDI + 1.75%", "--start", "2025-01-15", "--maturity", "2028-01-15")
    table = ("--amortise", "2027-01-15:25", "--amortise-base", "original", "--interest", "semiannual")
    answer = of_json("flows", *paper, *table, "--on", "2026-10-20")
    assert [payment["principal"] for payment in answer["payments"]] == ["250.00", "0.00", "750.00"]
    steps = of_json("flows", *paper, *table, "--on", "2026-10-20", "--explain")["steps"]
    assert [step["key"] for step in steps[:6]] == [
        "updated_nominal", "interest", "payment", "iof", "ir", "net_value"
    ]  # fmt: skip


def test_savings_without_a_tr_say_which_option() -> None:
    """The TR is not recorded: refused, and with --tr answered."""
    account = ("price", "poupança", "--start", "2025-11-10", "--amount", "1000", "--on", "2026-03-20")
    refused = bond(*account)
    assert refused.exit_code == 3
    assert "--tr" in refused.stderr
    rows = lines(bond(*account, "--tr", "0.17"))
    assert rows["Balance"] == "1,027.10 BRL 2026-03-10 computed"


def test_offers_are_compared_by_what_they_leave() -> None:
    """The best net first; an LCI's equivalent is taxed, a CDB's exempt."""
    answer = of_json("compare", "LCI 92% CDI", "CDB 110% CDI", "--months", "24", "--on", "2026-11-20")
    first, second = answer["offers"]
    assert (first["offer"], second["offer"]) == ("CDB 110% CDI", "LCI 92% CDI")
    assert (first["equivalent"], first["equivalent_of"]) == ("93.5000", "exempt")
    assert (second["equivalent"], second["equivalent_of"]) == ("108.2353", "taxed")
    assert Decimal(first["net"]) > Decimal(second["net"])
    assert second["ir"] == "0.00"
    shown = bond("compare", "LCI 92% CDI", "CDB 110% CDI", "--months", "24", "--on", "2026-11-20").stdout
    assert "93.50 % of CDI exempt" in shown


def test_it_speaks_portuguese_first() -> None:
    """Names, numbers and days of Brazil."""
    done = bond("price", *NTNB, "--rate", "7.5841", "--explain", lang="pt")
    assert "Preço unitário (PU)" in done.stdout
    assert "4.209,369049  R$ por título  06/02/2026  calculado" in done.stdout
    assert "A conta, passo a passo:" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "told"),
    [
        (("price", "XPTO"), 4, "known are LTN"),
        (("price", "LTN", "--maturity", "2020-01-01", "--on", "2026-02-06", "--rate", "12"), 2, "--maturity"),
        (("price", "LTN", "--maturity", "2028-01-01", "--on", "2026-02-06", "--rate", "12,5"), 2, "--rate"),
        (("price", "LTN", "--maturity", "2028-01-01", "--on", "2026-02-06", "--rate", "1e1"), 2, "exponent"),
        (("price", "LTN", "--maturity", "2028-01-01", "--on", "6/2/26", "--rate", "12"), 2, "2026-01-31"),
        (("price", "LTN", "--maturity", "0001-01-01", "--rate", "12"), 2, "outside the calendars"),
        (("price", "Tesouro Prefixado 0000", "--rate", "12"), 4, "no title that is known"),
        (("price", "NTN-B", "--maturity", "2035-05-15", "--on", "2026-02-06", "--rate", "7"), 3, "--vna"),
        (("flows", "LFT", "--maturity", "2029-03-01", "--on", "2026-06-12"), 3, "--vna"),
        (("flows", "NTN-B", "--maturity", "2035-05-15", "--on", "2026-02-06", "--vna", "1"), 2, "--vna-day"),
        (("price", *CDB, "--on", "2028-02-03"), 2, "--on"),
        (("price", *CDB, "--on", "2026-02-03", "--rate", "12"), 2, "says nothing of CDB"),
        (("price", "LTN", "--maturity", "2028-01-01", "--rate", "1", "--vna", "1"), 2, "says nothing of LTN"),
        (("price", *CDB, "--on", "2026-02-03", "--interest", "weekly"), 2, "monthly, quarterly"),
        (
            ("yield", "LTN", "--maturity", "2028-01-01", "--on", "2026-02-06", "--price", "0.000001"),
            3,
            "--price",
        ),
        (("yield", "LTN", "--maturity", "2028-01-01", "--on", "2026-02-06"), 2, "--price"),
        (("flows", "poupanca", "--start", "2026-01-05"), 3, "balance"),
        (("compare", "LTN 12%", "--months", "12"), 2, "CDB 110% CDI"),
        (("compare", "CDB", "--months", "12"), 2, "CDB 110% CDI"),
    ],
)
def test_what_is_wrong_is_said_clearly(arguments: tuple[str, ...], exit_code: int, told: str) -> None:
    """The exit code of its kind, and a block that names the option or what would be right."""
    done = bond(*arguments)
    assert done.exit_code == exit_code, done.stderr
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_every_help_text_of_the_group_is_translated() -> None:
    """No command or option is shown to a Portuguese reader in English."""
    command = typer.main.get_command(app)
    group = getattr(command, "commands")["bond"]  # noqa: B009 (typer's own type is not exported)
    assert [text for text in help_texts(group) if text not in BOND_HELP_PT and text not in HELP_PT] == []


def test_every_word_stands_in_both_languages() -> None:
    """Nothing is empty, and both languages name the same values."""
    for portuguese, english in BOND_NOTES.values():
        assert bool(portuguese) == bool(english)
        assert portuguese.count("{") == english.count("{")
    assert all(BOND_FAILURES_PT.values())
    assert bond_note("known", Words(Lang.PT)) == "conhecido"
