"""The words of `fiel market` and `fiel dev`: their help and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: The end of the help of `fiel market`.
MARKET_EXAMPLES = "Examples:\n\n- fiel market quote PETR4 MXRF11\n- fiel market quote PETR4 --explain\n"
#: The end of the help of `fiel market load`.
LOAD_EXAMPLES = (
    "Examples:\n\n"
    "- fiel market load --recorded --tickers PETR4,TAEE11 --series cdi,ipca\n"
    "- fiel market load fechamentos.csv\n"
)
#: The end of the help of `fiel dev upstream`.
UPSTREAM_EXAMPLES = (
    "Examples:\n\n"
    "- fiel dev upstream\n"
    "- fiel dev upstream --seed 7 --fault brapi:429:rate=0.2 --fault sgs:throttle:from=10:00,to=12:00\n"
)

MARKET_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        MARKET_EXAMPLES: MARKET_EXAMPLES.replace("Examples", "Exemplos"),
        UPSTREAM_EXAMPLES: UPSTREAM_EXAMPLES.replace("Examples", "Exemplos"),
        LOAD_EXAMPLES: LOAD_EXAMPLES.replace("Examples", "Exemplos"),
        "Put prices and rates that are at hand into the store: nobody is asked, and each keeps its source.": (
            "Guarda preços e taxas que já se têm: ninguém é consultado, e cada um mantém a sua fonte."
        ),
        "Closes of your own: symbol,date,close in each line.": (
            "Fechamentos seus: symbol,date,close em cada linha."
        ),
        "The real figures recorded in the package, with their last day.": (
            "Os números reais gravados no pacote, com o seu último dia."
        ),
        "Only these of the recorded symbols.": "Só estes dos ativos gravados.",
        "Only these of the recorded series.": "Só estas das séries gravadas.",
        "Prices, rates and dividends of BRAPI, HG Brasil and the Banco Central, weighed before use.": (
            "Preços, taxas e proventos da BRAPI, da HG Brasil e do Banco Central, conferidos antes do uso."
        ),
        "Show the last price of symbols: value, instant, age, source, and how it was had.\n\n"
        "Prices come "
        "from BRAPI, then HG Brasil, and are believed only after inspection; what nobody can give now\nis "
        "served from what is held, with its age. Exit code 6 when a symbol has no price at all.": (
            "Mostra o último preço de ativos: valor, instante, idade, fonte, e como foi obtido.\n\nOs preços "
            "vêm da BRAPI, depois da HG Brasil, e só valem depois de conferidos; o que ninguém dá agora vem "
            "do que está guardado, com a sua idade. Código de saída 6 quando um ativo não tem preço algum."
        ),
        "Example: fiel market quote PETR4 MXRF11 --explain": (
            "Exemplo: fiel market quote PETR4 MXRF11 --explain"
        ),
        "PETR4, MXRF11, ^BVSP...": "PETR4, MXRF11, ^BVSP...",
        "Also what was tried, what was refused, and why.": (
            "Também o que foi tentado, o que foi recusado, e por quê."
        ),
        "Ask even when what is held is still fresh.": "Pergunta mesmo que o guardado ainda esteja fresco.",
        "Again and again, until Ctrl-C.": "De novo e de novo, até Ctrl-C.",
        "Prices from the market for B3 symbols; older than 5d refused unless you say more.": (
            "Preços do mercado para ativos da B3; com mais de 5d são recusados, salvo outro limite."
        ),
        "Show a series of the Banco Central: rows with unit, source and age, and the days that are missing."
        "\n\nWhat is held and final is never asked for again. Exit code 6 when there is no row at all.": (
            "Mostra uma série do Banco Central: linhas com unidade, fonte e idade, e os dias que faltam.\n\n"
            "O que está guardado e é definitivo nunca é pedido de novo. Código de saída 6 sem linha."
        ),
        "Example: fiel market series cdi --from 2026-01-01 --csv": (
            "Exemplo: fiel market series cdi --from 2026-01-01 --csv"
        ),
        "cdi, selic, selic_target, ipca, usd_ptax...": "cdi, selic, selic_target, ipca, usd_ptax...",
        "The first day (default: a year ago).": "O primeiro dia (padrão: há um ano).",
        "The last day (default: today).": "O último dia (padrão: hoje).",
        "All rows as CSV: day, value, unit, source.": "Todas as linhas em CSV: dia, valor, unidade, fonte.",
        "Read again what may still be revised.": "Lê de novo o que ainda pode ser revisado.",
        "Fetch what is not held yet, in windows that the services answer, and keep it for good.\n\n"
        "Interrupted, the same command goes on where it stopped; repeated, it asks for nothing that is "
        "final.\nExit code 6 when something could not be had: what was had is kept.": (
            "Busca o que ainda não está guardado, em janelas que os serviços respondem, e guarda para sempre."
            "\n\nInterrompido, o mesmo comando continua de onde parou; repetido, não pede nada que seja "
            "definitivo. Código de saída 6 quando algo não pôde ser obtido: o que veio fica guardado."
        ),
        "Example: fiel market sync --series cdi,ipca --since 2015-01-01": (
            "Exemplo: fiel market sync --series cdi,ipca --since 2015-01-01"
        ),
        "Series to fill, or all (default: all when no tickers).": (
            "Séries a completar, ou all (padrão: todas, quando não há ativos)."
        ),
        "Symbols whose quotes and events are fetched.": "Ativos cujas cotações e proventos são buscados.",
        "From this day on (default: where a series begins).": (
            "A partir deste dia (padrão: onde a série começa)."
        ),
        "Show dividends, splits and rights of a symbol, reconciled over the sources that tell them.\n\nEach "
        "payment says how well it is known: sources agree, only one tells it, or they contradict each "
        "other.\nExit code 6 when nothing could be asked and nothing is held.": (
            "Mostra proventos, desdobramentos e direitos de um ativo, conciliados entre as fontes.\n\nCada "
            "pagamento diz quão bem é conhecido: as fontes concordam, só uma diz, ou elas se contradizem. "
            "Código de saída 6 quando nada pôde ser perguntado e nada está guardado."
        ),
        "Example: fiel market events PETR4": "Exemplo: fiel market events PETR4",
        "PETR4, MXRF11...": "PETR4, MXRF11...",
        "Only what is held: nothing is asked.": "Só o que está guardado: nada é perguntado.",
        "Show how market data is: each service with its breaker, limits, budget, last success and last "
        "error;\neach series with its rows, its age and what is missing; and what was not believed. Nothing "
        "is asked.": (
            "Mostra como estão os dados de mercado: cada serviço com disjuntor, limites, cota, último acerto "
            "e último erro; cada série com linhas, idade e o que falta; e o que não foi acreditado. Nada é "
            "perguntado."
        ),
        "Example: fiel market health --json": "Exemplo: fiel market health --json",
        "Quotes to look at.": "Cotações a olhar.",
        "How many answers that were not believed to list.": "Quantas respostas não acreditadas listar.",
        "Tools for those who build on Fiel or try it against bad days.": (
            "Ferramentas para quem constrói sobre o Fiel ou o experimenta em dias ruins."
        ),
        "Serve BRAPI, HG Brasil, the Banco Central, ipeadata and B3 from recorded figures, faults on "
        "request.\n\nPrices beyond the recording are made up from the seed. Set FIEL_MARKET_UPSTREAM to the "
        "address shown.": (
            "Serve BRAPI, HG Brasil, Banco Central, ipeadata e B3 com dados gravados, e falhas a pedido.\n\n"
            "Os preços depois da gravação são inventados a partir da semente. Ponha em FIEL_MARKET_UPSTREAM "
            "o endereço mostrado."
        ),
        "Same seed, same prices and same faults.": "Mesma semente, mesmos preços e mesmas falhas.",
        "What goes wrong, such as brapi:429:rate=0.2 or sgs:throttle:from=10:00,to=12:00.": (
            "O que dá errado, como brapi:429:rate=0.2 ou sgs:throttle:from=10:00,to=12:00."
        ),
        "Faults from a file.": "Falhas de um arquivo.",
        "What time it is at the services when they start (default: now).": (
            "Que horas são nos serviços quando começam (padrão: agora)."
        ),
    }
)

MARKET_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "market_price_of_file": (
            "{symbol}: sem preço no mercado; vale o do arquivo, com a sua data",
            "{symbol}: no market price; the one in the file is used, with its date",
        ),
        "market_missing": (
            "faltam {n} dias já publicados: {days}...",
            "{n} days that are published are missing: {days}...",
        ),
        "market_series_as_of": ("vigente de {day}, há {age}", "in force of {day}, {age} ago"),
        "market_row": ("{n} linha", "{n} row"),
        "market_rows": ("{n} linhas", "{n} rows"),
        "market_day": ("Dia", "Day"),
        "market_value": ("Valor", "Value"),
        "market_until": ("Até", "Until"),
        "market_unit_percent_day": ("% ao dia", "% per day"),
        "market_unit_percent_year": ("% ao ano, base 252", "% per year, base 252"),
        "market_unit_percent_month": ("% no mês", "% in the month"),
        "market_unit_percent_period": ("% no período", "% over the period"),
        "market_unit_brl": ("R$ por US$ 1", "BRL per USD 1"),
        "market_loaded": (
            "{symbols} ativos: {sessions} pregões, {payments} proventos; {series} séries: {rows} linhas.",
            "{symbols} symbols: {sessions} sessions, {payments} payments; {series} series: {rows} rows.",
        ),
        "market_synced": (
            "{rows} linhas novas em {windows} janelas, com {calls} chamadas.",
            "{rows} new rows in {windows} windows, with {calls} calls.",
        ),
        "market_synced_symbols": ("{n} de {of} ativos em dia.", "{n} of {of} symbols up to date."),
        "market_sync_failed": ("não veio: {where} ({why})", "not had: {where} ({why})"),
        "market_kind": ("Tipo", "Kind"),
        "market_rate": ("Por unidade, bruto", "Per unit, gross"),
        "market_com": ("Data com", "Com date"),
        "market_pays": ("Pagamento", "Payment"),
        "market_standing": ("Certeza", "Standing"),
        "market_until_day": ("até", "until"),
        "market_standing_agreed": ("fontes concordam", "sources agree"),
        "market_standing_single": ("uma fonte", "one source"),
        "market_standing_conflict": ("fontes divergem", "sources differ"),
        "market_cash_dividend": ("Dividendo", "Dividend"),
        "market_cash_jcp": ("JCP", "JCP"),
        "market_cash_fii_income": ("Rendimento de FII", "FII income"),
        "market_cash_interest": ("Rendimento", "Interest"),
        "market_cash_amortization": ("Amortização", "Amortisation"),
        "market_cash_redemption": ("Resgate", "Redemption"),
        "market_cash_other": ("Outro", "Other"),
        "market_cash_events": ("{n} pagamentos conhecidos", "{n} payments known"),
        "market_share_event": (
            "{day} · {label}: {factor} ação depois por ação antes",
            "{day} · {label}: {factor} shares after for one before",
        ),
        "market_right": ("{day} · {label}", "{day} · {label}"),
        "market_breaker": ("Disjuntor", "Breaker"),
        "market_quota": ("Cota usada", "Budget used"),
        "market_last_success": ("Último acerto", "Last success"),
        "market_last_failure": ("Último erro", "Last error"),
        "market_calls": ("Chamadas (falhas)", "Calls (failures)"),
        "market_series": ("Série", "Series"),
        "market_row_count": ("Linhas", "Rows"),
        "market_first": ("Primeira", "First"),
        "market_last": ("Última", "Last"),
        "market_missing_days": ("Faltam", "Missing"),
        "market_checked": ("Conferida", "Checked"),
        "market_ago": ("há {age}", "{age} ago"),
        "market_away": (
            "O banco de dados não respondeu: o que ele sabe não está aqui.",
            "The database does not answer: what it knows is not here.",
        ),
        "market_symbol": ("Ativo", "Symbol"),
        "market_price": ("Preço por unidade", "Price per unit"),
        "market_as_of": ("Em (Brasília)", "As of"),
        "market_age": ("Idade", "Age"),
        "market_source": ("Fonte", "Source"),
        "market_quality": ("Como", "How"),
        "market_quality_fresh": ("lido agora", "fresh"),
        "market_quality_cached": ("guardado, no prazo", "held, in time"),
        "market_quality_fallback": ("lido agora, segunda fonte", "fresh, second source"),
        "market_quality_stale": ("antigo", "stale"),
        "market_quality_quarantined": ("em quarentena", "quarantined"),
        "market_quality_none": ("sem preço", "no price"),
        "market_nothing": (
            "{symbol}: nenhum preço, nem guardado; veja --explain",
            "{symbol}: no price, not even an old one; see --explain",
        ),
        "market_degraded": (
            "O banco de dados não respondeu ({reason}); nada do que for lido agora fica guardado nele.",
            "The database does not answer ({reason}); nothing read now is kept in it.",
        ),
        "market_step_taken": ("aceito", "taken"),
        "market_step_refused": ("recusado", "refused"),
        "market_step_skipped": ("não perguntado", "not asked"),
        "market_step_fault": ("defeito", "fault"),
        "market_step_shelf": ("guardado indisponível", "cache unavailable"),
        "market_step_out_of_time": ("tempo esgotado", "out of time"),
        "market_attempt": ("{n}ª tentativa", "attempt {n}"),
        "market_doubt": ("{source} disse {price}, não acreditado:", "{source} said {price}, not believed:"),
        "market_held": (
            "o guardado ainda está no prazo; ninguém foi perguntado",
            "held and in time; nobody was asked",
        ),
        "upstream_ready": (
            (
                "Serviços simulados em {url} (Ctrl-C para parar). Em outro terminal:\n"
                "  export FIEL_MARKET_UPSTREAM={url}\n"
                "  fiel market quote PETR4 --explain"
            ),
            (
                "Simulated services at {url} (Ctrl-C to stop). In another terminal:\n"
                "  export FIEL_MARKET_UPSTREAM={url}\n"
                "  fiel market quote PETR4 --explain"
            ),
        ),
    }
)
