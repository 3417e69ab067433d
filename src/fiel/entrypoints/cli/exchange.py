"""`fiel dev exchange`: an exchange simulated on this machine, to trade at without money."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.words.autobalance_desk import EXCHANGE_EXAMPLES
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.autobalance.brokers.simulated.publishing import Publish
    from fiel.autobalance.brokers.simulated.server import ExchangeServer
    from fiel.custody.reservations import Fees

PORT_MAX = 65_535
PARTITIONS = 8
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same faults.")]
FailOption = Annotated[
    float, typer.Option("--fail-rate", min=0, max=1, help="Share of orders that are refused.")
]
TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout-rate", min=0, max=1, help="Share of orders that nobody answers; half of them are taken."
    ),
]
LatencyOption = Annotated[
    int, typer.Option("--latency", metavar="MS", min=0, max=60_000, help="Longest time to an answer.")
]
LogOption = Annotated[
    Path | None,
    typer.Option(
        "--log", metavar="FILE", help="Keep everything that is done here: the same file is the same exchange."
    ),
]
KafkaOption = Annotated[
    str | None,
    typer.Option(
        "--kafka",
        metavar="HOST:PORT",
        help="Tell executions as order events on this Kafka (default: nobody).",
    ),
]
FeePercentOption = Annotated[
    str | None,
    typer.Option("--fee-percent", metavar="PERCENT", help="Fee of an order (default: custody's)."),
]
FeeFixedOption = Annotated[
    str | None, typer.Option("--fee-fixed", metavar="AMOUNT", help="The same as an amount per order.")
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("exchange", epilog=EXCHANGE_EXAMPLES)(exchange)


def exchange(
    *,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=PORT_MAX, help="The port to listen on (0: any).")
    ] = 8700,
    seed: SeedOption = 0,
    fail_rate: FailOption = 0.0,
    timeout_rate: TimeoutOption = 0.0,
    latency: LatencyOption = 0,
    log: LogOption = None,
    kafka: KafkaOption = None,
    fee_percent: FeePercentOption = None,
    fee_fixed: FeeFixedOption = None,
    lang: LangOption = "pt",
) -> None:
    """Serve an exchange that takes limit orders against one price per ticker, until stopped.

    It has no users and no secrets: whoever reaches the address may trade for anybody. Set
    FIEL_AUTOBALANCE_BROKER=exchange and FIEL_EXCHANGE_URL to the address shown.
    """
    from fiel.autobalance.brokers.simulated.fates import Rates, SeededFates
    from fiel.autobalance.brokers.simulated.server import serve_exchange
    from fiel.infra.system import SystemClock

    words = words_of(lang)
    rates = Rates(fail_rate=fail_rate, timeout_rate=timeout_rate, latency_s=latency / 1000)

    def started(server: ExchangeServer) -> None:
        write_out(note("exchange_ready", words, url=server.url))
        sys.stdout.flush()

    with ExitStack() as stack:
        publish = None if kafka is None else _publishing(kafka, stack.callback)
        # A second signal: it was asked to stop and is stopping.
        stack.enter_context(suppress(KeyboardInterrupt))
        serve_exchange(
            host,
            port,
            clock=SystemClock(),
            fees=_fees(fee_percent, fee_fixed),
            fates=SeededFates(seed, rates),
            log=log,
            publish=publish,
            started=started,
        )


def _fees(percent: str | None, fixed: str | None) -> Fees:
    """Those of the options, else custody's, so that what is reserved covers what is paid."""
    from fiel.custody.reservations import Fees
    from fiel.entrypoints.cli.surroundings import settings_here
    from fiel.settings import fee_fixed, fee_percent

    house = settings_here().custody.fees
    return Fees(
        house.fixed if fixed is None else fee_fixed(fixed),
        house.rate_ppm if percent is None else fee_percent(percent),
    )


def _publishing(kafka: str, at_end: Callable[[Callable[[], None]], object]) -> Publish:
    """To the topic of order events, which is made where it is missing."""
    from fiel.custody.topics import ORDER_EVENTS
    from fiel.infra.bus.kafka import KafkaBus, KafkaSettings
    from fiel.settings import brokers

    bus = KafkaBus(KafkaSettings(brokers(kafka)))
    at_end(bus.close)
    bus.ensure_topic(ORDER_EVENTS, PARTITIONS)
    return bus.publish
