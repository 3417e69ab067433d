"""How a visitor wants the pages: kept in cookies, applied on the server, so that nothing flashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fiel.copilot.plan_view.words import Lang

LANG, THEME, HIDDEN, COLOURS, WALLET, NOTICE, DEMO = (
    "fiel_idioma",
    "fiel_tema",
    "fiel_ocultar",
    "fiel_cores",
    "fiel_carteira",
    "fiel_aviso",
    "fiel_demonstracao",
)
THEMES, COLOUR_SETS = ("auto", "light", "dark"), ("green-red", "blue-orange")
YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    """`theme`: auto, light or dark. `hidden`: amounts are dots. `colours` of gain and loss."""

    lang: Lang = Lang.PT
    theme: str = "auto"
    hidden: bool = False
    colours: str = "green-red"

    @classmethod
    def of(cls, cookies: Mapping[str, str], default: Lang = Lang.PT) -> Preferences:
        """From cookies; anything that is not one of the choices is the default."""
        lang, theme, colours = cookies.get(LANG, ""), cookies.get(THEME, ""), cookies.get(COLOURS, "")
        return cls(
            Lang(lang) if lang in set(Lang) else default,
            theme if theme in THEMES else THEMES[0],
            cookies.get(HIDDEN) == "1",
            colours if colours in COLOUR_SETS else COLOUR_SETS[0],
        )

    @property
    def tag(self) -> str:
        """The language as browsers name it."""
        return "pt-BR" if self.lang is Lang.PT else "en"
