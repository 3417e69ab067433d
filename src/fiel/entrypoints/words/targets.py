"""The words of `fiel targets` and of `fiel plan` on the book: help, what they say, and their errors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TARGETS_EXAMPLES = (
    "Examples:\n\n- fiel targets edit\n- fiel targets show\n- fiel targets show --toml > alvos.toml\n"
    "- fiel targets set alvos.toml\n- fiel plan --cash 1000\n"
)
EDIT_EXAMPLES = "Examples:\n\n- fiel targets edit\n- EDITOR=nano fiel targets edit --user ana\n"
SHOW_EXAMPLES = "Examples:\n\n- fiel targets show\n- fiel targets show --json\n"
SET_EXAMPLES = "Examples:\n\n- fiel targets set alvos.toml\n- fiel targets set carteira.toml --user ana\n"
_ENDS = (TARGETS_EXAMPLES, EDIT_EXAMPLES, SHOW_EXAMPLES, SET_EXAMPLES)

TARGETS_HELP_PT: Mapping[str, str] = MappingProxyType(
    {each: each.replace("Examples", "Exemplos") for each in _ENDS}
    | {
        "The targets of a wallet of the book: what `fiel plan` without a file brings it back to.": (
            "Os alvos de uma carteira do livro: para onde o `fiel plan` sem arquivo a leva de volta."
        ),
        "Edit the targets in your editor; they are checked before they are kept, and nothing is lost.\n\n"
        "Without targets yet, the text begins with what the book holds. The editor is VISUAL or EDITOR.": (
            "Edita os alvos no seu editor; são conferidos antes de guardados, e nada se perde.\n\nSem alvos "
            "ainda, o texto começa com o que há no livro. O editor é o de VISUAL ou EDITOR."
        ),
        "Show the targets, and what there is of each now, at the last prices that are kept.\n\nWeights are "
        "percent of the whole; values are in reais (R$).": (
            "Mostra os alvos, e quanto há de cada um agora, aos últimos preços guardados.\n\nPesos em por "
            "cento do todo; valores em reais (R$)."
        ),
        "Take the targets of a file: checked whole, and kept in the place of those before.\n\nIt is a "
        "portfolio file; quantities, cash and the month's tax in it are not used: the book says them.": (
            "Toma os alvos de um arquivo: conferidos por inteiro e guardados no lugar dos anteriores.\n\nÉ "
            "um arquivo de carteira; quantidades, caixa e imposto do mês nele não valem: o livro os diz."
        ),
        "The text itself, to keep or to edit elsewhere; without targets yet, one to begin with.": (
            "O próprio texto, para guardar ou editar noutro lugar; sem alvos ainda, um para começar."
        ),
        "The file with the targets (TOML).": "O arquivo com os alvos (TOML).",
        "The portfolio file (TOML); without one, the saved book and its targets are planned.": (
            "O arquivo da carteira (TOML); sem ele, planeja-se o livro guardado e seus alvos."
        ),
    }
)

TARGETS_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "targets_saved": (
            "Alvos de {wallet} guardados: {assets} ativos, {nodes} nós. Agora: fiel plan --cash 1000",
            "Targets of {wallet} kept: {assets} assets, {nodes} nodes. Now: fiel plan --cash 1000",
        ),
        "targets_unchanged": (
            "Nada mudou; nada foi guardado.",
            "Nothing changed; nothing was kept.",
        ),
        "targets_not_saved": (
            "Não foi guardado. O seu texto está em {file}; corrija-o e rode: fiel targets set {file}",
            "Not kept. Your text is in {file}; correct it and run: fiel targets set {file}",
        ),
        "targets_template_left": (
            (
                "O texto ficou como veio e não foi guardado; está em {file}. Para guardá-lo assim: fiel "
                "targets set {file}"
            ),
            (
                "The text was left as it came and was not kept; it is in {file}. To keep it so: fiel "
                "targets set {file}"
            ),
        ),
        "targets_name": (
            "alvos de {wallet}",
            "targets of {wallet}",
        ),
        "targets_file": (
            "alvos",
            "targets",
        ),
        "targets_again": (
            "Editar de novo?",
            "Edit again?",
        ),
        "targets_unused": (
            "Não vale aqui, pois quem o diz é o livro: {places}",
            "Not used here, because the book says it: {places}",
        ),
        "targets_unused_line": (
            "{place} (linha {line})",
            "{place} (line {line})",
        ),
        "targets_of": (
            "Alvos de {wallet}, guardados em {at}",
            "Targets of {wallet}, kept on {at}",
        ),
        "targets_whole": (
            "O todo: {whole} (posições em {day}{cash}).",
            "The whole: {whole} (positions on {day}{cash}).",
        ),
        "targets_with_cash": (
            ", e caixa {cash}",
            ", and cash {cash}",
        ),
        "targets_unpriced": (
            (
                "Sem preço guardado de {assets}: o peso de agora não é conhecido. Para buscar: fiel plan "
                "--market"
            ),
            "No price is kept of {assets}: the weights now are not known. To ask: fiel plan --market",
        ),
        "targets_priced": (
            "Preços: {source}, {at}: {assets}",
            "Prices: {source}, {at}: {assets}",
        ),
        "targets_no_time": (
            "sem data",
            "no date",
        ),
        "targets_no_source": (
            "sem fonte",
            "no source",
        ),
        "targets_class": (
            "Alvo",
            "Target",
        ),
        "targets_weight": (
            "Da classe (%)",
            "Of class (%)",
        ),
        "targets_target": (
            "Do todo (%)",
            "Of whole (%)",
        ),
        "targets_actual": (
            "Agora (%)",
            "Now (%)",
        ),
        "targets_value": (
            "Agora (R$)",
            "Now (R$)",
        ),
        "own_book": (
            "Livro de {wallet}: posições no fim de {day}, todas as contas juntas ({accounts}).",
            "Book of {wallet}: positions at the end of {day}, all accounts together ({accounts}).",
        ),
        "own_cash": (
            "Caixa do livro: {total} ({parts}).",
            "Cash of the book: {total} ({parts}).",
        ),
        "own_cash_of": (
            "{account} {amount} em {at}",
            "{account} {amount} on {at}",
        ),
        "own_cash_elsewhere": (
            "O caixa de {accounts} não está no livro: diga-o com --cash.",
            "The cash of {accounts} is not in the book: say it with --cash.",
        ),
        "own_tax": (
            (
                "Imposto de {month} até aqui: vendas de ações {sales}, ainda isentos {left}; prejuízos a "
                "compensar: comum {common}, FII {fii}."
            ),
            (
                "Tax of {month} so far: shares sold {sales}, {left} more exempt; losses to use: common "
                "{common}, FII {fii}."
            ),
        ),
        "own_tax_unknown": (
            "O imposto do mês não pôde ser calculado, e não está no plano (que não vende): {why}",
            "The month's tax cannot be reckoned, and is not in the plan (which sells nothing): {why}",
        ),
        "own_sale_at": (
            "Venda de {asset}: em {account} há {quantity} un.",
            "Sale of {asset}: {account} holds {quantity} units.",
        ),
        "own_untaxed": (
            "O imposto da venda de {assets} não é mensal e não está no plano.",
            "The tax on selling {assets} is not a monthly one and is not in the plan.",
        ),
        "own_untargeted": (
            (
                "Sem alvo: {assets}. Contam como alvo 0 (--mode full os vende); para deixá-los fora: "
                "fiel targets edit, ignore = true."
            ),
            (
                "Without a target: {assets}. They count as target 0 (--mode full sells them); to leave "
                "them out: fiel targets edit, ignore = true."
            ),
        ),
        "own_open_orders": (
            "Há {n} ordem em aberto no livro; o plano não a conta.",
            "The book has {n} open order; the plan does not count it.",
        ),
        "own_open_orderss": (
            "Há {n} ordens em aberto no livro; o plano não as conta.",
            "The book has {n} open orders; the plan does not count them.",
        ),
    }
)

TARGETS_FAILURES_PT: Mapping[str, str] = MappingProxyType(
    {
        "targets_missing": (
            "{wallet} ainda não tem alvos. Escreva-os com fiel targets edit, ou tome os de um arquivo "
            "com fiel targets set ARQUIVO."
        ),
        "book_empty": (
            "O livro ainda não tem nada. Comece com fiel import ARQUIVO..., ou com fiel custody deposit e "
            "fiel custody bring."
        ),
        "editor_missing": (
            "Nenhum editor está definido. Rode, por exemplo, EDITOR=nano fiel targets edit; ou fiel "
            "targets show --toml > alvos.toml, edite-o e rode fiel targets set alvos.toml."
        ),
        "editor_failed": (
            "O editor {editor} não terminou bem. Confira VISUAL ou EDITOR. O seu texto está em {file}"
        ),
        "own_price_missing": (
            "Não há preço guardado de {assets}. Busque no mercado com fiel plan --market, informe um com "
            "fiel custody price {first} PREÇO --as-of HORA, ou deixe-o fora do todo: fiel targets edit, "
            "[assets.{first}] ignore = true."
        ),
        "currency_not_book": 'O livro é planejado em reais. Escreva currency = "BRL", ou retire a linha.',
        "asset_on_two_lines": (
            "{asset} já está nos alvos por outra linha: no livro são um ativo só. Deixe uma."
        ),
        "assets_in_one_line": "Escreva os ativos em tabelas, [assets.PETR4F], e não numa linha só.",
        "option_of_book": "{option} só vale com o plano do livro, sem arquivo nem instância.",
    }
)
