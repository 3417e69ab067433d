"""Time zones by name, as the system knows them: in which one days begin, markets open, clocks hang."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from fiel.kernel.errors import InvalidInput

DEFAULT_ZONE = "America/Sao_Paulo"
_NAME = re.compile(r"[A-Za-z0-9_+\-/]{1,60}")


def zone_of(name: str) -> tzinfo:
    """The zone of a name such as `America/Manaus` or `UTC`. Raises `InvalidInput` (zone_unknown).

    Where the system knows no zones at all, São Paulo is UTC-3, as it has been since 2019.
    """
    if name == "UTC":
        return UTC
    if _NAME.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, LookupError):
            if name == DEFAULT_ZONE:
                return timezone(timedelta(hours=-3), name)
    raise InvalidInput(
        "zone_unknown",
        f"{name!r} is no time zone of this system; write one such as America/Manaus or UTC",
        field="zone",
    )
