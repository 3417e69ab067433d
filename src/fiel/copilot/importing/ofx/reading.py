"""Bank statements in OFX as rows of cash: the sign of the amount rules, balance lines book nothing.

A reader of our own: public OFX libraries refuse whole files for faults that Brazilian banks make every day
(decimal commas, missing CHARSET, empty FITID), or drop such rows without a word.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from fiel.copilot.importing.limits import DEFAULT_LIMITS, too_large
from fiel.copilot.importing.ofx.amounts import amount, day, has_decimals
from fiel.copilot.importing.ofx.tags import Tag, tags_of, text_of
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row
from fiel.kernel.errors import InvalidInput, Refused

FORMAT = "ofx"
_STATEMENTS = frozenset({"STMTRS", "CCSTMTRS"})
_CURRENCY, _ACCOUNT = "(currency)", "(account)"
_BALANCES = ("saldo", "sdo ", "s a l d o")
_WHOLE_CENTS = frozenset({"341"})
"""Banks (Itaú) that leave the decimal sign out of balances: `12345` is 123.45."""


def looks_like(data: bytes) -> bool:
    """Whether an OFX header or root stands near the beginning."""
    head = data[:4096].replace(b"\x00", b"").upper()
    return b"OFXHEADER" in head or b"<OFX>" in head


@dataclass(slots=True)
class _Read:
    """What has been met so far."""

    transactions: list[dict[str, str]] = field(default_factory=list)
    statements: list[dict[str, str]] = field(default_factory=list)
    institution: dict[str, str] = field(default_factory=dict)
    investments: bool = False
    closed: bool = False
    open_entry: bool = False


def read_ofx(name: str, data: bytes, password: str | None) -> ReadFile:  # noqa: ARG001
    """Entries of the statements of a file, in its order; `Row.row` counts entries from 1.

    `amount` is signed as the bank says it (money out is negative), in the currency of the statement; `extra`
    has `fitid`, `memo` and `trntype`. `facts`: bank, account, period, `balance` as of `balance_date`.
    Raises `InvalidInput`: `file_too_large`, `file_not_text`, `ofx_without_statement`, `ofx_truncated`;
    `Refused` `ofx_of_investments`.
    """
    if len(data) > DEFAULT_LIMITS.bytes_max:
        raise too_large("bytes", f"the file has {len(data):,}", DEFAULT_LIMITS.bytes_max, name)
    read = _collect(tags_of(text_of(data, name)), name)
    _check(read, name)
    lists = _sorted_out(read)
    return ReadFile(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        format=FORMAT,
        layout="ofx",
        booked=tuple(lists.booked),
        not_booked=tuple(lists.not_booked),
        review=tuple(lists.review),
        unknown=tuple(lists.unknown),
        facts=_facts(read),
    )


def _collect(tags: Iterable[Tag], name: str) -> _Read:
    read = _Read()
    for tag in tags:
        if tag.name == "STMTTRN":
            _entry(read, tag, name)
        elif tag.closes:
            read.closed = read.closed or tag.name == "OFX"
            read.open_entry = read.open_entry and tag.name != "BANKTRANLIST"
        elif tag.name in _STATEMENTS:
            read.statements.append({})
        elif tag.name.startswith("INVSTMT"):
            read.investments = True
        elif tag.text:
            _kept(read).setdefault(tag.name, tag.text)
    return read


def _kept(read: _Read) -> dict[str, str]:
    if read.open_entry:
        return read.transactions[-1]
    return read.statements[-1] if read.statements else read.institution


def _entry(read: _Read, tag: Tag, name: str) -> None:
    read.open_entry = not tag.closes
    if tag.closes:
        return
    if len(read.transactions) >= DEFAULT_LIMITS.rows_max:
        raise too_large(
            "entries", f"the file has more than {DEFAULT_LIMITS.rows_max:,}", DEFAULT_LIMITS.rows_max, name
        )
    said = read.statements[-1] if read.statements else {}
    read.transactions.append(
        {_CURRENCY: said.get("CURDEF", "BRL").upper()[:3], _ACCOUNT: said.get("ACCTID", "")}
    )


def _check(read: _Read, name: str) -> None:
    if not read.statements and read.investments:
        raise Refused(
            "ofx_of_investments", "OFX of investments is not supported, only bank statements", field=name
        )
    if not read.statements:
        raise InvalidInput(
            "ofx_without_statement",
            "this OFX has no bank or card statement in it; export the statement again",
            field=name,
        )
    if not read.closed:
        raise InvalidInput(
            "ofx_truncated",
            "this OFX ends before its last tag, </OFX>: it was cut; export it again",
            field=name,
        )


@dataclass(slots=True)
class _Lists:
    booked: list[Row] = field(default_factory=list)
    not_booked: list[Reasoned] = field(default_factory=list)
    review: list[Reasoned] = field(default_factory=list)
    unknown: list[Reasoned] = field(default_factory=list)


def _sorted_out(read: _Read) -> _Lists:
    lists = _Lists()
    times = Counter(_identity(entry) for entry in read.transactions)
    seen: Counter[tuple[str, ...]] = Counter()
    for at, entry in enumerate(read.transactions, start=1):
        row = _row(at, entry)
        identity = _identity(entry)
        seen[identity] += 1
        repeated = bool(entry.get("FITID")) and times[identity] > 1 and seen[identity] > 1
        _place(lists, row, entry, repeated=repeated)
    return lists


def _place(lists: _Lists, row: Row, entry: Mapping[str, str], *, repeated: bool) -> None:
    if _is_balance(entry):
        lists.not_booked.append(Reasoned(row, "balance_line", text="balance line: no movement"))
    elif row.day is None or row.amount is None:
        wrong = "date" if row.day is None else "amount"
        lists.unknown.append(Reasoned(row, f"{wrong}_malformed", text=f"the {wrong} cannot be read"))
    elif repeated:
        text = "the same entry, FITID and all, stands in this file before"
        lists.review.append(Reasoned(row, "entry_repeated", "booked once more, or not", text))
    elif row.amount == 0:
        lists.not_booked.append(Reasoned(row, "amount_zero", text="amount of zero: no movement"))
    else:
        lists.booked.append(row)


def _row(at: int, entry: Mapping[str, str]) -> Row:
    told = amount(entry.get("TRNAMT", ""))
    when = day(entry.get("DTPOSTED", ""))
    extra = {
        "n": str(at),
        "fitid": entry.get("FITID", ""),
        "memo": entry.get("MEMO") or entry.get("NAME", ""),
        "trntype": entry.get("TRNTYPE", ""),
        "account": entry[_ACCOUNT],
    }
    if told is None:
        extra["raw_amount"] = entry.get("TRNAMT", "")
    if when is None:
        extra["raw_date"] = entry.get("DTPOSTED", "")
    return Row(
        row=at,
        day=when,
        amount=told,
        currency=entry[_CURRENCY],
        extra={key: value for key, value in extra.items() if value},
    )


def _identity(entry: Mapping[str, str]) -> tuple[str, ...]:
    """One FITID is met on different entries, so the entry is known by all that it says."""
    return tuple(entry.get(key, "") for key in (_ACCOUNT, "FITID", "DTPOSTED", "TRNAMT", "MEMO", "NAME"))


def _is_balance(entry: Mapping[str, str]) -> bool:
    """`Saldo Anterior`, `Saldo do dia`: banks write them as entries, without an identifier of their own."""
    said = (entry.get("MEMO") or entry.get("NAME", "")).lower()
    return not entry.get("FITID", "").strip("0 ") and said.startswith(_BALANCES)


def _facts(read: _Read) -> Mapping[str, str]:
    """Of the statement; of each, as `2.balance`, when there are several."""
    if len(read.statements) == 1:
        return _facts_of(read.institution | read.statements[0])
    facts = {"statements": str(len(read.statements))}
    for at, said in enumerate(read.statements, start=1):
        facts |= {f"{at}.{key}": value for key, value in _facts_of(read.institution | said).items()}
    return facts


def _facts_of(said: Mapping[str, str]) -> dict[str, str]:
    facts = {
        "bank": said.get("BANKID", "").lstrip("0"),
        "organization": said.get("ORG", ""),
        "account": said.get("ACCTID", ""),
        "account_type": said.get("ACCTTYPE", ""),
        "currency": said.get("CURDEF", ""),
    }
    days = {"period_from": "DTSTART", "period_to": "DTEND", "balance_date": "DTASOF"}
    for key, tag in days.items():
        when = day(said.get(tag, ""))
        facts[key] = when.isoformat() if when else ""
    balance = _balance(said)
    facts["balance"] = "" if balance is None else str(balance)
    return {key: value for key, value in facts.items() if value}


def _balance(said: Mapping[str, str]) -> Decimal | None:
    text = said.get("BALAMT", "")
    told = amount(text)
    if told is None or has_decimals(text) or said.get("BANKID", "").lstrip("0") not in _WHOLE_CENTS:
        return told
    return told.scaleb(-2)
