"""A Telegram Bot API server for tests: python-telegram-bot runs against it, unmodified, over HTTP.

::

    async with FakeTelegram() as fake:
        bot = telegram.Bot(fake.token, base_url=fake.base_url, base_file_url=fake.file_url)
        ...
        update = fake.says("alice", fake.private("alice"), "/checkin")
        await fake.confirmed(update)
        await fake.until(lambda: fake.chat(alice).messages[-1].own)

State is in memory and ends with the server.  ``docs/telegram-fake.md`` says which behaviour stands on which documented
fact.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import aiohttp
from aiohttp import web

from coterie.adapters.telegram.fake.arguments import Json
from coterie.adapters.telegram.fake.comings import Comings
from coterie.adapters.telegram.fake.errors import NotPossible
from coterie.adapters.telegram.fake.faults import Faults
from coterie.adapters.telegram.fake.limits import Limits
from coterie.adapters.telegram.fake.model import RIGHTS, FakeChat, FakeMessage, Member
from coterie.adapters.telegram.fake.server import Server
from coterie.adapters.telegram.fake.threads import FakeThread
from coterie.adapters.telegram.fake.updates import Updates
from coterie.adapters.telegram.fake.webhook import Webhook
from coterie.adapters.telegram.fake.world import Charge, World
from coterie.core.testing.fake import Fake, Listener

TOKEN: Final = "7000001:fake-token-for-tests"


class FakeTelegram(Comings, Fake[World]):
    """The server, and what people do on it.

    ``clock`` gives its time in seconds; how long a call really waits (a long poll, a pause of the webhook) is real time
    all the same.  ``webhook_pace`` multiplies the pauses between tries of the webhook.  Not for use from another thread
    than its loop's; see :meth:`threaded`.
    """

    def __init__(
        self, *, token: str = TOKEN, clock: Callable[[], float] = time.time, webhook_pace: float = 1.0
    ) -> None:
        self.world = World(token, clock)
        self.webhook = Webhook(self.world, webhook_pace)
        self._server = Server(self.world, self.webhook)

    def application(self) -> web.Application:
        return self._server.application()

    def cut(self) -> None:
        self.webhook.close()

    @staticmethod
    def threaded(**options: Any) -> FakeThread[FakeTelegram]:
        """A fake on a thread and loop of its own, for tests that run the application in another process.

        The same ``options`` as the constructor's.
        """
        return FakeThread(lambda: FakeTelegram(**options))

    @property
    def base_url(self) -> str:
        """What python-telegram-bot takes as ``base_url``; the token is appended to it."""
        return f"http://127.0.0.1:{self._port}/bot"

    @property
    def file_url(self) -> str:
        """What python-telegram-bot takes as ``base_file_url``."""
        return f"http://127.0.0.1:{self._port}/file/bot"

    @property
    def bot(self) -> Json:
        """The bot as getMe gives it; changes take effect (``can_read_all_group_messages``)."""
        return self.world.bot

    @property
    def faults(self) -> Faults:
        """Switches that make the server misbehave."""
        return self.world.faults

    @property
    def limits(self) -> Limits:
        """The flood limits; ``limits.enforced = True`` turns them on."""
        return self.world.limits

    @property
    def updates(self) -> Updates:
        """The queue of updates."""
        return self.world.updates

    @property
    def calls(self) -> deque[tuple[str, Json]]:
        """Every call in order: the method, and the parameters with their JSON decoded; the newest 100,000."""
        return self.world.calls

    @property
    def listeners(self) -> list[Listener]:
        """Called with (kind, what) on each change: ``sent``, ``said``, ``edited`` and ``deleted`` with the message,
        ``alert`` and ``answered`` with the answer to a tap, ``member``, ``approve``, ``decline``, ``pinned``,
        ``unpinned``, ``topic``, ``reaction``, ``commands``, ``checkout``, ``paid``, ``refunded``, ``upgraded``.
        """
        return self.world.listeners

    def called(self, method: str) -> list[Json]:
        """The parameters of every call of a method."""
        return [data for name, data in self.world.calls if name.lower() == method.lower()]

    def sends(self, body: Json) -> int:
        """Queue an update with these fields, however odd they are; returns its id.

        Raises :class:`TypeError` for what is no JSON.
        """
        json.dumps(body)
        return self.world.updates.put_body(body)

    async def confirmed(self, update_id: int, within: float = 10.0) -> None:
        """Wait until the bot acknowledged an update: its offset passed it, or the webhook took it.

        0, an update that never was, counts as acknowledged.  Raises :class:`LookupError` when it expired or was
        dropped, :class:`TimeoutError` after ``within`` seconds.
        """
        await self.world.updates.confirmed(update_id, within)

    async def pushes(self, body: bytes, *, secret: str | None = None) -> int:
        """Post any bytes to the webhook, with the secret that was set or another; returns the status of the answer."""
        headers = self.webhook.headers()
        if secret is not None:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.webhook.url, data=body, headers=headers) as answer,
        ):
            await answer.read()
            return answer.status


__all__ = ["RIGHTS", "Charge", "FakeChat", "FakeMessage", "FakeTelegram", "FakeThread", "Member", "NotPossible"]
