"""Draw the pictures of the documentation from what the program really prints: docs/images/*.svg.

Run it with `python scripts/make_pictures.py`; the same program gives the same bytes.
"""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.cli.demo import demonstration

IMAGES = Path(__file__).parent.parent / "docs" / "images"
WIDTH = 88
#: No font is fetched from elsewhere: a picture in a README may not, and the text is fixed in width anyway.
FONT_FACES = re.compile(r"@font-face \{\{.*?\}\}", re.DOTALL)
FONTS = '"DejaVu Sans Mono", Menlo, Consolas, ui-monospace'
THEME = TerminalTheme(
    (18, 22, 27),
    (226, 230, 235),
    [(40, 44, 52), (240, 113, 120), (126, 211, 133), (240, 200, 90), (110, 165, 240), (198, 140, 235),
     (96, 200, 210), (200, 205, 212)],
    [(110, 118, 129), (255, 140, 145), (150, 230, 155), (255, 220, 120), (140, 190, 255), (215, 165, 250),
     (130, 220, 230), (255, 255, 255)],
)  # fmt: skip


def main() -> None:
    """Draw every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, lang in (("demo.svg", Lang.PT), ("demo-en.svg", Lang.EN)):
        (IMAGES / name).write_text(picture(Words(lang)), encoding="utf-8", newline="\n")
        print(f"docs/images/{name}")


def picture(words: Words) -> str:
    """The first question of the demonstration as an SVG."""
    console = Console(
        record=True, width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor",
        legacy_windows=False, markup=False, emoji=False, highlight=False, _environ={},
    )  # fmt: skip
    for block in demonstration(console, words, ("1000",))[:-3]:
        console.print(block)
    # Some renderers drop the blanks at the start of a text, and with them indents and alignment.
    layout = CONSOLE_SVG_FORMAT.replace("<svg ", '<svg xml:space="preserve" ', 1)
    layout = FONT_FACES.sub("", layout).replace("Fira Code", FONTS.replace('"', "'"))
    drawn = console.export_svg(title="fiel demo", theme=THEME, code_format=layout, unique_id="fiel-demo")
    return re.sub(r"[ \t]+\n", "\n", drawn)


if __name__ == "__main__":
    main()
