"""The text that `fiel targets edit` begins with: what the wallet holds, in classes, commented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from fiel.copilot.files.portfolio_file import SCHEMA
from fiel.copilot.own_plan.kinds import kind_of, line_name
from fiel.copilot.own_plan.owned import Owned
from fiel.copilot.plan_view.adding_up import parts_adding_up
from fiel.copilot.plan_view.words import Lang
from fiel.kernel.rounding import finance_context
from fiel.portfolio.instruments import Kind, infer_kind

_HUNDRED = Decimal(100)
#: Classes in the order in which they are written: key, kinds, and labels in Portuguese and English.
_CLASSES: tuple[tuple[str, frozenset[Kind], tuple[str, str]], ...] = (
    ("acoes", frozenset({Kind.STOCK, Kind.STOCK_FRACTIONAL}), ("Ações", "Shares")),
    ("fiis", frozenset({Kind.FII}), ("FIIs", "FIIs")),
    ("etfs", frozenset({Kind.ETF}), ("ETFs", "ETFs")),
    ("bdrs", frozenset({Kind.BDR}), ("BDRs", "BDRs")),
    ("renda_fixa", frozenset({Kind.TREASURY, Kind.FIXED_INCOME}), ("Renda fixa", "Fixed income")),
    ("outros", frozenset(Kind), ("Outros", "Others")),
)
_HEAD = (
    """\
# Alvos de {wallet}. Salve e feche: o texto é conferido antes de ser guardado.
# Pesos em por cento, entre aspas; em cada tabela somam exatamente 100.
# {weights}
""",
    """\
# Targets of {wallet}. Save and close: the text is checked before it is kept.
# Weights are percent, between quotes; in each table they add up to exactly 100.
# {weights}
""",
)
_WEIGHTS = {
    "now": (
        "Os pesos são os de hoje: mude-os para o que você quer.",
        "The weights are today's: change them.",
    ),
    "equal": (
        "Falta preço de algo, e os pesos são iguais: mude-os para o que você quer.",
        "A price is missing, and the weights are equal: change them.",
    ),
    "none": (
        "Não há nada em carteira ainda: este é um exemplo com um ativo.",
        "Nothing is held yet: this is an example with one asset.",
    ),
}
_ASSETS = (
    """\
# Só o que o livro não sabe. Quantidade, custo, preço e imposto do mês vêm do livro.
# Outras chaves: lot = "1", max_weight = "20", minimum_order = "100", can_sell = false,
# ignore = true (fora do plano); para o que ninguém cota: price e as_of.
""",
    """\
# Only what the book does not know. Quantity, cost, price and the month's tax come from the book.
# Other keys: lot = "1", max_weight = "20", minimum_order = "100", can_sell = false,
# ignore = true (outside the plan); for what nobody quotes: price and as_of.
""",
)
_TAIL = (
    """\
# Dinheiro que deve ficar parado é uma classe como as outras (e o resto soma menos):
# [targets.caixa]
# weight = "5"
# cash = true

# [strategy]             # quando agir sem dinheiro novo
# kind = "threshold"     # fora de 5 pontos do todo, ou de 25 % do próprio peso
# absolute = "5"
# relative = "25"

# [fees]                 # de cada ordem
# rate = "0.03"          # por cento do valor
""",
    """\
# Money that should stay is a class like the others (and the rest adds up to less):
# [targets.cash]
# weight = "5"
# cash = true

# [strategy]             # when to act without new money
# kind = "threshold"     # off by 5 points of the whole, or by 25 % of its own weight
# absolute = "5"
# relative = "25"

# [fees]                 # of each order
# rate = "0.03"          # percent of its value
""",
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An asset of the template: its line, its kind (`None` = nothing tells it), its value in reais."""

    line: str
    kind: Kind | None
    value: Decimal | None


def targets_template(owned: Owned, values: Mapping[str, Decimal | None], lang: Lang) -> str:
    """A text to edit. `values`: reais by asset; one that is unknown makes all weights equal.

    It is valid as it stands, unless nothing tells what an asset is: its line then says what to write.
    """
    at = 0 if lang is Lang.PT else 1
    entries = [
        _Entry(_line(name, kind), kind, values.get(name))
        for name, each in sorted(owned.assets.items())
        if each.quantity > 0
        for kind in (kind_of(name, owned.categories),)
    ]
    known = all(each.value for each in entries)
    state = "none" if not entries else "now" if known else "equal"
    head = _HEAD[at].format(wallet=owned.wallet, weights=_WEIGHTS[state][at])
    parts = [head, f'schema = "{SCHEMA}"\n', _ASSETS[at], *_tables(entries)]
    entries = entries or [_Entry("PETR4F", Kind.STOCK_FRACTIONAL, None)]
    parts += _classes(entries, at, by_value=known and state != "none")
    return "\n".join([*parts, _TAIL[at]])


def _line(asset: str, kind: Kind | None) -> str:
    return asset if kind is None else line_name(asset, kind)


def _tables(entries: Sequence[_Entry]) -> list[str]:
    """A table for each asset whose ticker does not settle its kind."""
    return [
        f'[assets.{each.line}]\nkind = "{each.kind or "?"}"'
        + ("" if each.kind else "  # fii, etf, stock, bdr, treasury, fixed_income, fund, crypto, other")
        + "\n"
        for each in entries
        if infer_kind(each.line) is None
    ]


def _classes(entries: Sequence[_Entry], at: int, *, by_value: bool) -> list[str]:
    groups: list[tuple[str, str, list[_Entry]]] = []
    left = list(entries)
    for key, kinds, labels in _CLASSES:
        mine = [each for each in left if (each.kind or Kind.OTHER) in kinds]
        left = [each for each in left if each not in mine]
        if mine:
            groups.append((key, labels[at], mine))
    weights = _weights([sum((_value(each, by_value) for each in mine), Decimal(0)) for _, _, mine in groups])
    found = []
    for (key, label, mine), weight in zip(groups, weights, strict=True):
        shares = _weights([_value(each, by_value) for each in mine])
        rows = "\n".join(f'{each.line} = "{share:f}"' for each, share in zip(mine, shares, strict=True))
        found.append(f'[targets.{key}]\nweight = "{weight:f}"\nlabel = "{label}"\n{rows}\n')
    return found


def _value(entry: _Entry, by_value: bool) -> Decimal:
    return entry.value if by_value and entry.value is not None else Decimal(1)


def _weights(values: Sequence[Decimal]) -> list[Decimal]:
    """Percent with two decimals that add up to exactly 100 (largest remainder)."""
    with localcontext(finance_context()):
        total = sum(values, Decimal(0))
        return parts_adding_up([value * _HUNDRED / total for value in values], Decimal("100.00"))
