"""`fiel import --accept` and `fiel book`: what people type, what they are told, and what is booked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import Fiel, answer, run_fiel
from tests.support.custody_homes import ready_made
from tests.support.import_files import Formula, negociacao, trade, workbook
from tests.support.import_samples_other import BOUGHT_AND_SOLD, pdf, sinacor_pages
from typer.testing import Result

from fiel.entrypoints.cli.book.undoing import named
from fiel.kernel.errors import InvalidInput

Save = Callable[..., str]

BUYS = (trade(quantity=100, price="30", day="10/01/2025"), trade("VALE3", 10, "60", day="15/01/2025"))
SALE = trade(quantity=150, price="45", day="10/02/2025", side="Venda")
OPENS = "123"


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel ...` on a book of this test alone, that is empty."""

    def run(*arguments: str, lang: str = "en") -> Result:
        url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"
        return run_fiel(*arguments, lang=lang, environment={"FIEL_DATABASE_URL": url})

    return run


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Writes a file and gives back its path."""

    def write(name: str, data: bytes | str) -> str:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return str(path)

    return write


def export(fiel: Fiel) -> Any:
    """The whole book of custody, as it is exported."""
    return answer(fiel("custody", "export"))


def booked(fiel: Fiel, *more: str) -> list[tuple[str, str | None, str]]:
    """(kind, asset, account) of the rows of the book."""
    result = fiel("book", "list", "--json", *more)
    if result.exit_code == 4:
        return []
    return [(row["kind"], row["asset"], row["account"]) for row in answer(result)]


def held(fiel: Fiel) -> dict[str, tuple[str, str]]:
    """Quantity and cost by asset, as `fiel positions` tells them."""
    told = answer(fiel("positions", "--user", "ana", "--json"))["positions"]
    return {each["asset"]: (each["quantity"], each["totalCost"]) for each in told}


def test_a_preview_for_a_user_compares_and_writes_nothing(fiel: Fiel, save: Save) -> None:
    """What is new and how to book it; the book stays empty."""
    file = save("n.xlsx", negociacao(*BUYS))
    before = export(fiel)
    shown = fiel("import", file, "--user", "ana", "--preview")
    assert (shown.exit_code, "2 rows are new to the book:" in shown.stdout) == (0, True)
    assert "Nothing was written. To book 2 rows for ana, repeat with --accept." in shown.stdout
    assert "New account ana/exemplo: CORRETORA EXEMPLO S.A." in shown.stdout
    assert (export(fiel), booked(fiel)) == (before, [])


@pytest.mark.parametrize("lang", ["pt", "en"])
def test_accepting_books_once_and_says_what_is_known(fiel: Fiel, save: Save, lang: str) -> None:
    """The first time the rows are booked; the second the file is recognised, in either language."""
    file = save("n.xlsx", negociacao(*BUYS))
    first = fiel("import", file, "--accept", "--user", "ana", lang=lang)
    again = fiel("import", file, "--accept", lang=lang)
    said = {
        "en": ("2 rows booked for ana.", "This file was booked before", "2 rows that the book has already."),
        "pt": (
            "2 linhas lançadas no livro de ana.",
            "Este arquivo já foi lançado em",
            "2 linhas que o livro já tem.",
        ),
    }[lang]
    assert said[0] in first.stdout
    assert said[1] in again.stdout
    assert said[2] in again.stdout
    assert booked(fiel) == [("buy", "PETR4", "ana/exemplo"), ("buy", "VALE3", "ana/exemplo")]


def test_who_names_nobody_gets_a_first_wallet(fiel: Fiel, save: Save) -> None:
    """An empty book begins with `carteira`."""
    shown = fiel("import", save("n.xlsx", negociacao(*BUYS)), "--accept")
    assert "2 rows booked for carteira." in shown.stdout
    assert {account for _, _, account in booked(fiel)} == {"carteira/exemplo"}


def test_programs_get_what_the_book_says_of_every_row(fiel: Fiel, save: Save) -> None:
    """One object per file, with the member `book`: new, known, replaced, gone, waiting, accounts."""
    file = save("n.xlsx", negociacao(*BUYS))
    book = answer(fiel("import", file, "--user", "ana", "--json"))["book"]
    assert (book["wallet"], book["isBooked"], book["bookedBefore"]) == ("ana", False, None)
    assert [(row["row"], row["asset"], row["quantity"], row["price"]) for row in book["new"]] == [
        (2, "PETR4", "100", "30"),
        (3, "VALE3", "10", "60"),
    ]
    assert book["accountsOpened"] == ["ana/exemplo"]
    done = answer(fiel("import", file, "--user", "ana", "--accept", "--json"))["book"]
    assert (done["isBooked"], done["new"]) == (True, book["new"])
    again = answer(fiel("import", file, "--json", "--accept"))["book"]
    assert [(one["row"], one["id"]) for one in again["known"]] == [
        (row["row"], row["id"]) for row in book["new"]
    ]
    assert (again["new"], again["bookedBefore"] is None) == ([], False)
    fewer = save("f.xlsx", negociacao(BUYS[0], trade(day="20/01/2025")))
    fiel("import", save("m.xlsx", negociacao(*BUYS, trade(day="20/01/2025"))), "--accept")
    gone = answer(fiel("import", fewer, "--user", "ana", "--json"))["book"]
    assert (len(gone["known"]), gone["gone"]) == (2, [book["new"][1]["id"]])


def test_a_sale_of_more_than_is_held_is_refused(fiel: Fiel, save: Save) -> None:
    """Refused (3) with the opening to say; a preview says it as well, and nothing is booked."""
    file = save("n.xlsx", negociacao(*BUYS, SALE))
    shown = fiel("import", file, "--user", "ana")
    assert (shown.exit_code, "50 more leave than there are" in shown.output) == (0, True)
    refused = fiel("import", file, "--user", "ana", "--accept")
    assert (refused.exit_code, booked(fiel)) == (3, [])
    assert "--opening PETR4=50@" in refused.output
    (shortage,) = answer(fiel("import", file, "--user", "ana", "--json"))["book"]["shortages"]
    assert shortage == {"account": "ana/exemplo", "asset": "PETR4", "day": "2025-02-10", "missing": "50"}


def test_an_opening_makes_it_whole(fiel: Fiel, save: Save) -> None:
    """What was held before, at its average; the day is the one before its first row, or the one said."""
    file = save("n.xlsx", negociacao(*BUYS, SALE))
    done = fiel("import", file, "--user", "ana", "--accept", "--opening", "PETR4=50@20.50")
    assert "3 rows booked" in done.stdout
    assert done.exit_code == 0
    rows = answer(fiel("book", "list", "--json", "--asset", "petr4"))
    assert (rows[0]["kind"], rows[0]["date"], rows[0]["account"]) == (
        "delivery_in",
        "2025-01-09",
        "ana/exemplo",
    )
    other = fiel(
        *("import", file, "--user", "eva", "--accept", "--opening", "PETR4=50@20.50/exemplo"),
        *("--opening-day", "2019-10-31"),
    )
    assert other.exit_code == 0
    assert answer(fiel("book", "list", "--user", "eva", "--json"))[0]["date"] == "2019-10-31"


def test_an_opening_is_compared_even_without_a_user(fiel: Fiel, save: Save) -> None:
    """Whoever says what was held, or what a ticker is, wants to see what would be booked."""
    file = save("n.xlsx", negociacao(*BUYS, SALE))
    shown = fiel("import", file, "--opening", "PETR4=50@20.50")
    assert "To book 4 rows for carteira, repeat with --accept." in shown.stdout


def test_selling_short_is_said(fiel: Fiel, save: Save) -> None:
    """With --short it is booked, and the missing shares are told."""
    done = fiel("import", save("n.xlsx", negociacao(SALE)), "--user", "ana", "--accept", "--short")
    assert (done.exit_code, "150000000000 billionths are missing" in done.output) == (0, True)


def test_one_file_that_cannot_be_read_stops_all(fiel: Fiel, save: Save) -> None:
    """Exit code 2, the fault is told once, and the good file is not booked."""
    good, bad = save("n.xlsx", negociacao(*BUYS)), save("x.xlsx", b"PK\x03\x04 nothing more")
    result = fiel("import", good, bad, "--user", "ana", "--accept")
    assert (result.exit_code, booked(fiel)) == (2, [])
    assert fiel("import", good, str(Path(good).parent / "none.xlsx"), "--accept").exit_code == 2
    assert booked(fiel) == []


def bomb() -> bytes:
    """A workbook whose sheet unpacks to 300 MB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(negociacao(*BUYS))) as good:
            for name in good.namelist():
                if "sheet1" not in name:
                    archive.writestr(name, good.read(name))
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(300):
                sheet.write(b" " * 1_000_000)
    return packed.getvalue()


def malformed(which: str) -> tuple[str, bytes]:
    """A file that nobody should trust, with its name."""
    note = pdf(sinacor_pages(BOUGHT_AND_SOLD), password=OPENS)
    header = "Data do Negócio;Tipo de Movimentação;Mercado;Prazo/Vencimento;Instituição;"
    header += "Código de Negociação;Quantidade;Preço;Valor\n"
    row = "10/01/2025;Compra;Mercado à Vista;-;X;PETR4;1;1,00;1,00\n"
    formula = list(trade(quantity=100, price="30"))
    formula[8] = Formula("G2*H2", "3000")
    files: dict[str, Callable[[], tuple[str, bytes]]] = {
        "zip bomb": lambda: ("bomb.xlsx", bomb()),
        "formula": lambda: (
            "f.xlsx",
            workbook({"Negociação": [header.strip().split(";"), formula]}),
        ),
        "a million rows": lambda: ("big.csv", (header + row * 1_000_000).encode()),
        "wrong password": lambda: ("note.pdf", note),
        "truncated": lambda: ("cut.pdf", pdf(sinacor_pages(BOUGHT_AND_SOLD))[:600]),
    }
    return files[which]()


@pytest.mark.parametrize("which", ["zip bomb", "formula", "a million rows", "wrong password", "truncated"])
def test_a_malformed_file_is_one_clear_error_and_books_nothing(fiel: Fiel, save: Save, which: str) -> None:
    """One line with its code and the file's name, exit code 2, and the book is as before."""
    name, data = malformed(which)
    before = export(fiel)
    result = fiel("import", save(name, data), "--user", "ana", "--accept", "--password", "321")
    assert result.exit_code == 2, result.output
    assert name in result.output
    assert "Traceback" not in result.output
    assert (export(fiel), booked(fiel)) == (before, [])


def test_the_right_password_books_the_note(fiel: Fiel, save: Save) -> None:
    """What is protected is read with the word, which is kept nowhere."""
    note = save("note.pdf", pdf(sinacor_pages(BOUGHT_AND_SOLD), password=OPENS))
    done = fiel("import", note, "--user", "ana", "--accept", "--short", "--password", OPENS)
    assert done.exit_code == 0
    assert len(booked(fiel)) == 3


TABLE = "Data;Operação;Papel;Qtde;Preço\n10/01/2025;C;PETR4;100;30,50\n11/01/2025;C;CI FII;10;100,00\n"
MAPPING = (
    'decimal = ","\ndate = "dd/mm/yyyy"\n[columns]\ndate = "Data"\nkind = "Operação"\nticker = "Papel"\n'
    'quantity = "Qtde"\nprice = "Preço"\n[kinds]\n"C" = "buy"\n'
)


def test_any_table_is_booked_by_its_mapping_into_the_account_said(fiel: Fiel, save: Save) -> None:
    """--mapping says the columns, --account where rows go that name no institution."""
    table, mapping = save("t.csv", TABLE), save("m.toml", MAPPING)
    asked = ("import", table, "--mapping", mapping, "--account", "Clear", "--user", "ana", "--accept")
    assert fiel(*asked).exit_code == 0
    assert booked(fiel)[0] == ("buy", "PETR4", "ana/clear")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("--ticker", "HGRE11"), "--ticker"),
        (("--opening", "PETR4=1"), "--opening"),
        (("--opening", "WEGE3=1@2"), "--opening-day"),
        (("--opening", "WEGE3=1@2", "--opening-day", "yesterday"), "--opening-day"),
        (("--account", "!!!"), "account"),
    ],
)
def test_what_is_said_wrong_is_named(fiel: Fiel, save: Save, arguments: tuple[str, ...], field: str) -> None:
    """Exit code 2 with the option; nothing is booked."""
    table, mapping = save("t.csv", TABLE), save("m.toml", MAPPING)
    result = fiel("import", table, "--mapping", mapping, "--accept", *arguments)
    assert (result.exit_code, field in result.output, booked(fiel)) == (2, True, [])


def typed(fiel: Fiel, *more: str) -> Result:
    """Types a purchase of ana."""
    numbers = ("--quantity", "100", "--price", "38.50", "--fees", "1.20", "--day", "2026-03-10")
    return fiel("book", "add", "buy", "petr4", *numbers, "--user", "ana", "--account", "clear", *more)


def test_typing_shows_first_and_books_once(fiel: Fiel) -> None:
    """Shown without --accept; booked with it; typed again, it is known."""
    assert (typed(fiel).exit_code, booked(fiel)) == (0, [])
    assert [len(answer(typed(fiel, "--accept", "--json"))["book"]["new"]) for _ in range(2)] == [1, 0]
    assert booked(fiel) == [("buy", "PETR4", "ana/clear")]


def test_taking_back_by_the_first_letters_of_an_id(fiel: Fiel) -> None:
    """The shares are gone, the row stays in the record; the second time no row begins so."""
    typed(fiel, "--accept")
    (row,) = answer(fiel("book", "list", "--json"))
    done = fiel("book", "undo", row["id"][:6], "--user", "ana")
    assert "1 rows taken back in the book of ana." in done.stdout
    assert (booked(fiel), booked(fiel, "--all")) == ([], [("buy", "PETR4", "ana/clear")])
    again = fiel("book", "undo", row["id"][:6])
    assert (again.exit_code, "row_unknown" in again.output) == (4, True)


def test_a_row_is_named_by_four_letters_or_more_and_taken_back_once(fiel: Fiel, save: Save) -> None:
    """Fewer could be anything (2); naming one row twice takes it back once."""
    fiel("import", save("n.xlsx", negociacao(*BUYS)), "--user", "ana", "--accept")
    short = fiel("book", "undo", "")
    assert (short.exit_code, "row_too_short" in short.output, len(booked(fiel))) == (2, True, 2)
    first = answer(fiel("book", "list", "--json"))[0]["id"]
    told = answer(fiel("book", "undo", first, first[:8], "--json"))
    assert (told["rows"], len(booked(fiel))) == ([first], 1)


def test_letters_that_several_ids_begin_with_are_asked_about() -> None:
    """Two rows begin so: nothing is chosen (of real ids, four equal letters are too rare to draw)."""
    known = ["3f2a0000", "3f2a1111", "77770000"]
    assert named("7777", known) == "77770000"
    with pytest.raises(InvalidInput, match="2 rows begin with '3f2a'") as refused:
        named("3f2a", known)
    assert refused.value.code == "row_ambiguous"


def test_positions_show_what_was_imported(fiel: Fiel, save: Save) -> None:
    """Quantities and costs of the wallet, all its accounts together; after taking back, without the row."""
    fiel("import", save("n.xlsx", negociacao(*BUYS)), "--user", "ana", "--accept")
    assert held(fiel) == {"PETR4": ("100", "3000.00"), "VALE3": ("10", "600.00")}
    fiel("book", "undo", answer(fiel("book", "list", "--json", "--asset", "VALE3"))[0]["id"])
    assert held(fiel) == {"PETR4": ("100", "3000.00")}


def test_files_and_accounts_are_listed(fiel: Fiel, save: Save) -> None:
    """What was booked from where, with its days; and what each account is."""
    fiel("import", save("n.xlsx", negociacao(*BUYS)), "--user", "ana", "--accept")
    (file,) = answer(fiel("book", "files", "--json"))
    assert (file["name"], file["format"], file["firstDay"], file["lastDay"], file["rows"]) == (
        "n.xlsx",
        "b3-negociacao",
        "2025-01-10",
        "2025-01-15",
        2,
    )
    (account,) = answer(fiel("book", "accounts", "--json"))
    assert (account["account"], account["label"], account["cash"]) == ("ana/exemplo", "exemplo", "EXTERNAL")
    assert "cash is not in the book" in fiel("book", "accounts").stdout
