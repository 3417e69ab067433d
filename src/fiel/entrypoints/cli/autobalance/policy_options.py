"""The options that say the policy of an enrolment."""

from __future__ import annotations

from typing import Annotated

import typer

ThresholdOption = Annotated[
    str | None,
    typer.Option(
        "--threshold",
        metavar="PERCENT",
        help="Act when a class or asset is further from its target than this, in points of the whole "
        "(default: the file's strategy, else FIEL_AUTOBALANCE_THRESHOLD).",
    ),
]
RelativeOption = Annotated[
    str | None,
    typer.Option(
        "--relative", metavar="PERCENT", help="The same in percent of the target; the nearer counts."
    ),
]
CalendarOption = Annotated[
    str | None,
    typer.Option(
        "--calendar",
        metavar="weekly|monthly|quarterly|yearly",
        help="Act on dates; with --threshold or --relative, on dates and only out of band.",
    ),
]
CoolDownOption = Annotated[
    str | None,
    typer.Option("--cool-down", metavar="TIME", help="Leave it alone after a batch for so long: 15m, 1d."),
]
HoursOption = Annotated[
    str | None,
    typer.Option("--hours", metavar="10:00-17:55|always", help="When orders may go out, on business days."),
]
PriceAgeOption = Annotated[
    str | None, typer.Option("--price-age", metavar="TIME", help="Older prices are no prices: 5m, 90s.")
]
GainOption = Annotated[
    str | None,
    typer.Option("--minimum-gain", metavar="TIMES", help="How many times its cost a batch must gain."),
]
