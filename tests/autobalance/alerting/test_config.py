"""The configuration of channels: what is let in, and what is never shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fiel.autobalance.alerting.config import AlertChannels, Channel, EmailChannel, Security
from fiel.kernel.errors import InvalidInput

SECRET = "s3cr3t"  # noqa: S105 (of no one)
MAIL = EmailChannel("mail.example.com", "fiel@example.com", ("ana@example.com",), user="u", password=SECRET)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/services/T0/B0/x",
        "http://localhost:8065/hooks/x",
        "http://127.0.0.1:1/x",
        "http://[::1]:9/",
    ],
)
def test_https_or_this_machine(url: str) -> None:
    """Slack, and services of its format."""
    assert Channel.WEBHOOK in AlertChannels(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.slack.com/x",
        "http://127.0.0.1.evil.example/x",
        "http://10.0.0.1/x",
        "ftp://localhost/",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "https://u:p@example.com/",
        "https://example.com/#x",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://exam ple.com/",
        "https://example.com/\r\nX: y",
        "https://[::1/",
        "https://example.com/" + "x" * 3_000,
        "slack",
    ],
)
def test_other_addresses_are_refused_and_not_repeated(url: str) -> None:
    """The URL is a secret even when it is wrong."""
    with pytest.raises(InvalidInput) as caught:
        AlertChannels(url)
    assert caught.value.field == "webhook_url"
    assert len(url) < 10 or url not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"host": ""},
        {"host": "mail example"},
        {"host": "a\r\nb"},
        {"port": 0},
        {"port": 65_536},
        {"port": True},
        {"sender": "ana"},
        {"sender": "ana@example.com\r\nBcc: x@y"},
        {"sender": "Ana <ana@example.com>"},
        {"to": ()},
        {"to": ("a@example.com",) * 51},
        {"to": ("joão@example.com",)},
        {"to": ("a@b c",)},
        {"security": Security.NONE},
        {"password": None},
        {"user": None},
        {"password": "sénha"},
        {"password": ""},
        {"timeout": timedelta(0)},
        {"timeout": timedelta(hours=1)},
    ],
    ids=str,
)
def test_mail_is_checked_field_by_field(change: dict[str, Any]) -> None:
    """The error names the field (a user without password names the password)."""
    with pytest.raises(InvalidInput) as caught:
        replace(MAIL, **change)
    assert caught.value.field == ("password" if "user" in change else next(iter(change)))


@pytest.mark.parametrize(
    "change",
    [
        {"per_hour": 0},
        {"per_hour": 1_001},
        {"per_hour": True},
        {"webhook_timeout": timedelta(minutes=3)},
        {"zone": "Mars"},
    ],
    ids=str,
)
def test_limits_are_checked(change: dict[str, Any]) -> None:
    """Bounds of what is common to the channels."""
    with pytest.raises(InvalidInput) as caught:
        AlertChannels(**change)
    assert caught.value.field == next(iter(change))


def test_secrets_are_in_no_representation() -> None:
    """Neither the password nor the webhook's path."""
    channels = AlertChannels(f"https://hooks.slack.com/services/T0/{SECRET}", MAIL)
    assert SECRET not in f"{channels!r} {channels} {channels.webhook_shown}"
    assert channels.webhook_shown == "hooks.slack.com/***"


def test_the_log_is_always_a_channel() -> None:
    """Whatever else there is."""
    assert list(AlertChannels()) == [Channel.LOG]
    assert list(AlertChannels("https://example.com/", MAIL)) == list(Channel)


def test_no_encryption_only_on_this_machine() -> None:
    """A relay on the same host may speak plainly."""
    assert replace(MAIL, host="127.0.0.1", security=Security.NONE).security is Security.NONE
