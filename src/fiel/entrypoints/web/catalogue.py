"""All text of the pages, in both languages; templates hold none of their own.

Each page keeps its entries in a module of `words`; they are joined here, once, and no key may come twice.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module

from markupsafe import Markup, escape

from fiel.copilot.plan_view.words import Lang
from fiel.entrypoints.web import words

Entries = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Catalogue:
    """Portuguese and English by key."""

    entries: Entries

    @classmethod
    def read(cls) -> Catalogue:
        """The entries of all pages. Raises `ValueError` for a key that two modules have."""
        modules = sorted(each.name for each in pkgutil.iter_modules(words.__path__))
        return cls.joined((name, import_module(f"{words.__name__}.{name}").WORDS) for name in modules)

    @classmethod
    def joined(cls, parts: Iterable[tuple[str, Entries]]) -> Catalogue:
        """One catalogue of several. Raises `ValueError` for a double."""
        all_of_them: dict[str, tuple[str, str]] = {}
        for name, entries in parts:
            if doubles := sorted(all_of_them.keys() & entries.keys()):
                raise ValueError(f"words of {name} that others have too: {', '.join(doubles)}")
            all_of_them.update(entries)
        return cls(all_of_them)

    def of(self, lang: Lang) -> Texts:
        """The texts in one language."""
        return self._languages[lang]

    @cached_property
    def _languages(self) -> Mapping[Lang, Texts]:
        return {
            lang: Texts(lang, {key: both[place] for key, both in self.entries.items()})
            for place, lang in enumerate(Lang)
        }


@dataclass(frozen=True, slots=True)
class Texts:
    """`t("key", name=value)`: the text with its values filled in, all of it safe to stand in a page."""

    lang: Lang
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> Markup:
        """Raises `KeyError` for a key that there is not."""
        text = escape(self.texts[key])
        return text.format(**values) if values else text

    def plain(self, key: str, /, **values: object) -> str:
        """The same as plain text, for what is not HTML (chart descriptions, files)."""
        text = self.texts[key]
        return text.format(**values) if values else text

    def count(self, key: str, number: int, **values: object) -> Markup:
        """`key` for one, `key` + `s` for any other number; it is filled in as `n`."""
        return self(key if number == 1 else f"{key}s", n=number, **values)

    def knows(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.texts
