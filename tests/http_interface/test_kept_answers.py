"""Answers that are kept for speed never tell of a book, of targets or of prices that were."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from fiel.kernel.clock import FixedClock
from tests.support.api_wallet import NOW, TARGETS, ApiWallet, api_wallet

PORTFOLIO, POSITIONS, TREE = "/portfolios/ana", "/portfolios/ana/positions", "/portfolios/ana/targets"


@pytest.fixture
def ana(tmp_path: Path) -> Iterator[ApiWallet]:
    """Ana's book, within one minute that does not pass; everything was asked for once."""
    with api_wallet(tmp_path, clock=FixedClock(NOW)) as opened:
        whole = opened.whole()
        for path in (PORTFOLIO, POSITIONS, TREE):
            whole.get(path)
        yield whole


def _amount(told: dict[str, str]) -> Decimal:
    return Decimal(told["amount"])


def test_a_deposit_is_in_the_next_answer(ana: ApiWallet) -> None:
    """What was kept is of the book before."""
    before = _amount(ana.get(PORTFOLIO)["cash"])
    ana.opened.custody.deposit("ana", "12.34")
    assert _amount(ana.get(PORTFOLIO)["cash"]) == before + Decimal("12.34")


def test_a_price_is_in_the_next_answer(ana: ApiWallet) -> None:
    """In the worth of the portfolio and of the position, and in what the tree has of each."""
    before, tree = ana.get(PORTFOLIO), ana.get(TREE)
    ana.prices(PETR4="99.00")
    petr = next(each for each in ana.get(POSITIONS)["positions"] if each["asset"] == "PETR4")
    assert _amount(petr["worth"]) == 100 * 99
    gain = 100 * (99 - Decimal("30.50"))
    assert _amount(ana.get(PORTFOLIO)["worth"]) == _amount(before["worth"]) + gain
    assert ana.get(TREE) != tree


def test_other_targets_are_in_the_next_answer(ana: ApiWallet) -> None:
    """The tree is that of the text that was saved last."""
    other = TARGETS.replace('"60"', '"70"').replace('"40"', '"30"')
    tag = ana.client.get(f"{TREE}/text").headers["etag"]
    assert ana.targets(other, if_match=tag).status_code == 200
    assert ana.get(TREE)["text"] == other
    tree, told = ana.get(TREE), ana.get(PORTFOLIO)["targets"]
    assert told == {name: tree[name] for name in told}
