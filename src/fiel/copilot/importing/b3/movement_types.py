"""The values of `Movimentação` and what each does; a type that is not here is unknown, never guessed.

Union of the types met in public exports and parsers, 2019 to 2026. Types are compared whole (`Resgate` is
not `RESGATE ANTECIPADO`), in lower case, without accents, blanks around `/` or a `/` at the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from fiel.copilot.importing.headers import normalised
from fiel.copilot.importing.rows import RowKind


class Does(StrEnum):
    """How a movement is sorted."""

    NOTHING = "nothing"
    ASKS = "asks"
    TRADE = "trade"
    EXIT = "exit"
    CASH = "cash"
    BONUS = "bonus"
    QUANTITY = "quantity"
    RECEIPT = "receipt"
    CESSION = "cession"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class MovementType:
    """`reason` says why nothing is booked, or what is asked; `side` is the only direction expected."""

    does: Does
    kind: RowKind | None = None
    reason: str = ""
    side: str = ""


#: Reasons in words.
REASONS = {
    "settlement_leg": "settlement leg of a trade; books nothing by itself",
    "custody_update": "custody update, no trade and no cash",
    "right_received": "subscription right received",
    "right_requested": "subscription requested; the receipt that follows is booked",
    "right_exercised": "exercise: carries the price of the receipt that follows",
    "right_expired": "subscription right not exercised; nothing was paid",
    "cession_without_value": "rights handed over without a value; nothing was received",
    "cession_requested": "sale of rights requested; nothing moved yet",
    "lending": "lent or returned: still owned, no trade",
    "provision_moved": "provision moved with the custody; no cash",
    "payment_cancelled": "cancelled payment; never received",
    "provision_only": "no value printed: announced, not received",
    "repeats_trade": "repeats a trade of the Negociação report",
    "transfer_counterpart": "other end of the transfer between institutions that is booked",
    "reverse_split": "reverse split: the quantity is the resulting position in the files seen; confirm "
    "against the position or the announced factor",
    "merger": "merger: ratio and cost are not in the file",
    "spin_off": "spin-off: ratio and split of the cost are not in the file",
    "conversion": "conversion: ratio and cost are not in the file",
    "capital_in_shares": "capital returned in shares: their cost is not in the file",
    "interest_capitalised": "interest added to the principal: the amount is not cash",
    "payment_reactivated": "a payment came back to life: say whether it was received",
    "capital_return_moved": "capital returned or its provision moved: say whether cash was received",
    "forward_settlement": "settlement of a forward: say whether its trade is already in the book",
    "future": "futures are not supported",
    "direction_unexpected": "the direction is not the one that this movement has: say what happened",
    "value_missing": "the row has no value: say what was paid or received",
    "quantity_missing": "the row has no quantity: say how many moved",
    "exit_without_value": "left the custody without a value: a maturity paid elsewhere, or a merger; never a "
    "sale at zero",
    "receipt_without_price": "the row of its exercise, with the price, is not in the file: say what was paid",
    "cession_kind": "income or a sale of rights: say which",
    "transfer_one_end": "only one end of the transfer is in the file: say where it went to or came from",
    "bonus_without_cost": "the cost given to the new shares is not printed: say it as announced",
    "value_negative": "a value is negative: say what happened",
}

_CREDIT, _DEBIT = "credito", "debito"


def _all(does: Does, types: str, kind: RowKind | None = None, side: str = "") -> dict[str, MovementType]:
    return {normalised(name): MovementType(does, kind, side=side) for name in types.split("|")}


def _reasoned(does: Does, reason: str, types: str) -> dict[str, MovementType]:
    return {normalised(name): MovementType(does, reason=reason) for name in types.split("|")}


def _types() -> dict[str, MovementType]:
    nothing, asks = Does.NOTHING, Does.ASKS
    return {
        **_reasoned(nothing, "settlement_leg", "Transferência - Liquidação"),
        **_all(
            Does.TRADE,
            "Compra|Venda|Compra/Venda|Compra/Venda Definitiva/Cessão|Compra/Venda Definitiva a Termo|"
            "MDA Compra/Venda Definitiva Mercado Primário|Aplicação",
        ),
        "liquidacao termo": MovementType(Does.TRADE, reason="forward_settlement"),
        **_all(
            Does.EXIT,
            "Resgate|Resgate Antecipado|Vencimento|Vencimento/Resgate Saldo em Conta",
            RowKind.REDEMPTION,
        ),
        **_cash_types(),
        **_reasoned(asks, "capital_return_moved", "Restituição de Capital - Transferida"),
        **_all(Does.BONUS, "Bonificação em Ativos", RowKind.BONUS, _CREDIT),
        **_all(Does.QUANTITY, "Desdobro", RowKind.SPLIT, _CREDIT),
        **_all(Does.QUANTITY, "Fração em Ativos", RowKind.FRACTION_OUT, _DEBIT),
        **_reasoned(asks, "reverse_split", "Grupamento"),
        **_reasoned(asks, "merger", "Incorporação"),
        **_reasoned(asks, "spin_off", "Cisão"),
        **_reasoned(asks, "conversion", "Conversão de Ativos"),
        **_reasoned(asks, "capital_in_shares", "Restituição de Capital em Ações"),
        **_reasoned(asks, "interest_capitalised", "Incorporação de Juros"),
        **_subscription_types(),
        **_all(
            Does.TRANSFER,
            "Transferência|Transferência sem Financeiro|Transf. sem financeiro",
            RowKind.TRANSFER,
        ),
        **_reasoned(nothing, "lending", "Empréstimo"),
        **_reasoned(nothing, "custody_update", "Atualização"),
        **_reasoned(nothing, "payment_cancelled", "Evento em Dinheiro - Excluído"),
    }


def _cash_types() -> dict[str, MovementType]:
    cash = Does.CASH
    return {
        **_all(cash, "Dividendo", RowKind.DIVIDEND, _CREDIT),
        **_all(cash, "Juros Sobre Capital Próprio", RowKind.JCP, _CREDIT),
        **_all(cash, "Rendimento", RowKind.RENDIMENTO, _CREDIT),
        **_all(
            cash,
            "Juros|Pagamento de Juros|Pagamento de Prêmio/Rendimentos|Pagamento de Rendimentos",
            RowKind.INTEREST,
            _CREDIT,
        ),
        **_all(cash, "Reembolso", RowKind.REIMBURSEMENT, _CREDIT),
        **_all(
            cash,
            "Amortização|Amortização de FII|Restituição de Capital",
            RowKind.CAPITAL_RETURN,
            _CREDIT,
        ),
        **_all(cash, "Leilão de Fração", RowKind.FRACTION_AUCTION, _CREDIT),
        **_all(cash, "Cobrança de Taxa Semestral", RowKind.CUSTODY_FEE, _DEBIT),
    }


def _subscription_types() -> dict[str, MovementType]:
    nothing = Does.NOTHING
    return {
        **_reasoned(nothing, "right_received", "Direito de Subscrição|Direito Sobras de Subscrição"),
        **_reasoned(nothing, "right_requested", "Solicitação de Subscrição"),
        **_reasoned(nothing, "right_exercised", "Direitos de Subscrição - Exercido"),
        **_reasoned(
            nothing,
            "right_expired",
            "Direitos de Subscrição - Não Exercido|Direito Sobras de Subscrição - Não Exercido",
        ),
        **_all(Does.RECEIPT, "Recibo de Subscrição", RowKind.SUBSCRIPTION, _CREDIT),
        **_all(Does.CESSION, "Cessão de Direitos", RowKind.RIGHTS_SALE),
        **_reasoned(nothing, "cession_requested", "Cessão de Direitos - Solicitada"),
    }


_TYPES = _types()
_STATE = re.compile(r"(.+) - (transferid|cancelad|excluid|reativad)[oa]")
_STATES = {
    "transferid": MovementType(Does.NOTHING, reason="provision_moved"),
    "cancelad": MovementType(Does.NOTHING, reason="payment_cancelled"),
    "excluid": MovementType(Does.NOTHING, reason="payment_cancelled"),
    "reativad": MovementType(Does.ASKS, reason="payment_reactivated"),
}


def movement_type(text: str) -> MovementType | None:
    """What a movement does; a state (`- Cancelado`) counts only after a type that is known. `None`: unknown.

    >>> movement_type("COMPRA / VENDA DEFINITIVA/CESSAO /").does
    <Does.TRADE: 'trade'>
    >>> movement_type("Dividendo - Transferido").reason
    'provision_moved'
    """
    key = normalised(text).rstrip("/").strip()
    if key in _TYPES:
        return _TYPES[key]
    match = _STATE.fullmatch(key)
    return _STATES[match.group(2)] if match and match.group(1) in _TYPES else None
