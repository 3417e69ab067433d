"""The menu: seven places, and what is behind "more"; on a phone five of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the menu. `key`: its text. `on_phone`: in the bottom bar too. `more`: listed behind it."""

    path: str
    key: str
    icon: str
    on_phone: bool = False
    more: bool = False
    current: bool = False


PLACES = (
    Place("/", "nav_overview", "home", on_phone=True),
    Place("/aportar", "nav_invest", "plus", on_phone=True),
    Place("/proventos", "nav_income", "calendar", on_phone=True),
    Place("/rentabilidade", "nav_performance", "line"),
    Place("/carteira", "nav_holdings", "wallet", on_phone=True),
    Place("/alvos", "nav_targets", "target"),
    Place("/lancamentos", "nav_entries", "list", more=True),
    Place("/importar", "nav_import", "upload", more=True),
    Place("/impostos", "nav_taxes", "tax", more=True),
    Place("/automatico", "nav_auto", "auto", more=True),
    Place("/fontes", "nav_sources", "sources", more=True),
)
#: Only for who rules over the whole program.
ACCESS = Place("/acesso", "nav_access", "key", more=True)


def navigation(path: str, *, rules: bool = False) -> tuple[Place, ...]:
    """The places, with the one that the path belongs to marked; with `rules`, who may come in as well."""
    current = {"/importacoes": "/importar"}.get(f"/{path.split('/')[1]}", f"/{path.split('/')[1]}")
    return tuple(
        Place(each.path, each.key, each.icon, each.on_phone, each.more, each.path == current)
        for each in ((*PLACES, ACCESS) if rules else PLACES)
    )
