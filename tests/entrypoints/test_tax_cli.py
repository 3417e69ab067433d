"""`fiel tax` and `fiel positions`: what people and programs read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from tests.support.command_line import Fiel, answer, run_fiel
from tests.support.custody_homes import ready_made
from typer.testing import Result

from fiel.entrypoints.cli.everything import app
from fiel.entrypoints.cli.localize import help_texts
from fiel.entrypoints.words.help import HELP_PT
from fiel.entrypoints.words.tax import TAX_NOTES
from fiel.tax.annual import Form, IncomeKind
from fiel.tax.dated_rows import Category, Pool

ORDERS = (
    (1, "2025-01-06", "PETR4", 3000, "10.00", "BUY"),
    (2, "2025-02-10", "PETR4", 1000, "25.00", "SELL"),
    (3, "2025-03-10", "PETR4", 500, "12.00", "SELL"),
    (4, "2025-04-10", "VALE3", 100, "60.00", "BUY"),
    (5, "2025-04-10", "VALE3", 100, "61.00", "SELL"),
)


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel ...` on a book of this test alone: ana's trades of 2025."""

    def run(*arguments: object, lang: str = "en") -> Result:
        url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"
        return run_fiel(*arguments, lang=lang, columns=400, environment={"FIEL_DATABASE_URL": url})

    run("custody", "deposit", "ana", "100000.00")
    events = tmp_path / "events.jsonl"
    events.write_text("".join(_life(*order) for order in ORDERS), encoding="utf-8")
    assert run("custody", "replay", events).exit_code == 0
    return run


def _life(number: int, day: str, ticker: str, quantity: int, price: str, side: str) -> str:
    order = {
        "orderId": number,
        "userId": "ana",
        "ticker": ticker,
        "quantity": quantity,
        "price": price,
        "side": side,
        "eventTimestamp": f"{day}T12:00:00",
    }
    pending, filled = order | {"status": "PENDING"}, order | {"status": "FILLED", "executedPrice": price}
    return f"{json.dumps(pending)}\n{json.dumps(filled)}\n"


def test_a_taxed_month_for_people(fiel: Fiel) -> None:
    """Sales, gain, the limit that was passed, tax, what was kept back, the DARF and its day, and the law."""
    told = fiel("tax", "month", "2025-02").stdout
    for part in (
        "Tax on gains of ana in 2025-02",
        "Shares sold in the month: R$ 25,000.00, above R$ 20,000.00",
        "Tax R$ 2,250.00 − withheld at source, used R$ 1.25 = due R$ 2,248.75",
        "DARF 6015: pay R$ 2,248.75 by 2025-03-31.",
        "Rule, Shares: Lei 11.033/2004 art. 2",
        "not tax advice",
    ):
        assert part in told


def test_an_exempt_month_in_portuguese(fiel: Fiel) -> None:
    """Under the limit: what is left of it, and nothing to pay."""
    told = fiel("tax", "month", "2025-03", lang="pt").stdout
    assert "Imposto sobre ganhos de ana em 03/2025, valores em R$" in told
    assert "R$ 6.000,00 de R$ 20.000,00; ainda se pode vender R$ 14.000,00 com isenção." in told
    assert "DARF: nada a pagar." in told
    assert "não é consultoria tributária" in told


def test_a_month_for_programs(fiel: Fiel) -> None:
    """Exact numbers as text: a day trade of 20 %, of which 1 % was kept back."""
    told = answer(fiel("tax", "month", "2025-04", "--json"))
    assert told["categories"] == [
        {
            "category": "stock",
            "dayTrade": True,
            "pool": "day_trade",
            "sales": "6100.00",
            "gain": "100.00",
            "exempt": "0.00",
            "lossLeftOut": "0.00",
        }
    ]
    figures = ("tax", "withheld", "creditUsed", "due", "darf", "exemptionLeft", "dueDate", "darfCode")
    assert [told[name] for name in figures] == [
        *("20.00", "1.00", "1.00", "19.00", "19.00", "20000.00", "2025-05-30", "6015")
    ]
    assert told["isTaxAdvice"] is False


def test_this_month_is_the_default(fiel: Fiel) -> None:
    """Without a month it is this one, and it is not over."""
    told = answer(fiel("tax", "month", "--json"))
    assert (told["isOpen"], told["categories"]) == (True, [])


def test_a_year_and_its_files(fiel: Fiel, tmp_path: Path) -> None:
    """The tables on the screen and in files; a second time nothing is overwritten (5)."""
    folder = tmp_path / "irpf"
    assert fiel("tax", "year", 2025, "--csv", folder).exit_code == 4
    folder.mkdir()
    done = fiel("tax", "year", 2025, "--csv", folder)
    assert done.exit_code == 0, done.stderr
    assert "Goods (bens e direitos), at cost" in done.stdout
    assert "Exempt gain on shares" in done.stdout
    names = ["a_conferir", "bens_e_direitos", "renda_variavel", "rendimentos_isentos", "tributacao_exclusiva"]
    assert sorted(path.stem for path in folder.iterdir()) == names
    goods = (folder / "bens_e_direitos.csv").read_text().splitlines()
    assert goods[1] == "03,01,PETR4,0,0.00,1500,15000.00"
    (folder / "a_conferir.csv").write_text("mine")
    again = fiel("tax", "year", 2025, "--csv", folder)
    assert (again.exit_code, "table_exists" in again.stderr) == (5, True)
    assert (folder / "a_conferir.csv").read_text() == "mine"


def test_a_year_for_programs(fiel: Fiel) -> None:
    """The rows of the forms with exact numbers as text."""
    told = answer(fiel("tax", "year", 2025, "--json"))
    assert [(row["asset"], row["quantity"], row["cost"]) for row in told["goods"]] == [
        ("PETR4", "1500", "15000.00")
    ]
    (gain,) = told["income"]
    assert (gain["kind"], gain["code"], gain["amount"]) == ("exempt_stock_gain", "20", "1000.00")
    assert told["variable"][0]["dueDate"] == "2025-03-31"


def test_positions_of_a_day(fiel: Fiel) -> None:
    """As of a day, with the average; lots by age when they are asked for."""
    told = answer(fiel("positions", "--on", "2025-02-10", "--fifo", "--json"))
    assert told["positions"] == [
        {
            "asset": "PETR4",
            "quantity": "2000",
            "averageCost": "10.000000000000",
            "totalCost": "20000.00",
            "fraction": "0",
            "lots": [{"boughtOn": "2025-01-06", "quantity": "2000", "cost": "20000.00"}],
        }
    ]
    shown = fiel("positions", "--fifo", lang="pt").stdout
    assert "Custo médio (R$/un.)" in shown
    assert "15.000,00" in shown
    assert "de 06/01/2025" in shown


def test_remarks_are_told(fiel: Fiel) -> None:
    """What might be missing stands on standard error, and in the answer for programs."""
    assert "fiel market events PETR4" in fiel("positions").stderr
    (remark,) = answer(fiel("positions", "--json"))["remarks"]
    assert (remark["code"], remark["assets"]) == ("events_unasked", "PETR4, VALE3")


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("tax", "month", "03/2025"), 2, "month_malformed"),
        (("tax", "month", "2025-13"), 2, "month_malformed"),
        (("tax", "month", "1999-01"), 2, "year_outside"),
        (("tax", "year", "3000"), 2, "year_outside"),
        (("tax", "month", "2025-02", "--user", "bob"), 4, "user_unknown"),
        (("tax", "month", "2025-02", "--category", "PETR4"), 2, "pair_malformed"),
        (("tax", "month", "2025-02", "--losses", "common=1,5"), 2, "--losses"),
        (("positions", "--on", "ontem"), 2, "day_malformed"),
    ],
)
def test_what_cannot_be_answered(fiel: Fiel, arguments: tuple[str, ...], code: int, named: str) -> None:
    """Each refusal has its exit code and names its place, in Portuguese too."""
    for lang in ("en", "pt"):
        refused = fiel(*arguments, lang=lang)
        assert (refused.exit_code, named in refused.stderr) == (code, True)


def test_a_category_is_asked_for_and_taken(fiel: Fiel, tmp_path: Path) -> None:
    """The refusal (3) says the option to give; with it the month is told."""
    events = tmp_path / "more.jsonl"
    orders = (
        (11, "2025-05-05", "XPTO11", 100, "10.00", "BUY"),
        (12, "2025-05-06", "XPTO11", 100, "11", "SELL"),
    )
    events.write_text("".join(_life(*order) for order in orders), encoding="utf-8")
    fiel("custody", "replay", events)
    refused = fiel("tax", "month", "2025-05", lang="pt")
    assert refused.exit_code == 3
    assert "--category XPTO11=fii" in refused.stderr
    assert "Nada diz o que XPTO11 é" in refused.stderr
    assert answer(fiel("tax", "month", "2025-05", "--category", "XPTO11=fii", "--json"))["tax"] == "20.00"


def test_every_word_is_there() -> None:
    """Every category, pool, form and kind has its words, and every help text its Portuguese."""
    wanted = [f"tax_category_{each.value}" for each in Category]
    wanted += [f"tax_pool_{each.value}" for each in Pool if each is not Pool.WITHHELD]
    wanted += [f"tax_form_{each.value}" for each in Form] + [f"tax_kind_{each.value}" for each in IncomeKind]
    assert [key for key in wanted if key not in TAX_NOTES] == []
    group = typer.main.get_command(app)
    commands = [group.commands[name] for name in ("tax", "positions")]  # type: ignore[attr-defined]
    texts = [text for command in commands for text in help_texts(command)]
    assert [text for text in texts if text not in HELP_PT] == []
