"""`fiel doctor`: what is wrong, what it means, and what to do."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.answers.finding import Finding, Verdict
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.doctor import DOCTOR_EXAMPLES, MEANINGS, REMEDIES
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from collections.abc import Mapping

DeepOption = Annotated[
    bool,
    typer.Option("--deep", help="Also add up a large book, and check every page of a large file."),
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit code 1 for warnings too.")]
AllOption = Annotated[bool, typer.Option("--all", help="Also list what is as it should be.")]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("doctor", epilog=DOCTOR_EXAMPLES)(doctor)


def doctor(
    *,
    deep: DeepOption = False,
    strict: StrictOption = False,
    everything: AllOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Look at everything that the program stands on, and say what is wrong and what to do.

    Settings, database, clock, disk, book, Kafka, RabbitMQ, Redis, market data, auto-balancer. Exit code 1
    when something fails (with --strict also for warnings). Nothing is changed, nothing secret is shown.
    """
    from fiel.entrypoints.answers.doctor import Patient, examine
    from fiel.entrypoints.worker.lines import unheard
    from fiel.infra.system import SystemClock

    words = words_of(lang)
    patient = Patient(os.environ, Path.home(), sys.platform, SystemClock(), database, deep)
    # The library would say on standard error, with the address, what stands in the finding.
    with unheard("aiormq"):
        found = examine(patient)
    if as_json:
        write_json(answer(found, words))
    else:
        show_findings(found, words, everything=everything)
    bad = {Verdict.FAIL, Verdict.WARN} if strict else {Verdict.FAIL}
    if any(each.verdict in bad for each in found):
        raise typer.Exit(Exit.UNEXPECTED)


def answer(found: Sequence[Finding], words: Words) -> dict[str, object]:
    """The same for programs: the codes are stable, the texts are for people."""
    return {
        "verdict": _worst(found).value,
        "findings": [
            {
                "part": each.part,
                "code": each.code,
                "verdict": each.verdict.value,
                "means": meaning(each, words),
                "do": remedy(each, words),
                "values": {name: str(value) for name, value in each.values.items()},
            }
            for each in found
        ],
    }


def show_findings(found: Sequence[Finding], words: Words, *, everything: bool) -> None:
    """A line for each that is wrong, with what to do; a line of counts at the end."""
    for each in found:
        if each.verdict is Verdict.OK and not everything:
            continue
        told = note(f"doctor_{each.verdict.value}", words)
        write_out(f"{told:<8} {each.part:<12} {meaning(each, words)}")
        if advice := remedy(each, words):
            write_out(f"{'':<8} {'':<12} {note('doctor_do', words)}: {advice}")
    counts = Counter(each.verdict.value for each in found)
    write_out(note("doctor_sum", words, **{each.value: counts[each.value] for each in Verdict}))


def meaning(each: Finding, words: Words) -> str:
    """What a finding means."""
    values = {name: printable(str(value)) for name, value in each.values.items()}
    return _of(MEANINGS, each.code, words).format(**values)


def remedy(each: Finding, words: Words) -> str:
    """What to do about it; empty when it is as it should be."""
    return "" if each.verdict is Verdict.OK else _of(REMEDIES, each.code, words)


def _of(texts: Mapping[str, tuple[str, str]], code: str, words: Words) -> str:
    portuguese, english = texts[code]
    return portuguese if words.lang is Lang.PT else english


def _worst(found: Sequence[Finding]) -> Verdict:
    seen = {each.verdict for each in found}
    return next((each for each in (Verdict.FAIL, Verdict.WARN) if each in seen), Verdict.OK)
