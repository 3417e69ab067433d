"""A language that nobody speaks, made from the catalogue: every letter accented, every word 40 % longer.

What stands in a page without accents did not come from the catalogue of the pages.
"""

from __future__ import annotations

import re
from dataclasses import replace
from math import ceil

from fastapi import FastAPI

from fiel.entrypoints.web.catalogue import Catalogue
from fiel.entrypoints.web.rendering import Renderer

LONGER = 0.4
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ODD = "áƀçďéƒğĥíĵķłɱñöƥʠřšťúṽŵẋýžÁɃÇĎÉƑĞĤÍĴĶŁⱮÑÖƤɊŘŠŤÚṼŴẊÝŽ"
_ACCENTED = str.maketrans(_PLAIN, _ODD)
#: Values that are filled in, and characters of HTML, stay as they are.
_KEPT = re.compile(r"({[^{}]*}|&\w+;)")
_WORD = re.compile(r"[^\W\d_]+")


def pseudo(text: str) -> str:
    """The text in the odd language.

    >>> pseudo("Rendeu {gain} em 12 meses")
    'Řéñďéúúúú {gain} éɱɱ 12 ɱéšéššš'
    """
    return "".join(part if _KEPT.fullmatch(part) else _odd(part) for part in _KEPT.split(text))


def speak_oddly(app: FastAPI) -> FastAPI:
    """The application with both languages replaced by the odd one."""
    renderer: Renderer = app.state.renderer
    entries = {key: (pseudo(one), pseudo(other)) for key, (one, other) in renderer.catalogue.entries.items()}
    app.state.renderer = replace(renderer, catalogue=Catalogue(entries))
    return app


def _odd(text: str) -> str:
    return _WORD.sub(lambda found: _longer(found[0].translate(_ACCENTED)), text)


def _longer(word: str) -> str:
    return word + word[-1] * ceil(len(word) * LONGER)
