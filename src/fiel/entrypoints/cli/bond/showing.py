"""How answers about a title are shown: figures with unit, day and source; the working; and records."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.table import Table
from rich.text import Text

from fiel.copilot.bonds.answer import COMPUTED, GIVEN, Answer, Figure, SeriesUsed, Step, Unit
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.answers import day_words
from fiel.entrypoints.cli.screen import screen, show, write_out
from fiel.entrypoints.words.bond import bond_note

_MONEY = frozenset({Unit.BRL})
_NOTES = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def show_answer(answer: Answer, words: Words, *, explain: bool) -> None:
    """A table of figures, the series behind them, notes; with `explain`, every step."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in ("figure", "value", "unit", "as_of", "source"):
        table.add_column(bond_note(key, words), justify="right" if key == "value" else "left")
    for figure in answer.figures:
        table.add_row(*(Text(cell) for cell in _cells(figure, words)))
    show(screen(), Text(answer.title, "bold"), table)
    show_series(answer.series, words)
    show_notes(answer.notes, words)
    if explain:
        show_working(answer.steps, words)


def show_working(steps: tuple[Step, ...], words: Words) -> None:
    """Every step: formula, numbers put in, result with its rounding and source."""
    write_out("\n".join(_working(steps, words)))


def show_series(series: tuple[SeriesUsed, ...], words: Words) -> None:
    """Each series: who told it, its last day, and what was assumed from then on."""
    for used in series:
        write_out(series_line(used, words))


def series_line(used: SeriesUsed, words: Words) -> str:
    """One series in one line."""
    name = used.key.upper().replace("_", " ")
    if used.last_day is None:
        parts = [bond_note("series_none", words, series=name)]
    else:
        told = ", ".join(used.sources)
        parts = [bond_note("series_to", words, series=name, source=told, day=day_words(used.last_day, words))]
    for since, percent in used.assumed:
        parts.append(
            bond_note(
                f"assumed_{used.how}" if since == used.assumed[0][0] else "assumed_then",
                words,
                day=day_words(since, words),
                percent=number_words(percent, words),
                unit=unit_words(used.unit, words),
            )
        )
    return "; ".join(parts)


def show_notes(notes: _NOTES, words: Words) -> None:
    """What the reader should know."""
    for key, values in notes:
        write_out(bond_note(f"about_{key}", words, **dict(values)))


def unit_words(unit: Unit, words: Words) -> str:
    """The unit in words."""
    return bond_note(f"unit_{unit.value}", words)


def number_words(number: Decimal, words: Words) -> str:
    """A number with every decimal that it has, and at least two unless it is whole."""
    exponent = number.as_tuple().exponent
    places = max(-exponent, 0) if isinstance(exponent, int) else 0
    return words.decimals(number, places)


def answer_record(answer: Answer, *, explain: bool) -> dict[str, Any]:
    """The answer for programs; every number as exact text."""
    found: dict[str, Any] = {
        "title": answer.title,
        "kind": answer.kind,
        "on": answer.on.isoformat(),
        "maturity": None if answer.maturity is None else answer.maturity.isoformat(),
        "figures": {figure.key: figure_record(figure) for figure in answer.figures},
        "series": [series_record(used) for used in answer.series],
        "notes": [{"code": key, **dict(values)} for key, values in answer.notes],
    }
    if explain:
        found["steps"] = [step_record(step) for step in answer.steps]
    return found


def figure_record(figure: Figure) -> dict[str, str]:
    """A figure for programs."""
    return {
        "value": f"{figure.value:f}",
        "unit": figure.unit.value,
        "as_of": figure.as_of.isoformat(),
        "source": figure.source,
    }


def series_record(used: SeriesUsed) -> dict[str, Any]:
    """A series for programs."""
    return {
        "series": used.key,
        "sources": list(used.sources),
        "last_day": None if used.last_day is None else used.last_day.isoformat(),
        "unit": used.unit.value,
        "how": used.how or None,
        "assumed": [{"from": day.isoformat(), "percent": f"{percent:f}"} for day, percent in used.assumed],
    }


def step_record(step: Step) -> dict[str, Any]:
    """A step of the working for programs."""
    return {
        "key": step.key,
        "label": step.label,
        "formula": step.formula,
        "inputs": dict(step.inputs),
        "result": f"{step.result:f}",
        "unit": step.unit.value,
        "rounding": step.rounding,
        "source": step.source,
    }


def _cells(figure: Figure, words: Words) -> tuple[str, ...]:
    value = words.amount(figure.value) if figure.unit in _MONEY else number_words(figure.value, words)
    source = (
        bond_note(f"source_{figure.source}", words) if figure.source in (GIVEN, COMPUTED) else figure.source
    )
    return (
        bond_note(f"figure_{figure.key}", words),
        value,
        unit_words(figure.unit, words),
        day_words(figure.as_of, words),
        source,
    )


def _working(steps: tuple[Step, ...], words: Words) -> list[str]:
    lines = ["", bond_note("working", words)]
    for number, step in enumerate(steps, start=1):
        label = f" · {step.label}" if step.label else ""
        lines.append(f"{number:>3}. {bond_note(f'step_{step.key}', words)}{label}")
        lines.append(f"     {step.formula}")
        lines.append(f"     {'; '.join(f'{name} = {value}' for name, value in step.inputs)}")
        rounding = step.rounding or bond_note("exact", words)
        lines.append(f"     = {step.result:f} {unit_words(step.unit, words)} · {rounding} · {step.source}")
    return [*lines, "", bond_note("roundings", words)]
