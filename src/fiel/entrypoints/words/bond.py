"""The words of `fiel bond`: its help, what it shows (key -> Portuguese, English), and its errors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fiel.copilot.plan_view.words import Lang, Words

#: The ends of the helps.
BOND_EXAMPLES = (
    "Examples:\n\n"
    "- fiel bond price LTN --maturity 2028-01-01 --on 2026-02-06 --rate 12.6711 --explain\n"
    "- fiel bond yield Tesouro Prefixado 2028 --on 2026-02-06 --price 798.61\n"
    "- fiel bond flows NTN-F --maturity 2029-01-01 --on 2026-02-06 --rate 12.8245\n"
    '- fiel bond compare "CDB 110% CDI" "LCI 92% CDI" --months 24\n'
)
PRICE_EXAMPLES = (
    "Examples:\n\n"
    "- fiel bond price NTN-B --maturity 2035-05-15 --on 2026-02-06 --rate 7.5841 --vna 4596.158793\n"
    '- fiel bond price CDB --pays "110% CDI" --start 2025-02-03 --maturity 2028-02-03 --amount 10000\n'
    "- fiel bond price poupanca --start 2025-01-10 --amount 1000 --tr 0.17\n"
)
FLOWS_EXAMPLES = (
    "Examples:\n\n"
    "- fiel bond flows NTN-F --maturity 2029-01-01 --on 2026-02-06 --units 10 --rate 12.8245\n"
    '- fiel bond flows CRI --pays "IPCA + 6.1%" --start 2026-01-15 --maturity 2030-01-15 '
    "--interest semiannual\n"
)
COMPARE_EXAMPLES = 'Example: fiel bond compare "CDB 110% CDI" "LCI 92% CDI" --months 24 --cdi 13.5'

BOND_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        BOND_EXAMPLES: BOND_EXAMPLES.replace("Examples", "Exemplos"),
        PRICE_EXAMPLES: PRICE_EXAMPLES.replace("Examples", "Exemplos"),
        FLOWS_EXAMPLES: FLOWS_EXAMPLES.replace("Examples", "Exemplos"),
        COMPARE_EXAMPLES: COMPARE_EXAMPLES.replace("Example", "Exemplo"),
        "Example: fiel bond yield LTN --maturity 2028-01-01 --on 2026-02-06 --price 798.615040": (
            "Exemplo: fiel bond yield LTN --maturity 2028-01-01 --on 2026-02-06 --price 798.615040"
        ),
        "Prices, rates and payments of Tesouro, CDB, LCI, LCA, CRI, CRA, debentures and savings, to the "
        "cent.": (
            "Preços, taxas e pagamentos de Tesouro, CDB, LCI, LCA, CRI, CRA, debêntures e poupança, ao "
            "centavo."
        ),
        "Show the price of a federal bond at a rate, the value of a private paper on its curve, or savings."
        "\n\nEach number says its unit, its day and its source; what a series does not tell is assumed, and "
        "named.": (
            "Mostra o preço de um título público a uma taxa, o valor de um papel privado na curva, ou a "
            "poupança.\n\nCada número diz a unidade, o dia e a fonte; o que uma série não diz é suposto, e "
            "declarado."
        ),
        "Show the rate that a price means, percent per year (252), and the price of that rate beside it.\n\n"
        "Of a private paper it is the rate of its payments to come, as projected. Exit code 3 when no rate "
        "from\n-50 to 1000 has that price.": (
            "Mostra a taxa que um preço significa, em % ao ano (252), e ao lado o preço dessa taxa.\n\nDe um "
            "papel privado, é a taxa dos pagamentos projetados. Código de saída 3 quando nenhuma taxa de -50 "
            "a 1000 tem esse preço."
        ),
        "Show every payment to come: day, principal, indexation, interest, tax and net, known or assumed."
        "\n\nDays are moved to business days. After the series end, rates go on flat unless an option says "
        "otherwise.": (
            "Mostra cada pagamento futuro: dia, principal, correção, juros, imposto e líquido, conhecido ou "
            "projetado.\n\nOs dias vão para dias úteis. Depois do fim das séries as taxas seguem constantes, "
            "salvo opção."
        ),
        "Compare offers that pay all at the end: gross, tax, net, and the rate that the other kind would "
        "need.\n\nThe one that leaves most comes first. An exempt paper's equivalent is the rate of a taxed "
        "one, and the\nother way round, at the income tax of the time given.": (
            "Compara ofertas que pagam tudo no fim: bruto, imposto, líquido, e a taxa equivalente do outro "
            "tipo.\n\nA que deixa mais vem primeiro. O equivalente de um papel isento é a taxa de um "
            "tributado, e vice-versa, ao imposto de renda do prazo dado."
        ),
        "LTN, NTN-B, LFT, Tesouro IPCA+ 2035, CDB, LCI, CRA...": (
            "LTN, NTN-B, LFT, Tesouro IPCA+ 2035, CDB, LCI, CRA..."
        ),
        "The day of the price; settlement, for federal bonds.": (
            "O dia do preço; a liquidação, em títulos públicos."
        ),
        "When it matures (a Tesouro name tells it).": "O vencimento (um nome do Tesouro já o diz).",
        "How many titles (default: 1).": "Quantos títulos (padrão: 1).",
        "The bond's rate, percent per year (252).": "A taxa do título, % ao ano (252).",
        "The updated nominal value of the day.": "O valor nominal atualizado (VNA) do dia.",
        "The day of --vna, if earlier: it is carried on from there.": (
            "O dia de --vna, se anterior: dali ele é levado até o dia do preço."
        ),
        "The projected index of the month since --vna-day.": "O índice projetado do mês desde --vna-day.",
        "Which days of that month are counted.": "Que dias desse mês são contados.",
        '"110% CDI", "CDI + 1.5%", "13.2% a.a." or "IPCA + 6.1%".': (
            '"110% CDI", "CDI + 1.5%", "13.2% a.a." ou "IPCA + 6.1%".'
        ),
        "When the paper or the deposit started.": "Quando o papel ou o depósito começou.",
        "Reais per unit at the start (default: 1000).": "Reais por unidade no início (padrão: 1000).",
        "When the interest is paid.": "Quando os juros são pagos.",
        "Repayments: 2027-01-15:25,2028-01-15:25 (percent), or a file of such lines: day,percent.": (
            "Amortizações: 2027-01-15:25,2028-01-15:25 (por cento), ou um arquivo de linhas: dia,percentual."
        ),
        "What these percents are of: what is left, or all.": (
            "De que são esses percentuais: do que resta, ou do todo."
        ),
        "When it was bought (default: at its start).": "Quando foi comprado (padrão: no início).",
        "What one unit cost then (default: its value on the curve).": (
            "Quanto custou uma unidade (padrão: o seu valor na curva)."
        ),
        "CDI assumed after the series ends, percent per year.": (
            "CDI suposto depois do fim da série, % ao ano."
        ),
        "Selic assumed after the series ends, percent per year.": (
            "Selic suposta depois do fim da série, % ao ano."
        ),
        "IPCA assumed after the series ends, percent per month.": (
            "IPCA suposto depois do fim da série, % ao mês."
        ),
        "IGP-M assumed after the series ends, percent per month.": (
            "IGP-M suposto depois do fim da série, % ao mês."
        ),
        "Dated steps of the CDI or Selic assumed: 2027-01-04:12.5,2028-01-03:10, or a file of them.": (
            "Degraus do CDI ou da Selic supostos: 2027-01-04:12.5,2028-01-03:10, ou um arquivo deles."
        ),
        "TR of months that no series tells (savings).": "TR dos meses que nenhuma série diz (poupança).",
        "Selic target where no series tells it (savings).": (
            "Meta Selic onde nenhuma série a diz (poupança)."
        ),
        "Recorded series only: nobody is asked (as with FIEL_MARKET_OFFLINE=1).": (
            "Só séries gravadas: ninguém é perguntado (como com FIEL_MARKET_OFFLINE=1)."
        ),
        "The working: formula, numbers, result, rounding and source.": (
            "A conta: fórmula, números, resultado, arredondamento e fonte."
        ),
        "The price of one bond or unit.": "O preço de um título ou unidade.",
        "Add the payments up by month.": "Soma os pagamentos por mês.",
        '"CDB 110% CDI", "LCI 92% CDI", "CDB 13.2% a.a."...': (
            '"CDB 110% CDI", "LCI 92% CDI", "CDB 13.2% a.a."...'
        ),
        "How long the money stays.": "Por quanto tempo o dinheiro fica.",
        "Reais to invest in each (default: 1000).": "Reais a investir em cada uma (padrão: 1000).",
    }
)

BOND_FAILURES_PT: Mapping[str, str] = MappingProxyType(
    {
        "bond_unknown": (
            "{kind}: este título não é conhecido. Conhecidos: {known}, e os nomes do Tesouro Direto."
        ),
        "bond_name_long": "O nome do título é longo demais.",
        "bond_matured": "O título vence em {maturity}, que não é depois de {on}. Corrija --maturity ou --on.",
        "not_a_business_day": "{on} não é dia útil: títulos públicos não liquidam. O próximo é {next}.",
        "vna_missing": (
            "{kind} é cotado em % do valor nominal atualizado (VNA): informe o de {on} com --vna. O Tesouro "
            "e a ANBIMA o publicam todo dia útil; ou informe um VNA anterior com --vna-day (e --projection)."
        ),
        "vna_day": "O VNA desse dia não serve aqui; informe o do dia do preço, ou o do último aniversário.",
        "vna_anniversary": (
            "Os pagamentos seguem do VNA de um dia {wanted}: informe-o com --vna e o dia com --vna-day."
        ),
        "projection_missing": "Falta a projeção do índice do mês, em por cento: --projection.",
        "pays_malformed": "{field} não foi entendido. Escreva {forms}.",
        "pays_missing": 'Diga o que o papel paga, por exemplo --pays "110% CDI".',
        "start_missing": "Diga quando começou, por exemplo --start 2026-01-05.",
        "maturity_missing": "Diga quando vence, por exemplo --maturity 2029-01-01.",
        "rate_option_missing": "Diga a que taxa, por exemplo --rate 7.5841.",
        "rate_of_purchase": "--rate dá o preço de uma compra em --on; para uma compra anterior use --paid.",
        "maturity_before_start": "O vencimento precisa ser depois do início.",
        "outside_life": (
            "O papel vive de {start} a {maturity}; {on} está fora. Corrija --on, --start ou --maturity."
        ),
        "bought_outside": "A compra precisa estar entre o início do papel e o dia do preço.",
        "interest_unknown": "Essa periodicidade não existe. Use: {known}.",
        "choice_unknown": "{field} não conhece esse valor. Use: {known}.",
        "rate_missing": (
            "{field}: falta a taxa de um ou mais dias. Busque a série (fiel market series) ou informe uma "
            "suposição com a opção da série, como --cdi, --selic, --ipca ou --tr."
        ),
        "price_without_rate": "Nenhuma taxa de -50 % a 1000 % tem esse preço. Confira a unidade e as datas.",
        "rate_undefined": "Não resta dia útil até o vencimento: qualquer taxa serve.",
        "offer_malformed": 'A oferta não foi entendida. Escreva tipo e taxa, como "CDB 110% CDI".',
        "savings_has_no_price": "A poupança não é negociada: não tem preço.",
        "savings_has_no_flows": "A poupança paga em si mesma: veja o saldo com fiel bond price poupanca.",
        "nothing_left": "Nada mais é pago nesse dia ou depois.",
        "table_rows": "{field}: a tabela precisa ter de 1 a 1200 linhas.",
        "table_day_twice": "{field}: um dia aparece duas vezes na tabela; deixe um só.",
        "amortisation_outside": "Uma amortização está fora da vida do papel.",
        "day_outside": "{field}: os calendários vão de {first} a {last}.",
        "option_not_of_kind": "{field} não diz nada de {kind}. Retire-a.",
    }
)

_UNITS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "unit_brl": ("R$", "BRL"),
        "unit_brl_per_unit": ("R$ por título", "BRL per title"),
        "unit_percent": ("%", "%"),
        "unit_percent_year": ("% a.a. (252)", "% a year (252)"),
        "unit_percent_month": ("% a.m.", "% a month"),
        "unit_percent_vna": ("% do VNA", "% of VNA"),
        "unit_percent_cdi": ("% do CDI", "% of CDI"),
        "unit_business_days": ("dias úteis", "business days"),
        "unit_calendar_days": ("dias corridos", "calendar days"),
        "unit_factor": ("fator", "factor"),
        "unit_units": ("títulos", "titles"),
        "unit_none": ("", ""),
    }
)
_FIGURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "figure_price": ("Preço unitário (PU)", "Unit price (PU)"),
        "figure_rate": ("Taxa", "Rate"),
        "figure_display_price": ("Preço no Tesouro Direto", "Price in Tesouro Direto"),
        "figure_quantity": ("Quantidade", "Quantity"),
        "figure_financial_value": ("Valor financeiro", "Financial value"),
        "figure_minimum_quantity": ("Compra mínima", "Least purchase"),
        "figure_minimum_value": ("Valor da compra mínima", "Value of the least purchase"),
        "figure_quotation": ("Cotação", "Quotation"),
        "figure_vna": ("Valor nominal atualizado (VNA)", "Updated nominal value (VNA)"),
        "figure_business_days": ("Prazo", "Term"),
        "figure_price_of_rate": ("Preço dessa taxa", "Price of that rate"),
        "figure_price_of_curve": ("Preço na curva", "Price on the curve"),
        "figure_nominal": ("Valor nominal (atualizado)", "Nominal value (updated)"),
        "figure_interest": ("Juros corridos", "Interest run up"),
        "figure_units": ("Quantidade", "Quantity"),
        "figure_gross_value": ("Valor bruto", "Gross value"),
        "figure_cost": ("Custo", "Cost"),
        "figure_gross_yield": ("Rendimento bruto", "Gross yield"),
        "figure_days_held": ("Dias desde a compra", "Days since the purchase"),
        "figure_iof": ("IOF", "IOF"),
        "figure_ir_rate": ("Alíquota do IR", "Income tax rate"),
        "figure_ir": ("IR", "Income tax"),
        "figure_net_value": ("Valor líquido", "Net value"),
        "figure_period_yield": ("Rendimento no período", "Yield of the period"),
        "figure_annual_gross": ("Taxa bruta no período", "Gross rate over the period"),
        "figure_annual_net": ("Taxa líquida no período", "Net rate over the period"),
        "figure_percent_of_cdi": ("Do CDI do período", "Of the period's CDI"),
        "figure_taxed_equivalent": ("Equivale, se tributado", "Equals, if taxed"),
        "figure_exempt_equivalent": ("Equivale, se isento", "Equals, if exempt"),
        "figure_received": ("Já recebido, bruto", "Received so far, gross"),
        "figure_balance": ("Saldo", "Balance"),
        "figure_amount": ("Depósito", "Deposit"),
        "figure_savings_interest": ("Rendimento creditado", "Interest credited"),
        "figure_credits": ("Créditos", "Credits"),
    }
)
_STEPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "step_business_days": (
            "Dias úteis, de d0 (incluído) a d1",
            "Business days, from d0 (included) to d1",
        ),
        "step_exponent": ("Expoente", "Exponent"),
        "step_rate": ("Taxa, como a regra a toma", "Rate, as the rule takes it"),
        "step_coupon": ("Cupom semestral", "Half-yearly coupon"),
        "step_flow": ("Valor presente do fluxo", "Present value of the flow"),
        "step_quotation": ("Cotação", "Quotation"),
        "step_vna": ("Valor nominal atualizado", "Updated nominal value"),
        "step_vna_projected": ("VNA projetado", "Projected VNA"),
        "step_vna_selic": ("VNA levado pela Selic", "VNA carried on by the Selic"),
        "step_price": ("Preço unitário (PU)", "Unit price (PU)"),
        "step_price_of_rate": ("Preço da taxa", "Price of the rate"),
        "step_rate_of_price": ("Taxa cujo preço é o informado", "Rate whose price is the one given"),
        "step_past_event": ("Evento passado: o que resta", "Past event: what is left"),
        "step_updated_nominal": ("Valor nominal atualizado", "Updated nominal value"),
        "step_interest": ("Juros", "Interest"),
        "step_accumulated": ("Fator diário acumulado", "Accumulated daily factor"),
        "step_rate_factor": ("Fator da taxa", "Factor of the rate"),
        "step_spread_factor": ("Fator dos juros (ou spread)", "Factor of the interest (or spread)"),
        "step_interest_factor": ("Fator de juros", "Interest factor"),
        "step_index_month": ("Fator do índice no mês", "Factor of the index in the month"),
        "step_payment": ("Pagamento bruto", "Gross payment"),
        "step_index_factor": ("Fator do índice", "Factor of the index"),
        "step_gross_value": ("Valor bruto", "Gross value"),
        "step_gross_yield": ("Rendimento: valor bruto menos custo", "Yield: gross value less cost"),
        "step_iof": ("IOF, por dias corridos", "IOF, by calendar days"),
        "step_ir": ("IR, por dias corridos", "Income tax, by calendar days"),
        "step_net_value": ("Valor líquido", "Net value"),
        "step_savings_additional": (
            "Adicional (Selic acima de 8,5: 0,5)",
            "Additional (Selic above 8.5: 0.5)",
        ),
        "step_savings_percent": ("Rendimento do mês", "Percent of the month"),
        "step_savings_credit": ("Saldo depois do crédito", "Balance after the credit"),
    }
)
_SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "figure": ("", ""),
        "value": ("Valor", "Value"),
        "unit": ("Unidade", "Unit"),
        "as_of": ("Em", "As of"),
        "source": ("Fonte", "Source"),
        "source_given": ("informado", "given"),
        "source_computed": ("calculado", "computed"),
        "working": ("A conta, passo a passo:", "The working, step by step:"),
        "exact": ("sem arredondar", "not rounded"),
        "roundings": (
            "A-n: arredonda a n casas, meio para cima; T-n: corta em n casas.",
            "A-n: rounded to n decimals, half up; T-n: cut at n decimals.",
        ),
        "series_to": ("{series}: {source}, até {day}", "{series}: {source}, up to {day}"),
        "series_none": ("{series}: nenhuma linha da série", "{series}: no rows of the series"),
        "series_unheard": (
            "{series}: ninguém respondeu (fiel market series {series} --explain); --offline usa a gravada.",
            "{series}: nobody answered (fiel market series {series} --explain); --offline reads the recorded",
        ),
        "assumed_flat": (
            "suposto constante desde {day}: {percent} {unit}",
            "assumed flat from {day} on: {percent} {unit}",
        ),
        "assumed_given": (
            "suposto (informado) desde {day}: {percent} {unit}",
            "assumed (as given) from {day} on: {percent} {unit}",
        ),
        "assumed_then": ("desde {day}: {percent} {unit}", "from {day} on: {percent} {unit}"),
        "about_fgc": (
            "Coberto pelo FGC até R$ 250 mil por CPF e grupo emissor (R$ 1 milhão a cada 4 anos).",
            "Covered by the FGC up to R$ 250,000 per holder and issuing group (R$ 1 million in 4 years).",
        ),
        "about_ipca_from_variations": (
            "O índice vem das variações mensais com 2 casas (SGS 433): os últimos dígitos podem diferir.",
            "The index is made of monthly changes with 2 decimals (SGS 433): the last digits may differ.",
        ),
        "about_monthly_roundings": (
            "RendA+ e Educa+: arredondamentos supostos como os da NTN-B; nenhum preço publicado os confirma.",
            "RendA+ and Educa+: roundings assumed to be the NTN-B's; no published price confirms them.",
        ),
        "about_cost_unknown": (
            "Sem o custo, o imposto sobre o principal não é conhecido: informe --paid, ou --rate.",
            "Without the cost the tax on the principal is not known: give --paid, or --rate.",
        ),
        "about_vna_estimated": (
            "Sem --vna, o VNA foi estimado do IPCA desde junho de 2000: os últimos dígitos podem diferir.",
            "Without --vna the VNA was estimated from the IPCA since June 2000: the last digits may differ.",
        ),
        "about_savings_next": (
            "O próximo crédito vem em {day}; até lá nada rende.",
            "The next credit comes on {day}; nothing is earned for a part of a month.",
        ),
        "about_savings_exempt": ("Isenta de imposto para pessoa física.", "Free of tax for individuals."),
        "flows_of": (
            "{title} · {units} × · pagamentos desde {day}, em R$",
            "{title} · {units} × · payments from {day} on, in BRL",
        ),
        "compared": (
            "{amount} em cada oferta, de {on} a {until}; valores em R$",
            "{amount} in each offer, from {on} to {until}; values in BRL",
        ),
        "column_pays_on": ("Paga em (data nominal)", "Pays on (nominal date)"),
        "column_month": ("Mês", "Month"),
        "column_principal": ("Principal", "Principal"),
        "column_indexation": ("Correção", "Indexation"),
        "column_interest": ("Juros", "Interest"),
        "column_gross": ("Bruto", "Gross"),
        "column_tax": ("Imposto", "Tax"),
        "column_net": ("Líquido", "Net"),
        "column_standing": ("Como", "How"),
        "column_offer": ("Oferta", "Offer"),
        "column_ir_rate": ("IR %", "Tax %"),
        "column_annual_net": ("Líquida, % a.a.", "Net, % a year"),
        "column_percent_of_cdi": ("Líquida, % do CDI", "Net, % of CDI"),
        "column_equivalent": ("Equivale a", "Equals"),
        "needs_taxed": ("tributado", "taxed"),
        "needs_exempt": ("isento", "exempt"),
        "known": ("conhecido", "known"),
        "projected": ("projetado", "projected"),
        "total": ("Total", "Total"),
    }
)
BOND_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType({**_UNITS, **_FIGURES, **_STEPS, **_SENTENCES})


def bond_note(key: str, words: Words, /, **values: object) -> str:
    """The note in the language of `words`, its values filled in. Raises `KeyError` for an unknown key."""
    portuguese, english = BOND_NOTES[key]
    text = portuguese if words.lang is Lang.PT else english
    return text.format(**values) if values else text
