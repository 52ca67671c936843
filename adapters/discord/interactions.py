"""Interactions: each has one first answer within three seconds and any number of further ones within 15 minutes.

Every step of one interaction is taken under its lock, so the deferral that comes by itself and an answer never collide.
What an earlier run of the process did with an interaction, or what became of a request without an answer, is found out
by looking at the first answer (``@original``) before anything else is said.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from coterie.adapters.discord.handles import WAITING, Handles, Interaction, Stage
from coterie.adapters.discord.payloads import for_edit
from coterie.adapters.discord.refusals import Gone
from coterie.adapters.discord.steps import MODAL, PROPOSALS, Steps
from coterie.core.platform import PlatformError, Uncertain

if TYPE_CHECKING:
    import discord

    from coterie.adapters.discord.base import Me
    from coterie.adapters.discord.calls import Calls

DEFER_AFTER: Final = 1.5
"""Seconds after which an interaction without an answer is deferred, from when it was made."""
EXPECTED: Final = 60.0
"""Seconds after which one ends quietly although an answer waits for its turn; the answer is then a message after it."""
QUIET_AFTER: Final = 1.0
"""Seconds after its effects are committed in which an answer is expected."""
_log = logging.getLogger(__name__)


class Interactions:
    """Which interactions wait for what.

    ``clock`` gives seconds and only measures, ``wall`` gives the seconds since 1970; ``defer_after`` and
    ``quiet_after`` are in seconds.
    """

    def __init__(
        self,
        calls: Calls,
        me: Me,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        defer_after: float = DEFER_AFTER,
        quiet_after: float = QUIET_AFTER,
    ) -> None:
        self._handles = Handles(clock, wall)
        self._steps = Steps(calls, me, self._handles)
        self._defer_after = defer_after
        self._quiet_after = quiet_after
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """How many interactions wait for an answer."""
        return sum(each.stage in WAITING for each in self._handles)

    # -- what comes in

    def opened(self, handle: str) -> None:
        """An interaction came in; one that comes in again stays what it is.

        One that was made while nobody listened has waited already: it is deferred so much earlier, or at once.
        """
        each = self._handles.open(handle)
        if each is not None:
            left = max(0.0, self._defer_after - self._handles.age(each))
            each.deferral = asyncio.get_running_loop().call_later(left, self._start, self._defer, each)

    def answering(self, handle: str) -> None:
        """An answer waits for its turn, which under load takes longer than a second."""
        each = self._handles.known(handle)
        if each is not None and not each.expected:
            each.expected = True
            if each.ending is not None:
                each.ending.cancel()
                self._end_after(each, EXPECTED)

    def committed(self, handle: str) -> None:
        """Its effects are committed: if no answer follows within a second, it ends quietly."""
        each = self._handles.known(handle)
        if each is not None and each.ending is None and each.stage in WAITING:
            self._end_after(each, EXPECTED if each.expected else self._quiet_after)

    def _end_after(self, each: Interaction, seconds: float) -> None:
        each.ending = asyncio.get_running_loop().call_later(seconds, self._start, self._end, each)

    async def finish(self, patience: float) -> None:
        """End quietly what is committed and has no answer, and wait up to ``patience`` seconds for all that is said."""
        for each in self._handles:
            if each.ending is not None and each.stage in WAITING:
                self._start(self._end, each)
            each.disarm()
        if self._tasks:
            _, late = await asyncio.wait(tuple(self._tasks), timeout=patience)
            for task in late:
                task.cancel()

    # -- what is said

    async def answer(self, handle: str, body: Mapping[str, Any], files: Sequence[discord.File] = ()) -> str | None:
        """Show a message to the person alone; its id, or None when the interaction cannot be answered any more.

        Raises :class:`PlatformError` when something else goes wrong.  After :class:`Uncertain` the same body may be
        tried again: it is shown once, or, where nobody can tell, :class:`Uncertain` is raised again.
        """
        each = self._handles.find(handle)
        return None if each is None else await self._answer(each, body, files)

    async def follow(self, interaction: str, body: Mapping[str, Any], files: Sequence[discord.File] = ()) -> str | None:
        """Like :meth:`answer`, for an interaction that was answered before, by its id."""
        each = self._handles.by_id(interaction)
        return None if each is None else await self._answer(each, body, files)

    async def _answer(self, each: Interaction, body: Mapping[str, Any], files: Sequence[discord.File]) -> str | None:
        async with each.lock:
            while self._handles.alive(each):
                try:
                    sent = await self._steps.say(each, body, files)
                except Gone:
                    each.stage = Stage.OVER
                    break
                if sent is not None:
                    each.disarm()
                    return sent
            each.disarm()
        return None

    async def modal(self, handle: str, body: Mapping[str, Any]) -> bool:
        """Open a form; False when that cannot be (any more), so that it must be offered by a button.

        Raises :class:`PlatformError` when something else goes wrong.
        """
        each = self._handles.find(handle)
        if each is None or each.kind not in "cb":
            return False
        async with each.lock:
            untouched = each.stage is Stage.FRESH or (each.stage is Stage.UNKNOWN and self._handles.young(each))
            if not untouched:
                return False
            try:
                taken = await self._steps.callback(each, {"type": MODAL, "data": dict(body)}, Stage.ANSWERED)
            except (Gone, Uncertain):
                return False
            if taken is not None:
                each.disarm()
            return taken is not None

    async def edit(
        self, interaction: str, message: str, body: Mapping[str, Any], files: Sequence[discord.File] = ()
    ) -> bool:
        """Change a message that an interaction was answered with; False when that can no longer be.

        Raises :class:`Gone` for a message that the person has put away, and :class:`PlatformError` otherwise.
        """
        return await self._steps.change("PATCH", interaction, message, for_edit(body), files)

    async def delete(self, interaction: str, message: str) -> bool:
        """Take a message away that an interaction was answered with; False when that can no longer be."""
        try:
            return await self._steps.change("DELETE", interaction, message)
        except Gone:
            return True

    async def proposals(self, handle: str, choices: Sequence[Mapping[str, Any]]) -> bool:
        """Propose what somebody might be typing: ``name`` and ``value`` each, at most 25; False when it came too late.

        ``handle`` may also be ``ID:TOKEN`` of an interaction that wants nothing else.
        """
        each = self._handles.passing(handle)
        if each is None:
            return False
        try:
            body = {"type": PROPOSALS, "data": {"choices": list(choices)}}
            return await self._steps.callback(each, body, Stage.ANSWERED) is not None
        except PlatformError as error:
            _log.debug("proposals were not shown: %s", error.reason)
            return False

    # -- what happens by itself

    async def _defer(self, each: Interaction) -> None:
        """Say that an answer comes, which leaves 15 minutes for it."""
        each.deferral = None
        async with each.lock:
            if each.stage is Stage.FRESH:
                await self._steps.defer(each)

    async def _end(self, each: Interaction) -> None:
        """Nothing follows: let nobody see that there might have been something."""
        each.disarm()
        async with each.lock:
            await self._steps.pass_over(each)

    def _start(self, work: Callable[[Interaction], Coroutine[Any, Any, None]], each: Interaction) -> None:
        task = asyncio.get_running_loop().create_task(_quietly(work, each))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _quietly(work: Callable[[Interaction], Coroutine[Any, Any, None]], each: Interaction) -> None:
    try:
        await work(each)
    except PlatformError as error:
        _log.debug("an interaction was left as it is: %s", error.reason)


__all__ = ["Interactions"]
