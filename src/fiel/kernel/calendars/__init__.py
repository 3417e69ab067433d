"""Business-day calendars: the banks' (ANBIMA) and the exchange's (B3). They are different calendars.

anbima(reference_date)   CDI, Selic, Tesouro, CDB: every du/252
b3()                     trading sessions and settlement of shares, FIIs, ETFs, BDRs
"""

from fiel.kernel.calendars.banking import anbima
from fiel.kernel.calendars.business import FIRST_DAY, LAST_DAY, BusinessCalendar
from fiel.kernel.calendars.exchange import b3, special_opening
from fiel.kernel.calendars.feasts import Feast, Holiday, Override, SpecialOpening

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "BusinessCalendar",
    "Feast",
    "Holiday",
    "Override",
    "SpecialOpening",
    "anbima",
    "b3",
    "special_opening",
]
