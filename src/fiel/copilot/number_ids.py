"""The name of a number that was printed, so that it can be asked after: where it stands, what it measures.

performance/ana/2026-01-01..2026-11-21/asset:PETR4/price_gain
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from urllib.parse import quote, unquote

from fiel.kernel.errors import InvalidInput

#: Signs that stay as they are in a part; every other one, the slash too, is written as %XX.
_PLAIN = ":@+,^ "
_WORD = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)
_LENGTH_MAX = 600


@dataclass(frozen=True, slots=True)
class NumberId:
    """A number of a report: `topic` such as performance, days `first` to `until` (both included), `scope`
    such as `asset:PETR4`, and `measure` such as income. Raises `InvalidInput` for parts that say nothing."""

    topic: str
    wallet: str
    first: date
    until: date
    scope: str
    measure: str

    def __post_init__(self) -> None:
        if not (_WORD.fullmatch(self.topic) and _WORD.fullmatch(self.measure)):
            raise _malformed(f"{self.topic}/{self.measure}")
        if not (self.wallet and self.scope) or self.until < self.first:
            raise _malformed(f"{self.wallet}/{self.scope}")

    def __str__(self) -> str:
        span = f"{self.first.isoformat()}..{self.until.isoformat()}"
        named = quote(self.wallet, safe=_PLAIN), span, quote(self.scope, safe=_PLAIN)
        return "/".join((self.topic, *named, self.measure))

    @classmethod
    def parse(cls, text: str) -> NumberId:
        """What `str` wrote. Raises `InvalidInput` (number_id_malformed).

        >>> NumberId.parse("performance/ana/2026-01-01..2026-11-21/account:ana%2Fclear/income").scope
        'account:ana/clear'
        """
        parts = text.strip().split("/") if len(text) <= _LENGTH_MAX else []
        if len(parts) != len(fields(cls)) - 1:
            raise _malformed(text)
        topic, wallet, span, scope, measure = parts
        first, _, until = span.partition("..")
        try:
            days = date.fromisoformat(first), date.fromisoformat(until)
        except ValueError:
            raise _malformed(text) from None
        return cls(topic, unquote(wallet), *days, unquote(scope), measure)

    @property
    def level(self) -> str:
        """What the scope is: portfolio, class, account, asset."""
        return self.scope.partition(":")[0]

    @property
    def name(self) -> str:
        """Which one of its level; empty for the whole."""
        return self.scope.partition(":")[2]


def camel(measure: str) -> str:
    """The name of a measure as documents for programs have it.

    >>> camel("price_gain")
    'priceGain'
    """
    head, *rest = measure.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _malformed(text: str) -> InvalidInput:
    return InvalidInput(
        "number_id_malformed",
        f"{text[:80]!r} names no number; copy one that `fiel performance --ids` printed",
        field="NUMBER-ID",
    )
