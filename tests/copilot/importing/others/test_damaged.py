"""Whatever happens to a file on its way: one error of ours, or every row in exactly one list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.importing.limits import DEFAULT_LIMITS
from fiel.copilot.importing.others import READERS
from fiel.copilot.importing.reading import recognise
from fiel.copilot.importing.record import as_record
from fiel.copilot.importing.source import open_source
from fiel.kernel.errors import FielError, InvalidInput

WHOLE = {
    "avenue": b"Data,Hora,Liquida\xc3\xa7\xc3\xa3o,Descri\xc3\xa7\xc3\xa3o,Valor (U$),Saldo da conta (U$)\n"
    b"06/02/2025,11:40,07/02/2025,Compra de 1.25 VTI a $ 298.10,-372.63,144.61\n"
    b"28/03/2025,08:00,28/03/2025,Dividendos VTI. X,1.19,145.80\n",
    "ibkr": b"Buy/Sell,TradeDate,Symbol,Quantity,TradePrice,TradeMoney,CurrencyPrimary,IBCommission\n"
    b"BUY,20230403,VTI,17,204.3473,3473.9041,USD,-1\nSELL,20230403,VTI,-2,204,-408,USD,-0.979\n",
    "schwab": b"Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount\n"
    b'11/01/2023,Reinvest Shares,SPY,SPDR,"1,259.59",$1.00,,"-$1,259.59"\n'
    b"10/30/2023,Sell,SPY,,2,$4,$0.01,$8\n",
    "ghostfolio": b"Date,Code,DataSource,Currency,Price,Quantity,Action,Fee,Note\n"
    b"10-01-2025,PETR4.SA,YAHOO,BRL,37.20,100,buy,1.15,\n"
    b"30/04/2025,PETR4.SA,YAHOO,BRL,0.355,100,dividend,0,\n",
    "performance": b"Date;Type;Value;Transaction Currency;Fees;Taxes;Shares;Ticker Symbol\n"
    b"2025-01-10T00:00;Buy;3.721,15;BRL;1,15;;100;PETR4.SA\n"
    b"2025-05-06;Sell;-1.523,53;BRL;0,47;;40;PETR4.SA\n",
    "own": b'{"format": "fiel-entries", "version": 1, "entries": [{"kind": "buy", "date": "2025-01-10",'
    b' "ticker": "PETR4", "quantity": "100", "price": "37.20"}, {"kind": "fee", "date": "2025-01-09",'
    b' "amount": 5.5}]}',
}
PIECES = st.sampled_from(
    [
        b"",
        b"-",
        b'"',
        b"0",
        b"9" * 40,
        b"NaN",
        b"1e9",
        b";",
        b",",
        b"\n",
        b"<",
        b"\xff",
        b"null",
        b"{",
        b"[",
        b"=1",
    ]
)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_the_whole_files_are_booked(name: str) -> None:
    """The files damaged below are good before: both rows of each are booked."""
    source = open_source(name, WHOLE[name], DEFAULT_LIMITS)
    assert len(recognise(source, READERS).read(source).booked) == 2


@given(
    name=st.sampled_from(sorted(WHOLE)),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), PIECES), min_size=1, max_size=4),
)
def test_any_damage_is_one_error_or_rows_in_one_list_each(
    name: str, cuts: list[tuple[float, int, bytes]]
) -> None:
    """No other exception, no row twice, and a document that can be printed."""
    data = bytearray(WHOLE[name])
    for place, length, piece in cuts:
        at = int(place * len(data))
        data[at : at + length] = piece
    try:
        source = open_source(name, bytes(data), DEFAULT_LIMITS)
        found = recognise(source, READERS).read(source)
    except FielError:
        return
    rows = [row.row for row in found.booked]
    rows += [entry.row.row for entry in (*found.not_booked, *found.review, *found.unknown)]
    assert len(rows) == len(set(rows))
    assert as_record(found)["format"] == found.layout


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_fifty_megabytes_are_refused_unread(name: str) -> None:
    """Size is judged before anything else."""
    with pytest.raises(InvalidInput) as caught:
        open_source(name, WHOLE[name] + b" " * 50_000_000, DEFAULT_LIMITS)
    assert caught.value.code == "file_too_large"
