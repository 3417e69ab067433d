"""Rows that people type into forms: Brazilian numbers to exact text, and problems told at their field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fiel.entrypoints.web.catalogue import Texts
from fiel.entrypoints.web.request import Form
from fiel.entrypoints.web.typed_numbers import typed_number
from fiel.kernel.decimals import plain
from fiel.kernel.errors import FielError, InvalidInput

#: Fields of the form (Portuguese, as in the address) with the names that the desks know.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "tipo": "kind",
        "data": "day",
        "ativo": "asset",
        "quantidade": "quantity",
        "preco": "price",
        "valor": "amount",
        "custos": "fees",
        "imposto": "taxes",
        "conta": "account",
        "para": "to_account",
        "nota": "note",
    }
)
_NUMBERS: Mapping[str, int] = MappingProxyType(
    {"quantidade": 9, "preco": 9, "valor": 2, "custos": 2, "imposto": 2}
)
_BY_NAME = {ours: theirs for theirs, ours in FIELDS.items()}


@dataclass(frozen=True, slots=True)
class FormProblem:
    """A problem of a form: the field of the form that it is at, in words, and what was typed."""

    field: str
    words: str
    typed: Mapping[str, str]


def said_of(form: Form, names: Mapping[str, str] = FIELDS) -> dict[str, str]:
    """What was typed, by the desk's names: numbers as exact text with a point, the rest as it stands.

    Empty fields are left out. Raises `InvalidInput` with the form's field: see `typed_number`.
    """
    found = {}
    for name, ours in names.items():
        text = form.text(name)
        if text:
            decimals = _NUMBERS.get(name)
            found[ours] = (
                text if decimals is None else f"{plain(typed_number(text, name, decimals_max=decimals)):f}"
            )
    return found


def problem_of(t: Texts, error: FielError, form: Form, field: str = "") -> FormProblem:
    """The error at its field, in words; `field` where the form has one place for all of them."""
    name = (error.field or "").removeprefix("--").lower().replace("-", "_")
    name = _BY_NAME.get(name, name)
    key = f"entry_problem_{error.code}"
    try:
        words = t.plain(key, **error.details) if t.knows(key) else error.message
    except KeyError:
        words = error.message
    typed = {each: form.text(each) for each in form.fields if each != "csrf"}
    return FormProblem(field or name, words, MappingProxyType(typed))


__all__ = ["FIELDS", "FormProblem", "InvalidInput", "problem_of", "said_of"]
