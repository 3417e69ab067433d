"""Words of `/proventos`. Kinds, states and methods are said as the command line says them."""

from __future__ import annotations

from collections.abc import Mapping

from fiel.entrypoints.words.income import INCOME_NOTES

_TAKEN = ("kind_", "state_", "layer_", "method_", "proposal_", "action_")

WORDS: Mapping[str, tuple[str, str]] = {
    "inc_title": ("Proventos", "Income"),
    "inc_question": ("Quanto e quando vou receber?", "How much will I be paid, and when?"),
    "inc_answer": (
        (
            "Próximos 12 meses: {total} {basis} = confirmado {confirmed} + anunciado {announced} + estimado "
            "{estimated}"
        ),
        (
            "Next 12 months: {total} {basis} = confirmed {confirmed} + announced {announced} + estimated "
            "{estimated}"
        ),
    ),
    "inc_net": ("líquidos", "net"),
    "inc_gross": ("brutos", "gross"),
    "inc_error": (
        "Erro médio da estimativa no passado: {error} (medido em {tried} do estimado).",
        "Mean error of the estimate in the past: {error} (measured on {tried} of what is estimated).",
    ),
    "inc_error_unknown": (
        "Ainda não há passado bastante para medir o erro das estimativas.",
        "There is not enough past yet to measure the error of the estimates.",
    ),
    "inc_capital_line": (
        "Fora da soma: {amount} de capital que volta (amortizações e resgates).",
        "Not in the sum: {amount} of capital that comes back (amortisations and redemptions).",
    ),
    "inc_missing_line": (
        "Fora da soma: {amount} que já deviam ter entrado há mais de 30 dias, para conferir abaixo.",
        "Not in the sum: {amount} that should have come over 30 days ago, to check below.",
    ),
    "inc_year_line": (
        (
            "Nos últimos 12 meses entraram {amount} líquidos: {cost} do que os ativos custaram, {value} do "
            "que valem."
        ),
        "In the last 12 months {amount} net came in: {cost} of what the assets cost, {value} of their worth.",
    ),
    "inc_as_of": ("Posição de {day}, {zone}.", "As of {day}, {zone}."),
    "inc_sources": ("Fontes: {sources}.", "Sources: {sources}."),
    "inc_foreign": (
        "Em outras moedas, só na lista e fora das somas: {currencies}.",
        "In other currencies, in the list only and not in the sums: {currencies}.",
    ),
    "inc_chart_title": ("Mês a mês", "Month by month"),
    "inc_chart_answer": (
        "Proventos por mês, de {first} a {last}. Recebido no período: {received}; a receber: {coming}.",
        "Income by month, {first} to {last}. Received in it: {received}; still to come: {coming}.",
    ),
    "inc_hidden_chart": ("Proventos por mês, valores ocultos.", "Income by month, values hidden."),
    "inc_now": ("agora", "now"),
    "inc_total": ("Total", "Total"),
    "inc_month": ("Mês", "Month"),
    "inc_capital": ("Capital", "Capital"),
    "inc_table_caption": ("Valores {basis} por mês, em R$", "Amounts by month, {basis}, in R$"),
    "inc_csv": ("Baixar CSV", "Download CSV"),
    "inc_list_title": ("Pagamentos", "Payments"),
    "inc_shape": ("Visão", "View"),
    "inc_shape_list": ("Lista", "List"),
    "inc_shape_calendar": ("Calendário", "Calendar"),
    "inc_values": ("Mostrar", "Show"),
    "inc_values_net": ("Líquido", "Net"),
    "inc_values_gross": ("Bruto", "Gross"),
    "inc_status": ("Situação", "State"),
    "inc_status_": ("Todos", "All"),
    "inc_status_recebido": ("Recebidos", "Received"),
    "inc_status_confirmado": ("Confirmados", "Confirmed"),
    "inc_status_anunciado": ("Anunciados", "Announced"),
    "inc_status_estimado": ("Estimados", "Estimated"),
    "inc_status_atrasado": ("Atrasados", "Late"),
    "inc_past": ("Meses antes de hoje", "Months before today"),
    "inc_past_n": ("{n} meses", "{n} months"),
    "inc_count": ("{n} pagamento", "{n} payment"),
    "inc_counts": ("{n} pagamentos", "{n} payments"),
    "inc_check_all": ("Ver todos os {n} na lista", "See all {n} in the list"),
    "inc_group_coming": ("A receber", "To come"),
    "inc_group_past": ("Já passou", "Past"),
    "inc_group_none": ("Sem data de pagamento", "Without a payment date"),
    "inc_none_found": ("Nenhum pagamento com este filtro.", "No payment fits this filter."),
    "inc_clear": ("Tirar o filtro", "Clear the filter"),
    "inc_no_day": ("sem data", "no date"),
    "inc_sum": (
        "{quantity} un. × {per_unit} = bruto {gross}",
        "{quantity} units × {per_unit} = gross {gross}",
    ),
    "inc_sum_tax": ("− IR {tax}", "− tax {tax}"),
    "inc_sum_net": ("= {net}", "= {net}"),
    "inc_flow_sum": ("bruto {gross} − IR {tax} = {net}", "gross {gross} − tax {tax} = {net}"),
    "inc_com": ("data com {day}", "com date {day}"),
    "inc_why": ("Por quê e de onde", "Why, and from where"),
    "inc_source": ("Fonte: {source}, posição de {day}.", "Source: {source}, as of {day}."),
    "inc_detail": ("Ver a conta deste pagamento", "See how this payment is reckoned"),
    "inc_entries": ("Lançamentos de {asset}", "Entries of {asset}"),
    "inc_ignored_badge": ("não cobrar", "not asked about"),
    "inc_check_title": ("Para conferir", "To check"),
    "inc_check_line": ("{n} pagamento espera por você.", "{n} payment waits for you."),
    "inc_check_lines": ("{n} pagamentos esperam por você.", "{n} payments wait for you."),
    "inc_check_late": (
        "{kind} de {asset}: {amount} esperados em {day}, não recebidos há {n} dias",
        "{kind} of {asset}: {amount} expected on {day}, not received for {n} days",
    ),
    "inc_check_other": ("{kind} de {asset}: {amount}, {state}", "{kind} of {asset}: {amount}, {state}"),
    "inc_book": ("Registrar", "Record"),
    "inc_book_what": (
        "Registrar lança {amount} em {day} na conta {account}.",
        "Record books {amount} on {day} in the account {account}.",
    ),
    "inc_link_what": (
        "Registrar liga o recebimento que já está no livro a este pagamento.",
        "Record links the receipt that the book has to this payment.",
    ),
    "inc_ignore": ("Ignorar", "Ignore"),
    "inc_ask_again": ("Voltar a cobrar", "Ask about it again"),
    "inc_ignored_count": (
        "{n} pagamento ignorado por você: está na lista e fora da soma.",
        "{n} payment ignored by you: it is in the list and not in the sum.",
    ),
    "inc_ignored_counts": (
        "{n} pagamentos ignorados por você: estão na lista e fora da soma.",
        "{n} payments ignored by you: they are in the list and not in the sum.",
    ),
    "inc_no_proposal": (
        "Nada a registrar com um clique: veja a conta do pagamento.",
        "Nothing to record by one click: see how the payment is reckoned.",
    ),
    "inc_unmatched_title": ("Entrou e ninguém esperava", "Came in, and nobody expected it"),
    "inc_unmatched_line": ("{day}: {amount} de {asset}. {why}", "{day}: {amount} of {asset}. {why}"),
    "inc_fixed_title": ("Renda fixa: juros e vencimentos", "Fixed income: interest and redemptions"),
    "inc_fixed_caption": (
        "Pagamentos que vêm dos contratos, em R$; os estimados supõem que as taxas fiquem como estão",
        "Payments by contract, in R$; estimated ones assume that rates stay as they are",
    ),
    "inc_fixed_day": ("Dia", "Day"),
    "inc_fixed_name": ("Título", "Title"),
    "inc_fixed_principal": ("Principal", "Principal"),
    "inc_fixed_interest": ("Juros", "Interest"),
    "inc_fixed_tax": ("IR", "Tax"),
    "inc_fixed_net": ("Líquido", "Net"),
    "inc_fixed_basis": ("Situação", "State"),
    "inc_fixed_known": ("certo pelo contrato", "fixed by contract"),
    "inc_fixed_projected": ("estimado", "estimated"),
    "inc_fixed_more": ("e mais {n} até {day}", "and {n} more up to {day}"),
    "inc_fixed_refused": ("{title}: não dá para calcular. {why}", "{title}: cannot be reckoned. {why}"),
    "inc_forecast_title": ("Quão certa é a estimativa", "How sure the estimate is"),
    "inc_forecast_caption": (
        "Erro: soma do que se errou sobre a soma do que foi pago, nas provas com o passado do próprio ativo",
        "Error: what was missed over what was paid, in trials on the asset's own past",
    ),
    "inc_forecast_asset": ("Ativo", "Asset"),
    "inc_forecast_method": ("Método", "Method"),
    "inc_forecast_error": ("Erro medido", "Error measured"),
    "inc_forecast_amount": ("Estimado no período", "Estimated in the span"),
    "inc_no_forecast": ("{asset}: sem estimativa ({why}).", "{asset}: no estimate ({why})."),
    "inc_actions_title": ("Desdobramentos, bonificações e direitos", "Splits, bonus shares and rights"),
    "inc_action_line": (
        "{day}: {kind} de {asset}; de {held} un., {change} un. a mais",
        "{day}: {kind} of {asset}; on {held} units, {change} units more",
    ),
    "inc_calendar_caption": ("{month}: {total} {basis}", "{month}: {total} {basis}"),
    "inc_before": ("Mês anterior", "Month before"),
    "inc_after": ("Mês seguinte", "Month after"),
    "inc_today": ("hoje", "today"),
    "inc_page": ("Página {page} de {pages}", "Page {page} of {pages}"),
    "inc_older": ("Anteriores", "Before"),
    "inc_newer": ("Seguintes", "Next"),
    "inc_apply": ("Aplicar", "Apply"),
    "inc_empty_title": ("Aqui vão aparecer seus proventos", "Your income will be here"),
    "inc_empty_text": (
        (
            "Dividendos, JCP, rendimentos de FIIs e juros: o que entrou, o que foi anunciado e o que se "
            "estima, mês a mês. Comece trazendo o que você tem em carteira."
        ),
        (
            "Dividends, interest on capital, income of FIIs and interest: what came, what is announced and "
            "what is estimated, month by month. Begin by bringing in what you hold."
        ),
    ),
    "inc_empty_main": ("Importar extrato da B3", "Import a B3 statement"),
    "inc_pay_question": ("De onde vem este pagamento?", "Where does this payment come from?"),
    "inc_pay_answer": (
        (
            "{kind} de {asset}: {quantity} un. × {per_unit} = {gross} bruto, {tax} de IR, {net} líquido. "
            "Situação: {state}."
        ),
        (
            "{kind} of {asset}: {quantity} units × {per_unit} = {gross} gross, {tax} of tax, {net} net. "
            "State: {state}."
        ),
    ),
    "inc_pay_steps": ("O que aconteceu", "What happened"),
    "inc_pay_com": (
        "Data com: {quantity} un. em carteira no fechamento",
        "Com date: {quantity} units held at the close",
    ),
    "inc_pay_paid": ("Pagamento previsto", "Payment expected"),
    "inc_pay_until": ("Pagamento até", "Payment until"),
    "inc_pay_came": ("Entrou no livro: {amount}", "Came into the book: {amount}"),
    "inc_pay_accounts": ("Por conta", "By account"),
    "inc_pay_account": ("Conta", "Account"),
    "inc_pay_quantity": ("Quantidade na data com", "Quantity on the com date"),
    "inc_pay_gross": ("Bruto", "Gross"),
    "inc_pay_tax": ("IR", "Tax"),
    "inc_pay_net": ("Líquido", "Net"),
    "inc_pay_rule": ("Regra do imposto: {rule}", "Rule of the tax: {rule}"),
    "inc_pay_standing_agreed": ("duas fontes concordam", "two sources agree"),
    "inc_pay_standing_single": ("uma fonte só", "one source only"),
    "inc_pay_standing_conflict": ("as fontes divergem", "the sources differ"),
    "inc_pay_corrections": (
        "A fonte corrigiu este pagamento {n} vez(es).",
        "The source corrected this payment {n} time(s).",
    ),
    "inc_back": ("Voltar aos proventos", "Back to income"),
    "notice_income_booked": (
        "Registrado: {amount} de {asset} em {day}. Dá para estornar em Lançamentos.",
        "Recorded: {amount} of {asset} on {day}. It can be reversed under Entries.",
    ),
    "notice_income_linked": (
        "Ligado ao recebimento que já estava no livro.",
        "Linked to the receipt in the book.",
    ),
    "notice_income_gone": (
        "Este pagamento já tinha sido registrado, ou não é mais preciso. Nada mudou.",
        "This payment was recorded before, or is no longer needed. Nothing changed.",
    ),
    "notice_income_ignored": ("Ignorado. Ele continua na lista.", "Ignored. It stays in the list."),
    "notice_income_asked": ("Voltamos a cobrar este pagamento.", "This payment is asked about again."),
    **{
        key.replace("income_", "inc_", 1): both
        for key, both in INCOME_NOTES.items()
        if key.removeprefix("income_").startswith(_TAKEN) and "{" not in both[0]
    },
}
