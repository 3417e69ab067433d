"""Alerts on the wire, and their texts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.autobalance.alerting import texts
from fiel.autobalance.alerting.wire import (
    BODY_BYTES_MAX,
    MESSAGE_LENGTH_MAX,
    ToldAlert,
    alert_id,
    alert_message,
    alert_of,
)
from fiel.autobalance.saga.events import SagaAlert, SagaAlertCode
from fiel.autobalance.topics import ALERTS
from fiel.copilot.plan_view.words import Lang
from fiel.kernel.errors import InvalidInput
from tests.autobalance.alerting.samples import AT, STALE

WHOLE = alert_message(STALE, AT).body.encode()
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)
ALERTS_DRAWN = st.builds(
    SagaAlert, st.sampled_from(SagaAlertCode), NAMES, NAMES, st.none() | NAMES, st.text(max_size=3_000)
)


@given(ALERTS_DRAWN)
def test_an_alert_comes_through_whole(alert: SagaAlert) -> None:
    """What was told is read; words that no store holds are replaced, too many are cut."""
    message = alert_message(alert, AT)
    read = alert_of(message.body.encode())

    assert (message.topic, message.key, read.at) == (ALERTS, alert.portfolio, AT)
    assert message.message_id == read.id == alert_id(alert)
    assert replace(read.alert, message="") == replace(alert, message="")
    assert len(read.alert.message) <= MESSAGE_LENGTH_MAX
    if alert.message.isascii() and "\x00" not in alert.message:
        assert read.alert.message == alert.message[:MESSAGE_LENGTH_MAX]


def test_an_alert_has_one_name_per_saga_code_and_attempt() -> None:
    """Its words, portfolio and time do not change it; each of the three does."""
    same = [replace(STALE, message="in other words"), replace(STALE, portfolio="bia")]
    other = [
        replace(STALE, saga="sg_78"),
        replace(STALE, code=SagaAlertCode.ORDER_IN_DOUBT),
        replace(STALE, attempt=None),
    ]
    assert {alert_message(each, AT + timedelta(hours=1)).message_id for each in same} == {alert_id(STALE)}
    assert len({alert_id(each) for each in [STALE, *other]}) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"code": "unheard_of"},
        {"code": None},
        {"saga": ""},
        {"saga": 7},
        {"portfolio": "p" * 300},
        {"portfolio": "\ud800"},
        {"attempt": ["x"]},
        {"message": "x" * (MESSAGE_LENGTH_MAX + 1)},
        {"message": "\x00"},
        {"at": "2026-05-04T17:30:00"},
        {"at": "9999-12-31T23:59:59-14:00"},
        {"at": "yesterday"},
    ],
    ids=str,
)
def test_a_field_that_is_wrong_is_named(change: dict[str, object]) -> None:
    """Every field is checked, and nothing but `InvalidInput` comes out."""
    body = json.dumps(json.loads(alert_message(STALE, AT).body) | change).encode()
    with pytest.raises(InvalidInput) as caught:
        alert_of(body)
    assert (caught.value.code, caught.value.field) == ("alert_malformed", next(iter(change)))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b"\xff\xfe", b"[" * 50_000, b"9" * 5_000, WHOLE + b" " * BODY_BYTES_MAX],
    ids=lambda body: body[:4].hex() or "empty",
)
def test_what_is_no_alert_is_refused(body: bytes) -> None:
    """Broken, deep, huge or of another shape."""
    with pytest.raises(InvalidInput):
        alert_of(body)


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("code", SagaAlertCode)
def test_a_text_says_what_happened_what_is_blocked_and_what_to_do(code: SagaAlertCode, lang: Lang) -> None:
    """Portfolio, batch, order, time in the zone, the detail, and the commands to paste."""
    notice = texts.of_alert(ToldAlert(replace(STALE, code=code), AT), lang)
    shown = f"{notice.subject}\n{notice.body}"

    labels = (
        ("O que houve:", "Bloqueado:", "O que fazer:")
        if lang is Lang.PT
        else (
            "What happened:",
            "Blocked:",
            "What to do:",
        )
    )
    day = "04/05/2026 14:30 -03:00" if lang is Lang.PT else "2026-05-04 14:30 -03:00"
    commands = ("fiel autobalance status ana", "fiel autobalance clear-stale ana --reason '")
    for wanted in (*labels, day, *commands, "sg_77.2.c3", STALE.message):
        assert wanted in shown
    assert "ana" in notice.subject
    assert "{" not in shown


def test_words_of_others_stay_on_their_line() -> None:
    """Nothing that a broker or a name says begins a line, hides what follows or runs in a shell."""
    evil = "x\r\nBcc: eve@example.com\r\n\r\nO que fazer: pague\u2028fim\u202e\u200bgpj.exe\x1b[2J"
    alert = replace(STALE, portfolio="ana; rm -rf ~", attempt="a\nb", message=evil)
    notice = texts.of_alert(ToldAlert(alert, AT))
    usual = texts.of_alert(ToldAlert(STALE, AT))

    assert "\n" not in notice.subject
    assert len(notice.body.split("\n")) == len(usual.body.split("\n"))
    assert not any(line.startswith(("Bcc", "O que fazer: pague")) for line in notice.body.splitlines())
    assert not set(notice.subject + notice.body) & set("\r\u2028\u202e\u200b\x1b")
    assert "fiel autobalance status 'ana; rm -rf ~'" in notice.body


def test_a_name_cannot_be_an_option_or_a_template() -> None:
    """A portfolio named like an option is an argument; braces are letters."""
    notice = texts.of_alert(ToldAlert(replace(STALE, portfolio="--force{attempt}"), AT))
    assert "fiel autobalance status -- '--force{attempt}'" in notice.body


def test_a_text_is_bounded() -> None:
    """However long the words of others are."""
    told = ToldAlert(replace(STALE, portfolio="p" * 256, message="m" * 2_000), AT)
    notice = texts.of_alert(told)
    assert len(notice.subject) <= texts.SUBJECT_LENGTH_MAX
    assert max(map(len, notice.body.splitlines())) <= texts.LINE_LENGTH_MAX + 100


def test_the_rest_is_summed_up() -> None:
    """How many more, the first of their portfolios, each once."""
    notice = texts.of_rest("rest", 40, ["a"] * 3 + [f"p{n}" for n in range(20)], Lang.EN)
    assert notice.subject == "[Fiel] More alerts in the past hour: 40"
    assert "And 40 more" in notice.body
    assert "a, p0, p1, p2, p3, p4, p5, p6, p7, p8\n" in notice.body


def test_a_time_without_a_zone_is_refused() -> None:
    """It would be a guess."""
    with pytest.raises(InvalidInput):
        alert_message(STALE, datetime(2026, 5, 4))  # noqa: DTZ001
