"""What tests of rights share: a plugin that grants what it is told to, and looks at what stands where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import select

from coterie.core.api import AccessBraked, AccessChanged, Context, Plugin
from coterie.core.testing.kit import LiveTown
from coterie.core.testing.person import Person
from coterie.storage.tables import access_brakes, applied_access, audit_log


class Tiers(Plugin):
    """Only grants."""

    name: ClassVar[str] = "tiers"


class Herald(Plugin):
    """Tells the room what it hears about access."""

    name: ClassVar[str] = "herald"

    def on_access_changed(self, event: AccessChanged, ctx: Context) -> None:
        member = ctx.find_member(event.member)
        assert member is not None
        ctx.send(member, f"{event.access} {'on' if event.active else 'off'}")

    def on_access_braked(self, event: AccessBraked, ctx: Context) -> None:
        for operator in ctx.operators():
            ctx.send(operator, f"brake: {event.act} {event.access} {event.wanted} of {event.allowed}")


def member_in(ctx: Context, name: str) -> Any:
    """The member called so, enrolled if need be."""
    account, _, platform = name.partition("@")
    members = ctx.unit.members
    found = members.account(ctx.community.id, platform or "sandbox", account)
    if found is None:
        now = ctx.unit.now
        found = members.enrol(ctx.community.id, platform or "sandbox", account, name, locale="", bot=False, now=now)
        members.set_dm(found, "sandbox", f"dm:{name}")
    return found.member


def give(town: LiveTown, *names: str, access: str = "gold", source: str = "test", until: Any = None) -> None:
    """Grant an access to people, all in one event."""

    def work(ctx: Context) -> None:
        for name in names:
            ctx.grants.give(member_in(ctx, name), access, source=source, until=until, reason="a test")

    town.inside(work, plugin="tiers")


def end(town: LiveTown, *names: str, access: str = "gold", source: str = "test") -> None:
    """End people's grants, all in one event."""

    def work(ctx: Context) -> None:
        for name in names:
            ctx.grants.end(member_in(ctx, name), access, source=source, reason="over")

    town.inside(work, plugin="tiers")


def rows(town: LiveTown) -> list[tuple[str, str, str, str]]:
    """What Coterie knows to stand: name, kind, target or value, state."""

    def work(ctx: Context) -> list[tuple[str, str, str, str]]:
        found = ctx.db.execute(select(applied_access).order_by(applied_access.c.account_id)).mappings().all()
        names = {
            account.id: name
            for name in town.stage.people
            if (account := ctx.unit.members.account(ctx.community.id, *_native(name))) is not None
        }
        return [
            (names.get(row["account_id"], "?"), row["kind"], row["target"] or row["value"], row["state"])
            for row in found
        ]

    return town.inside(work, plugin="tiers")


def _native(key: str) -> tuple[str, str]:
    account, _, platform = key.partition("@")
    return platform or "sandbox", account


def acts(town: LiveTown) -> list[str]:
    """The audit log's acts about access, in order."""

    def work(ctx: Context) -> Sequence[str]:
        return list(ctx.db.scalars(select(audit_log.c.act).order_by(audit_log.c.id)))

    return [act for act in town.inside(work, plugin="tiers") if act.startswith(("access-", "grant-"))]


def stopped(town: LiveTown) -> list[tuple[str, str, int]]:
    """The brakes: access, act, how many wait."""

    def work(ctx: Context) -> Any:
        return ctx.db.execute(select(access_brakes.c.access, access_brakes.c.act, access_brakes.c.wanted)).all()

    return [tuple(row) for row in town.inside(work, plugin="tiers")]


def roles(*people: Person) -> list[set[str]]:
    """What roles people have in the town."""
    return [set(person.persona.roles) for person in people]
