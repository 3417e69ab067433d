"""Every variable that the program reads, with what it decides: for the page of settings and for the doctor.

`scripts/generate_settings_reference.py` writes docs/reference/settings.md from it; a test finds a variable
that is read somewhere and not named here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """A variable. `decides` and `default` are Markdown, as they stand on the page. `secret`: never shown."""

    name: str
    decides: str
    default: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "FIEL_ALERT_FROM",
        "who alerts by e-mail are from",
        "none",
    ),
    Setting(
        "FIEL_ALERT_LANG",
        "language of alerts, `pt` or `en`",
        "`pt`",
    ),
    Setting(
        "FIEL_ALERT_SMTP",
        (
            "the mail server of alerts, as `smtp+starttls://user:password@host:587`, `smtps://host` or, "
            "on this machine, `smtp://host`; never shown"
        ),
        "none: no e-mail",
        secret=True,
    ),
    Setting(
        "FIEL_ALERT_TO",
        "addresses that alerts go to, several with commas",
        "none",
    ),
    Setting(
        "FIEL_ALERT_WEBHOOK",
        "a webhook for alerts that takes Slack's format; never shown",
        "none",
        secret=True,
    ),
    Setting(
        "FIEL_ALLOWED_HOSTS",
        (
            "the names by which the server may be asked for, without port, several with commas; on "
            "loopback `localhost` and the addresses of this machine always are"
        ),
        "none",
    ),
    Setting(
        "FIEL_ALPACA_KEYS",
        "a file with a line `portfolio=key id:secret` for each portfolio at Alpaca",
        "none",
    ),
    Setting(
        "FIEL_ALPACA_URL",
        "another address for Alpaca",
        "its paper trading",
    ),
    Setting(
        "FIEL_AUTOBALANCE_ANSWER",
        "how long a broker may take to answer before an order is in doubt",
        "`10s`",
    ),
    Setting(
        "FIEL_AUTOBALANCE_BROKER",
        (
            "through whom a worker trades: `paper`, `exchange` or `alpaca`; it leaves portfolios enrolled"
            " with another alone"
        ),
        "`paper`",
    ),
    Setting(
        "FIEL_AUTOBALANCE_COOL_DOWN",
        "rest of a portfolio after a batch, or `0s`",
        "`15m`",
    ),
    Setting(
        "FIEL_AUTOBALANCE_DELAY",
        "before the second try to undo an order; it doubles for the third",
        "`5s`",
    ),
    Setting(
        "FIEL_AUTOBALANCE_FILL",
        "how long an order may stay open before it is cancelled",
        "`60s`",
    ),
    Setting(
        "FIEL_AUTOBALANCE_HOURS",
        "when orders go out on B3's business days, as `10:00-17:55` of São Paulo, or `always`",
        "`10:00-17:55`",
    ),
    Setting(
        "FIEL_AUTOBALANCE_IN_FLIGHT",
        "batches that one worker runs at a time, up to 100000",
        "`1000`",
    ),
    Setting(
        "FIEL_AUTOBALANCE_LEASE",
        "how long a worker that died keeps its portfolios; renewed three times in it",
        "`30s`",
    ),
    Setting(
        "FIEL_AUTOBALANCE_MINIMUM_GAIN",
        "how many times its cost a batch must gain",
        "`1`",
    ),
    Setting(
        "FIEL_AUTOBALANCE_PRICE_AGE",
        "prices older than this are no prices",
        "`5m`",
    ),
    Setting(
        "FIEL_AUTOBALANCE_SLIPPAGE",
        "how far limits are from the price, in percent",
        "`0.3`",
    ),
    Setting(
        "FIEL_AUTOBALANCE_THRESHOLD",
        "the band where targets name none, in points of the whole",
        "`5`",
    ),
    Setting(
        "FIEL_B3_URL",
        "another address for B3's files",
        "`https://sistemaswebb3-listados.b3.com.br`",
    ),
    Setting(
        "FIEL_BRAPI_TOKEN",
        "the token of BRAPI; sent over https only, never shown",
        "none: a few free symbols",
        secret=True,
    ),
    Setting(
        "FIEL_BRAPI_URL",
        "another address for BRAPI",
        "`https://brapi.dev`",
    ),
    Setting(
        "FIEL_CUSTODY_FEE_FIXED",
        "what an order costs beside its price, in the currency: `4.90`",
        "`0`",
    ),
    Setting(
        "FIEL_CUSTODY_FEE_PERCENT",
        "the same as percent of the money traded, at most four decimals: `0.0325`",
        "`0`",
    ),
    Setting(
        "FIEL_CUSTODY_PARK_FOR",
        "how long an event waits for its order before people are told: `90m`, `24h`",
        "`24h`",
    ),
    Setting(
        "FIEL_CUSTODY_RESERVE_FOR",
        "how long a silent order holds its money or shares, `30d`, or `forever`",
        "`forever`",
    ),
    Setting(
        "FIEL_CUSTODY_ZONE",
        "where the order service's clock hangs: `America/Sao_Paulo`, `UTC`, `-03:00`",
        "`America/Sao_Paulo`",
    ),
    Setting(
        "FIEL_DATABASE_URL",
        (
            "the database, as `sqlite:///path/to/file.db` or `postgresql://user@host:5432/name`; "
            "`--database` wins"
        ),
        "`fiel.db` in the data folder",
        secret=True,
    ),
    Setting(
        "FIEL_DATA_DIR",
        "the data folder, from its root",
        "that of the user, below",
    ),
    Setting(
        "FIEL_EXCHANGE_URL",
        "where the exchange is, as `http://127.0.0.1:8700`",
        "none",
    ),
    Setting(
        "FIEL_HG_KEY",
        "the key of HG Brasil; sent over https only, never shown",
        "none",
        secret=True,
    ),
    Setting(
        "FIEL_HG_URL",
        "another address for HG Brasil",
        "`https://api.hgbrasil.com`",
    ),
    Setting(
        "FIEL_INCOME_AT",
        (
            "the time of day from which the day's income jobs are handed out, as `06:30`, in each "
            "wallet's zone"
        ),
        "`06:00`",
    ),
    Setting(
        "FIEL_INCOME_ZONE",
        "the time zone of wallets that have none of their own",
        "`America/Sao_Paulo`",
    ),
    Setting(
        "FIEL_IPEADATA_URL",
        "another address for ipeadata",
        "`http://www.ipeadata.gov.br`",
    ),
    Setting(
        "FIEL_KAFKA",
        "Kafka's brokers, as `host:port`, several with commas; `--kafka` wins",
        "none: the log in the database",
    ),
    Setting(
        "FIEL_KAFKA_PROPERTIES",
        (
            "a file of `name=value` lines with what the cluster asks of a client: `security.*`, `sasl.*`,"
            " `ssl.*`"
        ),
        "none",
    ),
    Setting(
        "FIEL_KAFKA_SESSION",
        "how long a worker that died keeps its partitions, from `6s` to `30m`",
        "`15s`",
    ),
    Setting(
        "FIEL_LANG",
        "language of plans, help and errors, `pt` or `en`; `--lang` wins",
        "`pt`",
    ),
    Setting(
        "FIEL_MARKET_OFFLINE",
        "`1`: ask no service, show recorded figures",
        "`0`",
    ),
    Setting(
        "FIEL_MARKET_TICKERS",
        "symbols that the worker keeps up to date, with commas: `PETR4,MXRF11`",
        "none",
    ),
    Setting(
        "FIEL_MARKET_UPSTREAM",
        (
            "the address of `fiel dev upstream`, asked instead of every service; the address of one "
            "service wins"
        ),
        "none",
    ),
    Setting(
        "FIEL_NOTICES",
        ("what people are told of, with commas: `drift`, `payments`, `late`, `stale`, `provider`; or `none`"),
        "all",
    ),
    Setting(
        "FIEL_NOTICES_AHEAD",
        "how far ahead payments are told of",
        "`3d`",
    ),
    Setting(
        "FIEL_NOTICES_EVERY",
        "the rest between two messages of one kind about one thing",
        "`1d`",
    ),
    Setting(
        "FIEL_OLINDA_URL",
        "another address for olinda, the central bank's dollar rates",
        "`https://olinda.bcb.gov.br`",
    ),
    Setting(
        "FIEL_OWNER_NAME",
        "the name of the owner whose password is in `FIEL_OWNER_PASSWORD_FILE`",
        "`owner`",
    ),
    Setting(
        "FIEL_OWNER_PASSWORD_FILE",
        "a file with the owner's password in its first line; read at each start of `fiel serve`",
        "none",
    ),
    Setting(
        "FIEL_RABBITMQ",
        "RabbitMQ for jobs, as `amqp://user:password@host:5672/`; `--rabbitmq` wins",
        "none: the queue in the database",
        secret=True,
    ),
    Setting(
        "FIEL_REDIS_URL",
        "Redis with the last prices, as `redis://host:6379/0`; `--redis` wins",
        "none: the prices in the database",
        secret=True,
    ),
    Setting(
        "FIEL_SESSION_IDLE",
        "after how long without a request somebody must sign in again",
        "`12h`",
    ),
    Setting(
        "FIEL_SESSION_MAX",
        "after how long everybody must sign in again",
        "`14d`",
    ),
    Setting(
        "FIEL_SGS_URL",
        "another address for SGS, the central bank's series",
        "`https://api.bcb.gov.br`",
    ),
    Setting(
        "FIEL_TRACES",
        (
            "where traces go: the address of an OTLP collector over http, or `1` for the one that "
            "`OTEL_EXPORTER_OTLP_ENDPOINT` names; needs the extra `otel`"
        ),
        "none: no traces",
    ),
    Setting(
        "FIEL_TRUSTED_PROXIES",
        (
            "addresses or networks of proxies whose word on the visitor's address and on https is taken, "
            "with commas"
        ),
        "none",
    ),
)


def known_variables() -> frozenset[str]:
    """The names of all."""
    return frozenset(each.name for each in SETTINGS)
