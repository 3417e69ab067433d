"""The numbers of the page about one wallet through a year, reckoned again from the recorded figures."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise

import pyxirr

from fiel.market.providers.recorded import recorded_events, recorded_history, recorded_series
from tests.tidy.rules.sources import repository

PAGE = repository() / "docs/tutorial/one-year.md"
FIRST, LAST = date(2023, 1, 16), date(2023, 12, 31)
ASSETS = ("BOVA11", "PETR4", "TAEE11", "WEGE3")
CENT = Decimal("0.01")


@cache
def text() -> str:
    """The page."""
    return PAGE.read_text(encoding="utf-8")


def number(cell: str) -> Decimal:
    """A Brazilian number of a file."""
    return Decimal(cell.replace(".", "").replace(",", "."))


def day(cell: str) -> date:
    """A Brazilian day of a file."""
    return date(int(cell[6:]), int(cell[3:5]), int(cell[:2]))


@cache
def trades() -> list[tuple[date, str, int, Decimal]]:
    """(day, asset, quantity with its sign, price), oldest first."""
    found = []
    for cells in (line.split(";") for line in text().splitlines() if line.count(";") == 8):
        if re.fullmatch(r"\d\d/\d\d/2023", cells[0]):
            sign = 1 if cells[1] == "Compra" else -1
            found.append((day(cells[0]), cells[5], sign * int(cells[6]), number(cells[7])))
    return sorted(found)


@cache
def payments() -> list[tuple[date, str, bool, int, Decimal, Decimal]]:
    """(day, asset, whether JCP, quantity, gross of one, net in all), oldest first."""
    found = []
    for cells in (line.split(";") for line in text().splitlines() if line.startswith("Credito;")):
        is_jcp = cells[2].startswith("Juros")
        told = int(cells[5]), number(cells[6]), number(cells[7])
        found.append((day(cells[1]), cells[3][:6].strip(), is_jcp, *told))
    return sorted(found)


@cache
def closes(asset: str) -> dict[date, Decimal]:
    """The recorded closes."""
    return {bar.day: bar.close for bar in recorded_history(asset).bars}


def held(asset: str, on: date) -> int:
    """Units at the end of a day."""
    return sum(quantity for when, name, quantity, _ in trades() if name == asset and when <= on)


def cents(value: Decimal) -> Decimal:
    """To the cent, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def worth(on: date) -> Decimal:
    """What is held at its last close, each asset to the cent."""
    total = Decimal(0)
    for asset in ASSETS:
        known = max(when for when in closes(asset) if when <= on)
        total += cents(held(asset, on) * closes(asset)[known])
    return total


def put_in(on: date) -> Decimal:
    """What buys took on a day."""
    return sum((cents(q * price) for when, _, q, price in trades() if when == on and q > 0), Decimal(0))


def taken_out(on: date) -> Decimal:
    """What sales and payments brought on a day."""
    sold = sum((cents(-q * price) for when, _, q, price in trades() if when == on and q < 0), Decimal(0))
    return sold + sum((net for when, *_, net in payments() if when == on), Decimal(0))


def days() -> list[date]:
    """Every day of the period."""
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def shown(value: Decimal, decimals: int = 2) -> str:
    """As the page writes amounts."""
    return f"{value:,.{decimals}f}"


def percent(fraction: Decimal) -> str:
    """As the page writes returns."""
    value = (fraction * 100).quantize(CENT, ROUND_HALF_UP)
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value)}"


def on_line(start: str, *values: str) -> bool:
    """Whether a line of the page that begins so has all the values."""
    return any(
        all(value in line for value in values) for line in text().splitlines() if line.startswith(start)
    )


def quotas(first: date, last: date) -> Decimal:
    """The product of the days: worth and what went out, over worth before and what came in."""
    product, before = Decimal(1), Decimal(0) if first == FIRST else worth(first - timedelta(days=1))
    for on in days():
        if first <= on <= last:
            base = before + put_in(on)
            product *= (worth(on) + taken_out(on)) / base
            before = worth(on)
    return product - 1


def test_the_files_tell_real_closes_and_payments() -> None:
    """Trades are at the close of their day; payments are those recorded for what the com date found held."""
    assert [price for *_, price in trades()] == [cents(closes(asset)[when]) for when, asset, _, _ in trades()]
    for when, asset, is_jcp, quantity, each, net in payments():
        [event] = [
            one
            for one in recorded_events(asset).cash
            if one.payment_date == when and one.rate == each and (one.kind.value == "jcp") == is_jcp
        ]
        assert event.com_date is not None
        assert held(asset, event.com_date) == quantity
        gross = cents(quantity * each)
        assert net == gross - (cents(gross * Decimal("0.15")) if is_jcp else 0)


def test_the_identity_is_the_sum_of_the_files() -> None:
    """Put in, taken out, income, tax and worth are sums of the files and closes; the gain is what is left."""
    nothing = Decimal(0)
    inn, out = sum(map(put_in, days()), nothing), sum(map(taken_out, days()), nothing)
    gross = sum((cents(q * each) for _, _, _, q, each, _ in payments()), Decimal(0))
    taxes = gross - sum((net for *_, net in payments()), Decimal(0))
    gain = worth(LAST) - inn + out - gross + taxes

    assert on_line("+ Put in", shown(inn))
    assert on_line("− Taken out", shown(out))
    assert on_line("+ Income (gross)", shown(gross))
    assert on_line("− Taxes", shown(taxes))
    assert on_line("= Worth at the end", shown(worth(LAST)))
    assert on_line("+ Gain of prices", shown(gain))
    assert on_line("Made in all", shown(gain + gross - taxes))


def test_the_quotas_are_the_product_of_the_days() -> None:
    """The time-weighted return, of the whole and of each month."""
    assert on_line("Of quotas (TWR)", percent(quotas(FIRST, LAST)))
    ends = [date(2023, month, 1) for month in range(2, 13)] + [date(2024, 1, 1)]
    months = [(FIRST, ends[0]), *pairwise(ends)]
    told = [percent(quotas(first, after - timedelta(days=1))) for first, after in months]
    assert on_line("2023", *told)


def test_the_rate_of_the_money_is_pyxirrs() -> None:
    """The money-weighted rate a year, by a library of others."""
    flows = [(on, taken_out(on) - put_in(on)) for on in days() if taken_out(on) != put_in(on)]
    flows.append((LAST, worth(LAST)))
    dates, amounts = zip(*flows, strict=True)
    rate = pyxirr.xirr(list(dates), [float(amount) for amount in amounts])

    assert rate is not None
    assert on_line("Of your money (XIRR)", percent(Decimal(str(rate))))


def test_the_deepest_fall_is_found_day_by_day() -> None:
    """The lowest quota after a peak."""
    quota = peak = Decimal(1)
    fall, before = Decimal(0), Decimal(0)
    for on in days():
        quota *= (worth(on) + taken_out(on)) / (before + put_in(on))
        before = worth(on)
        peak = max(peak, quota)
        fall = min(fall, quota / peak - 1)
    assert on_line("Deepest fall", percent(fall))


def test_the_cdi_would_have_made_of_the_same_flows() -> None:
    """Each day what was there earns the day's CDI; what came in and went out goes with it."""
    rate = {row.day: row.value / 100 for row in recorded_series("cdi").rows}
    factor = Decimal(1)
    for on in days():
        factor *= 1 + rate.get(on, Decimal(0))
    assert on_line("CDI", percent(factor - 1))


def test_average_costs_and_the_tax_of_october() -> None:
    """Buys move the average, sales do not; 15 % of October's gain, less 0.005 % withheld."""
    for asset in ASSETS:
        quantity, cost = 0, Decimal(0)
        for _, name, moved, price in trades():
            if name == asset:
                cost += cents(moved * price) if moved > 0 else moved * cost / quantity
                quantity += moved
        assert on_line(asset, shown(cost / quantity, 4), shown(cost))
    bought = [cents(q * price) for when, name, q, price in trades() if name == "PETR4" and q > 0]
    sale = cents(600 * closes("PETR4")[date(2023, 10, 16)])
    gain = sale - cents(600 * sum(bought, Decimal(0)) / 1000)
    tax, withheld = cents(gain * Decimal("0.15")), (sale * Decimal("0.00005")).quantize(CENT, "ROUND_DOWN")

    assert on_line("Shares", shown(sale), shown(gain))
    assert on_line("DARF 6015", shown(tax - withheld))
