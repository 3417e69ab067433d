"""The pages as somebody uses them who imports files: forms sent with their tokens, and what they show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx

HEAD = (
    "Data do Negócio;Tipo de Movimentação;Mercado;Prazo/Vencimento;Instituição;"
    "Código de Negociação;Quantidade;Preço;Valor"
)
GOOD = "10/01/2025;Compra;Mercado à Vista;-;CLEAR CORRETORA;PETR4;100;37,20;3.720,00"
BAD = "11/01/2025;Compra;Mercado à Vista;-;CLEAR CORRETORA;VALE3;1.00,5;55,50;555,00"
_TOKEN = re.compile(r'name="csrf" value="([^"]*)"')
_VERSION = re.compile(r'name="versao" value="([^"]*)"')
_TAGS = re.compile(r"<[^>]+>")


def trades(*rows: str) -> bytes:
    """A file of B3's trades."""
    return "\n".join((HEAD, *rows)).encode()


def words(answer: httpx.Response) -> str:
    """What a person reads of a page: no tags, single blanks."""
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(_TAGS.sub(" ", bare)).split())


@dataclass(slots=True)
class Visitor:
    """A browser without a script: follows redirects, and sends the token of the page that it was on."""

    client: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        """A page."""
        return self.client.get(path, headers=headers, follow_redirects=True)

    def post(self, on: str, to: str, **fields: Any) -> httpx.Response:
        """Send a form that stands on a page."""
        return self._send(on, to, fields, {})

    def swap(self, on: str, to: str, **fields: Any) -> httpx.Response:
        """The same as a script does, which wants only what changes."""
        return self._send(on, to, fields, {"HX-Request": "true", "HX-Request-Type": "partial"})

    def upload(self, *files: tuple[str, bytes], **fields: str) -> httpx.Response:
        """Choose files on `/importar` and send them."""
        given = [("arquivo", (name, data, "application/octet-stream")) for name, data in files]
        form = {"csrf": self.token("/importar"), **fields}
        return self.client.post(
            "/importar", data=form, files=given, headers=self._from(), follow_redirects=True
        )

    def token(self, on: str) -> str:
        """The token of a page's forms."""
        found = _TOKEN.search(self.client.get(on, follow_redirects=True).text)
        return "" if found is None else found[1]

    def version(self, on: str) -> str:
        """What the button that imports says of the version that it was shown for."""
        found = _VERSION.search(self.client.get(on).text)
        assert found is not None
        return found[1]

    def _send(self, on: str, to: str, fields: Mapping[str, Any], more: dict[str, str]) -> httpx.Response:
        form = {"csrf": self.token(on), **fields}
        return self.client.post(to, data=form, headers=self._from() | more, follow_redirects=True)

    def _from(self) -> dict[str, str]:
        return {"origin": str(self.client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
