"""Instances: problems as JSON, one or a folder of them, answered as JSON. A refusal is an answer too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fiel.copilot.plan_view.record import Record, answer_record, refusal_record
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.exits import Exit, exit_of
from fiel.entrypoints.cli.failures import show_failure, show_note
from fiel.entrypoints.cli.screen import screen, write_out
from fiel.entrypoints.cli.writing import write_whole
from fiel.entrypoints.words.notes import counted, note
from fiel.kernel.errors import FielError, InvalidInput, InvalidInputs, NotFound, Rejected

INTERNAL_ERROR = "internal_error"


def answer_file(source: Path, output: Path | None, max_nodes: int | None, words: Words) -> None:
    """Answer one instance; a refusal is written too, and told by the exit code (3).

    Raises `NotFound` when there is no such file.
    """
    record, refusal = _answered(source, max_nodes)
    if isinstance(refusal, NotFound):
        raise refusal
    text = _json(record)
    if output is None:
        write_out(text)
    else:
        write_whole(output, text)
    if refusal is not None:
        show_failure(refusal, words)
        raise typer.Exit(Exit.REFUSED if isinstance(refusal, Rejected) else exit_of(refusal))


def answer_folder(source: Path, output: Path, max_nodes: int | None, words: Words) -> None:
    """Answer every *.json of a folder, in the order of their names, into files of the same names.

    Raises `NotFound` without the folder. A defect on one instance is written as `internal_error`, the
    run goes on, and the exit code is 1.
    """
    if not source.is_dir():
        raise NotFound("folder_not_found", f"there is no folder {source}", field=str(source))
    _make_folder(output)
    solved = refused = defects = 0
    for file in _with_progress(sorted(source.glob("*.json")), words):
        record = _answered_whatever(file, max_nodes)
        write_whole(output / file.name, _json(record))
        code = record["refused"]["code"] if "refused" in record else None
        solved, refused = solved + (code is None), refused + (code is not None)
        defects += code == INTERNAL_ERROR
    show_note(note("instances_done", words, solved=solved, refused=refused, folder=output))
    if defects:
        show_note(counted("unexpected_batch", defects, words), "bold red")
        raise typer.Exit(Exit.UNEXPECTED)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{folder} cannot be made: {error.strerror}"
        raise InvalidInput("file_not_writable", message, field=str(folder)) from None


def _answered_whatever(file: Path, max_nodes: int | None) -> Record:
    try:
        return _answered(file, max_nodes)[0]
    except Exception as error:  # noqa: BLE001 (one defect must not take the other answers with it)
        message = f"{type(error).__name__}: {error}"
        return {"id": file.stem, "refused": {"code": INTERNAL_ERROR, "message": message, "field": None}}


def _answered(file: Path, max_nodes: int | None) -> tuple[Record, FielError | None]:
    """The answer and, when it is a refusal, the error; the id is the instance's, or the file's name."""
    from fiel.copilot.buying import solved
    from fiel.copilot.files.instance import read_instance

    name = file.stem
    try:
        problem = read_instance(file)
        name = problem.id
        return answer_record(solved(problem, max_nodes=max_nodes).solution), None
    except FielError as error:
        return _refused(error.details.get("id", name), error), error


def _refused(name: str, error: FielError) -> Record:
    """One code and field; when there are several problems, those of the first and all the messages."""
    record = refusal_record(name, error)
    if isinstance(error, InvalidInputs) and error.problems:
        first = error.problems[0]
        message = "; ".join(problem.message for problem in error.problems)
        record["refused"] = {"code": first.code, "message": message, "field": first.field}
    return record


def _json(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _with_progress(files: list[Path], words: Words) -> Iterator[Path]:
    """The files one by one; a bar on standard error when it is a terminal."""
    console = screen(stderr=True)
    if not console.is_terminal:
        yield from files
        return
    columns: Iterable[TextColumn | BarColumn | MofNCompleteColumn | TimeRemainingColumn] = (
        TextColumn(note("instances", words)),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(files)
