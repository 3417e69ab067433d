"""Files that people import, made in code: PDF notes of the shapes that brokers print, OFX, old workbooks.

All persons, notes and trades in them are invented.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEIGHT, WIDTH = 842, 595
Text = tuple[float, float, str]
"""Left, top and text, in points."""


def pdf(pages: Sequence[Iterable[Text]], *, password: str = "", bold_twice: bool = False) -> bytes:
    """A PDF with text at places; with a password it is encrypted (RC4, 40 bits, the oldest handler)."""
    key = _key(password) if password else b""
    objects: list[bytes] = [
        b"",
        b"",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    kids = []
    for page in pages:
        stream = _content(page, bold_twice=bold_twice)
        number = len(objects) + 1
        data = _rc4(_object_key(key, number), stream) if key else stream
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(data), data))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
            % (WIDTH, HEIGHT, number)
        )
        kids.append(b"%d 0 R" % (number + 1))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    return _file(objects, _encryption(password) if password else b"")


def _content(page: Iterable[Text], *, bold_twice: bool) -> bytes:
    shifts = (0.0, 0.3) if bold_twice else (0.0,)
    return b"\n".join(
        b"BT /F1 5.5 Tf 1 0 0 1 %.2f %.2f Tm <%s> Tj ET"
        % (left + shift, HEIGHT - top - 6, text.encode("cp1252").hex().encode())
        for left, top, text in page
        for shift in shifts
    )


def _file(objects: Sequence[bytes], encryption: bytes) -> bytes:
    parts, places, at = [b"%PDF-1.4\n"], [], 9
    for number, body in enumerate(objects, start=1):
        places.append(at)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        at += len(parts[-1])
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, rows))
    parts.append(b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, encryption, at))
    return b"".join(parts)


_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_ID = b"0123456789abcdef"
_PERMISSIONS = -4


def _key(password: str) -> bytes:
    said = (password.encode("latin-1") + _PAD)[:32]
    owner = _owner(password)
    mixed = said + owner + _PERMISSIONS.to_bytes(4, "little", signed=True) + _ID
    return hashlib.md5(mixed, usedforsecurity=False).digest()[:5]


def _owner(password: str) -> bytes:
    said = (password.encode("latin-1") + _PAD)[:32]
    return _rc4(hashlib.md5(said, usedforsecurity=False).digest()[:5], said)


def _object_key(key: bytes, number: int) -> bytes:
    mixed = key + number.to_bytes(3, "little") + b"\x00\x00"
    return hashlib.md5(mixed, usedforsecurity=False).digest()[:10]


def _encryption(password: str) -> bytes:
    user = _rc4(_key(password), _PAD)
    return b"/ID[<%s><%s>]/Encrypt<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P %d>>" % (
        _ID.hex().encode(),
        _ID.hex().encode(),
        _owner(password).hex().encode(),
        user.hex().encode(),
        _PERMISSIONS,
    )


def _rc4(key: bytes, data: bytes) -> bytes:
    state, at = list(range(256)), 0
    for index in range(256):
        at = (at + state[index] + key[index % len(key)]) % 256
        state[index], state[at] = state[at], state[index]
    out, first, second = bytearray(), 0, 0
    for byte in data:
        first = (first + 1) % 256
        second = (second + state[first]) % 256
        state[first], state[second] = state[second], state[first]
        out.append(byte ^ state[(state[first] + state[second]) % 256])
    return bytes(out)


@dataclass(frozen=True, slots=True)
class Printed:
    """One trade as a note prints it."""

    side: str
    title: str
    quantity: str
    price: str
    value: str
    market: str = "VISTA"
    marks: str = ""
    expiry: str = ""

    @property
    def letter(self) -> str:
        return "D" if self.side == "C" else "C"


@dataclass(frozen=True, slots=True)
class SampleNote:
    """An invented note. `fees`: label, amount and letter of the right box."""

    trades: tuple[Printed, ...]
    sells: str = "0,00"
    buys: str = "0,00"
    operations: tuple[str, str] = ("0,00", "D")
    fees: tuple[tuple[str, str, str], ...] = ()
    net: tuple[str, str] = ("0,00", "D")
    number: str = "4321"
    day: str = "12/05/2021"
    settles: str = "14/05/2021"
    irrf: tuple[str, str] = ("0,00", "0,00")
    broker: str = "CORRETORA DE TESTE S.A."
    cnpj: str = "11.222.333/0001-44"
    option_buys: str = "0,00"


BOUGHT_AND_SOLD = SampleNote(
    trades=(
        Printed("C", "FII EXEMPLO EXPL11 CI ER", "10", "98,50", "985,00", marks="#"),
        Printed("C", "ITAUSA PN N1", "1.000", "9,80", "9.800,00"),
        Printed("V", "WEG ON NM", "15", "40,00", "600,00", market="FRACIONARIO", marks="#2"),
    ),
    sells="600,00",
    buys="10.785,00",
    operations=("10.185,00", "D"),
    fees=(
        ("Taxa de liquidação", "2,84", "D"),
        ("Taxa de Registro", "0,00", "D"),
        ("Emolumentos", "0,56", "D"),
        ("Taxa Operacional", "1,00", "D"),
        ("ISS ( SÃO PAULO )", "0,05", "D"),
        ("Outros", "0,00", "C"),
    ),
    net=("10.189,45", "D"),
    irrf=("600,00", "0,03"),
)
"""Its fees are 2.84 + 0.56 + 1.00 + 0.05 = 4.45, and 10,185.00 + 4.45 = 10,189.45."""

_CLEAR_COLUMNS = {
    "exchange": 44.5,
    "side": 96.6,
    "market": 108.4,
    "expiry": 167.2,
    "title": 192.0,
    "marks": 311.1,
    "quantity": 377.0,
    "price": 425.0,
    "value": 505.0,
    "letter": 550.0,
}
_INTER_COLUMNS = {
    "exchange": 37.0,
    "side": 99.5,
    "market": 114.0,
    "expiry": 180.0,
    "title": 218.0,
    "marks": 360.0,
    "quantity": 420.0,
    "price": 455.0,
    "value": 515.0,
    "letter": 562.5,
}
_NU_COLUMNS = {
    "exchange": 14.0,
    "side": 82.7,
    "market": 107.2,
    "title": 180.8,
    "marks": 288.8,
    "quantity": 400.0,
    "price": 470.0,
    "value": 520.0,
    "letter": 566.3,
}


def sinacor_pages(note: SampleNote, *, per_page: int = 18, inter: bool = False) -> list[list[Text]]:
    """Pages of the SINACOR shape: inner pages print the summary without amounts.

    Inter's shape has another place for each column, an exchange without a number, and no head on a last page
    that has only sums.
    """
    groups = [note.trades[at : at + per_page] for at in range(0, len(note.trades), per_page)] or [()]
    pages = []
    for sheet, group in enumerate(groups, start=1):
        page = _sinacor_head(note, sheet, inter=inter)
        page += _trade_lines(group, _INTER_COLUMNS if inter else _CLEAR_COLUMNS, inter=inter)
        if not inter:
            page += _summary(note, 520.0, amounts=sheet == len(groups))
        pages.append(page)
    if inter:
        pages.append(_summary(note, 60.0, amounts=True))
    return pages


def _sinacor_head(note: SampleNote, sheet: int, *, inter: bool) -> list[Text]:
    columns = _INTER_COLUMNS if inter else _CLEAR_COLUMNS
    return [
        (35, 30, "NOTA DE CORRETAGEM" if inter else "NOTA DE NEGOCIAÇÃO"),
        (420, 40, "Nr. nota"), (480, 40, "Folha"), (520, 40, "Data pregão"),
        (420, 52, note.number), (480, 52, str(sheet)), (520, 52, note.day),
        (35, 64, note.broker),
        (35, 76, f"C.N.P.J: {note.cnpj} Carta Patente:"),
        (35, 228, "Negócios realizados"),
        (35, 240, "Q"), (columns["exchange"], 240, "Negociação"), (columns["side"] - 4, 240, "C/V"),
        (columns["market"], 240, "Tipo mercado"), (columns["expiry"], 240, "Prazo"),
        (columns["title"], 240, "Especificação do título"), (columns["marks"], 240, "Obs. (*)"),
        (columns["quantity"] - 20, 240, "Quantidade"), (columns["price"] - 12, 240, "Preço / Ajuste"),
        (columns["value"] - 20, 240, "Valor"), (545, 240, "D/C"),
    ]  # fmt: skip


def _trade_lines(trades: Iterable[Printed], columns: dict[str, float], *, inter: bool) -> list[Text]:
    lines: list[Text] = []
    for at, trade in enumerate(trades):
        top = 251 + 12.0 * at
        printed = {
            "exchange": "Bovespa" if inter else "1-BOVESPA",
            "side": trade.side,
            "market": trade.market,
            "expiry": trade.expiry,
            "title": trade.title,
            "marks": trade.marks,
            "quantity": trade.quantity,
            "price": trade.price,
            "value": trade.value,
            "letter": trade.letter,
        }
        lines += [(columns[name], top, text) for name, text in printed.items() if text]
    return lines


def _summary(note: SampleNote, top: float, *, amounts: bool) -> list[Text]:
    left = [
        ("Debêntures", "0,00"),
        ("Vendas à vista", note.sells),
        ("Compras à vista", note.buys),
        ("Opções - compras", note.option_buys),
        ("Opções - vendas", "0,00"),
        ("Operações à termo", "0,00"),
    ]
    right = [("Clearing", "", ""), ("Valor líquido das operações", *note.operations), *note.fees,
             ("Total Bovespa / Soma", "9,99", "D"),
             (f"I.R.R.F. s/ operações, base R${note.irrf[0]}", note.irrf[1], ""),
             ("Total Custos / Despesas", "9,99", "D"),
             (f"Líquido para {note.settles}", *note.net)]  # fmt: skip
    texts: list[Text] = [(35, top, "Resumo dos Negócios"), (300, top, "Resumo Financeiro")]
    for at, (label, amount) in enumerate(left, start=1):
        texts += [(35, top + 10 * at, label), *([(230.0, top + 10 * at, amount)] if amounts else [])]
    for at, (label, amount, letter) in enumerate(right, start=1):
        shown = [(500.0, amount), (555.0, letter)] if amounts else []
        texts += [(300, top + 10 * at, label if amounts else label.partition(" para ")[0])]
        texts += [(place, top + 10 * at, text) for place, text in shown if text]
    return texts if amounts else [*texts, (430, top + 110, "CONTINUA...")]


def nuinvest_page(note: SampleNote) -> list[Text]:
    """A page of NuInvest's shape: signed amounts, no letters in the summary."""
    page: list[Text] = [
        (14, 20, note.broker), (560, 20, "Folha"),
        (14, 32, f"CNPJ: {note.cnpj} | www.example.com"), (560, 32, "1 / 1"),
        (14, 44, "Rua Exemplo, nº 1"), (420, 44, "Número da nota"), (500, 44, "Data Pregão"),
        (14, 56, "conjunto 01 - Bairro"), (420, 56, note.number), (500, 56, note.day),
        (14, 161, "Mercado"), (78, 161, "C/V"), (107.2, 161, "Tipo de Mercado"),
        (180.8, 161, "Especificação do Título"), (288.8, 161, "Observação"), (396, 161, "Quantidade"),
        (454, 161, "Preço/Ajuste"), (517, 161, "Valor/Ajuste"), (562, 161, "D/C"),
    ]  # fmt: skip
    page += [
        (left, top, text.replace("1-BOVESPA", "BOVESPA"))
        for left, top, text in _trade_lines(note.trades, _NU_COLUMNS, inter=False)
    ]
    right = [("Clearing (CBLC)", ""), ("Valor Líquido das Operações", f"-{note.operations[0]}"),
             *((label, f"-{amount}") for label, amount, _ in note.fees),
             ("Total Bolsa", "-9,99"), ("I.R.R.F. s/ operações. Base 0,00", "0,00"),
             (f"Líquido para {note.settles}", f"-{note.net[0]}")]  # fmt: skip
    page += [(14, 520, "Resumo dos Negócios"), (300, 520, "Resumo Financeiro")]
    for at, (label, amount) in enumerate((("Vendas à vista", note.sells), ("Compras à vista", note.buys)), 1):
        page += [(14, 520 + 10 * at, label), (230, 520 + 10 * at, amount)]
    for at, (label, amount) in enumerate(right, start=1):
        page += [(300, 520 + 10 * at, label), *([(540.0, 520.0 + 10 * at, amount)] if amount else [])]
    return page


def ofx(entries: str, *, header: str = "CHARSET:1252", bank: str = "0341", balance: str = "100.00") -> bytes:
    """A bank statement in SGML with unclosed leaves; `entries` are its `STMTTRN` as text."""
    return (
        f"OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\n{header}\n\n<OFX>\n<BANKMSGSRSV1>"
        f"<STMTTRNRS><STMTRS><CURDEF>BRL<BANKACCTFROM><BANKID>{bank}<ACCTID>000-1</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>20250301<DTEND>2025033110000[-03:EST]\n{entries}\n</BANKTRANLIST>"
        f"<LEDGERBAL><BALAMT>{balance}<DTASOF>20250331</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1>"
        "</OFX>\n"
    ).encode("cp1252")


def ofx_entry(day: str, amount: str, fitid: str = "", memo: str = "") -> str:
    """One `STMTTRN`."""
    return f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{day}<TRNAMT>{amount}<FITID>{fitid}<MEMO>{memo}</STMTTRN>\n"
