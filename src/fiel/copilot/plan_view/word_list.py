"""The word list of plans: key -> (Brazilian Portuguese, English). Placeholders are named."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # the answer in one line
        "buy_asset": ("Compre {n} ativo", "Buy {n} asset"),
        "buy_assets": ("Compre {n} ativos", "Buy {n} assets"),
        "sell_asset": ("venda {n} ativo", "sell {n} asset"),
        "sell_assets": ("venda {n} ativos", "sell {n} assets"),
        "headline_for": ("{what} por {money}", "{what} for {money}"),
        "headline_and": (" e ", " and "),
        "headline_left": ("Ficam {money} em caixa.", "{money} stays in cash."),
        "status_no_better": (
            "Nenhuma ordem: nenhuma compra ou venda possível deixa a carteira mais perto dos alvos.",
            "No order: no possible purchase or sale brings the portfolio closer to its targets.",
        ),
        "status_inside_bands": (
            "Nenhuma ordem: tudo está dentro das faixas e não há dinheiro novo.",
            "No order: everything is inside its band and there is no new money.",
        ),
        "status_not_due": (
            "Nenhuma ordem: a data do rebalanceamento ainda não chegou e não há dinheiro novo.",
            "No order: the rebalancing date has not come and there is no new money.",
        ),
        # tables
        "orders": ("Ordens", "Orders"),
        "asset": ("Ativo", "Asset"),
        "side": ("Ordem", "Order"),
        "buy": ("comprar", "buy"),
        "sell": ("vender", "sell"),
        "quantity": ("Quantidade", "Quantity"),
        "lots": ("Lotes", "Lots"),
        "price": ("Preço", "Price"),
        "value": ("Valor", "Value"),
        "fee": ("Taxa", "Fee"),
        "why": ("Por quê", "Why"),
        "total": ("Total", "Total"),
        "before_after": ("Antes e depois", "Before and after"),
        "share_of_whole": ("% do patrimônio", "% of the whole"),
        "node": ("Classe e ativo", "Class and asset"),
        "whole": ("Carteira", "Portfolio"),
        "before": ("Antes", "Before"),
        "after": ("Depois", "After"),
        "target": ("Alvo", "Target"),
        "deviation": ("Desvio", "Off by"),
        "cash": ("Caixa", "Cash"),
        "out_of_band": ("fora da faixa", "out of band"),
        "bars_legend": (
            (
                "barra: quanto do alvo cada linha tem ({line} = alvo) · {held} fica · {bought} "
                "entra · {sold} sai · desvio = depois − alvo, em pontos percentuais"
            ),
            (
                "bar: how much of its target each line has ({line} = target) · {held} stays · "
                "{bought} comes in · {sold} goes out · off by = after − target, in percentage "
                "points"
            ),
        ),
        "bars_legend_band": (" · ! = fora da faixa", " · ! = out of band"),
        # money
        "money": ("Dinheiro", "Money"),
        "cash_before": ("Caixa antes", "Cash before"),
        "contribution": ("+ Aporte", "+ Contribution"),
        "withdrawal": ("− Retirada", "− Withdrawal"),
        "sells": ("+ Vendas", "+ Sales"),
        "buys": ("− Compras", "− Purchases"),
        "fees": ("− Taxas", "− Fees"),
        "tax": ("− Imposto", "− Tax"),
        "cash_left": ("= Caixa depois", "= Cash after"),
        "money_rounded": (
            "Valores mostrados em centavos; as partes foram arredondadas para somar exatamente o total.",
            "Amounts are shown in cents; parts are rounded so that they sum exactly to the total.",
        ),
        "tax_exempt": (
            "Imposto {group}: isento (vendas do mês {sales})",
            "Tax {group}: exempt (sales of the month {sales})",
        ),
        "tax_due": (
            "Imposto {group}: {tax} sobre ganho de {gain} (vendas do mês {sales})",
            "Tax {group}: {tax} on a gain of {gain} (sales of the month {sales})",
        ),
        "group_br_stock": ("de ações", "on shares"),
        "group_br_etf_bdr": ("de ETFs e BDRs", "on ETFs and BDRs"),
        "group_br_fii": ("de FIIs", "on FIIs"),
        # quality
        "balance": ("Equilíbrio", "Balance"),
        "drift_largest": ("Maior desvio", "Largest deviation"),
        "drift_half_sum": ("Fora do lugar", "Out of place"),
        "drift_distance": ("Distância", "Distance"),
        "from_to": ("{before} → {after} {unit}", "{before} → {after} {unit}"),
        "points": ("p.p.", "p.p."),
        "percent_sign": ("%", "%"),
        "basis_points": ("p.b.", "bp"),
        "proof": ("Prova", "Proof"),
        "proof_optimal": (
            "ótimo provado: nenhum outro plano é melhor (folga 0 p.b.; {searched})",
            "proven optimal: no other plan is better (gap 0 bp; {searched})",
        ),
        "proof_gap": (
            (
                "nenhum plano chega mais de {gap} p.b. mais perto dos alvos, custos incluídos "
                "({searched}; mais com --max-nodes)"
            ),
            (
                "no plan comes more than {gap} bp closer to the targets, costs included "
                "({searched}; more with --max-nodes)"
            ),
        ),
        "node_searched": ("{n} nó examinado", "{n} node examined"),
        "node_searcheds": ("{n} nós examinados", "{n} nodes examined"),
        "hint_zero": (
            "Já está nos alvos: nenhum aporte é necessário.",
            "Already on target: no contribution needed.",
        ),
        "hint_exact": (
            "Para chegar exatamente aos alvos sem vender: aporte de {exact} no total.",
            "To reach the targets exactly without selling: contribute {exact} in total.",
        ),
        "hint_bands": (
            "Para ficar dentro de todas as faixas sem vender: aporte de {bands}.",
            "To be inside every band without selling: contribute {bands}.",
        ),
        "hint_blocked": (
            "Sem vender não há aporte que equilibre tudo; impedem: {nodes}.",
            "Without selling no contribution balances everything; in the way: {nodes}.",
        ),
        "prices": ("Preços", "Prices"),
        "price_note": ("{which}: {as_of} · {source}", "{which}: {as_of} · {source}"),
        "price_count": ("{n} ativo", "{n} asset"),
        "price_counts": ("{n} ativos", "{n} assets"),
        "as_of_unknown": ("sem data", "no date"),
        "source_unknown": (
            "fonte não informada (arquivo da carteira)",
            "source not stated (portfolio file)",
        ),
        # why
        "reason_class": ("faltam: {node} {lack}", "short: {node} {lack}"),
        "reason_class_and_asset": (
            "faltam: {node} {lack}, ativo {own}",
            "short: {node} {lack}, asset {own}",
        ),
        "reason_asset": ("faltam {own} para o alvo do ativo", "{own} short of the asset's target"),
        "reason_excess": ("sobram: {node} {excess}", "too much: {node} {excess}"),
        "reason_excess_asset": ("sobram {own} acima do alvo do ativo", "{own} above the asset's target"),
        "reason_fill": (
            "melhor uso do dinheiro que resta (este ativo passa {over} do alvo)",
            "best use of the money that is left (this asset goes {over} over its target)",
        ),
        "reason_raise": (
            "levanta o dinheiro necessário com menos desvio",
            "raises the money needed with least drift",
        ),
        "explain_title": ("Por que cada ordem", "Why each order"),
        "explain_level": ("Nível", "Level"),
        "explain_before": ("Falta antes", "Short before"),
        "explain_after": ("Falta depois", "Short after"),
        "explain_sign": ("valores negativos: acima do alvo", "negative amounts: above the target"),
        "explain_gain": (
            "último lote: reduz o objetivo em {gain} p.b.² por {money}",
            "last lot: lowers the objective by {gain} bp² per {money}",
        ),
        "explain_without": (
            "sem esta ordem: a distância vai de {now} para {then} p.b.",
            "without this order: the distance goes from {now} to {then} bp",
        ),
        "explain_needed": (
            "sem esta ordem o resto do plano não seria possível",
            "without this order the rest of the plan would not be possible",
        ),
        "explain_objective": (
            "objetivo {objective} p.b.² = (distância dos alvos, custos incluídos)²",
            "objective {objective} bp² = (distance to the targets, costs included)²",
        ),
        "skipped": ("Sem ordem", "Not traded"),
        "skip_on_target": ("já está no alvo", "already on target"),
        "skip_below_one_lot": ("falta menos que um lote", "short by less than one lot"),
        "skip_inside_band": ("dentro da faixa", "inside its band"),
        "skip_no_band": (
            "não tem faixa, e o modo hybrid só vende o que sai dela",
            "it has no band, and hybrid mode sells only what is out of one",
        ),
        "skip_not_due": ("a data do rebalanceamento não chegou", "the rebalancing date has not come"),
        "skip_may_not_buy": ("marcado para não comprar", "marked as not to be bought"),
        "skip_may_not_sell": ("marcado para não vender", "marked as not to be sold"),
        "skip_mode_forbids_selling": ("este modo só compra", "this mode only buys"),
        "skip_class_above": (
            "as classes acima deste ativo já passam do alvo e este modo só compra",
            "the classes above this asset are over target already and this mode only buys",
        ),
        "skip_mode_forbids_buying": ("este modo só vende", "this mode only sells"),
        "skip_no_money_left": ("o dinheiro acabou antes", "the money ran out before it"),
        "skip_maximum_weight": ("já está no peso máximo", "already at its maximum weight"),
        "skip_minimum_order": ("abaixo da ordem mínima", "below the minimum order"),
        "skip_cost_above_benefit": ("o custo supera o benefício", "the cost is above the benefit"),
        "skip_tax_above_benefit": ("o imposto supera o benefício", "the tax is above the benefit"),
        "skip_better_elsewhere": (
            "o dinheiro rende mais equilíbrio em outro ativo",
            "the money balances more elsewhere",
        ),
        "skip_nothing_held": ("nada em carteira para vender", "nothing held to sell"),
        "skip_ignored": (
            "fora do plano por escolha (não conta no total)",
            "outside the plan on purpose (not counted)",
        ),
        "skip_short": ("faltam {money}", "{money} short"),
        "skip_excess": ("sobram {money}", "{money} too much"),
        "fact_lot_value": ("um lote custa {money}", "one lot costs {money}"),
        "fact_needed": ("precisa de {money}", "needs {money}"),
        "fact_cash_left": ("restam {money}", "{money} is left"),
        "fact_minimum_order": ("ordem mínima {money}", "minimum order {money}"),
        "fact_ceiling": ("teto {money}", "ceiling {money}"),
        "fact_fees": ("taxas {money}", "fees {money}"),
        "fact_tax": ("imposto {money}", "tax {money}"),
        "fact_benefit": ("benefício equivalente a {money}", "benefit worth {money}"),
    }
)
