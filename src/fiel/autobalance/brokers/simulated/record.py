"""An exchange that survives its process: everything that was done to it, line by line in a file.

The exchange is deterministic, so the log holds what was asked and when, not what came of it, and opening it
does it all again. A line is written (and handed to the operating system) before anyone is answered: what a
killed process had not written, nobody was told of. A last line that broke off is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from os import SEEK_END
from pathlib import Path
from typing import IO, Any

from fiel.autobalance.brokers.simulated.books import PLAIN, Handling
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.floor import Phase, Told
from fiel.autobalance.brokers.wire_values import instant, order_document, read_order, written
from fiel.autobalance.orders import BrokerOrder, OrderReport
from fiel.custody.reservations import Fees
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, Corrupt, FielError, Unavailable

_FORMAT = 1


class _Pinned:
    """A clock that stands still while something is done, so that doing it again finds the same instant."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.at = clock, clock.now()

    def now(self) -> datetime:
        return self.at

    def look(self) -> None:
        self.at = self._clock.now()


class RecordedExchange(Exchange):
    """An `Exchange` over a log. Close it. One process at a time may have it open.

    Raises `Corrupt` for a log that cannot be read, `Conflict` (log_of_other_fees) for other fees.
    """

    def __init__(
        self, path: Path, clock: Clock, fees: Fees | None = None, *, told: Told | None = None
    ) -> None:
        self._pinned = _Pinned(clock)
        self._file: IO[bytes] | None = None
        super().__init__(self._pinned, fees, told=told)
        self._broken = False
        #: Order events that were published, of all that were ever told.
        self.published = 0
        head = {"format": _FORMAT, "fixed": (fees or Fees()).fixed, "rate_ppm": (fees or Fees()).rate_ppm}
        log = _opened(path)
        try:
            for number, line in enumerate(_whole_lines(path)):
                self._again(line, number, head)
            log.seek(0, SEEK_END)
        except BaseException:
            log.close()
            raise
        self._file = log
        if not log.tell():
            self._write(head)

    def close(self) -> None:
        """Close the log."""
        if self._file is not None:
            self._file.close()

    def note_published(self, count: int) -> None:
        """`count` more of the order events told so far are with the bus."""
        self.published += count
        self._write({"do": "published", "count": count})

    def open_account(
        self, portfolio: str, cash_minor: int, shares: Mapping[str, int] | None = None, currency: str = "BRL"
    ) -> None:
        told = {
            "portfolio": portfolio,
            "cash": cash_minor,
            "shares": dict(shares or {}),
            "currency": currency,
        }
        with self._recorded("open", told):
            super().open_account(portfolio, cash_minor, shares, currency)

    def move(self, portfolio: str, cash_minor: int = 0, shares: Mapping[str, int] | None = None) -> None:
        with self._recorded(
            "move", {"portfolio": portfolio, "cash": cash_minor, "shares": dict(shares or {})}
        ):
            super().move(portfolio, cash_minor, shares)

    def set_prices(self, prices: Mapping[str, int]) -> None:
        with self._recorded("prices", {"prices": dict(prices)}):
            super().set_prices(prices)

    def set_phase(self, ticker: str, phase: Phase) -> None:
        with self._recorded("phase", {"ticker": ticker, "phase": phase.value}):
            super().set_phase(ticker, phase)

    def end_day(self) -> None:
        with self._recorded("end_day", {}):
            super().end_day()

    def place(self, order: BrokerOrder, handling: Handling = PLAIN) -> OrderReport:
        told = order_document(order)
        if handling != PLAIN:
            told["handling"] = [
                handling.reject, handling.first_ppm, handling.rest_after, handling.published_twice,
            ]  # fmt: skip
        with self._recorded("place", told):
            return super().place(order, handling)

    def query(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        if not self.heeds_question(client_order_id):
            return super().query(client_order_id, portfolio)
        with self._recorded("query", {"client_order_id": client_order_id, "portfolio": portfolio}):
            return super().query(client_order_id, portfolio)

    def cancel(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        with self._recorded("cancel", {"client_order_id": client_order_id, "portfolio": portfolio}):
            return super().cancel(client_order_id, portfolio)

    @contextmanager
    def _recorded(self, what: str, told: dict[str, object]) -> Iterator[None]:
        """What raises has changed nothing, and is not written."""
        if self._broken:
            raise Unavailable("exchange_log_broken", "the log of the exchange cannot be written; restart it")
        if self._file is None:
            yield
            return
        self._pinned.look()
        yield
        self._write({"do": what, "at": self._pinned.at.isoformat(), **told})

    def _write(self, document: Mapping[str, object]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(written(document) + b"\n")
            self._file.flush()
        except OSError as error:
            # What is in memory is now ahead of the log: nobody may be told of it.
            self._broken = True
            raise Unavailable(
                "exchange_log_broken", f"the log cannot be written ({error.strerror})"
            ) from None

    def _again(self, line: bytes, number: int, head: Mapping[str, object]) -> None:
        try:
            told = json.loads(line)
            if number == 0:
                _check_head(told, head)
            elif told["do"] == "published":
                self.published += told["count"]
            else:
                self._pinned.at = instant(told["at"], "at")
                _DOINGS[told["do"]](self, told)
        except Conflict:
            raise
        except (ValueError, KeyError, TypeError, FielError) as error:
            raise Corrupt(
                "exchange_log_corrupt", f"line {number + 1} cannot be done again ({error})", field="log"
            ) from None


_DOINGS: Mapping[str, Callable[[Exchange, Mapping[str, Any]], object]] = {
    "open": lambda x, told: x.open_account(told["portfolio"], told["cash"], told["shares"], told["currency"]),
    "move": lambda x, told: x.move(told["portfolio"], told["cash"], told["shares"]),
    "prices": lambda x, told: x.set_prices(told["prices"]),
    "phase": lambda x, told: x.set_phase(told["ticker"], Phase(told["phase"])),
    "end_day": lambda x, _: x.end_day(),
    "place": lambda x, told: x.place(read_order(told), _handling(told)),
    "query": lambda x, told: x.query(told["client_order_id"], told["portfolio"]),
    "cancel": lambda x, told: x.cancel(told["client_order_id"], told["portfolio"]),
}


def _handling(told: Mapping[str, Any]) -> Handling:
    return Handling(*told["handling"]) if "handling" in told else PLAIN


def _check_head(told: object, head: Mapping[str, object]) -> None:
    if told != head:
        raise Conflict(
            "log_of_other_fees",
            "the log belongs to an exchange of other fees, or another version",
            field="log",
        )


def _opened(path: Path) -> IO[bytes]:
    """The log for appending, ours alone where the system can say so."""
    try:
        log = path.open("ab")
    except OSError as error:
        raise Unavailable("exchange_log_unusable", f"{path}: {error.strerror}", field="log") from None
    try:
        import fcntl
    except ImportError:
        return log
    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        log.close()
        raise Conflict("exchange_log_in_use", f"another exchange has {path} open", field="log") from None
    return log


def _whole_lines(path: Path) -> Iterator[bytes]:
    """The lines that end; a last one that does not is cut off the file."""
    ends = 0
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            ends += len(line)
            yield line
    if ends < path.stat().st_size:
        with path.open("r+b") as file:
            file.truncate(ends)
