"""The HTTP side: addresses, bodies of every kind, and one call after the other through faults, limits and rooms."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from coterie.adapters.discord.fake.errors import Json, RestError
from coterie.adapters.discord.fake.faults import Fault
from coterie.adapters.discord.fake.gateway import Gateway
from coterie.adapters.discord.fake.limits import Verdict
from coterie.adapters.discord.fake.own import OWN
from coterie.adapters.discord.fake.rest import ROUTES
from coterie.adapters.discord.fake.routing import Handler, Request, Route, Upload
from coterie.adapters.discord.fake.world import Call, World

BASE: Final = "/api/v10"
LARGEST_BODY: Final = 26 * 1024 * 1024
OPEN: Final = ("/interactions/", "/webhooks/")
"""Addresses that carry a token of their own."""


class Server:
    """Answers ``/api/v10/...`` and takes connections to ``/gw``."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world = world
        self.gateway = gateway

    def application(self) -> web.Application:
        """The aiohttp application."""
        application = web.Application(client_max_size=LARGEST_BODY)
        for method, path, handler in sorted([*OWN, *ROUTES], key=_literal_first):
            application.router.add_route(method, BASE + path, self._entry(path, handler))
        for address in ("/gw", "/gw/", "/gw/resume"):
            application.router.add_get(address, self.gateway.handle)
        application.router.add_route("*", "/{rest:.*}", self._nowhere)
        return application

    def _entry(self, path: str, handler: Handler) -> Any:
        async def entry(request: web.Request) -> web.StreamResponse:
            return await self._handle(request, path, handler)

        return entry

    async def _nowhere(self, request: web.Request) -> web.Response:
        self.world.calls.append(Call(request.method, request.path.removeprefix(BASE), "", None, "", ()))
        error = RestError(404, 0, "404: Not Found")
        return _answer(error.status, error.body())

    async def _handle(self, web_request: web.Request, path: str, handler: Handler) -> web.StreamResponse:
        """One call."""
        world, method = self.world, web_request.method
        ids = dict(web_request.match_info)
        try:
            request = await self._request(web_request, path, ids)
        except RestError as error:
            return self._refusal(error, {})
        address = web_request.path.removeprefix(BASE)
        files = tuple(upload.name for upload in request.files)
        world.calls.append(Call(method, address, path, request.body, request.reason, files))
        fault = world.faults.take(method, path, address)
        if fault is not None and fault.kind in ("fail", "junk", "reset-before"):
            return self._broken(web_request, fault)
        verdict = world.limits.take(method, path, ids)
        answer = self._limited(verdict) if verdict.wait > 0 else self._carry_out(request, handler, verdict.headers)
        world.wake()
        if fault is not None and fault.kind == "reset-after":
            return _cut(web_request)
        if fault is not None:
            await asyncio.sleep(fault.seconds)
        return answer

    def _carry_out(self, request: Request, handler: Handler, headers: Mapping[str, str]) -> web.Response:
        try:
            if not request.auth and not request.path.startswith(OPEN):
                raise RestError(401, 0, "401: Unauthorized")
            result = handler(self.world, request)
        except RestError as error:
            return self._refusal(error, headers)
        return _answer(204, None, headers) if result is None else _answer(200, result, headers)

    def _refusal(self, error: RestError, headers: Mapping[str, str]) -> web.Response:
        self.world.limits.answered(error.status)
        return _answer(error.status, error.body(), headers)

    def _limited(self, verdict: Verdict) -> web.Response:
        return self._slow_down(verdict.wait, verdict.scope, verdict.headers, via=not verdict.blocked)

    def _slow_down(self, wait: float, scope: str, headers: Mapping[str, str], *, via: bool) -> web.Response:
        """429, from the server itself or from the edge in front of it."""
        self.world.limits.answered(429, scope)
        if not via:
            edge = {"Retry-After": str(max(1, round(wait))), "Server": "cloudflare"}
            return web.Response(status=429, text="error code: 1015", headers=edge)
        given = {"Retry-After": f"{wait:.3f}", "X-RateLimit-Scope": scope, "Via": "1.1 google"} | dict(headers)
        if scope == "global":
            given["X-RateLimit-Global"] = "true"
        body = {"message": "You are being rate limited.", "retry_after": wait, "global": scope == "global"}
        return _answer(429, body, given)

    def _broken(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        """A call that is not carried out."""
        if fault.kind == "reset-before":
            return _cut(request)
        if fault.kind == "junk":
            return web.Response(status=fault.status, body=fault.body, content_type="application/json")
        if fault.status == 429:
            return self._slow_down(fault.retry_after, fault.scope, {}, via=fault.via)
        return self._refusal(RestError(fault.status, fault.code, fault.message), {})

    async def _request(self, request: web.Request, path: str, ids: dict[str, str]) -> Request:
        body, files = await _body(request)
        reason = unquote(request.headers.get("X-Audit-Log-Reason", ""), errors="replace")
        auth = request.headers.get("Authorization", "") == f"Bot {self.world.token}"
        return Request(request.method, path, ids, body, files, dict(request.query), reason, auth)


def _literal_first(route: Route) -> tuple[bool, ...]:
    return tuple(part.startswith("{") for part in route[1].split("/"))


def _cut(request: web.Request) -> web.Response:
    """Drop the connection: what the client sees is a reset in place of an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer whose type is exactly ``application/json``, as the library wants it."""
    given = {"Via": "1.1 google"} | dict(headers or {})
    if status == 204:
        return web.Response(status=204, headers=given)
    return web.Response(
        status=status, body=json.dumps(body).encode(), headers=given | {"Content-Type": "application/json"}
    )


async def _body(request: web.Request) -> tuple[Any, list[Upload]]:
    """The JSON and the files of a request.  Raises :class:`RestError` for a body that cannot be read."""
    try:
        if request.content_type == "multipart/form-data":
            return await _parts(request)
        raw = await request.read()
        return (json.loads(raw) if raw else None), []
    except web.HTTPRequestEntityTooLarge:
        raise RestError(413, 40005, "Request entity too large") from None
    except (ValueError, RecursionError, AssertionError):
        raise RestError(400, 50109, "The request body contains invalid JSON.") from None


async def _parts(request: web.Request) -> tuple[Any, list[Upload]]:
    body: Any = None
    files: list[Upload] = []
    size = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise RestError(400, 50109, "The request body contains invalid JSON.")
        data = bytes(await part.read())
        size += len(data)
        if size > LARGEST_BODY:
            raise RestError(413, 40005, "Request entity too large")
        name = part.name or ""
        if name == "payload_json":
            body = json.loads(data)
        elif part.filename is not None:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files.append(Upload(name, part.filename, data, kind))
        else:
            body = _merged(body, {name: data.decode()})
    return body, files


def _merged(body: Any, more: Json) -> Json:
    return (body if isinstance(body, dict) else {}) | more
