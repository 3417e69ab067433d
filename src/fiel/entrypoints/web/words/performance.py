"""Words of `/rentabilidade`. Classes, doubts and remarks are said as the command line says them."""

from __future__ import annotations

from collections.abc import Mapping

from fiel.entrypoints.words.performance import PERFORMANCE_NOTES

_TAKEN = ("class_", "reason_", "doubt_", "remark_")

WORDS: Mapping[str, tuple[str, str]] = {
    "perf_title": ("Rentabilidade", "Performance"),
    "perf_question": (
        "Como estou indo de verdade, e contra o quê?",
        "How am I really doing, and against what?",
    ),
    "perf_answer_gain": (
        "De {first} a {until} você ganhou {gain}: a carteira rendeu {twr}, descontados custos e impostos.",
        "From {first} to {until} you gained {gain}: the wallet returned {twr}, after fees and taxes.",
    ),
    "perf_answer_loss": (
        "De {first} a {until} você perdeu {gain}: a carteira rendeu {twr}, descontados custos e impostos.",
        "From {first} to {until} you lost {gain}: the wallet returned {twr}, after fees and taxes.",
    ),
    "perf_cdi": ("{percent} do CDI do período.", "{percent} of the CDI of the period."),
    "perf_cdi_spread": ("{spread} sobre o CDI do período.", "{spread} over the CDI of the period."),
    "perf_real": (
        "Acima da inflação (IPCA {inflation}): {real} reais.",
        "Over inflation (IPCA {inflation}): {real} real.",
    ),
    "perf_assumed": (
        "IPCA desde {month} ainda não publicado: suposto em {percent} ao mês, como o último.",
        "IPCA from {month} on is not published yet: taken to be {percent} a month, as the last one.",
    ),
    "perf_late_start": (
        "A carteira começa em {first}: o período conta a partir daí.",
        "The wallet begins on {first}: the period counts from there.",
    ),
    "perf_period": ("Período", "Period"),
    "perf_span_mes": ("Mês", "Month"),
    "perf_span_ano": ("Ano", "Year"),
    "perf_span_12m": ("12 meses", "12 months"),
    "perf_span_tudo": ("Tudo", "All"),
    "perf_span_datas": ("Datas", "Dates"),
    "perf_since": ("De", "From"),
    "perf_until": ("Até", "To"),
    "perf_compare": ("Comparar com", "Compare with"),
    "perf_mark_cdi": ("CDI", "CDI"),
    "perf_mark_ipca": ("IPCA", "IPCA"),
    "perf_mark_ibov": ("IBOV", "IBOV"),
    "perf_other": (
        "Outra (IPCA+6, 110% CDI, BOVA11, 60% CDI + 40% BOVA11)",
        "Another (IPCA+6, 110% CDI, BOVA11, 60% CDI + 40% BOVA11)",
    ),
    "perf_apply": ("Mostrar", "Show"),
    "perf_twr": ("Sua carteira (TWR)", "Your wallet (TWR)"),
    "perf_twr_note": ("no período; {yearly} ao ano", "in the period; {yearly} a year"),
    "perf_twr_help": (
        "Quanto rendeu cada real que ficou o tempo todo: aporte e retirada não mexem nela.",
        "What each real that stayed all the time returned: deposits and withdrawals do not move it.",
    ),
    "perf_mwr": ("Seu dinheiro (XIRR)", "Your money (XIRR)"),
    "perf_mwr_note": ("ao ano; {period} no período", "a year; {period} in the period"),
    "perf_mwr_yearly": ("ao ano", "a year"),
    "perf_mwr_several": (
        "há {n} taxas que servem: use a da carteira",
        "{n} rates fit: use that of the wallet",
    ),
    "perf_mwr_none": ("não existe", "there is none"),
    "perf_mwr_help": (
        "Quanto rendeu o que você pôs, no tempo em que cada parte esteve lá.",
        "What the money you put in returned, over the time that each part was there.",
    ),
    "perf_gain": ("Ganho", "Gain"),
    "perf_gain_note": ("{simple} sobre o que você pôs", "{simple} of what you put in"),
    "perf_why": ("Por que diferem?", "Why do they differ?"),
    "perf_why_same": (
        "Não diferem: nenhum aporte ou retirada mudou o resultado.",
        "They do not: no deposit or withdrawal changed the outcome.",
    ),
    "perf_why_none": (
        "Só a da carteira pode ser dita neste período.",
        "Only that of the wallet can be told in this period.",
    ),
    "perf_why_sum": (
        "{points} ao ano vêm de quando o dinheiro entrou e saiu ({effect} no fim).",
        "{points} a year come from when money came and went ({effect} at the end).",
    ),
    "perf_why_in_before_good": (
        (
            "O que mais pesou: {amount} aportados em {day}, antes de uma fase melhor que a média ({after} "
            "contra {average})."
        ),
        (
            "What weighed most: {amount} put in on {day}, before a time better than average ({after} "
            "against {average})."
        ),
    ),
    "perf_why_in_before_bad": (
        (
            "O que mais pesou: {amount} aportados em {day}, antes de uma fase pior que a média ({after} "
            "contra {average})."
        ),
        (
            "What weighed most: {amount} put in on {day}, before a time worse than average ({after} against "
            "{average})."
        ),
    ),
    "perf_why_out_before_good": (
        (
            "O que mais pesou: {amount} retirados em {day}, antes de uma fase melhor que a média ({after} "
            "contra {average})."
        ),
        (
            "What weighed most: {amount} taken out on {day}, before a time better than average ({after} "
            "against {average})."
        ),
    ),
    "perf_why_out_before_bad": (
        (
            "O que mais pesou: {amount} retirados em {day}, antes de uma fase pior que a média ({after} "
            "contra {average})."
        ),
        (
            "What weighed most: {amount} taken out on {day}, before a time worse than average ({after} "
            "against {average})."
        ),
    ),
    "perf_why_neutral": (
        "O que mais pesou: {amount} em {day} ({after} contra {average} em média).",
        "What weighed most: {amount} on {day} ({after} against {average} on average).",
    ),
    "perf_see_sum": ("Ver a conta", "See the sums"),
    "perf_sum_caption": (
        "Do patrimônio no começo ao do fim, em R$: a soma fecha no centavo",
        "From the worth at the start to that at the end, in R$: it adds up to the cent",
    ),
    "perf_flows_caption": (
        (
            "Cada aporte (+) e retirada (−): o que a carteira rendeu depois, a média do período, e o efeito "
            "no fim"
        ),
        (
            "Each deposit (+) and withdrawal (−): what the wallet returned after it, the average, the "
            "effect at the end"
        ),
    ),
    "perf_flow_day": ("Dia", "Day"),
    "perf_flow_amount": ("Valor", "Amount"),
    "perf_flow_after": ("Rendeu depois", "Returned after"),
    "perf_flow_average": ("Média", "Average"),
    "perf_flow_effect": ("Efeito no fim", "Effect at the end"),
    "perf_flow_points": ("Efeito ao ano", "Effect a year"),
    "perf_flow_more": ("e mais {n} dias com movimento", "and {n} more days with flows"),
    "perf_line_title": ("Ao longo do tempo", "Over time"),
    "perf_line_answer": (
        "Retorno em % desde {first}: {told}.",
        "Return in % since {first}: {told}.",
    ),
    "perf_every_day": ("um ponto por dia", "one point a day"),
    "perf_every_week": (
        "um ponto por semana; todos os dias no CSV",
        "one point a week; every day in the CSV",
    ),
    "perf_every_month": ("um ponto por mês; todos os dias no CSV", "one point a month; every day in the CSV"),
    "perf_line_caption": ("Retorno acumulado em %, {every}", "Return so far in %, {every}"),
    "perf_moves": ("Aporte ou retirada", "Deposit or withdrawal"),
    "perf_moves_caption": ("Aportes e retiradas por dia, em R$", "Deposits and withdrawals by day, in R$"),
    "perf_yours": ("Sua carteira", "Your wallet"),
    "perf_day": ("Dia", "Day"),
    "perf_csv": ("Baixar CSV", "Download CSV"),
    "perf_marks_title": ("O mesmo dinheiro em outro lugar", "The same money elsewhere"),
    "perf_marks_caption": (
        "Os mesmos aportes e retiradas, nos mesmos dias",
        "The same deposits and withdrawals, on the same days",
    ),
    "perf_mark": ("Referência", "Benchmark"),
    "perf_mark_return": ("No período", "In the period"),
    "perf_mark_worth": ("Você teria", "You would have"),
    "perf_mark_difference": ("Diferença", "Difference"),
    "perf_mark_fall": ("Maior queda", "Deepest fall"),
    "perf_lacking": ("{name}: sem dado ({why}).", "{name}: no data ({why})."),
    "perf_lacking_do": ("Buscar em Fontes de dados", "Fetch under Data sources"),
    "perf_fall_title": ("Risco", "Risk"),
    "perf_fall": (
        "Maior queda: {depth}, de {peak} a {trough}; recuperada em {recovered}.",
        "Deepest fall: {depth}, {peak} to {trough}; recovered on {recovered}.",
    ),
    "perf_fall_open": (
        "Maior queda: {depth}, de {peak} a {trough}; ainda não recuperada.",
        "Deepest fall: {depth}, {peak} to {trough}; not recovered yet.",
    ),
    "perf_fall_none": ("A cota nunca caiu no período.", "The quota never fell in the period."),
    "perf_volatility": (
        "Volatilidade: {yearly} ao ano, em {days} pregões.",
        "Volatility: {yearly} a year, over {days} sessions.",
    ),
    "perf_best": (
        "Melhor mês: {month}, {value}. Pior: {worst}, {low}.",
        "Best month: {month}, {value}. Worst: {worst}, {low}.",
    ),
    "perf_months_caption": ("Retorno de cada mês", "Return of each month"),
    "perf_year": ("Ano", "Year"),
    "perf_year_total": ("No ano", "Of the year"),
    "perf_year_months": ("Ver os meses", "See the months"),
    "perf_year_open": ("Fim de {year}: abrir o ano", "End of {year}: open the year"),
    "perf_year_move": ("{year}: {n} aporte ou retirada", "{year}: {n} deposit or withdrawal"),
    "perf_year_moves": ("{year}: {n} aportes e retiradas", "{year}: {n} deposits and withdrawals"),
    "perf_year_title": ("Rentabilidade em {year}", "Performance in {year}"),
    "perf_year_question": ("Como foi {year}, mês a mês?", "How was {year}, month by month?"),
    "perf_year_answer": (
        "Em {year}, dentro do período, a carteira rendeu {total} (TWR).",
        "In {year}, within the period, the wallet returned {total} (TWR).",
    ),
    "perf_year_back": ("Voltar para a rentabilidade do período", "Back to the performance of the period"),
    "perf_from_title": ("De onde veio", "Where it came from"),
    "perf_from_answer": (
        "De {initial} no começo a {final} no fim: {gain} de resultado.",
        "From {initial} at the start to {final} at the end: {gain} made.",
    ),
    "perf_hidden_chart": ("Proporções; valores ocultos.", "Proportions; values hidden."),
    "perf_step_initial": ("Início", "Start"),
    "perf_step_contributions": ("Aportes", "Put in"),
    "perf_step_withdrawals": ("Retiradas", "Taken out"),
    "perf_step_price_rest": ("Outros preços", "Other prices"),
    "perf_step_income": ("Proventos", "Income"),
    "perf_step_currency": ("Câmbio", "Currency"),
    "perf_step_fees": ("Custos", "Fees"),
    "perf_step_taxes": ("IR", "Tax"),
    "perf_step_final": ("Fim", "End"),
    "perf_step": ("Parte", "Part"),
    "perf_amount": ("Valor", "Amount"),
    "perf_steps_caption": (
        "Ganho de preço por classe; proventos brutos; custos e impostos saem. Em R$",
        "Gain of prices by class; gross income; fees and taxes go off. In R$",
    ),
    "perf_table_title": ("Por {level}", "By {level}"),
    "perf_by": ("Separar por", "Cut by"),
    "perf_by_class": ("classe", "class"),
    "perf_by_asset": ("ativo", "asset"),
    "perf_by_account": ("conta", "account"),
    "perf_table_caption": (
        (
            "Preço + proventos + câmbio − custos − impostos = total, em R$; contribuição em pontos do "
            "retorno da carteira"
        ),
        (
            "Price + income + currency − fees − taxes = total, in R$; contribution in points of the "
            "wallet's return"
        ),
    ),
    "perf_head_price": ("Preço", "Price"),
    "perf_head_income": ("Proventos", "Income"),
    "perf_head_currency": ("Câmbio", "Currency"),
    "perf_head_fees": ("Custos", "Fees"),
    "perf_head_taxes": ("Impostos", "Taxes"),
    "perf_head_total": ("Total", "Total"),
    "perf_head_points": ("Contribuição", "Contribution"),
    "perf_head_twr": ("Retorno (TWR)", "Return (TWR)"),
    "perf_head_final": ("Valor no fim", "Worth at the end"),
    "perf_whole": ("Carteira", "Wallet"),
    "perf_cash": ("Caixa em {currency}", "Cash in {currency}"),
    "perf_doubts_title": ("O que não se sabia", "What was not known"),
    "perf_days_span": ("{n} dias, de {first} a {last}", "{n} days, {first} to {last}"),
    "perf_as_of": (
        "Em {day}, {zone}. Fontes: {sources}.",
        "As of {day}, {zone}. Sources: {sources}.",
    ),
    "perf_no_sources": ("só o livro, nenhum preço de mercado", "the book alone, no price of a market"),
    "perf_empty_title": ("Aqui vai aparecer como você está indo", "How you are doing will be here"),
    "perf_empty_text": (
        (
            "Assim que houver lançamentos no livro: o retorno da carteira, o do seu dinheiro, e contra o "
            "CDI e a bolsa."
        ),
        (
            "Once there are entries in the book: the return of the wallet, that of your money, against CDI "
            "and the market."
        ),
    ),
    "perf_empty_main": ("Importar extrato da B3", "Import a B3 statement"),
    "perf_refused": ("Não deu para calcular este período: {why}", "This period could not be reckoned: {why}"),
    "perf_refused_all": ("Ver desde o começo", "See all of it"),
    **{
        key.replace("performance_", "perf_", 1): both
        for key, both in PERFORMANCE_NOTES.items()
        if key.removeprefix("performance_").startswith(_TAKEN)
    },
}
