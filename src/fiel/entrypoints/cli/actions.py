"""`fiel actions`: corporate actions that the book lacks, what each would change, and booking them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.answers import JsonOption, day_words, write_json
from fiel.entrypoints.cli.bond.reading import today_here
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.income.opening import booking_parts, opened_income, user_of
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.cli.tax.options import UserOption
from fiel.entrypoints.words.actions import ACTIONS_EXAMPLES, ACTIONS_NOTES, ADD_EXAMPLES
from fiel.entrypoints.words.notes import note
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.bootstrap import OpenIncome
    from fiel.copilot.actions.desk import Accepted, ActionsDesk
    from fiel.copilot.actions.ground import Effect, Proposed

_IDS_MAX = 1_000
AcceptOption = Annotated[bool, typer.Option("--accept", help="Book all that is listed.")]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="ID", help="Only this one, by its id. May be repeated."),
]
DeclaredOption = Annotated[
    list[str] | None,
    typer.Option(
        "--declared-cost",
        metavar="ID=MONEY",
        help="What the company declared as the cost of a bonus share, in reais. May be repeated.",
    ),
]
KindArgument = Annotated[
    str,
    typer.Argument(
        metavar="KIND",
        help="split, bonus, merger, spin-off, rename, fraction, amortisation, right-received, "
        "right-exercised, right-sold or right-lapsed.",
    ),
]
AssetArgument = Annotated[
    str,
    typer.Argument(
        metavar="ASSET",
        help="What is held: PETR4; of rights their ticker, and of right-received the share.",
    ),
]
IntoArgument = Annotated[
    str | None, typer.Argument(metavar="[INTO]", help="What it becomes, or brings: the other asset.")
]
DayOption = Annotated[
    str | None,
    typer.Option("--day", metavar="DATE", help="The first day of the new state (default: today)."),
]
RatioOption = Annotated[
    str | None,
    typer.Option(
        "--ratio",
        metavar="OLD:NEW",
        help="Units before and after: 1:2 is a split in two, 10:1 a grouping.",
    ),
]
PercentOption = Annotated[
    str | None, typer.Option("--percent", metavar="NUMBER", help="New units per 100 held.")
]
CostOption = Annotated[
    str | None,
    typer.Option("--declared-cost", metavar="MONEY", help="Reais per new unit, as the company declared."),
]
CashOption = Annotated[
    str | None, typer.Option("--cash", metavar="MONEY", help="Reais per old unit that come as money.")
]
CashCostOption = Annotated[
    str | None,
    typer.Option(
        "--cash-cost-percent", metavar="NUMBER", help="The percent of the cost that the money uses up."
    ),
]
CostPercentOption = Annotated[
    str | None,
    typer.Option(
        "--cost-percent", metavar="NUMBER", help="The percent of the cost that goes to the new asset."
    ),
]
ProceedsOption = Annotated[
    str | None,
    typer.Option("--proceeds", metavar="MONEY", help="Reais that the auction of the fraction brought."),
]
QuantityOption = Annotated[
    str | None,
    typer.Option(
        "--quantity", metavar="NUMBER", help="How many units (default: the fraction, or all rights)."
    ),
]
PriceOption = Annotated[str | None, typer.Option("--price", metavar="MONEY", help="Reais per unit.")]
PerUnitOption = Annotated[
    str | None, typer.Option("--per-unit", metavar="MONEY", help="Reais per unit of capital given back.")
]
AccountOption = Annotated[
    str | None,
    typer.Option(
        "--account", metavar="NAME", help="Only in this account (default: every account that holds it)."
    ),
]
BookOption = Annotated[bool, typer.Option("--accept", help="Book it; without, it is only shown.")]


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(
        name="actions", invoke_without_command=True, callback=actions, epilog=ACTIONS_EXAMPLES
    )
    group.command("add", epilog=ADD_EXAMPLES)(add)
    app.add_typer(group)


def actions(
    context: typer.Context,
    *,
    user: UserOption = None,
    accept: AcceptOption = False,
    only: OnlyOption = None,
    declared_cost: DeclaredOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show splits and bonus shares that the market tells and the book lacks, and what each would change.

    Nothing is booked without --accept. Costs are in reais (R$). What was sold since is reckoned anew.
    """
    if context.invoked_subcommand is not None:
        return
    words, declared = words_of(lang), _declared(declared_cost or ())
    with opened_income(database) as opened:
        wallet, desk = user_of(opened, user), _desk(opened)
        if accept:
            done = desk.accept(wallet, only, declared)
        else:
            done = _only_shown(desk.open(wallet, only, declared))
    if as_json:
        write_json(_record(wallet, done, is_accepted=accept))
        return
    write_out(note("actions_of", words, wallet=printable(wallet), day=day_words(today_here(), words)))
    if not done.actions:
        write_out(note("actions_none", words))
        return
    _show(wallet, done, words, is_accepted=accept)


def add(
    kind: KindArgument,
    asset: AssetArgument,
    into: IntoArgument = None,
    *,
    day: DayOption = None,
    ratio: RatioOption = None,
    percent: PercentOption = None,
    declared_cost: CostOption = None,
    cash: CashOption = None,
    cash_cost_percent: CashCostOption = None,
    cost_percent: CostPercentOption = None,
    proceeds: ProceedsOption = None,
    quantity: QuantityOption = None,
    price: PriceOption = None,
    per_unit: PerUnitOption = None,
    account: AccountOption = None,
    accept: BookOption = False,
    user: UserOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show what an action that no source tells does to the book; book it with --accept.

    Amounts are in reais (R$). The same action is never booked twice.
    """
    from fiel.copilot.actions.manual import read_typed
    from fiel.copilot.bonds.dated_percents import read_day

    words = words_of(lang)
    on: date = read_day(day, "--day") if day else today_here()
    numbers = {
        "percent": percent,
        "declared_cost": declared_cost,
        "cash": cash,
        "cash_cost_percent": cash_cost_percent,
        "cost_percent": cost_percent,
        "proceeds": proceeds,
        "quantity": quantity,
        "price": price,
        "per_unit": per_unit,
    }
    typed = read_typed(kind, asset, on, into=into, ratio=ratio, account=account, **numbers)
    with opened_income(database) as opened:
        wallet = user_of(opened, user)
        done = _desk(opened).add(wallet, typed, accept=accept)
    if as_json:
        write_json(_record(wallet, done, is_accepted=accept))
        return
    _show(wallet, done, words, is_accepted=accept)


def _desk(opened: OpenIncome) -> ActionsDesk:
    from fiel.copilot.actions.desk import ActionsDesk

    return ActionsDesk(*booking_parts(opened))


def _only_shown(found: Sequence[Proposed]) -> Accepted:
    from fiel.copilot.actions.desk import Accepted

    return Accepted(tuple(found), 0, ())


def _declared(texts: Iterable[str]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for text in texts:
        name, sign, money = (part.strip() for part in text.rpartition("="))
        if not (name and sign and money) or len(found) >= _IDS_MAX:
            raise InvalidInput(
                "declared_cost_malformed", f"{text[:60]!r} is not ID=MONEY", field="--declared-cost"
            )
        found[name] = parse_decimal(
            money, field="--declared-cost", decimals_max=9, minimum=0, integer_digits_max=9
        )
    return found


def _show(wallet: str, done: Accepted, words: Words, *, is_accepted: bool) -> None:
    for one in done.actions:
        write_out(_head(one, words))
        if one.effects:
            show(screen(), _table(one.effects, words))
        for line in _asides(one, words):
            write_out(line)
    for text in done.alerts:
        show_note(note("actions_alert", words, text=printable(text)), "yellow")
    if is_accepted:
        booked = sum(1 for one in done.actions if one.told and not one.is_booked)
        counts = {"n": booked, "entries": done.entries}
        write_out(note("actions_accepted", words, wallet=printable(wallet), **counts))
    elif any(one.told and not one.is_booked for one in done.actions):
        write_out(note("actions_hint", words))


def _head(one: Proposed, words: Words) -> str:
    terms = ", ".join(note(f"actions_term_{name}", words, value=printable(text)) for name, text in one.terms)
    key = f"actions_kind_{one.kind}"
    kind = note(key if key in ACTIONS_NOTES else "actions_kind_other", words)
    source = note("actions_source_typed", words) if one.source == "typed" else printable(one.source)
    values = {"id": printable(one.id), "asset": one.asset, "day": day_words(one.day, words)}
    return note("actions_head", words, kind=kind, terms=terms or "-", source=source, **values)


def _asides(one: Proposed, words: Words) -> list[str]:
    lines = []
    if one.lacks:
        lines.append(note(f"actions_lacks_{one.lacks}", words))
    if ("declared_cost", "?") in one.terms:
        lines.append(note("actions_bonus_costless", words, id=one.id))
    if one.is_booked:
        lines.append(note("actions_booked_before", words))
    return lines


def _table(effects: Iterable[Effect], words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("account", "asset", "quantity", "cost", "cash"):
        justify: Any = "left" if name in ("account", "asset") else "right"
        table.add_column(note(f"actions_{name}", words), justify=justify)
    for one in effects:
        quantity = words.quantity(one.quantity_before), words.quantity(one.quantity_after)
        cost = words.amount(one.cost_before), words.amount(one.cost_after)
        cells = (
            printable(one.account),
            one.asset,
            note("actions_from_to", words, before=quantity[0], after=quantity[1]),
            note("actions_from_to", words, before=cost[0], after=cost[1]),
            words.amount(one.cash) if one.cash else "-",
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _record(wallet: str, done: Accepted, *, is_accepted: bool) -> dict[str, Any]:
    return {
        "userId": wallet,
        "asOf": today_here().isoformat(),
        "currency": "BRL",
        "accepted": is_accepted,
        "entries": done.entries,
        "alerts": list(done.alerts),
        "actions": [_action_record(one) for one in done.actions],
    }


def _action_record(one: Proposed) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "asset": one.asset,
        "day": one.day.isoformat(),
        "terms": dict(one.terms),
        "source": one.source,
        "lacks": one.lacks or None,
        "bookedBefore": one.is_booked,
        "effects": [_effect_record(each) for each in one.effects],
    }


def _effect_record(one: Effect) -> dict[str, Any]:
    numbers = {
        "quantityBefore": one.quantity_before,
        "quantityAfter": one.quantity_after,
    }
    money = {"costBefore": one.cost_before, "costAfter": one.cost_after, "cash": one.cash}
    return {
        "account": one.account,
        "asset": one.asset,
        **{name: f"{value.normalize() + 0:f}" for name, value in numbers.items()},
        **{name: f"{value:.2f}" for name, value in money.items()},
    }
