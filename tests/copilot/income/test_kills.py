"""kill -9 of a worker and of RabbitMQ while the day's jobs are done: the records are those of a quiet day."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from fiel.copilot.income.jobs import KIND, Schedule
from fiel.copilot.store import income as store
from fiel.infra.jobs.rabbit import RabbitJobs, RabbitSettings
from fiel.infra.storage import schema
from fiel.infra.storage.database import Database
from fiel.infra.system import SystemClock
from fiel.kernel.errors import Unavailable
from fiel.settings import Settings
from tests.services.running import Services
from tests.support.income_wallets import MORNING, TODAY, Pays, Town, bodies, open_town
from tests.support.processes import Process, fiel, until

WALLETS, ASSETS = 200, ("ITUB4", "PETR4", "TAEE11", "VALE3")
#: A quorum queue killed within a second of its declaration can stay without a leader (RabbitMQ 3.10).
SETTLED_S = 5.0


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of many wallets, and payments of every state; made once, copied for each run."""
    folder = tmp_path_factory.mktemp("filled")
    url = f"sqlite:///{folder}/fiel.db"
    made = Database.at(url)
    schema.upgrade(made)
    made.close()
    town = open_town(Settings.read({"FIEL_DATA_DIR": str(folder)}, folder, "linux"), url)
    for number in range(WALLETS):
        for place, asset in enumerate(ASSETS[: 1 + number % len(ASSETS)]):
            town.holds(f"user-{number:04d}", asset, str(100 + 10 * place))
    for asset in ASSETS:
        pays = [
            Pays(asset, f"0.{month}5", date(2026, month, 3), date(2026, month, 20)) for month in range(2, 9)
        ]
        town.announce(*pays, Pays(asset, "0.11", date(2026, 7, 1)))
    town.opened.close()
    return folder / "fiel.db"


@pytest.fixture
def town(filled: Path, tmp_path: Path) -> Iterator[Town]:
    """A copy of the book, open."""
    shutil.copy(filled, tmp_path / "fiel.db")
    made = open_town(Settings.read({"FIEL_DATA_DIR": str(tmp_path)}, tmp_path, "linux"), _url(tmp_path))
    yield made
    made.opened.close()


def _url(folder: Path) -> str:
    return f"sqlite:///{folder}/fiel.db"


def _quiet_day(filled: Path, folder: Path) -> list[tuple[str, str, str]]:
    """The records when one desk does every wallet in peace."""
    folder.mkdir()
    shutil.copy(filled, folder / "fiel.db")
    town = open_town(Settings.read({"FIEL_DATA_DIR": str(folder)}, folder, "linux"), _url(folder))
    for number in range(WALLETS):
        town.opened.desk.reconcile_day(f"user-{number:04d}", TODAY, MORNING)
    found = bodies(town.opened.database)
    town.opened.close()
    return found


def _done(town: Town) -> int:
    try:
        with town.opened.database.reading() as connection:
            return store.progress(connection, TODAY).done
    except Unavailable:
        return 0


def test_a_killed_worker_and_a_killed_broker_change_no_record(
    town: Town, filled: Path, tmp_path: Path, private_services: Services
) -> None:
    """The worker dies twice in the middle, RabbitMQ once: all is done, each record as undisturbed."""
    quiet = _quiet_day(filled, tmp_path / "quiet")
    rabbitmq = private_services.up("rabbitmq")["FIEL_TEST_RABBITMQ_URL"]
    arguments = ("worker", "income", "--database", _url(tmp_path), "--rabbitmq", rabbitmq, "--threads", "2")

    def alive(worker: Process, count: int) -> None:
        def look() -> bool:
            assert worker.alive, worker.said()
            return _done(town) >= count

        until(look, f"{count} wallets are done ({_done(town)} were)")

    with closing(RabbitJobs(RabbitSettings(rabbitmq), SystemClock())) as queue:
        opened = town.opened
        schedule = Schedule(opened.database, queue, town.clock, "America/Sao_Paulo", opened.schedule.at)
        schedule.turn()
        time.sleep(SETTLED_S)
        for stop_at in (WALLETS // 8, WALLETS // 4):
            with fiel(tmp_path / "workers", *arguments) as worker:
                alive(worker, stop_at)
                worker.kill9()
        with fiel(tmp_path / "workers", *arguments) as worker:
            alive(worker, WALLETS // 2)
            private_services.kill9("rabbitmq")
            worker.says("waiting: ")
            private_services.restart("rabbitmq")
            alive(worker, WALLETS)
        assert queue.dead_letters.list(KIND) == []
        # Jobs that were done and not yet told so come again, and change nothing.
        town.clock.at += timedelta(minutes=1)
        assert schedule.turn() == []

    assert bodies(town.opened.database) == quiet
    assert len(quiet) > WALLETS
