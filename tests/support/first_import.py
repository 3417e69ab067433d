"""The first import of somebody who never saw the program: a report of B3's shape, and what happens with it.

The test drives it, and `scripts/make_page_pictures.py` takes its pictures, so that the page of the
documentation cannot show what does not happen. All trades are invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Page

from fiel.bootstrap import OpenCustody
from fiel.custody.ports import LastPrice
from fiel.custody.store.prices import StoredPrices
from fiel.kernel.clock import FixedClock
from tests.support.import_files import TRADE_HEADER, Value, negociacao, trade, workbook
from tests.support.served_pages import pages_app, served

NOW = datetime(2026, 11, 19, 21, 30, tzinfo=UTC)
CLOSE = datetime(2026, 11, 19, 20, 7, tzinfo=UTC)
FILE = "negociacao-2026.xlsx"
#: What the market's worker would have kept: reais per unit.
PRICES = {"PETR4": "38.10", "ITUB4": "33.40", "VALE3": "61.90", "HGLG11": "158.20", "BOVA11": "129.75"}
#: What each asset is that a ticker alone does not tell.
KINDS = {"HGLG11": "fii", "BOVA11": "etf"}
WRONG = "1.00,5"


def sample() -> bytes:
    """Ten trades, one of them told twice, one with a quantity that is no number."""
    rows: list[tuple[Value, ...]] = [
        trade("PETR4", 100, "35.40", day="12/01/2026"),
        trade("ITUB4", 100, "31.15", day="12/01/2026"),
        trade("HGLG11", 10, "156.80", day="09/02/2026"),
        trade("BOVA11", 15, "124.30", day="09/02/2026"),
        trade("VALE3F", 20, "58.75", day="16/03/2026", market="Mercado Fracionário"),
        trade("PETR4F", 30, "36.90", day="13/04/2026", market="Mercado Fracionário"),
        trade("HGLG11", 10, "157.45", day="11/05/2026"),
        trade("HGLG11", 10, "157.45", day="11/05/2026"),
        trade("VALE3F", 10, "62.00", day="20/07/2026", side="Venda", market="Mercado Fracionário"),
    ]
    broken = list(trade("ITUB4F", 50, "32.80", day="14/09/2026", market="Mercado Fracionário"))
    broken[6] = WRONG
    return workbook({"Negociação": [TRADE_HEADER, *rows, tuple(broken)]})


def sound() -> bytes:
    """The same without anything to settle."""
    return negociacao(trade("PETR4", 100, "35.40", day="12/01/2026"))


def keep_prices(opened: OpenCustody) -> None:
    """As the market's worker does."""
    StoredPrices(opened.database).put(
        [LastPrice(name, int(Decimal(price) * 10**9), "BRL", CLOSE, "B3") for name, price in PRICES.items()]
    )


@contextmanager
def empty_book(folder: Path) -> Iterator[tuple[str, OpenCustody]]:
    """An empty book at the time of the journey, with the prices of its close: its address, and the book."""
    with pages_app(folder, clock=FixedClock(NOW)) as (app, opened), served(app) as url:
        keep_prices(opened)
        yield url, opened


Seen = Callable[[str], None]


def walk(page: Page, file: Path, seen: Seen) -> None:
    """From an empty page to a buy list, by what stands on the page alone; `seen` is told at each step."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Importar").first.click()
    page.set_input_files("#arquivo", str(file))
    seen("escolher")
    page.get_by_role("button", name="Ler e conferir").click()
    page.get_by_text("10 linhas").first.wait_for()
    seen("conferir")
    _mend(page, seen)
    seen("corrigido")
    _settle_the_twin(page)
    page.get_by_role("button", name="Importar 9 linhas").click()
    page.get_by_text("9 linhas entraram na carteira.").wait_for()
    for asset, kind in KINDS.items():
        page.select_option(f"#e-{asset}", kind)
    seen("pronto")
    page.get_by_role("button", name="Usar a carteira atual como alvo").click()
    page.locator("#valor").wait_for()
    page.fill("#valor", "1.000,00")
    page.keyboard.press("Enter")
    page.locator("#resposta", has_text="Compre").wait_for()
    seen("comprar")


def _mend(page: Page, seen: Seen) -> None:
    """The row that could not be read: opened, corrected, kept, without the page being loaded again."""
    row = page.locator("tr", has_text=WRONG)
    row.get_by_role("link", name="Corrigir").click()
    page.get_by_label("Quantidade", exact=True).wait_for()
    seen("corrigir")
    page.get_by_label("Quantidade", exact=True).fill("50")
    page.get_by_role("button", name="Salvar").click()
    page.get_by_text("corrigida por você").wait_for()
    page.get_by_role("button", name="Importar 10 linhas").wait_for()


def _settle_the_twin(page: Page) -> None:
    """Two equal rows: the person knows that it was one."""
    page.get_by_role("button", name="Ignorar Linha 9", exact=True).click()
    page.get_by_role("button", name="Importar 9 linhas").wait_for()
