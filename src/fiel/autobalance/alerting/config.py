"""Where alerts go, in which language, how many at most. Secrets are in no representation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from fiel.copilot.plan_view.words import Lang
from fiel.infra.listening import is_loopback
from fiel.infra.zones import DEFAULT_ZONE, zone_of
from fiel.kernel.errors import InvalidInput

RECIPIENTS_MAX = 50
PER_HOUR_MAX = 1_000
URL_LENGTH_MAX = 2_048
SECRET_LENGTH_MAX = 1_024
TIMEOUT_MIN, TIMEOUT_MAX = timedelta(milliseconds=100), timedelta(minutes=2)
#: Plain addresses only: what a header or the dialogue with the server could take for more is not let in.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,10}")
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")
_URL = re.compile(r"[!-~]+")
_SECRET = re.compile(rf"[ -~]{{1,{SECRET_LENGTH_MAX}}}")


class Channel(StrEnum):
    """Ways to reach a person."""

    LOG = "log"
    WEBHOOK = "webhook"
    EMAIL = "email"


class Security(StrEnum):
    """How a mail server is spoken to. `NONE` only on this machine."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """A mail server and who writes to whom, as plain ASCII addresses. `timeout`: each wait for the server.

    Raises `InvalidInput` naming the field.
    """

    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 587
    security: Security = Security.STARTTLS
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: timedelta = timedelta(seconds=20)

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host):
            raise _wrong("host", "give the name or the address of the mail server")
        if type(self.port) is not int or not 1 <= self.port <= 65_535:
            raise _wrong("port", "a port is 1 to 65535")
        _check_address(self.sender, "sender")
        if not 1 <= len(self.to) <= RECIPIENTS_MAX:
            raise _wrong("to", f"give 1 to {RECIPIENTS_MAX} addresses")
        for address in self.to:
            _check_address(address, "to")
        if self.security is Security.NONE and not is_loopback(self.host):
            raise _wrong("security", "without encryption only on this machine; use starttls or tls")
        if (self.user is None) != (self.password is None):
            raise _wrong("password", "give a user and a password, or neither")
        for name in ("user", "password"):
            secret = getattr(self, name)
            if secret is not None and not _SECRET.fullmatch(secret):
                raise _wrong(name, f"{name} has 1 to {SECRET_LENGTH_MAX} printable ASCII characters")
        _check_timeout(self.timeout)


@dataclass(frozen=True, slots=True)
class AlertChannels:
    """Where alerts go. The log always has them.

    `webhook_url` takes Slack's incoming format, by https (or http on this machine), and is a secret as a
    whole. At most `per_hour` alerts a clock hour go to each of the others; what comes beyond is summed up
    in one message after the hour. `zone` is the zone of the times in the texts.
    Raises `InvalidInput` naming the field.
    """

    webhook_url: str | None = field(default=None, repr=False)
    email: EmailChannel | None = None
    lang: Lang = Lang.PT
    per_hour: int = 30
    zone: str = DEFAULT_ZONE
    webhook_timeout: timedelta = timedelta(seconds=10)

    def __post_init__(self) -> None:
        if self.webhook_url is not None:
            _check_url(self.webhook_url)
        if type(self.per_hour) is not int or not 1 <= self.per_hour <= PER_HOUR_MAX:
            raise _wrong("per_hour", f"give 1 to {PER_HOUR_MAX} messages an hour")
        _check_timeout(self.webhook_timeout, "webhook_timeout")
        zone_of(self.zone)

    def __iter__(self) -> Iterator[Channel]:
        """The channels that are configured."""
        yield Channel.LOG
        if self.webhook_url is not None:
            yield Channel.WEBHOOK
        if self.email is not None:
            yield Channel.EMAIL

    @property
    def webhook_shown(self) -> str:
        """The webhook for people: whom it reaches, not the rest, which is the key to it."""
        return "-" if self.webhook_url is None else f"{urlsplit(self.webhook_url).hostname}/***"


def _check_url(url: str) -> None:
    """The message never repeats the URL: it is a secret."""
    if not _URL.fullmatch(url) or len(url) > URL_LENGTH_MAX:
        raise _wrong("webhook_url", f"a URL has up to {URL_LENGTH_MAX} printable ASCII characters")
    try:
        parts = urlsplit(url)
        port_sound = parts.port is None or parts.port > 0
    except ValueError:
        raise _wrong("webhook_url", "this is no URL") from None
    if not parts.hostname or not port_sound or parts.username is not None or parts.fragment:
        raise _wrong("webhook_url", "a URL has a host, and neither a user nor a fragment")
    if not _encrypted(parts):
        raise _wrong("webhook_url", "use https, or http on this machine")


def _encrypted(parts: SplitResult) -> bool:
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def _check_address(address: str, name: str) -> None:
    if not _ADDRESS.fullmatch(address):
        raise _wrong(name, "give plain ASCII addresses, such as ana@example.com")


def _check_timeout(timeout: timedelta, name: str = "timeout") -> None:
    if not TIMEOUT_MIN <= timeout <= TIMEOUT_MAX:
        raise _wrong(name, f"wait {TIMEOUT_MIN} to {TIMEOUT_MAX}")


def _wrong(name: str, what: str) -> InvalidInput:
    return InvalidInput(f"{name}_wrong", what, field=name)
