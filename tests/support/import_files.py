"""Files that people import, made in code: workbooks as B3's portal and others write them, and text tables.

All rows are invented; headers and cell models are those of the public reports.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

Value: TypeAlias = "str | int | Decimal | date | Formula | None"
Rows: TypeAlias = Sequence[Sequence[Value]]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
#: As the portal writes it, whatever the size of the sheet.
FALSE_DIMENSION = '<dimension ref="A1"/>'
EPOCH = date(1899, 12, 30)

TRADE_HEADER = (
    "Data do Negócio",
    "Tipo de Movimentação",
    "Mercado",
    "Prazo/Vencimento",
    "Instituição",
    "Código de Negociação",
    "Quantidade",
    "Preço",
    "Valor",
)
MOVEMENT_HEADER = (
    "Entrada/Saída",
    "Data",
    "Movimentação",
    "Produto",
    "Instituição",
    "Quantidade",
    "Preço unitário",
    "Valor da Operação",
)
RECEIVED_HEADER = (
    "Produto",
    "Pagamento",
    "Tipo de Evento",
    "Instituição",
    "Quantidade",
    "Preço unitário",
    "Valor líquido",
)
PROVISIONED_HEADER = (
    "Produto",
    "Tipo",
    "Tipo de Evento",
    "Previsão de pagamento",
    "Instituição",
    "Conta",
    "Quantidade",
    "Preço unitário",
    "Valor líquido",
)
INCOME_SUMS_HEADER = ("Produto", "Tipo de Evento", "Valor líquido")
TRADE_SUMS_HEADER = (
    "Código de Negociação",
    "Período (Inicial)",
    "Período (Final)",
    "Instituição",
    "Quantidade (Compra)",
    "Quantidade (Venda)",
    "Quantidade (Líquida)",
    "Preço Médio (Compra)",
    "Preço Médio (Venda)",
)
SHARES_HEADER = (
    "Produto",
    "Instituição",
    "Conta",
    "Código de Negociação",
    "CNPJ da Empresa",
    "Código ISIN / Distribuição",
    "Tipo",
    "Escriturador",
    "Quantidade",
    "Quantidade Disponível",
    "Quantidade Indisponível",
    "Motivo",
    "Preço de Fechamento",
    "Valor Atualizado",
)
FUNDS_HEADER = tuple(
    {"CNPJ da Empresa": "CNPJ do Fundo", "Escriturador": "Administrador"}.get(name, name)
    for name in SHARES_HEADER
)
TREASURY_HEADER = (
    "Produto",
    "Instituição",
    "Código ISIN",
    "Indexador",
    "Vencimento",
    "Quantidade",
    "Quantidade Disponível",
    "Quantidade Indisponível",
    "Motivo",
    "Valor Aplicado",
    "Valor bruto",
    "Valor líquido",
    "Valor Atualizado",
)
CREDIT_HEADER = (
    "Produto",
    "Instituição",
    "Emissor",
    "Código",
    "Indexador",
    "Tipo de regime",
    "Data de Emissão",
    "Vencimento",
    "Quantidade",
    "Quantidade Disponível",
    "Quantidade Indisponível",
    "Motivo",
    "Contraparte",
    "Preço Atualizado MTM",
    "Valor Atualizado MTM",
    "Preço Atualizado CURVA",
    "Valor Atualizado CURVA",
)
LOANS_HEADER = (
    "Produto",
    "Instituição",
    "Natureza",
    "Número de Contrato",
    "Modalidade",
    "OPA",
    "Liquidação antecipada",
    "Taxa",
    "Comissão",
    "Data de registro",
    "Data de vencimento",
    "Quantidade",
    "Preço de Fechamento",
    "Valor Atualizado",
)
STATUS_INVEST_HEADER = (
    "Data operação",
    "Categoria",
    "Código Ativo",
    "Operação C/V",
    "Quantidade",
    "Preço unitário",
    "Corretora",
    "Corretagem",
    "Taxas",
    "Impostos",
    "IRRF",
)
KINVO_HEADER = (
    "Data",
    "Produto",
    "Tipo",
    "Descrição",
    "Instituição/Conexão",
    "Valor",
    "Quantidade",
    "Custo",
    "Câmbio",
    "Valor Total",
)
BROKER = "CORRETORA EXEMPLO S.A."
OTHER_BROKER = "OUTRA CORRETORA CCTVM S/A"


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that is computed; `shown` is the value saved beside it."""

    text: str
    shown: str


def workbook(sheets: Mapping[str, Rows], *, dimension: str = FALSE_DIMENSION) -> bytes:
    """An .xlsx with the container of the portal: shared strings with a BOM, a relation id out of order."""
    texts: dict[str, int] = {}
    parts = {
        f"xl/worksheets/sheet{number}.xml": sheet_xml(rows, texts, dimension)
        for number, rows in enumerate(sheets.values(), start=1)
    }
    parts |= {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"/>',
        "_rels/.rels": relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": _workbook_xml(list(sheets)),
        "xl/_rels/workbook.xml.rels": relations(
            {f"rId{n + 2}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)}
            | {"rId1": ("sharedStrings", "sharedStrings.xml"), "rId2": ("styles", "styles.xml")}
        ),
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
        "</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f'\ufeff{HEAD}<sst xmlns="{MAIN}">'
        + "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
        + "</sst>",
    }
    return archive(parts)


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


def relations(targets: Mapping[str, tuple[str, str]]) -> str:
    """A relations part: id -> (last word of the type, target)."""
    entries = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'\ufeff{HEAD}<Relationships xmlns="{PACKAGE}">{entries}</Relationships>'


def _workbook_xml(titles: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{n}" r:id="rId{n + 2}"/>'
        for n, title in enumerate(titles, 1)
    )
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'


def sheet_xml(rows: Rows, texts: dict[str, int], dimension: str) -> str:
    """One worksheet; new texts are added to `texts`."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(_cell_xml(f"{_letters(i)}{number}", value, texts) for i, value in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'{HEAD}<worksheet xmlns="{MAIN}">{dimension}<sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell_xml(place: str, value: Value, texts: dict[str, int]) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="s"><v>{texts.setdefault(value, len(texts))}</v></c>'
    if isinstance(value, Formula):
        return f'<c r="{place}"><f>{escape(value.text)}</f><v>{value.shown}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="1"><v>{(value - EPOCH).days}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _letters(column: int) -> str:
    return chr(65 + column) if column < 26 else chr(64 + column // 26) + chr(65 + column % 26)


def delimited(rows: Iterable[Sequence[str]], separator: str = ";", encoding: str = "utf-8-sig") -> bytes:
    """Rows as a spreadsheet saves them: CRLF, no quotes (give quoted cells as they shall stand)."""
    return "".join(f"{separator.join(row)}\r\n" for row in rows).encode(encoding)


def row_export(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as a list of JSON objects."""
    return json.dumps(
        [dict(zip(header, row, strict=True)) for row in rows], ensure_ascii=False, indent=1
    ).encode()


def trade(
    code: str = "PETR4",
    quantity: int = 100,
    price: str = "37.2",
    *,
    day: str = "10/01/2025",
    side: str = "Compra",
    market: str = "Mercado à Vista",
    expiry: str = "-",
    institution: str = BROKER,
    value: str | None = None,
) -> tuple[Value, ...]:
    """One row of Negociação with native numbers; its value is quantity x price unless it is given."""
    amount = Decimal(value) if value else quantity * Decimal(price)
    return (day, side, market, expiry, institution, code, quantity, Decimal(price), amount)


def movement(
    kind: str,
    product: str = "PETR4 - PETROLEO BRASILEIRO S.A. PETROBRAS",
    quantity: Value = 100,
    price: Value = "-",
    value: Value = "-",
    *,
    day: str = "28/03/2025",
    side: str = "Credito",
    institution: str = BROKER,
) -> tuple[Value, ...]:
    """One row of Movimentação; `-` is what the report prints for nothing."""
    return (side, day, kind, product, institution, quantity, price, value)


def negociacao(*trades: Sequence[Value]) -> bytes:
    """The report of trades, as the portal writes it."""
    return workbook({"Negociação": [TRADE_HEADER, *trades]})


def movimentacao(*movements: Sequence[Value]) -> bytes:
    """The report of movements, as the portal writes it."""
    return workbook({"Movimentação": [MOVEMENT_HEADER, *movements]})


def as_text(rows: Iterable[Sequence[Value]], *, comma: bool = True) -> list[list[str]]:
    """Rows with their numbers as people's spreadsheets show them: `1.500,5` or `1500.5`."""
    return [[_shown(value, comma=comma) for value in row] for row in rows]


def _shown(value: Value, *, comma: bool) -> str:
    if isinstance(value, int | Decimal):
        return f"{value:,}".translate(str.maketrans(",.", ".,")) if comma else f"{value}"
    return "" if value is None else str(value)
