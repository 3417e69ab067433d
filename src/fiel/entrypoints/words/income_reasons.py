"""Why a payment stands where it stands: the codes of income's reasons as sentences, in both languages.

A code may carry figures after a colon, separated by `/`; `{0}`, `{1}`... are those figures as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.words.income import INCOME_NOTES

REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "com_date_passed": ("tinha o ativo na data com {0}", "held on the com date {0}"),
        "com_date_to_come": ("a data com é {0}: vale o que houver então", "com date {0}: what is held then"),
        "com_date_unknown": ("data com ainda não anunciada", "com date not announced yet"),
        "nothing_held": ("nada em carteira na data com {0}", "nothing held on the com date {0}"),
        "taken_back": ("cancelado pela fonte", "taken back by the source"),
        "payment_to_come": ("paga em {0}", "pays on {0}"),
        "payment_until": ("paga até {0}", "pays until {0}"),
        "payment_date": ("paga hoje, {0}", "pays today, {0}"),
        "payment_date_unknown": ("sem data de pagamento ainda", "no payment date yet"),
        "payment_date_passed": ("devia ter sido pago em {0}", "was to be paid on {0}"),
        "patience_business_days": ("mais de {0} dias úteis de atraso", "more than {0} business days late"),
        "missing_after_days": ("mais de {0} dias: pergunte à corretora", "over {0} days: ask the broker"),
        "undated_after_days": (
            "mais de {0} dias sem data de pagamento: veja o extrato da corretora",
            "over {0} days without a payment date: see the broker's statement",
        ),
        "received": ("recebido {0} em {1}", "received {0} on {1}"),
        "received_partly": ("recebido {0} de {1}", "received {0} of {1}"),
        "amount_differs": ("recebido {0}, esperado {1}", "received {0}, expected {1}"),
        "gross_received": ("veio o bruto {0}; o líquido seria {1}", "the gross {0} came; net would be {1}"),
        "difference_open": ("há uma diferença em aberto", "a difference is open"),
        "source_changed": ("a fonte corrigiu {0} {1} {2}", "the source corrected {0} {1} {2}"),
        "changed_after_payment": (
            "a fonte corrigiu depois do pagamento: {0} {1} {2}",
            "the source corrected after the payment: {0} {1} {2}",
        ),
        "sources_differ": ("as fontes divergem: {0}/{1}", "sources differ: {0}/{1}"),
        "short_owes": ("vendido a descoberto: {0} deve {1}", "short: {0} owes {1}"),
        "month_limit_crossed": (
            "{0} pagou mais de R$ 50.000 em {1}: 10 % na fonte sobre {2}",
            "{0} paid over BRL 50,000 in {1}: 10 % withheld on {2}",
        ),
        "method": ("estimado pelo método {0}", "estimated by the method {0}"),
        "range": ("entre {0} e {1} bruto", "between {0} and {1} gross"),
        "error": ("erro medido neste ativo: {0}", "error measured on this asset: {0}"),
        "fixed_by_contract": ("certo pelo contrato", "fixed by contract"),
        "assumption": ("supõe {0}/{1}", "assumes {0}/{1}"),
        "expected": ("esperado em {0}", "expected on {0}"),
        "expected_net": ("líquido esperado {0}", "expected net {0}"),
        "state": ("está {0}", "stands {0}"),
        "possible_duplicate": ("parece repetido", "looks like a repetition"),
        "nothing_expected": ("nada era esperado", "nothing was expected"),
        "kind_differs": ("veio como {0}, esperado {1}", "came as {0}, expected {1}"),
        "day_outside_window": ("dia {0}, esperado de {1} a {2}", "day {0}, expected {1} to {2}"),
        "no_history": ("nenhum pagamento conhecido", "no payment is known"),
        "too_few_payments": ("só {0} pagamento(s) conhecido(s)", "only {0} payment(s) known"),
        "history_too_short": ("só {0} dias de história", "only {0} days of history"),
        "stopped_paying": ("não paga desde {0}", "has not paid since {0}"),
        "irregular": ("paga sem regularidade", "pays without regularity"),
        "default": ("o melhor método sobre muitos ativos", "the best method over many assets"),
        "better_here": (
            "melhor neste ativo: erro {0} contra {1}",
            "better on this asset: error {0} against {1}",
        ),
        "pays_monthly": ("pagou em {0} dos últimos 12 meses", "paid in {0} of the last 12 months"),
        "error_unknown": (
            "só {0} dias passados para provar o método",
            "only {0} past days to try the method",
        ),
        "cost_unknown": ("custo desconhecido", "cost unknown"),
        "cost_not_positive": ("sem custo positivo", "no positive cost"),
        "value_unknown": ("valor desconhecido: falta preço", "value unknown: a price is missing"),
        "value_not_positive": ("sem valor positivo", "no positive value"),
    }
)


def reason_text(reason: str, words: Words) -> str:
    """A reason in the reader's language; one that is not known here is shown as it stands."""
    code, _, figures = reason.partition(":")
    if code not in REASONS:
        return reason
    portuguese, english = REASONS[code]
    form = portuguese if words.lang is Lang.PT else english
    told = [*(_word(code, each, words) for each in figures.replace(">", "/").split("/")), "", "", ""]
    return form.format(*told).strip(" /:")


#: Codes whose figures are themselves words of ours, and where those words are.
_WORDS = {"state": "income_state", "method": "income_method", "kind_differs": "income_kind"}


def _word(code: str, figure: str, words: Words) -> str:
    key = f"{_WORDS[code]}_{figure}" if code in _WORDS else ""
    if key not in INCOME_NOTES:
        return figure
    portuguese, english = INCOME_NOTES[key]
    return portuguese if words.lang is Lang.PT else english


def reasons_text(reasons: tuple[str, ...], words: Words) -> str:
    """All of them in one line."""
    return "; ".join(reason_text(each, words) for each in reasons)
