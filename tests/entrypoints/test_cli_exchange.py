"""`fiel dev exchange`: the simulated exchange as a process, told where it listens, stopped by a signal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.support.command_line import CliRunner

from fiel.entrypoints.cli.everything import app

HERE = "http://127.0.0.1:"


@contextmanager
def served(tmp_path: Path, *options: str) -> Iterator[str]:
    """Its address; stopped at the end, and it must have ended well."""
    command = [sys.executable, "-c", "from fiel.entrypoints.cli import main; main()", "dev", "exchange"]
    environment = {**os.environ, "FIEL_LANG": "en", "FIEL_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(
        [*command, "--port", "0", *options], stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            found = re.search(r"FIEL_EXCHANGE_URL=(http://[0-9.:]+)\)", ready)
            assert found is not None, ready
            yield found[1]
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()


def account(url: str) -> httpx.Response:
    """Opens an account of R$ 1,000.00."""
    return httpx.post(f"{url}/v1/accounts", json={"accounts": [{"portfolio": "ana", "cash": 100_000}]})


def order(url: str, name: str) -> httpx.Response:
    """One PETR4 at R$ 40.00 at most."""
    terms = {"client_order_id": name, "portfolio": "ana", "ticker": "PETR4", "side": "BUY"}
    numbers = {"quantity": 10**9, "limit": 40 * 10**9, "currency": "BRL"}
    return httpx.post(f"{url}/v1/orders", json=terms | numbers)


def test_the_same_log_is_the_same_exchange(tmp_path: Path) -> None:
    """It says where it is, ends with 0 on Ctrl-C, and knows its accounts when it is started again."""
    log = ("--log", str(tmp_path / "exchange.log"))
    with served(tmp_path, *log) as url:
        assert url.startswith(HERE)
        assert account(url).is_success
    with served(tmp_path, *log) as url:
        assert account(url).status_code == 409


def test_it_fails_as_often_as_it_is_told(tmp_path: Path) -> None:
    """With a rate of 1 every order is refused, and nothing of it is held."""
    with served(tmp_path, "--fail-rate", "1", "--seed", "3") as url:
        assert account(url).is_success
        report = order(url, "sg_1.1.f")
        assert report.is_success, report.text
        assert report.json()["state"] == "rejected"


@pytest.mark.parametrize(
    ("option", "value"), [("--fail-rate", "2"), ("--fee-percent", "x"), ("--kafka", "nowhere")]
)
def test_options_out_of_range_are_refused(option: str, value: str) -> None:
    """Before anything listens."""
    result = CliRunner().invoke(app, ["dev", "exchange", "--port", "0", option, value])
    assert result.exit_code == 2, result.stderr
