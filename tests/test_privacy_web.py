"""One-time links: a look uses nothing up, the button gives the file once, nothing else does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from coterie.core.api import Context
from coterie.core.app import App
from coterie.core.config import Config, Settings
from coterie.core.events import Who
from coterie.core.people.privacy import links
from coterie.core.people.privacy.exporting import Export
from coterie.core.testing import Town
from coterie.core.testing.scratch import scratch
from coterie.core.web.shell import make_web
from coterie.storage.tables import export_links
from tests.privacy_kit import unpacked

pytestmark = pytest.mark.asyncio
PUBLIC = "https://coterie.example/community/"


@dataclass
class House:
    app: App
    client: TestClient[web.Request, web.Application]

    async def link(self) -> str:
        """A new link for Alice, without the public part of the address."""
        await self.app.grant(Who("sandbox", "alice", "Alice"), 5, "points", "test", "once")

        def make(ctx: Context) -> str | None:
            account = ctx.unit.members.account(ctx.community.id, "sandbox", "alice")
            assert account is not None
            return ctx.privacy.link(account.member)

        found = await self.app.on_lane(None, make)
        assert found.startswith("https://coterie.example/community/privacy/export/")
        return str(found).removeprefix(PUBLIC.rstrip("/"))


@asynccontextmanager
async def house(public: str = PUBLIC) -> AsyncIterator[House]:
    """An application on a thread lane, with its pages."""
    from coterie.core.clock import MovableClock

    database = scratch()
    core = {"database": database.url, "web": {"public": public}}
    settings, town = Settings.default({}, {"sandbox": Config}, core=core), Town(MovableClock())
    app = App(settings, plugins=(), platforms=[town.platform], clock=town.clock)
    await app.start()
    try:
        async with TestClient(TestServer(make_web(app))) as client:
            yield House(app, client)
    finally:
        await app.stop()
        database.remove()


async def test_a_link_gives_the_file_once() -> None:
    async with house() as at:
        path = await at.link()
        for _ in range(2):  # what looks at links to show a preview uses none up
            looked = await at.client.get(path)
            assert looked.status == 200
            assert '<form method="post">' in await looked.text()
            assert "form-action 'self'" in looked.headers["Content-Security-Policy"]
        given = await at.client.post(path)
        assert given.status == 200
        assert given.headers["Content-Type"] == "application/zip"
        assert given.headers["Cache-Control"] == "no-store"
        assert '"name": "Alice"' in unpacked(await given.read())["member.json"]
        assert [(await at.client.post(path)).status, (await at.client.get(path)).status] == [410, 410]


async def test_of_many_at_once_one_gets_it() -> None:
    async with house() as at:
        path = await at.link()
        answers = await asyncio.gather(*(at.client.post(path) for _ in range(5)))
        assert sorted(answer.status for answer in answers) == [200, 410, 410, 410, 410]


async def test_a_link_that_is_old_wrong_or_followed_by_another_gives_nothing() -> None:
    async with house() as at:
        first = await at.link()
        second = await at.link()
        assert (await at.client.get(first)).status == 410
        assert (await at.client.get(f"{links.PATH}{'0' * 48}")).status == 410
        at.app.clock.move_to(at.app.clock.now() + links.LIFE)  # type: ignore[attr-defined]
        assert (await at.client.post(second)).status == 410


async def test_the_store_keeps_no_link() -> None:
    async with house() as at:
        path = await at.link()
        rows = await at.app.on_lane(None, lambda ctx: ctx.db.execute(select(export_links)).all())
        assert path.rpartition("/")[2] not in str(rows)


async def test_an_export_that_fails_leaves_the_link_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house() as at:
        path = await at.link()
        with monkeypatch.context() as patch:
            patch.setattr(Export, "write", lambda *_: 1 / 0)
            assert (await at.client.post(path)).status == 500
        assert (await at.client.post(path)).status == 200


async def test_without_a_public_address_there_are_no_links() -> None:
    async with house("") as at:
        with pytest.raises(AttributeError):  # there is none to take apart
            await at.link()
        assert (await at.client.get(f"{links.PATH}{'0' * 48}")).status == 404
