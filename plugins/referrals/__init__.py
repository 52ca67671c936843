"""Referrals: who brought whom, and what that is worth once the newcomer has stayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from sqlalchemy import MetaData

from coterie.core.api import (
    Condition,
    Config,
    Context,
    Length,
    Member,
    MemberLeft,
    MemberRef,
    MembersMerged,
    MemberTable,
    Plugin,
    Rest,
    SegmentField,
    button,
    command,
    timer,
)
from coterie.plugins.referrals import cards, claiming, models, people, service, vesting
from coterie.plugins.referrals.config import ReferralsConfig
from coterie.plugins.referrals.service import Referral

Words = Annotated[str, Length(200), Rest()]


class Referrals(Plugin):
    """Gives everybody a code, takes a newcomer's word for who brought them once, and looks whether they stayed."""

    name: ClassVar[str] = "referrals"
    config: ClassVar[type[Config]] = ReferralsConfig
    metadata: ClassVar[MetaData | None] = models.metadata
    member_data: ClassVar[tuple[MemberTable, ...]] = models.member_data

    # -- members

    @command("referral", aliases=("邀请", "邀請"))
    def referral(self, ctx: Context) -> None:
        """Tell a member's code, and how many people they have brought."""
        claiming.check_person(ctx)
        ctx.answer(cards.own(ctx, service.own_code(ctx)))

    @button("show")
    def show(self, ctx: Context, channel: int) -> None:
        """Show the room in which the code was asked for an invitation that newcomers can tap."""
        claiming.check_person(ctx)
        ctx.send(channel, cards.invitation(ctx, service.own_code(ctx)))

    @command("referred", aliases=("被邀请", "被邀請"))
    def referred(self, ctx: Context, code: Annotated[str, Length(40)]) -> None:
        """Say who brought you, by their code."""
        found = claiming.by_typed_code(ctx, code)
        if isinstance(found, Referral):
            self._claimed(ctx, found)
        else:
            ctx.answer(ctx.t("referred-wrong", left=found))

    @button("brought")
    def brought(self, ctx: Context, code: str) -> None:
        """Say who brought you, by the invitation that they have posted."""
        self._claimed(ctx, claiming.by_invitation(ctx, code))

    def _claimed(self, ctx: Context, found: Referral) -> None:
        referrer = ctx.find_member(found.referrer)
        if referrer is None:
            raise LookupError(f"there is no member {found.referrer}, who brought somebody a moment ago")
        ctx.answer(cards.claimed(ctx, referrer))

    # -- operators

    @command("referrals", level="operator", aliases=("邀请统计", "邀請統計"))
    def referrals(self, ctx: Context, member: MemberRef | None = None) -> None:
        """Show the community's referrals, or those of one member."""
        ctx.answer(cards.overview(ctx) if member is None else cards.of_member(ctx, ctx.member_of(member)))

    @command("referral-void", level="operator", aliases=("邀请作废", "邀請作廢"))
    def void(self, ctx: Context, member: MemberRef, reason: Words) -> None:
        """Make the referral of a newcomer void, and take its rewards back as far as they are still there."""
        newcomer = ctx.member_of(member)
        ctx.answer(cards.voided(ctx, newcomer, vesting.void(ctx, newcomer, reason)))

    # -- what happens by itself

    @timer("vest")
    def vest(self, ctx: Context, referral: int) -> None:
        """Look whether a referral counts."""
        vesting.look(ctx, referral)

    def on_member_left(self, event: MemberLeft, ctx: Context) -> None:
        """Who is in no space any more was not brought to stay."""
        if ctx.member.left:
            people.left(ctx, ctx.member)

    def on_members_merged(self, event: MembersMerged, ctx: Context) -> None:
        """Nobody brings themselves, and nobody is brought twice."""
        people.merged(ctx, event.kept)

    def erase_member(self, member: Member, ctx: Context) -> None:
        """End what waits; the core drops the code and the wrong tries right after."""
        people.forget(ctx, member)

    # -- what others may ask

    def contribute_segment_fields(self) -> Sequence[SegmentField]:
        """`referrals`."""
        return people.segment_fields()

    def contribute_conditions(self) -> Sequence[Condition]:
        """`referrals` and `referred`."""
        return people.conditions()
