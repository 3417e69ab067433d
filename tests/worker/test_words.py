"""What `fiel worker` and `fiel serve` say of themselves, in both languages."""

from __future__ import annotations

import pytest
from typer.main import get_command

from fiel.entrypoints.cli.everything import app
from fiel.entrypoints.words.serving import SERVING_HELP_PT
from tests.support.command_line import CliRunner


@pytest.mark.parametrize(
    ("command", "portuguese", "english"),
    [
        (("worker",), "Os processos que ficam", "The processes that stay"),
        (("worker", "custody"), "o lote em mãos é terminado", "the batch in hand is finished"),
        (("serve",), "qualquer outro endereço precisa de um dono", "any other address needs an owner"),
    ],
)
def test_help_is_in_the_reader_s_language(command: tuple[str, ...], portuguese: str, english: str) -> None:
    """The same help in either language, and nothing of the other in it."""
    for lang, mine, other in (("pt", portuguese, english), ("en", english, portuguese)):
        environment = {"COLUMNS": "300", "FIEL_LANG": lang}
        shown = CliRunner().invoke(app, [*command, "--help"], env=environment).stdout
        assert mine in shown
        assert other not in shown


@pytest.mark.parametrize("name", ["worker", "serve"])
def test_every_option_of_ours_is_translated(name: str) -> None:
    """A help text that was changed in one language only would show in English."""
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    command = getattr(command, "commands", {}).get("custody", command)
    shared = {"--database", "--lang", "--help"}
    helps = [each.help for each in command.params if not shared & set(each.opts)]
    assert helps
    assert [text for text in helps if text not in SERVING_HELP_PT] == []
