"""From the journal's outbox to a person: once per channel, through outages and crashes."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from fiel.autobalance.alerting.assembly import senders_of
from fiel.autobalance.alerting.config import AlertChannels, EmailChannel, Security
from fiel.autobalance.alerting.consumer import GROUP, AlertsHandler
from fiel.autobalance.alerting.jobs import ATTEMPTS, KIND
from fiel.autobalance.alerting.wire import alert_message
from fiel.autobalance.topics import ALERTS
from fiel.infra.bus.port import Batch, Partition, Record
from fiel.infra.jobs.port import GiveUp, Job, RetryLater
from fiel.infra.storage import offsets, outbox
from fiel.infra.storage.offsets import Assignment
from fiel.kernel.errors import Conflict
from tests.autobalance.alerting.desk import Desk, turned
from tests.autobalance.alerting.samples import AT, STALE, told
from tests.infra.jobs.stage import at_work, eventually
from tests.support.autobalance.mailbox import mailbox, webhook


def test_an_alert_becomes_one_job_per_channel_and_is_told_once_on_each(any_desk: Desk) -> None:
    """However many consumers there are, and though the same alert is told again, in other words and later."""
    desk = any_desk
    desk.tell([told(number, f"p{number}") for number in range(6)])
    turned(desk.consumer(), desk.consumer())
    desk.tell([replace(told(1, "p1"), alert=replace(told(1, "p1").alert, message="again"), at=AT)])
    turned(desk.consumer())

    jobs = desk.jobs()
    for job in jobs:
        desk.telling()(job)

    assert len(jobs) == len({job.id for job in jobs}) == 12
    assert {(job.kind, job.max_attempts) for job in jobs} == {(KIND, ATTEMPTS)}
    assert sorted(job.key or "" for job in jobs) == ["log"] * 6 + ["webhook"] * 6
    assert len(desk.hook.notices) == len(desk.log.notices) == 6
    assert (sum(each.new for each in desk.read), sum(each.known for each in desk.read)) == (6, 1)
    assert sorted(set(desk.counted.sent)) == [("log", True), ("webhook", True)]


def test_a_topic_read_again_from_its_beginning_tells_nothing_again(desk: Desk) -> None:
    """An operator's rewind; also while the jobs are still in the outbox."""
    desk.tell([told(number) for number in range(3)])
    turned(desk.consumer())
    with desk.database.unit_of_work() as unit:
        offsets.rewind(unit.connection, GROUP, ALERTS, 0, 0)
    turned(desk.consumer())
    assert len(desk.jobs()) == 6


def test_what_is_no_alert_is_passed_over_and_counted(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """The alerts around it are told, the log says where it is."""
    good = alert_message(STALE, AT).body.encode()
    desk.publish(b"{", None, good, b'{"code": "unheard_of"}')
    turned(desk.consumer())

    assert [(each.new, each.malformed) for each in desk.read] == [(1, 3)]
    assert len(desk.jobs()) == 2
    assert f"no alert in {ALERTS}/0 at 1" in caplog.text


def test_a_consumer_that_lost_its_partition_hands_out_nothing(any_desk: Desk) -> None:
    """Jobs and offsets are one transaction: refused by its epoch, whole."""
    desk, place = any_desk, Partition(ALERTS, 0)
    with desk.database.unit_of_work() as unit:
        mine = offsets.assign(unit.connection, GROUP, ALERTS, 0)
        offsets.assign(unit.connection, GROUP, ALERTS, 0)
    handler = AlertsHandler(desk.database, AlertChannels(), desk.clock, desk.read.append)
    record = Record(place, 0, b"ana", alert_message(STALE, AT).body.encode())

    with pytest.raises(Conflict, match="another consumer"):
        handler(Batch((record,)), {place: Assignment(GROUP, ALERTS, 0, mine.epoch, 0)})
    assert (desk.jobs(), desk.read) == ([], [])


def test_two_workers_with_one_job_after_the_other_tell_it_once(desk: Desk) -> None:
    """A queue that delivers twice (at least once is what it promises)."""
    desk.tell([told()])
    turned(desk.consumer())
    (job,) = (each for each in desk.jobs() if each.key == "webhook")
    desk.telling()(job)
    desk.telling()(job)
    assert len(desk.hook.notices) == 1


def test_a_failed_attempt_is_not_taken_for_a_told_alert(desk: Desk) -> None:
    """It is told at the next attempt, and metrics hear of both."""
    desk.hook.fails = [RetryLater("down"), GiveUp("gone")]
    desk.tell([told()])
    turned(desk.consumer())
    (job,) = (each for each in desk.jobs() if each.key == "webhook")
    with pytest.raises(RetryLater):
        desk.telling()(job)
    with pytest.raises(GiveUp):
        desk.telling()(job)
    desk.telling()(job)
    assert desk.counted.sent == [("webhook", False), ("webhook", False), ("webhook", True)]


@pytest.mark.parametrize(
    "payload", ["", "[]", "{}", '{"channel": "pigeon"}', '{"channel": "log", "rest": "x"}']
)
def test_a_job_that_holds_no_alert_is_given_up(desk: Desk, payload: str) -> None:
    """It will never hold one."""
    with pytest.raises(GiveUp) as caught:
        desk.telling()(Job("x", KIND, payload))
    assert caught.value.code == "job_malformed"


def test_a_job_for_a_channel_that_is_gone_waits_among_the_dead(desk: Desk) -> None:
    """With its reason, to be replayed when the channel is configured again."""
    mail = EmailChannel("127.0.0.1", "a@b.example", ("c@d.example",), security=Security.NONE)
    desk.tell([told()])
    turned(desk.consumer(AlertChannels(email=mail)))
    (job,) = (each for each in desk.jobs() if each.key == "email")
    with pytest.raises(GiveUp) as caught:
        desk.telling()(job)
    assert caught.value.code == "channel_not_configured"


def test_an_outage_of_the_channels_loses_nothing(any_desk: Desk) -> None:
    """Fault 59: webhook and mail are down, then back; each alert is told once on each, over real sockets."""
    desk, alerts = any_desk, [told(number, f"p{number}") for number in range(4)]
    with webhook() as hook, mailbox() as box:
        hook.answers = [(503, {}), (500, {}), (429, {"Retry-After": "1"})]
        box.says = {"GREET": ["hang up"] * 2, "MAIL": ["451 later"], "END": ["452 full"]}
        mail = EmailChannel(
            "127.0.0.1", "fiel@example.com", ("ana@example.com",), box.port, security=Security.NONE
        )
        channels = AlertChannels(hook.url, mail)
        telling = replace(desk.telling(channels), channels=channels, senders=senders_of(channels, desk.clock))
        desk.journal(alerts)
        desk.relay.drain()
        turned(desk.consumer(channels))
        desk.relay.drain()
        with at_work(desk.worker(telling)), at_work(desk.worker(telling)):
            eventually(lambda: len(hook.asked) == 7 and len(box.raw) == 4, "delivery")
            eventually(lambda: desk.counted.sent.count(("email", True)) == 4, "the last mark")

        assert sorted(hook.texts[3:]) == sorted(set(hook.texts))
        assert len({message["Message-ID"] for message in box.messages}) == 4
    assert desk.queue.depth(KIND) == 0
    assert desk.queue.dead_letters.list(KIND) == []
    assert desk.counted.sent.count(("webhook", False)) == 3


def test_beyond_the_limit_alerts_are_summed_up_after_the_hour(any_desk: Desk) -> None:
    """Three go out, one message tells of the other five; the log had all of them at once."""
    desk, channels = any_desk, AlertChannels("https://hooks.example/x", per_hour=3)
    desk.tell([told(number, f"p{number % 2}") for number in range(8)])
    turned(desk.consumer(channels))
    jobs = desk.jobs()
    for job in jobs + jobs:
        desk.telling(channels)(job)
    rest = desk.jobs()

    assert (len(desk.hook.notices), len(desk.log.notices)) == (3, 8)
    assert [(job.key, job.run_after) for job in rest] == [(None, AT + timedelta(minutes=31))]

    desk.clock.forward(minutes=31)
    for job in rest + rest:
        desk.telling(channels)(job)
    assert len(desk.hook.notices) == 4
    assert desk.hook.notices[-1].subject == "[Fiel] Mais avisos na última hora: 5"
    assert "p0" in desk.hook.notices[-1].body


def test_the_next_hour_begins_anew(desk: Desk) -> None:
    """And an hour with room for all has no summary."""
    channels = AlertChannels("https://hooks.example/x", per_hour=2)
    for hour in range(3):
        desk.tell([told(10 * hour + number) for number in range(2)])
        turned(desk.consumer(channels))
        for job in desk.jobs():
            desk.telling(channels)(job)
        desk.clock.forward(hours=1)
    assert len(desk.hook.notices) == 6
    assert desk.jobs() == []


def test_a_summary_that_fails_is_told_at_the_next_attempt(desk: Desk) -> None:
    """It is no more lost than an alert is."""
    channels = AlertChannels("https://hooks.example/x", per_hour=1)
    desk.tell([told(number) for number in range(3)])
    turned(desk.consumer(channels))
    for job in desk.jobs():
        desk.telling(channels)(job)
    (rest,) = desk.jobs()
    desk.hook.fails = [RetryLater("down")]
    with pytest.raises(RetryLater):
        desk.telling(channels)(rest)
    desk.telling(channels)(rest)
    assert [each.subject for each in desk.hook.notices[1:]] == ["[Fiel] Mais avisos na última hora: 2"]


def test_a_worker_whose_clock_is_behind_does_not_add_to_a_summary_that_is_out(desk: Desk) -> None:
    """What it holds over is told with the next hour's."""
    channels = AlertChannels("https://hooks.example/x", per_hour=1)
    desk.tell([told(number) for number in range(2)])
    turned(desk.consumer(channels))
    first = [job for job in desk.jobs() if job.key == "webhook"]
    for job in first:
        desk.telling(channels)(job)
    desk.telling(channels)(desk.jobs()[0])
    desk.tell([told(9)])
    turned(desk.consumer(channels))
    (late,) = (job for job in desk.jobs() if job.key == "webhook")
    desk.telling(channels)(late)
    (rest,) = desk.jobs()
    assert rest.run_after == AT + timedelta(minutes=91)
    desk.telling(channels)(rest)
    assert [each.subject for each in desk.hook.notices[1:]] == ["[Fiel] Mais avisos na última hora: 1"] * 2


def test_many_workers_at_once_number_what_they_hold_without_a_gap(any_desk: Desk) -> None:
    """A queue that promises no order: none is lost from the summary, none is counted twice."""
    desk, channels = any_desk, AlertChannels("https://hooks.example/x", per_hour=1)
    desk.tell([told(number) for number in range(21)])
    turned(desk.consumer(channels))
    jobs = [job for job in desk.jobs() if job.key == "webhook"]
    desk.telling(channels)(jobs[0])
    others = [
        threading.Thread(target=lambda part=part: [desk.telling(channels)(job) for job in part])
        for part in (jobs[1::4], jobs[2::4], jobs[3::4], jobs[4::4])
    ]
    for each in others:
        each.start()
    for each in others:
        each.join()
    (rest,) = desk.jobs()
    desk.telling(channels)(rest)
    assert [each.subject for each in desk.hook.notices[1:]] == ["[Fiel] Mais avisos na última hora: 20"]


def test_an_alert_waits_once_in_the_outbox(desk: Desk) -> None:
    """What is appended twice is refused while it waits: one id per saga, code and attempt."""
    message = alert_message(STALE, AT)
    with pytest.raises(Conflict), desk.database.unit_of_work() as unit:
        outbox.append(unit.connection, [message, message], at=AT)
