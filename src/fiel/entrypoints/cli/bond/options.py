"""The options that describe a title, as annotated types, so that each command reads as one page."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

KindArgument: TypeAlias = Annotated[
    list[str], typer.Argument(metavar="KIND...", help="LTN, NTN-B, LFT, Tesouro IPCA+ 2035, CDB, LCI, CRA...")
]
OnOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--on", metavar="YYYY-MM-DD", help="The day of the price; settlement, for federal bonds."),
]
MaturityOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--maturity", metavar="YYYY-MM-DD", help="When it matures (a Tesouro name tells it)."),
]
UnitsOption: TypeAlias = Annotated[
    str | None, typer.Option("--units", metavar="NUMBER", help="How many titles (default: 1).")
]
RateOption: TypeAlias = Annotated[
    str | None, typer.Option("--rate", metavar="PERCENT", help="The bond's rate, percent per year (252).")
]
VnaOption: TypeAlias = Annotated[
    str | None, typer.Option("--vna", metavar="BRL", help="The updated nominal value of the day.")
]
VnaDayOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--vna-day", metavar="YYYY-MM-DD", help="The day of --vna, if earlier: it is carried on from there."
    ),
]
ProjectionOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--projection", metavar="PERCENT", help="The projected index of the month since --vna-day."),
]
ProRataOption: TypeAlias = Annotated[
    str,
    typer.Option("--pro-rata", metavar="calendar|business", help="Which days of that month are counted."),
]
PaysOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--pays", metavar="TEXT", help='"110% CDI", "CDI + 1.5%", "13.2% a.a." or "IPCA + 6.1%".'),
]
StartOption: TypeAlias = Annotated[
    str | None, typer.Option("--start", metavar="YYYY-MM-DD", help="When the paper or the deposit started.")
]
NominalOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--nominal", "--amount", metavar="BRL", help="Reais per unit at the start (default: 1000)."),
]
InterestOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--interest",
        metavar="at-maturity|monthly|quarterly|semiannual|yearly",
        help="When the interest is paid.",
    ),
]
AmortiseOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--amortise",
        metavar="TABLE|FILE",
        help="Repayments: 2027-01-15:25,2028-01-15:25 (percent), or a file of such lines: day,percent.",
    ),
]
BaseOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--amortise-base",
        metavar="current|original",
        help="What these percents are of: what is left, or all.",
    ),
]
BoughtOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--bought", metavar="YYYY-MM-DD", help="When it was bought (default: at its start)."),
]
PaidOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--paid", metavar="BRL", help="What one unit cost then (default: its value on the curve)."),
]
CdiOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--cdi", metavar="PERCENT", help="CDI assumed after the series ends, percent per year."),
]
SelicOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--selic", metavar="PERCENT", help="Selic assumed after the series ends, percent per year."),
]
IpcaOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--ipca", metavar="PERCENT", help="IPCA assumed after the series ends, percent per month."),
]
IgpmOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--igpm", metavar="PERCENT", help="IGP-M assumed after the series ends, percent per month."),
]
CurveOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--curve",
        metavar="TABLE|FILE",
        help="Dated steps of the CDI or Selic assumed: 2027-01-04:12.5,2028-01-03:10, or a file of them.",
    ),
]
TrOption: TypeAlias = Annotated[
    str | None, typer.Option("--tr", metavar="PERCENT", help="TR of months that no series tells (savings).")
]
TargetOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--target", metavar="PERCENT", help="Selic target where no series tells it (savings)."),
]
OfflineOption: TypeAlias = Annotated[
    bool,
    typer.Option("--offline", help="Recorded series only: nobody is asked (as with FIEL_MARKET_OFFLINE=1)."),
]
ExplainOption: TypeAlias = Annotated[
    bool, typer.Option("--explain", help="The working: formula, numbers, result, rounding and source.")
]
