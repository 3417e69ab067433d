"""`fiel dev`: the services that market data comes from (`upstream`), simulated on this machine."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.entrypoints.cli import exchange
from fiel.entrypoints.cli.answers import moment_of
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.words.market import UPSTREAM_EXAMPLES
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.kernel.clock import Clock
    from fiel.market.simulator.faults import Plan
    from fiel.market.wire import Provider

PORT_MAX = 65_535
PLAN_BYTES_MAX = 256 * 1024


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(name="dev", invoke_without_command=True, callback=_dev, epilog=UPSTREAM_EXAMPLES)
    group.command("upstream", epilog=UPSTREAM_EXAMPLES)(upstream)
    exchange.register(group)
    app.add_typer(group)


def _dev(context: typer.Context) -> None:
    """Tools for those who build on Fiel or try it against bad days."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def upstream(
    *,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=PORT_MAX, help="The port to listen on (0: any).")
    ] = 8090,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same prices and same faults.")] = 0,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="TARGET:FAULT[:key=value,...]",
            help="What goes wrong, such as brapi:429:rate=0.2 or sgs:throttle:from=10:00,to=12:00.",
        ),
    ] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE.toml", help="Faults from a file.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="INSTANT", help="What time it is at the services when they start (default: now)."
        ),
    ] = None,
    lang: LangOption = "pt",
) -> None:
    """Serve BRAPI, HG Brasil, the Banco Central, ipeadata and B3 from recorded figures, faults on request.

    Prices beyond the recording are made up from the seed. Set FIEL_MARKET_UPSTREAM to the address shown.
    """
    from fiel.market.simulator.server import serve
    from fiel.market.simulator.truth import Truth
    from fiel.market.simulator.upstream import Upstream

    words = words_of(lang)
    services = Upstream(Truth.of(seed), _clock(at), _plan(fault or [], plan, seed))

    def ready(urls: Mapping[Provider, str]) -> None:
        base = next(iter(urls.values())).rpartition("/")[0]
        write_out(note("upstream_ready", words, url=base))
        sys.stdout.flush()

    try:
        asyncio.run(serve(services, host, port, ready=ready))
    except KeyboardInterrupt:
        return


def _plan(faults: list[str], file: Path | None, seed: int) -> Plan:
    from fiel.market.simulator.plans import parse_plan, plan_from_toml

    if file is None:
        return parse_plan(faults, seed=seed)
    if faults:
        raise InvalidInput("two_plans", "give faults with --fault or with --plan, not both", field="--plan")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            "file_unreadable", f"{file} cannot be read ({error.strerror})", field="--plan"
        ) from None
    if len(content) > PLAN_BYTES_MAX:
        raise InvalidInput("file_too_large", f"{file} is larger than 256 KiB", field="--plan")
    return plan_from_toml(content.decode("utf-8", "replace"))


def _clock(at: str | None) -> Clock:
    from fiel.infra.system import SystemClock

    return SystemClock() if at is None else ShiftedClock(moment_of(at, "--at"))


class ShiftedClock:
    """The machine's clock, set to another instant when it was made."""

    def __init__(self, start: datetime) -> None:
        from fiel.infra.system import SystemClock

        self._real = SystemClock()
        self._shift = start - self._real.now()

    def now(self) -> datetime:
        """The shifted instant."""
        return self._real.now() + self._shift
