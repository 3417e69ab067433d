"""A broker's statement as a file: what the broker says an account holds.

CSV in UTF-8 with the header `userId,currency,asset,quantity`. `asset` is `CASH` (an amount in the
currency, to its minor unit) or a ticker (a quantity, to nine decimals). Numbers are exact decimals with a
point; below zero is allowed (an overdraft, a short position). Nothing is guessed: every line that cannot
be read is named, and then nothing of the file counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from fiel.custody.accounts import INT64_MAX, AccountKey
from fiel.custody.names import read_currency, read_ticker, read_user_id
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput, InvalidInputs
from fiel.kernel.money import currency_decimals
from fiel.kernel.rounding import exact_context

HEADER = ("userId", "currency", "asset", "quantity")
#: The asset that is money.
CASH = "CASH"
BYTES_MAX = 20_000_000
LINES_MAX = 200_000
#: So many problems are named; the rest is likely the same again.
PROBLEMS_MAX = 20
_QUANTITY_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class StatedAmount:
    """A line: minor units of the currency when `asset` is `CASH`, billionths of the ticker otherwise."""

    line: int
    key: AccountKey
    asset: str
    amount: int


def read_statement(content: bytes, *, file: str = "") -> tuple[StatedAmount, ...]:
    """The lines of a file, in its order; `file` is the name that errors show.

    Raises `InvalidInput` for a file that is no statement (statement_too_large, statement_not_text,
    statement_header, statement_empty, statement_malformed), `InvalidInputs` naming line and column of up
    to 20 problems (columns_wrong, row_twice, and those of the columns).
    """
    if len(content) > BYTES_MAX:
        raise _problem("statement_too_large", f"a statement has at most {BYTES_MAX} bytes", file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _problem("statement_not_text", "the file is not UTF-8 text", file) from None
    if text.count("\n") > LINES_MAX + 1:
        raise _problem("statement_too_large", f"a statement has at most {LINES_MAX} lines", file)
    found: list[StatedAmount] = []
    problems: list[InvalidInput] = []
    seen: dict[tuple[AccountKey, str], int] = {}
    for line, cells in _lines(text, file):
        try:
            stated = _stated(line, cells, file)
            first = seen.setdefault((stated.key, stated.asset), line)
            if first != line:
                told = f"{stated.asset} of {stated.key.user_id} stands on line {first} already"
                raise _problem("row_twice", told, file, line, "asset", first=first)
            found.append(stated)
        except InvalidInput as problem:
            problems.append(problem)
            if len(problems) == PROBLEMS_MAX:
                break
    if problems:
        raise InvalidInputs(problems, subject=file or "the statement")
    if not found:
        raise _problem("statement_empty", "the statement has no line below its header", file)
    return tuple(found)


def _lines(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """The lines below the header, numbered as an editor numbers them."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(reader, ())) != HEADER:
            told = f"the first line must be {','.join(HEADER)}"
            raise _problem("statement_header", told, file, 1)
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        told = f"the line is not CSV: {error}"
        raise _problem("statement_malformed", told, file, max(1, reader.line_num)) from None


def _stated(line: int, cells: list[str], file: str) -> StatedAmount:
    if len(cells) != len(HEADER):
        told = f"the line has {len(cells)} columns, not {len(HEADER)}"
        raise _problem("columns_wrong", told, file, line, found=len(cells))
    user_id, currency, asset, quantity = cells
    try:
        key = AccountKey(read_user_id(user_id), read_currency(currency))
        decimals = _QUANTITY_DECIMALS
        if asset == CASH:
            decimals = currency_decimals(key.currency)
        else:
            asset = read_ticker(asset)
        return StatedAmount(line, key, asset, _scaled(quantity, decimals))
    except InvalidInput as refusal:
        column = "asset" if refusal.field == "ticker" else refusal.field or "currency"
        raise _problem(refusal.code, refusal.message, file, line, column) from None


def _scaled(text: str, decimals: int) -> int:
    number = parse_decimal(text, field="quantity", decimals_max=decimals)
    scaled = int(exact_context().scaleb(number, Decimal(decimals)))
    if abs(scaled) > INT64_MAX:
        raise InvalidInput("number_too_large", "the book cannot hold so large a number", field="quantity")
    return scaled


def _problem(
    code: str, message: str, file: str, line: int | None = None, column: str | None = None, **more: int
) -> InvalidInput:
    details = {name: str(value) for name, value in more.items()}
    if line is not None:
        details["line"] = str(line)
    if file:
        details["file"] = file
    place = ", ".join(part for part in (file, f"line {line}" if line is not None else "") if part)
    return InvalidInput(code, f"{message} ({place})" if place else message, field=column, details=details)
