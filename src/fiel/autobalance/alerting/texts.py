"""The words of alerts, in Brazilian Portuguese and in English.

Words of others (a broker's reason, a portfolio's name) go in as one plain line each: nothing in them can
begin a new line, a header, or hide what follows.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from fiel.autobalance.alerting.wire import ToldAlert
from fiel.autobalance.saga.events import SagaAlertCode
from fiel.copilot.plan_view.words import Lang, Words
from fiel.infra.zones import DEFAULT_ZONE, zone_of
from fiel.kernel.plain_text import one_line

LINE_LENGTH_MAX = 600
SUBJECT_LENGTH_MAX = 150
NAMED_MAX = 10


@dataclass(frozen=True, slots=True)
class Notice:
    """What a channel sends: `subject` is one line, `body` several. `id` is the same at each attempt."""

    id: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class _Said:
    """The parts of an alert's text. `{portfolio}`, `{attempt}`, `{named}` (the portfolio as an argument)."""

    subject: str
    happened: str
    blocked: str
    steps: tuple[str, ...]


_STATUS = "fiel autobalance status {named}"
_CLEAR_PT = "fiel autobalance clear-stale {named} --reason 'o que foi conferido'"
_CLEAR_EN = "fiel autobalance clear-stale {named} --reason 'what was checked'"
_LABELS = MappingProxyType(
    {
        Lang.PT: ("Carteira", "Lote", "Ordem", "Hora", "Detalhe", "O que houve", "Bloqueado", "O que fazer"),
        Lang.EN: ("Portfolio", "Batch", "Order", "Time", "Detail", "What happened", "Blocked", "What to do"),
    }
)
_PT: Mapping[SagaAlertCode, _Said] = MappingProxyType(
    {
        SagaAlertCode.PORTFOLIO_STALE: _Said(
            "Carteira {portfolio} bloqueada: um lote não pôde ser desfeito",
            "O rebalanceamento falhou e nem tudo o que já tinha sido executado pôde ser revertido.",
            "A carteira está em STALE: nenhum rebalanceamento começa nela até uma pessoa liberá-la. As "
            "outras carteiras seguem normalmente.",
            (
                f"Veja onde parou cada ordem: {_STATUS}",
                "Confira posições e dinheiro na corretora e acerte o que faltar.",
                f"Libere: {_CLEAR_PT} (recusado enquanto houver ordem em dúvida)",
            ),
        ),
        SagaAlertCode.ORDER_IN_DOUBT: _Said(
            "Carteira {portfolio}: ordem em dúvida",
            "A corretora não diz o que foi feito de uma ordem. Ela não é enviada de novo, nem dada como "
            "falha, até que se saiba.",
            "A carteira espera a resposta da corretora: nenhum rebalanceamento novo começa nela.",
            (
                f"Veja o lote: {_STATUS}",
                "Pergunte à corretora pela ordem {attempt}. Quando ela responder, o lote segue sozinho.",
                f"Se a carteira ficar em STALE: {_CLEAR_PT} (recusado enquanto houver ordem em dúvida)",
            ),
        ),
        SagaAlertCode.BROKER_CONTRADICTS: _Said(
            "Carteira {portfolio}: a corretora se contradiz",
            "A corretora informou o que não pode ser, como mais executado do que pedido ou uma execução "
            "desfeita.",
            "Os números desta carteira podem não bater com os da corretora; o status diz se ela está "
            "bloqueada.",
            (
                f"Veja o lote e se a carteira está bloqueada: {_STATUS}",
                "Compare a ordem {attempt} com o extrato da corretora.",
                f"Se a carteira estiver em STALE, depois de conferir: {_CLEAR_PT}",
            ),
        ),
    }
)
_EN: Mapping[SagaAlertCode, _Said] = MappingProxyType(
    {
        SagaAlertCode.PORTFOLIO_STALE: _Said(
            "Portfolio {portfolio} blocked: a batch could not be undone",
            "The rebalance failed, and not everything that had been executed could be reversed.",
            "The portfolio is STALE: no rebalance begins in it until a person clears it. Other portfolios go "
            "on as usual.",
            (
                f"See where each order ended: {_STATUS}",
                "Check positions and cash at the broker, and put right what is missing.",
                f"Clear it: {_CLEAR_EN} (refused while an order is in doubt)",
            ),
        ),
        SagaAlertCode.ORDER_IN_DOUBT: _Said(
            "Portfolio {portfolio}: an order is in doubt",
            "The broker does not say what became of an order. It is neither sent again nor taken as failed "
            "until that is known.",
            "The portfolio waits for the broker's answer: no new rebalance begins in it.",
            (
                f"See the batch: {_STATUS}",
                "Ask the broker about order {attempt}. When it answers, the batch goes on by itself.",
                f"Should the portfolio become STALE: {_CLEAR_EN} (refused while an order is in doubt)",
            ),
        ),
        SagaAlertCode.BROKER_CONTRADICTS: _Said(
            "Portfolio {portfolio}: the broker contradicts itself",
            "The broker reported what cannot be, such as more executed than ordered or an execution taken "
            "back.",
            "The figures of this portfolio may differ from the broker's; its status says whether it is "
            "blocked.",
            (
                f"See the batch, and whether the portfolio is blocked: {_STATUS}",
                "Compare order {attempt} with the broker's statement.",
                f"If the portfolio is STALE, after checking: {_CLEAR_EN}",
            ),
        ),
    }
)
_SUMMED_PT = (
    "Mais avisos na última hora: {count}",
    "E mais {count}: o limite de mensagens por hora deste canal foi atingido.",
    "Entre as carteiras: {portfolios}",
    "Veja todas as que esperam por alguém: fiel autobalance status",
)
_SUMMED_EN = (
    "More alerts in the past hour: {count}",
    "And {count} more: this channel's limit of messages per hour was reached.",
    "Portfolios among them: {portfolios}",
    "See all that wait for someone: fiel autobalance status",
)
_TEST_PT = ("Mensagem de teste", "Os avisos do rebalanceamento automático chegam a este canal.")
_TEST_EN = ("Test message", "Alerts of the auto-balancer reach this channel.")


def of_alert(told: ToldAlert, lang: Lang = Lang.PT, zone: str = DEFAULT_ZONE) -> Notice:
    """What happened, what is blocked, what to do, with portfolio, batch, order and time."""
    alert = told.alert
    said = (_PT if lang is Lang.PT else _EN)[alert.code]
    portfolio, order = plain(alert.portfolio), plain(alert.attempt or "")
    names = {"portfolio": portfolio, "attempt": order or "?", "named": _argument(portfolio)}
    label = _LABELS[lang]
    when = Words(lang).moment(told.at.astimezone(zone_of(zone)))
    facts = [(label[0], portfolio), (label[1], plain(alert.saga)), (label[2], order), (label[3], when)]
    facts.append((label[4], plain(alert.message)))
    steps = [f"{number}. {step.format_map(names)}" for number, step in enumerate(said.steps, 1)]
    body = [
        f"{label[5]}: {said.happened}",
        f"{label[6]}: {said.blocked}",
        f"{label[7]}:",
        *steps,
        "",
        *(f"{name}: {value}" for name, value in facts if value),
    ]
    return Notice(told.id, _subject(said.subject.format_map(names)), "\n".join(body))


def of_rest(notice_id: str, count: int, portfolios: Sequence[str], lang: Lang = Lang.PT) -> Notice:
    """One message for `count` alerts beyond the limit; the first of their portfolios are named."""
    words = _SUMMED_PT if lang is Lang.PT else _SUMMED_EN
    named = ", ".join(plain(each) for each in list(dict.fromkeys(portfolios))[:NAMED_MAX])
    said = [each.replace("{count}", str(count)).replace("{portfolios}", named) for each in words]
    return Notice(notice_id, _subject(said[0]), "\n".join(said[1:]))


def of_test(notice_id: str, at: datetime, lang: Lang = Lang.PT, zone: str = DEFAULT_ZONE) -> Notice:
    """A message that says no more than that it came."""
    subject, said = _TEST_PT if lang is Lang.PT else _TEST_EN
    when = Words(lang).moment(at.astimezone(zone_of(zone)))
    return Notice(notice_id, _subject(subject), f"{said}\n\n{_LABELS[lang][3]}: {when}")


def plain(text: str) -> str:
    """Others' words as one line, cut to `LINE_LENGTH_MAX`: no control, hiding or reordering characters."""
    return one_line(text, LINE_LENGTH_MAX)


def _subject(text: str) -> str:
    return one_line(f"[Fiel] {plain(text)}", SUBJECT_LENGTH_MAX)


def _argument(portfolio: str) -> str:
    """As it can be pasted into a shell: people do so with commands that a message gives them."""
    quoted = shlex.quote(portfolio)
    return f"-- {quoted}" if portfolio.startswith("-") else quoted
