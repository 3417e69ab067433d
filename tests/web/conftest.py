"""A real Chromium before the served demonstration; what breaks the content policy or a script fails the test.

Screenshots go to `tests/web/artefacts/` (`look(page, "overview-390-dark")`), for people to look at.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from fiel.entrypoints.http import create_app
from fiel.entrypoints.worker.demonstrating import DemonstrationBeside
from tests.support.served_pages import pages_app, served, settings_of

CHROMIUM = os.environ.get("FIEL_TEST_CHROMIUM", "/usr/bin/chromium")
ARTEFACTS = Path(__file__).parent / "artefacts"
AXE = Path(__file__).parent / "vendored" / "axe.min.js"
WIDTHS = {"phone": 390, "desktop": 1100}
Theme = Literal["light", "dark"]
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_LISTEN = """
window.__broken = [];
document.addEventListener("securitypolicyviolation", function (event) {
  window.__broken.push(event.violatedDirective + " " + event.blockedURI + " " + (event.sample || ""));
});
"""


@dataclass(slots=True)
class Chromium:
    """A browser that opens pages and remembers what went wrong in each."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def open(
        self, base: str, *, width: int = 1100, theme: Theme = "light", script: bool = True, **options: Any
    ) -> Page:
        """A new page (a new visitor: no cookies) of the site at `base`; go on with `page.goto("/")`."""
        context = self.browser.new_context(
            base_url=base,
            viewport={"width": width, "height": 844 if width < 700 else 900},
            color_scheme=theme,
            java_script_enabled=script,
            locale="pt-BR",
            timezone_id="America/Sao_Paulo",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(20_000)
        if script:
            context.add_init_script(_LISTEN)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._console(message))  # noqa: PLW0108 (Playwright marks it)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        return page

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    def close(self) -> None:
        """All pages of the test."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window. Missing: not run, or failed under FIEL_REQUIRE_SERVICES=1."""
    if shutil.which(CHROMIUM) is None:
        why = f"no Chromium at {CHROMIUM}: apt-get install chromium fonts-dejavu-core, or FIEL_TEST_CHROMIUM"
        if os.environ.get("FIEL_REQUIRE_SERVICES") == "1":
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def chromium(browser: Browser) -> Iterator[Chromium]:
    """Opens pages; at the end nothing may have broken the content policy or a script."""
    opened = Chromium(browser)
    yield opened
    for context in opened.contexts:
        for page in context.pages:
            opened.troubles += _broken(page)
    opened.close()
    assert opened.troubles == []


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration, served: the address of its first page. Shared: do not change its book."""
    folder = tmp_path_factory.mktemp("demo")
    beside = DemonstrationBeside(settings_of(folder))
    try:
        with served(create_app(beside())) as url:
            yield url
    finally:
        beside.close()


@pytest.fixture
def own_demo_site(tmp_path: Path) -> Iterator[str]:
    """A demonstration for one test alone, which may change its book."""
    beside = DemonstrationBeside(settings_of(tmp_path))
    try:
        with served(create_app(beside())) as url:
            yield url
    finally:
        beside.close()


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[str]:
    """An empty book, served, with the demonstration beside it."""
    beside = DemonstrationBeside(settings_of(tmp_path))
    try:
        with pages_app(tmp_path, demonstration=beside) as (app, _), served(app) as url:
            yield url
    finally:
        beside.close()


@pytest.fixture
def look() -> Callable[[Page, str], Path]:
    """Keeps a picture of the whole page for people: `look(page, "overview-390-dark")`."""

    def kept(page: Page, name: str) -> Path:
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return kept


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """The violations of WCAG 2.2 AA on a page, each with the places; none is what is wanted."""

    def violations(page: Page) -> list[str]:
        page.evaluate(AXE.read_text("utf-8"))
        told = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", _TAGS)
        return [
            f"{one['id']}: {one['help']}: {[place['target'] for place in one['nodes']][:5]}"
            for one in told["violations"]
        ]

    return violations


def _broken(page: Page) -> list[str]:
    try:
        return [f"content policy: {each}" for each in page.evaluate("window.__broken || []")]
    except Error:
        return []
