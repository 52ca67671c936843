"""What the tests of Discord's connection share: an inbox that can hold, fail and note, and platforms on a fake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from coterie.adapters.discord import DiscordAdapter, DiscordConfig
from coterie.adapters.discord.fake import FakeDiscord
from coterie.adapters.discord.platform import DiscordPlatform
from coterie.core.config import validate
from coterie.core.events import CommandCalled, Event, MessagePosted
from coterie.core.platform import Presence, Suggestion, UnknownPlace

TOKEN: Final = "MTAwMDAwMQ.fake.token-of-this-test"
STORE_DOWN: Final = ConnectionError("the store is gone")
NOBODYS: Final = UnknownPlace("nobody's")
PATIENCE: Final = 10.0
"""Seconds after which a test that waits for something fails."""


def config(**values: Any) -> DiscordConfig:
    """Settings with the test's token."""
    return validate(DiscordConfig, {"token": TOKEN, **values})


async def until(true: Callable[[], Any], what: str = "it never happened") -> None:
    """Let others run until something is true; fails after :data:`PATIENCE`."""
    for _ in range(int(PATIENCE * 500)):
        if true():
            return
        await asyncio.sleep(0.002)
    raise AssertionError(what)


async def spin(times: int = 50) -> None:
    """Let everything that is ready run."""
    for _ in range(times):
        await asyncio.sleep(0)


class StubInbox:
    """Events that were submitted, each with its future.

    ``hold`` leaves the futures of messages open, ``broken`` says what a message fails with.
    ``effects`` counts the keys that were committed, as the store does: a second event with a key does nothing.
    """

    def __init__(self, notes: dict[str, str] | None = None) -> None:
        self.submitted: list[tuple[Event, asyncio.Future[Any]]] = []
        self.notes = {} if notes is None else notes
        self.hold = False
        self.broken: Callable[[Event], BaseException | None] = lambda _event: None
        self.effects: dict[str, Event] = {}
        self.suggestions: Sequence[Suggestion] = ()
        self.asked: list[tuple[CommandCalled, str]] = []

    @property
    def events(self) -> list[Event]:
        return [event for event, _ in self.submitted]

    @property
    def texts(self) -> list[str]:
        """What was said, as often as it was handed in."""
        return [event.text for event in self.events if isinstance(event, MessagePosted)]

    @property
    def said(self) -> list[str]:
        """What was said and is committed, each once."""
        return [event.text for event in self.effects.values() if isinstance(event, MessagePosted)]

    def submit(self, event: Event) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.submitted.append((event, future))
        message = isinstance(event, MessagePosted)
        error = self.broken(event) if message else None
        if error is not None:
            future.set_exception(error)
        elif not (message and self.hold):
            self.effects.setdefault(event.key, event)
            future.set_result(None)
        return future

    @property
    def messages(self) -> list[tuple[Event, asyncio.Future[Any]]]:
        """Messages that were submitted, each with its future."""
        return [each for each in self.submitted if isinstance(each[0], MessagePosted)]

    def commit(self, number: int) -> None:
        """Commit the message that was submitted as the n-th, from 0."""
        event, future = self.messages[number]
        self.effects.setdefault(event.key, event)
        future.set_result(None)

    def commit_all(self) -> None:
        """Commit what is open, and hold nothing any more."""
        self.hold = False
        for number, (_, future) in enumerate(self.messages):
            if not future.done():
                self.commit(number)

    async def suggest(self, event: CommandCalled, option: str) -> Sequence[Suggestion]:
        self.asked.append((event, option))
        return self.suggestions

    async def presences(self, adapter: str, space: str, after: int = 0, limit: int = 1000) -> Sequence[Presence]:
        return ()

    async def recall(self, name: str) -> str:
        return self.notes.get(name, "")

    async def note(self, name: str, value: str) -> None:
        self.notes[name] = value


def built(fake: FakeDiscord, **values: Any) -> DiscordPlatform:
    """A platform for a fake, which does not wait long for anything."""
    settings = {"token": fake.token, "rest_url": fake.rest_url, "gateway_url": fake.gateway_url, **values}
    platform = DiscordAdapter(validate(DiscordConfig, settings)).platform
    platform.connection._pause = lambda _tries: 0.01
    platform.connection._minute = 0.05
    return platform


@asynccontextmanager
async def running(
    fake: FakeDiscord, inbox: StubInbox, *, wait: bool = True, **values: Any
) -> AsyncIterator[DiscordPlatform]:
    """A platform that was started, and (``wait``) has come to know all; afterwards nothing of it may be left."""
    before = asyncio.all_tasks()
    platform = built(fake, **values)
    await platform.start(inbox)
    try:
        if wait:
            await until(lambda: connected(fake, platform), "it never was connected")
        yield platform
    finally:
        await platform.stop()
        await platform.close()
        left = [task for task in asyncio.all_tasks() - before if task.get_name().startswith("discord")]
        assert not left, f"left behind: {left}"


def connected(fake: FakeDiscord, platform: DiscordPlatform) -> bool:
    """Whether every shard has a session, and has read all that it was told."""
    sockets = [shard.socket for shard in platform.connection.shards]
    sessions = {session.id: session for session in fake.sessions.live}
    return bool(sockets) and all(
        ws is not None and ws.session_id in sessions and ws.heard
        and sessions[ws.session_id].sequence == max(ws.tracker.done or 0, ws.tracker._last)
        for ws in sockets
    )  # fmt: skip


async def crash(platform: DiscordPlatform) -> None:
    """End a platform as a process ends that is killed: nothing is waited for, said or written."""
    connection = platform.connection
    tasks = [*connection._tasks, *(task for shard in connection.shards for task in shard._tasks)]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    platform.client.attach(None)
    for ws in list(platform.client.sockets.values()):
        assert ws.socket._response.connection is not None
        ws.socket._response.connection.transport.abort()
        ws._keep_alive.stop()
    connection._tasks, connection.shards = [], []
    await platform.close()
