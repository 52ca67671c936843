"""A lane worker by hand, and two plugins whose traces show what it did."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from sqlalchemy import text

from coterie.core.actions import SendMessage, SendPrivate
from coterie.core.api import Context, MessagePosted, Plugin, Refusal
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.engine.lane import LaneWorker
from coterie.core.engine.lanes import InlineLane
from coterie.core.engine.work import Work
from coterie.core.events import Event, Where, Who

ROOM = Where("sandbox", "general", "town")
ALICE = Who("sandbox", "alice", "Alice")


class Payday(Plugin):
    """Pays a point for each message, says so, and does what the message asks."""

    name: ClassVar[str] = "payday"

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Pay, then do it."""
        ctx.ledger.grant(ctx.member, 1, reason="day", key=event.key)
        ctx.reply(event.text)
        if event.text == "boom":
            raise ZeroDivisionError("on purpose")
        if event.text == "no":
            raise Refusal("no")


class Notes(Plugin):
    """Another plugin, which takes note of every message by a point of its own."""

    name: ClassVar[str] = "notes"

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Take note."""
        ctx.ledger.grant(ctx.member, 1, reason="note", key=event.key, currency="note")


def settings_for(url: str) -> Settings:
    """One community, both plugins."""
    models = {"payday": Payday.config, "notes": Notes.config}
    return Settings.default(models, {}, core={"database": url}, enable_adapters=())


def said(words: str, key: str, who: Who = ALICE) -> MessagePosted:
    """A message."""
    return MessagePosted(key=key, who=who, where=ROOM, text=words)


class Desk:
    """A worker by hand: no threads, no loop behind it, no waiting."""

    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.app = App(settings_for(url), plugins=[Payday(), Notes()], inline=True)
        self.runner.run(self.app.start())
        assert isinstance(self.app.lanes, InlineLane)
        inline = self.app.lanes.worker
        self.naps: list[float] = []
        self.worker = LaneWorker(inline.unit, inline.dispatcher, inline.breaker, pause=self.naps.append)
        self.community = self.app.store.communities[0]

    def works(self, *events: Event) -> list[Work]:
        """Events as works."""
        return [Work(self.community, event) for event in events]

    def handle(self, *events: Event) -> list[Any]:
        """Handle a batch; outcomes, or errors."""
        works = self.works(*events)
        jobs = [job for done in self.worker.process(works) for job in done.jobs]
        self.said = [str(job.action.card.text) for job in jobs if isinstance(job.action, SendMessage | SendPrivate)]
        assert all((work.outcome is None) != (work.error is None) for work in works)
        return [work.error if work.error is not None else work.outcome for work in works]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows read on another connection."""
        with self.app.store.engine.connect().execution_options(coterie_read=True) as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def paid(self) -> int:
        """What Alice has."""
        found = self.rows("SELECT sum(balance) FROM ledger_accounts WHERE kind = 'member' AND currency = 'points'")
        return int(found[0][0] or 0)

    def noted(self) -> int:
        """What Alice has of the other plugin."""
        found = self.rows("SELECT sum(balance) FROM ledger_accounts WHERE kind = 'member' AND currency = 'note'")
        return int(found[0][0] or 0)

    def close(self) -> None:
        """Stop; the books are proved."""
        assert self.runner.run(self.app.verify_ledger()) == []
        self.runner.run(self.app.stop())
        self.runner.close()
