"""Access: who may what and why, for members and operators; operators grant and end, and confirm what was stopped."""

from __future__ import annotations

from typing import Annotated, ClassVar

from coterie.core.api import (
    AccessBraked,
    Context,
    Length,
    MemberRef,
    Plugin,
    Refusal,
    Rest,
    button,
    command,
)
from coterie.plugins.access import cards, service

Reason = Annotated[str, Length(200), Rest()]


class Access(Plugin):
    """Shows and grants accesses; what they are stands in the configuration of the community."""

    name: ClassVar[str] = "access"

    @command("access", aliases=("权限", "權限"))
    def access(self, ctx: Context, member: MemberRef | None = None) -> None:
        """Show what you have access to and why; operators may name somebody else."""
        if member is None:
            ctx.answer(cards.own(ctx))
            return
        ctx.require_operator()
        ctx.answer(cards.of_member(ctx, ctx.member_of(member)))

    @command("access-give", level="operator", aliases=("授权", "授權"))
    def give(self, ctx: Context, member: MemberRef, access: str, until: str, reason: Reason) -> None:
        """Give somebody an access: for a while, until a day, or for ever."""
        person, name = ctx.member_of(member), service.named(ctx, access)
        end = service.end_of(ctx, until)
        service.give(ctx, person, name, end, reason)
        ctx.answer(cards.given(ctx, person, name, end))

    @command("access-end", level="operator", aliases=("收回权限", "收回權限"))
    def end(self, ctx: Context, member: MemberRef, access: str, reason: Reason) -> None:
        """End what operators gave somebody; what they paid for or earned stays."""
        person, name = ctx.member_of(member), service.named(ctx, access)
        if not service.end(ctx, person, name, reason):
            raise Refusal("access-none", name=person.name, access=ctx.grants.accesses()[name])
        ctx.answer(cards.ended(ctx, person, name))

    @button("link")
    def link(self, ctx: Context, access: str) -> None:
        """Send the links to private places again."""
        sent = access in ctx.grants.accesses() and ctx.grants.links(ctx.member, access)
        ctx.answer(ctx.t("access-link-sent" if sent else "access-link-none"))

    def on_access_braked(self, event: AccessBraked, ctx: Context) -> None:
        """Ask the operators, each in their own chat."""
        for operator in ctx.operators():
            ctx.send(operator, cards.braked(ctx, operator, event))

    @button("confirm")
    def confirm(self, ctx: Context, access: str) -> None:
        """Let a mass change go on."""
        ctx.require_operator()
        ctx.audit("access-confirm", access=access)
        ctx.grants.confirm(access)
        ctx.answer(ctx.t("access-confirmed", access=ctx.grants.accesses().get(access, access)))
