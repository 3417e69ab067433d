"""Drift of very many portfolios, on arrays: the trigger of the engine at millions of portfolios a second.

`fleet_of` and `fleet_of_models` build a `Fleet`; `drift_scan` judges all of it; `exact_recheck` settles
by the Decimal rule what floats may not decide; `Watch` keeps the verdicts true tick by tick. Needs numpy,
and is fast with numba: both come with the extra `fast`.
"""

from __future__ import annotations

try:
    import numpy as _numpy  # noqa: F401
except ImportError as missing:
    raise ImportError(
        "the fleet interface works on numpy arrays: install them with  pip install 'fiel[fast]'"
    ) from missing

from fiel.rebalancing.fleet.arrays import CASH, NO_ASSET, NO_GROUP, Fleet, fleet_of
from fiel.rebalancing.fleet.exact import ModelJudge, exact_recheck, exact_verdict, fleet_of_models
from fiel.rebalancing.fleet.holders import HolderIndex
from fiel.rebalancing.fleet.scan import DriftScan, Verdict, drift_scan
from fiel.rebalancing.fleet.watch import TickReport, Watch

__all__ = [
    "CASH",
    "NO_ASSET",
    "NO_GROUP",
    "DriftScan",
    "Fleet",
    "HolderIndex",
    "ModelJudge",
    "TickReport",
    "Verdict",
    "Watch",
    "drift_scan",
    "exact_recheck",
    "exact_verdict",
    "fleet_of",
    "fleet_of_models",
]
