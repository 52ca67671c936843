"""A newcomer says who brought them: whether that is accepted, and why not."""

from __future__ import annotations

from coterie.core.api import Context, Member, Refusal, read_code
from coterie.plugins.referrals import service
from coterie.plugins.referrals.config import ReferralsConfig
from coterie.plugins.referrals.service import Referral


def by_typed_code(ctx: Context, typed: str) -> Referral | int:
    """The acting member types a code: their referral, or how many tries they have left after a wrong one.

    A wrong code is an answer and no :class:`Refusal`, since that would take the count of it back.
    """
    _check_newcomer(ctx)
    left, until = service.wrong_codes.left(ctx)
    if not left:
        raise Refusal("referred-too-many", until=until)
    owner = service.owner_of(ctx, read_code(typed))
    if owner is None:
        service.wrong_codes.note(ctx)
        return left - 1
    _check_pair(ctx, owner)
    return service.add(ctx, owner, ctx.member)


def by_invitation(ctx: Context, code: str) -> Referral:
    """The acting member taps an invitation that somebody has posted."""
    _check_newcomer(ctx)
    owner = service.owner_of(ctx, code)
    if owner is None:  # erased since
        raise Refusal("referred-gone")
    _check_pair(ctx, owner)
    return service.add(ctx, owner, ctx.member)


def check_person(ctx: Context) -> None:
    """Raise :class:`Refusal` for a bot, who neither brings anybody nor is brought."""
    if ctx.is_bot(ctx.member):
        raise Refusal("bots-cannot", namespace="core")


def _check_newcomer(ctx: Context) -> None:
    """What is asked before a code is looked at, so that nobody else tries codes."""
    config: ReferralsConfig = ctx.config
    check_person(ctx)
    if service.of_newcomer(ctx, ctx.member):
        raise Refusal("referred-already")
    # An account that was separated is a new record of somebody who has been here before.
    if ctx.member.separated or service.been_here(ctx, ctx.member) > config.claim_within:
        raise Refusal("referred-late", within=config.claim_within)
    if ctx.member.left:
        raise Refusal("referred-left")


def _check_pair(ctx: Context, referrer: Member) -> None:
    newcomer = ctx.member
    if referrer.id == newcomer.id:
        raise Refusal("referred-own")
    if service.has_brought(ctx, newcomer, referrer):
        raise Refusal("referred-circle", name=referrer.name)
    if service.since(ctx, referrer) > service.since(ctx, newcomer):
        raise Refusal("referred-younger", name=referrer.name)
