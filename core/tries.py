"""Wrong codes that a member types: after so many within a span, no more are looked at.

A plugin has a table of its own for them (:func:`tries_table`), two settings (:class:`TriesConfig`), and counts with
:class:`Tries`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field
from sqlalchemy import BigInteger, Column, Index, MetaData, PrimaryKeyConstraint, Table, bindparam, delete, func, select

from coterie.core.clock import to_datetime
from coterie.core.config import Config, Duration
from coterie.core.context import Context
from coterie.storage.statement import Statement, insertion

LOOKED_AT: Final = 5
"""Members with too many tries that are told at once."""
_MILLISECOND: Final = timedelta(milliseconds=1)
_b = bindparam


class TriesConfig(Config):
    """How many wrong codes a member may send."""

    tries: int = Field(default=5, ge=1, le=100, description="Wrong codes that a member may send in one tries_window")
    tries_window: Duration = Field(
        default=timedelta(minutes=10),
        ge=timedelta(minutes=1),
        le=timedelta(hours=24),
        description="The span in which wrong codes are counted",
    )


def tries_table(name: str, metadata: MetaData) -> Table:
    """A table for :class:`Tries`; the plugin names it among its ``member_data``."""
    return Table(
        name,
        metadata,
        Column("community_id", BigInteger, nullable=False),
        Column("id", BigInteger, nullable=False),
        Column("member_id", BigInteger, nullable=False),
        Column("at", BigInteger, nullable=False),
        PrimaryKeyConstraint("community_id", "id"),
        Index(f"ix_{name}_member", "community_id", "member_id", "at"),
    )


class Tries:
    """Counts the wrong codes of acting members; the plugin's configuration is a :class:`TriesConfig`.

    A wrong code has to be answered: a :class:`~coterie.core.errors.Refusal` would take the count of it back.
    """

    def __init__(self, table: Table) -> None:
        """``table`` is one of :func:`tries_table`."""
        row = table.c
        here = row.community_id == _b("community_id")
        self._recent: Final = Statement(
            select(func.count(), func.min(row.at)).where(here, row.member_id == _b("member_id"), row.at > _b("since"))
        )
        self._add: Final = insertion(table, "community_id", "id", "member_id", "at")
        self._forget: Final = Statement(delete(table).where(here, row.at <= _b("before")))
        self._too_many: Final = Statement(
            select(row.member_id, func.count())
            .where(here)
            .group_by(row.member_id)
            .having(func.count() > _b("allowed"))
            .limit(_b("most"))
        )

    def left(self, ctx: Context) -> tuple[int, datetime]:
        """How many wrong codes the acting member may still send, and when there will be one more."""
        config: TriesConfig = ctx.config
        since = ctx.instant - config.tries_window // _MILLISECOND
        row = ctx.sql.one(self._recent, community_id=ctx.community.id, member_id=ctx.member.id, since=since)
        count, first = (0, None) if row is None else (row[0], row[1])
        return max(0, config.tries - count), to_datetime(first or ctx.instant) + config.tries_window

    def note(self, ctx: Context) -> None:
        """Count a wrong code, and forget those that count no more."""
        config: TriesConfig = ctx.config
        here = {"community_id": ctx.community.id}
        ctx.sql.run(self._forget, **here, before=ctx.instant - config.tries_window // _MILLISECOND)
        ctx.sql.run(self._add, **here, id=ctx.new_id(), member_id=ctx.member.id, at=ctx.instant)

    def problems(self, ctx: Context) -> Iterator[str]:
        """Members who sent more wrong codes than they may, for a plugin's ``invariants``: one statement."""
        allowed = ctx.config.tries
        for identifier, count in ctx.sql.all(
            self._too_many, community_id=ctx.community.id, allowed=allowed, most=LOOKED_AT
        ):
            member = ctx.find_member(identifier)
            if member is not None and not ctx.merges_of(member):  # who became one had their tries each
                yield f"{member.name} sent {count} wrong codes, and {allowed} are allowed"


__all__ = ["Tries", "TriesConfig", "tries_table"]
