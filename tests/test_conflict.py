"""A plugin whose statement breaks a constraint loses its own changes, and the lane goes on."""

from __future__ import annotations

from typing import ClassVar

import pytest
from sqlalchemy import bindparam, insert

from coterie.core.api import Context, MessagePosted, Plugin, Statement, command
from coterie.core.testing.kit import LiveTown
from coterie.storage.tables import settings

ADD = Statement(insert(settings).values(name=bindparam("name"), value=bindparam("value")))


class Twice(Plugin):
    """Writes the same row again."""

    name: ClassVar[str] = "twice"

    @command("twice")
    def twice(self, ctx: Context) -> None:
        ctx.reply("never said")
        for _ in range(2):
            ctx.sql.run(ADD, name="same", value="x")

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        self.twice(ctx)


class Calm(Plugin):
    """Answers whatever its neighbour does."""

    name: ClassVar[str] = "calm"

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        ctx.reply("calm")


@pytest.mark.coterie(plugins=[Twice, Calm])
def test_a_broken_constraint_is_its_plugins_own(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    with town.failures() as failed:
        alice.says("/twice")
        alice.sees("Something went wrong on our side")
        bob.says("hello")
        bob.sees("calm")
    assert len(failed) == 2
    town.shows_not("never said")
