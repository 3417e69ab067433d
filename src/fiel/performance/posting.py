"""Each thing that happened becomes legs between cells: what left one place and arrived at another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from fiel.kernel.errors import InvalidInput
from fiel.performance.aligned import Aligned
from fiel.performance.cells import OUTSIDE, Cell, Leg
from fiel.performance.entries import (
    BASE_CURRENCY,
    CASH,
    CASH_CLASS,
    QUANTITY_DECIMALS,
    Asset,
    Entry,
    EntryKind,
    Transfer,
)

_BUYS = frozenset({EntryKind.BUY, EntryKind.SELL, EntryKind.DELIVERY_IN, EntryKind.DELIVERY_OUT})
_PricesOf = Callable[[str], Aligned]


class Posting:
    """Cells and legs in the making."""

    def __init__(
        self,
        assets: Mapping[str, Asset],
        places: Mapping[object, int],
        rates: Mapping[str, Aligned],
        tracks_cash: bool,
    ) -> None:
        self._assets, self._places, self._rates = assets, places, rates
        self._tracks_cash = tracks_cash
        self._trades: dict[str, dict[int, tuple[int, int]]] = {}
        self._ratios: dict[str, dict[int, tuple[int, int]]] = {}
        self.cells: dict[tuple[str, str], Cell] = {}
        self.legs: list[Leg] = []

    def prepare(self, entries: Sequence[Entry | Transfer]) -> None:
        """Notes what prices may be taken from: trades, and changes of quantity."""
        for entry in entries:
            if isinstance(entry, Transfer) or entry.asset is None:
                continue
            place = self._places[entry.day]
            if entry.kind in _BUYS and entry.amount and entry.quantity:
                of_asset = self._trades.setdefault(entry.asset, {})
                cents, quantity = of_asset.get(place, (0, 0))
                of_asset[place] = (cents + _cents(entry.amount), quantity + _nano(entry.quantity))
            elif entry.ratio is not None:
                self._ratios.setdefault(entry.asset, {})[place] = entry.ratio.as_integer_ratio()

    def trades(self, asset: str) -> Mapping[int, tuple[int, int]]:
        """(cents, 10^-9 units) of all trades of a place."""
        return self._trades.get(asset, {})

    def ratios(self, asset: str) -> Mapping[int, tuple[int, int]]:
        """(new, old) quantity by place."""
        return self._ratios.get(asset, {})

    def post(self, entry: Entry | Transfer, prices_of: _PricesOf) -> None:
        """Books one thing that happened."""
        place = self._places[entry.day]
        if isinstance(entry, Transfer):
            self._transfer(entry, place, prices_of)
        elif entry.asset is None:
            self._of_cash(entry, place)
        else:
            self._of_asset(entry, entry.asset, place, prices_of)

    def _of_cash(self, entry: Entry, place: int) -> None:
        """What concerns the money of an account alone."""
        cash = self._cash(entry.account, entry.currency)
        cents, kind = _cents(entry.amount), entry.kind
        costs = self._costs(cash, place, entry, cents)
        if kind is EntryKind.CONTRIBUTION or kind is EntryKind.WITHDRAWAL:
            if not self._tracks_cash:
                raise InvalidInput(
                    "cash_not_tracked", "a book without cash has no deposits; leave them out", field="entries"
                )
            sign = 1 if kind is EntryKind.CONTRIBUTION else -1
            net = sign * cents - costs
            moved = self._brl(cents, cash.currency, place)
            self._leg(place, cash.index, OUTSIDE, *((moved, 0) if sign > 0 else (0, moved)))
        else:
            net = (cents if kind is EntryKind.INCOME else -cents) - costs
        if self._tracks_cash:
            _add(cash.moves, place, net)
        else:
            moved = self._brl(net, cash.currency, place)
            self._leg(place, cash.index, OUTSIDE, *((0, moved) if net > 0 else (-moved, 0)))

    def _of_asset(self, entry: Entry, asset: str, place: int, prices_of: _PricesOf) -> None:
        """What concerns an asset, and the money that pays it or that it brings."""
        cell = self._cell(entry.account, asset)
        kind, cents, quantity = entry.kind, _cents(entry.amount), _nano(entry.quantity)
        if kind is EntryKind.QUANTITY:
            _add(cell.moves, place, quantity)
            return
        if kind is EntryKind.DELIVERY_IN or kind is EntryKind.DELIVERY_OUT:
            if entry.amount is None:
                cents = _worth(quantity, prices_of(asset), place)
            moved = self._brl(cents, cell.currency, place)
            arrives = kind is EntryKind.DELIVERY_IN
            self._leg(place, cell.index, OUTSIDE, *((moved, 0) if arrives else (0, moved)))
            _add(cell.moves, place, quantity if arrives else -quantity)
            return
        costs = self._costs(cell, place, entry, cents)
        pays_in = kind in (EntryKind.BUY, EntryKind.FEE, EntryKind.TAX)
        if kind is EntryKind.BUY or kind is EntryKind.SELL:
            _add(cell.moves, place, quantity if pays_in else -quantity)
        self._settle(cell, place, cents + costs if pays_in else costs - cents)

    def _settle(self, cell: Cell, place: int, paid: int) -> None:
        """`paid` (local cents; negative: received) goes from the account's cash into the cell."""
        moved = self._brl(abs(paid), cell.currency, place)
        if not self._tracks_cash:
            self._leg(place, cell.index, OUTSIDE, *((moved, 0) if paid >= 0 else (0, moved)))
            return
        cash = self._cash(cell.account, cell.currency)
        _add(cash.moves, place, -paid)
        source, target = (cash, cell) if paid >= 0 else (cell, cash)
        self._between(place, source, target, moved)

    def _transfer(self, entry: Transfer, place: int, prices_of: _PricesOf) -> None:
        source = self._place_of(entry.account, entry.asset, entry.currency)
        target = self._place_of(entry.to_account, entry.to_asset, entry.to_currency)
        left = _cents(entry.quantity) if source.is_cash else _nano(entry.quantity)
        arrived = _cents(entry.to_quantity) if target.is_cash else _nano(entry.to_quantity)
        if entry.amount is not None:
            worth, currency = _cents(entry.amount), source.currency
        elif left:
            worth = left if source.is_cash else _worth(left, prices_of(source.asset), place)
            currency = source.currency
        else:
            worth = arrived if target.is_cash else _worth(arrived, prices_of(target.asset), place)
            currency = target.currency
        _add(source.moves, place, -left)
        _add(target.moves, place, arrived)
        self._between(place, source, target, self._brl(worth, currency, place))

    def _costs(self, cell: Cell, place: int, entry: Entry, cents: int) -> int:
        """Notes income, fees and taxes of an entry in BRL; what came on top of its amount, in local cents."""
        kind, fees, taxes = entry.kind, _cents(entry.fees), _cents(entry.taxes)
        if fees:
            _add(cell.fees, place, self._brl(fees, cell.currency, place))
        if taxes:
            _add(cell.taxes, place, self._brl(taxes, cell.currency, place))
        totals = self._totals(cell, kind)
        if totals is not None:
            _add(totals, place, self._brl(cents, cell.currency, place))
        return fees + taxes

    def _totals(self, cell: Cell, kind: EntryKind) -> dict[int, int] | None:
        """Where the amount itself is noted."""
        if kind is EntryKind.INCOME:
            return cell.income
        if kind is EntryKind.FEE:
            return cell.fees
        return cell.taxes if kind is EntryKind.TAX else None

    def _between(self, place: int, source: Cell, target: Cell, moved: int) -> None:
        self._leg(place, source.index, target.index, 0, moved)
        self._leg(place, target.index, source.index, moved, 0)

    def _leg(self, place: int, cell: int, counter: int, inn: int, out: int) -> None:
        if inn or out:
            self.legs.append(Leg(place, cell, counter, inn, out))

    def _brl(self, cents: int, currency: str, place: int) -> int:
        """Cents of a currency in cents of BRL at the rate of the day, half up."""
        if currency == BASE_CURRENCY:
            return cents
        rates = self._rates[currency]
        scale: int = 10**rates.decimals
        return (2 * cents * rates.units[place] + scale) // (2 * scale)

    def _place_of(self, account: str, asset: str | None, currency: str) -> Cell:
        return self._cash(account, currency) if asset is None else self._cell(account, asset)

    def _cell(self, account: str, asset: str) -> Cell:
        found = self.cells.get((account, asset))
        if found is None:
            known = self._assets.get(asset)
            if known is None:
                raise InvalidInput("asset_unknown", f"{asset} is not among the assets", field="entries")
            found = Cell(len(self.cells), account, asset, known.asset_class, known.currency, is_cash=False)
            self.cells[account, asset] = found
        return found

    def _cash(self, account: str, currency: str) -> Cell:
        name = CASH + currency
        found = self.cells.get((account, name))
        if found is None:
            found = Cell(len(self.cells), account, name, CASH_CLASS, currency, is_cash=True)
            self.cells[account, name] = found
        return found


def _add(totals: dict[int, int], place: int, amount: int) -> None:
    if amount:
        totals[place] = totals.get(place, 0) + amount


def _cents(amount: Decimal | None) -> int:
    return int(amount.scaleb(2)) if amount else 0


def _nano(quantity: Decimal) -> int:
    return int(quantity.scaleb(QUANTITY_DECIMALS)) if quantity else 0


def _worth(quantity: int, prices: Aligned, place: int) -> int:
    """Local cents of a quantity at the price of a day, half up."""
    scale: int = 10 ** (QUANTITY_DECIMALS + prices.decimals - 2)
    return (2 * quantity * prices.units[place] + scale) // (2 * scale)
