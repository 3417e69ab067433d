"""Brokerage notes as rows: trades with their share of the fees, or all of a note to be reviewed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from fiel.copilot.importing.notes.names import ticker_of
from fiel.copilot.importing.notes.note import Note, differences, group_of, read_notes
from fiel.copilot.importing.notes.pages import looks_like, read_pages
from fiel.copilot.importing.notes.trades import Trade
from fiel.copilot.importing.notes.wording import plain
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row, RowKind
from fiel.kernel.errors import InvalidInput, Refused

__all__ = ["FORMAT", "looks_like", "read_note"]

FORMAT = "note-pdf"
_ZERO = Decimal(0)
_CENT = Decimal("0.01")
_BY_HAND = "check the note, and enter its trades by hand"
_OPTION_ANSWER = "booked as an option contract, or reported as not supported; never as the underlying share"


def read_note(name: str, data: bytes, password: str | None) -> ReadFile:
    """The notes of a PDF. A note is booked only when quantity x price, sums by side and net all agree.

    `facts` have the summary of the note (of each note, as `2.net`, when there are several). Amounts in
    reais; the fees of the note are shared over its trades by value, to the cent, largest remainder first.
    Raises what `read_pages` raises; `InvalidInput` `note_not_recognised`; `Refused` `note_of_futures`.
    """
    pages = read_pages(name, data, password)
    notes = read_notes(pages)
    if not notes:
        raise InvalidInput(
            "note_not_recognised",
            f"{name} is a PDF but no brokerage note that is known (SINACOR or NuInvest layout)",
            field=name,
        )
    if all(note.futures for note in notes):
        raise Refused("note_of_futures", f"{name} is a note of futures (BM&F): not supported", field=name)
    return _file(name, data, notes)


def _file(name: str, data: bytes, notes: Sequence[Note]) -> ReadFile:
    booked: list[Row] = []
    review: list[Reasoned] = []
    unknown: list[Reasoned] = []
    at = 1
    for note in notes:
        rows = tuple(_rows(note, at))
        at += len(rows)
        unknown += _lines_unknown(note, at)
        at += len(note.not_understood) + note.futures
        wrong = "; ".join(differences(note))
        for row, trade in zip(rows, note.trades, strict=True):
            if wrong:
                text = f"the note does not add up: {wrong}"
                review.append(Reasoned(row, "note_differs", _BY_HAND, text))
            elif group_of(trade) not in {"buys", "sells"} or plain(trade.market).startswith("exerc"):
                review.append(Reasoned(row, _reason_of(trade), _OPTION_ANSWER, _reason_of(trade)))
            else:
                booked.append(row)
    _refuse_empty(name, notes, booked, review, unknown)
    return ReadFile(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        format=FORMAT,
        layout=FORMAT,
        booked=tuple(booked),
        review=tuple(review),
        unknown=tuple(unknown),
        facts=_facts(notes),
    )


def _refuse_empty(name: str, notes: Sequence[Note], *lists: Sequence[Row] | Sequence[Reasoned]) -> None:
    if any(lists):
        return
    told = "; ".join(differences(notes[0]))
    raise InvalidInput("note_without_trades", f"{name}: {told}", field=name)


def _reason_of(trade: Trade) -> str:
    return "forward" if group_of(trade) == "forwards" else "option"


def _rows(note: Note, first: int) -> Iterator[Row]:
    fees = _shares(note)
    for at, (trade, fee) in enumerate(zip(note.trades, fees, strict=True), start=first):
        named = ticker_of(trade.title, note.head.day)
        yield Row(
            row=at,
            kind=RowKind.BUY if trade.buys else RowKind.SELL,
            day=note.head.day,
            ticker=named.ticker,
            quantity=trade.quantity,
            price=trade.price,
            amount=trade.amount,
            institution=note.head.broker,
            currency="BRL",
            fees=fee,
            extra={"n": str(at)} | _extra(note, trade, named.known_from),
        )


def _extra(note: Note, trade: Trade, known_from: str) -> dict[str, str]:
    found = {
        "spec": trade.title,
        "obs": trade.marks,
        "ticker_from": known_from,
        "market": trade.market,
        "expiry": trade.expiry,
        "note_number": note.head.number,
        "broker_cnpj": note.head.cnpj,
        "settlement_date": note.summary.settles.isoformat() if note.summary and note.summary.settles else "",
    }
    return {key: value for key, value in found.items() if value}


def _shares(note: Note) -> tuple[Decimal | None, ...]:
    """The fees of the note, shared by value; `None` when the note does not say them."""
    if note.summary is None or note.summary.net is None:
        return (None,) * len(note.trades)
    return share_by_value(note.summary.fees_paid, [trade.amount for trade in note.trades])


def share_by_value(total: Decimal, values: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """`total` in parts that add up to it exactly, each whole cents; the largest remainders get one more.

    >>> share_by_value(Decimal("1.00"), [Decimal(1), Decimal(1), Decimal(1)])
    (Decimal('0.34'), Decimal('0.33'), Decimal('0.33'))
    """
    whole = sum(values, _ZERO)
    if not whole:
        return tuple(_ZERO for _ in values)
    sign, cents = (-1 if total < 0 else 1), int(abs(total) / _CENT)
    exact = [cents * value for value in values]
    parts = [int(one // whole) for one in exact]
    by_rest = sorted(range(len(values)), key=lambda at: (-(exact[at] % whole), at))
    for at in by_rest[: cents - sum(parts)]:
        parts[at] += 1
    return tuple(sign * part * _CENT for part in parts)


def _lines_unknown(note: Note, first: int) -> Iterator[Reasoned]:
    for at, text in enumerate(note.not_understood, start=first):
        row = Row(row=at, day=note.head.day, extra={"n": str(at), "text": text[:200]})
        yield Reasoned(row, "line_not_understood", text="a line of the table that is no trade")
    if note.futures:
        at = first + len(note.not_understood)
        row = Row(row=at, day=note.head.day, extra={"n": str(at), "note_number": note.head.number})
        yield Reasoned(row, "note_of_futures", text="a note of futures (BM&F) is not supported")


def _variant(note: Note) -> str:
    if note.head.nuinvest:
        return "nuinvest"
    return "sinacor-inter" if note.trades and note.trades[0].line.startswith("Bovespa") else "sinacor"


def _facts(notes: Sequence[Note]) -> Mapping[str, str]:
    if len(notes) == 1:
        return _facts_of(notes[0])
    facts = {"notes": str(len(notes))}
    for at, note in enumerate(notes, start=1):
        facts |= {f"{at}.{key}": value for key, value in _facts_of(note).items()}
    return facts


def _facts_of(note: Note) -> dict[str, str]:
    head, summary = note.head, note.summary
    facts = {
        "variant": _variant(note),
        "note_number": head.number,
        "trade_date": head.day.isoformat(),
        "broker": head.broker,
        "broker_cnpj": head.cnpj,
        "pages": str(note.pages),
    }
    if summary is None:
        return facts
    figures = {
        "sells": summary.sums.get("sells"),
        "buys": summary.sums.get("buys"),
        **{name: value for name, value in summary.fees.items() if value or name in _ALWAYS_TOLD},
        "net": summary.net,
        "withheld": summary.withheld,
        "withheld_base": summary.withheld_base,
    }
    facts |= {key: str(value) for key, value in figures.items() if value is not None}
    if summary.settles is not None:
        facts["settlement_date"] = summary.settles.isoformat()
    return facts


_ALWAYS_TOLD = frozenset({"settlement_fee", "emoluments"})
