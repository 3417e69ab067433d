"""The question of the page Aportar as its address says it: amount, mode, and what is only supposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from fiel.entrypoints.web.typed_numbers import number_box, typed_number
from fiel.kernel.errors import InvalidInput
from fiel.rebalancing.problem import Mode

#: What may be done, as the address says it.
MODES: Mapping[str, Mode] = MappingProxyType(
    {"comprar": Mode.CONTRIBUTION, "vender": Mode.FULL, "retirar": Mode.WITHDRAWAL}
)
PRICE, TARGET = "preco.", "alvo."
#: What is supposed in one question at most: prices and targets together.
SUPPOSED_MAX = 200
AMOUNT_MAX = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class InvestAsk:
    """The question. `amount` is new money (taken out in the mode `retirar`), reais; `prices` by line, reais
    per unit; `targets` by node, percent of the class above; `keep_cash`: the book's cash stays where it is;
    `old_prices`: prices that are too old count all the same. `problems` by field of the form."""

    amount: Decimal | None = None
    mode: str = "comprar"
    keep_cash: bool = False
    old_prices: bool = False
    prices: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    targets: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    problems: Mapping[str, InvalidInput] = field(default_factory=lambda: MappingProxyType({}))
    typed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def flow(self) -> Decimal:
        """Money that comes in (above zero) or goes out."""
        amount = self.amount or Decimal(0)
        return -amount if self.mode == "retirar" else amount

    @property
    def is_supposed(self) -> bool:
        """Whether anything of it is only supposed."""
        return bool(self.prices or self.targets)

    def query(self) -> list[tuple[str, str]]:
        """The question as the address says it, in a stable order."""
        said: list[tuple[str, str]] = []
        if self.amount is not None:
            said.append(("valor", number_box(self.amount)))
        if self.mode != "comprar":
            said.append(("modo", self.mode))
        if self.keep_cash:
            said.append(("caixa", "guardar"))
        if self.old_prices:
            said.append(("precos", "aceitar"))
        said += [(f"{PRICE}{name}", number_box(value)) for name, value in sorted(self.prices.items())]
        said += [(f"{TARGET}{name}", number_box(value)) for name, value in sorted(self.targets.items())]
        return said


def read_ask(pairs: Iterable[tuple[str, str]]) -> InvestAsk:
    """The question of a query. What cannot be read is left out of it and told in `problems`.

    >>> read_ask([("valor", "1.000,50"), ("preco.PETR4", "40,00")]).amount
    Decimal('1000.5')
    """
    given: dict[str, str] = {}
    for name, text in pairs:
        if text.strip():
            given[name] = text.strip()
    problems: dict[str, InvalidInput] = {}
    amount = _read(given, "valor", problems, decimals_max=2, maximum=AMOUNT_MAX)
    mode = given.get("modo", "comprar")
    if mode not in MODES:
        problems["modo"] = InvalidInput(
            "mode_unknown", f"the mode is one of {', '.join(MODES)}", field="modo"
        )
        mode = "comprar"
    supposed = [name for name in given if name.startswith((PRICE, TARGET))]
    if len(supposed) > SUPPOSED_MAX:
        problems["supor"] = InvalidInput(
            "too_many_supposed", f"suppose at most {SUPPOSED_MAX} prices and targets", field="supor"
        )
        supposed = supposed[:SUPPOSED_MAX]
    return InvestAsk(
        amount=amount,
        mode=mode,
        keep_cash=given.get("caixa") == "guardar",
        old_prices=given.get("precos") == "aceitar",
        prices=_supposed(given, supposed, PRICE, problems, decimals_max=9, maximum=AMOUNT_MAX),
        targets=_supposed(given, supposed, TARGET, problems, decimals_max=8, maximum=Decimal(100)),
        problems=MappingProxyType(problems),
        typed=MappingProxyType(given),
    )


def _supposed(
    given: Mapping[str, str],
    names: Sequence[str],
    prefix: str,
    problems: dict[str, InvalidInput],
    *,
    decimals_max: int,
    maximum: Decimal,
) -> Mapping[str, Decimal]:
    found: dict[str, Decimal] = {}
    for name in names:
        if not name.startswith(prefix):
            continue
        value = _read(given, name, problems, decimals_max=decimals_max, maximum=maximum)
        if value is not None and (value > 0 or prefix == TARGET):
            found[name.removeprefix(prefix)] = value
    return MappingProxyType(found)


def _read(
    given: Mapping[str, str],
    name: str,
    problems: dict[str, InvalidInput],
    *,
    decimals_max: int,
    maximum: Decimal,
) -> Decimal | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        return typed_number(text, name, decimals_max=decimals_max, maximum=maximum)
    except InvalidInput as problem:
        problems[name] = problem
        return None
