"""Words of `/impostos`. Categories, regimes, forms and remarks are said as the command line says them."""

from __future__ import annotations

from collections.abc import Mapping

from fiel.entrypoints.words.tax import TAX_NOTES

_TAKEN = ("category_", "pool_", "rule_", "form_", "kind_", "remark_")

WORDS: Mapping[str, tuple[str, str]] = {
    "taxes_title": ("Impostos", "Taxes"),
    "taxes_question": (
        "Devo algo este mês, quanto e até quando?",
        "Do I owe anything this month, how much, by when?",
    ),
    "taxes_due": (
        "{month}: DARF de {amount} (código {code}), vence {day} ({n} dias).",
        "{month}: DARF of {amount} (code {code}), due on {day} ({n} days).",
    ),
    "taxes_due_today": (
        "{month}: DARF de {amount} (código {code}), vence hoje, {day}.",
        "{month}: DARF of {amount} (code {code}), due today, {day}.",
    ),
    "taxes_passed": (
        (
            "{month}: o DARF de {amount} (código {code}) venceu em {day}. Se já pagou, está tudo certo; "
            "senão há multa e juros."
        ),
        (
            "{month}: the DARF of {amount} (code {code}) was due on {day}. If it is paid, all is well; else "
            "there are a fine and interest."
        ),
    ),
    "taxes_waits": (
        "Nada a pagar agora: {amount} estão abaixo de R$ 10,00 e esperam os próximos meses.",
        "Nothing to pay now: {amount} are below R$ 10.00 and wait for later months.",
    ),
    "taxes_nothing": (
        "Nada a pagar pelas vendas de {month}.",
        "Nothing to pay for what was sold in {month}.",
    ),
    "taxes_now": (
        (
            "{month}, até hoje: {sales} em vendas de ações, de {limit} isentos; ainda dá para vender {left} "
            "com isenção."
        ),
        "{month}, up to today: {sales} of shares sold, of {limit} exempt; {left} more can be sold exempt.",
    ),
    "taxes_now_passed": (
        (
            "{month}, até hoje: {sales} em vendas de ações, acima dos {limit} isentos: todo o ganho do mês "
            "com ações é tributado."
        ),
        (
            "{month}, up to today: {sales} of shares sold, above the exempt {limit}: all of the month's "
            "gain on shares is taxed."
        ),
    ),
    "taxes_now_tax": (
        "Se o mês acabasse hoje: {amount} de imposto.",
        "If the month ended today: {amount} of tax.",
    ),
    "taxes_note": (
        "Cálculo para conferência; não é consultoria.",
        "Figures to check by; this is no tax advice.",
    ),
    "taxes_year": ("Ano", "Year"),
    "taxes_months_title": ("Mês a mês em {year}", "Month by month in {year}"),
    "taxes_months_caption": (
        (
            "Vendas, isenção, resultado por regime e imposto de cada mês, em R$; prejuízos que ficam para "
            "compensar"
        ),
        "Sales, exemption, result by regime and tax of each month, in R$; losses that are carried on",
    ),
    "taxes_month": ("Mês", "Month"),
    "taxes_sales": ("Vendas de ações", "Shares sold"),
    "taxes_exempt": ("Isento usado", "Exempt gain used"),
    "taxes_regime": ("Regime", "Regime"),
    "taxes_net": ("Lucro ou prejuízo", "Gain or loss"),
    "taxes_result_common": ("Resultado comum", "Common result"),
    "taxes_result_day_trade": ("Resultado day trade", "Day trade result"),
    "taxes_result_fii": ("Resultado FII", "FII result"),
    "taxes_losses_used": ("Prejuízo usado", "Losses used"),
    "taxes_losses": ("Prejuízo a compensar", "Losses carried"),
    "taxes_base": ("Base", "Taxable"),
    "taxes_rate": ("Alíquota", "Rate"),
    "taxes_tax": ("Imposto", "Tax"),
    "taxes_darf": ("DARF", "DARF"),
    "taxes_due_day": ("Vence", "Due"),
    "taxes_open": ("em aberto", "open"),
    "taxes_no_sales": ("sem vendas", "nothing sold"),
    "taxes_month_detail": ("Como se chega a isso", "How this is reckoned"),
    "taxes_category": ("O que foi vendido", "What was sold"),
    "taxes_category_sales": ("Vendas", "Sales"),
    "taxes_category_gain": ("Ganho", "Gain"),
    "taxes_category_exempt": ("Isento", "Exempt"),
    "taxes_day_trade": ("{name}, day trade", "{name}, day trade"),
    "taxes_month_sum": (
        "Imposto {tax} − retido na fonte {used} = devido {due}",
        "Tax {tax} − withheld at source {used} = due {due}",
    ),
    "taxes_pools_title": ("Por regime em {year}", "By regime in {year}"),
    "taxes_pools_caption": (
        "Prejuízos não vencem e só compensam ganhos do mesmo regime",
        "Losses never lapse, and offset gains of the same regime only",
    ),
    "taxes_laws_title": ("As leis por trás das contas", "The laws behind the figures"),
    "taxes_law": ("{subject}: {source} (desde {since})", "{subject}: {source} (since {since})"),
    "taxes_forms_title": ("Declaração anual (IRPF) de {year}", "Annual return (IRPF) of {year}"),
    "taxes_forms_open": (
        "O ano não acabou: os bens são os de {day}.",
        "The year is not over: the goods are those of {day}.",
    ),
    "taxes_check_codes": (
        "Confira cada código no programa da Receita do ano.",
        "Check every code in the Receita's program of the year.",
    ),
    "taxes_goods": ("Bens e direitos", "Goods (bens e direitos)"),
    "taxes_group": ("Grupo e código", "Group and code"),
    "taxes_asset": ("Ativo", "Asset"),
    "taxes_quantity": ("Quantidade em {day}", "Quantity on {day}"),
    "taxes_cost": ("Custo em {day}", "Cost on {day}"),
    "taxes_income": ("Rendimentos: {form}", "Income: {form}"),
    "taxes_code": ("Código", "Code"),
    "taxes_kind": ("Tipo", "Kind"),
    "taxes_payer": ("Fonte", "Payer"),
    "taxes_amount": ("Valor", "Amount"),
    "taxes_withheld": ("Retido", "Withheld"),
    "taxes_variable": ("Renda variável", "Variable income (renda variável)"),
    "taxes_no_rows": ("Nada a declarar nesta ficha.", "Nothing to declare in this form."),
    "taxes_csv": ("Baixar CSV", "Download CSV"),
    "taxes_csv_name": ("CSV de {name}", "CSV of {name}"),
    "taxes_year_asks": (
        "Para montar as fichas falta uma resposta que só você tem:",
        "To lay out the forms one answer is missing that only you have:",
    ),
    "taxes_year_refused": (
        "As fichas do ano não podem ser ditas: {why}",
        "The forms of the year cannot be told: {why}",
    ),
    "taxes_remarks_title": ("Para conferir", "To check"),
    "taxes_remarks_line": (
        "{n} coisa que o livro não sabe ao certo pode mudar estas contas.",
        "{n} thing that the book does not know for sure may change these figures.",
    ),
    "taxes_remarks_lines": (
        "{n} coisas que o livro não sabe ao certo podem mudar estas contas.",
        "{n} things that the book does not know for sure may change these figures.",
    ),
    "taxes_empty_title": ("Aqui vai aparecer o que há a pagar", "What is to be paid will be here"),
    "taxes_empty_text": (
        (
            "Com suas vendas no livro: o imposto de cada mês, o DARF com o vencimento, os prejuízos a "
            "compensar e as fichas do IRPF."
        ),
        (
            "With your sales in the book: the tax of each month, the DARF with its day, losses carried and "
            "the forms of the annual return."
        ),
    ),
    "taxes_empty_main": ("Importar extrato da B3", "Import a B3 statement"),
    "taxes_category_question": (
        "O que é {asset} para o imposto? Nada no livro diz, e a conta depende disso.",
        "What is {asset} for tax? Nothing in the book tells, and the figures depend on it.",
    ),
    "taxes_category_save": ("Guardar e calcular", "Keep and reckon"),
    "taxes_category_outside": ("Fora da bolsa (sem imposto mensal)", "Not of the exchange (no monthly tax)"),
    "taxes_category_fiagro": ("Fiagro", "Fiagro"),
    "taxes_refused": ("Esta conta não pode ser feita ainda: {why}", "This cannot be reckoned yet: {why}"),
    "taxes_refused_held": (
        "Foi vendido mais do que havia ({held}): falta uma compra, um saldo inicial ou um evento no livro.",
        (
            "More was sold than was held ({held}): a purchase, an opening balance or an event is missing in "
            "the book."
        ),
    ),
    "taxes_refused_do": ("Ver os lançamentos", "See the entries"),
    "notice_taxes_category": ("Guardado: {asset} é {word}.", "Kept: {asset} is {word}."),
    **{
        key.replace("tax_", "taxes_", 1): both
        for key, both in TAX_NOTES.items()
        if key.removeprefix("tax_").startswith(_TAKEN)
    },
}
