"""The words of `fiel tax` and `fiel positions`: their help, what they say, and their errors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TAX_EXAMPLES = (
    "Examples:\n\n- fiel tax month\n- fiel tax month 2026-03 --json\n- fiel tax year 2025 --csv irpf/\n"
)
MONTH_EXAMPLES = (
    "Examples:\n\n- fiel tax month 2026-03\n- fiel tax month --category XPML11=fii --losses fii=250.00\n"
)
YEAR_EXAMPLES = "Examples:\n\n- fiel tax year 2025\n- fiel tax year 2025 --user ana --csv irpf/\n"
POSITIONS_EXAMPLES = "Examples:\n\n- fiel positions\n- fiel positions --on 2025-12-31 --fifo --json\n"
_ENDS = (TAX_EXAMPLES, MONTH_EXAMPLES, YEAR_EXAMPLES, POSITIONS_EXAMPLES)

TAX_HELP_PT: Mapping[str, str] = MappingProxyType(
    {each: each.replace("Examples", "Exemplos") for each in _ENDS}
    | {
        "Tax on gains from the custody book: the month's DARF and the year's forms. Not tax advice.": (
            "Imposto sobre ganhos a partir do livro de custódia: o DARF do mês e as fichas do ano. Não "
            "é consultoria tributária."
        ),
        "Show the tax of a month: sales, gains, what is exempt, losses used and carried, and the DARF to "
        "pay.\n\nAll amounts are in reais (R$). Nothing is written but what --remember keeps. Not tax "
        "advice.": (
            "Mostra o imposto de um mês: vendas, ganhos, o que é isento, prejuízos usados e a compensar, e "
            "DARF a pagar.\n\nTodos os valores em reais (R$). Nada é gravado além do que --remember guarda. "
            "Não é consultoria tributária."
        ),
        "Show what the annual return (IRPF) asks of a year: goods, income, and results month by month.\n\n"
        "All amounts are in reais (R$). Check every code in the Receita's program of the year. Not tax "
        "advice.": (
            "Mostra o que a declaração anual (IRPF) pede de um ano: bens, rendimentos, e resultados mês a "
            "mês.\n\nTodos os valores em reais (R$). Confira cada código no programa da Receita do ano. Não "
            "é consultoria tributária."
        ),
        "Show what the book holds: quantity, average cost and total cost as of a day, splits applied.\n\n"
        "Costs are in reais (R$), fees of buying included; the average is the one that tax uses.": (
            "Mostra o que há no livro: quantidade, custo médio e custo total em um dia, desdobramentos "
            "aplicados.\n\nCustos em reais (R$), taxas de compra incluídas; a média é a que o imposto usa."
        ),
        "Whose book (default: the only user of the book).": "De quem (padrão: o único usuário do livro).",
        "The month (default: this one).": "O mês (padrão: este).",
        "The calendar year of the income.": "O ano-calendário dos rendimentos.",
        "Also write the tables into this folder; no file is overwritten.": (
            "Grava também as tabelas nesta pasta; nenhum arquivo é sobrescrito."
        ),
        "What an asset is where nothing tells it: stock, fii, fiagro, etf, fixed_income_etf, bdr, option, "
        "right, forward, future, or outside (no tax by the month). May be repeated.": (
            "O que um ativo é quando nada o diz: stock, fii, fiagro, etf, fixed_income_etf, bdr, option, "
            "right, forward, future, ou outside (sem imposto mensal). Pode se repetir."
        ),
        "Keep what --category says: it then counts without being said again.": (
            "Guarda o que --category diz: depois vale sem ser dito de novo."
        ),
        "The average repricing term of a fixed-income ETF, in days: its rate needs it. May be repeated.": (
            "O prazo médio de repactuação de um ETF de renda fixa, em dias: a alíquota precisa dele. Pode se "
            "repetir."
        ),
        "Losses from before the book, in reais: common, day_trade or fii. May be repeated.": (
            "Prejuízos de antes do livro, em reais: common, day_trade ou fii. Pode se repetir."
        ),
        "At the end of which day (default: today).": "No fim de que dia (padrão: hoje).",
        "Also the lots by age, first in, first out: tax knows the average only.": (
            "Também os lotes por idade, primeiro a entrar, primeiro a sair: o imposto só conhece a média."
        ),
    }
)

TAX_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "tax_month_of": (
            "Imposto sobre ganhos de {wallet} em {month}, valores em R$",
            "Tax on gains of {wallet} in {month}, amounts in R$",
        ),
        "tax_month_open": (
            "O mês não acabou: é o que há até {day}.",
            "The month is not over: this is what there is up to {day}.",
        ),
        "tax_nothing_sold": ("Nada foi vendido no mês.", "Nothing was sold in the month."),
        "tax_category": ("Categoria", "Category"),
        "tax_sales": ("Vendas (R$)", "Sales (R$)"),
        "tax_gain": ("Ganho (R$)", "Gain (R$)"),
        "tax_exempt": ("Isento (R$)", "Exempt (R$)"),
        "tax_category_stock": ("Ações", "Shares"),
        "tax_category_option": ("Opções", "Options"),
        "tax_category_forward": ("Termo", "Forwards"),
        "tax_category_future": ("Futuros", "Futures"),
        "tax_category_etf": ("ETFs", "ETFs"),
        "tax_category_bdr": ("BDRs", "BDRs"),
        "tax_category_right": ("Direitos", "Rights"),
        "tax_category_fii": ("FIIs e Fiagros", "FIIs and Fiagros"),
        "tax_category_fixed_income_etf": ("ETFs de renda fixa", "Fixed-income ETFs"),
        "tax_day_traded": ("{name}, day trade", "{name}, day trade"),
        "tax_pool": ("Grupo", "Pool"),
        "tax_pool_common": ("Comum", "Common"),
        "tax_pool_day_trade": ("Day trade", "Day trade"),
        "tax_pool_fii": ("FII", "FII"),
        "tax_net": ("Resultado (R$)", "Result (R$)"),
        "tax_losses_before": ("Prejuízo anterior (R$)", "Losses before (R$)"),
        "tax_losses_used": ("Usado (R$)", "Used (R$)"),
        "tax_losses_after": ("A compensar (R$)", "Carried (R$)"),
        "tax_taxable": ("Base (R$)", "Taxable (R$)"),
        "tax_rate": ("Alíquota", "Rate"),
        "tax_tax": ("Imposto (R$)", "Tax (R$)"),
        "tax_limit_left": (
            "Vendas de ações no mês: {sales} de {limit}; ainda se pode vender {left} com isenção.",
            "Shares sold in the month: {sales} of {limit}; {left} more can be sold exempt.",
        ),
        "tax_limit_passed": (
            "Vendas de ações no mês: {sales}, acima de {limit}: todo o ganho do mês com ações é tributado.",
            "Shares sold in the month: {sales}, above {limit}: all of the month's gain on shares is taxed.",
        ),
        "tax_due_line": (
            "Imposto {tax} − retido na fonte usado {used} = devido {due}",
            "Tax {tax} − withheld at source, used {used} = due {due}",
        ),
        "tax_credit_left": (
            "Retido na fonte no mês (calculado): {withheld}; sobra {left} para os próximos meses do ano.",
            "Withheld in the month (reckoned): {withheld}; {left} is left for later months of the year.",
        ),
        "tax_credit_lapsed": (
            "Retido na fonte no mês (calculado): {withheld}; {left} se pede de volta na declaração anual.",
            "Withheld in the month (reckoned): {withheld}; {left} is claimed in the annual return.",
        ),
        "tax_kept_for_good": (
            "ETFs de renda fixa: {amount} ficam com a corretora, em definitivo.",
            "Fixed-income ETFs: the broker keeps {amount} for good.",
        ),
        "tax_darf": ("DARF {code}: pagar {amount} até {day}.", "DARF {code}: pay {amount} by {day}."),
        "tax_darf_waits": (
            "DARF: {amount} está abaixo de R$ 10,00 e espera pelos próximos meses.",
            "DARF: {amount} is below R$ 10.00 and waits for later months.",
        ),
        "tax_darf_none": ("DARF: nada a pagar.", "DARF: nothing to pay."),
        "tax_law": (
            "Regra, {subject}: {source} (desde {since})",
            "Rule, {subject}: {source} (since {since})",
        ),
        "tax_rule_limit": ("isenção do mês", "the month's exemption"),
        "tax_rule_rate": ("alíquota", "rate"),
        "tax_rule_withheld": ("retenção na fonte", "withholding"),
        "tax_rule_darf": ("pagamento", "payment"),
        "tax_not_advice": (
            "Isto é um cálculo a partir de regras públicas, não é consultoria tributária.",
            "This is a computation from public rules, not tax advice.",
        ),
        "tax_year_of": (
            "IRPF de {wallet}, ano-calendário {year}, valores em R$",
            "Annual return (IRPF) of {wallet}, year {year}, amounts in R$",
        ),
        "tax_year_open": (
            "O ano não acabou: é o que há até {day}.",
            "The year is not over: this is what there is up to {day}.",
        ),
        "tax_goods": ("Bens e direitos, ao custo", "Goods (bens e direitos), at cost"),
        "tax_income": ("Rendimentos", "Income (rendimentos)"),
        "tax_variable": ("Renda variável, mês a mês", "Results by month (renda variável)"),
        "tax_group_code": ("Código", "Code"),
        "tax_asset": ("Ativo", "Asset"),
        "tax_quantity_on": ("Un. em {day}", "Units on {day}"),
        "tax_cost_on": ("R$ em {day}", "R$ on {day}"),
        "tax_form": ("Ficha", "Form"),
        "tax_code": ("Código", "Code"),
        "tax_kind": ("Tipo", "Kind"),
        "tax_payer": ("Fonte", "Payer"),
        "tax_amount": ("Valor (R$)", "Amount (R$)"),
        "tax_withheld": ("Retido (R$)", "Withheld (R$)"),
        "tax_form_rendimentos_isentos": ("Isentos", "Exempt"),
        "tax_form_tributacao_exclusiva": ("Tributação exclusiva", "Taxed at source for good"),
        "tax_form_a_conferir": ("A conferir", "To check"),
        "tax_kind_dividend": ("Dividendos", "Dividends"),
        "tax_kind_bonus_shares": ("Bonificação", "Bonus shares"),
        "tax_kind_exempt_stock_gain": ("Ganho isento com ações", "Exempt gain on shares"),
        "tax_kind_exempt_paper": ("Título isento", "Exempt paper"),
        "tax_kind_savings": ("Poupança", "Savings"),
        "tax_kind_fund_income": ("Rendimento de FII ou Fiagro", "Income of FII or Fiagro"),
        "tax_kind_jcp": ("JCP", "JCP"),
        "tax_kind_fixed_income": ("Renda fixa e rendimentos", "Fixed income and interest"),
        "tax_kind_fixed_income_etf": ("ETF de renda fixa", "Fixed-income ETF"),
        "tax_month": ("Mês", "Month"),
        "tax_all_losses": ("A compensar (R$)", "Losses carried (R$)"),
        "tax_darf_amount": ("DARF (R$)", "DARF (R$)"),
        "tax_due_day": ("Vence", "Due"),
        "tax_check_codes": (
            "Confira cada código no programa da Receita do ano.",
            "Check every code in the Receita's program of the year.",
        ),
        "tax_table_written": ("Gravado: {file}", "Written: {file}"),
        "tax_remark_bonus_without_cost": (
            (
                "{asset}: a bonificação de {day} entrou com custo zero; o valor que a empresa declarou não é "
                "conhecido aqui, e o imposto pode sair maior."
            ),
            (
                "{asset}: the bonus shares of {day} came at cost zero; what the company declared is not "
                "known here, and the tax may come out higher."
            ),
        ),
        "tax_remark_event_left_out": (
            "{asset}: o evento {label} não pôde ser aplicado; confira a quantidade e o custo.",
            "{asset}: the event {label} could not be applied; check quantity and cost.",
        ),
        "tax_remark_event_differs": (
            (
                "{asset}: o livro tem {quantity} un. de um evento em {day}; o mercado conta {ratio} por 1 em "
                "{told}. Vale o livro; confira."
            ),
            (
                "{asset}: the book has {quantity} units of an event on {day}; the market tells {ratio} for 1 "
                "on {told}. The book counts; check it."
            ),
        ),
        "tax_remark_change_on_nothing": (
            "{asset}: há um evento em {day}, quando nada havia em carteira; falta algo antes dele no livro.",
            "{asset}: there is an event on {day}, when nothing was held; something before it is missing.",
        ),
        "tax_remark_foreign_left_out": (
            "Ficou de fora o que está em {currencies}.",
            "What is in {currencies} was left out.",
        ),
        "tax_remark_brought_without_cost": (
            (
                "{asset}: {quantity} un. entraram em {day} com custo zero. Se foram um desdobramento ou uma "
                "bonificação que o mercado também conta, contam duas vezes."
            ),
            (
                "{asset}: {quantity} units came on {day} at cost zero. If they were a split or a bonus that "
                "the market tells too, they count twice."
            ),
        ),
        "tax_remark_left_without_sale": (
            "{asset}: {quantity} un. saíram em {day} sem venda, ao custo médio.",
            "{asset}: {quantity} units left on {day} without a sale, at average cost.",
        ),
        "tax_remark_capital_of_nothing": (
            "{asset}: R$ {amount} de capital vieram em {day}, quando nada havia; o ganho não está na conta.",
            "{asset}: R$ {amount} of capital came on {day}, when nothing was held; the gain is not counted.",
        ),
        "tax_remark_events_unasked": (
            (
                "Sem eventos guardados de {assets}: um desdobramento não seria visto. Para perguntar: fiel "
                "market events {first}"
            ),
            "No events are kept of {assets}: a split would not be seen. To ask: fiel market events {first}",
        ),
        "tax_remark_income_left_out": (
            "{asset}: R$ {amount} de {day} ({kind}) não têm ficha conhecida aqui.",
            "{asset}: R$ {amount} of {day} ({kind}) have no form that is known here.",
        ),
        "positions_of": (
            "Posições de {wallet} no fim de {day}, custos em R$",
            "Positions of {wallet} at the end of {day}, costs in R$",
        ),
        "positions_none": ("Nada em carteira.", "Nothing is held."),
        "positions_quantity": ("Quantidade (un.)", "Quantity (units)"),
        "positions_average": ("Custo médio (R$/un.)", "Average cost (R$/unit)"),
        "positions_cost": ("Custo total (R$)", "Total cost (R$)"),
        "positions_lot": ("  de {day}", "  of {day}"),
        "positions_fraction": ("  fração à espera do leilão", "  fraction, waiting for its auction"),
    }
)

TAX_FAILURES_PT: Mapping[str, str] = MappingProxyType(
    {
        "category_missing": (
            "Nada diz o que {assets} é para o imposto. Informe --category {first}=fii (ou: {words}), ou "
            "pergunte o que ele paga: fiel market events {first}"
        ),
        "category_unknown": "{field}: categoria desconhecida. Use uma destas: {words}.",
        "pair_malformed": "{field}: escreva NOME=VALOR, por exemplo XPML11=fii.",
        "pair_twice": "{field}: o mesmo nome aparece duas vezes. Deixe um só.",
        "pool_unknown": "{field}: há prejuízos de common, day_trade e fii.",
        "month_malformed": "O mês não pode ser lido. Escreva-o como 2026-01.",
        "year_outside": "O ano precisa estar entre {first} e {last}.",
        "table_exists": "{field} já existe e não é sobrescrito. Escolha outra pasta.",
        "quantity_not_held": (
            "Foi vendido mais do que havia ({field}; havia {held}). Falta uma compra, um saldo inicial ou um "
            "evento societário no livro."
        ),
        "repricing_days_missing": (
            "{field}: o imposto do ETF de renda fixa precisa do prazo médio. Informe --repricing ATIVO=DIAS."
        ),
    }
)
