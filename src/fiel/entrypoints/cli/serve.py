"""`fiel serve`: the wallet over HTTP."""

from __future__ import annotations

import webbrowser
from dataclasses import replace
from typing import Annotated

import typer

from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.screen import LangOption, words_of
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.cli.worker import PORT_MAX, KafkaOption, LogFormatOption, logged, with_kafka
from fiel.entrypoints.words.notes import note

RedisOption = Annotated[
    str | None,
    typer.Option(
        "--redis",
        metavar="URL",
        help="Redis with the last prices, such as redis://host:6379/0 "
        "(default: FIEL_REDIS_URL, else the prices in the database).",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("serve", epilog="Example: fiel serve --port 8000")(serve)


def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=PORT_MAX, help="The port to listen on (0: any).")] = 8000,
    database: DatabaseOption = None,
    redis: RedisOption = None,
    kafka: KafkaOption = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Serve the demonstration, from a file of its own; no book is opened."),
    ] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    log_format: LogFormatOption = "text",
    lang: LangOption = "pt",
) -> None:
    """Serve the pages and the API, with health and metrics, until stopped; on a laptop the day's jobs too.

    On 127.0.0.1 whoever uses this machine may use it; any other address needs an owner or keys.
    """
    from fiel.entrypoints.worker.serving import serve as serve_http
    from fiel.entrypoints.worker.serving import serve_demonstration
    from fiel.settings import redis_address

    words = words_of(lang)
    settings = with_kafka(settings_here(), kafka)
    if redis is not None:
        settings = replace(settings, outside=replace(settings.outside, redis_url=redis_address(redis)))

    def told(url: str) -> None:
        show_note(note("serving", words, url=url))
        if open_browser:
            webbrowser.open(url)

    with logged(log_format):
        if demo:
            serve_demonstration(settings, host, port, told=lambda url, _: told(url), lang=words.lang)
        else:
            serve_http(settings, host, port, database, told=told, lang=words.lang)
