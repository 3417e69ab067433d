"""`make bench`: every measurement in one table; `--write` keeps it in docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from bench.machine import Machine, describe, noise  # noqa: E402
from bench.table import Row, as_markdown, as_text  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Section:
    """A measurement by name: where its function is, and how little it does with `--quick`."""

    name: str
    place: str
    quick: dict[str, int]

    def run(self, *, is_quick: bool) -> list[Row]:
        """The rows; a section whose packages are missing or that fails is one row that says so."""
        module, function = self.place.split(":")
        try:
            measure: Callable[..., list[Row]] = getattr(importlib.import_module(module), function)
            return measure(**(self.quick if is_quick else {}))
        except Exception as error:  # noqa: BLE001  (one section must not take the others down)
            return [Row(self.name, "not measured", f"{type(error).__name__}: {error}"[:100])]


SECTIONS = (
    Section("one-plan", "bench.one_plan:one_plan", {"count": 4}),
    Section("kernel", "bench.kernel:kernel", {"count": 10}),
    Section("batch", "bench.batch:batch_orders_a_second", {"portfolios": 200}),
    Section("drift", "bench.drift:drift_scans", {"portfolios": 50_000}),
    Section("tick", "bench.tick:one_tick", {"portfolios": 50_000}),
    Section("pyportfolioopt", "bench.peers:pyportfolioopt", {"seeds": 2}),
    Section("gaps", "bench.gaps:proven_gaps", {"instances": 24}),
    Section("scip", "bench.gaps:against_scip", {"seeds": 1}),
)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and with `--write` keep the table in the docs."""
    parser = argparse.ArgumentParser(prog="bench/run.py", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=[s.name for s in SECTIONS], help="measure these only")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    parser.add_argument("--date", default=time.strftime("%Y-%m-%d"), help="date on the page")
    options = parser.parse_args(arguments)
    machine, noise_before = describe(), noise()
    rows: list[Row] = []
    for section in SECTIONS:
        if options.only and section.name not in options.only:
            continue
        print(f"measuring {section.name} ...", file=sys.stderr, flush=True)
        rows += section.run(is_quick=options.quick)
    noises = (noise_before, noise())
    print(_heading(machine, noises, options.date), as_text(rows), sep="\n\n")
    if options.write:
        PAGE.write_text(_page(machine, noises, options, rows), encoding="utf-8")
        print(f"\nwritten to {PAGE.relative_to(ROOT)}")
    return 0


def _heading(machine: Machine, noises: tuple[str, str], date: str) -> str:
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return "\n".join(
        (
            f"{date} on {machine.processor}, {machine.cores} cores, {machine.system}",
            machine.versions,
            f"noise before: {noises[0]}",
            f"noise after:  {noises[1]}",
            f"load average of the last minute: {load}",
        )
    )


def _page(machine: Machine, noises: tuple[str, str], options: Any, rows: list[Row]) -> str:
    extra = "".join(
        (" --quick" if options.quick else "", f" --only {' '.join(options.only)}" if options.only else "")
    )
    return f"""# Benchmarks

Made on {options.date} by

```sh
python bench/run.py --write{extra}
```

which is `make bench` that keeps its table. Nothing here is asserted by a test: times belong to a
machine, and this one was not alone. Trust the ratios, which were taken in the same process.

| what | value |
|---|---|
| processor | {machine.processor}, {machine.cores} cores |
| system | {machine.system} |
| versions | {machine.versions} |
| noise before | {noises[0]} |
| noise after | {noises[1]} |

Times are medians; the range is least to most over the instances or repetitions. `ratio` is their
time over ours: above 1 we are faster. A gap is (objective - best) / max(best, 1e-9).

{as_markdown(rows)}

## How to read it

- **One plan**: `fiel.plan(portfolio, cash=...)` with Decimal in and out, the proof and all reasons.
  *Interpreted* is the same source without numba.
- **The search kernel alone** leaves the conversion between Decimal and arrays out.
- **PyPortfolioOpt** gets what it can do: flat targets, from nothing, whole units, no costs. Its `lp`
  runs on HiGHS. Both answers are judged by our objective in Decimal. *Least gap* below zero would
  mean that it found something better than we did.
- **SCIP** solves the same problem as a mixed-integer quadratic program. Its time is the search only.
- **Proven gap** comes from the engine's own certificate on random instances; every plan is checked by a
  referee that shares no code with the engine (`tests/oracles/rebalancing`).
"""


if __name__ == "__main__":
    raise SystemExit(main())
