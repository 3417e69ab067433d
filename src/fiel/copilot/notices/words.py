"""The words of notices: subject and body of each kind, in Brazilian Portuguese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fiel.copilot.notices.facts import Fact, Kind, Line
from fiel.copilot.plan_view.words import Lang, Words
from fiel.kernel.plain_text import one_line

LINE_MAX = 200
#: Kind: subject, what happened, what to do; Portuguese and English.
_TEXTS: Mapping[Kind, tuple[tuple[str, str], tuple[str, str], tuple[str, str]]] = MappingProxyType(
    {
        Kind.DRIFT: (
            ("{wallet}: {n} fora da faixa", "{wallet}: {n} out of band"),
            (
                "Estas partes da carteira saíram da faixa das suas metas:",
                "These parts of the wallet have left the band of their targets:",
            ),
            (
                "O próximo aporte pode corrigir: fiel plan, ou a página Aportar.",
                "The next contribution can put it right: fiel plan, or the page Aportar.",
            ),
        ),
        Kind.PAYMENTS: (
            ("{wallet}: {n} pagamento(s) em {day}", "{wallet}: {n} payment(s) on {day}"),
            ("Estão anunciados, líquidos de imposto:", "Announced, net of tax:"),
            (
                "Nada a fazer; o que cair na conta é conferido sozinho quando for lançado.",
                "Nothing to do; what arrives is checked by itself once it is booked.",
            ),
        ),
        Kind.LATE: (
            ("{wallet}: {n} pagamento(s) atrasado(s)", "{wallet}: {n} late payment(s)"),
            (
                "Deveriam ter caído na conta e não estão no livro:",
                "They should have arrived and are not in the book:",
            ),
            (
                "Se caíram, registre na página Proventos; se não, pergunte à corretora.",
                "If they came, book them on the page Proventos; if not, ask the broker.",
            ),
        ),
        Kind.STALE: (
            ("{wallet}: carteira bloqueada (STALE)", "{wallet}: portfolio blocked (STALE)"),
            (
                (
                    "Um rebalanceamento não pôde ser desfeito; nada mais é negociado nela até uma pessoa "
                    "conferir."
                ),
                "A rebalance could not be undone; nothing is traded in it until a person has looked.",
            ),
            (
                "Veja: fiel autobalance status; confira na corretora; depois: fiel autobalance clear-stale.",
                "See: fiel autobalance status; check at the broker; then: fiel autobalance clear-stale.",
            ),
        ),
        Kind.PROVIDER: (
            ("fonte de dados {name} sem resposta", "data provider {name} does not answer"),
            (
                "Desde a última tentativa ela não respondeu; vale o último dado bom, com a idade à vista.",
                "It has not answered since the last try; the last good figures hold, with their age shown.",
            ),
            ("Veja: fiel market health, ou a página Fontes.", "See: fiel market health, or the page Fontes."),
        ),
    }
)


def subject(fact: Fact, lang: Lang) -> str:
    """One line."""
    texts, first = _TEXTS[fact.kind][0], next(iter(fact.lines), Line("-"))
    day = "" if first.day is None else _day(first, lang)
    values = {"wallet": plain(fact.wallet), "n": len(fact.lines), "day": day, "name": plain(first.name)}
    return f"[Fiel] {texts[lang is Lang.EN].format(**values)}"


def body(fact: Fact, lang: Lang) -> str:
    """What happened, the lines, what to do."""
    english = lang is Lang.EN
    _, happened, todo = _TEXTS[fact.kind]
    listed = [f"- {_line(each, lang)}" for each in fact.lines if fact.kind is not Kind.PROVIDER]
    reason = [plain(fact.reason)] if fact.reason else []
    return "\n".join([happened[english], *listed, *reason, "", todo[english]])


def _line(line: Line, lang: Lang) -> str:
    words, told = Words(lang), [plain(line.name)]
    if line.share is not None and line.target is not None:
        target = "meta" if lang is Lang.PT else "target"
        share, wanted = words.percent(line.share * 100), words.percent(line.target * 100)
        told.append(f"{share} % ({target} {wanted} %)")
    if line.amount is not None:
        told.append(words.money(line.amount, line.currency))
    if line.day is not None:
        told.append(_day(line, lang))
    return " · ".join(told)


def _day(line: Line, lang: Lang) -> str:
    if line.day is None:
        return ""
    return f"{line.day:%d/%m/%Y}" if lang is Lang.PT else line.day.isoformat()


def plain(text: str) -> str:
    """Others' words as one line: nothing in them can begin a new one, or hide what follows."""
    return one_line(text, LINE_MAX)
