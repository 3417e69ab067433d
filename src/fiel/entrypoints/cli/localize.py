"""Help in the user's language: the texts in the code are English, the catalogue has the Portuguese."""

from __future__ import annotations

from typing import Any

from fiel.copilot.plan_view.words import Lang
from fiel.entrypoints.words.help import HELP_PT, PANELS_PT


def localize(command: Any, lang: Lang) -> None:
    """Put the help of a command, its parameters and its subcommands into `lang`.

    The command objects are built anew for each run, so nothing that outlives the run changes.
    """
    if lang is Lang.EN:
        return
    for attribute in ("help", "short_help", "epilog"):
        text = getattr(command, attribute, None)
        if text:
            setattr(command, attribute, HELP_PT.get(text, text))
    for parameter in _parameters(command):
        parameter.help = HELP_PT.get(parameter.help or "", parameter.help)
        panel = "argument" if parameter.param_type_name == "argument" else "option"
        parameter.rich_help_panel = PANELS_PT.get(parameter.rich_help_panel or panel)
    for child in getattr(command, "commands", {}).values():
        child.rich_help_panel = PANELS_PT["command"]
        localize(child, lang)


def help_texts(command: Any) -> list[str]:
    """Every help text of a command and of what is below it, in order."""
    found = [text for text in (command.help, command.short_help, command.epilog) if text]
    found += [parameter.help for parameter in _parameters(command) if parameter.help]
    for child in getattr(command, "commands", {}).values():
        found += help_texts(child)
    return found


def _parameters(command: Any) -> list[Any]:
    context = command.make_context(command.name or "fiel", [], resilient_parsing=True)
    option = command.get_help_option(context)
    return [*command.params, *([option] if option is not None else [])]
