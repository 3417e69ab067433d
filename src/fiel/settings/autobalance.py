"""The settings of the auto-balancer: when it acts, through whom, and whom it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from fiel.autobalance.alerting.config import AlertChannels, EmailChannel, Security
from fiel.autobalance.brokers.config import BrokerConfig, BrokerKind
from fiel.autobalance.config import AutobalanceConfig, LeaseSpans, TradingHours
from fiel.copilot.plan_view.words import Lang
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.settings.reading import Variables, duration, named

THRESHOLD = "FIEL_AUTOBALANCE_THRESHOLD"
COOL_DOWN = "FIEL_AUTOBALANCE_COOL_DOWN"
HOURS = "FIEL_AUTOBALANCE_HOURS"
PRICE_AGE = "FIEL_AUTOBALANCE_PRICE_AGE"
SLIPPAGE = "FIEL_AUTOBALANCE_SLIPPAGE"
MINIMUM_GAIN = "FIEL_AUTOBALANCE_MINIMUM_GAIN"
IN_FLIGHT = "FIEL_AUTOBALANCE_IN_FLIGHT"
LEASE = "FIEL_AUTOBALANCE_LEASE"
ANSWER = "FIEL_AUTOBALANCE_ANSWER"
FILL = "FIEL_AUTOBALANCE_FILL"
DELAY = "FIEL_AUTOBALANCE_DELAY"
BROKER = "FIEL_AUTOBALANCE_BROKER"
EXCHANGE_URL = "FIEL_EXCHANGE_URL"
ALPACA_URL = "FIEL_ALPACA_URL"
ALPACA_KEYS = "FIEL_ALPACA_KEYS"
ALERT_WEBHOOK = "FIEL_ALERT_WEBHOOK"
ALERT_SMTP = "FIEL_ALERT_SMTP"
ALERT_FROM = "FIEL_ALERT_FROM"
ALERT_TO = "FIEL_ALERT_TO"
ALERT_LANG = "FIEL_ALERT_LANG"
KEYS_BYTES_MAX = 1024 * 1024

#: The bounds of what stands in the block are its own; who reads a refusal knows the variable.
_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "patience.answer": ANSWER,
        "patience.fill": FILL,
        "patience.delay": DELAY,
    }
)
_SECURITIES = {
    "smtp": (Security.NONE, 25),
    "smtp+starttls": (Security.STARTTLS, 587),
    "smtps": (Security.TLS, 465),
}


@dataclass(frozen=True, slots=True)
class AutobalanceSettings:
    """The rules of the house, the broker, and the channels of alerts."""

    config: AutobalanceConfig = field(default_factory=AutobalanceConfig)
    broker: BrokerConfig = field(default_factory=BrokerConfig)
    alerts: AlertChannels = field(default_factory=AlertChannels)


def read_autobalance(variables: Variables) -> AutobalanceSettings:
    """The settings of an environment. Raises `InvalidInput` with the variable as its `field`."""
    return AutobalanceSettings(_config(variables), _broker(variables), _alerts(variables))


def _config(variables: Variables) -> AutobalanceConfig:
    house = AutobalanceConfig()
    patience = replace(
        house.patience,
        answer=variables.read(ANSWER, duration, house.patience.answer),
        fill=variables.read(FILL, duration, house.patience.fill),
        delay=variables.read(DELAY, duration, house.patience.delay),
    )
    try:
        return replace(
            house,
            threshold=variables.read(THRESHOLD, _percent, house.threshold),
            cool_down=variables.read(COOL_DOWN, _span, house.cool_down),
            hours=variables.read(HOURS, trading_hours, house.hours),
            price_age_max=variables.read(PRICE_AGE, duration, house.price_age_max),
            slippage=variables.read(SLIPPAGE, _slippage, house.slippage),
            minimum_gain=variables.read(MINIMUM_GAIN, _gain, house.minimum_gain),
            in_flight=variables.read(IN_FLIGHT, _count, house.in_flight),
            lease=variables.read(LEASE, _lease, house.lease),
            patience=patience,
        )
    except InvalidInput as refusal:
        variable = _VARIABLES.get(refusal.field or "")
        raise (refusal if variable is None else named(refusal, variable)) from None


def _broker(variables: Variables) -> BrokerConfig:
    kind = variables.read(BROKER, _kind, BrokerKind.PAPER)
    name = ALPACA_URL if kind is BrokerKind.ALPACA else EXCHANGE_URL
    url = variables.read(name, str, "") or None
    none: Mapping[str, tuple[str, str]] = MappingProxyType({})
    keys = variables.read(ALPACA_KEYS, _keys, none)
    try:
        return BrokerConfig(kind, url, keys)
    except InvalidInput as refusal:
        variable = ALPACA_KEYS if refusal.field == "keys" else name
        raise named(refusal, variable) from None


def _alerts(variables: Variables) -> AlertChannels:
    nobody: tuple[str, ...] = ()
    sender, to = variables.read(ALERT_FROM, str, ""), variables.read(ALERT_TO, _addresses, nobody)
    email = variables.read(ALERT_SMTP, lambda text: _mail_server(text, sender, to), None)
    webhook = variables.read(ALERT_WEBHOOK, _webhook, None)
    return AlertChannels(webhook, email, variables.read(ALERT_LANG, Lang.parse, Lang.PT))


def _percent(text: str) -> Decimal:
    return parse_decimal(text, decimals_max=4, minimum=Decimal("0.01"), maximum=100) / 100


def _slippage(text: str) -> Decimal:
    return parse_decimal(text, decimals_max=4, minimum=0, maximum=50) / 100


def _gain(text: str) -> Decimal:
    return parse_decimal(text, decimals_max=4, minimum=0, maximum=1_000)


def _span(text: str) -> timedelta:
    return timedelta(0) if text == "0s" else duration(text)


def _count(text: str) -> int:
    return int(parse_decimal(text, decimals_max=0, minimum=1, maximum=100_000))


def trading_hours(text: str) -> TradingHours | None:
    """`10:00-17:55`, or `always`."""
    if text.lower() == "always":
        return None
    opens, _, closes = text.partition("-")
    try:
        return TradingHours(time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip()))
    except ValueError:
        raise InvalidInput("hours_malformed", "write 10:00-17:55, or always") from None


def _lease(text: str) -> LeaseSpans:
    live = duration(text)
    return LeaseSpans(live, live / 3)


def _kind(text: str) -> BrokerKind:
    try:
        return BrokerKind(text.lower())
    except ValueError:
        raise InvalidInput("broker_unknown", f"write one of {', '.join(BrokerKind)}") from None


def _keys(text: str) -> Mapping[str, tuple[str, str]]:
    """The lines `portfolio=key id:secret` of a file; empty ones and those that begin with # are left out."""
    try:
        content = Path(text).read_bytes()[: KEYS_BYTES_MAX + 1]
    except OSError as error:
        raise InvalidInput("file_unreadable", f"{text} cannot be read ({error.strerror})") from None
    found = {}
    for line in content.decode("utf-8", "replace").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        portfolio, _, pair = line.partition("=")
        key, _, secret = pair.strip().partition(":")
        if not (portfolio.strip() and key and secret):
            raise InvalidInput("keys_malformed", f"{text}: write one portfolio=key id:secret per line")
        found[portfolio.strip()] = (key, secret)
    if len(content) > KEYS_BYTES_MAX:
        raise InvalidInput("file_too_large", f"{text} is larger than 1 MiB")
    return MappingProxyType(found)


def _webhook(text: str) -> str:
    AlertChannels(webhook_url=text)
    return text


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _mail_server(text: str, sender: str, to: tuple[str, ...]) -> EmailChannel:
    """`smtp+starttls://user:password@host:587`, `smtps://`, or `smtp://` on this machine."""
    try:
        parts = urlsplit(text)
        security, port = _SECURITIES[parts.scheme]
        port = parts.port or port
    except (ValueError, KeyError):
        raise InvalidInput(
            "mail_server_malformed", "write it like smtp+starttls://user:password@host:587 or smtps://host"
        ) from None
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return EmailChannel(parts.hostname or "", sender, to, port, security, user, password)
