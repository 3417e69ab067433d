"""What B3 charges an individual on the spot market, by date. The fees printed on a note always come first.

Rates are fractions of the value traded, per side. Sources, all secondary: B3's table of 2021 to 2025 as
quoted by brokers; the monthly trading fees of 2019 and 2020 as kept by the public project
staticdev/irpf-investidor. Since 2025-08-01 (Comunicado Externo 053/2024-VPC) the fee depends on the monthly
volume, and the press disagrees on the first band of what is no day trade: `SwingReading` is the switch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum

from fiel.kernel.errors import Refused
from fiel.kernel.rounding import finance_context, round_half_up


class SwingReading(StrEnum):
    """The fee since 2025-08-01 up to R$ 3 million: 0.0300 % as before (Estadao) or 0.0230 % (Reuters)."""

    UNCHANGED = "unchanged"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class FeeRates:
    """Rates in force from `valid_from` to `valid_to` (both included; `None` = until the next row)."""

    valid_from: date
    valid_to: date | None
    negotiation: Decimal
    settlement: Decimal


@dataclass(frozen=True, slots=True)
class Fees:
    """Fees of one side in reais, each half up to the cent."""

    negotiation: Decimal
    settlement: Decimal

    @property
    def total(self) -> Decimal:
        """Both."""
        with localcontext(finance_context()):
            return self.negotiation + self.settlement


_SETTLEMENT_2019 = Decimal("0.000275")
_MONTHS: tuple[tuple[date, str], ...] = (
    (date(2019, 1, 3), "0.00004476"),
    (date(2019, 2, 4), "0.00004032"),
    (date(2019, 3, 6), "0.00004157"),
    (date(2019, 4, 2), "0.0000408"),
    (date(2019, 5, 3), "0.00004408"),
    (date(2019, 6, 4), "0.00004245"),
    (date(2019, 7, 2), "0.00004189"),
    (date(2019, 8, 2), "0.00004115"),
    (date(2019, 9, 3), "0.00003756"),
    (date(2019, 10, 2), "0.00004105"),
    (date(2019, 11, 4), "0.0000411"),
    (date(2019, 12, 3), "0.00003802"),
    (date(2020, 1, 1), "0.0000366"),
    (date(2020, 2, 1), "0.00003462"),
    (date(2020, 3, 1), "0.00003248"),
    (date(2020, 4, 1), "0.00003006"),
    (date(2020, 5, 1), "0.0000334"),
    (date(2020, 6, 1), "0.00003291"),
    (date(2020, 7, 1), "0.00003089"),
    (date(2020, 8, 1), "0.0000318"),
    (date(2020, 9, 1), "0.00003125"),
    (date(2020, 10, 1), "0.00003219"),
    (date(2020, 11, 1), "0.00003247"),
    (date(2020, 12, 1), "0.0000302"),
)
_TABLE_2021 = date(2021, 2, 2)
_POLICY_2025 = date(2025, 8, 1)

SWING: tuple[FeeRates, ...] = (
    *(FeeRates(since, None, Decimal(rate), _SETTLEMENT_2019) for since, rate in _MONTHS[:-1]),
    FeeRates(_MONTHS[-1][0], date(2020, 12, 31), Decimal(_MONTHS[-1][1]), _SETTLEMENT_2019),
    FeeRates(_TABLE_2021, None, Decimal("0.00005"), Decimal("0.00025")),
)
SWING_LOWER = FeeRates(_POLICY_2025, None, Decimal("0.00005"), Decimal("0.00018"))
#: The first band of volume: the dearest.
DAY_TRADE: tuple[FeeRates, ...] = (FeeRates(_TABLE_2021, None, Decimal("0.00005"), Decimal("0.00018")),)
#: Trading fee of an auction in 2019 and 2020, instead of the month's.
AUCTION_2019 = Decimal("0.00007")


def b3_rates(
    on: date,
    *,
    is_day_trade: bool = False,
    is_auction: bool = False,
    reading: SwingReading = SwingReading.UNCHANGED,
) -> FeeRates:
    """The rates of a day. Raises `Refused` (`b3_fee_unknown`) for one of which no table is known here.

    >>> b3_rates(date(2019, 2, 20)).negotiation, b3_rates(date(2024, 5, 10)).settlement
    (Decimal('0.00004032'), Decimal('0.00025'))
    """
    if on >= _POLICY_2025 and reading is SwingReading.LOWER and not is_day_trade:
        return SWING_LOWER
    rows = [row for row in (DAY_TRADE if is_day_trade else SWING) if row.valid_from <= on]
    if not rows or (rows[-1].valid_to is not None and on > rows[-1].valid_to):
        raise Refused("b3_fee_unknown", f"B3's fees of {on} are not known here; give the note's", field="on")
    row = rows[-1]
    if is_auction and row.settlement == _SETTLEMENT_2019:
        return FeeRates(row.valid_from, row.valid_to, AUCTION_2019, row.settlement)
    return row


def b3_fees(
    value: Decimal,
    on: date,
    *,
    is_day_trade: bool = False,
    reading: SwingReading = SwingReading.UNCHANGED,
) -> Fees:
    """The fees of one side of `value` reais on a day; the broker's own fee and its ISS are not among them.

    >>> b3_fees(Decimal("10000.00"), date(2024, 5, 10)).total
    Decimal('3.00')
    """
    rates = b3_rates(on, is_day_trade=is_day_trade, reading=reading)
    with localcontext(finance_context()):
        return Fees(round_half_up(value * rates.negotiation, 2), round_half_up(value * rates.settlement, 2))
