"""Changes of the town pushed to every open page, numbered, so that a page knows when it has missed one."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Final

from aiohttp import WSMsgType, web

from coterie.adapters.sandbox.acts import Actor
from coterie.adapters.sandbox.protocol import ActError, Hello, decode_frame, encode, number_of
from coterie.adapters.sandbox.views import Json, Views
from coterie.core.testing import Message

log = logging.getLogger(__name__)

GATHER: Final = 0.02
"""Seconds in which changes are gathered into one frame."""
LARGEST_FRAME: Final = 256 * 1024
"""Bytes that a page may send at once."""
MOST_WAITING: Final = 256
"""Acts of one page that may wait for their commits; the page is read no further until one is done."""
MOST_BEHIND: Final = 16 * 1024 * 1024
"""Characters that may wait for a slow page before it is cut off; it then asks for what it missed."""
HEARTBEAT: Final = 20.0
MOST_PAGES: Final = 64


class Page:
    """One open page: what waits to be sent to it."""

    def __init__(self, transport: asyncio.Transport | None) -> None:
        self._transport = transport
        self.socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=LARGEST_FRAME)
        self.greeted = False
        self._frames: deque[str] = deque()
        self._size = 0
        self._more = asyncio.Event()

    def push(self, frame: str) -> None:
        """Queue a frame; a page that is too far behind is cut off."""
        self._frames.append(frame)
        self._size += len(frame)
        self._more.set()
        if self._size > MOST_BEHIND and self._transport is not None:
            self._frames.clear()
            self._size = 0
            self._transport.abort()

    async def write(self) -> None:
        """Send what is queued, in order, for as long as the page is open."""
        while not self.socket.closed:
            await self._more.wait()
            self._more.clear()
            while self._frames:
                frame = self._frames.popleft()
                self._size -= len(frame)
                await self.socket.send_str(frame)


class Hub:
    """All open pages of one town."""

    def __init__(self, views: Views, actor: Actor) -> None:
        self.views = views
        self.actor = actor
        self.pages: set[Page] = set()
        self._changed: dict[str, Message] = {}
        self._around = False
        self._after = views.town.seq
        self._rooms = len(views.town.rooms)
        self._flush: asyncio.TimerHandle | None = None
        views.town.listeners.append(self.changed)

    def changed(self, message: Message | None) -> None:
        """Take note of a change; pages learn of it within :data:`GATHER` seconds."""
        if message is not None:
            self.views.order(message)
        if not self.pages:
            self._after = self.views.town.seq
        elif message is None:
            self._around = True
        else:
            self._changed[message.id] = message
        if self._flush is None and self.pages:
            self._flush = asyncio.get_running_loop().call_later(GATHER, self.flush)

    def flush(self) -> None:
        """Send what changed since the last frame to every page."""
        self._flush = None
        frame: Json = {"kind": "change", "after": self._after, "seq": self.views.town.seq}
        if self._changed:
            frame["messages"] = [self.views.message(message) for message in self._changed.values()]
        # Rooms come into being silently.
        if self._around or self._rooms != len(self.views.town.rooms):
            frame |= self.views.around()
        self._after, self._around, self._rooms = self.views.town.seq, False, len(self.views.town.rooms)
        self._changed.clear()
        text = encode(frame)
        for page in self.pages:
            if page.greeted:
                page.push(text)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one page until it closes."""
        if len(self.pages) >= MOST_PAGES:
            raise web.HTTPServiceUnavailable(text="Too many open pages.")
        page = Page(request.transport)
        await page.socket.prepare(request)
        self.pages.add(page)
        writer = asyncio.create_task(page.write())
        tasks: set[asyncio.Task[None]] = set()
        room = asyncio.Semaphore(MOST_WAITING)
        try:
            async for message in page.socket:
                if message.type is WSMsgType.TEXT:
                    await room.acquire()
                    self._take(page, message.data, tasks, room)
                elif message.type is WSMsgType.BINARY:
                    page.push(encode({"kind": "done", "id": 0, "code": "malformed", "error": "Send text, not bytes."}))
        finally:
            self.pages.discard(page)
            for task in (writer, *tasks):
                task.cancel()
            await asyncio.gather(writer, *tasks, return_exceptions=True)
        return page.socket

    def _take(self, page: Page, raw: str, tasks: set[asyncio.Task[None]], room: asyncio.Semaphore) -> None:
        """Begin what a page asks for; the answer follows when it is committed."""
        number = 0
        try:
            act = decode_frame(raw)
            number = act.id
            if isinstance(act, Hello):
                self._greet(page, act)
                room.release()
                return
            acted = self.actor.begin(act)
        except ActError as error:
            page.push(_failure(number or number_of(raw), error))
            room.release()
            return

        async def answer() -> None:
            try:
                page.push(encode({**await acted, "kind": "done", "id": number}))
            except ActError as error:
                page.push(_failure(number, error))
            finally:
                room.release()

        task = asyncio.create_task(answer())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def _greet(self, page: Page, hello: Hello) -> None:
        town = self.views.town
        known = hello.run == town.run and 0 < hello.since <= town.seq
        page.push(encode(self.views.since(hello.since) if known else self.views.snapshot()))
        page.greeted = True

    async def close(self) -> None:
        """Close every page; they come back when there is a server again."""
        if self._flush is not None:
            self._flush.cancel()
        pages = [page.socket.close(code=1001, message=b"stopping") for page in self.pages]
        await asyncio.gather(*pages, return_exceptions=True)


def _failure(number: int, error: ActError) -> str:
    return encode({"kind": "done", "id": number, "code": error.code, "error": str(error)})
