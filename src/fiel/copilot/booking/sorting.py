"""The rows of a file as lines that can be booked, and those that must wait, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from fiel.copilot.booking.accounts import Accounts
from fiel.copilot.booking.lines import CASH, Line
from fiel.copilot.booking.places import asset_code, asset_name, name_said, name_told
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row, RowKind

#: Kinds that are about no asset, or may be.
_WITHOUT_ASSET = CASH | frozenset(
    {RowKind.FEE, RowKind.CUSTODY_FEE, RowKind.TAX, RowKind.TAX_REFUND, RowKind.INTEREST}
)
_ACCOUNT_DIGITS = 4
_STATEMENT = "ofx"


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of files: `tickers` by the name on the note (`name_said`), the account of what
    names none."""

    tickers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    account: str | None = None


@dataclass(slots=True)
class Sorted:
    """Lines to be compared with the book, and rows that wait."""

    lines: list[Line] = field(default_factory=list)
    waiting: list[Reasoned] = field(default_factory=list)

    @property
    def with_cash(self) -> frozenset[tuple[str, str]]:
        """(account, currency) of those whose cash the file tells, too."""
        return frozenset((line.user_id, line.currency) for line in self.lines if line.kind in CASH)


def sort_rows(read: ReadFile, accounts: Accounts, said: Said, today: date) -> Sorted:
    """Every row that the reader would book, in one of the two lists.

    Waiting: `future` (dated after today), `day_missing`, `amount_missing`, `ticker_missing` (say it with
    --ticker NAME=TICKER).
    """
    done = Sorted()
    for row in read.booked:
        kind = row.kind or _kind_of_money(row)
        if row.day is None or kind is None:
            code = "day_missing" if row.day is None else "amount_missing"
            done.waiting.append(Reasoned(row, code))
        elif row.day > today:
            done.waiting.append(Reasoned(row, "future"))
        else:
            _place(done, row, kind, row.day, read, accounts, said)
    return done


def _place(
    done: Sorted, row: Row, kind: RowKind, day: date, read: ReadFile, accounts: Accounts, said: Said
) -> None:
    asset = asset_code(row) or said.tickers.get(name_said(name_told(row)))
    if asset is None and kind not in _WITHOUT_ASSET:
        done.waiting.append(Reasoned(row, "ticker_missing"))
        return
    there = row.extra.get("to_institution")
    done.lines.append(
        Line(
            row,
            kind,
            day,
            accounts.user_id(_institution(row, read, said)),
            row.currency or read.facts.get("currency") or "BRL",
            asset,
            read.format,
            asset_name(row),
            accounts.user_id(there) if there else None,
        )
    )


def _kind_of_money(row: Row) -> RowKind | None:
    """Entries of a bank statement: the sign of the amount rules."""
    if not row.amount:
        return None
    return RowKind.DEPOSIT if row.amount > 0 else RowKind.WITHDRAWAL


def _institution(row: Row, read: ReadFile, said: Said) -> str | None:
    if row.institution:
        return row.institution
    if said.account:
        return said.account
    if read.format != _STATEMENT:
        return None
    # Money in a bank is not a broker's: it has an account of its own.
    bank = read.facts.get("organization") or read.facts.get("bank") or "banco"
    number = "".join(c for c in row.extra.get("account", "") if c.isalnum())[-_ACCOUNT_DIGITS:]
    return f"{bank} {number}".strip()
