"""Words of the page of auto-rebalancing."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "auto_title": ("Rebalanceamento automático", "Auto-rebalancing"),
    "auto_question": ("Está ligado, o que fez, o que faria?", "Is it on, what did it do, what would it do?"),
    "auto_off_line": (
        "○ Desligado: esta carteira não é rebalanceada sozinha.",
        "○ Off: this wallet is not balanced by itself.",
    ),
    "auto_off_text": (
        (
            "Ligado, ele compara a carteira com os seus alvos e, fora da faixa, manda as ordens por uma "
            "corretora simulada. Nada sai desta máquina e nenhum dinheiro de verdade se move."
        ),
        (
            "Once on, it compares the wallet with your targets and, out of band, sends orders through a "
            "simulated broker. Nothing leaves this machine and no real money moves."
        ),
    ),
    "auto_on_line": ("● Ligado {broker}", "● On {broker}"),
    "auto_paused_line": ("❚❚ Pausado {broker}", "❚❚ Paused {broker}"),
    "auto_stale_line": ("! Atenção: parado à espera de uma pessoa", "! Attention: waits for a person"),
    "auto_broker_paper": ("em simulação (corretora de papel)", "in simulation (paper broker)"),
    "auto_broker_exchange": ("em simulação (bolsa simulada)", "in simulation (simulated exchange)"),
    "auto_broker_alpaca": ("com ORDENS DE VERDADE (Alpaca)", "with REAL ORDERS (Alpaca)"),
    "auto_since": ("desde {at}, por {by}", "since {at}, by {by}"),
    "auto_since_why": ("desde {at}, por {by}: {reason}", "since {at}, by {by}: {reason}"),
    "auto_acts": ("Age {when}.", "Acts {when}."),
    "auto_reserve": (
        "As compras reservam até {reserve}; livres agora: {free}.",
        "Purchases reserve up to {reserve}; free now: {free}.",
    ),
    "auto_pause_all": ("Pausar tudo", "Pause all"),
    "auto_pause": ("Pausar", "Pause"),
    "auto_resume": ("Retomar", "Resume"),
    "auto_reason": ("Motivo (fica guardado)", "Reason (kept for ever)"),
    "auto_reason_default": ("pausado na página", "paused on the page"),
    "auto_reason_resume": ("retomado na página", "resumed on the page"),
    "auto_enrol": ("Ligar em simulação", "Turn on in simulation"),
    "auto_enrol_again": ("Mudar regras", "Change rules"),
    "auto_enrol_title": ("Regras", "Rules"),
    "auto_threshold": ("Faixa: agir a mais de (p.p. da carteira)", "Band: act beyond (pp of the wallet)"),
    "auto_calendar": ("Datas", "Dates"),
    "auto_calendar_": ("sempre que sair da faixa", "whenever out of band"),
    "auto_calendar_weekly": ("toda semana", "every week"),
    "auto_calendar_monthly": ("todo mês", "every month"),
    "auto_calendar_quarterly": ("todo trimestre", "every quarter"),
    "auto_calendar_yearly": ("todo ano", "every year"),
    "auto_broker": ("Corretora", "Broker"),
    "auto_broker_name_paper": (
        "de papel: execuções inventadas a preços de verdade",
        "paper: made-up executions at real prices",
    ),
    "auto_broker_name_exchange": ("bolsa simulada", "simulated exchange"),
    "auto_real_only_cli": (
        (
            "Ordens de verdade não se ligam por esta página; veja a documentação do comando fiel "
            "autobalance enroll."
        ),
        "Real orders are not turned on from this page; see the documentation of fiel autobalance enroll.",
    ),
    "auto_confirm": (
        "Para mexer em ordens de verdade, escreva o nome da carteira: {wallet}",
        "To touch real orders, type the name of the wallet: {wallet}",
    ),
    "auto_confirm_wrong": ("O nome escrito não é o da carteira.", "The name typed is not the wallet's."),
    "auto_now": ("Agora", "Now"),
    "auto_would_act": (
        "Agiria agora ({cause}): maior desvio de {worst} p.p.",
        "It would act now ({cause}): worst deviation {worst} pp.",
    ),
    "auto_would_not": ("Nada faria agora: {why}.", "It would do nothing now: {why}."),
    "auto_running_now": ("Uma execução está em andamento.", "A batch is running."),
    "auto_dry_text": (
        "Só olhado: nada foi gravado nem enviado.",
        "Only looked at: nothing was saved or sent.",
    ),
    "auto_stage": ("Etapa", "Stage"),
    "auto_asset": ("Ativo", "Asset"),
    "auto_side": ("Ordem", "Order"),
    "auto_side_BUY": ("comprar", "buy"),
    "auto_side_SELL": ("vender", "sell"),
    "auto_quantity": ("Quantidade", "Quantity"),
    "auto_limit": ("Preço-limite", "Limit"),
    "auto_value": ("Valor", "Value"),
    "auto_executed": ("Executado", "Executed"),
    "auto_average": ("Preço médio", "Average"),
    "auto_outcome": ("Resultado", "Outcome"),
    "auto_attempt_planned": ("a enviar", "to be sent"),
    "auto_attempt_sent": ("enviada", "sent"),
    "auto_attempt_unknown": ("em dúvida", "in doubt"),
    "auto_attempt_done": ("executada", "executed"),
    "auto_attempt_failed": ("falhou", "failed"),
    "auto_attempt_none": ("não enviada", "not sent"),
    "auto_drift": ("Desvio por classe", "Deviation by class"),
    "auto_target": ("Alvo", "Target"),
    "auto_actual": ("Hoje", "Today"),
    "auto_off_by": ("Desvio", "Off"),
    "auto_history": ("Últimas execuções", "Last batches"),
    "auto_history_none": ("Ainda não houve execução.", "No batch yet."),
    "auto_batch": ("{at}: {status}, {n} ordem", "{at}: {status}, {n} order"),
    "auto_batchs": ("{at}: {status}, {n} ordens", "{at}: {status}, {n} orders"),
    "auto_saga_running": ("em andamento", "running"),
    "auto_saga_compensating": ("sendo desfeita", "being undone"),
    "auto_saga_done": ("concluída", "done"),
    "auto_saga_rolled_back": ("desfeita", "undone"),
    "auto_saga_abandoned": ("sem nada executado", "nothing executed"),
    "auto_saga_stale": ("parada: precisa de uma pessoa", "stopped: needs a person"),
    "auto_step_trigger": (
        "Gatilho: {cause}, maior desvio {worst} p.p.",
        "Trigger: {cause}, worst deviation {worst} pp",
    ),
    "auto_step_reserve": ("Reserva de dinheiro e ativos", "Cash and assets reserved"),
    "auto_step_orders": ("{sent} de {all} ordens enviadas", "{sent} of {all} orders sent"),
    "auto_step_fills": ("{filled} de {all} executadas por inteiro", "{filled} of {all} executed in full"),
    "auto_step_undone": ("Desfeito o que havia sido executado", "What had been executed was undone"),
    "auto_step_booked": ("Lançamentos no livro", "Entries in the book"),
    "auto_step_waiting": ("aguardando", "waiting"),
    "auto_cause_always": ("sempre que pode", "whenever it can"),
    "auto_cause_date": ("data marcada", "a set date"),
    "auto_cause_band": ("fora da faixa", "out of band"),
    "auto_cause_band_on_date": ("fora da faixa na data", "out of band on the date"),
    "auto_failed": ("Por quê: {why}", "Why: {why}"),
    "auto_cost": ("Desfazer custou {cost}.", "Undoing it cost {cost}."),
    "auto_entries": ("ver lançamentos", "see entries"),
    "auto_notes": ("O que pessoas decidiram", "What people decided"),
    "auto_note_enrolled": ("ligado", "turned on"),
    "auto_note_paused": ("pausado", "paused"),
    "auto_note_resumed": ("retomado", "resumed"),
    "auto_note_cleared": ("liberado", "cleared"),
    "auto_note_stale": ("parado", "stopped"),
    "auto_note_other": ("anotado", "noted"),
    "auto_note_line": ("{at}: {action} por {by}. {reason}", "{at}: {action} by {by}. {reason}"),
    "auto_stale_title": ("O que aconteceu", "What happened"),
    "auto_stale_text": (
        (
            "A execução {batch} não pôde ser desfeita. Confira na corretora o que ela tem de fato, "
            "acerte o livro se preciso, e só então libere."
        ),
        (
            "Batch {batch} could not be undone. Check at the broker what it really has, correct the book "
            "if needed, and only then clear it."
        ),
    ),
    "auto_doubt": (
        "Ordens que a corretora pode ter sem sabermos: {orders}. Enquanto houver, não se libera.",
        "Orders that the broker may have without our knowing: {orders}. Until then it cannot be cleared.",
    ),
    "auto_clear": ("Liberar", "Clear"),
    "auto_clear_reason": (
        "O que foi conferido? (obrigatório, fica guardado)",
        "What was checked? (required, kept for ever)",
    ),
    "auto_reason_missing": ("Escreva o motivo.", "Write the reason."),
    "auto_no_targets": ("Para ligar, primeiro defina os alvos.", "To turn it on, first set the targets."),
    "auto_worker": (
        "As execuções são feitas por um processo à parte: fiel autobalance run.",
        "Batches are run by a process of its own: fiel autobalance run.",
    ),
    "auto_progress": ("Andamento", "Progress"),
    "auto_live": ("Execução em andamento", "Batch under way"),
    "auto_nothing_runs": ("Nenhuma execução agora.", "No batch right now."),
    "auto_ended": ("Execução terminada: {status}.", "Batch ended: {status}."),
    "auto_refresh": ("Atualizar", "Refresh"),
    "auto_as_of": ("Visto em {at}.", "Seen at {at}."),
    "notice_auto_on": ("Ligado em simulação.", "On in simulation."),
    "notice_auto_paused": ("Pausado. Nenhuma execução nova começa.", "Paused. No new batch begins."),
    "notice_auto_paused_all": ("{n} carteira(s) pausada(s).", "{n} wallet(s) paused."),
    "notice_auto_resumed": ("Retomado.", "Resumed."),
    "notice_auto_cleared": ("Liberado.", "Cleared."),
}
