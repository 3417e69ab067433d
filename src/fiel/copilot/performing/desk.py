"""How one wallet did in a period: the book valued day by day, yardsticks beside it. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal

from fiel.copilot.performing.asked import CDI, IPCA, YARDSTICKS_MAX, Part, Yardstick, read_period
from fiel.copilot.performing.assembling import Assembled, Remark, assemble
from fiel.copilot.performing.yardsticks import Levels, inflation_of, levels_of
from fiel.copilot.store.accounts import users_of
from fiel.infra.storage.database import Database, Session
from fiel.infra.zones import DEFAULT_ZONE, zone_of
from fiel.kernel.calendars import anbima
from fiel.kernel.errors import InvalidInput, Refused
from fiel.market.history import last_session
from fiel.market.sanitizer.context import local_day
from fiel.performance.attribution import Share
from fiel.performance.benchmarks import AgainstCdi, Benchmark, against_cdi, real, same_flows
from fiel.performance.periods import Period
from fiel.performance.report import Report, report

_CDI = Yardstick((Part(CDI),))


@dataclass(frozen=True, slots=True)
class Lacking:
    """A yardstick that cannot be told: why, and the command that fetches what lacks (or nothing)."""

    name: str
    why: str
    command: str


@dataclass(frozen=True, slots=True)
class PerformanceView:
    """How a wallet did. `benchmarks` in the order asked, `levels` theirs, for charts; `against` the CDI and
    `real` over the IPCA are `None` when those are not kept."""

    wallet: str
    today: date
    zone: str
    report: Report
    benchmarks: tuple[Benchmark, ...]
    levels: tuple[Levels, ...]
    against: AgainstCdi | None
    inflation: Decimal | None
    real: Decimal | None
    #: The first month of inflation that is assumed, and its percent.
    assumed: tuple[date, Decimal] | None
    lacking: tuple[Lacking, ...]
    remarks: tuple[Remark, ...]
    sources: tuple[str, ...]

    @property
    def account_shares(self) -> tuple[Share, ...]:
        """What each account added, as classes and assets did."""
        return self.report.account_shares

    @property
    def first(self) -> date:
        """The first day that counts."""
        return date.fromordinal(self.report.period.after.toordinal() + 1)

    @property
    def until(self) -> date:
        """The last day that counts."""
        return self.report.period.until


@dataclass(slots=True)
class PerformanceDesk:
    """The performance of the wallets in a database; days are those of `zone`, by default São Paulo's."""

    database: Database
    zone: tzinfo | None = None

    def symbols(self, wallet: str, now: datetime) -> tuple[tuple[str, ...], date | None]:
        """The exchange's symbols that the wallet ever had, and its first day."""
        with self.database.reading() as connection:
            made = self._assembled(connection, wallet, local_day(now))
        return made.symbols, made.first_day

    def view(
        self, wallet: str, period: str, yardsticks: Sequence[Yardstick], now: datetime
    ) -> PerformanceView:
        """The report of a period in words (see `read_period`), as of `now`.

        Raises `InvalidInput` of the period, `Refused` (nothing_happened, rates_missing), `Corrupt`.
        """
        if len(yardsticks) > YARDSTICKS_MAX:
            raise InvalidInput(
                "too_many_benchmarks", f"at most {YARDSTICKS_MAX} benchmarks", field="--benchmark"
            )
        today = local_day(now)
        with self.database.reading() as connection:
            made = self._assembled(connection, wallet, today)
            if made.first_day is None or made.first_day > today:
                raise Refused(
                    "nothing_happened", f"nothing has happened in the book of {wallet} yet", field="--user"
                )
            asked = read_period(period, made.first_day, today)
            book = made.valued(asked.until, last_session(now))
            return self._beside(connection, wallet, made, report(book, asked), yardsticks, today)

    def _assembled(self, connection: Session, wallet: str, today: date) -> Assembled:
        return assemble(connection, users_of(connection, wallet), self.zone or zone_of(DEFAULT_ZONE), today)

    def _beside(
        self,
        connection: Session,
        wallet: str,
        made: Assembled,
        told: Report,
        yardsticks: Sequence[Yardstick],
        today: date,
    ) -> PerformanceView:
        asked = _Asked(connection, told)
        found = [one for yardstick in yardsticks if (one := asked.benchmark(yardstick)) is not None]
        cdi, ipca = asked.benchmark(_CDI), asked.inflation()
        total = told.portfolio.time_weighted
        sources = (*made.sources, *(level.series.source for level, _ in found))
        zone = self.zone or zone_of(DEFAULT_ZONE)
        return PerformanceView(
            wallet,
            today,
            str(getattr(zone, "key", zone)),
            told,
            tuple(one for _, one in found),
            tuple(level for level, _ in found),
            None if cdi is None else against_cdi(total, cdi[1].time_weighted, _business_days(told.period)),
            None if ipca is None else ipca[0],
            None if ipca is None else real(total, ipca[0]),
            None if ipca is None else ipca[1],
            tuple(asked.lacking.values()),
            made.remarks_of(told.period),
            tuple(dict.fromkeys(sources)),
        )


class _Asked:
    """Yardsticks beside one report, each read once."""

    def __init__(self, connection: Session, told: Report) -> None:
        self._connection, self._told = connection, told
        self._known: dict[str, tuple[Levels, Benchmark] | None] = {}
        self.lacking: dict[str, Lacking] = {}

    def benchmark(self, yardstick: Yardstick) -> tuple[Levels, Benchmark] | None:
        """The yardstick with the report's flows; `None` where it cannot be told, which is noted."""
        name = yardstick.name
        if name not in self._known:
            self._known[name] = self._made(yardstick)
        return self._known[name]

    def inflation(self) -> tuple[Decimal, tuple[date, Decimal] | None] | None:
        """Of the period, and what of it is assumed; `None` where it is not kept, which is noted."""
        period = self._told.period
        try:
            return inflation_of(self._connection, period.after, period.until)
        except Refused as refusal:
            self._note(Part(IPCA).name, refusal)
            return None

    def _note(self, name: str, refusal: Refused) -> None:
        why = refusal.details.get("why", refusal.message)
        self.lacking.setdefault(name, Lacking(name, why, refusal.details.get("command", "")))

    def _made(self, yardstick: Yardstick) -> tuple[Levels, Benchmark] | None:
        try:
            levels = levels_of(self._connection, yardstick, self._told.days)
            return levels, same_flows(yardstick.name, levels.series, self._told)
        except Refused as refusal:
            self._note(yardstick.name, refusal)
            return None


def _business_days(period: Period) -> int:
    return max(anbima(period.until).business_days_between(period.after, period.until), 1)
