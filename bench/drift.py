"""The fleet: how many portfolios a second are tested against their bands, and at how many bytes each."""

from __future__ import annotations

from dataclasses import fields
from functools import partial

import numpy as np

from bench.table import Row
from bench.timing import count, duration, measure
from fiel.rebalancing.fleet.arrays import Fleet, fleet_of
from fiel.rebalancing.fleet.scan import drift_scan

SYMBOLS = 500
ASSETS = 20
CLASSES = 4
BAND_ABSOLUTE, BAND_RELATIVE = 0.05, 0.25


def drift_scans(*, portfolios: int = 1_000_000) -> list[Row]:
    """Nested and flat scan of `portfolios` portfolios of 20 assets on one core."""
    rows = []
    for title, is_nested, goal in (("nested", True, ">= 10 M, aim 25 M"), ("flat", False, "")):
        fleet, prices = random_fleet(portfolios, is_nested=is_nested)
        times = measure(partial(drift_scan, fleet, prices), repeats=7)
        size = bytes_of(fleet) / portfolios
        section = f"drift scan, {portfolios:,} portfolios, {ASSETS} assets of {SYMBOLS}, one core"
        rows += [
            Row(
                section,
                f"{title}: portfolios a second",
                count(portfolios / times.median),
                f"{count(portfolios / max(times.samples))} .. {count(portfolios / min(times.samples))}",
                goal,
            ),
            Row(section, f"{title}: bytes a portfolio", f"{size:.0f}", goal="<= 300" if is_nested else ""),
            Row(
                section, f"{title}: read from memory a second", f"{count(size * portfolios / times.median)}B"
            ),
        ]
        if is_nested:
            rows.append(_numpy_row(section, fleet, prices, times.median))
    return rows


def random_fleet(portfolios: int, *, is_nested: bool) -> tuple[Fleet, np.ndarray]:
    """Portfolios of 20 of 500 symbols in four classes, near enough to target that about half are inside."""
    random = np.random.default_rng(7)
    asset = random.integers(0, SYMBOLS, (portfolios, ASSETS), dtype=np.uint16)
    prices = random.uniform(5, 150, SYMBOLS)
    target = random.uniform(0.5, 1.5, (portfolios, ASSETS)).astype(np.float32)
    target /= target.sum(axis=1, keepdims=True)
    drifted = target * random.uniform(0.74, 1.26, (portfolios, ASSETS)).astype(np.float32)
    quantity = (drifted * 100_000 / prices[asset]).astype(np.float32)
    group = np.repeat(np.arange(CLASSES, dtype=np.uint8), ASSETS // CLASSES)[None, :] if is_nested else None
    symbols = tuple(f"S{i:03d}" for i in range(SYMBOLS))
    fleet = fleet_of(
        symbols, asset, quantity, target, group=group, absolute=BAND_ABSOLUTE, relative=BAND_RELATIVE
    )
    return fleet, prices


def bytes_of(fleet: Fleet) -> int:
    """Memory of all arrays of a fleet."""
    arrays = (getattr(fleet, field.name) for field in fields(fleet))
    return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))


def _numpy_row(section: str, fleet: Fleet, prices: np.ndarray, ours: float) -> Row:
    part = min(len(fleet), 200_000)
    quantity, asset, target = fleet.quantity[:part], fleet.asset[:part], fleet.target[:part]

    def scan() -> np.ndarray:
        value = quantity * prices[asset].astype(np.float32)
        share = value / value.sum(axis=1, keepdims=True)
        out = (np.abs(share - target) > np.minimum(BAND_ABSOLUTE, BAND_RELATIVE * target)).any(axis=1)
        split = (part, CLASSES, ASSETS // CLASSES)
        classes, wanted = share.reshape(split).sum(axis=2), target.reshape(split).sum(axis=2)
        far = np.abs(classes - wanted) > np.minimum(BAND_ABSOLUTE, BAND_RELATIVE * wanted)
        out_of_band: np.ndarray = out | far.any(axis=1)
        return out_of_band

    theirs = measure(scan, repeats=5).median * len(fleet) / part
    return Row(
        section,
        "nested: against numpy",
        duration(ours),
        theirs="the same test in numpy",
        theirs_took=duration(theirs),
        ratio=f"x{theirs / ours:.3g}",
    )
