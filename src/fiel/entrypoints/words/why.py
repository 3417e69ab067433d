"""The words of `fiel why`: its help and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WHY_EXAMPLES = (
    "Examples:\n\n"
    "- fiel positions --ids\n"
    "- fiel why positions/ana/2026-11-21..2026-11-21/asset:PETR4/average_cost\n"
    "- fiel why performance/ana/2026-01-01..2026-11-21/asset:PETR4/income --json\n"
)

WHY_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        WHY_EXAMPLES: WHY_EXAMPLES.replace("Examples", "Exemplos"),
        "Show what a printed number is made of: the entries of the journal, and the file row behind each.": (
            "Mostra de que é feito um número impresso: os lançamentos do livro e a linha de cada um."
        ),
        "As a report prints it with --ids.": "Como um relatório o imprime com --ids.",
        "Print an id beside each number; `fiel why ID` shows what it is made of.": (
            "Imprime um identificador ao lado de cada número; `fiel why ID` mostra de que ele é feito."
        ),
    }
)

#: Measures and levels of numbers in words; others are told as they are.
WHY_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "income": ("Proventos", "Income"),
        "fees": ("Custos", "Fees"),
        "taxes": ("Impostos", "Taxes"),
        "quantity": ("Quantidade", "Quantity"),
        "total_cost": ("Custo total", "Total cost"),
        "average_cost": ("Custo médio", "Average cost"),
        "sales": ("Vendas", "Sales"),
        "taxed_gain": ("Ganho do mês", "Gain of the month"),
        "initial": ("Valor no início", "Worth at the start"),
        "final": ("Valor no fim", "Worth at the end"),
        "contributions": ("Aportes", "Put in"),
        "withdrawals": ("Retiradas", "Taken out"),
        "price_gain": ("Ganho de preço", "Gain of prices"),
        "currency": ("Câmbio", "Currency"),
        "time_weighted": ("Rentabilidade por cotas", "Return of quotas"),
        "money_weighted": ("Rentabilidade do dinheiro", "Return of the money"),
        "portfolio": ("carteira toda", "whole portfolio"),
        "account": ("conta", "account"),
        "asset": ("ativo", "asset"),
        "class": ("classe", "class"),
        "category": ("categoria", "category"),
    }
)

WHY_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "why_of": (
            "{measure}, {scope}, carteira {wallet}, {first} a {until}. Lançamentos: {n}",
            "{measure}, {scope}, wallet {wallet}, {first} to {until}. Entries: {n}",
        ),
        "why_day": ("Dia", "Day"),
        "why_kind": ("Tipo", "Kind"),
        "why_ticker": ("Ativo", "Asset"),
        "why_quantity": ("Quantidade", "Quantity"),
        "why_cash": ("Dinheiro", "Cash"),
        "why_fee": ("Custos", "Fees"),
        "why_withheld": ("Retido", "Withheld"),
        "why_account": ("Conta", "Account"),
        "why_source": ("Origem", "Source"),
        "why_entry": ("Lançamento", "Entry"),
    }
)
