"""A plan as data: dictionaries with decimal strings, CSV that no spreadsheet executes, rows for a frame.

Numbers are exact text (plain digits, dot, no exponent), so that reading them back loses nothing.
Quantities are in units of the asset, money in the plan's currency, weights fractions of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from fiel.copilot.plan_view import sentences
from fiel.copilot.plan_view.view import PlanView
from fiel.copilot.plan_view.words import Words
from fiel.kernel import csv_cells
from fiel.kernel.decimals import plain
from fiel.kernel.errors import FielError
from fiel.rebalancing.plan import LevelDeficit, OrderReason, SkipReason, Solution

Record: TypeAlias = dict[str, Any]

CSV_COLUMNS = (
    "asset",
    "name",
    "side",
    "quantity",
    "lots",
    "lot",
    "price",
    "price_as_of",
    "price_source",
    "value",
    "fee",
    "currency",
    "reason",
)


def text_of(number: Decimal) -> str:
    """Plain exact text: no exponent, no trailing zeros, no negative zero."""
    return f"{plain(number):f}"


def _text_or_none(number: Decimal | None) -> str | None:
    return None if number is None else text_of(number)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def answer_record(solution: Solution) -> Record:
    """The answer to an instance: orders, proof, money, weights after (fractions of W), explanations."""
    return {
        "id": solution.id,
        "orders": [
            {
                "asset": order.asset,
                "side": order.side.value,
                "quantity": text_of(order.quantity),
                "price": text_of(order.price),
                "value": text_of(order.value),
            }
            for order in solution.orders
        ],
        "objective": text_of(solution.objective),
        "lower_bound": text_of(solution.lower_bound),
        "gap_proven": text_of(solution.gap_proven),
        "residual_cash": text_of(solution.residual_cash),
        "fees": text_of(solution.fees),
        "tax": text_of(solution.tax),
        "weights_after": {node.id: text_of(node.after) for node in solution.nodes},
        "explanations": _explanations(solution),
    }


def refusal_record(instance: str, refusal: FielError) -> Record:
    """The answer to an instance that has none."""
    return {
        "id": instance,
        "refused": {"code": refusal.code, "message": refusal.message, "field": refusal.field},
    }


def plan_record(view: PlanView) -> Record:
    """The whole plan: the answer to the instance, and what the tables show besides."""
    solution = view.solution
    record = answer_record(solution)
    for order, row in zip(record["orders"], view.orders, strict=True):
        exact = next(o for o in solution.orders if o.asset == row.asset)
        order |= {
            "name": row.name,
            "lots": text_of(row.lots),
            "lot": text_of(row.lot),
            "fee": text_of(exact.fee),
            "price_as_of": _moment(row.as_of),
            "price_source": row.source,
        }
    return record | {
        "status": solution.status.value,
        "currency": solution.currency,
        "whole": text_of(solution.whole),
        "node_count": solution.node_count,
        "gap_basis_points": text_of(
            sentences.gap_in_basis_points(solution.objective, solution.lower_bound).quantize(Decimal("1e-6"))
        ),
        "priced_as_of": _moment(solution.priced_as_of),
        "prices": [
            {"as_of": _moment(note.as_of), "source": note.source, "assets": list(note.assets)}
            for note in view.prices
        ],
        "nodes": [_node_record(node) for node in solution.nodes],
        "drift": _drift_record(solution),
        "balance_contribution": _hint_record(solution),
        "taxes": [_tax_record(line) for line in solution.taxes],
        "summary": _summary_record(view),
    }


def order_rows(view: PlanView, words: Words) -> list[dict[str, Any]]:
    """One row per order with the columns of `CSV_COLUMNS`; numbers are exact Decimals."""
    exact = {order.asset: order for order in view.solution.orders}
    return [
        {
            "asset": row.asset,
            "name": row.name,
            "side": row.side.value,
            "quantity": row.quantity,
            "lots": row.lots,
            "lot": row.lot,
            "price": row.price,
            "price_as_of": row.as_of,
            "price_source": row.source,
            "value": exact[row.asset].value,
            "fee": exact[row.asset].fee,
            "currency": view.currency,
            "reason": sentences.why(row, view, words),
        }
        for row in view.orders
    ]


def csv_text(view: PlanView, words: Words, form: csv_cells.CsvForm = csv_cells.PLAIN) -> str:
    """The orders as CSV: comma and dot decimals if nothing else is asked for, no trailing zeros, LF."""
    rows = ([_cell(row[column]) for column in CSV_COLUMNS] for row in order_rows(view, words))
    return csv_cells.csv_text(CSV_COLUMNS, rows, form)


def _cell(value: csv_cells.CsvCell) -> csv_cells.CsvCell:
    return plain(value) if isinstance(value, Decimal) else value


def _explanations(solution: Solution) -> Record:
    return {
        "status": solution.status.value,
        "orders": [_reason_record(reason) for reason in solution.reasons],
        "not_traded": [_skip_record(skip) for skip in solution.skipped],
        "balance_contribution": _hint_record(solution),
        "drift": _drift_record(solution),
    }


def _reason_record(reason: OrderReason) -> Record:
    return {
        "asset": reason.asset,
        "deficits": [_deficit_record(level) for level in reason.deficits],
        "gain_per_unit_of_money": text_of(reason.gain_per_real),
        "objective_rise_without": _text_or_none(reason.objective_without),
    }


def _deficit_record(level: LevelDeficit) -> Record:
    return {"node": level.node, "before": text_of(level.before), "after": text_of(level.after)}


def _skip_record(skip: SkipReason) -> Record:
    return {
        "asset": skip.asset,
        "code": skip.code.value,
        "deficit": text_of(skip.deficit),
        "facts": _texts(skip.facts),
    }


def _texts(facts: Sequence[tuple[str, Decimal]]) -> Mapping[str, str]:
    return {name: text_of(number) for name, number in facts}


def _hint_record(solution: Solution) -> Record:
    hint = solution.hint
    return {
        "exact": _text_or_none(hint.exact),
        "within_bands": _text_or_none(hint.within_bands),
        "blocking": list(hint.blocking),
    }


def _drift_record(solution: Solution) -> Record:
    drift = solution.drift
    return {name: text_of(getattr(drift, name)) for name in drift.__dataclass_fields__}


def _node_record(node: Any) -> Record:
    return {
        "id": node.id,
        "label": node.label,
        "parent": node.parent,
        "asset": node.asset,
        "is_cash": node.is_cash,
        "target": text_of(node.target),
        "before": text_of(node.before),
        "after": text_of(node.after),
        "value_before": text_of(node.value_before),
        "value_after": text_of(node.value_after),
        "band": _text_or_none(node.band),
    }


def _tax_record(line: Any) -> Record:
    amounts = {name: text_of(getattr(line, name)) for name in ("sales", "gain", "tax")}
    return {"group": line.group, "exempt": line.exempt, **amounts}


def _summary_record(view: PlanView) -> Record:
    money = view.money
    names = ("cash_before", "flow", "sells", "buys", "fees", "tax", "cash_left")
    return {name: f"{getattr(money, name):.2f}" for name in names} | {"rounding": money.rounding}
