"""What the numbers were made on, and how steady it was."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from bench.timing import duration, measure

PACKAGES = ("numba", "numpy", "pyportfolioopt", "cvxpy", "highspy", "pyscipopt")


@dataclass(frozen=True, slots=True)
class Machine:
    """Processor, cores, system and versions, in words."""

    processor: str
    cores: int
    system: str
    versions: str


def describe() -> Machine:
    """This machine and the packages that take part."""
    versions = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            versions.append(f"no {package}")
    return Machine(
        _processor(),
        os.cpu_count() or 1,
        f"{platform.system()} {platform.machine()}",
        ", ".join(versions),
    )


def noise() -> str:
    """The same fixed integer work 40 times: its median and range are the machine's own noise."""
    times = measure(lambda: sum(i * i for i in range(200_000)), repeats=40)
    ratio = max(times.samples) / min(times.samples)
    return f"fixed work {duration(times.median)}, {times.spread} (slowest/fastest {ratio:.2f})"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"
