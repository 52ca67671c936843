"""Trouble: what can be done to one process of a scenario, to its database, and to what runs between it and people."""

from __future__ import annotations

from coterie.core.clock import Clock
from coterie.core.testing.trouble.deliveries import Deliveries
from coterie.core.testing.trouble.strikes import Strikes
from coterie.core.testing.trouble.witness import Witness


class Trouble:
    """What outlives the processes of one scenario: what is armed, what is on its way, and who watches."""

    def __init__(self, clock: Clock) -> None:
        self.strikes = Strikes()
        self.witness = Witness()
        self.deliveries = Deliveries(clock, self.witness)
        self.set_back = 0
        """By how many milliseconds the clock was set back in all."""
        self.had_two = False
        """Whether the process that runs had another one beside it: what that one left behind, the next one finds."""

    def end(self) -> None:
        """Let nothing more go wrong, and deliver what was held."""
        self.strikes.clear()
        self.deliveries.duplicates = self.deliveries.late = 0
        self.deliveries.pump(all_of_it=True)


__all__ = ["Trouble"]
