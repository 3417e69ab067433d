"""Fixed-income titles of a wallet: their terms as they were told, and their payments to come."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal

from fiel.copilot.bonds.answering import payments_answer
from fiel.copilot.bonds.asking import Asked, Rates, credit_terms, series_spans
from fiel.copilot.bonds.names import Savings, Treasury
from fiel.copilot.bonds.payments import Payment, PaymentsAnswer
from fiel.copilot.bonds.series import SeriesTold
from fiel.copilot.bonds.treasury import bond_of
from fiel.copilot.store import income as store
from fiel.income.calendar import Basis, PlannedFlow
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Corrupt, InvalidInput, Refused, Rejected
from fiel.kernel.ids import deterministic_id

TITLES_MAX = 1_000
TREASURY, CREDIT = "treasury", "fixed_income"
#: Of the question only what describes the title; the day and the assumptions are the reader's.
_LEFT_OUT = ("today", "on", "rate", "rates")


@dataclass(frozen=True, slots=True)
class HeldTitle:
    """A title of a wallet. `asked` holds its terms as they were written."""

    title_id: str
    asked: Asked

    @property
    def label(self) -> str:
        """The title in one line, as it was told."""
        told = (self.asked.name, self.asked.pays, self.asked.maturity)
        return " ".join(each for each in told if each)


@dataclass(frozen=True, slots=True)
class Planned:
    """The payments of all titles, and the titles whose payments cannot be told, with the reason."""

    flows: tuple[PlannedFlow, ...]
    refused: tuple[tuple[HeldTitle, Rejected], ...]


def checked_title(asked: Asked) -> HeldTitle:
    """The title, when its payments can be told once its series are known.

    Raises `InvalidInput` naming the option, `Refused` for what pays into itself (savings).
    """
    kind = asked.named().kind
    if isinstance(kind, Savings):
        raise Refused("savings_has_no_flows", "a savings account pays into itself", field="KIND")
    if asked.bought is None:
        raise InvalidInput("bought_missing", "say when it was bought: --bought 2026-01-05", field="--bought")
    if isinstance(kind, Treasury):
        if asked.paid is None:
            raise InvalidInput("paid_missing", "say what one bond cost: --paid 3214.55", field="--paid")
        bond_of(kind, asked.ends())
    else:
        credit_terms(asked)
    return HeldTitle(deterministic_id("title", title_text(asked)), asked)


def title_text(asked: Asked) -> str:
    """The terms as JSON; equal terms give equal text."""
    return json.dumps(title_fields(asked), ensure_ascii=False, sort_keys=True)


def title_fields(asked: Asked) -> dict[str, str]:
    """The terms that were told, by name."""
    told = asdict(asked).items()
    return {name: value for name, value in told if name not in _LEFT_OUT and value is not None}


def title_of(title_id: str, text: str, today: date) -> HeldTitle:
    """The way back, asked about as of `today`. Raises `Corrupt`."""
    try:
        return HeldTitle(title_id, Asked(today=today, **json.loads(text)))
    except (ValueError, TypeError) as error:
        raise Corrupt("stored_title", f"the stored title {title_id} cannot be read") from error


def spans_of(titles: Iterable[HeldTitle]) -> dict[str, date]:
    """The series that all titles need together, each with the first day to read."""
    spans: dict[str, date] = {}
    for title in titles:
        for key, first in series_spans(title.asked, projects=True).items():
            spans[key] = min(first, spans.get(key, first))
    return spans


def planned(
    titles: Iterable[HeldTitle], told: Iterable[SeriesTold], today: date, rates: Rates | None = None
) -> Planned:
    """Every payment on `today` or later. A title that cannot be reckoned is told, and stops no other."""
    rows = tuple(told)
    flows: list[PlannedFlow] = []
    refused: list[tuple[HeldTitle, Rejected]] = []
    for title in titles:
        asked = replace(title.asked, today=today, rates=rates or Rates())
        if asked.ends() < today:
            continue
        try:
            answer = payments_answer(asked, rows)
        except Rejected as refusal:
            refused.append((title, refusal))
            continue
        kind = TREASURY if isinstance(asked.named().kind, Treasury) else CREDIT
        flows += _flows(title, answer, kind)
    return Planned(tuple(flows), tuple(refused))


def _flows(title: HeldTitle, answer: PaymentsAnswer, asset_class: str) -> list[PlannedFlow]:
    assumed = _assumption(answer)
    last = len(answer.payments) - 1
    return [
        PlannedFlow(
            title.label,
            asset_class,
            each.day,
            each.principal,
            each.gross - each.principal,
            each.gross,
            *_taxed(each),
            Basis.KNOWN if each.is_known else Basis.PROJECTED,
            "" if each.is_known else assumed,
            is_last=place == last,
            source=_source(answer),
        )
        for place, each in enumerate(answer.payments)
    ]


def _taxed(payment: Payment) -> tuple[Decimal, Decimal]:
    """Tax and net. The cost is always told (`checked_title`), so that the tax is known."""
    if payment.tax is None or payment.net is None:
        return Decimal("0.00"), payment.gross
    return payment.tax, payment.net


def _assumption(answer: PaymentsAnswer) -> str:
    """How the series go on: `cdi:flat:14.9000` for each that does."""
    return ",".join(
        f"{each.key}:{each.how}:{'/'.join(f'{rate:f}' for _, rate in each.assumed)}"
        for each in answer.series
        if each.assumed
    )


def _source(answer: PaymentsAnswer) -> str:
    names = sorted({source for each in answer.series for source in each.sources})
    return "+".join(["contract", *names])


@dataclass(frozen=True, slots=True)
class Titles:
    """The titles that wallets hold, as they are kept."""

    database: Database
    clock: Clock

    def of(self, wallet: str, today: date | None = None) -> list[HeldTitle]:
        """All of a wallet. Raises `Unavailable`, `Corrupt`."""
        with self.database.reading() as connection:
            bodies = store.titles_of(connection, wallet)
        day = today or self.clock.now().date()
        return [title_of(title_id, body, day) for title_id, body in bodies.items()]

    def keep(self, wallet: str, title: HeldTitle) -> None:
        """Keep a title; the same again changes nothing. Raises `Refused` (too_many_titles)."""
        at = self.clock.now()

        def write(unit: UnitOfWork) -> None:
            held = store.titles_of(unit.connection, wallet)
            if len(held) >= TITLES_MAX and title.title_id not in held:
                raise Refused("too_many_titles", f"a wallet keeps at most {TITLES_MAX} titles", field="KIND")
            store.save_title(unit.connection, wallet, title.title_id, title_text(title.asked), at=at)

        self.database.transact(write)

    def remove(self, wallet: str, title_id: str) -> bool:
        """Forget one; `False` when it was not there."""
        return self.database.transact(lambda unit: store.remove_title(unit.connection, wallet, title_id))
