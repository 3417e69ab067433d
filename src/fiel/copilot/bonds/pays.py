"""What a paper pays, as people write it: "110% CDI", "CDI + 1.5%", "13.2% a.a.", "IPCA + 6.1%"."""

from __future__ import annotations

import re
from decimal import Decimal

from fiel.fixed_income.credit.terms import Benchmark, Floating, IpcaPlus, Prefixed, Remuneration
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput

TEXT_MAX = 60
FORMS = '"110% CDI", "CDI + 1.5%", "13.2% a.a.", "IPCA + 6.1%", "100% SELIC"'

_NUMBER = r"(?P<number>-?[0-9][0-9.,eE]*)"
_SHARE = re.compile(rf"{_NUMBER}\s*%\s*(?:(?:do|da|of|of the)\s+)?(?P<index>cdi|di|selic)", re.IGNORECASE)
_OVER = re.compile(
    r"(?P<index>cdi|di|selic|ipca)\s*(?P<sign>[+-])\s*(?P<number>[0-9][0-9.,eE]*)\s*%?\s*(?:a\.?a\.?)?",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?P<index>cdi|di|selic|ipca)", re.IGNORECASE)
_FIXED = re.compile(rf"{_NUMBER}\s*%\s*(?:a\.?a\.?|p\.?a\.?|ao ano|a year)?", re.IGNORECASE)


def read_pays(text: str) -> Remuneration:
    """The remuneration that the text states; numbers with a dot, percent per year (252) or of the rate.

    Raises `InvalidInput`: `pays_malformed` naming the forms, or what is wrong with the number.

    >>> read_pays("CDI + 1.5%")
    Floating(benchmark=<Benchmark.CDI: 'CDI'>, percent=Decimal('100'), spread=Decimal('1.5'))
    """
    told = text.strip()
    if len(told) <= TEXT_MAX:
        if found := _SHARE.fullmatch(told):
            percent = _number(found["number"], decimals=4, maximum=1_000)
            return Floating(_benchmark(found["index"]), percent)
        if found := _OVER.fullmatch(told):
            return _over(found)
        if found := _ALONE.fullmatch(told):
            named = found["index"].upper()
            return IpcaPlus(Decimal(0)) if named == "IPCA" else Floating(_benchmark(named))
        if found := _FIXED.fullmatch(told):
            return Prefixed(_number(found["number"]))
    raise InvalidInput(
        "pays_malformed",
        f"{text[:TEXT_MAX]!r} is not understood; write {FORMS}",
        field="--pays",
        details={"forms": FORMS},
    )


def pays_text(pays: Remuneration) -> str:
    """The same in one way of writing.

    >>> pays_text(read_pays("di+1.50 % a.a."))
    'CDI + 1.5 %'
    """
    match pays:
        case Prefixed(rate):
            return f"{rate:f} % (252)"
        case IpcaPlus(rate):
            return f"IPCA + {rate:f} %"
        case Floating(benchmark, percent, spread):
            share = benchmark.value if percent == 100 and spread else f"{percent:f} % {benchmark}"
            return f"{share} {'-' if spread < 0 else '+'} {abs(spread):f} %" if spread else share


def _over(found: re.Match[str]) -> Remuneration:
    number = _number(found["number"])
    spread = -number if found["sign"] == "-" else number
    if found["index"].upper() == "IPCA":
        return IpcaPlus(spread)
    return Floating(_benchmark(found["index"]), spread=spread)


def _benchmark(text: str) -> Benchmark:
    return Benchmark.SELIC if text.upper() == "SELIC" else Benchmark.CDI


def _number(text: str, *, decimals: int = 6, maximum: int = 1_000) -> Decimal:
    return parse_decimal(text, field="--pays", decimals_max=decimals, minimum=-50, maximum=maximum)
