"""A small solution made by hand, to test what shows plans without the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from fiel.rebalancing.plan import (
    BalanceHint,
    Drift,
    LevelDeficit,
    NodeState,
    NotTraded,
    Order,
    OrderReason,
    Side,
    SkipReason,
    Solution,
    Status,
)
from fiel.rebalancing.problem import AssetLine

AS_OF = datetime(2023, 12, 18, 21, 0, tzinfo=UTC)


def decimal(text: str) -> Decimal:
    """Short name for the many literals below."""
    return Decimal(text)


def hand_made_assets() -> tuple[AssetLine, ...]:
    """Two shares and a bond line, with names that need escaping and different sources."""
    return (
        AssetLine("AAAA3", decimal("10"), decimal("40"), name="Alfa & Filhos <ON>", as_of=AS_OF, source="closing"),
        AssetLine("BBBB3", decimal("25.50"), decimal("20"), name="Beta ON", as_of=AS_OF, source="closing"),
        AssetLine("BOND", decimal("1000.005"), decimal("0.09"), decimal("0.01"), name="Tesouro", source="typed"),
    )


def hand_made_solution() -> Solution:
    """Buys 12 AAAA3 and 0.01 BOND with R$ 200 and R$ 1.50 in cash; the amounts have parts of cents."""
    return Solution(
        id="hand-made",
        status=Status.ORDERS,
        orders=(
            Order("AAAA3", Side.BUY, decimal("12"), decimal("10"), decimal("120"), decimal("0.036")),
            Order("BOND", Side.BUY, decimal("0.01"), decimal("1000.005"), decimal("10.00005"), decimal("0.0030015")),
        ),
        objective=decimal("0.0123"),
        lower_bound=decimal("0.0123"),
        gap_proven=decimal("0"),
        node_count=17,
        whole=decimal("1201.50045"),
        residual_cash=decimal("71.4609485"),
        fees=decimal("0.0390015"),
        tax=decimal("0"),
        taxes=(),
        nodes=_nodes(),
        drift=Drift(*(decimal(t) for t in ("0.02", "0.0121", "0.12", "0.08", "0.15", "0.11"))),
        reasons=(
            OrderReason(
                "AAAA3",
                (
                    LevelDeficit("alfa", decimal("100"), decimal("-20")),
                    LevelDeficit("acoes", decimal("150"), decimal("30")),
                    LevelDeficit("carteira", decimal("201.5"), decimal("71.46")),
                ),
                decimal("0.0000012"),
                decimal("0.004"),
            ),
            OrderReason("BOND", (LevelDeficit("bond", decimal("30"), decimal("20")),), decimal("0.0000003"), None),
        ),
        skipped=(
            SkipReason("BBBB3", NotTraded.BELOW_ONE_LOT, decimal("12.3"), (("lot_value", decimal("25.50")),)),
        ),
        hint=BalanceHint(decimal("900"), None, ()),
        priced_as_of=AS_OF,
        cash_before=decimal("1.5"),
        flow=decimal("200"),
    )


def _nodes() -> tuple[NodeState, ...]:
    whole = decimal("1201.50045")
    rows = (
        ("carteira", "Carteira", 0, None, None, "1", "1000.00045", "1130.0005"),
        ("acoes", "Ações", 1, "carteira", None, "0.7", "910", "1030"),
        ("alfa", "Alfa", 2, "acoes", "AAAA3", "0.35", "400", "520"),
        ("beta", "Beta", 2, "acoes", "BBBB3", "0.35", "510", "510"),
        ("renda", "Renda fixa", 1, "carteira", None, "0.3", "90.00045", "100.0005"),
        ("bond", "Tesouro", 2, "renda", "BOND", "0.3", "90.00045", "100.0005"),
    )
    return tuple(
        NodeState(
            node,
            label,
            depth,
            parent,
            asset,
            is_cash=False,
            target=decimal(target),
            before=decimal(before) / whole,
            after=decimal(after) / whole,
            value_before=decimal(before),
            value_after=decimal(after),
            band=decimal("0.05"),
        )
        for node, label, depth, parent, asset, target, before, after in rows
    )


def without_orders(status: Status) -> Solution:
    """The same portfolio with nothing to do."""
    solution = hand_made_solution()
    return replace(
        solution,
        status=status,
        orders=(),
        reasons=(),
        fees=decimal("0"),
        residual_cash=decimal("201.5"),
    )
