"""Actions that no source tells, as a person types them: which numbers each kind needs, and its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType

from fiel.copilot.actions import building
from fiel.copilot.actions.building import Building
from fiel.copilot.actions.ground import Ground, Place, Proposed
from fiel.copilot.income.wallet import asset_of
from fiel.custody.bookings import Told
from fiel.custody.events import BookIncome
from fiel.custody.names import read_ticker
from fiel.income.values import IncomeKind
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput, Refused

#: Who tells what a person typed.
TYPED = "typed"
#: What each kind needs beside the asset and the day, and what it may have.
KINDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = MappingProxyType(
    {
        "split": (frozenset({"ratio"}), frozenset()),
        "bonus": (frozenset({"percent", "declared_cost"}), frozenset()),
        "merger": (frozenset({"into", "ratio"}), frozenset({"cash", "cash_cost_percent"})),
        "spin-off": (frozenset({"into", "percent", "cost_percent"}), frozenset()),
        "rename": (frozenset({"into"}), frozenset()),
        "fraction": (frozenset({"proceeds"}), frozenset({"quantity"})),
        "amortisation": (frozenset({"per_unit"}), frozenset()),
        "right-received": (frozenset({"into", "percent"}), frozenset()),
        "right-exercised": (frozenset({"into", "quantity", "price"}), frozenset()),
        "right-sold": (frozenset({"price"}), frozenset({"quantity"})),
        "right-lapsed": (frozenset(), frozenset()),
    }
)
#: Kinds whose money or quantity is of one account: with several it must be named.
_OF_ONE = frozenset({"fraction", "right-exercised", "right-sold"})
_LIMITS = MappingProxyType({"cost_percent": Decimal(100), "cash_cost_percent": Decimal(100)})
_MAX = Decimal(10) ** 9
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Typed:
    """An action as it was typed: `ratio` is (old, new) units, percents are per 100 units, money in reais.

    `into` is the other asset: the new one of a merger, spin-off, rename or exercise, the right received.
    """

    kind: str
    asset: str
    day: date
    numbers: Mapping[str, Decimal]
    into: str | None = None
    ratio: tuple[Decimal, Decimal] | None = None
    account: str | None = None

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """The numbers that it follows, as text."""
        found = {name: f"{value.normalize() + 0:f}" for name, value in sorted(self.numbers.items())}
        if self.ratio is not None:
            found["ratio"] = ":".join(f"{each.normalize() + 0:f}" for each in self.ratio)
        if self.into is not None:
            found["into"] = self.into
        if self.account is not None:
            found["account"] = self.account
        return tuple(sorted(found.items()))

    @property
    def id(self) -> str:
        """The same for the same action, however often it is typed."""
        digest = sha256(repr(self.terms).encode()).hexdigest()[:8]
        return f"{self.asset}:{self.kind}:{self.day.isoformat()}:{digest}"


def read_typed(
    kind: str,
    asset: str,
    day: date,
    *,
    into: str | None = None,
    ratio: str | None = None,
    account: str | None = None,
    **texts: str | None,
) -> Typed:
    """From texts, numbers exact. Raises `InvalidInput` naming what is missing, too much or malformed.

    >>> read_typed("split", "petr4", date(2008, 4, 28), ratio="1:2").ratio
    (Decimal('1'), Decimal('2'))
    """
    if kind not in KINDS:
        raise InvalidInput("kind_unknown", f"{kind!r} is none of: {', '.join(KINDS)}", field="KIND")
    needed, allowed = KINDS[kind]
    said = {name: text for name, text in texts.items() if text is not None}
    given = {*said, *(["into"] if into else []), *(["ratio"] if ratio else [])}
    for name in sorted(needed - given):
        raise InvalidInput("term_missing", f"a {kind} needs {_option(name)}", field=_option(name))
    for name in sorted(given - needed - allowed):
        raise InvalidInput("term_unused", f"a {kind} has no {_option(name)}", field=_option(name))
    numbers = {name: _number(name, text) for name, text in said.items()}
    if numbers.get("cash_cost_percent") and "cash" not in numbers:
        raise InvalidInput("term_missing", "the cost of the cash needs the cash", field="--cash")
    code = asset_of(read_ticker(asset))
    other = None if into is None else read_ticker(into)
    if other == code:
        raise InvalidInput("same_asset", f"{code} cannot become itself", field="INTO")
    return Typed(kind, code, day, numbers, other, None if ratio is None else _ratio(ratio), account)


def _number(name: str, text: str) -> Decimal:
    limit = _LIMITS.get(name, _MAX)
    value = parse_decimal(text, field=_option(name), decimals_max=9, minimum=0, maximum=limit)
    if not value and name in ("percent", "quantity", "per_unit", "proceeds"):
        raise InvalidInput(f"{name}_out_of_range", "it must be above zero", field=_option(name))
    return value


def _ratio(text: str) -> tuple[Decimal, Decimal]:
    old, sign, new = text.partition(":")
    if not sign:
        raise InvalidInput(
            "ratio_malformed", f"{text[:20]!r} is not OLD:NEW; a split in two is 1:2", field="--ratio"
        )
    found = tuple(
        parse_decimal(each.strip(), field="--ratio", decimals_max=9, minimum=0, maximum=_MAX)
        for each in (old, new)
    )
    if not all(found):
        raise InvalidInput("ratio_malformed", "both sides must be above zero", field="--ratio")
    return found[0], found[1]


def _option(name: str) -> str:
    return "INTO" if name == "into" else f"--{name.replace('_', '-')}"


def propose(ground: Ground, typed: Typed) -> Proposed:
    """What the action does to each position of the asset. Raises `Refused` (nothing_held, account_unnamed),
    `NotFound` for an account."""
    places = ground.held_by(typed.asset)
    if typed.account is not None:
        user = ground.account(typed.account)
        places = [each for each in places if each.account.user_id == user]
    made = [(place, _told(ground, typed, place)) for place in places]
    touched = [place for place, told in made if told]
    if not touched:
        raise Refused(
            "nothing_held",
            f"on {typed.day} the wallet held no {typed.asset} that this could change; see `fiel positions`",
            field="ASSET",
            details={"asset": typed.asset, "day": typed.day.isoformat()},
        )
    if typed.kind in _OF_ONE and len(touched) > 1:
        labels = ", ".join(ground.labels[place.account.user_id] for place in touched)
        raise InvalidInput(
            "account_unnamed",
            f"several accounts hold it ({labels}); name one with --account",
            field="--account",
        )
    head = Proposed(typed.id, typed.kind, typed.asset, typed.day, typed.terms, TYPED)
    return ground.propose(head, [each for _, told in made for each in told])


def _told(ground: Ground, typed: Typed, place: Place) -> list[Told]:
    build = Building(ground, typed.id, typed.day, place)
    numbers, into = typed.numbers, typed.into or ""
    old, new = typed.ratio or (Decimal(1), Decimal(1))
    percent, price = numbers.get("percent", _ZERO), numbers.get("price", _ZERO)
    match typed.kind:
        case "split":
            building.split(build, new, old)
        case "bonus":
            building.bonus(build, percent, numbers["declared_cost"])
        case "merger" | "rename":
            cash = numbers.get("cash", _ZERO), numbers.get("cash_cost_percent", _ZERO)
            building.exchange(build, into, (new, old), *cash)
        case "spin-off":
            building.spin_off(build, into, percent, numbers["cost_percent"])
        case "fraction":
            building.fraction(build, numbers.get("quantity"), numbers["proceeds"])
        case "right-received":
            building.rights(build, into, percent)
        case "right-exercised":
            building.exercise(build, into, numbers["quantity"], price)
        case "right-sold":
            building.sell_rights(build, numbers.get("quantity", _ZERO), price)
        case "right-lapsed":
            building.lapse_rights(build)
        case "amortisation":
            return [_income(build, amount) for amount in building.amounts(build, numbers["per_unit"])]
    return build.told


def _income(build: Building, amount: int) -> Told:
    ground, place = build.ground, build.place
    name = ground.name(build.action, place)
    kind, at = IncomeKind.AMORTISATION, ground.morning(build.day)
    return Told(place.account, BookIncome(name, place.ticker, kind, amount, ground.now, at))
