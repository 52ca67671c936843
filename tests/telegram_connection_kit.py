"""What the tests of Telegram's connection share: a Bot API that only records, an inbox that can hold and fail."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web

from coterie.adapters.telegram.config import TelegramConfig
from coterie.adapters.telegram.intake import Intake
from coterie.adapters.telegram.reading import Names, Reader
from coterie.core.config import validate
from coterie.core.events import Event, Who
from coterie.core.platform import UnknownPlace
from tests.inbox_kit import Unknowing

BOT: Final = 42
TOKEN: Final = f"{BOT}:AAE-secret_of_this_test"
KEY: Final = b"k" * 32
GROUP: Final = -100200
PATIENCE: Final = 10.0
"""Seconds after which a test that waits for something fails."""


def config(**values: Any) -> TelegramConfig:
    """Settings with the test's token."""
    return validate(TelegramConfig, {"token": TOKEN, **values})


async def until(true: Callable[[], Any], what: str = "it never happened") -> None:
    """Let others run until something is true; fails after :data:`PATIENCE`."""
    for _ in range(int(PATIENCE * 1000)):
        if true():
            return
        await asyncio.sleep(0.001)
    raise AssertionError(what)


async def spin(times: int = 50) -> None:
    """Let everything that is ready run."""
    for _ in range(times):
        await asyncio.sleep(0)


class FakeCalls:
    """Records calls; ``script`` holds what is answered next by method: a result, an error to raise, or a function."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.script: defaultdict[str, list[Any]] = defaultdict(list)
        self.otherwise: dict[str, Any] = {}

    async def call(
        self,
        method: str,
        data: Mapping[str, Any],
        *,
        timeout: float | None = None,  # noqa: ASYNC109
        fine: Collection[str] = (),
    ) -> Any:
        self.calls.append((method, dict(data)))
        await asyncio.sleep(0)
        answer = self.script[method].pop(0) if self.script[method] else self.otherwise.get(method, True)
        if callable(answer):
            answer = answer(data)
        if isinstance(answer, Awaitable):
            answer = await answer
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def of(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every call of one method."""
        return [data for name, data in self.calls if name == method]


class FakeInbox(Unknowing):
    """Events that were submitted, each with its future; ``hold`` leaves the futures open."""

    def __init__(self) -> None:
        super().__init__()
        self.submitted: list[tuple[Event, asyncio.Future[Any]]] = []
        self.hold = False
        self.errors: list[BaseException | None] = []

    @property
    def events(self) -> list[Event]:
        return [event for event, _ in self.submitted]

    def submit(self, event: Event) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.submitted.append((event, future))
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            future.set_exception(error)
        elif not self.hold:
            future.set_result(None)
        return future

    def commit(self, number: int) -> None:
        """Commit the event that was submitted as the n-th, from 0."""
        self.submitted[number][1].set_result(None)

    def fail(self, number: int, error: BaseException) -> None:
        self.submitted[number][1].set_exception(error)


class FakeQueries:
    """Taps that were opened and closed."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.closed: list[str] = []
        self.waiting: set[str] = set()

    def opened(self, query: str) -> None:
        self.open.append(query)

    def expected(self, query: str) -> bool:
        return query in self.waiting

    async def close(self, query: str) -> None:
        self.closed.append(query)


class Bench:
    """An intake with everything around it recorded."""

    def __init__(self, **options: Any) -> None:
        self.calls = FakeCalls()
        self.inbox = FakeInbox()
        self.queries = FakeQueries()
        self.intake = Intake(
            Reader(BOT, "our_bot", KEY, Names()),
            self.queries,
            self.calls,
            self.inbox,
            key=KEY,
            **options,
        )


STORE_DOWN: Final = ConnectionError("the store is gone")
NOBODYS: Final = UnknownPlace("nobody's")


def person(number: int = 7, **fields: Any) -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": f"Person {number}", **fields}


def chat(number: int = GROUP, title: str = "The lounge") -> dict[str, Any]:
    return {"id": number, "type": "supergroup", "title": title}


def said(update: int, text: str = "hello", *, where: int = GROUP, who: int = 7, **fields: Any) -> dict[str, Any]:
    """Somebody writes in a group."""
    message = {"message_id": update, "date": 1_700_000_000, "chat": chat(where), "from": person(who), "text": text}
    return {"update_id": update, "message": message | fields}


def tapped(update: int, query: str = "q1", *, where: int = GROUP) -> dict[str, Any]:
    """Somebody presses a button of ours."""
    message = {
        "message_id": 5,
        "date": 1_700_000_000,
        "chat": chat(where),
        "from": {"id": BOT, "is_bot": True, "first_name": "Ours"},
        "text": "press",
    }
    body = {"id": query, "from": person(), "chat_instance": "1", "message": message, "data": "token"}
    return {"update_id": update, "callback_query": body}


def asked_to_join(update: int, query: str = "jq", *, where: int = GROUP) -> dict[str, Any]:
    """Somebody asks to be let in, and Telegram waits for our word."""
    body = {"chat": chat(where), "from": person(), "user_chat_id": 7, "date": 1_700_000_000, "query_id": query}
    return {"update_id": update, "chat_join_request": body}


def checkout(update: int, payload: str, *, who: int = 7, amount: int = 50, **payer: Any) -> dict[str, Any]:
    """Somebody is about to pay."""
    body = {
        "id": "co",
        "from": person(who, **payer),
        "currency": "XTR",
        "total_amount": amount,
        "invoice_payload": payload,
    }
    return {"update_id": update, "pre_checkout_query": body}


def writers(inbox: FakeInbox) -> list[str]:
    """The account ids behind the events, in their order."""
    return [event.who.id for event in inbox.events if isinstance(event.who, Who)]


class BotServer:
    """A Bot API of a few lines: hands out ``updates``, and answers everything else from ``answers`` by method.

    An answer is a result, or a ``(status, body)`` pair, or a list of such, the last of which stays.
    """

    def __init__(self) -> None:
        self.updates: list[Any] = []
        self.raw: list[bytes] = []
        self.answers: dict[str, Any] = {
            "getMe": {"id": BOT, "is_bot": True, "first_name": "Ours", "username": "our_bot"}
        }
        self.gates: dict[str, asyncio.Event] = {}
        """By method: nothing is answered before the event is set."""
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.offset = 0
        self.held = 0
        self.address = ""
        self._more = asyncio.Event()

    def tell(self, *updates: Any) -> None:
        """Something happened."""
        self.updates += updates
        self._more.set()

    def of(self, method: str) -> list[dict[str, str]]:
        return [data for name, data in self.calls if name == method]

    async def handle(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _failed(401, "Unauthorized")
        method = request.match_info["method"]
        data = {name: str(value) for name, value in (await request.post()).items()}
        self.calls.append((method, data))
        if method in self.gates:
            await self.gates[method].wait()
        found = self.answers.get(method)
        if found is None and method == "getUpdates":
            return await self._updates(data)
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, tuple):
            return _failed(*found)
        return web.json_response({"ok": True, "result": True if found is None else found})

    async def _updates(self, data: dict[str, str]) -> web.Response:
        self.offset = max(self.offset, int(data["offset"]))
        if self.raw:
            return web.Response(body=self.raw.pop(0), content_type="application/json")
        self.updates = [each for each in self.updates if each["update_id"] >= int(data["offset"])]
        if not self.updates:
            self._more.clear()
            self.held += 1
            try:
                async with asyncio.timeout(float(data["timeout"])):
                    await self._more.wait()
            except TimeoutError:
                pass
            finally:
                self.held -= 1
        return web.json_response({"ok": True, "result": self.updates[: int(data["limit"])]})


def _failed(status: int, description: str, **parameters: Any) -> web.Response:
    body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")


@asynccontextmanager
async def bot_server() -> AsyncIterator[BotServer]:
    """Serve on a free port of this machine; ``address`` is what stands before the token."""
    server = BotServer()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.address = f"http://{host}:{port}/bot"
    try:
        yield server
    finally:
        await runner.cleanup()
