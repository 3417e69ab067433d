"""The colours of the style, by the contrast that people need: computed here from the file itself."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

STYLE = Path(__file__).parents[2] / "src/fiel/entrypoints/web/static/fiel.css"
GROUNDS = ("bg", "surface", "surface2")
TINTED = (("gain", "gain-tint"), ("loss", "loss-tint"), ("error", "error-tint"), ("warn", "warn-tint"))
SERIES = tuple(f"c{place}" for place in range(1, 7))


def _themes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r"([^{}]+)\{([^{}]*--bg:[^{}]*)\}", STYLE.read_text("utf-8"))
    read = [dict(re.findall(r"--([\w-]+):\s*(#[0-9A-F]{6})", body)) for _, body in blocks]
    assert len(read) == 3
    assert read[1] == read[2], "dark by the system and dark by choice are the same"
    return {"light": read[0], "dark": read[1]}


def _light(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_on_every_ground(theme: str) -> None:
    """WCAG AA for text: 4.5 on pages, cards, stripes and on its own tint."""
    colours = _themes()[theme]
    pairs = [(text, ground) for text in ("text", "muted", "link") for ground in GROUNDS]
    pairs += [("text", tint) for _, tint in TINTED] + [("text", "info-tint"), ("text", "band"), *TINTED]
    pairs += [("on-link", "link"), ("link", "info-tint")]
    weak = {pair: ratio for pair in pairs if (ratio := _contrast(colours[pair[0]], colours[pair[1]])) < 4.5}
    assert weak == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_controls_and_series_stand_out(theme: str) -> None:
    """3 to 1 for the edges of controls, for bars, bands behind them and lines on cards."""
    colours = _themes()[theme]
    pairs = [("control", "surface"), ("c1", "surface2"), ("c1", "band"), ("text", "surface")]
    pairs += [(series, "surface") for series in SERIES]
    weak = {pair: ratio for pair in pairs if (ratio := _contrast(colours[pair[0]], colours[pair[1]])) < 3}
    assert weak == {}
    assert all(colours[one] != colours[other] for one, other in combinations(SERIES, 2))
