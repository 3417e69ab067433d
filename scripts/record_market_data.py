"""Make the recorded figures of `src/fiel/market/data` from a folder of collected CSV files.

    python scripts/record_market_data.py FOLDER [--to src/fiel/market/data]

Users never need it: the files are carried with the package. The same folder gives the same text.
What is done to the figures, and nothing else:
- prices come from single-precision floats: the shortest decimal that is the same float is kept (27.809999
  is 27.81); empty rows and rows on days without a session are dropped; nothing is re-scaled;
- of dividends, rows that are equal in every field are kept once; instalments stay apart.
"""

from __future__ import annotations

import argparse
import csv
import lzma
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from fiel.kernel.calendars import b3
from fiel.market.providers.recorded_format import (
    LABELS,
    Recording,
    write_events,
    write_prices,
    write_series,
)
from fiel.market.values import Bar, CashEvent, Observation

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SeriesFile:
    """Where a series lies, and its head."""

    path: str
    head: Recording


def _bcb(path: str, key: str, unit: str, code: int) -> SeriesFile:
    return SeriesFile(f"bcb/{path}.csv", Recording(key, unit, f"Banco Central do Brasil, SGS {code}"))


SERIES = (
    _bcb("cdi_sgs12_daily", "cdi", "% per day", 12),
    _bcb("selic_sgs11_daily", "selic", "% per day", 11),
    _bcb("selic_meta_sgs432_daily", "selic_target", "% per year, base 252", 432),
    _bcb("selic_sgs1178_daily", "selic_annual", "% per year, base 252", 1178),
    _bcb("usd_ptax_venda_sgs1_daily", "usd_ptax", "BRL", 1),
    _bcb("ipca_sgs433_monthly", "ipca", "% per month", 433),
    _bcb("inpc_sgs188_monthly", "inpc", "% per month", 188),
    _bcb("igpm_sgs189_monthly", "igpm", "% per month", 189),
    _bcb("poupanca_sgs25_monthly", "poupanca_old", "% over the period", 25),
)

#: Folders and files of prices by the month in which they were collected; a later line never replaces an
#: earlier one, except that two files of one symbol and line are joined (their common days are equal).
PRICES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("2026-07", "b3/prices/asof-2026-07/*.csv", ()),
    ("2024-07", "b3/prices/asof-2024-07/*.csv", ()),
    ("2023-12", "b3/prices/other", ("MXRF11.asof-2022-12.csv", "MXRF11.asof-2023-12.csv")),
    ("2021-12", "b3/prices/other", ("IVVB11.asof-2021-12.csv",)),
    ("2020-06", "b3/prices/other", ("HGLG11.asof-2020-06.csv",)),
)
DIVIDENDS = "b3/dividends/dividends_b3_labels_2009_2024.csv"
DIVIDENDS_SOURCE = (
    "B3, as listed in github.com/thefintz/Script-CountNovosProventos proventos.csv@05ec831532be"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="the collected CSV files")
    parser.add_argument("--to", type=Path, default=Path("src/fiel/market/data"))
    options = parser.parse_args()
    total = 0
    for name, text in recorded_texts(options.folder):
        target = options.to / f"{name}.xz"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(
            lzma.compress(text.encode(), check=lzma.CHECK_CRC32, preset=9 | lzma.PRESET_EXTREME)
        )
        total += target.stat().st_size
        print(f"{target} {len(text)} -> {target.stat().st_size} bytes")
    print(f"{total} bytes in all")


def recorded_texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every recorded file."""
    for series in SERIES:
        rows = [Observation(_day(row), Decimal(row["value"])) for row in _rows(folder / series.path)]
        yield f"series/{series.head.name}", write_series(series.head, rows)
    for symbol, (month, paths) in sorted(price_files(folder).items()):
        bars = {bar.day: bar for path in paths for bar in _bars(path)}
        yield (
            f"prices/{symbol}",
            write_prices(_price_head(symbol, month), [bars[day] for day in sorted(bars)]),
        )
    yield "events", write_events(DIVIDENDS_SOURCE, _events(folder))


def price_files(folder: Path) -> dict[str, tuple[str, tuple[Path, ...]]]:
    """For each symbol, the month of collection and the files that are used."""
    chosen: dict[str, tuple[str, tuple[Path, ...]]] = {}
    for month, where, names in PRICES:
        paths = [folder / where / name for name in names] or sorted(folder.glob(where))
        for path in paths:
            symbol = path.name.partition(".")[0]
            if symbol not in chosen or (names and chosen[symbol][0] == month):
                earlier = chosen[symbol][1] if symbol in chosen else ()
                chosen[symbol] = (month, (*earlier, path))
    return chosen


def shortest(text: str) -> Decimal:
    """The shortest decimal that is the same single-precision float as `text`."""
    for decimals in range(7):
        candidate = f"{float(text):.{decimals}f}"
        if struct.pack("f", float(candidate)) == struct.pack("f", float(text)):
            return Decimal(candidate)
    return Decimal(text)


def _price_head(symbol: str, month: str) -> Recording:
    return Recording(
        symbol,
        "BRL per share",
        f"Yahoo Finance daily prices, collected in {month}",
        f"adjusted for the splits and bonus shares known in {month}, not for cash dividends",
    )


def _bars(path: Path) -> Iterator[Bar]:
    sessions = b3()
    for row in _rows(path):
        if not row["close"] or not sessions.is_business_day(_day(row)):
            continue
        close, first, high, low = (shortest(row[name]) for name in ("close", "open", "high", "low"))
        yield Bar(_day(row), close, first, high, low, volume=int(row["volume"]) or None)


def _events(folder: Path) -> list[CashEvent]:
    kinds = dict(LABELS)
    rows = {tuple(row.items()): row for row in _rows(folder / DIVIDENDS)}
    return [
        CashEvent(
            row["ticker"],
            kinds[row["type"]],
            row["type"],
            Decimal(row["value"]),
            date.fromisoformat(row["com_date"]),
            date.fromisoformat(row["payment_date"]) if row["payment_date"] else None,
            DIVIDENDS_SOURCE,
            approved_on=date.fromisoformat(row["approval_date"]) if row["approval_date"] else None,
            isin=row["isin"],
        )
        for row in rows.values()
    ]


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(row: Row) -> date:
    return date.fromisoformat(row["date"])


if __name__ == "__main__":
    main()
