"""The wallet of the demonstration: invented holdings at the recorded prices of a real day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from types import MappingProxyType

from fiel.copilot.buying import Plan, plan
from fiel.copilot.files.portfolio_file import parse_portfolio
from fiel.copilot.plan_view.words import Lang
from fiel.copilot.portfolio import Portfolio
from fiel.copilot.recorded_prices import recorded_instant, recorded_quotes
from fiel.portfolio.targets import TargetNode

_ENGLISH_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "variavel": "Variable income",
        "variavel.acoes": "Shares",
        "variavel.acoes.financas": "Banks and insurance",
        "variavel.acoes.industria": "Industry and consumption",
        "variavel.acoes.materiais": "Mining and energy",
        "variavel.fiis": "Real-estate funds",
        "fixa": "Fixed income",
        "fixa.tesouro": "Treasury",
        "fixa.bancos": "Bank credit",
    }
)


def demo_wallet_text() -> str:
    """The wallet as a portfolio file, without prices."""
    return files("fiel.copilot").joinpath("data", "demo-wallet.toml").read_text("utf-8")


def demo_portfolio(lang: Lang = Lang.PT) -> Portfolio:
    """The wallet at the recorded prices, with the labels of a language."""
    wallet = parse_portfolio(demo_wallet_text(), name="demo-wallet.toml")
    quotes = recorded_quotes((asset.id for asset in wallet.assets), lang=lang)
    labels = _ENGLISH_LABELS if lang is Lang.EN else {}
    return replace(wallet.with_prices(quotes), targets=_relabelled(wallet.targets, labels))


def demo_plan(contribution: str, lang: Lang = Lang.PT) -> Plan:
    """The plan for a contribution to the wallet, at the instant of its prices."""
    return plan(demo_portfolio(lang), cash=contribution, now=recorded_instant(), lang=lang)


def _relabelled(node: TargetNode, labels: Mapping[str, str]) -> TargetNode:
    children = tuple(_relabelled(child, labels) for child in node.children)
    return replace(node, label=labels.get(node.id, node.label), children=children)
