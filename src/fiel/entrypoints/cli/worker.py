"""`fiel worker`: the processes that stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.shards import BatchOption, ShardOption, shard_of_text
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.notes import note
from fiel.entrypoints.words.serving import WORKER_EXAMPLES

if TYPE_CHECKING:
    from fiel.settings import Settings

PORT_MAX = 65_535

KafkaOption = Annotated[
    str | None,
    typer.Option(
        "--kafka",
        metavar="HOST:PORT",
        help="Kafka's brokers, several with commas (default: FIEL_KAFKA, else the log in the database).",
    ),
]
RabbitOption = Annotated[
    str | None,
    typer.Option(
        "--rabbitmq",
        metavar="URL",
        help="RabbitMQ, such as amqp://user:password@host:5672/ (default: FIEL_RABBITMQ, else the queue in "
        "the database).",
    ),
]
OnceOption = Annotated[bool, typer.Option("--once", help="Hand out what is due now, and end.")]
ThreadsOption = Annotated[int, typer.Option("--threads", min=1, max=64, help="Wallets at once.")]
LogFormatOption = Annotated[
    str, typer.Option("--log-format", metavar="text|json", help="How the lines of the log are written.")
]
MetricsPortOption = Annotated[
    int | None,
    typer.Option(
        "--metrics-port", min=0, max=PORT_MAX, help="Serve /metrics for Prometheus on this port (0: any)."
    ),
]
MetricsHostOption = Annotated[
    str, typer.Option("--metrics-host", help="The address that /metrics listens on.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(name="worker", invoke_without_command=True, callback=_worker, epilog=WORKER_EXAMPLES)
    group.command("custody")(custody)
    group.command("market")(market)
    group.command("income")(income)
    group.command("autobalance")(autobalance)
    app.add_typer(group)
    app.command("scheduler", epilog="Example: fiel scheduler --once")(scheduler)


def _worker(context: typer.Context) -> None:
    """The processes that stay: workers on the streams."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def custody(
    *,
    database: DatabaseOption = None,
    kafka: KafkaOption = None,
    topic: Annotated[str, typer.Option(help="The topic of order events.")] = "order-events-v1",
    group: Annotated[
        str, typer.Option(help="The group of consumers; its members share the partitions.")
    ] = "custody",
    batch: Annotated[
        int, typer.Option(min=1, max=500, help="At most so many events in one transaction.")
    ] = 500,
    metrics_port: MetricsPortOption = None,
    metrics_host: MetricsHostOption = "127.0.0.1",
    log_format: LogFormatOption = "text",
    lang: LangOption = "pt",
) -> None:
    """Take order events from the bus into the book, and do what the book needs beside it, until stopped.

    SIGTERM or Ctrl-C: the batch in hand is finished and committed, and the exit code is 0.
    """
    from fiel.entrypoints.worker.custody import WorkerSettings
    from fiel.entrypoints.worker.running import Listening, run_custody_worker

    words_of(lang)
    settings = with_kafka(settings_here(), kafka)
    with logged(log_format):
        run_custody_worker(
            settings, database, WorkerSettings(topic, group, batch), Listening(metrics_host, metrics_port)
        )


def market(
    *,
    database: DatabaseOption = None,
    kafka: KafkaOption = None,
    metrics_port: MetricsPortOption = None,
    metrics_host: MetricsHostOption = "127.0.0.1",
    log_format: LogFormatOption = "text",
    lang: LangOption = "pt",
) -> None:
    """Keep quotes, series and dividends up to date, and tell the others what changed, until stopped.

    Watched are the tickers of FIEL_MARKET_TICKERS and those that the book holds.
    """
    from fiel.entrypoints.worker.running import Listening
    from fiel.entrypoints.worker.running_market import run_market_worker

    words_of(lang)
    settings = with_kafka(settings_here(), kafka)
    with logged(log_format):
        run_market_worker(settings, database, Listening(metrics_host, metrics_port))


def income(
    *,
    database: DatabaseOption = None,
    rabbitmq: RabbitOption = None,
    threads: ThreadsOption = 4,
    metrics_port: MetricsPortOption = None,
    metrics_host: MetricsHostOption = "127.0.0.1",
    log_format: LogFormatOption = "text",
    lang: LangOption = "pt",
) -> None:
    """Reconcile the income of wallets as jobs come in, one job per wallet and day, until stopped.

    SIGTERM or Ctrl-C: the wallets in hand are finished, the rest is given back, and the exit code is 0.
    """
    from fiel.entrypoints.worker.income import run_income_worker
    from fiel.entrypoints.worker.running import Listening
    from fiel.infra.jobs.port import Pace

    words_of(lang)
    settings = with_rabbitmq(settings_here(), rabbitmq)
    with logged(log_format):
        pace = Pace(in_hand=2 * threads, threads=threads)
        run_income_worker(settings, database, Listening(metrics_host, metrics_port), pace=pace)


def autobalance(
    *,
    database: DatabaseOption = None,
    kafka: KafkaOption = None,
    rabbitmq: RabbitOption = None,
    shard: ShardOption = "0/1",
    batch: BatchOption = 200,
    metrics_port: MetricsPortOption = None,
    metrics_host: MetricsHostOption = "127.0.0.1",
    log_format: LogFormatOption = "text",
    lang: LangOption = "pt",
) -> None:
    """Keep enrolled portfolios near their targets: prices in, batches of orders out, until stopped.

    SIGTERM or Ctrl-C: running batches get some seconds to end, the rest is given back, and the exit code
    is 0. Orders go through the broker of FIEL_AUTOBALANCE_BROKER.
    """
    from fiel.entrypoints.worker.autobalance import AutobalanceWork, run_autobalance_worker
    from fiel.entrypoints.worker.running import Listening

    words_of(lang)
    settings = with_rabbitmq(with_kafka(settings_here(), kafka), rabbitmq)
    work = AutobalanceWork(shard_of_text(shard), batch)
    with logged(log_format):
        run_autobalance_worker(settings, database, work, Listening(metrics_host, metrics_port))


def scheduler(
    *,
    once: OnceOption = False,
    database: DatabaseOption = None,
    rabbitmq: RabbitOption = None,
    metrics_port: MetricsPortOption = None,
    metrics_host: MetricsHostOption = "127.0.0.1",
    log_format: LogFormatOption = "text",
    lang: LangOption = "pt",
) -> None:
    """Hand out the day's jobs, one per wallet, when the day of the wallet's zone has begun, until stopped.

    Any number may run: a day is handed out once. FIEL_INCOME_AT says from which time of day.
    """
    from fiel.entrypoints.worker.income import hand_out_once, run_scheduler
    from fiel.entrypoints.worker.running import Listening

    words = words_of(lang)
    settings = with_rabbitmq(settings_here(), rabbitmq)
    if once:
        for each in hand_out_once(settings, database):
            write_out(note("scheduler_handed_out", words, day=each.day, zone=each.zone, n=each.jobs))
        return
    with logged(log_format):
        run_scheduler(settings, database, Listening(metrics_host, metrics_port))


def with_rabbitmq(settings: Settings, rabbitmq: str | None) -> Settings:
    """The settings with the broker of the option. Raises `InvalidInput`."""
    from fiel.settings import rabbitmq_address

    if rabbitmq is None:
        return settings
    return replace(settings, outside=replace(settings.outside, rabbitmq_url=rabbitmq_address(rabbitmq)))


def with_kafka(settings: Settings, kafka: str | None) -> Settings:
    """The settings with the brokers of the option. Raises `InvalidInput`."""
    from fiel.settings import brokers

    if kafka is None:
        return settings
    return replace(settings, outside=replace(settings.outside, kafka=brokers(kafka)))


@contextmanager
def logged(log_format: str) -> Iterator[None]:
    """Inside, the log goes to standard error and traces where FIEL_TRACES says: for a process that stays.

    Raises `InvalidInput` for a format that is not ours, `Unavailable` (driver_missing).
    """
    from fiel.entrypoints.worker.lines import LogFormat, log_to
    from fiel.kernel.errors import InvalidInput

    if log_format not in set(LogFormat):
        raise InvalidInput("log_format_unknown", "write text or json", field="--log-format")
    with log_to(log_format=LogFormat(log_format)):
        if target := settings_here().traces:
            from fiel.infra import tracing

            tracing.start(target, "fiel")
        yield
