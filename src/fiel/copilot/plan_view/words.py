"""The words of a plan in Brazilian Portuguese and in English, and numbers written the local way.

Each entry holds both languages side by side, so that none can be forgotten. Numbers, money and dates
are written by Babel in the locale of the language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from fiel.copilot.plan_view.word_list import WORDS
from fiel.kernel.errors import InvalidInput


class Lang(StrEnum):
    """Languages of the product; Portuguese comes first."""

    PT = "pt"
    EN = "en"

    @classmethod
    def parse(cls, text: str) -> Lang:
        """`pt`, `pt-BR`, `pt_BR.UTF-8`, `en`, `en_US`...; raises `InvalidInput` for other languages."""
        for lang in cls:
            if text.lower().replace("_", "-").split("-")[0].split(".")[0] == lang.value:
                return lang
        raise InvalidInput("language_unknown", f"language {text!r} is not one of: pt, en", field="lang")

    @property
    def locale(self) -> str:
        return "pt_BR" if self is Lang.PT else "en_US"


@dataclass(frozen=True, slots=True)
class Words:
    """Words and numbers in one language."""

    lang: Lang = Lang.PT

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key` with its values filled in. Raises `KeyError` for an unknown key."""
        portuguese, english = WORDS[key]
        text = portuguese if self.lang is Lang.PT else english
        return text.format(**values) if values else text

    def knows(self, key: str) -> bool:
        """Whether there is a text for `key`."""
        return key in WORDS

    def count(self, key: str, number: int) -> str:
        """`key` in the singular or (`key` + `s`) in the plural, with the number in it."""
        return self(key if number == 1 else f"{key}s", n=number)

    def money(self, amount: Decimal, currency: str = "BRL") -> str:
        """Money with its sign and unit, to the cent, half-even: R$ 1.234,50."""
        from babel.numbers import format_currency

        if currency == "BRL":
            return f"{'−' if amount < 0 else ''}R$ {self.amount(abs(amount))}"
        return str(format_currency(amount, currency, locale=self.lang.locale))

    def money_short(self, amount: Decimal, currency: str = "BRL") -> str:
        """Money for a sentence: without cents from 100 upwards, half-even: R$ 1.234."""
        if currency != "BRL" or abs(amount) < 100:
            return self.money(amount, currency)
        return f"{'−' if amount < 0 else ''}R$ {self.decimals(abs(amount), 0)}"

    def sign(self, currency: str) -> str:
        """The sign of a currency in this language: R$, US$..."""
        from babel.numbers import get_currency_symbol

        return str(get_currency_symbol(currency, locale=self.lang.locale))

    def amount(self, amount: Decimal) -> str:
        """A number with two decimals: 1.234,50."""
        return self._format(amount, "#,##0.00")

    def price(self, price: Decimal) -> str:
        """A price: at least two decimals, all that it has up to nine."""
        return self._format(price, "#,##0.00#######")

    def quantity(self, quantity: Decimal) -> str:
        """A quantity with all its decimals, up to nine."""
        return self._format(quantity, "#,##0.#########")

    def percent(self, percent: Decimal, *, signed: bool = False) -> str:
        """A percentage without its sign, two decimals: 12,34; with a plus sign when `signed`."""
        return self._format(percent, "+#,##0.00;-#,##0.00" if signed and percent else "#,##0.00")

    def decimals(self, number: Decimal, places: int) -> str:
        """A number with exactly `places` decimals."""
        return self._format(number, "#,##0." + "0" * places if places else "#,##0")

    def moment(self, moment: datetime) -> str:
        """A time to the minute, with its offset from UTC: 18/12/2023 18:00 -03:00."""
        day = f"{moment:%d/%m/%Y}" if self.lang is Lang.PT else f"{moment:%Y-%m-%d}"
        offset = moment.isoformat()[-6:] if moment.utcoffset() is not None else ""
        return f"{day} {moment:%H:%M} {offset}".rstrip()

    def _format(self, number: Decimal, pattern: str) -> str:
        from babel.numbers import format_decimal

        text = str(format_decimal(number, format=pattern, locale=self.lang.locale))
        return text.replace("-", "−")
