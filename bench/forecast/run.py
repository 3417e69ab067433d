"""The forecast of income beside the naive rule, walked forward over real dividends.

    python bench/forecast/run.py [FILE] [--unseen]

FILE: a CSV with com_date, payment_date, ticker, type, value and, when known, approval_date. Without one, the
dividends beside the repository (../shared/data/b3/dividends) when they are there, else the packaged ones.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from bench.forecast.measuring import Measures, measured  # noqa: E402
from bench.forecast.reading import Histories, of_file, packaged  # noqa: E402
from bench.forecast.share_changes import share_changes  # noqa: E402
from bench.forecast.walking import FIRST_YEAR, LAST_YEAR, NAIVE, OURS, Score, Walk, walk  # noqa: E402
from fiel.income.forecast import forecast  # noqa: E402

BESIDE = ROOT.parent / "shared/data/b3/dividends/dividends_b3_labels_2009_2024.csv"
HALF = 2017
HEAD = f"{'':36}{'median':>8}{'mean':>8}{'symm.':>8}{'ratio':>8}{'better':>8}{'months':>8}{'better':>8}"


def main() -> None:
    """Print the measures of all years and of both halves, what was refused, and the time of one forecast."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="dividends as CSV")
    parser.add_argument(
        "--unseen", action="store_true", help="only assets that are not in the packaged figures"
    )
    asked = parser.parse_args()
    path: Path | None = asked.file or (BESIDE if BESIDE.exists() else None)
    histories = of_file(path) if path else packaged()
    if asked.unseen:
        seen = packaged()
        histories = {asset: rows for asset, rows in histories.items() if asset not in seen}
    print(f"{len(histories)} assets of {path.name if path else 'the packaged figures'}\n")
    found = walk(histories)
    for first, last in ((FIRST_YEAR, LAST_YEAR), (FIRST_YEAR, HALF), (HALF + 1, LAST_YEAR)):
        _print(f"origins {first} to {last}", measured(found.scores, first, last))
    _print("all years, with what was refused counted as nothing", measured(_with_refused(found)))
    _print_rest(found, histories)


def _with_refused(found: Walk) -> dict[str, list[Score]]:
    pairs = [pair for some in found.refused.values() for pair in some]
    return {
        NAIVE: found.scores[NAIVE] + [naive for naive, _ in pairs],
        OURS: found.scores[OURS] + [nothing for _, nothing in pairs],
    }


def _print(title: str, rows: dict[str, Measures]) -> None:
    some = next(iter(rows.values()))
    print(f"{title}: {some.origins} of {some.assets} assets\n{HEAD}")
    for rule, each in rows.items():
        print(
            f"{rule:36}{each.median_percent:8.1%}{each.mean_percent:8.1%}{each.symmetric:8.3f}"
            f"{each.ratio:8.3f}{each.better:8}{each.month_ratio:8.3f}{each.month_better:8}"
        )
    print()


def _print_rest(found: Walk, histories: Histories) -> None:
    for reason, pairs in found.refused.items():
        nothing = sum(not naive.paid for naive, _ in pairs)
        print(f"refused, {reason}: {len(pairs)} origins, of which {nothing} paid nothing after")
    print("method chosen: " + ", ".join(f"{name} {times}" for name, times in found.chosen.most_common()))
    print(
        f"paid within low..high: {found.ranges[True] / max(1, found.ranges.total()):.0%} of those that came"
    )
    print(f"one forecast with its trials: median {_milliseconds(histories):.1f} ms")


def _milliseconds(histories: Histories) -> float:
    times = []
    for asset, rows in histories.items():
        day = max(each.com_date for each in rows if each.com_date)
        changes = share_changes(asset)
        begun = time.process_time()
        forecast(asset, rows, day, changes=changes)
        times.append((time.process_time() - begun) * 1000)
    return median(times)


if __name__ == "__main__":
    main()
