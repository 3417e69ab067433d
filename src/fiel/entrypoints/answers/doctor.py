"""What `fiel doctor` finds: each part is asked, and what is wrong is named by a code that the words explain.

No part's fault hides another's: each is examined for itself. Nothing secret is in a finding: addresses are
shown without user and password, tokens never.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from fiel.entrypoints.answers.finding import Finding, fail, ok, warn
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, Corrupt, FielError, InvalidInput

if TYPE_CHECKING:
    from fiel.infra.storage.database import Database
    from fiel.infra.storage.looking import DatabaseLook
    from fiel.market.health import MarketHealth
    from fiel.settings import Settings

#: A book up to so many entries is added up again each time; a larger one only when it is asked for.
ENTRIES_QUICK = 200_000
SKEW_WARN, SKEW_FAIL = timedelta(seconds=2), timedelta(seconds=30)
OUTBOX_WARN, OUTBOX_FAIL = timedelta(minutes=1), timedelta(minutes=15)
FREE_WARN, FREE_FAIL = 1024**3, 100 * 1024**2
LOG_WARN = 1024**3
PROVIDER_AGE = timedelta(days=7)
#: A long weekend passes without a trade.
QUOTE_AGE = timedelta(days=4)
_NAMED_MAX = 10


@dataclass(frozen=True, slots=True)
class Patient:
    """Where to look. `deep`: also what takes long on a large book."""

    environment: Mapping[str, str]
    home: Path
    platform: str
    clock: Clock
    database_url: str | None = None
    deep: bool = False


def examine(patient: Patient) -> list[Finding]:
    """Everything, the settings first: without them there is nothing to look for."""
    from fiel.entrypoints.answers.doctor_services import kafka, rabbitmq, redis
    from fiel.settings import Settings

    found = list(_variables(patient.environment))
    try:
        settings = Settings.read(patient.environment, patient.home, patient.platform)
    except InvalidInput as problem:
        return [*found, fail("settings", "settings_wrong", variable=problem.field, problem=problem.message)]
    found.append(ok("settings", "settings_read", count=_named(patient.environment)))
    examined = _database(patient, settings)
    found += examined.findings
    for part, look in (("kafka", kafka), ("rabbitmq", rabbitmq), ("redis", redis)):
        found += _safely(part, lambda look=look: look(settings, examined.look))  # type: ignore[misc]
    if examined.usable:
        found += _safely("market", lambda: _market(patient, settings))
        found += _safely("autobalance", lambda: _autobalance(patient, settings))
    return found


def _safely(part: str, look: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    """A part that cannot even be looked at is a finding too."""
    try:
        return list(look())
    except FielError as error:
        return [fail(part, f"{part}_unknown", problem=error.message, error=error.code)]


def _named(environment: Mapping[str, str]) -> int:
    return sum(1 for name, text in environment.items() if name.startswith("FIEL_") and text.strip())


def _variables(environment: Mapping[str, str]) -> Iterator[Finding]:
    """A name that nobody reads is a slip of the pen that would go unnoticed."""
    from fiel.settings.reference import known_variables

    known = known_variables()
    for name in sorted(environment):
        ours = name.startswith("FIEL_") and not name.startswith(("FIEL_TEST_", "FIEL_SERVICES_"))
        if ours and name not in known and name != "FIEL_REQUIRE_SERVICES":
            yield warn("settings", "variable_unknown", variable=name, near=_nearest(name, known))


def _nearest(name: str, known: frozenset[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, sorted(known), 1, 0.7)), "-")


@dataclass(frozen=True, slots=True)
class _Examined:
    findings: Sequence[Finding]
    usable: bool
    look: DatabaseLook | None


def _database(patient: Patient, settings: Settings) -> _Examined:
    from fiel.bootstrap import database_at
    from fiel.infra.storage import looking, schema

    try:
        database = database_at(settings, patient.database_url)
    except FielError as error:
        down = fail("database", "database_down", problem=error.message, error=error.code)
        return _Examined([down], usable=False, look=None)
    found: list[Finding] = []
    try:
        version = schema.version_of(database)
        if version.state is not schema.SchemaState.CURRENT:
            told = fail if version.state is not schema.SchemaState.EMPTY else warn
            facts = {"found": version.found or "-", "wanted": version.wanted, "database": database.shown}
            return _Examined(
                [told("database", f"schema_{version.state.value}", **facts)], usable=False, look=None
            )
        look = looking.look(database, patient.clock.now())
        found.append(ok("database", "database_answers", database=database.shown, version=look.version))
        found.append(ok("database", "schema_current", found=version.found or "-"))
        found += [*_clock(look), *_room(database), *_outbox(look, patient.clock), *_jobs(look)]
        found += _integrity(database, deep=patient.deep)
        found += _book(database, deep=patient.deep)
        return _Examined(found, usable=True, look=look)
    except Corrupt as error:
        found.append(fail("database", "database_damaged", problem=error.message, error=error.code))
    except FielError as error:
        found.append(fail("database", "database_down", problem=error.message, error=error.code))
    finally:
        database.close()
    return _Examined(found, usable=False, look=None)


def _clock(look: DatabaseLook) -> Iterator[Finding]:
    seconds = f"{look.ahead.total_seconds():+.1f}"
    apart = abs(look.ahead)
    if apart > SKEW_FAIL:
        yield fail("clock", "clock_apart", seconds=seconds)
    elif apart > SKEW_WARN:
        yield warn("clock", "clock_apart", seconds=seconds)
    else:
        yield ok("clock", "clock_agrees", seconds=seconds)


def _room(database: Database) -> Iterator[Finding]:
    from fiel.infra.storage.looking import room_of

    room = room_of(database)
    size, log = _megabytes(room.size), _megabytes(room.log)
    if room.free is None:
        yield ok("disk", "room_unknown", size=size)
        return
    told = fail if room.free < FREE_FAIL else warn if room.free < FREE_WARN else None
    free = _megabytes(room.free)
    if told is None:
        yield ok("disk", "room_enough", size=size, free=free)
    else:
        yield told("disk", "room_short", size=size, free=free)
    if room.log is not None and room.log > LOG_WARN:
        yield warn("disk", "log_long", log=log)


def _megabytes(size: int | None) -> str:
    return "?" if size is None else f"{size / 1024**2:.1f}"


def _outbox(look: DatabaseLook, clock: Clock) -> Iterator[Finding]:
    backlog = look.outbox
    age = timedelta() if backlog.oldest is None else clock.now() - backlog.oldest
    minutes = int(age.total_seconds() // 60)
    values = {"pending": backlog.pending, "minutes": minutes, "failing": backlog.failing}
    if age > OUTBOX_FAIL:
        yield fail("outbox", "outbox_stuck", **values)
    elif backlog.failing:
        yield warn("outbox", "outbox_stuck", **values)
    elif age > OUTBOX_WARN:
        yield warn("outbox", "outbox_waits", **values)
    else:
        yield ok("outbox", "outbox_flows", **values)


def _jobs(look: DatabaseLook) -> Iterator[Finding]:
    told = warn if look.jobs_dead else ok
    code = "jobs_dead" if look.jobs_dead else "jobs_fine"
    yield told("jobs", code, waiting=look.jobs_waiting, dead=look.jobs_dead)


def _integrity(database: Database, *, deep: bool) -> Iterator[Finding]:
    """The shape of the tables always; every page of a large file only when asked for."""
    from fiel.infra.storage import schema
    from fiel.infra.storage.looking import room_of

    if not deep and (room_of(database).size or 0) > LOG_WARN:
        yield ok("database", "integrity_skipped")
        return
    try:
        schema.check(database)
    except (Corrupt, Conflict) as error:
        yield fail("database", "database_damaged", problem=error.message, error=error.code)
    else:
        yield ok("database", "integrity_sound")


def _book(database: Database, *, deep: bool) -> Iterator[Finding]:
    from fiel.custody.proving import proof_of
    from fiel.custody.queries import Queries

    with Queries(database).snapshot() as book:
        seen, last = book.overview(), book.last_entry()
    values = {"letters": seen.dead_letters, "parked": seen.parked, "alerts": seen.alerts}
    if seen.shortfalls:
        yield fail("book", "book_short", count=seen.shortfalls)
    if seen.dead_letters:
        yield warn("book", "dead_letters", count=seen.dead_letters)
    if seen.alerts:
        yield warn("book", "alerts_open", count=seen.alerts)
    if not seen.dead_letters and not seen.alerts:
        yield ok("book", "nothing_waits", **values)
    if last > ENTRIES_QUICK and not deep:
        yield ok("book", "book_not_added_up", entries=last)
        return
    proof = proof_of(database)
    if proof.sound:
        yield ok("book", "book_sound", entries=proof.entries, accounts=proof.accounts)
    elif proof.chain.broken is not None:
        yield fail("book", "chain_broken", position=proof.chain.broken.position)
    else:
        yield fail("book", "book_unsound", count=len(proof.findings), first=str(proof.findings[0]))


def _market(patient: Patient, settings: Settings) -> list[Finding]:
    from fiel.bootstrap import database_at
    from fiel.bootstrap.market import held_symbols, open_market

    database = database_at(settings, patient.database_url)
    try:
        held = sorted(held_symbols(database))
    finally:
        database.close()

    async def asked() -> MarketHealth:
        async with open_market(settings, patient.database_url) as market:
            return await market.health.health(held[:200] or settings.market.tickers)

    return _of_market(asyncio.run(asked()), settings)


def _of_market(health: MarketHealth, settings: Settings) -> list[Finding]:
    found: list[Finding] = []
    if settings.market.offline:
        found.append(warn("market", "market_offline"))
    for each in health.providers:
        full = [period for period, (used, most) in each.quota.items() if used >= most]
        last = each.last_success_at
        recent = each.last_failure_at is not None and health.at - each.last_failure_at < PROVIDER_AGE
        if full:
            found.append(warn("market", "quota_used_up", provider=each.provider, period=full[0]))
        if recent and (last is None or (each.last_failure_at is not None and last < each.last_failure_at)):
            reason = each.last_failure.partition(":")[0]
            found.append(warn("market", "provider_fails", provider=each.provider, topic=reason))
    limit = settings.autobalance.config.price_age_max
    oldest = max(limit, QUOTE_AGE)
    old = [each.symbol for each in health.quotes if each.age is None or each.age > oldest]
    stale = [each.series for each in health.series if each.rows and each.missing]
    if old:
        found.append(warn("data", "quotes_old", count=len(old), symbols=", ".join(old[:_NAMED_MAX])))
    if stale:
        found.append(warn("data", "series_old", count=len(stale), series=", ".join(stale[:_NAMED_MAX])))
    if not old and not stale:
        found.append(ok("data", "data_fresh", quotes=len(health.quotes), series=len(health.series)))
    if not any(each.part == "market" for each in found):
        found.append(ok("market", "providers_fine", count=len(health.providers)))
    return found


def _autobalance(patient: Patient, settings: Settings) -> list[Finding]:
    from fiel.bootstrap.autobalance import open_autobalance

    with open_autobalance(settings, patient.database_url) as opened:
        stale = opened.parts.portfolios.count_stale()
        enrolled = sum(opened.parts.portfolios.counts().values())
    if stale:
        return [warn("autobalance", "portfolios_stale", count=stale)]
    return [ok("autobalance", "portfolios_fine", count=enrolled)]
