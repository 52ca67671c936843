"""What a plugin sees of a simulated town when it is asked what somebody might do next."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Protocol


class SimulatedView(Protocol):
    """The town at one step of ``coterie simulate``.

    People are named as a scenario writes them: ``amber``, ``boris@telegram``.  All choices go through ``rng``: the
    same seed gives the same steps.  Every list is in an order that follows from the seed alone.
    """

    @property
    def rng(self) -> random.Random:
        """Where all choices come from."""

    @property
    def people(self) -> Sequence[str]:
        """Everybody, present or not."""

    @property
    def operators(self) -> Sequence[str]:
        """Those present who are operators of the town now."""

    @property
    def present(self) -> Sequence[str]:
        """Those who are in the town now."""

    @property
    def rooms(self) -> Sequence[str]:
        """The public rooms, without ``#``; the first is the current one, where a post of the next line would go."""

    @property
    def day(self) -> date:
        """The day in the community's zone."""

    def money(self, name: str, currency: str = "points") -> int:
        """What somebody owns, in minor units; 0 for one who is not known yet."""

    def buttons(self, name: str) -> list[str]:
        """Labels of buttons that somebody can see and press, newest first, each once."""

    def forms(self, name: str) -> list[str]:
        """The questions (labels) of somebody's newest open form; empty when there is none."""

    def invoices(self, name: str) -> list[tuple[int, str]]:
        """Amounts (minor units) and currencies of invoices that somebody can pay, newest first."""

    def polls(self, name: str) -> list[str]:
        """The options of the newest open poll that somebody can see; empty when there is none."""


__all__ = ["SimulatedView"]
