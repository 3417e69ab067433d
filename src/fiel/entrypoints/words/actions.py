"""The words of `fiel actions`: its help, what it says, and its errors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ACTIONS_EXAMPLES = (
    "Examples:\n\n- fiel actions\n- fiel actions --accept --only PETR4:split:2008-04-28\n"
    "- fiel actions --accept --declared-cost ITSA4:bonus:2025-12-03=7.95\n"
)
ADD_EXAMPLES = (
    "Examples:\n\n- fiel actions add split PETR4 --ratio 1:2 --day 2008-04-28 --accept\n"
    "- fiel actions add bonus ITSA4 --percent 5 --declared-cost 18.89 --day 2024-11-29\n"
    "- fiel actions add merger HGTX3 SOMA3 --ratio 1:1.625107 --cash 9.24 --cash-cost-percent 15\n"
    "- fiel actions add spin-off PCAR3 ASAI3 --percent 100 --cost-percent 74.79\n"
    "- fiel actions add right-exercised PETR1 PETR4 --quantity 20 --price 25.00\n"
)
_ENDS = (ACTIONS_EXAMPLES, ADD_EXAMPLES)

ACTIONS_HELP_PT: Mapping[str, str] = MappingProxyType(
    {each: each.replace("Examples", "Exemplos") for each in _ENDS}
    | {
        "Show splits and bonus shares that the market tells and the book lacks, and what each would change."
        "\n\nNothing is booked without --accept. Costs are in reais (R$). What was sold since is reckoned "
        "anew.": (
            "Mostra desdobramentos e bonificações que o mercado conta e que faltam no livro, e o que cada um "
            "mudaria.\n\nNada é lançado sem --accept. Custos em reais (R$). O que já foi vendido é "
            "recalculado."
        ),
        "Show what an action that no source tells does to the book; book it with --accept.\n\nAmounts are in "
        "reais (R$). The same action is never booked twice.": (
            "Mostra o que muda no livro com um evento que nenhuma fonte conta; lança-o com --accept.\n\n"
            "Valores em reais (R$). O mesmo evento nunca é lançado duas vezes."
        ),
        "Book all that is listed.": "Lança tudo o que é listado.",
        "Only this one, by its id. May be repeated.": "Só este, pelo seu id. Pode se repetir.",
        "What the company declared as the cost of a bonus share, in reais. May be repeated.": (
            "O custo por ação que a empresa declarou para uma bonificação, em reais. Pode se repetir."
        ),
        "split, bonus, merger, spin-off, rename, fraction, amortisation, right-received, right-exercised, "
        "right-sold or right-lapsed.": (
            "split, bonus, merger, spin-off, rename, fraction, amortisation, right-received, "
            "right-exercised, right-sold ou right-lapsed."
        ),
        "What is held: PETR4; of rights their ticker, and of right-received the share.": (
            "O que se tem: PETR4; de direitos o seu código, e de right-received a ação."
        ),
        "What it becomes, or brings: the other asset.": "O que se torna, ou traz: o outro ativo.",
        "The first day of the new state (default: today).": "O primeiro dia do novo estado (padrão: hoje).",
        "Units before and after: 1:2 is a split in two, 10:1 a grouping.": (
            "Unidades antes e depois: 1:2 desdobra em duas, 10:1 grupa."
        ),
        "New units per 100 held.": "Unidades novas por 100 que se tem.",
        "Reais per new unit, as the company declared.": ("Reais por unidade nova, como a empresa declarou."),
        "Reais per old unit that come as money.": "Reais por unidade antiga que vêm em dinheiro.",
        "The percent of the cost that the money uses up.": "A porcentagem do custo que o dinheiro consome.",
        "The percent of the cost that goes to the new asset.": (
            "A porcentagem do custo que vai para o novo ativo."
        ),
        "Reais that the auction of the fraction brought.": "Reais que o leilão da fração rendeu.",
        "How many units (default: the fraction, or all rights).": (
            "Quantas unidades (padrão: a fração, ou todos os direitos)."
        ),
        "Reais per unit.": "Reais por unidade.",
        "Reais per unit of capital given back.": "Reais por unidade de capital devolvido.",
        "Only in this account (default: every account that holds it).": (
            "Só nesta conta (padrão: cada conta que o tem)."
        ),
        "Book it; without, it is only shown.": "Lança; sem isto, só mostra.",
    }
)

ACTIONS_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "actions_of": (
            "Eventos que faltam no livro de {wallet}, até {day}; custos em R$",
            "Actions that the book of {wallet} lacks, up to {day}; costs in R$",
        ),
        "actions_none": (
            "Nada falta: o que o mercado conta está no livro, ou não tocou o que se tinha.",
            "Nothing is missing: what the market tells is in the book, or touched nothing that was held.",
        ),
        "actions_head": (
            "{id}  {kind} de {asset} em {day}: {terms} (fonte: {source})",
            "{id}  {kind} of {asset} on {day}: {terms} (source: {source})",
        ),
        "actions_account": ("Conta", "Account"),
        "actions_asset": ("Ativo", "Asset"),
        "actions_quantity": ("Quantidade (un.)", "Quantity (units)"),
        "actions_cost": ("Custo (R$)", "Cost (R$)"),
        "actions_cash": ("Dinheiro (R$)", "Cash (R$)"),
        "actions_from_to": ("{before} → {after}", "{before} → {after}"),
        "actions_lacks_ratio_unknown": (
            "  A fonte não conta a proporção; diga-a com fiel actions add.",
            "  The source tells no ratio; say it with fiel actions add.",
        ),
        "actions_bonus_costless": (
            (
                "  Custo zero: o valor que a empresa declarou não é conhecido; informe-o com "
                "--declared-cost {id}=VALOR."
            ),
            "  At cost zero: what the company declared is not known; say it with --declared-cost {id}=MONEY.",
        ),
        "actions_booked_before": (
            "  Já está no livro; nada muda.",
            "  It is in the book already; nothing changes.",
        ),
        "actions_accepted": (
            "Lançado: {n} evento(s), {entries} lançamento(s) no livro de {wallet}.",
            "Booked: {n} action(s), {entries} entries in the book of {wallet}.",
        ),
        "actions_hint": (
            "Nada foi lançado. Para lançar: a mesma linha com --accept.",
            "Nothing was booked. To book: the same line with --accept.",
        ),
        "actions_alert": ("Atenção: {text}", "Look: {text}"),
        "actions_source_typed": ("informado à mão", "typed"),
        "actions_kind_split": ("desdobramento ou grupamento", "split or grouping"),
        "actions_kind_bonus": ("bonificação", "bonus"),
        "actions_kind_other": ("evento", "event"),
        "actions_kind_merger": ("incorporação", "merger"),
        "actions_kind_spin-off": ("cisão", "spin-off"),
        "actions_kind_rename": ("troca de código", "change of ticker"),
        "actions_kind_fraction": ("leilão de fração", "auction of a fraction"),
        "actions_kind_amortisation": ("amortização", "amortisation"),
        "actions_kind_right-received": ("direito recebido", "right received"),
        "actions_kind_right-exercised": ("direito exercido", "right exercised"),
        "actions_kind_right-sold": ("direito vendido", "right sold"),
        "actions_kind_right-lapsed": ("direito vencido", "right lapsed"),
        "actions_term_ratio": ("proporção {value}", "ratio {value}"),
        "actions_term_percent": ("{value} por 100", "{value} per 100"),
        "actions_term_declared_cost": ("custo declarado {value}", "declared cost {value}"),
        "actions_term_cash": ("dinheiro {value} por unidade", "cash {value} per unit"),
        "actions_term_cash_cost_percent": (
            "{value}% do custo pelo dinheiro",
            "{value}% of the cost for cash",
        ),
        "actions_term_cost_percent": ("{value}% do custo", "{value}% of the cost"),
        "actions_term_into": ("{value}", "{value}"),
        "actions_term_quantity": ("{value} un.", "{value} units"),
        "actions_term_price": ("a {value}", "at {value}"),
        "actions_term_per_unit": ("{value} por unidade", "{value} per unit"),
        "actions_term_proceeds": ("rendeu {value}", "brought {value}"),
        "actions_term_account": ("conta {value}", "account {value}"),
        "actions_term_label": ("{value}", "{value}"),
    }
)

ACTIONS_FAILURES_PT: Mapping[str, str] = MappingProxyType(
    {
        "action_unknown": "{field}: nenhum evento em aberto tem este nome. Veja os nomes com fiel actions.",
        "action_no_bonus": "{field}: só uma bonificação tem custo declarado.",
        "action_lacks": "{field}: a fonte não conta a proporção. Informe o evento com fiel actions add.",
        "declared_cost_malformed": "{field}: escreva ID=VALOR, por exemplo ITSA4:bonus:2025-12-03=7.95.",
        "term_missing": "Falta {field} para este tipo de evento.",
        "term_unused": "{field} não vale para este tipo de evento.",
        "ratio_malformed": "{field}: escreva ANTES:DEPOIS. Desdobrar em dois é 1:2; grupar dez, 10:1.",
        "same_asset": "{field}: um ativo não pode se tornar ele mesmo.",
        "nothing_held": (
            "Em {day} não havia {asset} que este evento pudesse mudar. Veja fiel positions --on {day}."
        ),
        "account_unnamed": "Várias contas o têm ({labels}). Diga uma com --account.",
    }
)
