"""The words of `fiel performance`: its help, what it says, and its errors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PERFORMANCE_EXAMPLES = (
    "Examples:\n\n"
    "- fiel performance --period 12m\n"
    "- fiel performance --benchmark cdi --benchmark 'ipca+6' --level asset\n"
    "- fiel performance --period 2025 --benchmark '60% cdi + 40% BOVA11' --json --ids\n"
)

PERFORMANCE_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        PERFORMANCE_EXAMPLES: PERFORMANCE_EXAMPLES.replace("Examples", "Exemplos"),
        "Show how the wallet did: its worth to the cent, both returns and why they differ, benchmarks, risk."
        "\n\nAll amounts are in reais (R$), as of the last day shown. Only --fetch writes: what the services "
        "tell.": (
            "Mostra como a carteira foi: o patrimônio ao centavo, as duas rentabilidades e por que diferem, "
            "referências, risco.\n\nTodos os valores em reais (R$), no último dia mostrado. Só --fetch grava "
            "algo: o que os serviços dizem."
        ),
        "What to look at: ytd, month, 12m, all, 2025, 2025-03 or 2025-01-01..2025-06-30.": (
            "O que olhar: ytd (o ano), month (o mês), 12m, all (tudo), 2025, 2025-03 ou "
            "2025-01-01..2025-06-30."
        ),
        "A yardstick: cdi, 110% cdi, selic, ipca, ipca+6, ibov, a symbol, or a mix such as "
        "'60% cdi + 40% BOVA11'. May be repeated (default: cdi).": (
            "Uma referência: cdi, 110% cdi, selic, ipca, ipca+6, ibov, um código, ou uma mistura como "
            "'60% cdi + 40% BOVA11'. Pode se repetir (padrão: cdi)."
        ),
        "What the table is by: portfolio, class, account or asset.": (
            "Por que separar a tabela: portfolio (tudo), class (classe), account (conta) ou asset (ativo)."
        ),
        "First ask the services for the closes, events and series that are not kept yet.": (
            "Antes, pergunta aos serviços pelos fechamentos, eventos e séries que ainda não há."
        ),
    }
)

PERFORMANCE_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "performance_of": (
            "Desempenho de {wallet}, de {first} a {until}, valores em R$",
            "Performance of {wallet}, {first} to {until}, amounts in R$",
        ),
        "performance_initial": ("Patrimônio no começo", "Worth at the start"),
        "performance_contributions": ("+ Aportes", "+ Put in"),
        "performance_withdrawals": ("− Retiradas", "− Taken out"),
        "performance_price_gain": ("+ Ganho de preço", "+ Gain of prices"),
        "performance_income": ("+ Proventos (brutos)", "+ Income (gross)"),
        "performance_currency": ("+ Câmbio", "+ Currency"),
        "performance_fees": ("− Custos", "− Fees"),
        "performance_taxes": ("− Impostos", "− Taxes"),
        "performance_final": ("= Patrimônio no fim", "= Worth at the end"),
        "performance_gain": ("Resultado, descontados custos e impostos", "Made in all, after fees and taxes"),
        "performance_simple": ("Resultado sobre o que foi posto", "Made, over what was put in"),
        "performance_rate": ("Rentabilidade", "Return"),
        "performance_period": ("No período", "Of the period"),
        "performance_yearly": ("Ao ano", "A year"),
        "performance_twr": ("Por cotas (TWR)", "Of quotas (TWR)"),
        "performance_mwr": ("Do seu dinheiro (XIRR)", "Of your money (XIRR)"),
        "performance_mwr_several": (
            "Do seu dinheiro (XIRR): há {n} taxas que servem: {rates} ao ano. Use a de cotas.",
            "Of your money (XIRR): {n} rates fit: {rates} a year. Use that of quotas.",
        ),
        "performance_mwr_none": (
            "Do seu dinheiro (XIRR): não existe: {reason}.",
            "Of your money (XIRR): there is none: {reason}.",
        ),
        "performance_reason_too_few_days": (
            "há movimento em um dia só",
            "there are flows on one day only",
        ),
        "performance_reason_one_sign": (
            "o dinheiro só foi numa direção, sem valor no fim",
            "money went one way only, and nothing is there at the end",
        ),
        "performance_reason_no_crossing": (
            "nenhuma taxa iguala estes aportes e retiradas",
            "no rate makes these flows worth zero",
        ),
        "performance_reason_out_of_range": (
            "a taxa estaria fora de −100 % a 10^14 % ao ano",
            "the rate would be outside -100 % to 10^14 % a year",
        ),
        "performance_reason_not_decided": (
            "a busca não decidiu dentro do seu limite",
            "the search could not decide within its limit",
        ),
        "performance_why_differ": (
            (
                "Por que diferem: {points} pontos ao ano vêm de quando o dinheiro entrou e saiu "
                "({effect} no fim)."
            ),
            "Why they differ: {points} points a year are when money came and went ({effect} at the end).",
        ),
        "performance_same": (
            "As duas são iguais: nenhum aporte ou retirada mudou o resultado.",
            "Both are one: no flow changed the outcome.",
        ),
        "performance_flow_in": (
            "{day}: {amount} entraram antes de {after} % (média: {average} %): {effect}",
            "{day}: {amount} came in before {after} % (average: {average} %): {effect}",
        ),
        "performance_flow_out": (
            "{day}: {amount} saíram antes de {after} % (média: {average} %): {effect}",
            "{day}: {amount} went out before {after} % (average: {average} %): {effect}",
        ),
        "performance_more_flows": ("... e {n} outros dias", "... and {n} more days"),
        "performance_by_portfolio": ("Tudo", "The whole"),
        "performance_by_class": ("Classe", "Class"),
        "performance_by_account": ("Conta", "Account"),
        "performance_by_asset": ("Ativo", "Asset"),
        "performance_class_stock": ("Ações", "Shares"),
        "performance_class_fii": ("FIIs", "FIIs"),
        "performance_class_etf": ("ETFs", "ETFs"),
        "performance_class_bdr": ("BDRs", "BDRs"),
        "performance_class_treasury": ("Tesouro Direto", "Treasury"),
        "performance_class_fixed_income": ("Renda fixa", "Fixed income"),
        "performance_class_fund": ("Fundos", "Funds"),
        "performance_class_crypto": ("Cripto", "Crypto"),
        "performance_class_fractional": ("Fracionários", "Fractional"),
        "performance_class_other": ("Outros", "Others"),
        "performance_class_cash": ("Caixa", "Cash"),
        "performance_cash_in": ("Caixa em {currency}", "Cash in {currency}"),
        "performance_start": ("Começo", "Start"),
        "performance_in": ("Entrou", "In"),
        "performance_out": ("Saiu", "Out"),
        "performance_made": ("Resultado", "Made"),
        "performance_end": ("Fim", "End"),
        "performance_twr_short": ("Cotas %", "Quotas %"),
        "performance_mwr_short": ("XIRR % a.a.", "XIRR % a year"),
        "performance_points": ("Pontos", "Points"),
        "performance_sum": ("Soma", "Sum"),
        "performance_benchmark": ("Referência, mesmos aportes", "Benchmark, same flows"),
        "performance_worth": ("Teria (R$)", "Would be (R$)"),
        "performance_fall": ("Maior queda %", "Deepest fall %"),
        "performance_yours": ("Esta carteira", "This wallet"),
        "performance_ran_out": (
            "{name}: não teria dinheiro para as retiradas desde {day}.",
            "{name}: could not have paid the withdrawals from {day} on.",
        ),
        "performance_cdi": (
            "{period} % do CDI no período; pelas taxas diárias, {days} %; CDI {spread} %.",
            "{period} % of the CDI of the period; by daily rates {days} %; CDI {spread} %.",
        ),
        "performance_cdi_spread": ("CDI {spread} % no período.", "CDI {spread} % in the period."),
        "performance_real": (
            "Acima da inflação (IPCA {inflation} %): {real} % reais.",
            "Over inflation (IPCA {inflation} %): {real} % real.",
        ),
        "performance_assumed": (
            "IPCA desde {month} ainda não publicado: suposto em {percent} % ao mês, como o último.",
            "IPCA from {month} on is not published yet: taken to be {percent} % a month, as the last one.",
        ),
        "performance_drawdown": (
            "Maior queda: {depth} %, de {peak} a {trough}; recuperada em {recovered}.",
            "Deepest fall: {depth} %, {peak} to {trough}; recovered on {recovered}.",
        ),
        "performance_drawdown_open": (
            "Maior queda: {depth} %, de {peak} a {trough}; ainda não recuperada.",
            "Deepest fall: {depth} %, {peak} to {trough}; not recovered yet.",
        ),
        "performance_drawdown_none": ("A cota nunca caiu.", "The quota never fell."),
        "performance_volatility": (
            "Volatilidade: {yearly} % ao ano ({days} dias; só quedas: {downside} %).",
            "Volatility: {yearly} % a year ({days} days; falls alone: {downside} %).",
        ),
        "performance_best": (
            "Melhor mês: {month}, {value} %. Pior: {worst}, {low} %.",
            "Best month: {month}, {value} %. Worst: {worst}, {low} %.",
        ),
        "performance_year": ("Ano", "Year"),
        "performance_total": ("Total", "Total"),
        "performance_months": ("Cotas por mês, %", "Quotas by month, %"),
        "performance_as_of": (
            "Em {day}, fuso {zone}. Fontes: {sources}.",
            "As of {day}, zone {zone}. Sources: {sources}.",
        ),
        "performance_no_sources": (
            "só o livro, nenhum preço de mercado",
            "the book alone, no price of a market",
        ),
        "performance_lacking": (
            "{name}: não pode ser mostrado ({why}). Para buscar: {command}",
            "{name}: cannot be shown ({why}). To fetch it: {command}",
        ),
        "performance_lacking_plain": (
            "{name}: não pode ser mostrado ({why}).",
            "{name}: cannot be shown ({why}).",
        ),
        "performance_doubt_price_carried": (
            "{subject}: sem preço em {days}; usou-se o último conhecido.",
            "{subject}: no price on {days}; the last known one was used.",
        ),
        "performance_doubt_price_of_trade": (
            "{subject}: nenhum preço de mercado em {days}; usou-se o do último negócio.",
            "{subject}: no market price on {days}; that of the last trade was used.",
        ),
        "performance_doubt_worth_unknown": (
            "{subject}: nem preço nem negócio em {days}; contou como zero. Confira.",
            "{subject}: neither price nor trade on {days}; counted as nothing. Look at it.",
        ),
        "performance_doubt_rate_carried": (
            "{subject}: sem câmbio em {days}; usou-se o último conhecido.",
            "{subject}: no exchange rate on {days}; the last known one was used.",
        ),
        "performance_doubt_without_capital": (
            "Ganho ou perda sem capital em {days}: está no dinheiro, não na cota.",
            "A gain or loss without capital on {days}: it is in the money, not in the quota.",
        ),
        "performance_doubt_below_zero": (
            "O patrimônio esteve abaixo de zero em {days}: a cota ficou parada.",
            "The worth was below zero on {days}: the quota stood still.",
        ),
        "performance_days": ("{n} dias, de {first} a {last}", "{n} days, {first} to {last}"),
        "performance_remark_foreign_left_out": (
            "Ficou de fora o que está em {currencies}: nenhuma série diz o câmbio.",
            "What is in {currencies} was left out: no series tells its exchange rate.",
        ),
        "performance_remark_closes_missing": (
            (
                "Sem fechamentos guardados de {assets}: valem pelo último negócio. Para buscar: "
                "fiel performance --fetch"
            ),
            (
                "No closes are kept of {assets}: valued at their last trade. To fetch them: "
                "fiel performance --fetch"
            ),
        ),
        "performance_remark_split_of_market": (
            "{asset}: {quantity} un. em {account} em {day}, por um evento do mercado que não está no livro.",
            "{asset}: {quantity} units in {account} on {day}, by an event of the market that is not booked.",
        ),
        "performance_remark_came_at_cost": (
            "{asset}: entrou em {day} pelo custo; não há preço de mercado do dia.",
            "{asset}: came on {day} at its cost; there is no market price of the day.",
        ),
        "performance_remark_event_left_out": (
            "{asset}: o evento {label} não pôde ser aplicado; confira a quantidade.",
            "{asset}: the event {label} could not be applied; check the quantity.",
        ),
        "performance_remark_cash_below_zero": (
            (
                "{account}: o caixa ficou abaixo de zero desde {day} (até {amount} {currency}): faltam "
                "aportes no livro, e a rentabilidade por cotas sofre com isso."
            ),
            (
                "{account}: cash was below zero from {day} on (down to {amount} {currency}): deposits are "
                "missing in the book, and the return of quotas suffers."
            ),
        ),
    }
)

PERFORMANCE_FAILURES_PT: Mapping[str, str] = MappingProxyType(
    {
        "period_malformed": (
            "{field}: escreva ytd, month, 12m, all, 2025, 2025-03 ou 2025-01-01..2025-06-30."
        ),
        "period_to_come": "{field}: o período ainda está por vir.",
        "period_before_start": "{field}: a carteira começa em {first}; escolha um período depois disso.",
        "benchmark_unknown": (
            "{field}: referência desconhecida. Use cdi, 110% cdi, selic, ipca, ipca+6, ibov, um código como "
            "BOVA11, ou uma mistura como 60% cdi + 40% BOVA11."
        ),
        "benchmark_weights": (
            "{field}: uma mistura diz a porcentagem de cada parte, e elas somam 100; só CDI e Selic se dizem "
            "em porcentagem de si mesmos."
        ),
        "too_many_benchmarks": "{field}: referências demais de uma vez.",
        "level_unknown": "{field}: use portfolio, class, account ou asset.",
        "rates_missing": "Falta o câmbio de {currency} em {day}. Para buscar: {command}",
        "nothing_happened": "Nada aconteceu ainda no livro desta carteira.",
        "number_id_malformed": "{field}: copie um código que `fiel performance --ids` mostrou.",
    }
)
