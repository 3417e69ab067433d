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


#: Short name for the many literals below.
D = Decimal


def hand_made_assets() -> tuple[AssetLine, ...]:
    """Two shares and a bond line, with names that need escaping and different sources."""
    return (
        AssetLine("AAAA3", D("10"), D("40"), name="Alfa & Filhos <ON>", as_of=AS_OF, source="closing"),
        AssetLine("BBBB3", D("25.50"), D("20"), name="Beta ON", as_of=AS_OF, source="closing"),
        AssetLine("BOND", D("1000.005"), D("0.09"), D("0.01"), name="Tesouro", source="typed"),
    )


def hand_made_solution() -> Solution:
    """Buys 12 AAAA3 and 0.01 BOND with R$ 200 and R$ 1.50 in cash; the amounts have parts of cents."""
    return Solution(
        id="hand-made",
        status=Status.ORDERS,
        orders=(
            Order("AAAA3", Side.BUY, D("12"), D("10"), D("120"), D("0.036")),
            Order(
                "BOND",
                Side.BUY,
                D("0.01"),
                D("1000.005"),
                D("10.00005"),
                D("0.0030015"),
            ),
        ),
        objective=D("0.0123"),
        lower_bound=D("0.0123"),
        gap_proven=D("0"),
        node_count=17,
        whole=D("1201.50045"),
        residual_cash=D("71.4609485"),
        fees=D("0.0390015"),
        tax=D("0"),
        taxes=(),
        nodes=_nodes(),
        drift=Drift(*(D(t) for t in ("0.02", "0.0121", "0.12", "0.08", "0.15", "0.11"))),
        reasons=(
            OrderReason(
                "AAAA3",
                (
                    LevelDeficit("alfa", D("100"), D("-20")),
                    LevelDeficit("acoes", D("150"), D("30")),
                    LevelDeficit("carteira", D("201.5"), D("71.46")),
                ),
                D("0.0000012"),
                D("0.004"),
            ),
            OrderReason("BOND", (LevelDeficit("bond", D("30"), D("20")),), D("0.0000003"), None),
        ),
        skipped=(SkipReason("BBBB3", NotTraded.BELOW_ONE_LOT, D("12.3"), (("lot_value", D("25.50")),)),),
        hint=BalanceHint(D("900"), None, ()),
        priced_as_of=AS_OF,
        cash_before=D("1.5"),
        flow=D("200"),
    )


def _nodes() -> tuple[NodeState, ...]:
    whole = D("1201.50045")
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
            target=D(target),
            before=D(before) / whole,
            after=D(after) / whole,
            value_before=D(before),
            value_after=D(after),
            band=D("0.05"),
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
        fees=D("0"),
        residual_cash=D("201.5"),
    )
