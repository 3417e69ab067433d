"""`fiel autobalance run`: the auto-balancer in the foreground, or one look with `--once`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.autobalance import batch_record
from fiel.entrypoints.answers.balance_words import verdict_words
from fiel.entrypoints.cli import worker
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.autobalance.answers import saga_word
from fiel.entrypoints.cli.autobalance.history import show_batch
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.shards import BatchOption, ShardOption, shard_of_text
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.autobalance_desk import RUN_EXAMPLES
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.autobalance.portfolios import Record
    from fiel.entrypoints.worker.autobalance_once import OnceDone
    from fiel.settings import Settings

OnceOption = Annotated[
    bool,
    typer.Option("--once", help="Look at everybody once, run what is out of band to its end, and end."),
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("run", epilog=RUN_EXAMPLES)(run)


def run(
    *,
    once: OnceOption = False,
    database: DatabaseOption = None,
    kafka: worker.KafkaOption = None,
    rabbitmq: worker.RabbitOption = None,
    shard: ShardOption = "0/1",
    batch: BatchOption = 200,
    metrics_port: worker.MetricsPortOption = None,
    metrics_host: worker.MetricsHostOption = "127.0.0.1",
    log_format: worker.LogFormatOption = "text",
    as_json: JsonOption = False,
    lang: LangOption = "pt",
) -> None:
    """Run the auto-balancer here, as `fiel worker autobalance` does; with --once, one look and its batches.

    Orders go through the broker of FIEL_AUTOBALANCE_BROKER, for the portfolios that are enrolled with it.
    """
    words = words_of(lang)
    if not once:
        if as_json:
            raise InvalidInput("json_without_once", "--json goes with --once", field="--json")
        worker.autobalance(
            database=database,
            kafka=kafka,
            rabbitmq=rabbitmq,
            shard=shard,
            batch=batch,
            metrics_port=metrics_port,
            metrics_host=metrics_host,
            log_format=log_format,
            lang=lang,
        )
        return
    settings = worker.with_rabbitmq(worker.with_kafka(settings_here(), kafka), rabbitmq)
    if shard_of_text(shard) != shard_of_text("0/1") or metrics_port is not None:
        raise InvalidInput("option_unused", "--shard and --metrics-port do not go with --once")
    with worker.logged(log_format):
        _once(settings, database, batch, words, as_json=as_json)


def _once(settings: Settings, database: str | None, batch: int, words: Words, *, as_json: bool) -> None:
    from fiel.entrypoints.worker.autobalance_once import balance_once

    done = balance_once(settings, database, batch=batch)
    records = _records(settings, database, done)
    if as_json:
        write_json(_record(done, records))
        return
    for each in records:
        write_out(printable(f"{each.saga.portfolio}: {saga_word(each.saga, words)}"))
        show_batch(each, words)
    for name in done.unfinished:
        write_out(printable(note("ab_once_unfinished", words, portfolio=name)))
    for left in done.left:
        why = verdict_words(left.code, left.detail, words)
        write_out(printable(note("ab_once_left", words, portfolio=left.portfolio, why=why)))
    named = {"looked": done.looked_at, "ended": len(done.ended), "left": len(done.left)}
    write_out(note("ab_once_done", words, **named, broker=settings.autobalance.broker.kind.value))


def _records(settings: Settings, database: str | None, done: OnceDone) -> list[Record]:
    """The batches that ended, as the journal has them."""
    from fiel.bootstrap.autobalance import open_autobalance

    ended = {saga.id for saga in done.ended}
    if not ended:
        return []
    with open_autobalance(settings, database) as opened:
        listed = (opened.parts.portfolios.history(saga.portfolio, 3)[0] for saga in done.ended)
        return [record for records in listed for record in records if record.saga.id in ended]


def _record(done: OnceDone, records: list[Record]) -> dict[str, Any]:
    return {
        "lookedAt": done.looked_at,
        "batches": [{"portfolio": each.saga.portfolio} | batch_record(each) for each in records],
        "notBegun": [
            {"portfolio": each.portfolio, "code": each.code, "detail": each.detail or None}
            for each in done.left
        ],
        "unfinished": list(done.unfinished),
    }
