"""Signing in and out in a real browser, with the keyboard, and without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.support.access import PASSWORD, Guarded, guarded
from tests.web.conftest import WIDTHS, Chromium

Look = Callable[[Page, str], Path]
Axe = Callable[[Page], list[str]]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Guarded]:
    """A served book with an owner."""
    with guarded(tmp_path) as app:
        app.access.set_owner("dona", PASSWORD)
        yield app


def _address(door: Guarded) -> str:
    return str(door.client.base_url).rstrip("/")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("device", sorted(WIDTHS))
def test_the_sign_in_page_is_readable_everywhere(
    chromium: Chromium, door: Guarded, look: Look, axe: Axe, theme: Literal["light", "dark"], device: str
) -> None:
    """Both themes and widths, and axe finds nothing."""
    page = chromium.open(_address(door), width=WIDTHS[device], theme=theme)
    page.goto("/aportar")
    expect(page.get_by_role("heading", name="Quem é você?")).to_be_visible()
    look(page, f"sign-in-{device}-{theme}")
    assert axe(page) == []


def test_one_signs_in_with_the_keyboard_and_out_again(chromium: Chromium, door: Guarded) -> None:
    """Enter sends the form; the page that was asked for comes; after leaving, back shows nothing."""
    page = chromium.open(_address(door), width=1100)
    page.goto("/mais")
    page.get_by_label("Senha").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{_address(door)}/mais")
    page.locator("summary[aria-label]").click()
    page.get_by_role("button", name="Sair").click()
    expect(page.get_by_role("status")).to_contain_text("Você saiu")
    page.goto("/mais")
    expect(page.get_by_role("heading", name="Quem é você?")).to_be_visible()


def test_one_signs_in_without_a_script(chromium: Chromium, door: Guarded) -> None:
    """A form is a form."""
    page = chromium.open(_address(door), width=390, script=False)
    page.goto("/mais")
    page.get_by_label("Nome").fill("dona")
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    expect(page).to_have_url(f"{_address(door)}/mais")


def test_the_reference_keeps_to_the_content_policy(chromium: Chromium, door: Guarded) -> None:
    """Its own style is let in by its digest, and it looks like a page."""
    page = chromium.open(_address(door), width=1100)
    page.goto("/docs")
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"


def test_another_sites_form_changes_nothing(chromium: Chromium, door: Guarded, tmp_path: Path) -> None:
    """A page elsewhere posts to the book of whoever is signed in; the browser tells on it."""
    page = chromium.open(_address(door), width=1100)
    page.goto("/entrar")
    page.get_by_label("Senha").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Quem é você?")).to_have_count(0)
    evil = (
        f'<form method="post" action="{_address(door)}/api/v1/wallet/ana/deposit?amount=10.00">'
        "<button>win</button></form>"
    )
    page.route("http://evil.example/**", lambda route: route.fulfill(body=evil, content_type="text/html"))
    page.goto("http://evil.example/")
    # The browser tells of the refusal a little after it got it.
    with (
        page.expect_console_message(lambda told: "status of 40" in told.text),
        page.expect_response("**/deposit**") as answered,
    ):
        page.get_by_role("button", name="win").click()
    assert answered.value.status in {401, 403}
    chromium.troubles[:] = [each for each in chromium.troubles if "status of 40" not in each]
    assert door.access.deeds(wallet="ana") == []
