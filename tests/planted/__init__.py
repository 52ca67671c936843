"""Bugs that were planted on purpose, each of which the simulator has to find: ``python -m tests.planted``."""

from __future__ import annotations

from tests.planted import engine, features, money, people, rains
from tests.planted.planting import BUGS, Bug, bug_called

__all__ = ["BUGS", "Bug", "bug_called", "engine", "features", "money", "people", "rains"]
