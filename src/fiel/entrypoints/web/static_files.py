"""Styles, scripts and pictures, under names that hold a hash of their content: kept by browsers for ever."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fiel.kernel.errors import NotFound

PREFIX = "/estatico"
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
}
_HASH_LENGTH = 12


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is served; `packed` is its gzip, where that is shorter."""

    address: str
    media_type: str
    content: bytes
    packed: bytes | None


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """Every static file, by its name in the folder (`fiel.css`, `vendored/htmx.min.js`)."""

    by_name: Mapping[str, StaticFile]

    @classmethod
    def read(cls) -> StaticFiles:
        """The files that come with the package."""
        root = files("fiel.entrypoints.web").joinpath("static")
        return cls({name: _file(name, content) for name, content in sorted(_walk(root, ""))})

    def address(self, name: str) -> str:
        """Where a file is served. Raises `KeyError` for a name that there is not: a defect of a template."""
        return self.by_name[name].address


def router(static: StaticFiles) -> APIRouter:
    """Serves the files under their addresses; any other address is `NotFound`."""
    routes = APIRouter(include_in_schema=False)
    by_address = {each.address: each for each in static.by_name.values()}

    @routes.api_route(PREFIX + "/{path:path}", methods=["GET", "HEAD"])
    def static_file(request: Request) -> Response:
        found = by_address.get(request.url.path)
        if found is None:
            raise NotFound("page_unknown", "there is no such file", field="path")
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        if found.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(found.packed, headers=headers, media_type=found.media_type)
        return Response(found.content, headers=headers, media_type=found.media_type)

    @routes.api_route("/favicon.ico", methods=["GET", "HEAD"])
    def favicon() -> Response:
        icon = static.by_name["favicon.svg"]
        headers = {"Cache-Control": "public, max-age=86400"}
        return Response(icon.content, headers=headers, media_type=icon.media_type)

    return routes


def _walk(folder: Traversable, before: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for each in folder.iterdir():
        if each.is_dir():
            found += _walk(each, f"{before}{each.name}/")
        elif each.name.rpartition(".")[2] in _TYPES:
            found.append((before + each.name, each.read_bytes()))
    return found


def _file(name: str, content: bytes) -> StaticFile:
    stem, _, ending = name.rpartition(".")
    packed = gzip.compress(content, 6, mtime=0)
    digest = sha256(content).hexdigest()[:_HASH_LENGTH]
    address = f"{PREFIX}/{stem}.{digest}.{ending}"
    return StaticFile(address, _TYPES[ending], content, packed if len(packed) < len(content) else None)
