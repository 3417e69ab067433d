"""Take the pictures of the page in the documentation, docs/images/*.png, in a real Chromium.

Run it with `.venv/bin/python -m scripts.make_page_pictures`. It walks the same journey as
`tests/web/test_import_journey.py`, so that no picture shows what does not happen, and opens the pages of
`fiel serve --demo`. It writes the sample report, too: docs/tutorial/negociacao-2026.xlsx.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tests.support.first_import import FILE, empty_book, sample, walk

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
SAMPLE = ROOT / "docs" / "tutorial" / FILE
CHROMIUM = os.environ.get("FIEL_TEST_CHROMIUM", "/usr/bin/chromium")
#: Wide enough for the menu, high enough for the answer and what is below it.
VIEW = (1000, 720)
BYTES_MAX = 200_000
#: Step of the journey, and where its picture begins: at the top, or at what the step is about.
STEPS = {
    "escolher": ("first-import-1-choose", "h1"),
    "conferir": ("first-import-2-check", "h1"),
    "corrigir": ("first-import-3-mend", "table.check"),
    "pronto": ("first-import-4-done", "h1"),
    "comprar": ("first-import-5-buy", "h1"),
}
#: Pages of the demonstration: name of the picture, address, width and height in pixels.
DEMO = (
    ("page", "/", 1100, 760),
    ("page-invest", "/aportar?valor=20000", 1280, 1000),
    ("page-phone", "/", 390, 760),
)
#: A slow machine may take this long to serve its first page.
START_S = 60.0


def main() -> int:
    """Walk the journey and keep a picture of each step; 1 when one is too large for a page."""
    SAMPLE.write_bytes(sample())
    with (
        tempfile.TemporaryDirectory() as folder,
        empty_book(Path(folder)) as (url, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = _page(browser, url, *VIEW)
        walk(page, SAMPLE, lambda step: _take(page, step))
        with _demonstration(Path(folder)) as shown:
            for name, address, width, height in DEMO:
                _take_demo(_page(browser, shown, width, height), name, address)
        browser.close()
    names = [name for name, _ in STEPS.values()] + [name for name, *_ in DEMO]
    large = [name for name in names if (IMAGES / f"{name}.png").stat().st_size > BYTES_MAX]
    for name in large:
        print(f"docs/images/{name}.png is over {BYTES_MAX:,} bytes", file=sys.stderr)
    return 1 if large else 0


def _page(browser: Browser, url: str, width: int, height: int) -> Page:
    return browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        locale="pt-BR",
        color_scheme="light",
        reduced_motion="reduce",
    ).new_page()


@contextmanager
def _demonstration(folder: Path) -> Iterator[str]:
    """`fiel serve --demo` on a free port; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [str(Path(sys.executable).with_name("fiel")), "serve", "--demo", "--port", str(port)],
        env={**os.environ, "FIEL_DATA_DIR": str(folder / "demonstration")},
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _take_demo(page: Page, name: str, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled", caret="hide")
    print(f"docs/images/{name}.png")


def _take(page: Page, step: str) -> None:
    if step not in STEPS:
        return
    name, place = STEPS[step]
    page.locator("#aviso").wait_for(state="attached")
    page.wait_for_function("!document.querySelector('.htmx-request')")
    page.evaluate(
        "place => window.scrollTo(0, place === 'h1' ? 0 :"
        " document.querySelector(place).getBoundingClientRect().top + window.scrollY - 140)",
        place,
    )
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    raise SystemExit(main())
