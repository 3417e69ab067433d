"""Chromium for the tests of the pages: brought when a test run needs it and the machine has none."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import packages
from .home import Failed, home_of

NAME = "chromium"
VARIABLE = "FIEL_TEST_CHROMIUM"
PACKAGES = ("chromium", "fonts-dejavu-core")
_USUAL = "/usr/bin/chromium"
#: Without any font pages are measured and pictured wrong.
_FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def is_wanted(command: Sequence[str]) -> bool:
    """Whether the command runs tests."""
    return any(Path(word).name in {"pytest", "py.test"} for word in command)


def bring(environment: Mapping[str, str]) -> dict[str, str]:
    """Install what lacks; `{"chromium": why}` when it cannot be had, nothing when it is there."""
    if shutil.which(environment.get(VARIABLE, _USUAL)) and any(each.is_dir() for each in _FONTS):
        return {}
    wanted = f"the tests of the pages need {' and '.join(PACKAGES)}"
    if not packages.can_install():
        return {NAME: f"{wanted}: install them, or name a Chromium in {VARIABLE}"}
    home = home_of(environment)
    home.mkdir(parents=True, exist_ok=True)
    try:
        packages.install(PACKAGES, home / "install.log", refresh=True)
    except Failed as problem:
        return {NAME: f"{wanted}: {problem}"}
    return {}
