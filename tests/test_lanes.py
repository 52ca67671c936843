"""Lanes on threads: every waiter is answered, and order is kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from coterie.core.actions import SendMessage
from coterie.core.app import App
from coterie.core.config import Config, Settings
from coterie.core.engine.breaker import THRESHOLD
from coterie.core.engine.lanes import ThreadLanes
from coterie.core.engine.work import Handled
from coterie.core.events import MessagePosted, Where, Who
from coterie.core.platform import Delivery, Platform
from coterie.storage.faults import StoreUnavailable
from tests.lane_kit import ALICE, Notes, Payday, said, settings_for


@pytest.mark.parametrize("plan", ["work", "stop", "break"])
def test_every_waiter_gets_an_answer(migrated_here: str, plan: str) -> None:
    """Hundreds of events from a running loop: while it stops, and when the lane itself fails."""

    async def play() -> list[Any]:
        app = App(settings_for(migrated_here), plugins=[Payday(), Notes()])
        await app.start()
        assert isinstance(app.lanes, ThreadLanes)
        people = [Who("sandbox", f"m{n}", f"M{n}") for n in range(7)]
        words = ["hi", "boom", "no", "hi", "hi"]
        if plan == "break":
            worker = app.lanes.workers()[0]
            worker._one_by_one = None  # type: ignore[assignment,method-assign]
        futures = [app.submit(said(words[n % 5], f"k{n}", people[n % 7])) for n in range(500)]
        futures[3].cancel()
        if plan == "stop":
            await app.stop()
        outcomes = await asyncio.wait_for(asyncio.gather(*futures, return_exceptions=True), 30)
        if plan != "stop":
            await app.stop()
        return outcomes

    outcomes = asyncio.run(play())
    kinds = {type(outcome).__name__ for outcome in outcomes}
    if plan == "break":
        assert kinds == {"CancelledError", "RuntimeError"}
    else:
        assert kinds == {"CancelledError", "Handled"}
        failed = sum(bool(outcome.failed) for outcome in outcomes if isinstance(outcome, Handled))
        assert failed == THRESHOLD, "then the hook is paused"


class Sink(Platform):
    """A platform that takes everything at once."""

    name = "sandbox"

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, action: SendMessage, delivery: Delivery) -> str:
        self.sent.append(str(action.card.text))
        return delivery.key


def test_what_a_commit_in_doubt_asked_for_is_sent(migrated_url: str) -> None:
    """The commit arrived and its answer did not: the messages stand in the outbox, and nobody was told of them."""

    async def play() -> list[str]:
        sink = Sink()
        app = App(settings_for(migrated_url), plugins=[Payday(), Notes()], platforms=[sink])
        await app.start()
        db = app.lanes.workers()[app.store.communities[0].id % len(app.lanes.workers())].unit.db
        commit = db._commit

        def in_doubt() -> None:
            db._commit = commit  # type: ignore[method-assign]
            commit()
            raise StoreUnavailable("the connection was lost")

        db._commit = in_doubt  # type: ignore[method-assign]
        await asyncio.gather(*(app.submit(said(f"hi {n}", f"k{n}")) for n in range(10)))
        await app.settle()
        await app.stop()
        return sink.sent

    assert sorted(asyncio.run(play())) == sorted(f"hi {n}" for n in range(10))


def test_what_a_killed_process_commits_late_is_sent(migrated_url: str) -> None:
    """The database carries a commit out when the next process has read the outbox, which is told of the event again."""

    async def play() -> list[str]:
        sink = Sink()
        killed, app = (
            App(settings_for(migrated_url), plugins=[Payday(), Notes()], platforms=[each]) for each in (Sink(), sink)
        )
        await killed.start()
        await app.start()
        killed.post.drop()
        for running in (killed, app):
            await running.submit(said("hi", "k"))
        await app.settle()
        await app.stop()
        await killed.stop()
        return sink.sent

    assert asyncio.run(play()) == ["hi"]


def test_what_waits_for_a_community_that_is_gone_waits(migrated_url: str) -> None:
    """Taken out of the configuration with messages unsent, put back later: they are sent then, once."""

    def settings(*names: str) -> Settings:
        places = {name: {"spaces": [{"platform": "sandbox", "id": name}]} for name in names}
        document = {"plugins": {"payday": {}}, "adapters": {"sandbox": {}}, "communities": places}
        models = {"payday": Payday.config}, {"sandbox": Config}
        return Settings.of(document, *models, core={"database": migrated_url})

    async def play(*names: str, posts: str = "", sending: bool = True) -> list[str]:
        sink = Sink()
        app = App(settings(*names), plugins=[Payday()], platforms=[sink] if sending else [])
        await app.start()
        if posts:
            where = Where("sandbox", "general", posts)
            await app.submit(MessagePosted(key=f"k-{posts}", who=ALICE, where=where, text=f"hi {posts}"))
        await app.settle()
        await app.stop()
        return sink.sent

    asyncio.run(play("east", "west", posts="west", sending=False))
    assert asyncio.run(play("east", posts="east")) == ["hi east"]
    assert asyncio.run(play("east", "west")) == ["hi west"]
    assert asyncio.run(play("east", "west")) == []


def test_one_person_is_handled_in_order(migrated_url: str) -> None:
    """However the queue is cut into batches, what somebody did first comes first."""

    async def play() -> list[str]:
        app = App(settings_for(migrated_url), plugins=[Payday(), Notes()])
        await app.start()
        for turn in range(20):
            futures = [app.submit(said(f"{turn * 20 + n}", f"k{turn}.{n}")) for n in range(20)]
            await (asyncio.sleep(0) if turn % 3 else asyncio.gather(*futures))
        await app.lanes.drained()
        rows = await app.on_lane(
            None, lambda ctx: ctx.unit.db.connection.execute(text("SELECT payload FROM outbox ORDER BY id")).all()
        )
        await app.stop()
        return [row[0] for row in rows]

    payloads = asyncio.run(play())
    assert [f'"text":"{number}"' in payload for number, payload in enumerate(payloads)] == [True] * 400
