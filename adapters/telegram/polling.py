"""Long polling: asking for updates, and confirming each only when everything that it says is committed.

The offset is the number of the first update that is not done.  Asking for it again gives what is not confirmed, and
what came since.  So updates that wait for a slow lane or a broken store hold up nothing of what comes behind them, as
long as there are fewer than a hundred; more than that are never being handled at a time.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from telegram.constants import PollingLimit, UpdateType

from coterie.adapters.telegram.ports import Caller, Taker
from coterie.core.platform import PlatformError, RetryLater

log = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = tuple(str(kind) for kind in UpdateType)
"""Kinds of updates that are asked for: all, for what is left out at first never comes."""
BATCH: Final = int(PollingLimit.MAX_LIMIT)
"""Updates in one answer, and so the most that are being handled at a time."""
MARGIN: Final = 10.0
"""Seconds beyond its own length that a long poll may take."""
TOGETHER: Final = 0.25
"""Seconds in which the updates of one answer are expected to be done together."""
AGAIN: Final = 3.2
"""Seconds until the same offset is asked for again; asked faster, the server slows its answers down."""
TRIES: Final = 20
"""So often an update fails, while others are committed, before it is given up."""
LONGEST_PAUSE: Final = 30.0
"""Seconds between tries, before jitter."""
NAMELESS: Final = 3
"""So often in a row nothing but things without a number are read before what stands there is given up."""
LARGEST: Final = 1 << 53
"""No update has such a number: the Bot API's numbers fit into what JSON readers keep exact."""
REMINDER: Final = 60.0
"""Seconds between log lines about another program that reads this bot's updates."""
CONFLICT: Final = "reads this bot's updates"
"""What :class:`~coterie.adapters.telegram.calls.Calls` says in the reason of such a refusal."""


@dataclass(slots=True)
class Trouble:
    """An update that failed: how often, when it may be taken again, and how many were committed before it."""

    tries: int
    not_before: float
    committed_before: int


def pause_after(tries: int) -> float:
    """Seconds to wait after the n-th failure in a row (from 1): about 1, 2, 4 and so on, up to half a minute."""
    return float(min(LONGEST_PAUSE, 2 ** min(tries - 1, 10)) * random.uniform(0.8, 1.2))


class Poller:
    """Reads one bot's updates.  ``take`` of an update must begin without a pause: that keeps their order."""

    def __init__(
        self,
        calls: Caller,
        intake: Taker,
        *,
        timeout: float = 50.0,
        again: float = AGAIN,
        together: float = TOGETHER,
        pause: Callable[[int], float] = pause_after,
    ) -> None:
        """``timeout`` is how long the server holds a question (seconds); ``pause`` gives the seconds to wait after the
        n-th failure in a row.
        """
        self._calls = calls
        self._intake = intake
        self._timeout = timeout
        self._again = again
        self._together = together
        self._pause = pause
        self.offset = 0
        self._running: dict[int, asyncio.Task[None]] = {}
        self._done: set[int] = set()
        self._trouble: dict[int, Trouble] = {}
        self._committed = 0
        self._failures = 0
        self._nameless = 0
        self._told_conflict: float | None = None

    async def run(self) -> None:
        """Read updates until cancelled."""
        now = asyncio.get_running_loop().time
        while True:
            asked, offset = now(), self.offset
            updates = await self._ask()
            if updates is None:
                continue
            if not self._begin(updates, now()):
                await asyncio.sleep(self._again)
            if self._running:
                await asyncio.wait(self._running.values(), timeout=self._together)
            self._advance()
            if self._running or self._trouble:
                await self._moved(offset, asked + self._again)
            elif self.offset == offset and now() - asked < min(self._timeout, self._again) / 2:
                await asyncio.sleep(self._again)  # a server that does not hold questions open must not be flooded

    async def finish(self, patience: float = 10.0) -> None:
        """Wait for what was taken, ``patience`` seconds at the longest, and confirm what is done; after :meth:`run`."""
        if self._running:
            await asyncio.wait(self._running.values(), timeout=patience)
        self._advance()
        late = tuple(self._running.values())
        for work in late:
            work.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if self.offset:
            try:
                await self._calls.call("getUpdates", self._question(limit=1, timeout=0), timeout=patience)
            except PlatformError as error:
                log.info("the last updates could not be confirmed and will come again: %s", error.reason)

    # -- asking

    def _question(self, *, limit: int, timeout: int) -> dict[str, Any]:
        return {"offset": self.offset, "limit": limit, "timeout": timeout, "allowed_updates": ALLOWED_UPDATES}

    async def _ask(self) -> list[Any] | None:
        """The next updates; None after a pause when there was no answer."""
        waiting = bool(self._running or self._trouble)
        question = self._question(limit=BATCH, timeout=0 if waiting else int(self._timeout))
        try:
            found = await self._calls.call("getUpdates", question, timeout=self._timeout + MARGIN)
        except PlatformError as error:
            await self._wait_after(error)
            return None
        if self._failures:
            self._failures = 0
            log.info("updates come in again")
        return found if isinstance(found, list) else []

    async def _wait_after(self, error: PlatformError) -> None:
        self._failures += 1
        seconds = self._pause(self._failures)
        if CONFLICT in error.reason:
            now = asyncio.get_running_loop().time()
            if self._told_conflict is None or now - self._told_conflict >= REMINDER:
                self._told_conflict = now
                log.error(
                    "another program %s: stop it, or give this one a bot of its own; until then nothing comes in",
                    CONFLICT,
                )
        else:
            level = logging.WARNING if self._failures == 1 else logging.DEBUG
            log.log(level, "no updates can be read: %s; trying again", error.reason)
            if isinstance(error, RetryLater):
                seconds = max(seconds, min(error.seconds, REMINDER))
        await asyncio.sleep(seconds)

    # -- taking

    def _begin(self, updates: list[Any], now: float) -> bool:
        """Take every update that is new, or failed long enough ago, in the order in which they came; False when nothing
        but junk came.
        """
        numbered = [(number, update) for update in updates if (number := _number(update)) is not None]
        if len(numbered) < len(updates):
            log.warning("%d things that are no updates came in and are skipped", len(updates) - len(numbered))
        there = {number for number, _ in numbered}
        for gone in self._trouble.keys() - there - self._running.keys():
            log.error("update %d never could be handled, and Telegram does not keep it any longer", gone)
            del self._trouble[gone]
        if not updates and not self._running:
            # All before the offset is forgotten there now. After a week without any, numbers may begin lower.
            self.offset = 0
        self._nameless = self._nameless + 1 if updates and not there and not self._running else 0
        if self._nameless >= NAMELESS and self.offset:
            self.offset += 1  # what stands there has no number of its own; nothing else can stand there
            self._nameless = 0
        for number, update in numbered:
            trouble = self._trouble.get(number)
            if number < self.offset or number in self._running or number in self._done:
                continue
            if trouble is None or trouble.not_before <= now:
                work = self._intake.take(update)
                self._running[number] = asyncio.get_running_loop().create_task(work, name=f"telegram update {number}")
        return bool(there) or not updates

    async def _moved(self, offset: int, until: float) -> None:
        """Return when the offset is another one, or at the instant ``until``."""
        now = asyncio.get_running_loop().time
        while self.offset == offset and (left := until - now()) > 0:
            if self._running:
                await asyncio.wait(self._running.values(), timeout=left, return_when=asyncio.FIRST_COMPLETED)
                self._advance()
            else:
                await asyncio.sleep(left)

    def _advance(self) -> None:
        """Note what has ended, and move the offset past all that is done."""
        for number in [number for number, work in self._running.items() if work.done()]:
            work = self._running.pop(number)
            error = asyncio.CancelledError() if work.cancelled() else work.exception()
            if error is None or self._given_up(number, error):
                self._committed += error is None
                self._trouble.pop(number, None)
                self._done.add(number)
        first_open = min(self._running.keys() | self._trouble.keys(), default=None)
        passed = {number for number in self._done if first_open is None or number < first_open}
        if passed:
            self.offset = max(self.offset, max(passed) + 1)
            self._done -= passed

    def _given_up(self, number: int, error: BaseException) -> bool:
        """Note a failure; whether it is the update's own, for others can be committed and this one never could."""
        now = asyncio.get_running_loop().time()
        trouble = self._trouble.setdefault(number, Trouble(0, now, self._committed))
        trouble.tries += 1
        trouble.not_before = now + self._pause(trouble.tries)
        if trouble.tries == 1:
            log.warning("update %d could not be handled and will be taken again: %s", number, type(error).__name__)
        if trouble.tries < TRIES or self._committed == trouble.committed_before:
            return False
        log.error("update %d failed %d times while others did not: it is given up", number, TRIES, exc_info=error)
        return True


def _number(update: Any) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < LARGEST else None


__all__ = ["ALLOWED_UPDATES", "Poller", "pause_after"]
