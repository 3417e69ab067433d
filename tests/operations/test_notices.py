"""What people are told of without asking: which facts, once in a while each, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fiel.autobalance.alerting.config import AlertChannels, Channel
from fiel.autobalance.alerting.texts import Notice
from fiel.bootstrap import income_of, open_custody, open_jobs, open_prices
from fiel.bootstrap.autobalance import autobalance_of
from fiel.copilot.notices import facts, words
from fiel.copilot.notices.facts import Fact, Kind, Line, NoticesConfig
from fiel.copilot.plan_view.words import Lang
from fiel.entrypoints.cli.everything import app
from fiel.entrypoints.worker.notices import Told, Watch, watch_of
from fiel.income.values import IncomeKind, IncomeRecord, Standing, State
from fiel.infra.jobs.port import GiveUp, RetryLater
from fiel.kernel.errors import InvalidInput
from fiel.settings import Settings
from tests.support.autobalance.mailbox import mailbox
from tests.support.command_line import CliRunner

TODAY = date(2026, 5, 4)
DRIFT = Fact(Kind.DRIFT, "ana", "Ações", (Line("Ações", share=Decimal("0.31"), target=Decimal("0.25")),))


@dataclass
class _Clock:
    instant: datetime = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


@dataclass
class _Sender:
    """A channel that keeps what it gets, or fails as it is told."""

    got: list[Notice] = field(default_factory=list)
    failure: Exception | None = None

    def send(self, notice: Notice) -> None:
        if self.failure is not None:
            raise self.failure
        self.got.append(notice)


@dataclass
class _Scene:
    watch: Watch
    sender: _Sender
    clock: _Clock

    def tell(self, *found: Fact) -> Told:
        return self.watch.tell(found)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[_Scene]:
    """An open book with one webhook."""
    environment = {"FIEL_DATA_DIR": str(tmp_path), "FIEL_ALERT_WEBHOOK": "http://127.0.0.1:9/hook"}
    settings = Settings.read({**environment, "FIEL_MARKET_OFFLINE": "1"}, tmp_path, "linux")
    clock, sender = _Clock(), _Sender()
    with open_custody(settings) as opened:
        opened.custody.deposit("ana", "10.00")
        jobs = open_jobs(settings, opened.database)
        prices = open_prices(settings.outside, opened.database)
        income = income_of(settings, opened, jobs, clock=clock)
        parts = autobalance_of(settings, opened, prices.source, clock=clock)
        watch = watch_of(settings, income, parts, prices.source)
        senders = {Channel.LOG: _Sender(), Channel.WEBHOOK: sender}
        yield _Scene(replace(watch, senders=senders), sender, clock)
        jobs.close()


def _record(asset: str, state: State, day: date | None) -> IncomeRecord:
    return IncomeRecord(
        record_id=f"income_{asset}",
        wallet="ana",
        event_id=f"event_{asset}",
        asset=asset,
        kind=IncomeKind.DIVIDEND,
        state=state,
        quantity=Decimal(100),
        per_unit=Decimal("0.50"),
        gross=Decimal("50.00"),
        withheld=Decimal(0),
        net=Decimal("50.00"),
        currency="BRL",
        com_date=None,
        payment_date=day,
        received=None,
        received_on=None,
        reasons=(),
        withholding="",
        shares=(),
        source="brapi",
        standing=Standing.SINGLE,
    )


def test_a_fact_is_told_once_in_a_while(scene: _Scene) -> None:
    """The same fact again within a day is known; a day later it is told again; another one at once."""
    assert scene.tell(DRIFT).sent == 1
    assert scene.tell(DRIFT).known == 1
    other = replace(DRIFT, about="Ações+FIIs")
    assert scene.tell(other).sent == 1
    scene.clock.instant += timedelta(days=1)
    assert scene.tell(DRIFT).sent == 1
    assert len(scene.sender.got) == 3


def test_a_channel_that_is_away_gets_it_with_the_next_look(scene: _Scene) -> None:
    """What could not be sent is not marked; what is refused for good is not tried for ever."""
    scene.sender.failure = RetryLater("busy")
    assert scene.tell(DRIFT).failed == 1
    scene.sender.failure = None
    assert scene.tell(DRIFT).sent == 1
    scene.sender.failure = GiveUp("gone", "404")
    other = replace(DRIFT, wallet="bia")
    assert (scene.tell(other).failed, scene.tell(other).known) == (1, 1)


def test_no_channel_gets_more_than_its_hourly_limit(scene: _Scene) -> None:
    """Beyond the limit facts wait for the next hour."""
    limited = replace(scene.watch, channels=replace(scene.watch.channels, per_hour=2))
    found = [replace(DRIFT, wallet=f"w{number}") for number in range(5)]
    told = limited.tell(found)
    assert (told.sent, told.held) == (2, 3)
    scene.clock.instant += timedelta(hours=1)
    assert limited.tell(found).sent == 2


def test_nobody_is_told_on_the_log(scene: _Scene) -> None:
    """Without webhook or e-mail there is nobody to reach: facts do not fill the log."""
    silent = replace(scene.watch, channels=AlertChannels())
    assert silent.tell([DRIFT]) == Told()


def test_a_look_at_a_quiet_book_finds_nothing(scene: _Scene) -> None:
    """Every kind is looked for, and an account with cash alone is no reason for a message."""
    assert scene.watch.look() == []


def test_payments_of_the_next_days_are_one_fact_a_day() -> None:
    """Announced and confirmed payments within the span are told, by day; others are not."""
    records = [
        _record("PETR4", State.CONFIRMED, TODAY + timedelta(days=2)),
        _record("VALE3", State.ANNOUNCED, TODAY + timedelta(days=2)),
        _record("ITUB4", State.CONFIRMED, TODAY + timedelta(days=9)),
        _record("BBAS3", State.RECEIVED, TODAY),
    ]
    (found,) = facts.payments("ana", records, TODAY, timedelta(days=3))
    assert found.about == "2026-05-06"
    assert [line.name for line in found.lines] == ["PETR4", "VALE3"]
    assert words.subject(found, Lang.EN) == "[Fiel] ana: 2 payment(s) on 2026-05-06"
    assert "PETR4 · R$ 50.00" in words.body(found, Lang.EN).replace("\xa0", " ")


def test_late_payments_are_one_fact_until_another_is_late() -> None:
    """All that is late stands in one message; one more makes it another fact."""
    one = [_record("PETR4", State.LATE, TODAY)]
    two = [*one, _record("VALE3", State.MISSING, TODAY)]
    (first,), (second,) = facts.late("ana", one), facts.late("ana", two)
    assert first.key != second.key
    assert len(second.lines) == 2
    assert list(facts.late("ana", [])) == []


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize(
    "fact",
    [
        DRIFT,
        facts.stale("ana", "saga_1", "not undone"),
        facts.provider("brapi", "quotes"),
        Fact(Kind.LATE, "ana", "x", (Line("PETR4", Decimal(5), day=TODAY),)),
        Fact(Kind.PAYMENTS, "ana", "x", (Line("PETR4", Decimal(5), day=TODAY),)),
    ],
)
def test_every_kind_has_its_words(fact: Fact, lang: Lang) -> None:
    """Subject, what happened, and what to do, in both languages."""
    subject, body = words.subject(fact, lang), words.body(fact, lang)
    assert subject.startswith("[Fiel] ")
    assert "{" not in subject + body
    assert len(body.splitlines()) >= 3


def test_a_name_cannot_begin_a_new_line() -> None:
    """Others' words stay on their line, and hide nothing."""
    fact = replace(DRIFT, wallet="ana\r\nBcc: x@example.org", lines=(Line("a\u202eb\nc"),))
    assert "\n" not in words.subject(fact, Lang.PT)
    assert "- a b c" in words.body(fact, Lang.PT)


def test_shares_are_told_in_percent() -> None:
    """A share of 0.31 against 0.25 reads 31 % (target 25 %)."""
    assert "Ações · 31.00 % (target 25.00 %)" in words.body(DRIFT, Lang.EN)


@pytest.mark.parametrize(
    ("name", "text"),
    [("FIEL_NOTICES", "drift,weather"), ("FIEL_NOTICES_AHEAD", "90d"), ("FIEL_NOTICES_EVERY", "1m")],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, name: str, text: str) -> None:
    """The refusal has the variable as its field."""
    with pytest.raises(InvalidInput) as refused:
        Settings.read({"FIEL_DATA_DIR": str(tmp_path), name: text}, tmp_path, "linux")
    assert refused.value.field == name


def test_kinds_can_be_chosen(tmp_path: Path) -> None:
    """Some, or none."""

    def chosen(text: str) -> NoticesConfig:
        return Settings.read(
            {"FIEL_DATA_DIR": str(tmp_path), "FIEL_NOTICES": text}, tmp_path, "linux"
        ).notices

    assert chosen("drift, late").kinds == {Kind.DRIFT, Kind.LATE}
    assert chosen("none").kinds == frozenset()


@pytest.mark.parametrize("refuses", [False, True])
def test_the_test_message_arrives_by_mail(tmp_path: Path, *, refuses: bool) -> None:
    """`fiel notices test`, as somebody does who set the mail server up: in the box, or why it is not."""
    with mailbox() as box:
        if refuses:
            box.says["RCPT"] = ["550 no such person"]
        environment = {
            "COLUMNS": "200",
            "FIEL_DATABASE_URL": f"sqlite:///{tmp_path / 'book.db'}",
            "FIEL_ALERT_SMTP": f"smtp://127.0.0.1:{box.port}",
            "FIEL_ALERT_FROM": "fiel@example.org",
            "FIEL_ALERT_TO": "ana@example.org",
        }
        done = CliRunner().invoke(app, ["notices", "test", "--lang", "en"], env=environment)
    told = " ".join(done.stdout.split())
    if refuses:
        assert done.exit_code == 6
        assert "ana@example.org (550)" in told
        assert box.messages == []
        return
    assert done.exit_code == 0, done.stderr
    assert "email: " in told
    (message,) = box.messages
    assert (message["From"], message["To"]) == ("fiel@example.org", "ana@example.org")
    assert str(message["Subject"]).startswith("[Fiel] ")
