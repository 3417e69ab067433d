"""What the commands of `fiel autobalance` say: key -> (Brazilian Portuguese, English); and their errors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

AUTOBALANCE_EXAMPLES = (
    "Examples:\n\n"
    "- fiel autobalance enroll ana --threshold 5\n"
    "- fiel autobalance dry-run ana --explain\n"
    "- fiel autobalance run --once\n"
    "- fiel autobalance status\n"
)
ENROLL_EXAMPLES = (
    "Examples:\n\n"
    "- fiel autobalance enroll ana\n"
    "- fiel autobalance enroll ana --targets targets.toml --threshold 5 --relative 25 --hours 10:00-17:55\n"
    "- fiel autobalance enroll ana --calendar monthly --cool-down 1d --broker exchange\n"
)
DRY_RUN_EXAMPLES = (
    "Examples:\n\n"
    "- fiel autobalance dry-run ana --explain\n"
    "- fiel autobalance dry-run ana --price PETR4=38.10 --price VALE3=61.20\n"
)
RUN_EXAMPLES = (
    "Examples:\n\n"
    "- fiel autobalance run\n"
    "- fiel autobalance run --once\n"
    "- fiel autobalance run --once --json\n"
)
EXCHANGE_EXAMPLES = (
    "Examples:\n\n"
    "- fiel dev exchange\n"
    "- fiel dev exchange --port 0 --fail-rate 0.05 --timeout-rate 0.02 --latency 200 --seed 7\n"
    "- fiel dev exchange --log exchange.log --kafka localhost:9092\n"
)

#: Reasons why nothing was done that have words of their own.
WHY_NOT = frozenset(
    {
        "paused",
        "stale",
        "in_progress",
        "unfinished",
        "cooling_down",
        "market_closed",
        "price_missing",
        "price_too_old",
        "not_due",
        "inside_bands",
        "nothing_held",
        "too_small",
        "no_better",
        "not_enrolled",
        "cash_not_kept",
        "cash_short",
        "no_account",
        "not_answerable",
        "moved",
        "refused",
        "other_broker",
    }
)

_WHY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ab_why_paused": ("está pausada", "it is paused"),
        "ab_why_stale": ("está STALE, à espera de uma pessoa", "it is STALE and waits for a person"),
        "ab_why_in_progress": ("um lote está em andamento", "a batch is in progress"),
        "ab_why_unfinished": ("um lote ainda não terminou", "a batch has not finished yet"),
        "ab_why_cooling_down": ("descansa depois do último lote", "it rests after its last batch"),
        "ab_why_market_closed": ("o mercado está fechado", "the market is closed"),
        "ab_why_price_missing": ("falta preço", "a price is missing"),
        "ab_why_price_too_old": ("há preço velho demais", "a price is too old"),
        "ab_why_not_due": ("ainda não é o dia", "its day has not come"),
        "ab_why_inside_bands": ("está dentro das bandas", "it is inside its bands"),
        "ab_why_nothing_held": ("não tem nada", "it holds nothing"),
        "ab_why_too_small": ("o ganho não paga o custo", "the gain is not worth the cost"),
        "ab_why_no_better": ("nenhuma ordem melhora", "no order makes it better"),
        "ab_why_not_enrolled": ("não está inscrita", "it is not enrolled"),
        "ab_why_cash_not_kept": ("seu dinheiro fica fora do livro", "its cash is kept outside the book"),
        "ab_why_cash_short": ("deve mais dinheiro do que tem", "it owes more cash than it has"),
        "ab_why_no_account": ("não há conta nessa moeda", "there is no account in its currency"),
        "ab_why_not_answerable": ("o motor recusou a pergunta", "the engine refused the question"),
        "ab_why_moved": ("a conta mudou enquanto se planejava", "the account moved while it was planned"),
        "ab_why_refused": ("a custódia recusou a reserva", "custody refused the reservation"),
        "ab_why_other_broker": ("suas ordens vão a outra corretora", "its orders go to another broker"),
    }
)

_ENROLLING: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ab_enrolled": (
            "{portfolio} é rebalanceada em {currency} pela corretora {broker}: {status}.",
            "{portfolio} is balanced in {currency} through the broker {broker}: {status}.",
        ),
        "ab_target": ("Alvo", "Target"),
        "ab_of_whole": ("Do total (%)", "Of whole (%)"),
        "ab_lot": ("Lote (unidades)", "Lot (units)"),
        "ab_acts": ("Age {when}.", "Acts {when}."),
        "ab_strategy_none": ("sempre que pode", "whenever it can"),
        "ab_strategy_threshold": (
            "quando uma classe ou ativo está a mais de {width} do alvo",
            "when a class or asset is more than {width} off its target",
        ),
        "ab_strategy_calendar": ("{often}", "{often}"),
        "ab_strategy_hybrid": (
            "{often}, e só a mais de {width} do alvo",
            "{often}, and only when more than {width} off the target",
        ),
        "ab_weekly": ("toda semana", "every week"),
        "ab_monthly": ("todo mês", "every month"),
        "ab_quarterly": ("todo trimestre", "every quarter"),
        "ab_yearly": ("todo ano", "every year"),
        "ab_band_absolute": ("{points} pontos do total", "{points} points of the whole"),
        "ab_band_relative": ("{percent} % do próprio alvo", "{percent} % of its own target"),
        "ab_band_nodes": ("a sua banda", "its band"),
        "ab_or": (" ou ", " or "),
        "ab_always_open": ("sempre", "always"),
        "ab_rules": (
            (
                "Descanso depois de um lote: {cool_down} · horário das ordens: {hours} · idade máxima "
                "dos preços: "
                "{age} · ganho mínimo: {gain} vez(es) o custo."
            ),
            (
                "Rest after a batch: {cool_down} · orders go out: {hours} · oldest price: {age} · least "
                "gain: {gain} time(s) the cost."
            ),
        ),
        "ab_next": (
            "Agora: fiel autobalance dry-run {portfolio} --explain",
            "Now: fiel autobalance dry-run {portfolio} --explain",
        ),
        "ab_left_alone": (
            "Fora dos alvos, e por isso deixados como estão: {assets}.",
            "Not in the targets, and so left as they are: {assets}.",
        ),
        "ab_elsewhere": (
            "Só esta conta é rebalanceada; o que há em {accounts} não entra na conta.",
            "Only this account is balanced; what is in {accounts} does not count.",
        ),
    }
)

_STANDING: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ab_active": ("ativa", "active"),
        "ab_paused": ("pausada", "paused"),
        "ab_stale": ("STALE", "STALE"),
        "ab_saga_running": ("em andamento", "running"),
        "ab_saga_compensating": ("sendo desfeito", "being undone"),
        "ab_saga_done": ("concluído", "done"),
        "ab_saga_rolled_back": ("desfeito", "rolled back"),
        "ab_saga_abandoned": ("sem nada executado", "nothing executed"),
        "ab_saga_stale": ("STALE", "STALE"),
        "ab_paused_done": (
            "{portfolio} está pausada desde {at}, por {by}: {reason}",
            "{portfolio} is paused since {at}, by {by}: {reason}",
        ),
        "ab_resumed_done": (
            "{portfolio} está ativa desde {at}, por {by}: {reason}",
            "{portfolio} is active since {at}, by {by}: {reason}",
        ),
        "ab_cleared_done": (
            "{portfolio} foi liberada em {at}, por {by}: {reason}",
            "{portfolio} was cleared at {at}, by {by}: {reason}",
        ),
        "ab_alert_sent": ("{channel}: enviado", "{channel}: sent"),
        "ab_alert_failed": ("{channel}: NÃO enviado ({detail})", "{channel}: NOT sent ({detail})"),
        "ab_counts": (
            "{total} inscrita(s) em {at}: {active} ativa(s), {paused} pausada(s), {stale} STALE.",
            "{total} enrolled at {at}: {active} active, {paused} paused, {stale} STALE.",
        ),
        "ab_all_quiet": ("Nada em andamento, nada em dúvida.", "Nothing in progress, nothing in doubt."),
        "ab_portfolio": ("Carteira", "Portfolio"),
        "ab_status": ("Situação", "Status"),
        "ab_batch": ("Lote", "Batch"),
        "ab_in_doubt": ("Dúvidas", "In doubt"),
        "ab_since": ("Desde", "Since"),
        "ab_why_so": ("{portfolio}: {reason}", "{portfolio}: {reason}"),
        "ab_one": (
            "{portfolio} ({currency}, corretora {broker}): {status}, em {at}",
            "{portfolio} ({currency}, broker {broker}): {status}, at {at}",
        ),
        "ab_one_since": ("desde {at}, por {by}: {reason}", "since {at}, by {by}: {reason}"),
        "ab_one_stale": (
            (
                "o lote {saga} não pôde ser desfeito; confira na corretora, e depois: "
                "fiel autobalance clear-stale {portfolio} --reason ..."
            ),
            (
                "batch {saga} could not be undone; check it at the broker, and then: "
                "fiel autobalance clear-stale {portfolio} --reason ..."
            ),
        ),
        "ab_one_running": (
            "lote {saga}: {status} desde {at}, {orders} ordem(ns)",
            "batch {saga}: {status} since {at}, {orders} order(s)",
        ),
        "ab_one_doubt": (
            "ordens que a corretora pode ter sem sabermos: {orders}",
            "orders that the broker may have without our knowing: {orders}",
        ),
        "ab_one_never": ("{n} lote(s), nenhum terminado", "{n} batch(es), none ended"),
        "ab_one_last": ("{n} lote(s), o último terminou em {at}", "{n} batch(es), the last ended at {at}"),
        "ab_one_verdict": (
            "nada foi feito em {at}: {why}",
            "nothing was done at {at}: {why}",
        ),
    }
)

_HISTORY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ab_history_none": ("{portfolio} ainda não teve lotes.", "{portfolio} has had no batches yet."),
        "ab_batch_line": (
            "Lote {saga}: {status} · causa: {cause}, maior desvio {worst} % · de {begun} a {ended}",
            "Batch {saga}: {status} · cause: {cause}, worst deviation {worst} % · from {begun} to {ended}",
        ),
        "ab_batch_failed": ("falhou: {why}", "failed: {why}"),
        "ab_batch_cost": ("desfazer custou {cost}", "undoing it cost {cost}"),
        "ab_cause_always": ("sempre", "always"),
        "ab_cause_date": ("data", "date"),
        "ab_cause_band": ("banda", "band"),
        "ab_cause_band_on_date": ("banda na data", "band on a date"),
        "ab_order": ("Ordem", "Order"),
        "ab_side": ("Lado", "Side"),
        "ab_asset": ("Ativo", "Asset"),
        "ab_quantity": ("Unidades", "Units"),
        "ab_limit": ("Limite ({unit})", "Limit ({unit})"),
        "ab_executed": ("Executado", "Executed"),
        "ab_at_price": ("Média ({unit})", "Average ({unit})"),
        "ab_tries": ("Envios", "Sends"),
        "ab_outcome": ("Resultado", "Outcome"),
        "ab_buy": ("compra", "buy"),
        "ab_sell": ("venda", "sell"),
        "ab_not_sent": ("não enviada", "not sent"),
        "ab_attempt_planned": ("a enviar", "to be sent"),
        "ab_attempt_sent": ("enviada", "sent"),
        "ab_attempt_unknown": ("em dúvida", "in doubt"),
        "ab_attempt_done": ("executada", "executed"),
        "ab_attempt_failed": ("falhou", "failed"),
        "ab_notes": ("O que pessoas (ou o próprio Fiel) decidiram:", "What people (or Fiel itself) decided:"),
        "ab_note_enrolled": ("inscrita", "enrolled"),
        "ab_note_paused": ("pausada", "paused"),
        "ab_note_resumed": ("retomada", "resumed"),
        "ab_note_cleared": ("liberada do lote", "cleared of batch"),
    }
)

_DRY_RUN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ab_dry": (
            "{portfolio} ({currency}, corretora {broker}) em {at}",
            "{portfolio} ({currency}, broker {broker}) at {at}",
        ),
        "ab_dry_whole": (
            "Total: {whole}; maior desvio agora: {worst} pontos.",
            "The whole: {whole}; worst deviation now: {worst} points.",
        ),
        "ab_dry_running": (
            "Nada começaria: o lote {saga} está {status}.",
            "Nothing would begin: batch {saga} is {status}.",
        ),
        "ab_dry_no": ("Nada seria feito: {why}.", "Nothing would be done: {why}."),
        "ab_dry_yes": (
            "Agiria por {cause}: maior desvio de {worst} %.",
            "It would act on: {cause}, with a worst deviation of {worst} %.",
        ),
        "ab_stage": ("Etapa", "Stage"),
        "ab_price": ("Preço ({unit})", "Price ({unit})"),
        "ab_value": ("Valor ({unit})", "Value ({unit})"),
        "ab_dry_reserve": (
            "As compras reservam até {reserve}; livres agora: {cash}. A etapa 2 espera a 1.",
            "Purchases reserve up to {reserve}; free now: {cash}. Stage 2 waits for stage 1.",
        ),
        "ab_dry_note": ("Fora da conta: {note}.", "Left out of account: {note}."),
        "ab_now": ("Agora (%)", "Now (%)"),
        "ab_off": ("Desvio (pontos)", "Off (points)"),
        "ab_band": ("Banda (pontos)", "Band (points)"),
        "ab_out": ("fora", "out"),
        "ab_no_time": ("sem hora", "no time"),
        "ab_prices": (
            "Preços: {source}, o mais antigo de {at}: {assets}",
            "Prices: {source}, the oldest of {at}: {assets}",
        ),
        "ab_prices_missing": ("Sem preço: {assets}", "Without a price: {assets}"),
        "ab_dry_nothing_sent": ("Nada foi gravado nem enviado.", "Nothing was written or sent."),
    }
)

_RUNNING: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ab_once_left": ("{portfolio}: nada feito, {why}", "{portfolio}: nothing done, {why}"),
        "ab_once_unfinished": (
            "{portfolio}: o lote ficou para quem o assumir",
            "{portfolio}: its batch is left to whoever takes it over",
        ),
        "ab_once_done": (
            (
                "{looked} carteira(s) da corretora {broker} vista(s): {ended} lote(s) terminado(s), "
                "{left} sem lote."
            ),
            (
                "{looked} portfolio(s) of the broker {broker} looked at: {ended} batch(es) ended, {left} "
                "without."
            ),
        ),
        "exchange_ready": (
            "Bolsa simulada em {url} (FIEL_EXCHANGE_URL={url}); Ctrl-C para.",
            "Simulated exchange at {url} (FIEL_EXCHANGE_URL={url}); Ctrl-C stops it.",
        ),
    }
)

AUTOBALANCE_DESK_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {**_WHY, **_ENROLLING, **_STANDING, **_HISTORY, **_DRY_RUN, **_RUNNING}
)

AUTOBALANCE_FAILURES_PT: Mapping[str, str] = MappingProxyType(
    {
        "portfolio_unknown": "Essa carteira não está inscrita. Inscreva-a com fiel autobalance enroll.",
        "position_on_odd_lot": (
            "A conta tem {ticker} separado de {other}; são um só ativo: junte-os primeiro, senão tudo seria "
            "comprado de novo."
        ),
        "asset_ignored": "{asset} está como ignorado e tem alvo; tire um dos dois.",
        "asset_not_listed": (
            "{asset} não se negocia em bolsa. Escreva can_buy = false e can_sell = false, ou não lhe dê alvo."
        ),
        "broker_unknown": "Escreva paper, exchange ou alpaca.",
        "cash_external": (
            "O dinheiro dessa conta fica fora do livro, e ninguém saberia se uma compra tem cobertura. "
            "Deposite-o numa conta do livro."
        ),
        "is_stale": (
            "Essa carteira está STALE. Veja fiel autobalance history, confira na corretora e libere-a com "
            "fiel autobalance clear-stale."
        ),
        "not_stale": "Essa carteira não está STALE: não há o que liberar.",
        "order_in_doubt": (
            "A corretora pode ter uma ordem cujo desfecho não se sabe. Espere a resposta dela, e "
            "libere depois."
        ),
        "saga_unfinished": "Um lote dessa carteira ainda não terminou; espere o fim dele.",
        "shard_malformed": "Escreva a parte como 0/4 até 3/4, ou none.",
        "shard_out_of_range": "Escreva a parte como 0/4 até 3/4.",
        "frequency_unknown": "Escreva weekly, monthly, quarterly ou yearly.",
        "price_malformed": "Escreva ATIVO=VALOR, como PETR4=38.10.",
        "hours_malformed": "Escreva 10:00-17:55, ou always.",
        "reason_missing": "Diga o motivo, em 1 a 500 caracteres.",
    }
)
