"""Which faults a simulation knows, by the names that the command line has for them, and how each line is made."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from typing import Final

from coterie.core.testing.trouble.strikes import MOMENTS

_BACK_ON: Final = 0.7


class Faulty:
    """Makes the lines of faults."""

    def __init__(self, rng: random.Random, kinds: Collection[str], plugins: Collection[str]) -> None:
        """``kinds`` are names of :data:`KINDS`; raises :class:`LookupError` for another."""
        for kind in kinds:
            if kind not in KINDS:
                raise LookupError(f"there is no fault {kind!r}; there are: {', '.join(KINDS)}")
        self.rng = rng
        self._kinds = [kind for kind in KINDS if kind in kinds]
        self._plugins = sorted(plugins)
        self.off: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def line(self) -> str:
        """One fault."""
        made = KINDS[self.rng.choice(self._kinds)](self)
        return made if made == "restart" else f"fault: {made}"

    def _crash(self) -> str:
        return f"crash {self.rng.choice(MOMENTS)}"

    def _restart(self) -> str:
        return "restart"

    def _duplicate(self) -> str:
        return f"duplicate {self.rng.randint(1, 3)}"

    def _late(self) -> str:
        return f"late {self.rng.choice(('5s', '2m', '1h', '1d'))}"

    def _reorder(self) -> str:
        return f"reorder {self.rng.randint(2, 4)}"

    def _send(self) -> str:
        return f"send uncertain {self.rng.choice(('happened', 'lost'))}"

    def _too_fast(self) -> str:
        return f"429 {self.rng.choice((1, 5, 30))}"

    def _broken(self) -> str:
        return f"5xx {self.rng.randint(1, 6)}"

    def _down(self) -> str:
        return f"platform down {self.rng.choice(('30s', '10m', '3h'))}"

    def _clock(self) -> str:
        return f"clock {self.rng.choice('+-')}{self.rng.choice(('3s', '2m', '1h'))}"

    def _database(self) -> str:
        return f"database {self.rng.choice(('busy', 'full', 'gone', 'silent'))} {self.rng.randint(1, 6)}"

    def _owners(self) -> str:
        return "two owners"

    def _plugin(self) -> str:
        if self.off and self.rng.random() < _BACK_ON:
            name = self.off.pop(self.rng.randrange(len(self.off)))
            return f"plugin {name} on"
        name = self.rng.choice(self._plugins)
        if name in self.off or self.rng.random() < 0.2:
            return f"plugin {name} upgraded"
        self.off.append(name)
        return f"plugin {name} off"


KINDS: Final[dict[str, Callable[[Faulty], str]]] = {
    "crash": Faulty._crash,
    "restart": Faulty._restart,
    "duplicate": Faulty._duplicate,
    "late": Faulty._late,
    "reorder": Faulty._reorder,
    "send": Faulty._send,
    "429": Faulty._too_fast,
    "5xx": Faulty._broken,
    "down": Faulty._down,
    "clock": Faulty._clock,
    "database": Faulty._database,
    "owners": Faulty._owners,
    "plugin": Faulty._plugin,
}
"""Every kind of fault by its name."""
USUAL: Final = tuple(kind for kind in KINDS if kind != "owners")
"""Those that every installation has to live with. Two processes on one SQLite file are a mistake of their operator."""
