"""Styles and scripts: what was copied is what was released, names hold hashes, and pages stay light."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from fiel.entrypoints.web.static_files import StaticFiles
from tests.support.served_pages import client_of, pages_app

VENDORED = {
    "vendored/echarts.common.min.js": "61f13280aba3161f77fc801bf5f9c786f55f10432153a0683fc5cc0700b013d5",
    "vendored/htmx.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "vendored/hx-sse.min.js": "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103",
}
AXE = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"


@pytest.mark.parametrize("name", sorted(VENDORED))
def test_a_vendored_file_is_the_released_one(name: str) -> None:
    """Its SHA-256 is that of the package it was copied from."""
    assert sha256(StaticFiles.read().by_name[name].content).hexdigest() == VENDORED[name]


def test_the_vendored_files_are_all_known_and_licensed() -> None:
    """No script comes in without a hash here and a line in LICENSES.md."""
    names = {name for name in StaticFiles.read().by_name if name.startswith("vendored/")}
    folder = Path(__file__).parents[2] / "src/fiel/entrypoints/web/static/vendored"
    licences = (folder / "LICENSES.md").read_text("utf-8")
    assert names == set(VENDORED)
    assert all(name.removeprefix("vendored/") in licences for name in names)


def test_axe_is_the_released_one() -> None:
    """What judges accessibility is not changed by us."""
    content = (Path(__file__).parent / "vendored" / "axe.min.js").read_bytes()
    assert sha256(content).hexdigest() == AXE


def test_static_addresses_are_kept_for_ever_and_packed(tmp_path: Path) -> None:
    """The style is under a name with its hash, immutable, in gzip; another hash is not found."""
    with pages_app(tmp_path) as (app, _), client_of(app) as client:
        address = StaticFiles.read().address("fiel.css")
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        assert f'href="{address}"' in client.get("/").text
        assert client.get("/estatico/fiel.000000000000.css").status_code == 404
        assert client.get("/estatico/../rendering.py").status_code == 404


def test_the_first_load_is_light() -> None:
    """Style, htmx and charts together stay far below 500 kB packed."""
    files = StaticFiles.read().by_name
    packed = {name: len(each.packed or each.content) for name, each in files.items()}
    assert packed["fiel.css"] <= 15_000
    assert packed["vendored/htmx.min.js"] + packed["vendored/hx-sse.min.js"] <= 17_000
    assert sum(packed.values()) <= 400_000
