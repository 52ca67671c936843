"""Pushing updates to an address: in order within a queue, tried again with growing pauses until they expire."""

from __future__ import annotations

import asyncio
import json
from typing import Final

import aiohttp

from coterie.adapters.telegram.fake.updates import Pending
from coterie.adapters.telegram.fake.world import World

HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 60.0
LONGEST_ASKED: Final = 3600.0
ANSWER_WITHIN: Final = 60.0


class Webhook:
    """The address, and what is on its way there.

    ``pace`` multiplies every pause (0 in tests: try again at once, without end until the update expires).
    """

    def __init__(self, world: World, pace: float = 1.0) -> None:
        self.world = world
        self.pace = pace
        self.url = ""
        self.secret = ""
        self.connections = 0
        self.last_error = ""
        self.last_error_date = 0
        self.attempts: list[tuple[int, int]] = []
        """Each request: the update's id and the status of the answer, 0 for none."""
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._runner: asyncio.Task[None] | None = None

    def open(self, url: str, secret: str, connections: int) -> None:
        """Begin to push."""
        self.close()
        self.url, self.secret, self.connections = url, secret, connections
        self.last_error = ""
        self._runner = asyncio.get_running_loop().create_task(self._run())

    def close(self) -> None:
        """Stop pushing; what is on its way may arrive and is not counted as acknowledged."""
        for task in (self._runner, *self._busy.values()):
            if task is not None:
                task.cancel()
        self._busy.clear()
        self._runner, self.url, self.secret = None, "", ""

    async def _run(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN)) as session:
            while True:
                for update in self.world.updates.waiting():
                    if update.queue not in self._busy and len(self._busy) < self.connections:
                        task = asyncio.create_task(self._deliver(session, update))
                        self._busy[update.queue] = task
                await self.world.updates.change(ANSWER_WITHIN)

    async def _deliver(self, session: aiohttp.ClientSession, update: Pending) -> None:
        """Push one update until it is taken or expires."""
        failures = 0
        body = json.dumps(update.body).encode()
        try:
            while self.world.now() < update.expires:
                status, asked = await self._push(session, update.id, body)
                if 200 <= status < 300:
                    await self._taken(session, update, body)
                    return
                failures += 1
                await asyncio.sleep(self._pause(failures, asked) * self.pace)
        finally:
            if self._busy.get(update.queue) is asyncio.current_task():
                del self._busy[update.queue]
            self.world.updates.wake()

    async def _taken(self, session: aiohttp.ClientSession, update: Pending, body: bytes) -> None:
        if self.world.faults.duplicates:
            self.world.faults.duplicates -= 1
            await self._push(session, update.id, body)
        self.world.updates.acknowledge(update.id)

    def _pause(self, failures: int, asked: float) -> float:
        """Seconds until the next try: what the answer asked for, or none the first time and then twice as long each
        time.
        """
        if asked > 0:
            return min(asked, LONGEST_ASKED)
        return 0.0 if failures == 1 else min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 2, 10))

    async def _push(self, session: aiohttp.ClientSession, number: int, body: bytes) -> tuple[int, float]:
        """One request; returns the status (0: no answer) and for how long the answer asks to wait."""
        try:
            async with session.post(self.url, data=body, headers=self.headers()) as answer:
                await answer.read()
                status, asked = answer.status, answer.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            status, asked = 0, ""
            self._failed(f"Connection failed: {type(error).__name__}")
        if status and not 200 <= status < 300:
            self._failed(f"Wrong response from the webhook: {status}")
        self.attempts.append((number, status))
        self.world.updates.wake()
        return status, float(asked) if asked.isdecimal() else 0.0

    def headers(self) -> dict[str, str]:
        """The headers of a request, the secret among them where one was set."""
        headers = {"Content-Type": "application/json"}
        return headers | ({HEADER: self.secret} if self.secret else {})

    def _failed(self, words: str) -> None:
        self.last_error, self.last_error_date = words, int(self.world.now())
