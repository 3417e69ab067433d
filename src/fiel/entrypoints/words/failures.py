"""Errors in Portuguese, by code. A code that is not here is told in the English of its message.

Placeholders: `{asset}` or `{node}` (the second word of the field), `{field}`, and every detail of the
error; `{age}` and `{age_max}` are ages in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fiel.entrypoints.words.access import ACCESS_FAILURES_PT
from fiel.entrypoints.words.actions import ACTIONS_FAILURES_PT
from fiel.entrypoints.words.autobalance_desk import AUTOBALANCE_FAILURES_PT
from fiel.entrypoints.words.bond import BOND_FAILURES_PT
from fiel.entrypoints.words.custody import CUSTODY_FAILURES_PT
from fiel.entrypoints.words.operations import OPERATIONS_FAILURES_PT
from fiel.entrypoints.words.performance import PERFORMANCE_FAILURES_PT
from fiel.entrypoints.words.targets import TARGETS_FAILURES_PT
from fiel.entrypoints.words.tax import TAX_FAILURES_PT

FAILURES_PT: Mapping[str, str] = MappingProxyType(
    {
        # databases
        "database_empty": "{database} ainda não tem tabelas. Rode: fiel db upgrade --database {database}",
        "database_older": (
            "{database} está no esquema {found} e este programa precisa do {wanted}. Faça uma cópia e "
            "rode: fiel db upgrade --database {database}"
        ),
        "database_newer": (
            "{database} está no esquema {found}, de um Fiel mais novo; este programa conhece até o {wanted}. "
            "Instale o Fiel mais novo. As versões: fiel db current --database {database}"
        ),
        "database_unknown": (
            "{database} tem tabelas que não são de uma versão que o Fiel conhece ({found}). Informe outro "
            "banco ou restaure uma cópia. As versões: fiel db current --database {database}"
        ),
        "database_differs": ("{database} diz estar atual, mas difere: {differences}. Restaure uma cópia."),
        # prices
        "price_missing": (
            "{asset} está sem preço. Informe um preço, ou marque o ativo com ignore = true para "
            "deixá-lo fora do total."
        ),
        "price_stale": (
            "O preço de {asset} tem {age} e o limite é {age_max}. Atualize o preço e a data, ou "
            "aumente --max-price-age se aceita planejar com ele."
        ),
        "price_not_positive": (
            "O preço de {asset} precisa ser maior que zero. Corrija-o; preço desconhecido não é zero."
        ),
        "price_from_future": (
            "O preço de {asset} tem data no futuro. Corrija a data do preço, ou informe --now."
        ),
        "price_not_recorded": "{asset} não tem preço registrado nesse dia.",
        "zone_missing": "A hora está sem fuso. Escreva com ele, por exemplo 2026-01-31T17:00:00-03:00.",
        "time_zone_missing": "A hora está sem fuso. Escreva com ele, por exemplo 2026-01-31T17:00:00-03:00.",
        "now_missing": "Para limitar a idade dos preços é preciso saber a hora atual. Informe --now.",
        # targets
        "weights_not_100": (
            "Os pesos dos filhos de {node} somam {sum}, e não 100 (diferença: {missing}). "
            "Ajuste-os até a soma ser exatamente 100."
        ),
        "weight_missing": "{node} está sem peso. Informe o peso, em por cento da classe acima.",
        "weight_out_of_range": "O peso de {node} precisa estar entre 0 e 100 por cento.",
        "class_without_asset": (
            "A classe {node} tem alvo e nenhum ativo. Ponha um ativo nela ou retire a classe."
        ),
        "node_repeated": "{node} aparece duas vezes nos alvos. Deixe um só.",
        "asset_repeated": "{asset} aparece mais de uma vez. Deixe uma linha só, com a quantidade toda.",
        "asset_unknown": (
            "{field}: este ativo não está entre os ativos do arquivo. Acrescente-o ou corrija o nome."
        ),
        "target_ignored": "O ativo está ignorado e tem alvo. Retire uma das duas coisas.",
        "tree_too_large": "A árvore de alvos tem nós ou níveis demais.",
        "cash_repeated": "Só uma folha dos alvos pode ser o caixa.",
        # money
        "withdrawal_too_large": (
            "A retirada passa em {missing} do que há em caixa mais tudo o que pode ser vendido. "
            "Retire menos, ou libere mais ativos para venda."
        ),
        "cash_below_minimum": (
            "Faltam {missing} para o caixa mínimo, e este modo não vende para levantá-los. "
            "Aumente o aporte, reduza o caixa mínimo ou use --mode full."
        ),
        "tax_due_above_cash": (
            "O imposto do mês até agora sai do caixa, e faltam {missing} para pagá-lo. "
            "Aumente o aporte, retire menos ou reduza o caixa mínimo."
        ),
        "no_feasible_plan": (
            "Nenhuma combinação de lotes inteiros respeita o caixa mínimo (faltam {missing}). "
            "Retire menos, reduza o caixa mínimo ou libere mais ativos para venda."
        ),
        "nothing_to_allocate": "Não há posição, caixa nem aporte: não há o que alocar. Informe --cash.",
        "average_cost_missing": (
            "Vender {asset} pode pagar imposto e o custo médio não foi informado. Informe "
            "average_cost, ou proíba a venda com can_sell = false."
        ),
        "tax_group_unknown": (
            "{field}: este grupo de imposto não está definido. Defina [tax.NOME] ou corrija o nome."
        ),
        "cash_and_withdraw": "Use --cash ou --withdraw, não os dois: o dinheiro entra ou sai.",
        "kappa_and_preset": "Use --kappa ou --cost-sensitivity, não os dois.",
        "amount_ambiguous": "{text} pode ser mil ou um. Escreva sem separador de milhar: {plain}.",
        # numbers
        "float_refused": "{field} é um número de ponto flutuante, que perde centavos. Escreva-o entre aspas.",
        "number_is_float": (
            "{field} é um número de ponto flutuante, que perde centavos. Escreva-o entre aspas."
        ),
        "number_malformed": "{field} não é um número. Escreva só dígitos, com ponto nos decimais: 1234.56.",
        "number_missing": "{field} está vazio. Escreva o número, por exemplo 1234.56.",
        "number_not_finite": "{field} não é um número. Se for desconhecido, deixe-o de fora.",
        "not_a_number": "{field} não é um número. Se for desconhecido, deixe-o de fora.",
        "number_with_exponent": "{field} tem expoente. Escreva todos os dígitos.",
        "number_below_minimum": "{field} está abaixo do mínimo.",
        "number_above_maximum": "{field} está acima do máximo.",
        "number_too_large": "{field} tem dígitos demais. Confira a unidade.",
        "too_many_decimals": "{field} tem casas decimais demais. Dinheiro tem duas.",
        "lot_not_positive": "O lote de {asset} precisa ser maior que zero.",
        "quantity_negative": "A quantidade de {asset} não pode ser negativa.",
        # options
        "mode_unknown": "Este modo não existe. Use contribution, full, withdrawal ou hybrid.",
        "cost_sensitivity_unknown": (
            "Esta sensibilidade a custos não existe. Use eager, balanced, patient ou, em kappa, um número."
        ),
        "age_malformed": "A idade máxima dos preços se escreve com número e unidade: 90s, 30m, 12h ou 5d.",
        "max_nodes_not_positive": "--max-nodes precisa ser pelo menos 1.",
        "language_unknown": "Este idioma não existe. Use pt ou en.",
        "moment_malformed": (
            "{field} não é uma data com hora. Escreva, por exemplo, 2026-01-31T17:00:00-03:00."
        ),
        "source_missing": (
            "Ainda não há livro para planejar. Traga o que você tem com fiel import ARQUIVO..., ou diga o "
            "que planejar: um arquivo de carteira (fiel init carteira.toml cria um exemplo), --instance "
            "ARQUIVO.json ou --instances PASTA."
        ),
        "sources_several": "Use só um: arquivo de carteira, --instance ou --instances.",
        "output_missing": "Com --instances, diga em que pasta gravar: --output PASTA.",
        "option_unused": "{option} não vale com instâncias: elas o dizem por si.",
        "formats_several": "Use --json ou --csv, não os dois.",
        # files
        "file_not_found": "Não existe o arquivo {field}. Para criar um exemplo: fiel init {field}",
        "folder_not_found": "Não existe a pasta {field}.",
        "file_exists": "{field} já existe. Escolha outro nome, ou sobrescreva com --force.",
        "file_is_folder": "{field} é uma pasta. Informe um arquivo.",
        "file_not_text": "{field} não é texto UTF-8. Salve o arquivo como UTF-8.",
        "file_too_large": "{field} é grande demais para o que é.",
        "file_unreadable": "{field} não pode ser lido. Confira o nome e as permissões.",
        "file_not_writable": "{field} não pode ser gravado. Confira a pasta e as permissões.",
        "schema_missing": 'O arquivo precisa começar com schema = "fiel-portfolio/1".',
        "schema_unknown": "O formato declarado em schema não é conhecido.",
        "invalid_document": "O arquivo tem vários problemas.",
        **BOND_FAILURES_PT,
        **CUSTODY_FAILURES_PT,
        **OPERATIONS_FAILURES_PT,
        **TAX_FAILURES_PT,
        **ACCESS_FAILURES_PT,
        **ACTIONS_FAILURES_PT,
        **PERFORMANCE_FAILURES_PT,
        **TARGETS_FAILURES_PT,
        **AUTOBALANCE_FAILURES_PT,
    }
)
