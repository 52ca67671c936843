"""Identity: one person, one member, on however many platforms."""

from __future__ import annotations

from typing import Annotated, ClassVar

from sqlalchemy import MetaData

from coterie.core.api import (
    Config,
    Context,
    Length,
    MemberRef,
    MemberTable,
    Plugin,
    Refusal,
    button,
    command,
    read_code,
    to_datetime,
)
from coterie.plugins.identity import cards, merging, models, separating, service
from coterie.plugins.identity.config import IdentityConfig
from coterie.plugins.identity.service import Code


class Identity(Plugin):
    """Links accounts with a one-time code and separates them again; operators merge records and undo merges."""

    name: ClassVar[str] = "identity"
    config: ClassVar[type[Config]] = IdentityConfig
    metadata: ClassVar[MetaData | None] = models.metadata
    member_data: ClassVar[tuple[MemberTable, ...]] = models.member_data

    # -- members

    @command("link", aliases=("绑定", "綁定"))
    def link(self, ctx: Context, code: Annotated[str, Length(40)] = "") -> None:
        """Get a code, or use the one that another of your accounts got."""
        if not code:
            ctx.answer(cards.code(ctx, service.new_code(ctx)))
            return
        left, until = service.wrong_codes.left(ctx)
        if not left:
            raise Refusal("link-too-many", until=until)
        found = service.find_code(ctx, read_code(code))
        if found is None:
            service.wrong_codes.note(ctx)
            ctx.answer(ctx.t("link-wrong", left=left - 1))
        else:
            self._link(ctx, found)

    def _link(self, ctx: Context, found: Code) -> None:
        owner = ctx.find_member(found.member_id)
        if owner is None or ctx.account is None:
            raise LookupError(f"the code of member {found.member_id} belongs to nobody")
        if owner.id == ctx.member.id:
            raise Refusal("link-own" if found.account_id == ctx.account.id else "link-already")
        if found.used_at is not None:
            raise Refusal("link-used")
        if found.expires_at <= ctx.instant:
            raise Refusal("link-expired", at=to_datetime(found.expires_at))
        shared = service.shared_platforms(ctx, owner)
        if shared and not ctx.config.same_platform:
            raise Refusal("link-same-platform", platforms=shared)
        elsewhere = ctx.dm_of(owner)
        merge = service.link(ctx, found, owner)
        ctx.answer(cards.linked(ctx, ctx.member, merge))
        if elsewhere is not None and elsewhere != ctx.where:
            ctx.send(elsewhere, cards.linked(ctx, ctx.member, merge))

    @command("unlink", aliases=("解绑", "解綁"))
    def unlink(self, ctx: Context) -> None:
        """Make one of the member's accounts a person of its own again; nothing happens before they confirm."""
        ctx.answer(cards.choose_account(ctx, separating.check(ctx)))

    @button("unlink")
    def unlink_one(self, ctx: Context, account: int) -> None:
        """Say what separating an account means, and ask."""
        ctx.answer(cards.ask_separate(ctx, separating.own(ctx, account)))

    @button("separate")
    def separate(self, ctx: Context, account: int) -> None:
        """Separate an account; both persons are told."""
        found = separating.own(ctx, account)
        old = found.member
        new = separating.separate(ctx, found)
        ctx.answer(cards.separated(ctx, ctx.member, found))
        other = old if ctx.member.id == new.id else new
        ctx.send(other, cards.separated(ctx, other, found))

    @command("whoami", aliases=("我是谁", "我是誰"))
    def whoami(self, ctx: Context) -> None:
        """Show who the member is here, with all their accounts."""
        ctx.answer(cards.whoami(ctx))

    # -- operators

    @command("merge", level="operator", aliases=("合并", "合併"))
    def merge(self, ctx: Context, kept: MemberRef, gone: MemberRef) -> None:
        """Make two records one person; shows first what would move."""
        ctx.answer(merging.ask_merge(ctx, ctx.member_of(kept), ctx.member_of(gone)))

    @button("merge")
    def merge_now(self, ctx: Context, kept: int, gone: int) -> None:
        """Merge as it was shown."""
        ctx.require_operator()
        ctx.answer(merging.merge(ctx, kept, gone))

    @command("unmerge", level="operator", aliases=("撤销合并", "撤銷合併"))
    def unmerge(self, ctx: Context, member: MemberRef) -> None:
        """Show the merges of a member that can be undone."""
        ctx.answer(merging.choose_merge(ctx, ctx.member_of(member)))

    @button("unmerge")
    def unmerge_one(self, ctx: Context, merge: int) -> None:
        """Show what undoing a merge would give back, and ask."""
        ctx.require_operator()
        ctx.answer(merging.ask_undo(ctx, merge))

    @button("undo")
    def undo(self, ctx: Context, merge: int, short: str) -> None:
        """Undo a merge, if no more money is missing than was shown."""
        ctx.require_operator()
        ctx.answer(merging.undo(ctx, merge, short))
