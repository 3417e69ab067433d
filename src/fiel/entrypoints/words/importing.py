"""The words of `fiel import` and `fiel book`: their help and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

IMPORT_EXAMPLES = (
    "Examples:\n\n"
    "- fiel import negociacao-2025.xlsx movimentacao-2025.xlsx\n"
    "- fiel import negociacao-2025.xlsx --user ana --accept\n"
    "- fiel import negociacao.xlsx --accept --opening PETR4=100@20.50\n"
    "- fiel import nota.pdf --password 123 --ticker 'CI FII HG REAL=HGRE11' --json\n"
)
BOOK_EXAMPLES = (
    "Examples:\n\n"
    "- fiel book add buy PETR4 --quantity 100 --price 38.50 --fees 1.20 --day 2026-03-10 --accept\n"
    "- fiel book add opening ITSA4 --quantity 500 --price 9.80 --day 2019-10-31 --account xp --accept\n"
    "- fiel book list --asset PETR4\n"
    "- fiel book undo 3f2a9c0d1e\n"
)

IMPORT_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        IMPORT_EXAMPLES: IMPORT_EXAMPLES.replace("Examples", "Exemplos"),
        BOOK_EXAMPLES: BOOK_EXAMPLES.replace("Examples", "Exemplos"),
        "Show what files hold, and with --accept book what is new: all of it, or nothing.\n\nEvery data "
        "row is "
        "in one of four lists, with its reason. With --user the files are compared with the book:\nwhat "
        "it has "
        "already is not booked again. Exit code 2 when a file cannot be read; the others are shown all\nthe "
        "same, and nothing is booked.": (
            "Mostra o que os arquivos trazem e, com --accept, lança o que é novo: tudo ou nada.\n\nToda "
            "linha "
            "está numa de quatro listas, com o motivo. Com --user os arquivos são comparados com o livro: "
            "o que "
            "ele já tem não é lançado de novo. Código de saída 2 quando um arquivo não pode ser lido; os "
            "outros "
            "são mostrados mesmo assim, e nada é lançado."
        ),
        "Reports, brokerage notes, statements, exports.": (
            "Relatórios, notas de corretagem, extratos, exportações."
        ),
        "Book what is new, or only show it (the default).": "Lança o que é novo, ou só mostra (o padrão).",
        "Of a protected brokerage note; it is not kept.": "De uma nota protegida; não é guardada.",
        "One JSON object per file and line, numbers as exact text.": (
            "Um objeto JSON por arquivo e linha, números como texto exato."
        ),
        "Which column is what, for a table that is not known.": (
            "O que é cada coluna, para uma tabela que não se conhece."
        ),
        "Whose book; compares with it (default: the only user).": (
            "De quem é o livro; compara com ele (padrão: o único usuário)."
        ),
        "The account of rows that name no institution.": "A conta das linhas que não dizem a instituição.",
        "What a name on a note is; remembered. May be repeated.": (
            "O que é um nome impresso na nota; fica guardado. Pode ser repetida."
        ),
        "Held before the first row, at this average price; /NAME for the account. May be repeated.": (
            "Tinha-se antes da primeira linha, a este preço médio; /NOME para a conta. Pode ser repetida."
        ),
        "Since when (default: the day before its first row).": (
            "Desde quando (padrão: a véspera da primeira linha do ativo)."
        ),
        "Book sales of more than is held: sold short, or bought elsewhere.": (
            "Lança vendas acima do que se tem: venda a descoberto, ou compra em outro lugar."
        ),
        "Type what no file tells, see what was booked, and take it back.": (
            "Digite o que nenhum arquivo conta, veja o que foi lançado, e desfaça."
        ),
        "Type one row: what a file does not tell, or tells wrong. The same row again is not booked twice.": (
            "Digita uma linha: o que um arquivo não conta, ou conta errado. A mesma linha de novo é "
            "reconhecida, "
            "não lançada duas vezes."
        ),
        "buy, sell, dividend, jcp, fii-income, interest, capital-return, opening, transfer, deposit, "
        "withdrawal, fee, tax, rights-sale or fraction-sale.": (
            "buy (compra), sell (venda), dividend, jcp, fii-income (rendimento), interest (juros), "
            "capital-return (amortização), opening (saldo inicial), transfer, deposit, withdrawal, fee "
            "(taxa), "
            "tax (imposto), rights-sale ou fraction-sale."
        ),
        "PETR4, HGLG11...": "PETR4, HGLG11...",
        "How many units.": "Quantas unidades.",
        "Of one unit; of an opening the average cost.": "De uma unidade; de um saldo inicial, o preço médio.",
        "In all, net.": "No total, líquido.",
        "What the trade cost.": "Quanto custou a operação.",
        "Withheld; the amount is then before it.": "Retido na fonte; o valor é então o bruto.",
        "When (default: today).": "Quando (padrão: hoje).",
        "Which broker or bank (default: none).": "Qual corretora ou banco (padrão: nenhum).",
        "Where a transfer goes.": "Para onde vai a transferência.",
        "Default: BRL.": "Padrão: BRL.",
        "Kept with the row.": "Fica guardado com a linha.",
        "Book a sale of more than is held.": "Lança uma venda acima do que se tem.",
        "Book it, or only show it (default).": "Lança, ou só mostra (padrão).",
        "Show the rows that were booked, each with the id by which it is taken back.": (
            "Mostra as linhas lançadas, cada uma com o identificador com que se desfaz."
        ),
        "Only of this asset (default: of all).": "Só deste ativo (padrão: de todos).",
        "From this day.": "A partir deste dia.",
        "Up to this day.": "Até este dia.",
        "Rows that were taken back, too.": "Também as linhas desfeitas.",
        "Show the files that were booked.": "Mostra os arquivos lançados.",
        "Show the accounts of a wallet, and what each holds in cash, as the book has it now.": (
            "Mostra as contas de uma carteira e o dinheiro de cada uma, como o livro as tem agora."
        ),
        "Ids of `fiel book list`, or their first letters.": (
            "Identificadores de `fiel book list`, ou o começo deles."
        ),
        "Take rows back: what each booked is reversed on its day, all of them or none.\n\nThe rows stay "
        "in the "
        "record. The same row of a file is not booked again.": (
            "Desfaz linhas: o que cada uma lançou é estornado no seu dia, todas ou nenhuma.\n\nAs linhas "
            "ficam "
            "no registro. A mesma linha de um arquivo não é lançada de novo."
        ),
        "Example: fiel book list --asset PETR4 --since 2026-01-01": (
            "Exemplo: fiel book list --asset PETR4 --since 2026-01-01"
        ),
        "Example: fiel book files": "Exemplo: fiel book files",
        "Example: fiel book accounts": "Exemplo: fiel book accounts",
        "Example: fiel book undo 3f2a9c0d1e": "Exemplo: fiel book undo 3f2a9c0d1e",
    }
)

IMPORT_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "import_file": ("{file}: {format} (sha256 {sha}...)", "{file}: {format} (sha256 {sha}...)"),
        "import_unread": ("{file} não pode ser lido:", "{file} cannot be read:"),
        "import_booked": ("{n} linhas a lançar: {kinds}", "{n} rows to book: {kinds}"),
        "import_not_booked": ("{n} linhas que não lançam nada:", "{n} rows that book nothing:"),
        "import_review": ("{n} linhas a decidir:", "{n} rows to decide:"),
        "import_unknown": ("{n} linhas não reconhecidas:", "{n} rows not recognised:"),
        "import_positions": ("{n} posições informadas.", "{n} positions told."),
        "import_provisioned": ("{n} proventos provisionados.", "{n} payments announced."),
        "import_row": ("Linha", "Row"),
        "import_id": ("Id", "Id"),
        "import_day": ("Dia", "Day"),
        "import_kind": ("Tipo", "Kind"),
        "import_ticker": ("Ativo", "Asset"),
        "import_quantity": ("Quantidade", "Quantity"),
        "import_price": ("Preço", "Price"),
        "import_amount": ("Valor (R$)", "Amount (R$)"),
        "import_kind_buy": ("compra", "buy"),
        "import_kind_sell": ("venda", "sell"),
        "import_kind_dividend": ("dividendo", "dividend"),
        "import_kind_jcp": ("JCP", "JCP"),
        "import_kind_rendimento": ("rendimento", "fund income"),
        "import_kind_interest": ("juros", "interest"),
        "import_kind_reimbursement": ("reembolso", "reimbursement"),
        "import_kind_capital_return": ("amortização", "capital return"),
        "import_kind_bonus": ("bonificação", "bonus"),
        "import_kind_fraction_out": ("fração sai", "fraction out"),
        "import_kind_fraction_auction": ("leilão de fração", "fraction sold"),
        "import_kind_split": ("desdobramento", "split"),
        "import_kind_subscription": ("subscrição", "subscription"),
        "import_kind_rights_sale": ("venda de direitos", "rights sold"),
        "import_kind_transfer": ("transferência", "transfer"),
        "import_kind_redemption": ("resgate", "redemption"),
        "import_kind_custody_fee": ("taxa de custódia", "custody fee"),
        "import_kind_fee": ("taxa", "fee"),
        "import_kind_tax": ("imposto", "tax"),
        "import_kind_tax_refund": ("imposto devolvido", "tax refund"),
        "import_kind_deposit": ("depósito", "deposit"),
        "import_kind_withdrawal": ("saque", "withdrawal"),
        "import_kind_delivery_in": ("saldo inicial", "opening"),
        "import_kind_fx_in": ("câmbio", "exchange in"),
        "import_institution": ("Instituição", "Institution"),
        "import_account_column": ("Conta", "Account"),
        "import_working": ("comparando com o livro e lançando...", "comparing with the book and booking..."),
        "import_before": (
            "Este arquivo já foi lançado em {day}.",
            "This file was booked before, on {day}.",
        ),
        "import_new": ("{n} linhas novas para o livro:", "{n} rows are new to the book:"),
        "import_done": ("{n} linhas lançadas:", "{n} rows booked:"),
        "import_more": ("... e mais {n} (--json mostra todas)", "... and {n} more (--json shows all)"),
        "import_known": ("{n} linhas que o livro já tem.", "{n} rows that the book has already."),
        "import_taken_back": (
            "{n} linhas que foram desfeitas antes: continuam desfeitas.",
            "{n} rows that were taken back before: they stay so.",
        ),
        "import_replaced": (
            "{n} linhas sem custos no livro: a nota, que os diz, toma o lugar delas.",
            "{n} rows without costs in the book: the note, which tells them, takes their place.",
        ),
        "import_gone": (
            (
                "{n} linhas lançadas de um arquivo anterior não estão mais neste (nada foi apagado; "
                "`fiel book undo ID` desfaz):"
            ),
            (
                "{n} rows booked from an earlier file are not in this one any more (nothing was deleted; "
                "`fiel book undo ID` takes them back):"
            ),
        ),
        "import_waiting": ("{n} linhas que esperam:", "{n} rows that wait:"),
        "import_waits_future": ("data futura: ainda não aconteceu", "dated after today: not yet a fact"),
        "import_waits_day_missing": ("sem data", "no date"),
        "import_waits_amount_missing": ("sem valor", "no amount"),
        "import_waits_ticker_missing": (
            "falta o código: diga com --ticker NOME=CÓDIGO",
            "the ticker is missing: say it with --ticker NAME=TICKER",
        ),
        "import_waits_cash_kept_elsewhere": (
            "esta conta não guarda dinheiro no livro: depósitos e saques não entram",
            "this account keeps no cash in the book: deposits and withdrawals have no place",
        ),
        "import_account": (
            "Nova conta {user}: {name}",
            "New account {user}: {name}",
        ),
        "import_short": (
            (
                "{asset} em {account}: saem {n} a mais do que há, a partir de {day}; diga o que havia "
                "antes com "
                "--opening {asset}=QUANTIDADE@PREÇO_MÉDIO, ou use --short"
            ),
            (
                "{asset} in {account}: {n} more leave than there are, from {day}; say what was held "
                "before with "
                "--opening {asset}=QUANTITY@AVERAGE, or use --short"
            ),
        ),
        "import_alert": ("Atenção: {text}", "Look at this: {text}"),
        "import_accept_hint": (
            "Nada foi gravado. Para lançar {n} linhas no livro de {wallet}, repita com --accept.",
            "Nothing was written. To book {n} rows for {wallet}, repeat with --accept.",
        ),
        "import_accepted": ("{n} linhas lançadas no livro de {wallet}.", "{n} rows booked for {wallet}."),
        "book_rows": ("{n} linhas no livro de {wallet}:", "{n} rows in the book of {wallet}:"),
        "book_taken_back": ("desfeita", "taken back"),
        "book_files": ("{n} arquivos no livro de {wallet}:", "{n} files in the book of {wallet}:"),
        "book_file": (
            "  {day}  {file}  {format}  {rows} linhas  {span}",
            "  {day}  {file}  {format}  {rows} rows  {span}",
        ),
        "book_account": (
            "{account}  {name}  {currency}  em dinheiro: {cash}",
            "{account}  {name}  {currency}  in cash: {cash}",
        ),
        "book_account_external": (
            "{account}  {name}  {currency}  dinheiro fora do livro",
            "{account}  {name}  {currency}  cash is not in the book",
        ),
        "book_undone": (
            "{n} linhas desfeitas no livro de {wallet}.",
            "{n} rows taken back in the book of {wallet}.",
        ),
    }
)
