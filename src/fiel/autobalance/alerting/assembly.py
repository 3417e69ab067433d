"""The senders of the configured channels, and a message to each of them to see whether they work."""

from __future__ import annotations

from dataclasses import dataclass

from fiel.autobalance.alerting import texts
from fiel.autobalance.alerting.config import AlertChannels, Channel
from fiel.autobalance.alerting.jobs import Senders
from fiel.autobalance.alerting.mail import MailSender
from fiel.autobalance.alerting.sending import LogSender, Sender
from fiel.autobalance.alerting.webhook import WebhookSender
from fiel.infra.jobs.port import GiveUp, RetryLater
from fiel.kernel.clock import Clock
from fiel.kernel.ids import IdSource


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of the test message of a channel; `detail` says why it did not go out."""

    channel: Channel
    ok: bool
    detail: str = ""


def senders_of(channels: AlertChannels, clock: Clock) -> Senders:
    """One sender for each configured channel."""
    senders: dict[Channel, Sender] = {Channel.LOG: LogSender()}
    if channels.webhook_url is not None:
        senders[Channel.WEBHOOK] = WebhookSender(channels.webhook_url, clock, channels.webhook_timeout)
    if channels.email is not None:
        senders[Channel.EMAIL] = MailSender(channels.email, clock)
    return senders


def send_test(channels: AlertChannels, senders: Senders, clock: Clock, ids: IdSource) -> tuple[Tried, ...]:
    """One message to each channel, at once and outside of the limit; what happened. Never raises for them."""
    return tuple(_tried(each, senders[each], channels, clock, ids) for each in channels)


def _tried(channel: Channel, sender: Sender, channels: AlertChannels, clock: Clock, ids: IdSource) -> Tried:
    notice = texts.of_test(f"test-{ids.next_id()}", clock.now(), channels.lang, channels.zone)
    try:
        sender.send(notice)
    except RetryLater as error:
        return Tried(channel, ok=False, detail=str(error))
    except GiveUp as error:
        return Tried(channel, ok=False, detail=f"{error.code}: {error}")
    return Tried(channel, ok=True)
