"""What people type, as rows of a file: opening positions, and anything else that no file tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal, localcontext

from fiel.copilot.booking.lines import TYPED
from fiel.copilot.booking.places import asset_code
from fiel.copilot.importing.rows import ReadFile, Row, RowKind
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context, round_half_up

_OPENING = re.compile(r"([A-Za-z0-9]{1,20})=([0-9.]+)@([0-9.]+)(?:/(.{1,100}))?")
_CODE = re.compile(r"[A-Z0-9]{1,20}")
_OPENINGS_MAX = 1_000
_DIGITS_MAX = 15


def typed_file(rows: Iterable[Row]) -> ReadFile:
    """Typed rows as one file, numbered from 1."""
    return ReadFile(TYPED, "", TYPED, TYPED, booked=tuple(rows))


def opening_rows(texts: Sequence[str], files: Iterable[ReadFile], day: date | None) -> tuple[Row, ...]:
    """Positions from before: `PETR4=100@20.50`, or `.../clear` to name the account.

    They come on `day`, by default the day before the first row of the asset in the files, whose institution
    they take. Raises `InvalidInput` (opening_malformed; opening_day_missing where no row tells one).

    >>> [row] = opening_rows(["PETR4=100@20.50"], [], date(2019, 10, 31))
    >>> row.quantity, row.amount
    (Decimal('100'), Decimal('2050.00'))
    """
    if len(texts) > _OPENINGS_MAX:
        raise InvalidInput("too_many_openings", f"at most {_OPENINGS_MAX} openings", field="--opening")
    rows = [row for file in files for row in file.booked if row.day is not None]
    return tuple(_opening(at, text, rows, day) for at, text in enumerate(texts, start=1))


def _opening(at: int, text: str, rows: Sequence[Row], day: date | None) -> Row:
    found = _OPENING.fullmatch(text.strip())
    if found is None:
        raise InvalidInput(
            "opening_malformed",
            f"{text[:60]!r} is not ASSET=QUANTITY@AVERAGE; write it like PETR4=100@20.50",
            field="--opening",
        )
    asset, account = found[1].upper(), found[4]
    quantity = parse_decimal(found[2], field="--opening", decimals_max=9, integer_digits_max=_DIGITS_MAX)
    average = parse_decimal(found[3], field="--opening", decimals_max=9, integer_digits_max=_DIGITS_MAX)
    own = sorted((row.day, row.row, row.institution or "") for row in rows if _is_of(row, asset) and row.day)
    if day is None and not own:
        raise InvalidInput(
            "opening_day_missing",
            f"say since when {asset} is held, with --opening-day",
            field="--opening-day",
        )
    with localcontext(finance_context()):
        cost = round_half_up(quantity * average, 2)
    return Row(
        at,
        RowKind.DELIVERY_IN,
        day if day is not None else own[0][0] - timedelta(days=1),
        asset,
        quantity=quantity,
        price=average,
        amount=cost,
        institution=account or (own[0][2] or None if own else None),
    )


def _is_of(row: Row, asset: str) -> bool:
    return asset_code(row) == asset


def typed_row(
    kind: str,
    day: date,
    asset: str | None = None,
    *,
    quantity: str | None = None,
    price: str | None = None,
    amount: str | None = None,
    fees: str | None = None,
    taxes: str | None = None,
    currency: str | None = None,
    account: str | None = None,
    to_account: str | None = None,
    text: str | None = None,
) -> Row:
    """One row that a person types, numbers as exact text. Raises `InvalidInput` naming the field.

    >>> typed_row("buy", date(2026, 3, 10), "petr4", quantity="100", price="38.50", fees="1.20").ticker
    'PETR4'
    """
    if kind not in KINDS:
        raise InvalidInput("kind_unknown", f"{kind!r} is none of: {', '.join(KINDS)}", field="KIND")
    texts = {"to_institution": to_account, "note": text}
    return Row(
        1,
        KINDS[kind],
        day,
        None if asset is None else asset.upper(),
        quantity=_number(quantity, "--quantity", 9),
        price=_number(price, "--price", 9),
        amount=_number(amount, "--amount", 2),
        institution=account,
        currency=None if currency is None else currency.upper(),
        fees=_number(fees, "--fees", 2),
        taxes=_number(taxes, "--taxes", 2),
        extra={name: word for name, word in texts.items() if word},
    )


#: What can be typed; an opening is shares that come with their cost, whatever they are worth now.
KINDS = {
    "buy": RowKind.BUY,
    "sell": RowKind.SELL,
    "dividend": RowKind.DIVIDEND,
    "jcp": RowKind.JCP,
    "fii-income": RowKind.RENDIMENTO,
    "interest": RowKind.INTEREST,
    "capital-return": RowKind.CAPITAL_RETURN,
    "opening": RowKind.DELIVERY_IN,
    "transfer": RowKind.TRANSFER,
    "deposit": RowKind.DEPOSIT,
    "withdrawal": RowKind.WITHDRAWAL,
    "fee": RowKind.FEE,
    "tax": RowKind.TAX,
    "rights-sale": RowKind.RIGHTS_SALE,
    "fraction-sale": RowKind.FRACTION_AUCTION,
}


def _number(text: str | None, field: str, decimals: int) -> Decimal | None:
    if text is None:
        return None
    return parse_decimal(text, field=field, decimals_max=decimals, minimum=0, integer_digits_max=_DIGITS_MAX)


def tickers_said(texts: Sequence[str]) -> dict[str, str]:
    """Tickers by the name that a note prints, from texts such as `CI FII HG REAL=HGRE11`.

    Raises `InvalidInput` (ticker_malformed).

    >>> tickers_said(["CI FII HG REAL=hgre11"])
    {'CI FII HG REAL': 'HGRE11'}
    """
    found = {}
    for text in texts:
        name, _, ticker = text.rpartition("=")
        code = ticker.strip().upper()
        if not name.strip() or not _CODE.fullmatch(code):
            raise InvalidInput(
                "ticker_malformed",
                f"{text[:60]!r} is not NAME=TICKER, as in 'CI FII HG REAL=HGRE11'",
                field="--ticker",
            )
        found[name.strip()] = code
    return found
