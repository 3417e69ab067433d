"""Whatever happens to a wallet, in whatever order it is told: book and tax hold the same, never below 0."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.actions import building
from fiel.copilot.actions.building import Building
from fiel.copilot.actions.ground import Ground, Place
from fiel.copilot.booking.tally import Tally
from fiel.copilot.taxes.facts import read_facts
from fiel.copilot.taxes.lots import CURRENCY, read_lots
from fiel.custody.accounts import Account, AccountKey, Lot
from fiel.custody.bookings import Told
from fiel.custody.events import BookedEntry, BookFact, Change, FactKind, State
from fiel.custody.ledger.facts import book_fact
from fiel.custody.queries import Snapshot
from fiel.infra.zones import zone_of
from fiel.tax.cost_basis import replay
from tests.copilot.taxes.wallets import Wallet

D = Decimal
ZONE = zone_of("America/Sao_Paulo")
ANA = AccountKey("ana", CURRENCY)
FIRST = date(2024, 1, 2)
ASSETS = ("AAAA3", "BBBB3")
ONE = 10**9
#: A holding that has grown so large is multiplied no more.
GROWN, MULTIPLYING = 10**6 * ONE, frozenset({"split", "bonus", "merger", "spin-off"})

Step = tuple[str, int, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(
            ("buy", "buy", "opening", "sell", "delivery", "split", "bonus", "fraction", "merger", "spin-off")
        ),
        st.integers(0, 1),
        st.integers(1, 300),
        st.integers(1, 9_999),
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class Story:
    """What was told, day by day, on top of what the book then has."""

    told: list[Told] = field(default_factory=list)
    ground: Ground = field(
        default_factory=lambda: Ground(
            ZONE, datetime(2026, 1, 1, tzinfo=UTC), Tally(ZONE), [], [], {}, frozenset(), frozenset(), {}
        )
    )

    def live(self, number: int, step: Step) -> None:
        """One step on a day of its own; what is not held cannot be sold or changed."""
        kind, which, size, money = step
        on, asset, other = FIRST + timedelta(days=3 * number), ASSETS[which], ASSETS[1 - which]
        build = Building(self.ground, f"{number}", on, Place(ANA, asset))
        held, _ = build.held
        if held > GROWN and kind in MULTIPLYING:
            # Beyond it the next of them would pass what 64 bits hold, and be refused.
            return
        part = held * (size % 100 + 1) // 100 // ONE * ONE
        price, cents = money * 10**7, money
        if kind == "buy":
            build.add(FactKind.TRADE, size * ONE, amount=-size * cents, price=price)
        elif kind == "opening":
            build.add(FactKind.OPENING, size * ONE, cost=cents)
        elif kind == "sell" and part:
            build.add(FactKind.TRADE, -part, amount=part // ONE * cents, price=price)
        elif kind == "delivery" and part:
            build.add(FactKind.DELIVERY, -part)
        elif kind == "split":
            building.split(build, D(size), D(size % 7 + 1))
        elif kind == "bonus":
            building.bonus(build, D(size % 50 + 1), D(cents) / 100)
        elif kind == "fraction":
            building.fraction(build, None, D(cents) / 100)
        elif kind == "merger":
            cash = D(cents) / 100 if size % 2 else D(0)
            building.exchange(build, other, (D(size), D(7)), cash, D(size % 60))
        elif kind == "spin-off":
            building.spin_off(build, other, D(size), D(size % 101))
        for each in build.told:
            self.ground.tally.plan(each)
            self.told.append(each)


def changes(told: Sequence[Told]) -> list[Change]:
    """The facts as the ledger books them."""
    found = []
    for account, command in told:
        assert isinstance(command, BookFact)
        change = book_fact(State(Account(*account)), command)
        assert isinstance(change, Change), change
        found.append(change)
    return found


def entry(change: Change) -> BookedEntry:
    """The same as the journal tells it."""
    head = (change.id, ANA.user_id, ANA.currency, change.kind, change.cause, change.occurred_at)
    return BookedEntry(*head, change.ticker, change.gross, change.fee, change.quantity)


@given(steps, st.integers(0, 2**32))
def test_book_and_tax_hold_the_same(lived: list[Step], seed: int) -> None:
    """Quantities to the billionth, costs to a cent for each event; sold short nowhere, in any order told."""
    story = Story()
    for number, step in enumerate(lived):
        story.live(number, step)
    made = changes(story.told)
    random.Random(seed).shuffle(made)
    lots: list[Lot] = [lot for change in made for lot in change.lots]
    facts = read_facts([entry(change) for change in made], ZONE, CURRENCY)
    done = read_lots(lots, [], ZONE, facts)
    end = datetime.combine(FIRST + timedelta(days=100), time(0), ZONE)

    holdings = replay(done.trades, done.actions).holdings

    for asset in ASSETS:
        quantity, cost = story.ground.tally.held_at(ANA, asset, end)
        mine = holdings.get(asset)
        assert quantity >= 0
        assert (mine.quantity if mine else D(0)) == D(quantity) / ONE
        taxed = mine.cost if mine else D(0)
        assert taxed is not None
        assert abs(taxed - D(cost) / 100) <= D("0.01") * (len(made) + 1)
    for each in range(len(lived)):
        there = replay(done.trades, done.actions, until=FIRST + timedelta(days=3 * each)).holdings
        assert all(one.quantity >= 0 and one.fraction >= 0 for one in there.values())


def test_the_last_told_first(ana: Wallet) -> None:
    """The same in the real book: a year told from its end to its beginning gives the same positions."""
    story = Story()
    year: list[Step] = [
        ("buy", 0, 100, 3007),
        ("split", 0, 3, 1),
        ("bonus", 0, 9, 1234),
        ("sell", 0, 40, 2500),
        ("spin-off", 0, 30, 1),
        ("fraction", 0, 1, 550),
        ("merger", 1, 3, 99),
    ]
    for number, step in enumerate(year):
        story.live(number, step)
    for each in reversed(story.told):
        ana.bookings.book_all([each])
    with ana.opened.database.reading() as connection:
        found = {one.ticker: (one.quantity, one.cost) for one in Snapshot(connection).positions("ana")}
    end = datetime.combine(FIRST + timedelta(days=100), time(0), ZONE)
    assert found == {
        asset: held for asset in ASSETS if (held := story.ground.tally.held_at(ANA, asset, end))[0]
    }
    mine = {one.holding.asset: one.holding for one in ana.positions("12-31").held}
    for asset, (quantity, cost) in found.items():
        assert mine[asset].quantity == D(quantity) / ONE
        assert abs((mine[asset].cost or D(0)) - D(cost) / 100) <= D("0.05")
