"""A fleet in a market that moves, with refusals, lost answers and dead workers: sound, and the same again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.autobalance.simulation.faults import DOOMED, Crashes, Troubles, WorkerDied, drawn
from fiel.autobalance.simulation.fleet import FleetMaker, FleetPlan
from fiel.autobalance.simulation.result import SimulationResult, disagreements
from fiel.autobalance.simulation.world import Progress
from fiel.bootstrap.simulation import CONFIG, open_simulation
from fiel.kernel.errors import InvalidInput, Refused
from fiel.settings import Settings
from tests.support.autobalance.fleet_scenes import ALL_TROUBLES, acceptance, opened, ran
from tests.support.custody_homes import FileHome, ServerHome, fresh_file
from tests.support.examples import examples

SMALL = FleetPlan(portfolios=8, stocks=10, waves=(6, 8), seed=4)


def is_sound(found: SimulationResult) -> None:
    """It adds up, nobody is STALE who need not be, and who is not is in the band."""
    assert found.findings == ()
    assert found.conservation
    assert found.duplicate_orders == 0
    assert found.stale == found.stale_expected
    assert found.is_sound
    assert Decimal(found.worst_deviation) <= CONFIG.threshold
    assert found.rebalances == found.done + found.rolled_back + found.abandoned + len(found.stale)


def test_a_small_fleet_with_faults(sqlite_home: FileHome, tmp_path: Path) -> None:
    """Refusals, lost answers and dead workers at once: the sums hold, and STALE is who was made to fail."""
    found = ran(sqlite_home.url, tmp_path, SMALL, ALL_TROUBLES)
    is_sound(found)
    assert found.stale
    assert found.compensations > 0
    assert found.crashes > 0
    assert found.rolled_back + len(found.stale) > 0


def test_the_same_seed_gives_the_same_result(book_file: FileHome, tmp_path: Path) -> None:
    """Two runs of one seed on two books, whatever the timing; another seed gives another result."""
    troubles = replace(ALL_TROUBLES, crash_rate=0.03)

    def again(plan: FleetPlan) -> dict[str, object]:
        body = ran(fresh_file(book_file, tmp_path).url, tmp_path, plan, troubles).as_json()
        return {name: value for name, value in body.items() if name not in {"seconds", "crashes"}}

    first = again(SMALL)
    assert again(SMALL) == first
    assert again(replace(SMALL, seed=12)) != first | {"seed": 12}


def test_without_faults_nothing_fails(sqlite_home: FileHome, tmp_path: Path) -> None:
    """In peace every batch is done: nothing is undone, nobody is STALE, nobody dies."""
    found = ran(sqlite_home.url, tmp_path, SMALL, Troubles())
    is_sound(found)
    assert found.rebalances == found.done > 0
    assert (found.compensations, found.crashes, found.stale_expected) == (0, 0, ())


def test_time_outs_alone_undo_nothing(sqlite_home: FileHome, tmp_path: Path) -> None:
    """Every answer is lost: each order is found or sent once more, and every batch is done all the same."""
    found = ran(sqlite_home.url, tmp_path, replace(SMALL, waves=(14,)), Troubles(timeout_rate=1.0))
    is_sound(found)
    assert found.rebalances == found.done > 0


def test_dead_workers_alone_undo_nothing(sqlite_home: FileHome, tmp_path: Path) -> None:
    """Workers die now and then: whoever takes over ends each batch, and nothing is undone for it."""
    found = ran(sqlite_home.url, tmp_path, replace(SMALL, waves=(14,)), Troubles(crash_rate=0.08))
    is_sound(found)
    assert found.rebalances == found.done > 0
    assert found.crashes > 2


@settings(max_examples=examples(3))
@given(st.integers(0, 2**63 - 1))
def test_any_seed_is_sound(book_file: FileHome, tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Whatever the seed: sound."""
    _any_seed(book_file, tmp_path_factory, seed)


@pytest.mark.nightly
@settings(max_examples=100)
@given(st.integers(0, 2**63 - 1))
def test_many_seeds_are_sound(
    book_file: FileHome, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """The same for hundreds of them."""
    _any_seed(book_file, tmp_path_factory, seed)


def _any_seed(book_file: FileHome, folders: pytest.TempPathFactory, seed: int) -> None:
    folder = folders.mktemp("seed")
    draw = drawn(seed, "rates")
    troubles = Troubles(fail_rate=0.3 * draw, timeout_rate=0.3 * (1 - draw), crash_rate=0.01)
    plan = FleetPlan(portfolios=4, stocks=6, waves=(4, 6), seed=seed)
    is_sound(ran(fresh_file(book_file, folder).url, folder, plan, troubles))


def test_a_hundred_portfolios_on_sqlite(sqlite_home: FileHome, tmp_path: Path) -> None:
    """100 portfolios of 50 stocks through waves of 10, 20 and 100 changes, with faults: sound."""
    is_sound(acceptance(sqlite_home.url, tmp_path))


def test_a_hundred_portfolios_on_postgresql(postgres_home: ServerHome, tmp_path: Path) -> None:
    """The same on PostgreSQL; and the same result, engine or not."""
    is_sound(acceptance(postgres_home.url, tmp_path))


def test_both_engines_tell_the_same(sqlite_home: FileHome, postgres_home: ServerHome, tmp_path: Path) -> None:
    """One seed, two engines: one result."""
    found = [ran(home.url, tmp_path, SMALL, ALL_TROUBLES).as_json() for home in (sqlite_home, postgres_home)]
    first, second = ({**body, "seconds": "", "crashes": 0} for body in found)
    assert first == second


def test_a_book_that_is_used_is_left_alone(sqlite_home: FileHome, tmp_path: Path) -> None:
    """A simulation works on an empty book and on no other."""
    ran(sqlite_home.url, tmp_path, replace(SMALL, portfolios=1, waves=(1,)), Troubles())
    with pytest.raises(Refused) as refused:
        open_simulation(Settings.read({}, tmp_path, "linux"), sqlite_home.url, SMALL, Troubles())
    assert refused.value.code == "book_not_empty"


def test_what_does_not_agree_is_found(sqlite_home: FileHome, tmp_path: Path) -> None:
    """One cent, one billionth of a share, one account: whatever differs from custody is named."""
    with opened(sqlite_home.url, tmp_path, replace(SMALL, waves=(1,)), Troubles()) as simulation:
        run = simulation.simulation()
        assert run.run().conservation
        parts, exchange = run.parts, run.exchange

        def findings() -> tuple[str, ...]:
            return disagreements(parts, (exchange.statement(name) for name in exchange.portfolios()))

        assert findings() == ()
        exchange.move("sim-000001", 1)
        assert [finding.partition(":")[0] for finding in findings()] == ["sim-000001"]
        exchange.move("sim-000001", -1)
        ticker = next(iter(exchange.positions("sim-000002")))
        exchange.move("sim-000002", 0, {ticker: -1})
        assert findings() == ("sim-000002: custody and the exchange hold different shares",)
        exchange.move("sim-000002", 0, {ticker: 1})
        exchange.open_account("stranger", 5)
        assert [finding.partition(":")[0] for finding in findings()] == ["stranger"]


def test_progress_is_told(sqlite_home: FileHome, tmp_path: Path) -> None:
    """Whoever waits hears of founding, of each wave in turn, and of batches that end."""
    told: list[Progress] = []
    ran(sqlite_home.url, tmp_path, SMALL, Troubles(), told.append)
    assert [each.wave for each in told] == sorted(each.wave for each in told)
    assert {each.wave for each in told} == {0, 1, 2}
    assert {each.waves for each in told} == {2}
    assert [each.ended for each in told] == sorted(each.ended for each in told)
    assert told[-1].ended > 0


def test_a_fleet_follows_from_its_seed() -> None:
    """Prices, models, portfolios and waves are the same for the same seed, and others for another."""
    one, same, other = FleetMaker(SMALL), FleetMaker(SMALL), FleetMaker(replace(SMALL, seed=12))
    assert list(one.portfolios()) == list(same.portfolios())
    assert list(one.waves()) == list(same.waves())
    assert list(one.waves()) != list(other.waves())
    assert [len(wave) for wave in one.waves()] == [6, 8]
    assert len(one.start_prices()) == 10


def test_a_fleet_starts_at_its_targets() -> None:
    """Every portfolio holds what its model says, to the last billionth, and its prices are whole cents."""
    maker = FleetMaker(SMALL)
    prices = maker.start_prices()
    assert all(price % 10**7 == 0 for price in prices.values())
    for one in maker.portfolios():
        for stock in one.model.tree.children[0].children:
            assert stock.asset is not None
            assert stock.weight is not None
            value = Decimal(one.shares[stock.asset]) * prices[stock.asset] / 10**18
            share = stock.weight * 98 / 10_000
            assert abs(value - share * one.cash / 100) < Decimal("0.001")


def test_workers_die_by_name_and_token() -> None:
    """The same point under the same token meets the same fate; the next holder of the batch meets another."""
    from fiel.autobalance.runner import Point
    from tests.support.autobalance.sagas import Story, selling

    saga = Story(selling(1, "VALE3", 10, 60)).saga

    def dies(token: int) -> bool:
        try:
            Crashes(7, 0.5)(Point.BEFORE_SAVE, replace(saga, token=token), None)
        except WorkerDied:
            return True
        return False

    fates = [dies(token) for token in range(40)]
    assert fates == [dies(token) for token in range(40)]
    assert 8 < sum(fates) < 32
    assert DOOMED < 0.5


@pytest.mark.parametrize("terms", [{"fail_rate": 1.1}, {"timeout_rate": -0.1}, {"crash_rate": 0.6}])
def test_rates_have_bounds(terms: dict[str, float]) -> None:
    """A worker that always dies would never end; shares are between 0 and 1."""
    with pytest.raises(InvalidInput) as refused:
        Troubles(**terms)
    assert refused.value.field == next(iter(terms))


@pytest.mark.parametrize(
    "terms", [{"portfolios": 0}, {"stocks": 5_001}, {"waves": ()}, {"waves": (0,)}, {"seed": -1}]
)
def test_plans_have_bounds(terms: dict[str, object]) -> None:
    """Nobody simulates nothing, or more than any machine has room for."""
    with pytest.raises(InvalidInput) as refused:
        FleetPlan(**terms)  # type: ignore[arg-type]
    assert refused.value.field == next(iter(terms))
