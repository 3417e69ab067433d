"""The options of the auto-balancer's worker, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.autobalance.watching import Shard

ShardOption = Annotated[
    str,
    typer.Option(
        "--shard",
        metavar="I/N|none",
        help="Which part of the portfolios to watch: 0/4 to 3/4 in four processes; none: watch nobody, only "
        "do what others ask for.",
    ),
]
BatchOption = Annotated[
    int, typer.Option("--batch", min=1, max=1_000, help="Portfolios that are planned together.")
]


def shard_of_text(text: str) -> Shard | None:
    """The shard that an option says. Raises `InvalidInput` (shard_malformed, shard_out_of_range)."""
    from fiel.autobalance.watching import Shard

    if text.lower() == "none":
        return None
    index, sign, count = text.partition("/")
    if not (sign and index.isascii() and index.isdigit() and count.isascii() and count.isdigit()):
        raise InvalidInput("shard_malformed", "write a shard as 0/4 to 3/4, or none", field="--shard")
    if len(text) > 20:
        raise InvalidInput("shard_out_of_range", "write a shard as 0/4 to 3/4", field="--shard")
    return Shard(int(index), int(count))
