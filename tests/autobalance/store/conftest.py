"""Desks on both engines."""

from __future__ import annotations

from tests.support.autobalance.desks import (
    desk,
    empty_desk,
    home,
)

__all__ = ["desk", "empty_desk", "home"]
