"""Exports of Ghostfolio in JSON and CSV."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from fiel.copilot.importing.limits import DEFAULT_LIMITS
from fiel.copilot.importing.others import READERS
from fiel.copilot.importing.reading import recognise
from fiel.copilot.importing.rows import ReadFile, RowKind
from fiel.copilot.importing.source import open_source
from fiel.kernel.errors import InvalidInput

MANUAL = "7e91b7d4-1430-4212-8380-289a06c9bbc1"


def read(data: bytes) -> ReadFile:
    """The file, recognised and read."""
    source = open_source("export", data, DEFAULT_LIMITS)
    return recognise(source, READERS).read(source)


def activity(**changes: Any) -> dict[str, Any]:
    """A purchase with some members changed."""
    bought = {
        "accountId": "a",
        "comment": None,
        "fee": 1.15,
        "quantity": 100.0,
        "type": "BUY",
        "unitPrice": 37.2,
        "currency": "BRL",
        "dataSource": "YAHOO",
        "date": "2025-01-10T03:00:00.000Z",
        "symbol": "PETR4.SA",
    }
    return bought | changes


def export(*activities: Any) -> bytes:
    """An export with one account and one manual asset."""
    return json.dumps(
        {
            "meta": {"date": "2026-05-01T12:00:00.000Z", "version": "3.0.0"},
            "accounts": [{"id": "a", "name": "Corretora"}],
            "assetProfiles": [{"symbol": MANUAL, "name": "CDB Exemplo"}],
            "activities": list(activities),
        }
    ).encode()


def test_numbers_of_json_stay_exact() -> None:
    """37.2 times 100.0 is 3720.00; no binary number stands between."""
    (row,) = read(export(activity())).booked
    assert (row.ticker, str(row.quantity), str(row.price), str(row.amount), str(row.fees)) == (
        "PETR4",
        "100",
        "37.2",
        "3720.00",
        "1.15",
    )
    assert row.institution == "Corretora"


def test_many_digits_are_kept() -> None:
    """Eight decimals of a fraction are read as written."""
    data = export(activity()).replace(b"100.0", b"0.12345678901234567890")
    assert str(read(data).booked[0].quantity) == "0.1234567890123456789"


def test_manual_assets_are_asked_about_by_name() -> None:
    """A made-up identifier is no ticker; its name stands beside it."""
    (asked,) = read(export(activity(symbol=MANUAL, dataSource="MANUAL"))).review
    assert (asked.reason, asked.row.extra["name"]) == ("manual_asset", "CDB Exemplo")


def test_a_fee_is_one_amount() -> None:
    """A fee activity books its fee once, under no ticker."""
    (row,) = read(export(activity(type="FEE", symbol=MANUAL, fee=49, quantity=0, unitPrice=0))).booked
    assert (row.kind, row.amount, row.fees, row.ticker) == (RowKind.FEE, Decimal(49), None, None)


@pytest.mark.parametrize(
    ("change", "list_name", "reason"),
    [
        ({"type": "LIABILITY"}, "review", "not_a_movement"),
        ({"type": "GIFT"}, "unknown", "kind_unknown"),
        ({"quantity": 0}, "review", "quantity_zero"),
        ({"quantity": "100"}, "unknown", "number_malformed"),
        ({"unitPrice": None}, "unknown", "number_malformed"),
        ({"unitPrice": 1e300}, "unknown", "number_malformed"),
        ({"date": "yesterday"}, "unknown", "date_malformed"),
        ({"symbol": ""}, "review", "ticker_missing"),
    ],
)
def test_what_is_not_booked_says_why(change: dict[str, Any], list_name: str, reason: str) -> None:
    """Every activity is in one list with a reason."""
    found = read(export(activity(**change), activity()))
    (entry,) = getattr(found, list_name)
    assert entry.reason == reason
    assert [row.extra["index"] for row in found.booked] == ["1"]


def test_the_five_dates_of_the_csv_in_one_file() -> None:
    """Ghostfolio's importer takes them mixed; so does this reader."""
    rows = ["10-01-2025", "30/04/2025", "01.02.2025", "2025-03-09", "20250506"]
    lines = [f"{day},PETR4.SA,YAHOO,BRL,37.20,100,buy,1.15," for day in rows]
    found = read("\n".join(["Date,Code,DataSource,Currency,Price,Quantity,Action,Fee,Note", *lines]).encode())
    assert [row.day.isoformat() for row in found.booked if row.day] == [
        "2025-01-10",
        "2025-04-30",
        "2025-02-01",
        "2025-03-09",
        "2025-05-06",
    ]


def test_other_names_of_its_columns() -> None:
    """Header names are taken from its list of synonyms, in any case."""
    found = read(b"tradedate,TICKER,ccy,qty,unitprice,type,commission\n2025-01-10,VTI,USD,1.5,200,BUY,0\n")
    assert (found.layout, found.booked[0].amount) == ("ghostfolio-csv", Decimal("300.00"))


@pytest.mark.parametrize(
    "text",
    [
        '{"activities": 5, "unitPrice": 1}',
        '{"activities": [{"unitPrice": NaN}]}',
        '{"activities": "unitPrice"',
    ],
)
def test_malformed_json_is_one_error(text: str) -> None:
    """Cut short, not a list, not a number."""
    with pytest.raises(InvalidInput) as caught:
        read(text.encode())
    assert caught.value.code in {"ghostfolio_malformed", "json_malformed", "format_not_recognised"}
