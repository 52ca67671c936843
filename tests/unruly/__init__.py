"""Plugins for tests of isolation: one that does everything wrong, between two that do nothing but their work."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.orm import DeclarativeBase

from coterie.core.api import NAMING, Card, Context, MessagePosted, Plugin, Refusal, Statement, command, timer
from coterie.core.unit import MAX_ACTIONS, MAX_STATEMENTS

metadata = MetaData(naming_convention=NAMING)
notes = Table(
    "early_notes",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("plugin", String(16), nullable=False),
    Column("words", Text, nullable=False),
    PrimaryKeyConstraint("community_id", "id"),
)


class Base(DeclarativeBase):
    """Objects on the table above."""

    metadata = metadata


class Note(Base):
    """A row, for those who prefer objects."""

    __table__ = notes


ONE = Statement(select(literal(1)))


def note(ctx: Context, words: str) -> None:
    """Keep a row."""
    values = {"community_id": ctx.community.id, "id": ctx.new_id(), "plugin": ctx.plugin, "words": words}
    ctx.db.execute(insert(notes).values(values))


def work(ctx: Context, words: str) -> None:
    """What a decent plugin does: a row, money, a message."""
    note(ctx, words)
    ctx.ledger.grant(ctx.member, 1, reason="work", key=ctx.event.key)
    ctx.reply(f"{ctx.plugin} heard it")


class Early(Plugin):
    """Works before the unruly one, and owns the table."""

    name = "early"
    metadata = metadata

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Work."""
        work(ctx, event.text)


class Late(Plugin):
    """Works after the unruly one."""

    name = "zlate"
    requires = ("early",)

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Work."""
        work(ctx, event.text)


class Unruly(Plugin):
    """Works, and then does what the message or the command names."""

    name = "unruly"
    requires = ("early",)

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Do what a message names, if it names anything."""
        if event.text in MISDEEDS:
            self.do(ctx, event.text)

    @command("do")
    def do(self, ctx: Context, deed: str) -> None:
        """Do what the word names."""
        work(ctx, deed)
        ctx.timers.at(timedelta(hours=1), "ring")
        MISDEEDS[deed](ctx)

    @timer("ring")
    def ring(self, ctx: Context) -> None:
        """Leave a trace."""
        note(ctx, "ring")


class BadWords(Exception):
    """An error that cannot even be written down."""

    def __str__(self) -> str:
        raise ValueError("no words")


def divide(ctx: Context) -> None:
    raise ZeroDivisionError("broken on purpose")


def exit_process(ctx: Context) -> None:
    sys.exit(3)


def wordless(ctx: Context) -> None:
    raise BadWords


def unspeakable(ctx: Context) -> None:
    raise RuntimeError("<b>\0\x1b[2J\n@everyone" + "x" * 5000)


def cancel(ctx: Context) -> None:
    raise asyncio.CancelledError


def close_generator(ctx: Context) -> None:
    raise GeneratorExit


def interrupt_keyboard(ctx: Context) -> None:
    raise KeyboardInterrupt


def recurse(ctx: Context) -> None:
    recurse(ctx)


def loop(ctx: Context) -> None:
    while True:
        pass


def loop_deaf(ctx: Context) -> None:
    while True:
        with contextlib.suppress(Exception):
            while True:
                pass


def loop_in_a_statement(ctx: Context) -> None:
    ctx.db.execute(text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"))


def loop_in_a_deaf_write(ctx: Context) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT 1, 1, 'x', 'y' FROM n WHERE x < 0"
    with contextlib.suppress(Exception):
        ctx.db.execute(text(f"INSERT INTO early_notes (community_id, id, plugin, words) {endless}"))
    note(ctx, "went on")


def loop_over_statements(ctx: Context) -> None:
    while True:
        with contextlib.suppress(Exception):
            ctx.db.execute(text("SELECT 1"))


class Bomb:
    """A parameter that leaves while it is bound."""

    def __conform__(self, _protocol: object) -> None:
        sys.exit(4)


def exit_inside_a_statement(ctx: Context) -> None:
    kept = ctx.db.execute(text("SELECT 1 UNION SELECT 2"))
    ctx.db.execute(text("SELECT :bomb"), {"bomb": Bomb()})
    kept.close()


def flood_statements(ctx: Context) -> None:
    for _ in range(MAX_STATEMENTS + 1):
        ctx.sql.one(ONE)


def flood_bytes(ctx: Context) -> None:
    for _ in range(100):
        note(ctx, "x" * 4_000_000)


def flood_messages(ctx: Context) -> None:
    for _ in range(MAX_ACTIONS + 1):
        ctx.reply("again")


def commit_text(ctx: Context) -> None:
    ctx.db.execute(text("  commit;"))


def end_text(ctx: Context) -> None:
    ctx.db.execute(text("END TRANSACTION"))


def commit_session(ctx: Context) -> None:
    ctx.db.commit()


def commit_connection(ctx: Context) -> None:
    ctx.db.connection().commit()


def roll_back_below(ctx: Context) -> None:
    ctx.db.connection().connection.rollback()


def ignore_an_error(ctx: Context) -> None:
    with contextlib.suppress(Exception):
        ctx.db.execute(text("SELECT * FROM nothing"))


def vandalise(ctx: Context) -> None:
    ctx.db.execute(text("DROP TABLE event_keys"))


def say_nonsense(ctx: Context) -> None:
    ctx.reply(Card(text=object()))  # type: ignore[arg-type]


def refuse_late(ctx: Context) -> None:
    raise Refusal("button-gone", namespace="core")


def refuse_pending(ctx: Context) -> None:
    ctx.db.add(Note(community_id=ctx.community.id, id=ctx.new_id(), plugin="pending", words=""))
    raise Refusal("button-gone", namespace="core")


def add_nonsense(ctx: Context) -> None:
    ctx.db.add(Note(community_id=ctx.community.id, id=ctx.new_id(), plugin=None, words=""))


def sleep(ctx: Context) -> None:
    time.sleep(60)


MISDEEDS: Final[dict[str, Callable[[Context], None]]] = {
    deed.__name__: deed
    for deed in (
        divide,
        exit_process,
        wordless,
        unspeakable,
        cancel,
        close_generator,
        interrupt_keyboard,
        recurse,
        loop,
        loop_deaf,
        loop_in_a_statement,
        loop_in_a_deaf_write,
        loop_over_statements,
        exit_inside_a_statement,
        flood_statements,
        flood_bytes,
        flood_messages,
        commit_text,
        end_text,
        commit_session,
        commit_connection,
        roll_back_below,
        ignore_an_error,
        vandalise,
        say_nonsense,
        refuse_late,
        refuse_pending,
        add_nonsense,
        sleep,
    )
}
"""What can go wrong, by name."""
