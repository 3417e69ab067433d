"""Where only the investor can say what an asset is, the page asks, and speaks of no command."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from fiel.entrypoints.http import create_app
from fiel.entrypoints.worker.demonstrating import DemonstrationBeside
from tests.support.import_pages import Visitor, words
from tests.support.served_pages import HTML, served, settings_of


@pytest.fixture
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """The pages of the demonstration, which has two titles that no ticker tells about."""
    beside = DemonstrationBeside(settings_of(tmp_path_factory.mktemp("demo")))
    try:
        with (
            served(create_app(beside())) as url,
            httpx.Client(base_url=url, headers=HTML, timeout=60) as client,
        ):
            yield Visitor(client)
    finally:
        beside.close()


def test_the_forms_of_the_year_ask_what_a_title_is_and_then_are_there(visitor: Visitor) -> None:
    """One question at a time with the likely answer chosen; answered, the forms are laid out."""
    page = visitor.get("/impostos")
    asked = []
    while found := re.search(r'name="ativo" value="([^"]+)"', page.text):
        assert "--category" not in words(page)
        likely = re.search(r'<option value="([^"]+)" selected', page.text)
        assert likely is not None
        asked.append(found[1])
        page = visitor.post("/impostos", "/impostos/categorias", ativo=found[1], categoria=likely[1])
        assert page.status_code == 200
        assert len(asked) < 5

    assert asked == ["CDBCDI2027", "TESOUROSELIC2029"]
    assert "Bens e direitos" in words(page)
