"""Somebody wants a share: whether they may have one, and what they are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from coterie.core.api import Card, Context, Member, Money, Refusal, Rich, made_at
from coterie.plugins.redpacket import cards, service
from coterie.plugins.redpacket.config import RedPacketConfig
from coterie.plugins.redpacket.pot import Pot
from coterie.plugins.redpacket.sql import ADD_ENTRY, IS_INVITED, THANK, TRIED, TRY
from coterie.plugins.redpacket.terms import Terms

FEW: Final = 4
"""Rooms in which a packet's card follows every share at once."""
PAUSE: Final = timedelta(seconds=1)
"""How far the cards of a packet in more rooms may be behind: bringing fifty up to date takes more than fifty claims.
The last share is shown at once."""

_MILLISECOND: Final = timedelta(milliseconds=1)


def claim(ctx: Context, packet: int, words: str | None = None) -> None:
    """The acting member taps, or says ``words``: they get the next share, join the draw, or read why not."""
    found, mine, refs = service.find_to_claim(ctx, packet, ctx.member)
    if found is None:
        raise Refusal("packet-gone")
    if mine is not None:
        raise Refusal("packet-already", money=Money(mine, found.currency))
    config: RedPacketConfig = ctx.config
    _check_packet(ctx, config, found)
    if (found.terms or config.blocked) and not _admitted(ctx, found, found.asks, words):
        return
    if found.draws_at is None:
        amount = service.take(ctx, found)
        ctx.answer(ctx.t("packet-got", money=Money(amount, found.currency)))
    else:
        _join(ctx, found)
    if len(refs) <= FEW or found.taken_count + 1 == found.count:
        show(ctx, packet, refs)
    elif ctx.timers.due("show", key=packet) is None:
        ctx.timers.at(PAUSE, "show", key=packet, packet=packet)


def show(ctx: Context, packet: int, refs: Iterable[int]) -> None:
    """Bring the packet's cards up to date, once for all that happens at the same time and for all rooms."""
    made: list[Card] = []

    def render(later: Context) -> Card:
        if not made:
            state = service.find(later, packet)
            made.append(Card(text=later.t_room("packet-gone")) if state is None else cards.packet(later, state))
        return made[0]

    for ref in refs:
        ctx.refresh(ref, render)


def is_blocked(ctx: Context, member: Member) -> bool:
    """Whether the operators keep somebody from packets."""
    text = ctx.config.blocked
    try:
        return bool(text) and ctx.in_segment(member, text)
    except Refusal as error:  # no member's mistake: it must not be answered, but reach the operators
        raise ValueError(f"blocked = {text!r} is no filter: {error}") from error


def thank(ctx: Context, packet: int) -> None:
    """The acting member thanks for a share they got, once."""
    found, mine, refs = service.find_to_claim(ctx, packet, ctx.member)
    if found is None:
        raise Refusal("packet-gone")
    if mine is None or found.sender == ctx.member.id:
        raise Refusal("packet-no-thanks")
    here = {"community_id": ctx.community.id, "packet_id": packet}
    if not ctx.sql.run(THANK, **here, member_id=ctx.member.id, at=ctx.instant):
        raise Refusal("packet-thanked")
    ctx.answer(ctx.t("packet-thanks"))
    show(ctx, packet, refs)


def _check_packet(ctx: Context, config: RedPacketConfig, found: Pot) -> None:
    """What a plain packet asks: that it is open, and not the member's own or from before they were somebody."""
    if found.state != "open" or found.expires_at <= ctx.instant:
        raise Refusal("packet-empty" if found.state == "empty" else f"packet-{_ended(found)}")
    if found.sender == ctx.member.id and not config.sender_may_claim:
        raise Refusal("packet-own")
    if ctx.member.separated and made_at(found.id) <= ctx.member.separated:
        raise Refusal("packet-before")
    if config.earliest and ctx.instant - made_at(found.id) < config.earliest // _MILLISECOND:
        raise Refusal("packet-early", wait=config.earliest)


def _ended(found: Pot) -> str:
    return "cancelled" if found.state == "cancelled" else "expired"


def _admitted(ctx: Context, found: Pot, terms: Terms, words: str | None) -> bool:
    """Whether the acting member meets what a packet asks; who does not is told, or asked for the words."""
    why = _reason_against(ctx, found, terms)
    if why is not None:
        ctx.answer(why)
        return False
    if not terms.wants_words:
        return True
    mine = {"community_id": ctx.community.id, "member": ctx.member.id, "packet": found.id}
    tried = ctx.sql.one(TRIED, **mine) if terms.question else None
    left = ctx.config.tries - (0 if tried is None else int(tried[0]))
    if left <= 0:
        raise Refusal("packet-no-tries")
    if words is None:
        ctx.ask("answer" if terms.question else "phrase", packet=found.id)
        return False
    if terms.fits(words):
        return True
    if terms.question:
        ctx.sql.run(TRY, community_id=ctx.community.id, packet_id=found.id, member_id=ctx.member.id, wrong=1)
        ctx.answer(ctx.t("packet-wrong-answer", left=left - 1))
    else:
        ctx.answer(ctx.t("packet-wrong-phrase"))
    return False


def _reason_against(ctx: Context, found: Pot, terms: Terms) -> Rich | None:
    if is_blocked(ctx, ctx.member):
        return ctx.t("packet-blocked")
    mine = {"community_id": ctx.community.id, "member": ctx.member.id, "packet": found.id}
    if terms.named and ctx.sql.one(IS_INVITED, **mine) is None:
        return ctx.t("packet-not-invited")
    return ctx.conditions.unmet(ctx.member, terms.asked) if terms.asked else None


def _join(ctx: Context, found: Pot) -> None:
    """Let the acting member take part in the draw."""
    here = {"community_id": ctx.community.id, "packet_id": found.id}
    if not ctx.sql.run(ADD_ENTRY, **here, member_id=ctx.member.id, joined_at=ctx.instant):
        raise Refusal("packet-joined-already", when=ctx.community.local(found.expires_at))
    ctx.answer(ctx.t("packet-joined", when=ctx.community.local(found.expires_at)))
