"""The words of `fiel import`: its help and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

IMPORT_EXAMPLES = (
    "Examples:\n\n"
    "- fiel import negociacao-2025.xlsx movimentacao-2025.xlsx\n"
    "- fiel import nota.pdf --password 123 --json\n"
)

IMPORT_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        IMPORT_EXAMPLES: IMPORT_EXAMPLES.replace("Examples", "Exemplos"),
        "Show what files hold: what would be booked, what books nothing, what is asked first, what is "
        "unknown.\n\nEvery data row is in one of the four lists, with its reason. Nothing is written. Exit "
        "code 2 when a file\ncannot be read; the others are shown all the same.": (
            "Mostra o que os arquivos trazem: o que seria lançado, o que não lança nada, o que se pergunta "
            "antes, o que não se conhece.\n\nToda linha está numa das quatro listas, com o motivo. Nada é "
            "gravado. Código de saída 2 quando um arquivo não pode ser lido; os outros são mostrados mesmo "
            "assim."
        ),
        "Reports, brokerage notes, statements, exports.": (
            "Relatórios, notas de corretagem, extratos, exportações."
        ),
        "Show what would be booked; nothing is written (the only mode yet).": (
            "Mostra o que seria lançado; nada é gravado (por ora o único modo)."
        ),
        "Of a protected brokerage note; it is not kept.": "De uma nota protegida; não é guardada.",
        "One JSON object per file and line, numbers as exact text.": (
            "Um objeto JSON por arquivo e linha, números como texto exato."
        ),
    }
)

IMPORT_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "import_file": ("{file}: {format} (sha256 {sha}...)", "{file}: {format} (sha256 {sha}...)"),
        "import_booked": ("{n} linhas a lançar: {kinds}", "{n} rows to book: {kinds}"),
        "import_not_booked": ("{n} linhas que não lançam nada:", "{n} rows that book nothing:"),
        "import_review": ("{n} linhas a decidir:", "{n} rows to decide:"),
        "import_unknown": ("{n} linhas não reconhecidas:", "{n} rows not recognised:"),
        "import_positions": ("{n} posições informadas.", "{n} positions told."),
        "import_provisioned": ("{n} proventos provisionados.", "{n} payments announced."),
        "import_row": ("Linha", "Row"),
        "import_day": ("Dia", "Day"),
        "import_kind": ("Tipo", "Kind"),
        "import_ticker": ("Ativo", "Asset"),
        "import_quantity": ("Quantidade", "Quantity"),
        "import_price": ("Preço", "Price"),
        "import_amount": ("Valor", "Amount"),
        "import_institution": ("Instituição", "Institution"),
    }
)
