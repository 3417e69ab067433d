"""What brings shares instead of money: who gets how many, and what a right costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fiel.income.holdings import Holdings
from fiel.income.share_events import ShareAnnouncement, ShareEventKind, entitle_shares
from fiel.kernel.errors import InvalidInput
from tests.income.building import bought

COM, AFTER = date(2026, 3, 30), date(2026, 4, 10)


def _told(
    kind: ShareEventKind, ratio: str, price: str | None = None, until: date | None = None
) -> ShareAnnouncement:
    cost = None if price is None else Decimal(price)
    return ShareAnnouncement("ITSA4", kind, COM, Decimal(ratio), "b3", cost, until)


def test_a_bonus_gives_whole_shares_and_leaves_a_fraction() -> None:
    """Ten percent of 107 shares: 10 come, seven tenths of one are auctioned."""
    (got,) = entitle_shares([_told(ShareEventKind.BONUS, "1.1")], Holdings([bought("107")]), AFTER)
    assert (got.held, got.change, got.fraction) == (Decimal(107), Decimal(10), Decimal("0.7"))


def test_a_grouping_takes_shares_away() -> None:
    """Ten become one: of 107 ten are left, and seven tenths."""
    (got,) = entitle_shares([_told(ShareEventKind.REVERSE_SPLIT, "0.1")], Holdings([bought("107")]), AFTER)
    assert (got.change, got.fraction) == (Decimal(-97), Decimal("0.7"))


def test_a_right_is_for_whole_shares_and_has_a_price() -> None:
    """12.5 % of 107 at R$ 9.50: 13 may be bought for R$ 123.50; it is open until its last day."""
    right = _told(ShareEventKind.SUBSCRIPTION, "0.125", "9.50", until=date(2026, 4, 20))
    (got,) = entitle_shares([right], Holdings([bought("107")]), AFTER)
    assert (got.change, got.cost) == (Decimal(13), Decimal("123.50"))
    assert got.is_open(date(2026, 4, 20))
    assert not got.is_open(date(2026, 4, 21))


def test_the_close_of_the_com_date_decides() -> None:
    """Bought the day after: nothing; before the com date what is held today is looked at."""
    late = Holdings([bought("100", on=date(2026, 3, 31))])
    split = _told(ShareEventKind.SPLIT, "2")
    assert entitle_shares([split], late, AFTER) == ()
    early = Holdings([bought("100"), bought("-40", on=date(2026, 3, 20))])
    assert [each.held for each in entitle_shares([split], early, date(2026, 3, 10))] == [Decimal(100)]
    assert [each.held for each in entitle_shares([split], early, AFTER)] == [Decimal(60)]


def test_each_account_has_its_own_and_shorts_have_none() -> None:
    """Two accounts, one of them short: only who holds gets."""
    holdings = Holdings([bought("100", account="A"), bought("-30", account="S")])
    found = entitle_shares([_told(ShareEventKind.SPLIT, "3")], holdings, AFTER)
    assert [(each.account, each.change) for each in found] == [("A", Decimal(200))]


@pytest.mark.parametrize("ratio", ["0", "-1", "NaN"])
def test_a_ratio_that_cannot_be_is_refused(ratio: str) -> None:
    """Nothing, less than nothing, and no number."""
    with pytest.raises(InvalidInput, match="cannot be"):
        _told(ShareEventKind.SPLIT, ratio)
