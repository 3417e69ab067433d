"""Asks pip-audit about known faults of the locked dependencies: none (0), some (1), or nobody could say (2).

    python scripts/audit.py [--uv uv]

What could not be asked is one line that says so: a check that was not made must not look like one that found
nothing, nor like a finding. pip-audit itself ends with 0 where the registry knows none of the packages.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

#: Per question, and for all of it; the registry answers within a second or not at all.
QUESTION_S, ALL_S = 10, 300
_REASON_MAX = 200
_EXPORT = "export --quiet --frozen --all-extras --no-dev --no-emit-project --format requirements-txt"
_AUDIT = (
    f"tool run --quiet pip-audit --disable-pip --require-hashes --requirement /dev/stdin --format json "
    f"--progress-spinner off --timeout {QUESTION_S}"
)


class NotAsked(Exception):
    """Nobody could say, and why."""


def main(arguments: Sequence[str]) -> int:
    """The whole check."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--uv", default="uv", help="the uv to use, such as `sh scripts/bootstrap`")
    uv = shlex.split(parser.parse_args(arguments).uv)
    try:
        found = audited(uv, _run([*uv, *_EXPORT.split()], "", "the dependencies cannot be listed").stdout)
    except NotAsked as error:
        print(f"audit: not done, nothing was checked: {error}", file=sys.stderr)
        return 2
    passed_over = [each.get("skip_reason", "-") for each in found if "vulns" not in each]
    faults = [line for each in found for line in lines_of(each)]
    asked = len(found) - len(passed_over)
    print("\n".join([*faults, f"audit: {asked} packages asked about, {len(faults)} known faults"]))
    if passed_over:
        print(
            f"audit: not whole, {len(passed_over)} packages could not be asked about, the first: "
            f"{passed_over[0][:_REASON_MAX]}",
            file=sys.stderr,
        )
    return 1 if faults else 2 if passed_over else 0


def audited(uv: Sequence[str], requirements: str) -> list[dict[str, Any]]:
    """What pip-audit says of each package. Raises `NotAsked`."""
    asked = _run([*uv, *_AUDIT.split()], requirements, "pip-audit cannot be run")
    try:
        return list(json.loads(asked.stdout)["dependencies"])
    except (ValueError, KeyError, TypeError):
        # It ends with 1 for a fault that it found and for an answer that it did not get.
        raise NotAsked(f"the network did not answer ({_reason(asked.stderr)})") from None


def lines_of(package: dict[str, Any]) -> list[str]:
    """One line for each fault of a package."""
    return [
        f"{package['name']} {package['version']}: {fault['id']}, mended in "
        f"{', '.join(fault.get('fix_versions', ())) or 'no version yet'}"
        for fault in package.get("vulns", ())
    ]


def _run(command: list[str], given: str, failed: str) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, check=False, timeout=ALL_S
        )
    except subprocess.TimeoutExpired:
        raise NotAsked(f"no answer in {ALL_S} seconds") from None
    except OSError as error:
        raise NotAsked(f"{failed} ({error.strerror}: {command[0]})") from None
    if done.returncode and not given:
        raise NotAsked(f"{failed} ({_reason(done.stderr)})")
    return done


def _reason(told: str) -> str:
    """The last line of what a program said: the others lead to it."""
    said = [line.strip() for line in told.splitlines() if line.strip()]
    return said[-1][:_REASON_MAX] if said else "no reason was given"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
