"""`fiel api`: the documents that describe what Fiel says and understands, written to files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.writing import write_whole
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput

OutputOption = Annotated[
    Path | None,
    typer.Option("--output", metavar="FOLDER", help="Write files there (default: standard output)."),
]


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(name="api", invoke_without_command=True, callback=_api)
    group.command("openapi", epilog="Example: fiel api openapi > openapi.json")(openapi)
    group.command("asyncapi", epilog="Example: fiel api asyncapi > asyncapi.json")(asyncapi)
    group.command("schemas", epilog="Example: fiel api schemas --output docs/reference/schemas")(schemas)
    app.add_typer(group)


def _api(context: typer.Context) -> None:
    """Write the OpenAPI document, the AsyncAPI document, and JSON Schemas of every message."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def openapi(*, output: OutputOption = None, lang: LangOption = "pt") -> None:
    """The HTTP API: OpenAPI 3.1, with examples and every problem that may be answered."""
    from fiel.entrypoints.contracts.documents import OPENAPI

    _write([OPENAPI], output, lang)


def asyncapi(*, output: OutputOption = None, lang: LangOption = "pt") -> None:
    """Every topic and queue: AsyncAPI 3, with the schema and an example of each message."""
    from fiel.entrypoints.contracts.documents import ASYNCAPI

    _write([ASYNCAPI], output, lang)


def schemas(*, output: OutputOption = None, lang: LangOption = "pt") -> None:
    """All of it into a folder: both documents, and a versioned JSON Schema of each message."""
    if output is None:
        raise InvalidInput("output_missing", "say where: --output FOLDER", field="--output")
    _write(None, output, lang)


def _write(names: list[str] | None, output: Path | None, lang: str) -> None:
    from fiel.entrypoints.contracts.documents import documents

    words, found = words_of(lang), documents()
    for name in names or found:
        if output is None:
            write_out(found[name].rstrip("\n"))
            continue
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, found[name])
        write_out(note("plan_written", words, file=path))
