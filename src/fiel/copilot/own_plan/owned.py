"""What a wallet owns over all of its accounts, as a plan needs it. Nothing is written.

Quantities and average costs are those of tax (splits applied, brokers together); where each account holds
what, and the cash that is kept in the book, stand beside them with their own names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from fiel.copilot.own_plan.kinds import book_asset, kind_of, tax_word
from fiel.copilot.store.accounts import accounts_of
from fiel.copilot.store.remembered import CATEGORY, remembered_of
from fiel.copilot.taxes.book import TaxBook, read_book
from fiel.copilot.taxes.categories import Categories
from fiel.copilot.taxes.desk import TaxDesk
from fiel.copilot.taxes.months import month_of
from fiel.copilot.taxes.remarks import Remark, between
from fiel.copilot.taxes.told import OUTSIDE, Told
from fiel.copilot.wallets import first_wallets, is_known
from fiel.custody.accounts import QUANTITY_SCALE, CashMode, money_of
from fiel.custody.queries import Snapshot
from fiel.infra.storage.database import Database, Session
from fiel.infra.zones import DEFAULT_ZONE, zone_of
from fiel.kernel.errors import InvalidInput, NotFound, Refused
from fiel.kernel.months import first_of
from fiel.portfolio.holdings import Holding
from fiel.tax.dated_rows import Category
from fiel.tax.monthly import MonthTax
from fiel.tax.planning import remaining_exemption

CURRENCY = "BRL"
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """Units of one asset in one account; `account` is the label that people use."""

    account: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class OwnedAsset:
    """One asset over all accounts: units, reais per unit (`None` = unknown), and where it is."""

    asset: str
    quantity: Decimal
    average_cost: Decimal | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class CashAt:
    """Free cash of one account in reais, as of `as_of`; `None` where its cash is kept elsewhere."""

    account: str
    free: Decimal | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Owned:
    """`on` is the last day that counts. `month` is the tax of its month; where it cannot be reckoned,
    `month_refused` says why, and no sale can be planned. `open_orders` are not counted in any figure."""

    wallet: str
    on: date
    assets: Mapping[str, OwnedAsset]
    categories: Mapping[str, Category]
    cash: tuple[CashAt, ...]
    month: MonthTax | None
    month_refused: Refused | None
    open_orders: int
    remarks: tuple[Remark, ...]

    @property
    def free_cash(self) -> Decimal:
        """The cash that is kept in the book, reais."""
        return sum((each.free for each in self.cash if each.free is not None), _ZERO)

    @property
    def exemption_left(self) -> Decimal | None:
        """Shares that may still be sold exempt this month, reais; `None` where it cannot be reckoned."""
        return None if self.month is None else remaining_exemption((self.month,), self.on)


def wallet_named(connection: Session, wallet: str | None) -> str:
    """The wallet asked for, or the only one of the book; accounts at brokers are their wallet's.

    Raises `InvalidInput` (user_unnamed), `NotFound` (user_unknown, book_empty).
    """
    if wallet is not None:
        if not is_known(connection, wallet):
            raise NotFound("user_unknown", f"the book has no user {wallet}", field="--user")
        return wallet
    found = first_wallets(connection, 2)
    if len(found) > 1:
        raise InvalidInput("user_unnamed", "the book has several users; name one with --user", field="--user")
    if not found:
        message = "the book holds nothing yet; `fiel import FILE...` begins one"
        raise NotFound("book_empty", message, field="--user")
    return found[0]


@dataclass(frozen=True, slots=True)
class Seen:
    """A wallet's book as it was read, once: what tax knows of it, and its accounts as custody keeps them."""

    book: TaxBook
    told: Told
    labels: Mapping[str, str]
    cash: tuple[CashAt, ...]
    kept: Mapping[str, tuple[Part, ...]]
    open_orders: int

    @property
    def wallet(self) -> str:
        """Whose book it is."""
        return self.book.wallet

    @property
    def assets(self) -> frozenset[str]:
        """Every asset that it ever had."""
        return frozenset({one.asset for one in self.book.trades} | {one.asset for one in self.book.actions})


def look(connection: Session, wallet: str, told: Told) -> Seen:
    """The wallet in the connection's transaction. Raises `Unavailable`, `Corrupt`."""
    told = told.after(remembered_of(connection, wallet, CATEGORY))
    labels = {wallet: wallet} | {each.user_id: each.label for each in accounts_of(connection, wallet)}
    orders = sum(len(Snapshot(connection).orders(user, open_only=True)) for user in labels)
    return Seen(
        read_book(connection, wallet, zone_of(DEFAULT_ZONE), told),
        told,
        labels,
        tuple(_cash(connection, labels)),
        _kept(connection, labels),
        orders,
    )


def owned_on(database: Database, seen: Seen, on: date, words: Mapping[str, str]) -> Owned:
    """What is owned at the end of a day, cash as of now. `words`: what else is said of assets, for tax, where
    the book knows no category. Raises `Unavailable`, `Corrupt`."""
    book = _said(seen.book, {name: word for name, word in words.items() if name not in seen.told.words})
    held = {name: one for name, one in book.holdings(on).items() if one.quantity}
    parts = _parts(database, seen, held, on)
    assets = {
        name: OwnedAsset(name, one.quantity, one.average_cost, parts[name]) for name, one in held.items()
    }
    month, refused = _month(book, seen.told, held, on)
    return Owned(
        seen.wallet,
        on,
        MappingProxyType(assets),
        book.categories.known,
        seen.cash,
        month,
        refused,
        seen.open_orders,
        tuple(one for one in between(book.remarks, date.min, on) if one.code != "income_left_out"),
    )


def _said(book: TaxBook, words: Mapping[str, str]) -> TaxBook:
    """The book with what is said of assets that it knows no category of."""
    unknown = {name: word for name, word in words.items() if name not in book.categories.known}
    if not unknown:
        return book
    outside = frozenset(name for name, word in unknown.items() if word == OUTSIDE)
    known = {name: Category(word) for name, word in unknown.items() if word != OUTSIDE}
    trades = tuple(replace(one, category=known.get(one.asset, one.category)) for one in book.trades)
    categories = Categories({**book.categories.known, **known}, book.categories.outside | outside)
    return replace(book, trades=trades, categories=categories)


def _parts(
    database: Database, seen: Seen, held: Mapping[str, Holding], on: date
) -> dict[str, tuple[Part, ...]]:
    """Where each asset is. What custody keeps is right unless the market told a split that nobody booked, or
    the day is past: then each account is reckoned, and the wallet's own has what they leave."""
    found = {name: seen.kept.get(name, ()) for name in held}
    wrong = [name for name, one in held.items() if _total(found[name]) != one.quantity]
    if not wrong:
        return found
    desk = TaxDesk(database)
    reckoned: dict[str, list[Part]] = {name: [] for name in wrong}
    for user, label in seen.labels.items():
        if user == seen.wallet:
            continue
        for each in desk.positions(user, on).held:
            if each.holding.asset in reckoned and each.holding.quantity:
                reckoned[each.holding.asset].append(Part(label, each.holding.quantity))
    for name, parts in reckoned.items():
        own = held[name].quantity - _total(parts)
        if own:
            parts.insert(0, Part(seen.labels[seen.wallet], own))
    return found | {name: tuple(parts) for name, parts in reckoned.items()}


def _total(parts: Iterable[Part]) -> Decimal:
    return sum((part.quantity for part in parts), _ZERO)


def _month(
    book: TaxBook, told: Told, held: Mapping[str, Holding], on: date
) -> tuple[MonthTax | None, Refused | None]:
    """The tax of the month up to a day. Titles that are not traded on the exchange have none."""
    known = book.categories.known
    titles = {name for name in held.keys() | book.sold_until(on) if name not in known and _is_title(name)}
    book = replace(book, categories=Categories(known, book.categories.outside | titles))
    try:
        return month_of(book, told, first_of(on), on), None
    except Refused as refused:
        return None, refused


def _is_title(name: str) -> bool:
    kind = kind_of(name, {})
    return kind is not None and tax_word(kind) == OUTSIDE


def _cash(connection: Session, labels: Mapping[str, str]) -> Iterator[CashAt]:
    book = Snapshot(connection)
    for user, label in labels.items():
        for account in book.accounts(user):
            if account.currency == CURRENCY:
                tracked = account.cash_mode is CashMode.TRACKED
                free = money_of(account.available, CURRENCY) if tracked else None
                yield CashAt(label, free, book.updated_at(account.key))


def _kept(connection: Session, labels: Mapping[str, str]) -> dict[str, tuple[Part, ...]]:
    """What custody says that each account holds now; both boards of a share are one asset."""
    found: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for user, label in labels.items():
        for each in Snapshot(connection).positions(user):
            if each.currency == CURRENCY and each.quantity:
                parts = found[book_asset(each.ticker)]
                parts[label] = parts.get(label, _ZERO) + Decimal(each.quantity) / QUANTITY_SCALE
    return {name: tuple(Part(*one) for one in parts.items() if one[1]) for name, parts in found.items()}
