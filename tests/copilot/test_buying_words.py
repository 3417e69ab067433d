"""The two languages: complete, with the same placeholders, and numbers in the local way."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

import pytest

from fiel.copilot.plan_view.word_list import WORDS
from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.words.notes import NOTES
from fiel.rebalancing.plan import NotTraded, Status

PLACEHOLDER = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("key", sorted([*WORDS, *NOTES]))
def test_both_languages_fill_in_the_same_values(key: str) -> None:
    """A text exists in both languages with the same placeholders."""
    portuguese, english = {**WORDS, **NOTES}[key]
    assert portuguese
    assert english
    assert sorted(PLACEHOLDER.findall(portuguese)) == sorted(PLACEHOLDER.findall(english))


def test_every_reason_not_to_trade_has_words() -> None:
    """No code of the engine is without a sentence."""
    words = Words()
    assert all(words.knows(f"skip_{code}") for code in NotTraded)
    assert all(words.knows(f"status_{status}") for status in Status if status is not Status.ORDERS)


def test_numbers_are_written_in_the_language() -> None:
    """Portuguese uses a comma for decimals, English a dot; the unit stands with the money."""
    amount = Decimal("-1234.5")
    assert (Words().money(amount), Words(Lang.EN).money(amount)) == ("−R$ 1.234,50", "−R$ 1,234.50")
    assert (Words().quantity(Decimal("0.05")), Words(Lang.EN).quantity(Decimal("0.05"))) == ("0,05", "0.05")
    assert Words().percent(Decimal("1.2"), signed=True) == "+1,20"
    assert Words().money(Decimal(2), "USD").replace("\N{NO-BREAK SPACE}", " ") == "US$ 2,00"


def test_instants_carry_their_offset() -> None:
    """A time is shown with its offset, so that nobody has to guess the zone."""
    moment = datetime.fromisoformat("2023-12-18T18:00:00-03:00")
    assert (
        Words().moment(moment),
        Words(Lang.EN).moment(moment),
    ) == ("18/12/2023 18:00 -03:00", "2023-12-18 18:00 -03:00")


@pytest.mark.parametrize(("text", "lang"), [("pt_BR.UTF-8", Lang.PT), ("en-US", Lang.EN), ("EN", Lang.EN)])
def test_languages_are_recognised_by_their_first_part(text: str, lang: Lang) -> None:
    """Locale names of the system are understood."""
    assert lang is Lang.parse(text)
