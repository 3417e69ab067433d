"""Whatever a book has in it: the identity to the cent, and the worth of quantities, prices and cash."""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fiel.bootstrap import open_custody
from fiel.custody.events import FactKind
from fiel.custody.queries import Snapshot
from fiel.income.values import IncomeKind
from fiel.kernel.rounding import round_half_up
from fiel.settings import Settings
from tests.copilot.performing.books import WALLET, Wallet, day, sessions
from tests.support.examples import examples

SYMBOLS = ("PETR4", "VALE3", "XPML11")
ACCOUNTS = ("", "clear")
DAYS = sessions("01-06", "01-29")
#: One price a symbol, never adjusted: every event of these books is booked, none is told by the market.
KINDS = ("buy", "sell", "income", "capital", "split", "bonus", "move", "reverse", "deposit", "fee", "opening")

Step = tuple[str, int, str, str, int]


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """(kind, place of its day, symbol, account, number) in order of days."""
    one = st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, len(DAYS) - 1),
        st.sampled_from(SYMBOLS),
        st.sampled_from(ACCOUNTS),
        st.integers(1, 900),
    )
    return sorted(draw(st.lists(one, min_size=1, max_size=14)), key=lambda step: step[1])


class Teller:
    """Tells the steps to a book and keeps what is held, so that nothing is sold short."""

    def __init__(self, ana: Wallet) -> None:
        self.ana = ana
        self.held: dict[tuple[str, str], Decimal] = {}
        self.undone: list[tuple[str, str, str, Decimal]] = []
        self.number = 0

    def tell(self, step: Step) -> None:
        kind, place, symbol, account, number = step
        on, held = DAYS[place].isoformat(), self.held.get((account, symbol), Decimal(0))
        self.number += 1
        match kind:
            case "buy":
                entry = self.ana.trades(on, symbol, str(number), "12.34", "0.57", account)
                self._more(account, symbol, Decimal(number), entry)
            case "sell" if held:
                less = min(Decimal(number), held)
                self.ana.trades(on, symbol, f"-{less}", "23.45", "0.31", account)
                self._more(account, symbol, -less)
            case "income" | "capital":
                paid = IncomeKind.JCP if kind == "income" else IncomeKind.AMORTISATION
                entry = self.ana.is_paid(on, symbol, f"{number}.17", "0.15", paid, account)
                self._more(account, symbol, Decimal(0), entry)
            case "split" if held:
                self.ana.tells(FactKind.SPLIT, on, symbol, str(held), account=account)
                self._more(account, symbol, held)
            case "bonus" if held:
                self.ana.tells(FactKind.BONUS, on, symbol, str(number), cost="7.77", account=account)
                self._more(account, symbol, Decimal(number))
            case "move" if held and not account:
                self.ana.moves(on, symbol, str(held), "clear", f"move-{self.number}")
                self._more("", symbol, -held)
                self._more("clear", symbol, held)
            case "opening":
                self.ana.tells(FactKind.OPENING, on, symbol, str(number), cost="99.99", account=account)
                self._more(account, symbol, Decimal(number))
            case "deposit" if not account:
                self.ana.deposits(on, f"{number}.01")
            case "fee":
                self.ana.tells(FactKind.FEE, on, symbol, amount=f"-{number}.03", account=account)
            case "reverse" if self.undone:
                entry, where, what, quantity = self.undone.pop()
                self.ana.takes_back(entry)
                self._more(where, what, -quantity)

    def _more(self, account: str, symbol: str, quantity: Decimal, entry: str = "") -> None:
        key = (account, symbol)
        self.held[key] = self.held.get(key, Decimal(0)) + quantity
        if entry:
            self.undone.append((entry, account, symbol, quantity))


def worth(ana: Wallet, prices: dict[str, Decimal]) -> Decimal:
    """What custody says is there, at the last closes; cash that is kept elsewhere is none."""
    total = Decimal(0)
    with ana.opened.database.reading() as connection:
        book = Snapshot(connection)
        for user in (WALLET, f"{WALLET}/clear"):
            for account in book.accounts(user):
                total += Decimal(account.balance).scaleb(-2) if user == WALLET else 0
            for position in book.positions(user):
                quantity = Decimal(position.quantity).scaleb(-9)
                total += round_half_up(quantity * prices[position.ticker], 2)
    return total


@example([("buy", 0, "PETR4", "", 1), ("buy", 1, "PETR4", "", 8)], [100, 100, 100])
@settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(steps(), st.lists(st.integers(100, 9_999), min_size=3, max_size=3))
def test_any_book_keeps_its_identity_and_its_worth(told: list[Step], cents: list[int]) -> None:
    """At two accounts, in any order: every level adds up, and the end is quantities at prices, and cash."""
    with tempfile.TemporaryDirectory() as folder:
        home = Settings.read({"FIEL_DATA_DIR": folder}, Path(folder), sys.platform)
        with open_custody(home, f"sqlite:///{folder}/book.db") as opened:
            ana = Wallet(opened)
            ana.deposits("01-05", "100.00")
            teller = Teller(ana)
            for step in told:
                teller.tell(step)
            prices = {symbol: Decimal(one) / 100 for symbol, one in zip(SYMBOLS, cents, strict=True)}
            for symbol, price in prices.items():
                first = day("2025-12-30")
                ana.closes(symbol, {first + timedelta(days=one): str(price) for one in range(32)})
            view = ana.view()
            report = view.report
            for row in (report.portfolio, *report.classes, *report.accounts, *report.assets):
                row.identity.check(row.name)
            assert report.portfolio.identity.final == worth(ana, prices)
            for rows in (report.classes, report.accounts, report.assets):
                assert sum(row.identity.final for row in rows) == report.portfolio.identity.final
                assert sum(row.identity.gain for row in rows) == report.portfolio.identity.gain
            for shares in (report.asset_shares, report.class_shares, view.account_shares):
                assert sum(one.points for one in shares) == round_half_up(report.portfolio.time_weighted, 10)
