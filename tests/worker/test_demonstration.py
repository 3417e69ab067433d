"""`fiel demo` and `fiel serve --demo` as processes: the page answers, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.support.processes import PATIENCE_S, fiel, until
from tests.support.terminals import CTRL_C, fiel_on_a_terminal


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310
        return str(answer.read().decode())


def test_without_a_terminal_the_demonstration_asks_its_page_once_and_ends(tmp_path: Path) -> None:
    """The plan on standard output; on standard error the address and how to keep it open; exit code 0."""
    done = subprocess.run(
        [sys.executable, "-c", "from fiel.entrypoints.cli import main; main()", "demo", "--lang", "en"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        env={**os.environ, "FIEL_DATA_DIR": str(tmp_path / "data"), "TMPDIR": str(tmp_path)},
    )
    told = " ".join(done.stderr.split())
    assert done.returncode == 0, told
    assert "BOVA11" in done.stdout
    assert "The page answered at http://127.0.0.1:" in told
    assert "fiel serve --demo --open" in told
    assert not (tmp_path / "data").exists()
    assert list(tmp_path.glob("fiel-demo-*")) == []


def test_without_its_page_the_demonstration_only_prints(tmp_path: Path) -> None:
    """`--no-page` listens on nothing and says nothing of a page."""
    with fiel(tmp_path, "demo", "--no-page") as process:
        assert process.ended() == 0
        assert "http://" not in process.said()


def test_the_demonstration_is_served_until_stopped(tmp_path: Path) -> None:
    """Its wallet is on the page, the book of the user is not made, and its file is gone afterwards."""
    with fiel(tmp_path, "serve", "--demo", "--port", "0", TMPDIR=str(tmp_path)) as server:
        url = server.says(r"(http://127\.0\.0\.1:\d+)/")[1]
        page = _page(f"{url}/")
        assert "Patrimônio" in page or "Net worth" in page
        assert "demonstracao" in page
        assert server.ended(signal.SIGTERM) == 0
    assert not (tmp_path / "fiel.db").exists()
    assert list(tmp_path.glob("fiel-demo-*")) == []


def test_a_served_book_shows_its_pages(tmp_path: Path) -> None:
    """`fiel serve` on a new file answers the first visit on the same address as the API."""
    with fiel(tmp_path, "serve", "--port", "0") as server:
        url = server.says(r"(http://127\.0\.0\.1:\d+)/")[1]
        assert "/importar" in _page(f"{url}/")
        assert server.ended(signal.SIGTERM) == 0


def test_on_a_terminal_the_demonstration_stays_until_ctrl_c(tmp_path: Path) -> None:
    """Its page answers again and again; Ctrl-C ends it well, and leaves neither process nor file."""
    with fiel_on_a_terminal(tmp_path, "demo", TMPDIR=str(tmp_path)) as terminal:
        url = terminal.says(r"(http://127\.0\.0\.1:\d+)/ \(ready in")[1]
        until(lambda: "Ctrl-C ends it" in " ".join(terminal.said().split()), "how to end it is told")
        assert "BOVA11" in terminal.said()
        for _ in range(2):
            assert "demonstracao" in _page(f"{url}/")
        assert terminal.alive

        terminal.press(CTRL_C)

        assert terminal.ended() == 0
        until(terminal.is_alone, "nothing of it runs")
        assert "Traceback" not in terminal.said()
    with pytest.raises(urllib.error.URLError):
        _page(f"{url}/")
    assert list(tmp_path.glob("fiel-demo-*")) == []
