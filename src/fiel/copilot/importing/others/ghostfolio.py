"""Exports of Ghostfolio: activities in JSON (exact numbers, no identifiers) and in CSV.

A manual asset has a made-up identifier as symbol and is asked about; a liability books nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.columns import Record
from fiel.copilot.importing.headers import layout
from fiel.copilot.importing.limits import too_large
from fiel.copilot.importing.numbers import NumberStyle
from fiel.copilot.importing.others.collecting import Collected
from fiel.copilot.importing.others.figures import at_least_cents, needed_day, times, trimmed
from fiel.copilot.importing.others.finding import has_table, records_under, table_of
from fiel.copilot.importing.others.json_text import document_of
from fiel.copilot.importing.others.symbols import is_uuid, ticker_of
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

CSV = layout(
    "ghostfolio-csv",
    [
        ("date", "Date|TradeDate"),
        ("symbol", "Code|Symbol|Ticker"),
        ("currency", "Currency|Ccy"),
        ("quantity", "Quantity|Qty|Shares|Units"),
        ("price", "Price|UnitPrice|Value"),
        ("fee", "Fee|Commission"),
        ("type", "Action|Buy/Sell|Type"),
    ],
    [
        ("source", "DataSource"),
        ("account", "Account|AccountId"),
        ("note", "Note|Comment"),
        ("tags", "Tags"),
    ],
)
_KINDS: Mapping[str, RowKind] = {
    "BUY": RowKind.BUY,
    "SELL": RowKind.SELL,
    "DIVIDEND": RowKind.DIVIDEND,
    "INTEREST": RowKind.INTEREST,
    "FEE": RowKind.FEE,
}
_ASKED = frozenset({"LIABILITY", "ITEM"})
_MANUAL = "manual asset: symbol is a UUID, the name is in assetProfiles"


def claims_json(source: Source) -> bool:
    """Whether it has the members of an export, by its text alone."""
    return '"activities"' in source.text and '"unitPrice"' in source.text


def read_json(source: Source) -> ReadFile:
    """The activities of an export. Amounts are quantity times unit price, in the currency of the activity.

    Raises `InvalidInput`: `json_malformed`, `ghostfolio_malformed`, `file_too_large`.
    """
    document = document_of(source)
    activities = document.get("activities")
    if not isinstance(activities, list):
        raise InvalidInput(
            "ghostfolio_malformed", "activities must be a list: export again", field="activities"
        )
    if len(activities) > source.limits.rows_max:
        raise too_large(
            "activities", f"the file has {len(activities):,}", source.limits.rows_max, source.name
        )
    collected = Collected()
    names = _named(document.get("assetProfiles"), "symbol")
    accounts = _named(document.get("accounts"), "id")
    for at, activity in enumerate(activities):
        _place_activity(collected, at, activity, names, accounts)
    meta = document.get("meta")
    facts = (
        {"version": str(meta.get("version", "")), "exported": str(meta.get("date", ""))[:10]}
        if isinstance(meta, dict)
        else {}
    )
    return collected.finished(source, "ghostfolio-json", facts)


def _named(members: object, key: str) -> dict[str, str]:
    if not isinstance(members, list):
        return {}
    return {str(one.get(key)): str(one.get("name") or "") for one in members if isinstance(one, dict)}


def _place_activity(
    collected: Collected, at: int, activity: Any, names: Mapping[str, str], accounts: Mapping[str, str]
) -> None:
    index = {"index": str(at)}
    try:
        if not isinstance(activity, dict):
            raise InvalidInput("activity_malformed", "an activity must be an object")
        symbol = str(activity.get("symbol") or "")
        extra = index | {
            "symbol": symbol,
            "name": names.get(symbol, ""),
            "note": str(activity.get("comment") or ""),
            "source": str(activity.get("dataSource") or ""),
        }
        row = _row(
            at + 1,
            symbol,
            day=needed_day(str(activity.get("date") or "")),
            figures=tuple(trimmed(_decimal(activity, key)) for key in ("quantity", "unitPrice", "fee")),
            currency=str(activity.get("currency") or ""),
            institution=accounts.get(str(activity.get("accountId"))),
            kind=_KINDS.get(str(activity.get("type"))),
            extra=extra,
        )
    except InvalidInput as problem:
        collected.wonder(Row(at + 1, extra=index), problem.code, str(problem), str(activity))
        return
    _place(collected, row, str(activity.get("type")), str(activity.get("dataSource") or ""))


def _decimal(activity: Mapping[str, Any], key: str) -> Decimal:
    value = activity.get(key)
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value.adjusted()) > 18:
        raise InvalidInput("number_malformed", f"{key} must be a number")
    return value


def _row(
    number: int,
    symbol: str,
    *,
    day: date,
    figures: tuple[Decimal, ...],
    currency: str,
    institution: str | None,
    kind: RowKind | None,
    extra: Mapping[str, str],
) -> Row:
    quantity, price, fee = figures
    is_fee = kind is RowKind.FEE
    amount = at_least_cents(times(quantity, price) + fee) if is_fee else times(quantity, price)
    return Row(
        row=number,
        kind=kind,
        day=day,
        ticker=None if is_fee else ticker_of(symbol) or None,
        quantity=None if is_fee else quantity,
        price=None if is_fee else price,
        amount=amount,
        institution=institution,
        currency=currency or None,
        fees=None if is_fee else fee,
        extra={key: value for key, value in {**extra, "fee": "" if is_fee else f"{fee:f}"}.items() if value},
    )


def _place(collected: Collected, row: Row, said_kind: str, data_source: str) -> None:
    kind = said_kind.upper()
    if kind in _ASKED:
        collected.ask(row, "not_a_movement", f"{kind} of Ghostfolio: no entry by itself")
    elif row.kind is None:
        collected.wonder(row, "kind_unknown", f"type {said_kind[:40]!r} is not known")
    elif row.kind is RowKind.FEE:
        collected.book(row)
    elif data_source == "MANUAL":
        said = _MANUAL if is_uuid(row.ticker or "") else "manual asset: the symbol is a name, not a ticker"
        collected.ask(row, "manual_asset", said, "booked under the asset chosen")
    elif not row.ticker:
        collected.ask_ticker(row)
    elif not row.quantity:
        collected.ask(row, "quantity_zero", "the quantity is zero")
    else:
        collected.book(row)


def claims_csv(source: Source) -> bool:
    """Whether the header is Ghostfolio's, under any of the names that its importer takes."""
    return has_table(source, CSV)


def read_csv(source: Source) -> ReadFile:
    """Rows of the import table of Ghostfolio: decimal points, days in any of its five forms."""
    header = table_of(source, CSV)
    records = records_under(header, NumberStyle.POINT)
    collected = Collected()
    collected.each(records, lambda record: _place_record(collected, record), header.width)
    return collected.finished(source, "ghostfolio-csv")


def _place_record(collected: Collected, record: Record) -> None:
    kind = (record.text("type") or "").upper()
    symbol = record.text("symbol") or ""
    zero = Decimal(0)
    row = _row(
        record.number,
        symbol,
        day=needed_day(record.text("date")),
        figures=tuple(record.amount(name) or zero for name in ("quantity", "price", "fee")),
        currency=record.text("currency") or "",
        institution=record.text("account"),
        kind=_KINDS.get(kind),
        extra={"symbol": symbol, "note": record.text("note") or "", "source": record.text("source") or ""},
    )
    _place(collected, row, kind, (record.text("source") or "").upper())


READERS = (
    Reader("ghostfolio-json", frozenset({Content.JSON}), claims_json, read_json),
    Reader("ghostfolio-csv", frozenset({Content.DELIMITED}), claims_csv, read_csv, (CSV,)),
)
