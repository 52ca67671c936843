"""Handing over an export: a page with one button, for links are looked at by programs, and the zip behind it, once."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from coterie.core.context import Context
from coterie.core.events import Event
from coterie.core.people.privacy import links
from coterie.core.people.privacy.exporting import Export
from coterie.core.unit import Unit
from coterie.storage.engine import LaneConnection

if TYPE_CHECKING:
    from coterie.core.app import App

POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
PAGE: Final = """<!doctype html>
<html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title}</title>
<h1>{title}</h1><p>{text}</p><form method="post"><button>{button}</button></form></html>
"""


class Handing:
    """The pages of one-time links."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._one = asyncio.Semaphore(1)

    async def page(self, request: web.Request) -> web.Response:
        """Ask for a click; a program that looks at the link uses nothing up."""
        found = await self._find(request)
        words = {
            name: str(self._app.services.translator.text("core", f"handing-{name}", self._locale(found[0]), {}))
            for name in ("title", "text", "button")
        }
        return web.Response(
            text=PAGE.format(lang=self._locale(found[0]), **words),
            content_type="text/html",
            headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"},
        )

    async def give(self, request: web.Request) -> web.StreamResponse:
        """Use the link up and give the file; it lies on the disk no longer than that takes."""
        community, _, member = await self._find(request)
        with tempfile.TemporaryDirectory(prefix="coterie-export-") as folder:
            file = Path(folder) / f"member-{member}.zip"
            async with self._one:
                await asyncio.to_thread(self._write, file, community, member)
            # Used up once there is something to give: a link whose export failed works again.
            secret, now = request.match_info["secret"], self._app.clock.now()
            if not await self._app._on_lane(community, lambda ctx: links.use(ctx.unit.db, secret, now)):
                raise _gone()
            response = web.StreamResponse(
                headers={
                    "Content-Type": "application/zip",
                    "Content-Disposition": f'attachment; filename="{file.name}"',
                    "Content-Length": str(file.stat().st_size),
                    "Cache-Control": "no-store",
                }
            )
            await response.prepare(request)
            with file.open("rb") as opened:
                while part := await asyncio.to_thread(opened.read, 1 << 16):
                    await response.write(part)
            await response.write_eof()
        return response

    async def _find(self, request: web.Request) -> tuple[int, int, int]:
        secret, now = request.match_info["secret"], self._app.clock.now()
        found: Any = await self._app._on_store(lambda ctx: links.find(ctx.unit.db, secret, now))
        if found is None or found[0] not in self._app.directory.communities:
            raise _gone()
        return found  # type: ignore[no-any-return]

    def _locale(self, community: int) -> str:
        return self._app.directory.communities[community].locale

    def _write(self, file: Path, community: int, member: int) -> None:
        """Read in one snapshot, on a connection of its own: no lane waits for it."""
        options: dict[str, object] = {"coterie_read": True}
        if self._app.store.engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        lane = LaneConnection(self._app.store.engine.execution_options(**options))
        try:
            assert lane.connection is not None  # inside a transaction of its own
            here = self._app.directory.communities[community]
            ctx = Context(Unit(lane, self._app.services), here, Event(key=""), None)
            found = ctx.find_member(member)
            if found is None:
                raise LookupError(f"there is no member {member}")
            with file.open("xb") as out:
                Export(ctx, self._app.registry.plugins, found).write(out)
        finally:
            lane.close()


def _gone() -> web.HTTPGone:
    return web.HTTPGone(text="This link was used already, or its time has passed. Ask for a new one with /privacy.\n")
