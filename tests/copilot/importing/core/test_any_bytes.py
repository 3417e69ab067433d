"""Whatever bytes come in, the answer is a file that was read or one refusal: never another error."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.support.import_files import (
    TRADE_HEADER,
    as_text,
    delimited,
    movement,
    movimentacao,
    negociacao,
    trade,
    workbook,
)

from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.rows import RowKind
from fiel.kernel.errors import Rejected

#: What moves quantities: its rows may print a value or not.
WITHOUT_CASH = {RowKind.TRANSFER, RowKind.BONUS, RowKind.SPLIT}
WORKBOOK = negociacao(trade(), trade("XPML11", 2, "99.87"))
TEXT = delimited([TRADE_HEADER, *as_text([trade(price="37.25"), trade("XPML11", 1500, "99.87")])])
KINDS = (
    "Dividendo",
    "Transferência",
    "Compra",
    "Resgate",
    "Recibo de Subscrição",
    "Direitos de Subscrição - Exercido",
    "Bonificação em Ativos",
    "Desdobro",
    "Cessão de Direitos",
    "Cobrança de Taxa Semestral",
    "Outra Coisa",
)


def outcome(data: bytes) -> str:
    """`read`, `refused`, or `bare` for a refusal without code, message or place."""
    try:
        read_file("any", data)
    except Rejected as refused:
        return "refused" if refused.code and refused.message and refused.field else "bare"
    return "read"


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.4", b"[", b"<", b"\xff\xfe"]))
def test_noise_is_refused(data: bytes, start: bytes) -> None:
    """Random bytes, with the beginnings of known families too."""
    assert outcome(start + data) == "refused"


@given(st.data())
def test_a_workbook_with_any_byte_changed_is_answered(data: st.DataObject) -> None:
    """One byte of a good workbook set to anything, or the file cut anywhere."""
    changed = bytearray(WORKBOOK)
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(changed[: data.draw(st.integers(1, len(changed)))])) in {"read", "refused"}


@given(st.data())
def test_a_text_with_any_piece_replaced_is_answered(data: st.DataObject) -> None:
    """A piece of a good table replaced by any text: read, told row by row, or refused."""
    start = data.draw(st.integers(0, len(TEXT)))
    piece = data.draw(st.text(max_size=12)).encode()
    assert outcome(TEXT[:start] + piece + TEXT[start + data.draw(st.integers(0, 12)) :]) in {
        "read",
        "refused",
    }


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["C"], exclude_characters="="), max_size=8),
    st.integers(-(10**12), 10**12),
    st.none(),
)


@given(st.lists(st.lists(CELLS, max_size=12), max_size=6))
def test_any_cells_under_a_good_header_are_all_told(rows: list[list[str | int | None]]) -> None:
    """No row is told twice, and every row of more than a label and a number is told."""
    read = read_file("any", workbook({"Negociação": [TRADE_HEADER, *rows]}))
    told = [entry.row.row for entry in (*read.not_booked, *read.review, *read.unknown)]
    told += [row.row for row in read.booked]
    filled = {
        number
        for number, row in enumerate(rows, start=2)
        if sum(1 for cell in row if cell is not None and str(cell).strip()) > 2
    }
    assert len(told) == len(set(told))
    assert filled <= set(told)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.sampled_from(["MXRF12 - M", "MXRF13 - M", "CDB - CDB1234 - X", "Tesouro", "Futuro - W"]),
            st.sampled_from(["-", 0, 4, Decimal("-1.5")]),
            st.sampled_from(["-", 0, Decimal("9.64")]),
            st.sampled_from(["-", 0, Decimal("38.56"), -1]),
            st.sampled_from(["Credito", "Debito"]),
            st.sampled_from(["A", "B"]),
            st.sampled_from(["01/02/2025", "02/02/2025"]),
        ),
        max_size=12,
    )
)
def test_every_movement_is_in_exactly_one_list(rows: list[tuple[str, ...]]) -> None:
    """Whatever types, values and sides are mixed, no row is lost and none is counted twice."""
    made = [
        movement(kind, product, quantity, price, value, side=side, institution=place, day=day)
        for kind, product, quantity, price, value, side, place, day in rows
    ]
    read = read_file("any", movimentacao(*made))
    told = [entry.row.row for entry in (*read.not_booked, *read.review, *read.unknown)]
    assert sorted([*told, *(row.row for row in read.booked)]) == list(range(2, len(rows) + 2))
    assert all((row.amount or 0) > 0 for row in read.booked if row.kind not in WITHOUT_CASH)
    assert all(row.quantity is None or row.quantity >= 0 for row in read.booked)
