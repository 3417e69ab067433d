"""Numbers of the pages, written the way of a language: quick, because a page has hundreds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from fiel.copilot.plan_view.words import Lang
from fiel.market.providers.fields import BRASILIA

NBSP, MINUS, DOTS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}", "•••"
_SIGNS = {"BRL": "R$", "USD": "US$", "EUR": "€", "GBP": "£"}
#: How the codes of the Treasury's titles begin.
_TREASURY = "TESOURO"
_SWAP = str.maketrans(",.", ".,")
_MONTHS = {
    Lang.PT: ("jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."),
    Lang.EN: ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_DAYS = {
    Lang.PT: ("seg", "ter", "qua", "qui", "sex", "sáb", "dom"),
    Lang.EN: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers in a language; with `hidden`, amounts and quantities are dots."""

    lang: Lang = Lang.PT
    hidden: bool = False

    def money(self, amount: Decimal, currency: str = "BRL", *, signed: bool = False) -> str:
        """To the cent, half-even: R$ 1.234,56 with a space that does not break."""
        sign = _SIGNS.get(currency, currency)
        if self.hidden:
            return f"{sign}{NBSP}{DOTS}"
        return f"{self._mark(amount, signed=signed)}{sign}{NBSP}{self.number(abs(amount), 2)}"

    def number(self, value: Decimal, places: int, *, signed: bool = False) -> str:
        """Exactly `places` decimals, half-even."""
        rounded = round_to(value, places)
        text = f"{abs(rounded):,.{places}f}"
        return self._mark(rounded, signed=signed) + (text.translate(_SWAP) if self.lang is Lang.PT else text)

    def percent(self, fraction: Decimal, places: int = 1, *, signed: bool = False) -> str:
        """A fraction as a percentage: 0.1234 is 12,3%."""
        return f"{self.number(fraction * 100, places, signed=signed)}%"

    def points(self, fraction: Decimal, places: int = 1) -> str:
        """A difference of two fractions in percentage points, always with its sign: +3,9 p.p."""
        unit = "p.p." if self.lang is Lang.PT else "pp"
        return f"{self.number(fraction * 100, places, signed=True)}{NBSP}{unit}"

    def quantity(self, quantity: Decimal) -> str:
        """All its decimals, and none that are zero."""
        return DOTS if self.hidden else self._all_decimals(quantity, 0)

    def price(self, price: Decimal, currency: str = "BRL", asset: str = "") -> str:
        """A price by the convention of what is priced, half-even. Prices are public, and never hidden.

        Two decimals at least. A title of the Treasury: two, as it is traded (so `asset`, where it is known).
        Anything else from 1.00 up: six at most, as unit prices of banks' titles are told; all under 1.00.
        """
        most = 2 if asset.upper().startswith(_TREASURY) else 6 if abs(price) >= 1 else None
        return self.per_unit(price if most is None else round_to(price, most), currency)

    def per_unit(self, amount: Decimal, currency: str = "BRL") -> str:
        """What is paid for each unit: two decimals at least, all that it has, or sums would not be right."""
        return f"{_SIGNS.get(currency, currency)}{NBSP}{self._all_decimals(amount, 2)}"

    def day(self, day: date) -> str:
        """21/11/2026, or 2026-11-21 in English."""
        day = local(day)
        return f"{day:%d/%m/%Y}" if self.lang is Lang.PT else f"{day:%Y-%m-%d}"

    def short_day(self, day: date) -> str:
        """21/11, or 21 Nov in English: where the year is plain."""
        day = local(day)
        return f"{day:%d/%m}" if self.lang is Lang.PT else f"{day.day} {_MONTHS[Lang.EN][day.month - 1]}"

    def weekday(self, day: date) -> str:
        """Three letters."""
        return _DAYS[self.lang][local(day).weekday()]

    def month(self, day: date) -> str:
        """nov./26, or Nov 26 in English."""
        name = _MONTHS[self.lang][day.month - 1]
        return f"{name}/{day:%y}" if self.lang is Lang.PT else f"{name} {day:%y}"

    def moment(self, moment: datetime) -> str:
        """To the minute, Brasilia time: 21/11/2026 17:07."""
        there = moment.astimezone(BRASILIA)
        return f"{self.day(there)} {there:%H:%M}"

    def _mark(self, value: Decimal, *, signed: bool) -> str:
        if value < 0:
            return MINUS
        return "+" if signed and value > 0 else ""

    def _all_decimals(self, value: Decimal, least: int) -> str:
        exponent = value.normalize().as_tuple().exponent
        return self.number(value, max(least, -exponent if isinstance(exponent, int) else 0))


def round_to(value: Decimal, places: int) -> Decimal:
    """Half-even. What rounds to zero has no sign."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    return rounded if rounded else abs(rounded)


def local(day: date) -> date:
    """The day in Brasilia of a moment; a day as it is."""
    return day.astimezone(BRASILIA) if isinstance(day, datetime) and day.tzinfo is not None else day


def minutes(age: timedelta) -> int:
    """Whole minutes."""
    return int(age.total_seconds() // 60)
