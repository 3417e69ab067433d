"""From a request to a plan: the book as it is, prices that can be believed, the engine, whole numbers."""

from __future__ import annotations

from fiel.autobalance.planning.planner import Planner
from fiel.autobalance.planning.port import NotPlanned, Subject, Subjects

__all__ = ["NotPlanned", "Planner", "Subject", "Subjects"]
