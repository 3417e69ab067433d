"""The settings of what people are told of without asking; the channels are those of the alerts."""

from __future__ import annotations

from fiel.copilot.notices.facts import Kind, NoticesConfig
from fiel.kernel.errors import InvalidInput
from fiel.settings.reading import Variables, duration

NOTICES = "FIEL_NOTICES"
NOTICES_AHEAD = "FIEL_NOTICES_AHEAD"
NOTICES_EVERY = "FIEL_NOTICES_EVERY"


def read_notices(variables: Variables) -> NoticesConfig:
    """The settings of an environment. Raises `InvalidInput` with the variable as its `field`."""
    house = NoticesConfig()
    return NoticesConfig(
        variables.read(NOTICES, _kinds, house.kinds),
        variables.read(NOTICES_AHEAD, lambda text: NoticesConfig(ahead=duration(text)).ahead, house.ahead),
        variables.read(NOTICES_EVERY, lambda text: NoticesConfig(every=duration(text)).every, house.every),
    )


def _kinds(text: str) -> frozenset[Kind]:
    if text.lower() == "none":
        return frozenset()
    try:
        return frozenset(Kind(each.strip().lower()) for each in text.split(",") if each.strip())
    except ValueError:
        raise InvalidInput("notices_unknown", f"write none, or of {', '.join(Kind)}, with commas") from None
