"""From a line to the facts that custody books: one each, two for what leaves one account for another.

Instants: a file says days. Of one day, shares that come and corporate changes go first, then money, income,
buys, sells and withdrawals, so that a day never sells what it still has to buy; within an hour the name of
the row decides, whatever the order of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal, localcontext

from fiel.copilot.booking.lines import Line
from fiel.copilot.importing.rows import RowKind
from fiel.custody.accounts import Account, AccountKey, Rejection
from fiel.custody.bookings import Told
from fiel.custody.events import BookFact, BookIncome, FactKind, State
from fiel.custody.ledger.facts import book_fact, stem_of
from fiel.custody.ledger.income import book_income
from fiel.income.values import IncomeKind
from fiel.kernel.errors import InvalidInput
from fiel.kernel.money import currency_decimals
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.tax.income import Payout, rule_for

_NANO = Decimal(10) ** 9
_HOURS: Mapping[RowKind, int] = {
    RowKind.DELIVERY_IN: 8,
    RowKind.SPLIT: 9,
    RowKind.BONUS: 9,
    RowKind.FRACTION_OUT: 10,
    RowKind.TRANSFER: 16,
    RowKind.DEPOSIT: 10,
    RowKind.FX_IN: 10,
    RowKind.BUY: 12,
    RowKind.SUBSCRIPTION: 12,
    RowKind.SELL: 15,
    RowKind.REDEMPTION: 15,
    RowKind.FEE: 17,
    RowKind.CUSTODY_FEE: 17,
    RowKind.TAX: 17,
    RowKind.WITHDRAWAL: 18,
}
_NOON = 11
_INCOME: Mapping[RowKind, IncomeKind] = {
    RowKind.DIVIDEND: IncomeKind.DIVIDEND,
    RowKind.JCP: IncomeKind.JCP,
    RowKind.RENDIMENTO: IncomeKind.FII_INCOME,
    RowKind.INTEREST: IncomeKind.INTEREST,
    RowKind.REIMBURSEMENT: IncomeKind.OTHER,
    RowKind.CAPITAL_RETURN: IncomeKind.AMORTISATION,
}
_MONEY: Mapping[RowKind, tuple[FactKind, int]] = {
    RowKind.DEPOSIT: (FactKind.DEPOSIT, 1),
    RowKind.FX_IN: (FactKind.DEPOSIT, 1),
    RowKind.WITHDRAWAL: (FactKind.WITHDRAWAL, -1),
    RowKind.FEE: (FactKind.FEE, -1),
    RowKind.CUSTODY_FEE: (FactKind.FEE, -1),
    RowKind.TAX: (FactKind.TAX, -1),
    RowKind.TAX_REFUND: (FactKind.TAX, 1),
    RowKind.FRACTION_AUCTION: (FactKind.FRACTION_SALE, 1),
    RowKind.RIGHTS_SALE: (FactKind.RIGHTS_SALE, 1),
}
_BUYS = frozenset({RowKind.BUY, RowKind.SUBSCRIPTION})
_SELLS = frozenset({RowKind.SELL, RowKind.REDEMPTION})
#: What is not an asset's: interest on cash is income of this, one for each currency.
CASH_NAME = "CASH"
#: The tax that a printed unit price implies may differ from the rule's by rounding of each.
_NEAR = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Context:
    """What planning a line needs beside it. `share_cost(account, asset, quantity)`: cost in minor units."""

    zone: tzinfo
    now: datetime
    share_cost: Callable[[AccountKey, str, int], int]


class CannotBook(InvalidInput):
    """The row says too little, or something that no book has a place for."""


def facts_of(line: Line, name: str, context: Context) -> list[Told]:
    """The commands of a line; `name` is the row's. Raises `CannotBook` with a code that says why."""
    kind = line.kind
    if kind in _BUYS or kind in _SELLS:
        return _trade(line, name, context)
    if kind in _INCOME:
        return [_income(line, name, context)]
    if kind in _MONEY:
        fact, sign = _MONEY[kind]
        return [_fact(line, name, context, fact, amount=sign * _amount(line))]
    if kind is RowKind.TRANSFER:
        return _transfer(line, name, context)
    return [_shares(line, name, context)]


def instant_of(line: Line, name: str, zone: tzinfo) -> datetime:
    """When a line is taken to have happened."""
    at = datetime.combine(line.day, time(_HOURS.get(line.kind, _NOON)), zone)
    return at + timedelta(microseconds=int(name[:8], 16) % 1_000_000_000)


def check_line(line: Line, now: datetime, zone: tzinfo) -> None:
    """Whether the line can be booked, whatever is held. Raises `CannotBook`, or `InvalidInput` of a name."""
    if line.kind is RowKind.FRACTION_OUT and not line.row.quantity:
        return
    for told in facts_of(line, "0" * 20, Context(zone, now, lambda *_: 0)):
        state = State(Account(*told.account))
        command = told.command
        done = book_fact(state, command) if isinstance(command, BookFact) else book_income(state, command)
        if isinstance(done, Rejection):
            raise CannotBook(done.code, done.message, field=done.field)


def _trade(line: Line, name: str, context: Context) -> list[Told]:
    row, sign = line.row, 1 if line.kind in _BUYS else -1
    if not row.quantity:
        raise CannotBook("quantity_missing", "a trade needs a quantity", field="quantity")
    gross = _gross(line)
    with localcontext(finance_context()):
        price = row.price if row.price is not None else gross / row.quantity
    told = _fact(
        line,
        name,
        context,
        FactKind.TRADE,
        quantity=sign * _units(row.quantity),
        amount=-sign * _minor(gross, line.currency),
        fee=_minor(row.fees or Decimal(0), line.currency),
        price=int(round_half_up(price, 9) * _NANO),
    )
    if not row.taxes:
        return [told]
    taxes = -_minor(row.taxes, line.currency)
    return [told, _fact(line, f"{name}#tax", context, FactKind.TAX, amount=taxes)]


def _gross(line: Line) -> Decimal:
    """Quantity times price, which is the fact; or the amount, where the price printed is only rounded."""
    row = line.row
    if row.price is not None and row.quantity is not None:
        with localcontext(finance_context()):
            return round_half_up(row.price * row.quantity, currency_decimals(line.currency))
    if row.amount is None:
        raise CannotBook("amount_missing", "a trade needs a price or an amount", field="price")
    return abs(row.amount)


def _income(line: Line, name: str, context: Context) -> Told:
    row = line.row
    net = _amount(line)
    withheld = _minor(row.taxes, line.currency) if row.taxes else 0
    if row.taxes:
        net -= withheld
        if net <= 0:
            raise CannotBook("taxes_exceed_amount", "more was withheld than was paid", field="taxes")
    elif line.kind is RowKind.JCP and line.currency == "BRL":
        withheld = _jcp_tax(line, net)
    return Told(
        AccountKey(line.user_id, line.currency),
        BookIncome(
            command(name),
            _asset(line) if line.asset else f"{CASH_NAME}{line.currency}",
            _INCOME[line.kind],
            net,
            context.now,
            instant_of(line, name, context.zone),
            withheld,
        ),
    )


def _jcp_tax(line: Line, net: int) -> int:
    """The tax on JCP, which B3 tells net: by the gross unit price when it is printed, else by the rate."""
    rate = rule_for(Payout.JCP, line.day).rate
    with localcontext(finance_context()):
        by_rate = round_half_up(Decimal(net) / (1 - rate), 0)
        printed = line.row.extra.get("unit_price_printed")
        if printed and line.row.quantity:
            gross = round_half_up(Decimal(printed) * line.row.quantity * 100, 0)
            if abs(gross - by_rate) <= max(_NEAR * 100, gross * _NEAR / 10):
                return int(gross) - net
    return int(by_rate) - net


def _transfer(line: Line, name: str, context: Context) -> list[Told]:
    """From one account of the owner to another, with its share of the cost."""
    units, asset = _units(_quantity(line)), _asset(line)
    if line.to_user_id is None:
        raise CannotBook("transfer_one_end", "only one end of the transfer is known", field="institution")
    leaving = AccountKey(line.user_id, line.currency)
    cost = context.share_cost(leaving, asset, units)
    out = _fact(line, f"{name}#out", context, FactKind.MOVE, quantity=-units, cost=cost, at=name)
    into = _fact(line, f"{name}#in", context, FactKind.MOVE, quantity=units, cost=cost, at=name)
    return [out, Told(AccountKey(line.to_user_id, line.currency), into.command)]


def _shares(line: Line, name: str, context: Context) -> Told:
    units = _units(_quantity(line))
    if line.kind is RowKind.SPLIT:
        return _fact(line, name, context, FactKind.SPLIT, quantity=units)
    if line.kind is RowKind.FRACTION_OUT:
        return _fact(line, name, context, FactKind.FRACTION, quantity=-abs(units))
    cost = _cost_told(line)
    kind = FactKind.BONUS if line.kind is RowKind.BONUS else FactKind.OPENING
    return _fact(line, name, context, kind, quantity=units, cost=_minor(cost, line.currency))


def _cost_told(line: Line) -> Decimal:
    """What shares that come without money are told to have cost; nothing when the row does not say it."""
    row = line.row
    unit = row.extra.get("unit_cost")
    each = row.price if unit is None else Decimal(unit)
    if row.amount is not None:
        return abs(row.amount)
    if each is None or row.quantity is None:
        return Decimal(0)
    with localcontext(finance_context()):
        return round_half_up(each * row.quantity, currency_decimals(line.currency))


def _fact(
    line: Line,
    name: str,
    context: Context,
    kind: FactKind,
    *,
    quantity: int = 0,
    amount: int = 0,
    fee: int = 0,
    cost: int = 0,
    price: int = 0,
    at: str = "",
) -> Told:
    needs_asset = bool(quantity) or kind in (FactKind.FRACTION_SALE, FactKind.RIGHTS_SALE)
    asset = _asset(line) if needs_asset else line.asset
    return Told(
        AccountKey(line.user_id, line.currency),
        BookFact(
            command(name),
            kind,
            context.now,
            instant_of(line, at or stem_of(name), context.zone),
            asset,
            quantity,
            amount,
            fee,
            cost,
            price,
        ),
    )


def command(name: str) -> str:
    """The command of a row's fact."""
    return f"row:{name}"


def _asset(line: Line) -> str:
    if line.asset is None:
        raise CannotBook("ticker_missing", "nothing tells which asset this is", field="ticker")
    return line.asset


def _quantity(line: Line) -> Decimal:
    if not line.row.quantity:
        raise CannotBook("quantity_missing", "the row needs a quantity", field="quantity")
    return line.row.quantity


def _amount(line: Line) -> int:
    """The money of the row in minor units, without its sign: the kind says the direction."""
    row = line.row
    amount = row.amount
    if amount is None and row.price is not None and row.quantity is not None:
        with localcontext(finance_context()):
            amount = row.price * row.quantity
    if not amount:
        raise CannotBook("amount_missing", "the row needs an amount", field="amount")
    return _minor(abs(amount), line.currency)


def _minor(value: Decimal, currency: str) -> int:
    """Minor units, half up."""
    decimals = currency_decimals(currency)
    return int(round_half_up(value, decimals).scaleb(decimals))


def _units(value: Decimal) -> int:
    """Billionths; a quantity with more decimals is refused."""
    scaled = value * _NANO
    if scaled != scaled.to_integral_value():
        raise CannotBook("quantity_too_fine", "quantities have at most 9 decimals", field="quantity")
    return int(scaled)
