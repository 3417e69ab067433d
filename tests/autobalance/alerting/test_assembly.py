"""The log, the senders of a configuration, and the message that tries them."""

from __future__ import annotations

import logging

import pytest

from fiel.autobalance.alerting.assembly import Tried, send_test, senders_of
from fiel.autobalance.alerting.config import AlertChannels, Channel, EmailChannel, Security
from fiel.autobalance.alerting.marks import first_free
from fiel.autobalance.alerting.sending import LogSender
from fiel.autobalance.alerting.texts import Notice
from fiel.copilot.plan_view.words import Lang
from fiel.kernel.ids import SequentialIds
from tests.autobalance.alerting.samples import NOTICE, SetClock
from tests.support.autobalance.mailbox import mailbox, webhook


def test_the_log_gets_one_warning_of_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever lines the text has."""
    LogSender().send(NOTICE)
    LogSender().send(Notice("a", "s", "one\rFAKE\ntwo\x1b[2J"))

    first, second = caplog.records
    assert (first.levelno, first.name) == (logging.WARNING, "fiel.autobalance.alerts")
    assert first.getMessage() == f"{NOTICE.subject} | O que houve: não deu | Bloqueado: tudo"
    assert second.getMessage() == "s | one | FAKE | two [2J"


def test_each_configured_channel_is_tried_once() -> None:
    """All work: each got one message in its language, with the time."""
    with webhook() as hook, mailbox() as box:
        mail = EmailChannel("127.0.0.1", "a@b.example", ("c@d.example",), box.port, Security.NONE)
        channels, clock = AlertChannels(hook.url, mail, Lang.EN), SetClock()
        tried = send_test(channels, senders_of(channels, clock), clock, SequentialIds())

        assert tried == tuple(Tried(each, ok=True) for each in Channel)
        assert hook.texts[0].startswith("[Fiel] Test message\n")
        assert "2026-05-04 14:30 -03:00" in hook.texts[0]
        assert [message["Subject"] for message in box.messages] == ["[Fiel] Test message"]


def test_a_channel_that_does_not_work_says_why_and_the_others_are_tried() -> None:
    """Nothing is raised, nothing is tried again."""
    with webhook() as hook, mailbox() as box:
        hook.answers = [(404, {})]
        box.says = {"MAIL": ["451 later"]}
        mail = EmailChannel("127.0.0.1", "a@b.example", ("c@d.example",), box.port, Security.NONE)
        channels, clock = AlertChannels(hook.url, mail), SetClock()
        log, asked, mailed = send_test(channels, senders_of(channels, clock), clock, SequentialIds())

    assert log.ok
    assert not asked.ok
    assert asked.detail == "webhook_refused: the webhook answers 404: no_service"
    assert not mailed.ok
    assert "451" in mailed.detail


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7, 8, 9, 1_000, 1_023, 1_024, 1_025])
def test_the_first_free_number_is_found_in_few_questions(count: int) -> None:
    """By doubling, then halving."""
    asked: list[int] = []

    def taken(number: int) -> bool:
        asked.append(number)
        return number < count

    assert first_free(taken) == count
    assert len(asked) <= 2 * count.bit_length() + 2
