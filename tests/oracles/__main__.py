"""Runs files of worked cases: `python -m tests.oracles PATH...`, each a file or a folder.

One line per case (id, topic, pass or FAIL, expected, got) and a summary. A topic that nobody answers
is a failure. Exit 0 when all pass, 1 when one fails, 2 when there is nothing to run.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.oracles.case_running import registry, run_paths

PASSED, FAILED, NOTHING = 0, 1, 2


def main(arguments: list[str]) -> int:
    """Prints the report of all the cases under the paths."""
    if not arguments:
        print("usage: python -m tests.oracles PATH...  (files of cases, or folders of them)")
        return NOTHING
    results = run_paths([Path(argument) for argument in arguments], registry())
    for result in results:
        print(result.line())
    failed = sum(result.is_failure for result in results)
    passed = sum(result.is_pass for result in results)
    others = len(results) - failed - passed
    told = f", {others} not gating" if others else ""
    print(f"{len(results)} cases: {passed} pass, {failed} fail{told}")
    if not results:
        return NOTHING
    return FAILED if failed else PASSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
