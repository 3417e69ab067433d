"""`fiel autobalance enroll`: an account of the book, what it should look like, and when to act."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text as Styled

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.balance_words import percent_words, span_words, strategy_words
from fiel.entrypoints.answers.enrolling import Enrolled, Text, enrol, enrolled_record
from fiel.entrypoints.answers.policy import Said
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.autobalance import policy_options as options
from fiel.entrypoints.cli.autobalance.answers import (
    ByOption,
    PortfolioArgument,
    opened_balancer,
    person,
    standing_word,
)
from fiel.entrypoints.cli.custody.answers import CurrencyOption
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.own_plan import show_unused
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.autobalance_desk import ENROLL_EXAMPLES
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.autobalance.model_text import BalanceModel

TargetsOption = Annotated[
    Path | None,
    typer.Option(
        "--targets",
        metavar="FILE",
        help="A portfolio file (TOML) that says what it should look like (default: its `fiel targets`).",
    ),
]
BrokerOption = Annotated[
    str | None,
    typer.Option(
        "--broker",
        metavar="paper|exchange|alpaca",
        help="Through whom its orders go (default: FIEL_AUTOBALANCE_BROKER, else paper).",
    ),
]
LotOption = Annotated[
    str | None,
    typer.Option(
        "--lot", metavar="N", help="The lot of every asset, such as 1 or 0.001 (default: each asset's own)."
    ),
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("enroll", epilog=ENROLL_EXAMPLES)(enroll)


def enroll(
    portfolio: PortfolioArgument,
    *,
    targets: TargetsOption = None,
    broker: BrokerOption = None,
    threshold: options.ThresholdOption = None,
    relative: options.RelativeOption = None,
    calendar: options.CalendarOption = None,
    cool_down: options.CoolDownOption = None,
    hours: options.HoursOption = None,
    price_age: options.PriceAgeOption = None,
    minimum_gain: options.GainOption = None,
    lot: LotOption = None,
    currency: CurrencyOption = "BRL",
    by: ByOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Balance an account of the book from now on, or otherwise than before. Nothing is traded yet.

    Of the targets it takes the tree, lots, bands, strategy and the cash to keep; taxes, fees and limits of
    weight in them are not used. What the account holds beside the targets is left alone.
    """
    words = words_of(lang)
    said = Said(threshold, relative, calendar, cool_down, hours, price_age, minimum_gain)
    with opened_balancer(database) as opened:
        done = enrol(
            opened.parts,
            portfolio,
            currency,
            said,
            targets=_text(targets, portfolio, words),
            broker=settings_here().autobalance.broker.kind.value if broker is None else broker,
            lot=lot,
            by=person(by),
        )
    if as_json:
        write_json(enrolled_record(done))
        return
    _show(done, words)
    if done.read is not None:
        show_unused(done.read, words)
    if done.left_alone:
        show_note(note("ab_left_alone", words, assets=printable(", ".join(done.left_alone))), "yellow")
    if done.elsewhere:
        show_note(note("ab_elsewhere", words, accounts=printable(", ".join(done.elsewhere))), "yellow")


def _text(file: Path | None, portfolio: str, words: Words) -> Text:
    """The targets of the file, read; or the saved ones, by their name. Raises `NotFound` (the file)."""
    from fiel.copilot.files.portfolio_file import BYTES_MAX
    from fiel.copilot.files.source import read_text

    if file is None:
        return Text(note("targets_name", words, wallet=portfolio))
    return Text(str(file), read_text(file, bytes_max=BYTES_MAX))


def _show(done: Enrolled, words: Words) -> None:
    found = done.found
    named = {"portfolio": printable(found.portfolio), "currency": found.currency, "broker": found.broker}
    write_out(note("ab_enrolled", words, **named, status=standing_word(found, words)))
    show(screen(), Styled(), _tree(done.model, words))
    write_out("")
    write_out(note("ab_acts", words, when=strategy_words(done.strategy, words)))
    hours = done.policy.hours
    write_out(
        note(
            "ab_rules",
            words,
            cool_down=span_words(done.policy.cool_down, words),
            hours=note("ab_always_open", words)
            if hours is None
            else f"{hours.opens:%H:%M}-{hours.closes:%H:%M} {hours.zone}",
            age=span_words(done.policy.price_age_max, words),
            gain=words.quantity(done.policy.minimum_gain),
        )
    )
    write_out(note("ab_next", words, portfolio=printable(found.portfolio)))


def _tree(model: BalanceModel, words: Words) -> Table:
    from fiel.portfolio.targets import placed

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(note("ab_target", words))
    for title in ("ab_of_whole", "ab_lot"):
        table.add_column(note(title, words), justify="right")
    for place in placed(model.tree)[1:]:
        asset = place.node.asset
        lot = "" if asset is None else words.quantity(model.assets[asset].lot)
        label = f"{'  ' * (place.depth - 1)}{printable(place.node.name)}"
        if asset is not None and asset != place.node.name:
            label = f"{label} ({printable(asset)})"
        table.add_row(label, percent_words(place.share, words), lot)
    return table
