"""Splits, groupings and large bonus issues of the assets in the back-test.

As the companies announced them; each also shows in the closes on the com dates of the dividend file. Bonus
issues below 25 % are left out: they move an amount per share by less than the forecast's own error, and move
the naive rule's error as much. The day is that of the last session before, or any day between the two
payments around it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fiel.income.values import ShareChange

_TABLE = """
B3SA3 2021-05-14 3
BBAS3 2024-04-15 2
BPAC11 2021-06-01 4
CCRO3 2012-01-13 4
CIEL3 2011-05-02 0.33333333
CIEL3 2014-04-01 2
CPFE3 2011-06-28 2
CPLE6 2021-03-11 10
CSAN3 2021-05-06 4
CSNA3 2010-03-24 2
EGIE3 2018-12-10 1.25
EQTL3 2019-11-27 5
HAPV3 2020-11-24 5
ITUB3 2018-11-19 1.5
ITUB4 2018-11-19 1.5
KLBN11 2014-06-30 5
KLBN4 2014-06-30 5
LREN3 2015-09-24 5
MGLU3 2015-09-30 0.125
MGLU3 2017-09-04 8
MGLU3 2019-08-05 8
MGLU3 2020-10-13 4
RADL3 2010-12-20 4
RADL3 2020-09-18 5
RENT3 2017-11-22 3
SAPR11 2020-04-30 3
SBSP3 2013-04-22 3
TAEE11 2012-12-04 3
TRPL4 2019-04-01 4
UGPA3 2011-02-10 4
UGPA3 2011-05-02 0.5
UGPA3 2019-04-24 2
WEGE3 2014-04-22 1.3
WEGE3 2015-03-31 2
WEGE3 2018-04-24 1.3
WEGE3 2021-04-27 2
"""

#: Shares that ceased to exist, and the last day on which they could pay: later years are not asked of them.
CEASED = {"SUZB5": date(2017, 11, 10), "VALE5": date(2017, 11, 30), "VIVT4": date(2020, 11, 20)}


def share_changes(asset: str) -> tuple[ShareChange, ...]:
    """Those of one asset, in order."""
    found = (line.split() for line in _TABLE.splitlines() if line.startswith(f"{asset} "))
    return tuple(ShareChange(name, date.fromisoformat(day), Decimal(factor)) for name, day, factor in found)
