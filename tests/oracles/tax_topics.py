"""All oracle topics of tax but those of fixed income: dividends, JCP and fees here, the rest beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from fiel.kernel.rounding import round_half_up
from fiel.tax.b3_fees import b3_fees, b3_rates
from fiel.tax.income import (
    PayerPayment,
    Payout,
    WithholdingOptions,
    dividend_withholdings,
    minimum_tax,
    net_per_unit,
    rule_for,
    withholding,
)
from tests.oracles import tax_actions, tax_gains
from tests.oracles.case_inputs import Answer, Inputs, as_day, given, pick
from tests.oracles.tax_inputs import money, month_given

_ZERO = Decimal("0.00")


def _payment(index: int, row: Any, month: date) -> PayerPayment:
    if isinstance(row, Mapping):
        decided = given(row, "approved_on", "decided_on", "approval_date", otherwise=None)
        day = as_day(row["date"]) if "date" in row else month
        payer, gross = (
            str(pick(row, "payer", "cnpj", "company")),
            money(pick(row, "amount", "gross", "value")),
        )
        return PayerPayment(str(index), payer, day, gross, as_day(decided) if decided else None)
    texts = [str(cell) for cell in row]
    dated = [as_day(text) for text in texts[2:] if text.count("-") == 2]
    return PayerPayment(str(index), texts[0], month, money(texts[1]), dated[0] if dated else None)


def _dividend_withholding(inputs: Inputs) -> Answer:
    month = month_given(inputs)
    payments = [_payment(index, row, month) for index, row in enumerate(inputs["payments"])]
    decided = given(inputs, "approved_on", "decided_on", "distribution_approved_on", otherwise=None)
    if decided:
        payments = [
            PayerPayment(one.payment_id, one.payer, one.day, one.gross, as_day(decided)) for one in payments
        ]
    withheld = dividend_withholdings(payments)
    by_payer: defaultdict[str, Decimal] = defaultdict(lambda: _ZERO)
    for one in payments:
        by_payer[one.payer] += withheld[one.payment_id].amount
    irrf = sum(by_payer.values(), _ZERO)
    net = sum((one.gross for one in payments), _ZERO) - irrf
    return {"irrf": irrf, "net": net, "irrf_by_payer": dict(by_payer)}


def _irpfm(inputs: Inputs) -> Answer:
    tax = minimum_tax(money(pick(inputs, "annual_income", "income")))
    paid = money(given(inputs, "credits", "irrf", "withheld", otherwise="0"))
    amount = dict.fromkeys(("irpfm_before_credits", "irpfm", "tax"), tax.amount)
    return {"rate_pct": tax.rate_percent, **amount, "due": max(tax.amount - paid, _ZERO)}


def _jcp_net(inputs: Inputs) -> Answer:
    day = as_day(pick(inputs, "payment_or_credit_date", "payment_date", "credit_date", "date"))
    answer: Answer = {"rate_pct": rule_for(Payout.JCP, day).rate * 100}
    unit = given(inputs, "gross_per_share", "per_share", otherwise=None)
    gross = given(inputs, "gross", "amount", "gross_total", otherwise=None)
    if unit is not None:
        answer["net_per_share"] = net_per_unit(Payout.JCP, money(unit), day)
        if gross is None and "quantity" in inputs:
            gross = round_half_up(money(unit) * money(inputs["quantity"]), 2)
    if gross is not None:
        kept = withholding(Payout.JCP, money(gross), day)
        answer |= {"irrf": kept.amount, "net": kept.net}
    return answer


def _fund_income(inputs: Inputs) -> Answer:
    day = as_day(given(inputs, "payment_date", "date", otherwise="2026-01-15"))
    exempt = bool(given(inputs, "exempt", "conditions_met", otherwise=_meets(inputs)))
    gross = money(pick(inputs, "gross", "amount", "income"))
    kept = withholding(Payout.FUND_INCOME, gross, day, options=WithholdingOptions(exempt=exempt))
    return {"irrf": kept.amount, "net": kept.net, "rate_pct": kept.rate * 100, "exempt": exempt}


def _meets(inputs: Inputs) -> bool:
    holders = int(given(inputs, "holders", "unitholders", otherwise=100))
    share = money(given(inputs, "holder_pct", "share_pct", "holding_pct", otherwise="0"))
    return holders >= 100 and share < 10 and bool(given(inputs, "traded", "listed", otherwise=True))


def _is_day_trade(inputs: Inputs) -> bool:
    kind = str(given(inputs, "type", "kind", "operation", otherwise="swing")).lower()
    return kind.replace("_", "").replace(" ", "").replace("-", "") == "daytrade"


def _b3_fee_rates(inputs: Inputs) -> Answer:
    auction = bool(given(inputs, "auction", "is_auction", otherwise=False))
    rates = b3_rates(as_day(inputs["date"]), is_day_trade=_is_day_trade(inputs), is_auction=auction)
    whole = rates.negotiation + rates.settlement
    trading = dict.fromkeys(("emolumentos", "negotiation"), rates.negotiation)
    return {
        **trading,
        **dict.fromkeys(("liquidacao", "settlement"), rates.settlement),
        "total": whole,
        "total_pct": whole * 100,
    }


def _b3_fees(inputs: Inputs) -> Answer:
    value = money(pick(inputs, "value", "amount"))
    fees = b3_fees(value, as_day(inputs["date"]), is_day_trade=_is_day_trade(inputs))
    return {
        **dict.fromkeys(("negotiation", "emolumentos"), fees.negotiation),
        **dict.fromkeys(("settlement", "liquidacao"), fees.settlement),
        "total": fees.total,
    }


TOPICS: Mapping[str, Callable[[Inputs], Answer]] = MappingProxyType(
    {
        **tax_actions.TOPICS,
        **tax_gains.TOPICS,
        "dividend_withholding": _dividend_withholding,
        "irpfm_gross": _irpfm,
        "irpfm": _irpfm,
        "jcp_net": _jcp_net,
        "jcp_withholding": _jcp_net,
        "fii_income": _fund_income,
        "fund_income": _fund_income,
        "b3_fee_rates": _b3_fee_rates,
        "b3_fees": _b3_fees,
    }
)
