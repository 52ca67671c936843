"""A plugin with one row that everybody wants, and handlers that do all that may go wrong around it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, PrimaryKeyConstraint, Table, bindparam, select

from coterie.core.api import (
    NAMING,
    Batched,
    Context,
    Contribution,
    Plugin,
    PluginSql,
    Refusal,
    Statement,
    command,
    listens,
    upsert,
)

metadata = MetaData(naming_convention=NAMING)
applause = Table(
    "applause",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("act", BigInteger, nullable=False),
    Column("claps", BigInteger, nullable=False),
    PrimaryKeyConstraint("community_id", "act"),
)
HEARD = Statement(
    select(applause.c.claps).where(
        applause.c.community_id == bindparam("community_id"), applause.c.act == bindparam("act")
    )
)
HEAR = Statement(
    upsert(
        applause,
        {name: bindparam(name) for name in ("community_id", "act", "claps")},
        lambda new: {"claps": new.claps},
    )
)


class Claps(Batched):
    """How much applause an act had, counted in memory while a batch is handled."""

    def __init__(self, sql: PluginSql, community: int, act: int) -> None:
        super().__init__(sql, community)
        self.act = act
        row = sql.one(HEARD, community_id=community, act=act)
        self.count = 0 if row is None else int(row[0])

    def clap(self) -> int:
        """One more; returns how many there are."""
        self.count += 1
        self.owe()
        return self.count

    def flush(self) -> None:
        """Write down how many there are."""
        self.sql.run(HEAR, community_id=self.community, act=self.act, claps=self.count)


class Applause(Plugin):
    """People clap."""

    name = "applause"
    metadata = metadata

    @command("clap")
    def clap(self, ctx: Context, act: int = 1) -> None:
        """Clap for an act."""
        ctx.answer(f"clap {ctx.batched(Claps, act).clap()}")
        ctx.ledger.grant(ctx.member, 1, key=ctx.event.key, reason="clap")

    @command("clap-no")
    def clap_no(self, ctx: Context, act: int = 1) -> None:
        """Clap, and think better of it."""
        ctx.batched(Claps, act).clap()
        raise Refusal("button-gone", namespace="core")

    @command("clap-badly")
    def clap_badly(self, ctx: Context, act: int = 1) -> None:
        """Clap, and break."""
        ctx.batched(Claps, act).clap()
        raise ValueError("a broken hand")

    @command("clap-twice")
    def clap_twice(self, ctx: Context, act: int = 1) -> None:
        """Clap, look what the table says, and clap again."""
        ctx.batched(Claps, act).clap()
        said = self._said(ctx, act)
        ctx.answer(f"{said} and {ctx.batched(Claps, act).clap()}")

    @command("hush")
    def hush(self, ctx: Context, act: int = 1) -> None:
        """Have an act hushed up by a statement of one's own."""
        ctx.sql.run(HEAR, community_id=ctx.community.id, act=act, claps=0)
        ctx.answer("hush")

    @command("count")
    def count(self, ctx: Context, act: int = 1) -> None:
        """What the table says."""
        ctx.answer(f"count {self._said(ctx, act)}")

    @command("rows")
    def rows(self, ctx: Context, act: int = 1) -> None:
        """What the table says to SQLAlchemy's session."""
        query = select(applause.c.claps).where(applause.c.community_id == ctx.community.id, applause.c.act == act)
        ctx.answer(f"rows {ctx.db.execute(query).scalar()}")

    @command("clap-aloud")
    def clap_aloud(self, ctx: Context, act: int = 1) -> None:
        """Clap, and let everybody know."""
        ctx.batched(Claps, act).clap()
        ctx.emit(Contribution(key=ctx.event.key, member=ctx.member.id, kind="clap"))

    @listens(Contribution)
    def heard(self, event: Contribution, ctx: Context) -> None:
        """Answer with an echo of its own."""
        ctx.batched(Claps, 99).clap()

    def _said(self, ctx: Context, act: int) -> int:
        row = ctx.sql.one(HEARD, community_id=ctx.community.id, act=act)
        return 0 if row is None else int(row[0])
