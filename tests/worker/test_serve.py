"""`fiel serve` as a process: the wallet answers, is measured, keeps house, and stops when asked."""

from __future__ import annotations

import json
import signal
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import Process, fiel, until
from tests.worker.test_metrics import scrape


def call(url: str, verb: str = "GET") -> tuple[int, dict[str, Any]]:
    """Status and JSON body."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=verb)) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def base(process: Process) -> str:
    """Where it answers: the first line that it says."""
    return process.says(r"(http://127\.0\.0\.1:\d+)/api/v1/wallet")[1]


def test_the_wallet_answers_and_is_measured(tmp_path: Path) -> None:
    """A deposit is booked, sealed and told on the embedded bus by the same process; then it stops with 0."""
    with fiel(tmp_path, "serve", "--port", "0") as server:
        url = base(server)
        until(lambda: "/metrics" in server.said(), "the hint is whole")
        assert call(f"{url}/actuator/health") == (
            200,
            {"status": "UP", "components": {"database": {"status": "UP"}}},
        )
        status, account = call(f"{url}/api/v1/wallet/ana/deposit?amount=1000.00", "POST")
        assert (status, account["userId"], account["balance"]) == (200, "ana", 1000)
        until(lambda: scrape(f"{url}/metrics")["fiel_custody_accounts"] == 1, "the account is counted")
        until(lambda: scrape(f"{url}/metrics")["fiel_custody_journal_unsealed"] == 0, "its entry is sealed")
        until(lambda: scrape(f"{url}/metrics")["fiel_custody_outbox_messages"] == 0, "its event is told")
        assert server.ended(signal.SIGTERM) == 0


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    """Exit code 6 and the address, not a traceback."""
    with fiel(tmp_path / "one", "serve", "--port", "0") as server:
        port = base(server).rpartition(":")[2]
        with fiel(tmp_path / "two", "serve", "--port", port) as other:
            assert other.ended() == 6
        assert f"127.0.0.1:{port}" in other.said()
        assert "Traceback" not in other.said()
        assert server.ended(signal.SIGINT) == 0


def test_prices_come_from_redis(tmp_path: Path, redis_database: str) -> None:
    """With --redis health asks it too."""
    pytest.importorskip("redis")
    with fiel(tmp_path, "serve", "--port", "0", "--redis", redis_database) as server:
        status, health = call(f"{base(server)}/actuator/health")
        assert (status, sorted(health["components"])) == (200, ["database", "redis"])


def test_redis_that_does_not_answer_is_seen(tmp_path: Path) -> None:
    """Health is DOWN with 503, and says which component."""
    pytest.importorskip("redis")
    with fiel(tmp_path, "serve", "--port", "0", FIEL_REDIS_URL="redis://127.0.0.1:9/0") as server:
        status, health = call(f"{base(server)}/actuator/health")
        assert (status, health["status"]) == (503, "DOWN")
        assert health["components"]["redis"]["status"] == "DOWN"
        assert health["components"]["database"]["status"] == "UP"


def test_the_one_process_does_the_days_jobs(tmp_path: Path) -> None:
    """On the embedded default nothing else needs to run: the wallet's income is reconciled by itself."""
    with fiel(tmp_path, "custody", "deposit", "ana", "1000.00") as deposit:
        assert deposit.ended() == 0
    with fiel(tmp_path, "serve", "--port", "0", FIEL_INCOME_AT="00:00") as server:
        server.says("1 wallets handed out")
        until(lambda: _wallets_done(tmp_path) == 1, "the wallet's day is done")
        assert server.ended(signal.SIGTERM) == 0


def _wallets_done(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "fiel.db")) as database:
        asked = "SELECT count(*) FROM income_wallets WHERE done_day IS NOT NULL"
        return int(database.execute(asked).fetchone()[0])
