"""The options of `fiel plan`, as annotated types, so that the command itself reads as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

PortfolioArgument: TypeAlias = Annotated[
    Path | None,
    typer.Argument(
        help="The portfolio file (TOML); without one, the saved book and its targets are planned."
    ),
]
CashOption: TypeAlias = Annotated[
    str | None, typer.Option("--cash", help="New money to invest, such as 1000 or 1234.56.")
]
WithdrawOption: TypeAlias = Annotated[str | None, typer.Option("--withdraw", help="Money to take out.")]
ModeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--mode",
        metavar="contribution|full|withdrawal|hybrid",
        help="What may be done: buy only (default), buy and sell, sell only (default with "
        "--withdraw), or buy first and sell only what stays out of its band.",
    ),
]
ExplainOption: TypeAlias = Annotated[
    bool, typer.Option("--explain", help="Why each order: every level, before and after.")
]
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="The whole plan as JSON, exact decimal strings.")
]
CsvOption: TypeAlias = Annotated[bool, typer.Option("--csv", help="The orders as CSV.")]
KappaOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--kappa", help="How much costs weigh against deviation (1 = trade eagerly)."),
]
CostSensitivityOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--cost-sensitivity", metavar="eager|balanced|patient", help="The same by name: 1, 12.5 or 50."
    ),
]
PriceAgeOption: TypeAlias = Annotated[
    str | None, typer.Option("--max-price-age", help="Refuse prices older than this: 90s, 30m, 12h, 5d.")
]
MarketOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--market", help="Prices from the market for B3 symbols; older than 5d refused unless you say more."
    ),
]
NowOption: TypeAlias = Annotated[
    str | None, typer.Option("--now", help="The instant to measure ages from (ISO 8601 with zone).")
]
NodesOption: TypeAlias = Annotated[
    int | None,
    typer.Option("--max-nodes", help="Bound of the search; the answer then says its proven gap."),
]
InstanceOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--instance", help="One rebalancing instance (JSON) in place of a portfolio."),
]
InstancesOption: TypeAlias = Annotated[
    Path | None, typer.Option("--instances", help="A folder: every *.json in it is an instance.")
]
OutputOption: TypeAlias = Annotated[
    Path | None, typer.Option("--output", help="File to write; with --instances, the folder.")
]
