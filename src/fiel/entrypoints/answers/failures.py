"""What an error says to a person, in their language; the command line and the pages say it alike."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.words.failures import FAILURES_PT
from fiel.entrypoints.words.notes import counted
from fiel.kernel.errors import FielError

#: Readers end a message with its place in the file; who shows it has a place of its own for that.
_PLACE_AT_END = re.compile(r" \([^()]*, line \d+\)$")
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_FIGURES = frozenset({"price", "quantity", "lot", "average_cost", "as_of", "tax_group", "kind"})


def told(error: FielError, words: Words) -> str:
    """The error in the user's language; in the English of its message when there is no translation."""
    message = printable(_PLACE_AT_END.sub("", error.message))
    template = FAILURES_PT.get(error.code) if words.lang is Lang.PT else None
    if template is None:
        return message
    try:
        return printable(template.format(**_values(error, words)))
    except (KeyError, InvalidOperation):
        return message


def _values(error: FielError, words: Words) -> dict[str, str]:
    """What a translation may name; a name that the error does not know makes it fall back."""
    values = dict(error.details)
    if error.field:
        values["field"] = error.field
        head, _, rest = error.field.partition(".")
        if head == "assets" and rest:
            values["asset"] = rest.rpartition(".")[0] if rest.rpartition(".")[2] in _FIGURES else rest
        if head == "targets" and rest:
            values["node"] = rest
    for name, key in (("age", "age_seconds"), ("age_max", "age_seconds_max")):
        if key in values:
            values[name] = _age(Decimal(values[key]), words)
    show = words.price if error.code == "weights_not_100" else words.money
    for name in ("missing", "sum"):
        if name in values:
            values[name] = show(Decimal(values[name]))
    return values


def _age(seconds: Decimal, words: Words) -> str:
    for size, unit in _UNITS:
        if seconds >= size:
            return counted(unit, int(seconds // size), words)
    return counted("second", 0, words)
