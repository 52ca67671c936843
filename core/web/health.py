"""Whether the process does its work: `GET /health`."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from coterie.core import __version__
from coterie.storage.settings import write

if TYPE_CHECKING:
    from coterie.core.app import App
    from coterie.core.context import Context

PATIENCE: Final = 5.0
"""Seconds in which the store has to take a write."""
FRESH: Final = 2.0
"""Seconds for which an answer of the store counts, however often somebody asks."""
KEY: Final = "health_checked_at"


class Health:
    """Asks lanes and store; each problem is a sentence."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._started = time.monotonic()
        self._asked_at = float("-inf")
        self._answer: asyncio.Task[str] | None = None

    async def page(self, _request: web.Request) -> web.Response:
        """200 when events are handled and kept; 503 with what is wrong."""
        problems = await self.problems()
        body: dict[str, Any] = {
            "status": "failing" if problems else "ok",
            "problems": problems,
            "version": __version__,
            "uptime_seconds": int(time.monotonic() - self._started),
        }
        return web.json_response(body, status=503 if problems else 200, headers={"Cache-Control": "no-store"})

    async def problems(self) -> list[str]:
        """What keeps events from being handled; empty when nothing does."""
        found = [f"the thread {name} has ended: restart the process" for name in self._app.lanes.ended()]
        found += [f"{task.get_name()} has ended: restart the process" for task in self._app.background() if task.done()]
        if said := await self._store():
            found.append(said)
        return found

    async def _store(self) -> str:
        """What is wrong with the store; those who ask at the same time share one answer."""
        now = time.monotonic()
        if self._answer is None or (self._answer.done() and now - self._asked_at > FRESH):
            self._asked_at = now
            self._answer = asyncio.create_task(self._write())
        try:
            return await asyncio.wait_for(asyncio.shield(self._answer), PATIENCE)
        except TimeoutError:
            return f"the store took no write within {PATIENCE:g} s{self._busy()}"

    async def _write(self) -> str:
        """Write on a lane, behind whatever waits there: the way that every event goes."""

        def touch(ctx: Context) -> None:
            write(ctx.unit.db, KEY, str(ctx.unit.now))

        try:
            await self._app.on_lane(None, touch)
        except Exception as error:
            return f"the store cannot be written: {error}"
        return ""

    def _busy(self) -> str:
        about = [worker.dispatcher.watch.about for worker in self._app.lanes.workers() if worker.dispatcher.watch.busy]
        held = [f"{each['plugin']} in {each['hook']}" for each in about if "plugin" in each]
        waiting = self._app.lanes.queued()
        return f"; {waiting} events wait" + (f", {', '.join(held)} is at work" if held else "")
