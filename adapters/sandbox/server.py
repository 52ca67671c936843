"""The pages: one document, its files, the WebSocket, and the same acts for scripts over plain HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from coterie.adapters.sandbox.acts import Actor
from coterie.adapters.sandbox.guard import Guard, Handler
from coterie.adapters.sandbox.hub import Hub
from coterie.adapters.sandbox.protocol import ActError, decode_act, encode
from coterie.adapters.sandbox.views import Views

FOLDER: Final = Path(__file__).parent
TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
LARGEST_BODY: Final = 256 * 1024
"""Bytes of one act over HTTP."""

Route = tuple[str, str, Callable[[web.Request], Any]]


def lean(source: str) -> str:
    """A file without its indentation and whole-line comments; each line keeps its number."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join("" if line.startswith(("//", "/**")) else line for line in lines)


class Files:
    """The page's own files, read once; browsers ask each time whether theirs is still the newest."""

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = [folder / "templates" / "playground.html", *sorted((folder / "static").iterdir())]
        self._files = {
            path.name: (lean(path.read_text(encoding="utf-8")).encode(), TYPES[path.suffix])
            for path in paths
            if path.suffix in TYPES
        }
        self._tags = {name: hashlib.sha256(body).hexdigest()[:16] for name, (body, _) in self._files.items()}

    def answer(self, request: web.Request, name: str) -> web.Response:
        """A file, or 304 when the browser has it."""
        if name not in self._files:
            raise web.HTTPNotFound(text="There is no such file.")
        tag = f'"{self._tags[name]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        body, media_type = self._files[name]
        return web.Response(body=body, content_type=media_type, charset="utf-8", headers=headers)


class Playground:
    """The handlers of one town's pages."""

    def __init__(self, views: Views, actor: Actor, hub: Hub, guard: Guard) -> None:
        self.views = views
        self.actor = actor
        self.hub = hub
        self.guard = guard
        self.files = Files()

    def routes(self) -> list[Route]:
        """Every route behind the guard."""
        handlers: Mapping[tuple[str, str], Handler] = {
            ("GET", "/"): self.page,
            ("GET", "/playground/{name}"): self.file,
            ("GET", "/playground/picture/{message}/{number}"): self.picture,
            ("GET", "/ws"): self.hub.serve,
            ("POST", "/api/act"): self.act,
            ("GET", "/api/state"): self.state,
        }
        return [(method, path, self.guard.wrap(handler)) for (method, path), handler in handlers.items()]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The document."""
        return self.files.answer(request, "playground.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A style sheet, a script, the mark."""
        return self.files.answer(request, request.match_info["name"])

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """A picture of a card, by its number from 0; only kinds that carry no script."""
        message = self.views.town.messages.get(request.match_info["message"])
        number = request.match_info["number"]
        there = message.pictures if message is not None and not message.deleted else ()
        picture = next((each for place, each in enumerate(there) if str(place) == number), None)
        if picture is None or picture.media_type not in PICTURES:
            raise web.HTTPNotFound(text="There is no such picture.")
        headers = {"Cache-Control": "private, max-age=3600"}
        return web.Response(body=picture.data, content_type=picture.media_type, headers=headers)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """One act; answered after its commit. With ``?settle=1`` also after everything that follows from it."""
        try:
            if request.content_type != "application/json":
                raise ActError("malformed", "Send JSON with Content-Type: application/json.", 415)
            if (request.content_length or 0) > LARGEST_BODY:
                raise ActError("too-long", f"An act has at most {LARGEST_BODY} bytes.", 413)
            values = await self.actor.begin(decode_act(await request.read()))
            if request.query.get("settle") == "1" and self.actor.stage is not None:
                await self.actor.stage.settle()
        except ActError as error:
            return _json({"ok": False, "code": error.code, "error": str(error)}, error.status)
        return _json({"ok": True, **values})

    async def state(self, request: web.Request) -> web.StreamResponse:
        """What one person sees: ``persona``, and optionally ``room`` and ``since`` (a change number)."""
        town = self.views.town
        persona = town.people.get(request.query.get("persona", "").lower())
        name = request.query.get("room", "").removeprefix("#")
        since = request.query.get("since", "0")
        if persona is None:
            return _json(
                {"ok": False, "code": "no-person", "error": "There is nobody of that name.", "people": [*town.people]},
                404,
            )
        if name and name not in town.rooms:
            return _json({"ok": False, "code": "no-room", "error": f"There is no room #{name}."}, 404)
        if not (since.isascii() and since.isdigit() and len(since) < 16):
            return _json({"ok": False, "code": "malformed", "error": "since must be a change number."}, 400)
        return _json({"ok": True, **self.views.seen_by(persona, town.rooms.get(name), int(since))})


def _json(values: Mapping[str, Any], status: int = 200) -> web.Response:
    return web.Response(
        text=encode(values), status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )
