"""The desks that pages book through: the same as the command line's, on the book that is served."""

from __future__ import annotations

from fiel.copilot.booking.desk import BookingDesk
from fiel.copilot.drafts.desk import DraftDesk
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.custody.bookings import Bookings
from fiel.entrypoints.web.request import Site
from fiel.infra.system import RandomIds
from fiel.infra.zones import zone_of

#: The wallet of somebody who has none yet.
FIRST_WALLET = "carteira"


def booking_desk(page: Site) -> BookingDesk:
    """Books files and typed rows."""
    clock = page.services.clock
    bookings = Bookings(page.opened.custody.book, clock)
    return BookingDesk(page.database, bookings, clock, zone_of(page.settings.income.zone))


def draft_desk(page: Site) -> DraftDesk:
    """Imports on their way."""
    return DraftDesk(page.database, booking_desk(page), page.services.clock, RandomIds("imp"))


def own_plan_desk(page: Site) -> OwnPlanDesk:
    """Targets and the portfolio to plan."""
    return OwnPlanDesk(page.database, page.services.clock)


def wallet_for_entries(page: Site) -> str:
    """The wallet that new entries go to: the one shown; without any, the only one allowed, or the first."""
    found = page.wallet_or_none
    if found is not None:
        return found
    allowed = page.principal.wallets
    return FIRST_WALLET if allowed is None or FIRST_WALLET in allowed else min(allowed, default=FIRST_WALLET)
