"""The words of `fiel income` and of its processes: their help and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

INCOME_EXAMPLES = (
    "Examples:\n\n- fiel income calendar\n- fiel income reconcile\n- fiel income forecast TAEE11 --explain\n"
)
CALENDAR_EXAMPLES = (
    "Examples:\n\n- fiel income calendar --months 6 --why\n- fiel income calendar --by asset --json\n"
)
RECONCILE_EXAMPLES = "Examples:\n\n- fiel income reconcile\n- fiel income reconcile --user ana --dry-run\n"
TITLES_EXAMPLES = (
    "Examples:\n\n"
    '- fiel income titles add CDB --pays "110% CDI" --start 2026-01-05 --maturity 2028-01-05 --units 10 '
    "--bought 2026-01-05\n"
    "- fiel income titles list\n"
)
JOBS_EXAMPLES = "Examples:\n\n- fiel income jobs status\n- fiel income jobs retry --all\n"
_ENDS = (INCOME_EXAMPLES, CALENDAR_EXAMPLES, RECONCILE_EXAMPLES, TITLES_EXAMPLES, JOBS_EXAMPLES)

INCOME_HELP_PT: Mapping[str, str] = MappingProxyType(
    {each: each.replace("Examples", "Exemplos") for each in _ENDS}
    | {
        "Dividends, interest and every other payment: received, confirmed, announced or "
        "estimated, and why.": (
            "Dividendos, juros e todo outro provento: recebido, confirmado, anunciado ou estimado, e por quê."
        ),
        "Show what was paid and what will be: received, confirmed, announced or estimated, gross and net.\n\n"
        "Estimates are never shown as announced. Nothing is written: see `fiel income reconcile`.": (
            "Mostra o que foi pago e o que será: recebido, confirmado, anunciado ou "
            "estimado, bruto e líquido."
            "\n\nO estimado nunca aparece como anunciado. Nada é gravado: veja `fiel income reconcile`."
        ),
        "Whose income (default: the only user of the book).": (
            "De quem são os proventos (padrão: o único usuário do livro)."
        ),
        "Recorded figures only; nobody is asked (FIEL_MARKET_OFFLINE=1 does so too).": (
            "Só dados gravados; ninguém é perguntado (FIEL_MARKET_OFFLINE=1 também faz isso)."
        ),
        "Ask the services again what is announced of all that is held.": (
            "Pergunta de novo aos serviços o que está anunciado de tudo o que há em carteira."
        ),
        "Months to show, from this one on.": "Meses a mostrar, a partir deste.",
        "Months to show before this one.": "Meses a mostrar antes deste.",
        "What is added up.": "O que é somado.",
        "Of each payment also why it stands where it stands.": (
            "De cada pagamento também por que está como está."
        ),
        "Hold what was announced against what was held and what came, and keep the records.\n\nAgain and "
        "again it changes nothing more. Lists what is new or other, bookings to accept, and money that\n"
        "belongs to nothing.": (
            "Confronta o anunciado com o que havia em carteira e o que entrou, e guarda os registros.\n\n"
            "Repetido, nada mais muda. Lista o que é novo ou mudou, lançamentos a "
            "aceitar, e dinheiro que não "
            "pertence a nada."
        ),
        "Only look: nothing is written.": "Só olha: nada é gravado.",
        "Book what a reconciliation proposes: money that came, a receipt that belongs, a difference.\n\nA "
        "proposal that was accepted is not there any more: exit code 4.": (
            "Lança o que a conciliação propõe: dinheiro que entrou, um recebimento que "
            "pertence, uma diferença."
            "\n\nUma proposta já aceita não existe mais: código de saída 4."
        ),
        "The proposals, as `reconcile` names them.": "As propostas, como `reconcile` as chama.",
        "Every open proposal.": "Todas as propostas em aberto.",
        "Example: fiel income accept --all --user ana": "Exemplo: fiel income accept --all --user ana",
        "Say in which time zone the wallet's days begin.": "Diz em que fuso começam os dias da carteira.",
        "America/Sao_Paulo, America/Manaus, UTC...": "America/Sao_Paulo, America/Manaus, UTC...",
        "Example: fiel income zone America/Manaus --user ana": (
            "Exemplo: fiel income zone America/Manaus --user ana"
        ),
        "Show what an asset may pay per unit: a forecast from its history, never an announcement.\n\nThe "
        "method is the one that would have done best in the past, and its error is told.": (
            "Mostra o que um ativo pode pagar por unidade: uma previsão pela história, "
            "nunca um anúncio.\n\nO "
            "método é o que teria acertado mais no passado, e o seu erro é dito."
        ),
        "TAEE11, ITUB4, MXRF11...": "TAEE11, ITUB4, MXRF11...",
        "How far ahead.": "Até quantos meses à frente.",
        "The methods that were tried, their errors, and the past behind it.": (
            "Os métodos provados, seus erros, e o passado em que se apoia."
        ),
        "As if it were that day: nothing later is looked at.": (
            "Como se fosse aquele dia: nada posterior é olhado."
        ),
        "Example: fiel income forecast TAEE11 --explain": "Exemplo: fiel income forecast TAEE11 --explain",
        "Fixed-income titles of a wallet: their payments come into the calendar.": (
            "Títulos de renda fixa de uma carteira: seus pagamentos entram no calendário."
        ),
        "Keep a title that the wallet holds, described as for `fiel bond flows`; again, it changes "
        "nothing.": (
            "Guarda um título que a carteira tem, descrito como em `fiel bond flows`; repetido, nada muda."
        ),
        "List the titles of a wallet.": "Lista os títulos de uma carteira.",
        "Forget a title: it was sold, or told wrongly.": "Esquece um título: foi vendido, ou dito errado.",
        "The title, as `titles list` names it.": "O título, como `titles list` o chama.",
        "The daily jobs, one per wallet: how far they are, and those that nobody could do.": (
            "As tarefas diárias, uma por carteira: até onde foram, e as que ninguém conseguiu fazer."
        ),
        "Show how many wallets today's jobs have done, what waits, and what nobody could do, with the "
        "reason.": (
            "Mostra quantas carteiras as tarefas de hoje fizeram, o que espera, e o que não "
            "se conseguiu fazer, "
            "com o motivo."
        ),
        "Hand jobs out again that nobody could do, after what stood in their way was put right.": (
            "Entrega de novo tarefas que ninguém conseguiu fazer, depois de corrigido o que as impedia."
        ),
        "Throw jobs away that nobody could do. The next day's job does that wallet's work too.": (
            "Joga fora tarefas que ninguém conseguiu fazer. A tarefa do dia seguinte faz "
            "também esse trabalho."
        ),
        "The jobs, as `jobs status` names them.": "As tarefas, como `jobs status` as chama.",
        "Every job that nobody could do.": "Todas as tarefas que ninguém conseguiu fazer.",
        "Reconcile the income of wallets as jobs come in, one job per wallet and day, until stopped.\n\n"
        "SIGTERM or Ctrl-C: the wallets in hand are finished, the rest is given back, and the exit code is "
        "0.": (
            "Concilia os proventos das carteiras conforme chegam as tarefas, uma por carteira e dia, até ser "
            "parado.\n\nSIGTERM ou Ctrl-C: as carteiras em mãos são terminadas, o resto é "
            "devolvido, e o código "
            "de saída é 0."
        ),
        "Hand out the day's jobs, one per wallet, when the day of the wallet's zone has begun, until stopped."
        "\n\nAny number may run: a day is handed out once. FIEL_INCOME_AT says from which time of day.": (
            "Entrega as tarefas do dia, uma por carteira, quando o dia do fuso da carteira começou, até ser "
            "parado.\n\nPodem rodar vários: um dia é entregue uma vez. FIEL_INCOME_AT diz "
            "a partir de que hora."
        ),
        "Example: fiel scheduler --once": "Exemplo: fiel scheduler --once",
        "Hand out what is due now, and end.": "Entrega o que é devido agora, e termina.",
        "Wallets at once.": "Carteiras ao mesmo tempo.",
        "RabbitMQ, such as amqp://user:password@host:5672/ (default: FIEL_RABBITMQ, else the queue in the "
        "database).": (
            "RabbitMQ, como amqp://usuario:senha@servidor:5672/ (padrão: FIEL_RABBITMQ, "
            "senão a fila no banco "
            "de dados)."
        ),
    }
)

INCOME_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "scheduler_handed_out": (
            "{day}, {zone}: {n} tarefas entregues.",
            "{day}, {zone}: {n} jobs handed out.",
        ),
        "income_of": ("Proventos de {wallet} em {day} ({zone})", "Income of {wallet} on {day} ({zone})"),
        "income_year": (
            "Recebido em 12 meses, líquido: {amount} · sobre o custo: {cost} · sobre o valor: {value}",
            "Received in 12 months, net: {amount} · on cost: {cost} · on value: {value}",
        ),
        "income_no_forecast": ("{asset}: sem previsão: {why}", "{asset}: no forecast: {why}"),
        "income_no_plan": ("{title}: sem pagamentos: {why}", "{title}: no payments: {why}"),
        "income_proposals": (
            "{n} lançamento(s) a aceitar: `fiel income reconcile` os lista.",
            "{n} booking(s) to accept: `fiel income reconcile` lists them.",
        ),
        "income_unmatched": (
            "{n} recebimento(s) sem provento correspondente: veja `fiel income reconcile`.",
            "{n} receipt(s) that belong to no payment: see `fiel income reconcile`.",
        ),
        "income_by_month": ("Mês", "Month"),
        "income_by_day": ("Dia", "Day"),
        "income_by_asset": ("Ativo", "Asset"),
        "income_by_class": ("Classe", "Class"),
        "income_layer_received": ("Recebido", "Received"),
        "income_layer_confirmed": ("Confirmado", "Confirmed"),
        "income_layer_announced": ("Anunciado", "Announced"),
        "income_layer_estimated": ("Estimado", "Estimated"),
        "income_total_net": ("Total líquido", "Total net"),
        "income_capital": ("Capital devolvido", "Capital returned"),
        "income_total": ("Total", "Total"),
        "income_day": ("Dia", "Day"),
        "income_asset": ("Ativo", "Asset"),
        "income_kind": ("Tipo", "Kind"),
        "income_state": ("Situação", "State"),
        "income_gross": ("Bruto", "Gross"),
        "income_withheld": ("Retido", "Withheld"),
        "income_net": ("Líquido", "Net"),
        "income_sources": ("Fontes: {sources}", "Sources: {sources}"),
        "income_kind_dividend": ("Dividendo", "Dividend"),
        "income_kind_jcp": ("JCP", "JCP"),
        "income_kind_fii_income": ("Rendimento de FII", "FII income"),
        "income_kind_interest": ("Juros", "Interest"),
        "income_kind_amortisation": ("Amortização", "Amortisation"),
        "income_kind_redemption": ("Resgate", "Redemption"),
        "income_kind_other": ("Outro", "Other"),
        "income_state_estimated": ("estimado", "estimated"),
        "income_state_announced": ("anunciado", "announced"),
        "income_state_confirmed": ("confirmado", "confirmed"),
        "income_state_due": ("a cair", "due"),
        "income_state_late": ("atrasado", "late"),
        "income_state_missing": ("faltando", "missing"),
        "income_state_received": ("recebido", "received"),
        "income_state_corrected": ("corrigido", "corrected"),
        "income_state_lapsed": ("sem efeito", "lapsed"),
        "income_reconciled": (
            "{wallet}, {day}: {n} registros, {changed} novos ou mudados.",
            "{wallet}, {day}: {n} records, {changed} new or changed.",
        ),
        "income_proposal_book": ("lançar", "book"),
        "income_proposal_link": ("ligar", "link"),
        "income_proposal_book_difference": ("lançar a diferença", "book the difference"),
        "income_unmatched_line": ("sem provento", "of no payment"),
        "income_accepted": (
            "{day} {asset}: {amount} lançado, {state}.",
            "{day} {asset}: {amount} booked, {state}.",
        ),
        "income_nothing_to_accept": ("Nada a aceitar.", "Nothing to accept."),
        "income_zone_set": ("{wallet}: os dias começam em {zone}.", "{wallet}: days begin in {zone}."),
        "income_recorded": (
            "{asset}: só os pagamentos gravados no programa, até {day}; visto desse dia.",
            "{asset}: only the payments recorded in the program, up to {day}; seen from that day.",
        ),
        "income_forecast_of": (
            "{asset}: previsão por unidade, bruta, {months} meses após {day} ({n} pagamentos conhecidos)",
            "{asset}: forecast per unit, gross, for {months} months after {day} ({n} payments known)",
        ),
        "income_forecast_method": (
            "Método: {method}; erro medido em 12 meses: {error} ({why})",
            "Method: {method}; error measured over 12 months: {error} ({why})",
        ),
        "income_forecast_announced": (
            "{n} pagamento(s) já anunciado(s) não são previstos.",
            "{n} payment(s) announced already are not forecast.",
        ),
        "income_com_date": ("Data com", "Com date"),
        "income_per_unit": ("Por unidade", "Per unit"),
        "income_low": ("No mínimo", "Low"),
        "income_high": ("No máximo", "High"),
        "income_method": ("Método", "Method"),
        "income_origins": ("Provas", "Trials"),
        "income_error": ("Erro", "Error"),
        "income_median_error": ("Erro mediano", "Median error"),
        "income_basis": ("Apoiado em", "Rests on"),
        "income_method_last_year": ("repetir os últimos 12 meses", "the last 12 months again"),
        "income_method_slots": ("épocas dos últimos 3 anos", "seasons of the last 3 years"),
        "income_method_slot_median": ("mediana de cada época", "median of each season"),
        "income_method_trailing": ("soma de 12 meses nas épocas", "12 months spread over the seasons"),
        "income_method_trend": ("soma de 12 meses com metade da tendência", "12 months with half the trend"),
        "income_method_blend": (
            "mistura de épocas, 12 meses e 4 anos",
            "blend of seasons, 12 months, 4 years",
        ),
        "income_method_monthly": ("mediana dos últimos 3 pagamentos mensais", "median of the last 3 months"),
        "income_action": (
            "{day} {asset}: {kind}, {held} em carteira na data com: {change} unidades [{source}]",
            "{day} {asset}: {kind}, {held} held on the com date: {change} units [{source}]",
        ),
        "income_action_cost": (
            "exercer tudo custa {cost}, até {until}",
            "all of it costs {cost}, until {until}",
        ),
        "income_action_split": ("desdobramento", "split"),
        "income_action_reverse_split": ("grupamento", "reverse split"),
        "income_action_bonus": ("bonificação", "bonus shares"),
        "income_action_subscription": ("direito de subscrição", "right to subscribe"),
        "income_action_other": ("evento", "event"),
        "income_title_kept": ("{title}: guardado ({id}).", "{title}: kept ({id})."),
        "income_title_line": ("{units} un., comprado em {bought}", "{units} units, bought on {bought}"),
        "income_title_gone": ("{id}: esquecido.", "{id}: forgotten."),
        "income_no_titles": ("Nenhum título.", "No titles."),
        "income_jobs_day": (
            "{day}: {done} de {of} carteiras conciliadas.",
            "{day}: {done} of {of} wallets reconciled.",
        ),
        "income_jobs_waiting": ("{n} tarefas esperam.", "{n} jobs wait."),
        "income_jobs_lagging": ("  {wallet}: feita até {day}", "  {wallet}: done up to {day}"),
        "income_jobs_dead": (
            "  sem conserto: {id}, {tries} tentativas: {why}",
            "  nobody could do: {id}, {tries} tries: {why}",
        ),
        "income_jobs_none_dead": ("Nenhuma tarefa sem conserto.", "No job that nobody could do."),
        "income_jobs_again": ("{id}: entregue de novo.", "{id}: handed out again."),
        "income_jobs_gone": ("{id}: jogada fora.", "{id}: thrown away."),
    }
)
