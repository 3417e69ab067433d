"""`python -m tests.bad_payloads FILE.json`: a line per case, status 1 when one is not as wanted."""

from __future__ import annotations

import sys
from pathlib import Path

from fiel.infra.system import SystemClock
from tests.bad_payloads.cases import load
from tests.bad_payloads.runner import run


def main(arguments: list[str]) -> int:
    """The exit status: 0 as wanted, 1 with misses, 2 for a file that cannot be read."""
    if len(arguments) != 1:
        print("usage: python -m tests.bad_payloads FILE.json", file=sys.stderr)
        return 2
    try:
        cases = load(Path(arguments[0]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        print(f"cannot read the cases: {problem}", file=sys.stderr)
        return 2
    results = run(cases, SystemClock().now())
    for result in results:
        print(result.line)
    missed = sum(bool(result.misses) for result in results)
    print(f"{len(results) - missed} of {len(results)} as wanted")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
