"""`fiel income titles`: the fixed-income titles of a wallet, whose payments come into its calendar."""

from __future__ import annotations

from typing import Annotated

import typer

from fiel.copilot.bonds.asking import Asked
from fiel.copilot.plan_view.view import printable
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.bond import options
from fiel.entrypoints.cli.bond.reading import today_here
from fiel.entrypoints.cli.income.opening import UserOption, opened_income, user_of
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.income import TITLES_EXAMPLES
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import NotFound

IdArgument = Annotated[str, typer.Argument(metavar="TITLE", help="The title, as `titles list` names it.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    inner = typer.Typer(name="titles", invoke_without_command=True, callback=_titles, epilog=TITLES_EXAMPLES)
    inner.command("add")(add)
    inner.command("list")(list_titles)
    inner.command("remove")(remove)
    group.add_typer(inner)


def _titles(context: typer.Context) -> None:
    """Fixed-income titles of a wallet: their payments come into the calendar."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def add(
    kind: options.KindArgument,
    *,
    bought: options.BoughtOption = None,
    units: options.UnitsOption = None,
    paid: options.PaidOption = None,
    maturity: options.MaturityOption = None,
    pays: options.PaysOption = None,
    start: options.StartOption = None,
    nominal: options.NominalOption = None,
    interest: options.InterestOption = "at-maturity",
    amortise: options.AmortiseOption = None,
    amortise_base: options.BaseOption = "current",
    vna: options.VnaOption = None,
    vna_day: options.VnaDayOption = None,
    user: UserOption = None,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Keep a title that the wallet holds, described as for `fiel bond flows`; again, it changes nothing."""
    from fiel.copilot.income.titles import checked_title

    words = words_of(lang)
    told = Asked(
        name=" ".join(kind), today=today_here(), maturity=maturity, units=units, bought=bought, paid=paid,
        pays=pays, start=start, nominal=nominal, interest=interest, amortise=amortise,
        amortise_base=amortise_base, vna=vna, vna_day=vna_day,
    )  # fmt: skip
    title = checked_title(told)
    with opened_income(database) as opened:
        wallet = user_of(opened, user)
        opened.titles.keep(wallet, title)
    write_out(note("income_title_kept", words, id=title.title_id, title=printable(title.label)))


def list_titles(
    *,
    user: UserOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """List the titles of a wallet."""
    from fiel.copilot.income.titles import title_fields

    words = words_of(lang)
    with opened_income(database) as opened:
        found = opened.titles.of(user_of(opened, user))
    if as_json:
        write_json([{"titleId": each.title_id} | title_fields(each.asked) for each in found])
        return
    for each in found:
        bought = each.asked.bought or "-"
        told = note("income_title_line", words, units=each.asked.units or "1", bought=bought)
        write_out(f"{each.title_id}  {printable(each.label)}  {told}")
    if not found:
        write_out(note("income_no_titles", words))


def remove(
    title_id: IdArgument, *, user: UserOption = None, database: DatabaseOption = None, lang: LangOption = "pt"
) -> None:
    """Forget a title: it was sold, or told wrongly."""
    words = words_of(lang)
    with opened_income(database) as opened:
        wallet = user_of(opened, user)
        if not opened.titles.remove(wallet, title_id):
            raise NotFound("title_unknown", f"{wallet} has no title {title_id}", field="TITLE")
    write_out(note("income_title_gone", words, id=printable(title_id)))
