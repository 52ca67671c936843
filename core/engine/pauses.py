"""A hook was paused: it is written down, the operators hear of it, and a process that had to end for it starts anew."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Sequence
from typing import Any, Final

from coterie.core.community import Community
from coterie.core.context import Context
from coterie.core.engine.breaker import Breaker, Pause
from coterie.core.engine.fence import describe
from coterie.core.engine.registry import Call
from coterie.storage.journal import ADD_PAUSE, DROP_PAUSE

log = logging.getLogger(__name__)

PAUSED_VARIABLE: Final = "COTERIE_PAUSED"
"""Environment variable by which a process that had to end names the culprit (``plugin|hook``) to its successor."""

OnStore = Callable[[Callable[[Context], Any]], asyncio.Future[Any]]
OnLane = Callable[[Community, Callable[[Context], Any]], asyncio.Future[Any]]


class Alarm:
    """Sees to it that a failing plugin does not go unnoticed."""

    def __init__(self, breaker: Breaker, communities: Sequence[Community], on_store: OnStore, on_lane: OnLane) -> None:
        self._breaker = breaker
        self._communities = communities
        self._on_store = on_store
        self._on_lane = on_lane

    def failed(self, plugin: str, hook: str, error: BaseException) -> None:
        """A call off the lanes failed."""
        said = describe(error)
        log.error("plugin %s failed in %s: %s", plugin, hook, said, exc_info=error)
        pause = self._breaker.failed(plugin, hook, said)
        if pause is not None:
            self.paused(pause)

    def paused(self, pause: Pause) -> None:
        """A hook was paused: keep it for the next start, and tell the operators if they do not know yet."""
        log.error("plugin %s: %s is paused until %d: %s", pause.plugin, pause.hook, pause.until, pause.error)
        self._on_store(keep(pause)).add_done_callback(_report)
        self.tell(pause)

    def tell(self, pause: Pause) -> None:
        """Tell the operators of every community where the plugin is on, the first time."""
        for community in self._communities:
            if pause.first and pause.plugin in community.enabled:
                self._on_lane(community, tell(pause)).add_done_callback(_report)

    async def culprit(self) -> None:
        """Pause the handler for which the process before this one had to end."""
        plugin, _, hook = os.environ.pop(PAUSED_VARIABLE, "").partition("|")
        if hook:
            pause = self._breaker.pause(plugin, hook, "did not come back and could not be interrupted")
            if pause is not None:
                self.paused(pause)


def give_up(call: Call) -> None:
    """A handler cannot be interrupted: start the process anew with it paused (called by the watchdog's thread)."""
    os.environ[PAUSED_VARIABLE] = f"{call.plugin}|{call.hook}"
    restart()


def restart() -> None:
    """Replace this process by a fresh one with the same command line, or else end it for whoever watches it."""
    import sys

    with contextlib.suppress(Exception):
        sys.stderr.flush()
    try:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    except OSError:
        log.critical("the process cannot be started anew: it ends")
        os._exit(70)


def keep(pause: Pause) -> Callable[[Context], None]:
    """Writes the pause down for the next start."""

    def work(ctx: Context) -> None:
        ctx.unit.db.run(DROP_PAUSE, {"plugin": pause.plugin, "hook": pause.hook})
        ctx.unit.db.run(
            ADD_PAUSE,
            {
                "plugin": pause.plugin,
                "hook": pause.hook,
                "since": pause.since,
                "until": pause.until,
                "error": pause.error,
                "failures": pause.failures,
            },
        )

    return work


def tell(pause: Pause) -> Callable[[Context], None]:
    """Tells every operator in their direct chat, once, however often it is run: also by the next process."""
    key = f"paused:{pause.since}:{pause.plugin}:{pause.hook}"[:200]

    def work(ctx: Context) -> None:
        journal = ctx.unit.journal
        if journal.known(ctx.community.id, [key]):
            return
        journal.keys.append({"community_id": ctx.community.id, "key": key, "at": ctx.unit.now})
        ctx.plugin = "core"
        for operator in ctx.operators():
            locale = operator.locale or ctx.community.locale
            said = ctx.unit.services.translator.text(
                "core",
                "operator-plugin-paused",
                locale,
                {"plugin": pause.plugin, "hook": pause.hook, "error": pause.error},
                ctx.community.zone,
            )
            ctx.send(operator, said)

    return work


def _report(future: asyncio.Future[Any]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        log.error("work of the core failed: %s", error, exc_info=error)
