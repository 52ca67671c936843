"""The HTTP side: addresses, bodies of every kind, and one call after the other through faults and methods."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from typing import Any, Final

from aiohttp import web
from aiohttp.web_request import FileField
from telegram import Bot

from coterie.adapters.telegram.fake.arguments import Args, Json, Upload, decode
from coterie.adapters.telegram.fake.deleting import Deleting
from coterie.adapters.telegram.fake.errors import ApiError, bad
from coterie.adapters.telegram.fake.faults import Fault
from coterie.adapters.telegram.fake.invites import Invites
from coterie.adapters.telegram.fake.members import Members
from coterie.adapters.telegram.fake.messages import Edits, Messages
from coterie.adapters.telegram.fake.payments import Payments
from coterie.adapters.telegram.fake.polling import Polling
from coterie.adapters.telegram.fake.polls import Polls
from coterie.adapters.telegram.fake.profile import Profile
from coterie.adapters.telegram.fake.rooms import Method
from coterie.adapters.telegram.fake.topics import Topics
from coterie.adapters.telegram.fake.webhook import Webhook
from coterie.adapters.telegram.fake.world import World

LARGEST_BODY: Final = 52 * 1024 * 1024
TOKEN: Final = re.compile(r"\d+:.+")
KNOWN: Final = frozenset(name.lower() for name in dir(Bot) if "_" not in name)
"""Methods that the real server has, as far as the library knows."""
JSON_FIELDS: Final = frozenset({
    "allowed_updates", "caption_entities", "commands", "correct_option_ids", "entities", "media", "message_ids",
    "options", "permissions", "prices", "reaction", "reply_markup", "reply_parameters", "scope",
})  # fmt: skip


class Server:
    """Answers ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

    def __init__(self, world: World, webhook: Webhook) -> None:
        self.world = world
        self.rooms: dict[str, tuple[str, Method]] = {}
        for room in (Profile, Messages, Edits, Deleting, Members, Invites, Topics, Polls, Payments):
            self.rooms |= room(world).methods()
        self.rooms |= Polling(world, webhook).methods()

    def application(self) -> web.Application:
        """The aiohttp application."""
        application = web.Application(client_max_size=LARGEST_BODY)
        application.router.add_route("*", "/bot{token:[^/]+}/{method}", self.handle)
        application.router.add_get("/file/bot{token:[^/]+}/files/{file}", self.download)
        return application

    async def download(self, request: web.Request) -> web.Response:
        """The bytes of a file that getFile named."""
        data = self.world.files.get(request.match_info["file"])
        if request.match_info["token"] != self.world.token or data is None:
            return _answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        return web.Response(body=data, content_type="application/octet-stream")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        try:
            name, method = self._method(request.match_info["token"], request.match_info["method"])
            args = await _arguments(request)
            self.world.calls.append((name, _readable(args)))
            fault = self.world.faults.take(name, args.integer("chat_id"))
            if fault is not None:
                return await self._faulty(request, fault, method, args)
            return _answer(200, {"ok": True, "result": await _carry_out(method, args)})
        except ApiError as error:
            return _refusal(error)

    def _method(self, token: str, name: str) -> tuple[str, Method]:
        if token != self.world.token:
            raise ApiError(401, "Unauthorized") if TOKEN.fullmatch(token) else ApiError(404, "Not Found")
        found = self.rooms.get(name.lower())
        if found is not None:
            return found
        if name.lower() in KNOWN:
            raise ApiError(501, f"Not Implemented: this fake has no {name}")
        raise ApiError(404, "Not Found: method not found")

    async def _faulty(self, request: web.Request, fault: Fault, method: Method, args: Args) -> web.StreamResponse:
        """A call with something going wrong."""
        if fault.kind == "fail":
            raise fault.error()
        if fault.kind == "junk":
            return web.Response(status=fault.status, body=fault.body, content_type="application/json")
        if fault.kind == "reset-before":
            return _cut(request)
        try:
            answer = _answer(200, {"ok": True, "result": await _carry_out(method, args)})
        except ApiError as error:
            answer = _refusal(error)
        if fault.kind == "reset-after":
            return _cut(request)
        await asyncio.sleep(fault.seconds)
        return answer


async def _carry_out(method: Method, args: Args) -> Any:
    result = method(args)
    return await result if inspect.isawaitable(result) else result


def _cut(request: web.Request) -> web.Response:
    """Drop the connection: what the client sees is a reset in place of an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _answer(status: int, body: Json) -> web.Response:
    return web.Response(status=status, body=json.dumps(body).encode(), content_type="application/json")


def _refusal(error: ApiError) -> web.Response:
    answer = _answer(error.status, error.body())
    if "retry_after" in error.parameters:
        answer.headers["Retry-After"] = str(error.parameters["retry_after"])
    return answer


def _readable(args: Args) -> Json:
    """The parameters for the log: those that hold JSON as values, files as their names."""
    values: Json = {}
    for name, value in args.values.items():
        try:
            values[name] = decode(value) if name in JSON_FIELDS and isinstance(value, str) else value
        except ValueError:
            values[name] = value
    return values | {name: upload.name for name, upload in args.files.items()}


async def _arguments(request: web.Request) -> Args:
    """The parameters of the address and of a JSON, form or multipart body."""
    values: Json = dict(request.query)
    files: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json":
            values |= _object(await request.read())
        else:
            for name, value in (await request.post()).items():
                if isinstance(value, FileField):
                    files[name] = Upload(value.filename, value.file.read())
                else:
                    values[name] = _text(value)
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    except UnicodeError:
        raise bad("strings must be encoded in UTF-8") from None
    except ValueError:
        raise bad("can't parse the body of the request") from None
    return Args(values, files)


def _object(body: bytes) -> Json:
    value = decode(body) if body else {}
    if not isinstance(value, dict):
        raise bad("object expected as the body of the request")
    return value


def _text(value: str | bytes | bytearray) -> str:
    """A form's value; :class:`UnicodeError` for one that is no UTF-8."""
    text = value if isinstance(value, str) else bytes(value).decode()
    text.encode()
    return text
