"""The client: one method for each thing to ask, with the shapes that the API itself answers with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from fiel.entrypoints.client.asking import Answer, Asking
from fiel.entrypoints.http.api.accounts import Accounts, StatementShape
from fiel.entrypoints.http.api.autobalance import DryRun, Enrolment, Fleet, History, Standing
from fiel.entrypoints.http.api.import_shapes import Import, Undone
from fiel.entrypoints.http.api.income_shapes import Calendar, Forecast, IncomeRecord, Received
from fiel.entrypoints.http.api.market import Quote, Quotes, Series
from fiel.entrypoints.http.api.performance import Performance
from fiel.entrypoints.http.api.plans import AcceptPlan, Ask, PlanAnswer
from fiel.entrypoints.http.api.portfolios import Overview, PortfolioName, Portfolios
from fiel.entrypoints.http.api.positions import Positions
from fiel.entrypoints.http.api.targets import Saved, Targets
from fiel.entrypoints.http.api.tax import MonthTax, YearTax
from fiel.entrypoints.http.api.transactions import Booked, Reversed, Transaction, Transactions, Typed
from fiel.infra.system import RandomIds, pause

TIMEOUT_S = 60.0
_TOML = {"Content-Type": "application/toml"}


class Client:
    """Asks one service. All numbers with decimals are text; `Decimal(...)` reads them exactly.

    Problems are raised as errors of `fiel.kernel.errors`: `NotFound`, `InvalidInput`, `Refused`, `Conflict`,
    `Unavailable`, each with the stable `code` of the problem. What changes something carries a key of its
    own (or the one that is given), so that trying again has one effect.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        timeout: float = TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1", headers=headers, timeout=timeout, transport=transport
        )
        self._ask = Asking(self._http, pause)
        self._ids = RandomIds("request")

    def close(self) -> None:
        """Give back every connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def portfolios(self) -> Iterator[PortfolioName]:
        """Those that may be seen."""
        for page in self._pages(Portfolios, "/portfolios", {}):
            yield from page.portfolios

    def portfolio(self, wallet: str) -> Overview:
        """One at a glance."""
        return self._ask.answer(Overview, "GET", _of(wallet))

    def positions(self, wallet: str, *, on: str | None = None, lots: bool = False) -> Positions:
        """What is held at the end of a day (today)."""
        given = _given(on=on, lots="true" if lots else None)
        return self._ask.answer(Positions, "GET", f"{_of(wallet)}/positions", params=given)

    def transactions(
        self,
        wallet: str,
        *,
        first: str | None = None,
        last: str | None = None,
        asset: str | None = None,
        taken_back: bool = False,
    ) -> Iterator[Transaction]:
        """Rows of the book, the latest first, however many there are."""
        given = _given(**{"from": first, "to": last}, asset=asset, takenBack="true" if taken_back else None)
        for page in self._pages(Transactions, f"{_of(wallet)}/transactions", given):
            yield from page.transactions

    def book(self, wallet: str, row: Typed, *, key: str | None = None) -> Booked:
        """Type one row."""
        return self._change(Booked, f"{_of(wallet)}/transactions", row.model_dump(by_alias=True), key)

    def take_back(self, wallet: str, row_id: str, *, key: str | None = None) -> Reversed:
        """Reverse what a row booked."""
        return self._change(Reversed, f"{_of(wallet)}/transactions/{_part(row_id)}/reversal", None, key)

    def targets(self, wallet: str) -> Targets:
        """The tree of the saved targets, with what there is of each."""
        return self._ask.answer(Targets, "GET", f"{_of(wallet)}/targets")

    def targets_text(self, wallet: str) -> tuple[str, str]:
        """The text as it was written, and its tag for `save_targets`."""
        answer = self._ask.ask("GET", f"{_of(wallet)}/targets/text")
        return answer.text, answer.headers["ETag"]

    def save_targets(self, wallet: str, text: str, *, replacing: str | None = None) -> Saved:
        """Put a text in the place of the one with the tag `replacing`. Raises `Conflict` for another one."""
        headers = _TOML | _given(**{"If-Match": replacing})
        path = f"{_of(wallet)}/targets/text"
        return self._ask.answer(Saved, "PUT", path, content=text.encode(), headers=headers)

    def plan(self, wallet: str, ask: Ask | None = None, **asked: Any) -> PlanAnswer:
        """What to buy or sell: `plan("ana", amount="1000.00")`. Nothing is saved."""
        question = ask or Ask.model_validate(asked)
        body = question.model_dump(by_alias=True, exclude_defaults=True)
        return self._ask.answer(PlanAnswer, "POST", f"{_of(wallet)}/plans", json=body)

    def accept_plan(
        self, wallet: str, plan_id: str, done: AcceptPlan | None = None, *, key: str | None = None
    ) -> Booked:
        """Book the trades of a plan as they were done."""
        body = (done or AcceptPlan()).model_dump(by_alias=True)
        return self._change(Booked, f"{_of(wallet)}/plans/{_part(plan_id)}/accept", body, key)

    def read_files(self, wallet: str, files: Mapping[str, bytes], *, password: str | None = None) -> Import:
        """Files by name, read into an import to look at."""
        given = [("files", (name, data)) for name, data in files.items()]
        headers = {"Idempotency-Key": self._ids.next_id()}
        path = f"{_of(wallet)}/imports"
        return self._ask.answer(
            Import, "POST", path, files=given, data=_given(password=password), headers=headers
        )

    def accept_import(self, wallet: str, import_id: str, *, key: str | None = None) -> Import:
        """Book it: all of it, once."""
        return self._change(Import, f"{_of(wallet)}/imports/{_part(import_id)}/accept", None, key)

    def undo_import(self, wallet: str, import_id: str, *, key: str | None = None) -> Undone:
        """Take all of it back."""
        return self._change(Undone, f"{_of(wallet)}/imports/{_part(import_id)}/undo", None, key)

    def income_calendar(self, wallet: str, *, months: int = 12, past: int = 3, by: str = "month") -> Calendar:
        """What was paid and what will be."""
        given = {"months": str(months), "past": str(past), "by": by}
        return self._ask.answer(Calendar, "GET", f"{_of(wallet)}/income/calendar", params=given)

    def income_received(self, wallet: str) -> Iterator[IncomeRecord]:
        """Payments that came, the latest first."""
        for page in self._pages(Received, f"{_of(wallet)}/income/received", {}):
            yield from page.payments

    def forecast(self, asset: str, *, months: int = 12) -> Forecast:
        """What an asset may pay per unit."""
        given = {"months": str(months)}
        return self._ask.answer(Forecast, "GET", f"/income/forecasts/{_part(asset)}", params=given)

    def performance(
        self, wallet: str, *, period: str = "ytd", benchmarks: tuple[str, ...] = ("cdi",)
    ) -> Performance:
        """How it did."""
        given = {"period": period, "benchmark": list(benchmarks)}
        return self._ask.answer(Performance, "GET", f"{_of(wallet)}/performance", params=given)

    def tax_month(self, wallet: str, month: str) -> MonthTax:
        """The tax of a month, such as 2026-05."""
        return self._ask.answer(MonthTax, "GET", f"{_of(wallet)}/tax/months/{_part(month)}")

    def tax_year(self, wallet: str, year: int) -> YearTax:
        """The rows of the annual return."""
        return self._ask.answer(YearTax, "GET", f"{_of(wallet)}/tax/years/{year}")

    def quotes(self, *symbols: str) -> list[Quote]:
        """Last prices with their age and source, in the order asked."""
        given = {"symbols": ",".join(symbols)}
        return self._ask.answer(Quotes, "GET", "/market/quotes", params=given).quotes

    def series(self, key: str, *, first: str | None = None, last: str | None = None) -> Iterator[Series]:
        """The rows of a series, in parts."""
        yield from self._pages(Series, f"/market/series/{_part(key)}", _given(**{"from": first, "to": last}))

    def accounts(self, wallet: str) -> Accounts:
        """The accounts of a wallet."""
        return self._ask.answer(Accounts, "GET", f"{_of(wallet)}/accounts")

    def statement(
        self, wallet: str, label: str, start: str, end: str, *, axis: str = "occurred"
    ) -> StatementShape:
        """An account's money over [start, end); `own` is the wallet's own account."""
        given = {"from": start, "to": end, "axis": axis}
        path = f"{_of(wallet)}/accounts/{_part(label)}/statement"
        return self._ask.answer(StatementShape, "GET", path, params=given)

    def fleet(self) -> Fleet:
        """How all that is balanced stands."""
        return self._ask.answer(Fleet, "GET", "/autobalance")

    def standing(self, portfolio: str) -> Standing:
        """How one stands."""
        return self._ask.answer(Standing, "GET", f"/autobalance/{_part(portfolio)}")

    def balancing_history(self, portfolio: str, *, limit: int = 20) -> History:
        """What the auto-balancer did."""
        path = f"/autobalance/{_part(portfolio)}/history"
        return self._ask.answer(History, "GET", path, params={"limit": str(limit)})

    def dry_run(self, portfolio: str, prices: Mapping[str, str] | None = None) -> DryRun:
        """What it would do now."""
        body = {"prices": dict(prices or {})}
        return self._ask.answer(DryRun, "POST", f"/autobalance/{_part(portfolio)}/dry-run", json=body)

    def pause_balancing(self, portfolio: str, reason: str) -> Enrolment:
        """Begin no more batches."""
        return self._change(Enrolment, f"/autobalance/{_part(portfolio)}/pause", {"reason": reason}, None)

    def resume_balancing(self, portfolio: str, reason: str) -> Enrolment:
        """Balance it again."""
        return self._change(Enrolment, f"/autobalance/{_part(portfolio)}/resume", {"reason": reason}, None)

    def _change(self, kind: type[Answer], path: str, body: Any, key: str | None) -> Answer:
        headers = {"Idempotency-Key": key or self._ids.next_id()}
        return self._ask.answer(kind, "POST", path, json=body, headers=headers)

    def _pages(self, kind: type[Any], path: str, given: dict[str, str]) -> Iterator[Any]:
        cursor: str | None = None
        while True:
            page = self._ask.answer(kind, "GET", path, params=given | _given(cursor=cursor))
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return


def _of(wallet: str) -> str:
    return f"/portfolios/{_part(wallet)}"


def _part(name: str) -> str:
    return quote(name, safe="")


def _given(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
