"""How packets end: the last share, a draw, time, or somebody who calls them off. Exactly one of these happens."""

from __future__ import annotations

from dataclasses import replace

from coterie.core.api import Context, Member, Money, NotAllowed, Refusal
from coterie.plugins.redpacket import service
from coterie.plugins.redpacket.claiming import show
from coterie.plugins.redpacket.fairness import Draws
from coterie.plugins.redpacket.pot import Packet
from coterie.plugins.redpacket.service import End
from coterie.plugins.redpacket.sql import ENTRIES, JOINED, PROOF

DRAW = "draw"
"""The purpose of the numbers by which those who joined a draw are put in order."""


def due(ctx: Context, packet: int) -> None:
    """A packet's time is over: shares are drawn if people joined for that, and what is left goes back."""
    found = service.find(ctx, packet)
    if found is None or found.state != "open":
        return
    if found.draws_at is not None:
        found = _draw(ctx, found)
    if found.taken_count < found.count:
        finish(ctx, found, "expired", "packet-refund" if found.draws_at is None else "packet-refund-draw")
    else:
        show(ctx, found.id, service.faces_of(ctx, found.id))


def unseen(ctx: Context, ref: int) -> None:
    """A message could not be sent; a packet that no message shows, and of which nobody has anything, goes back."""
    found = service.find_by_face(ctx, ref)
    if found is None:
        return
    service.drop_face(ctx, ref)
    if found.state == "open" and not touched(ctx, found) and not service.faces_of(ctx, found.id):
        finish(ctx, found, "expired", "packet-not-shown")


def call_off(ctx: Context, found: Packet, reason: str = "") -> None:
    """The acting member ends a packet: its sender while nobody has a share or has joined, an operator at any time.

    Raises :class:`NotAllowed` and :class:`Refusal`.
    """
    operator = ctx.member.standing == "operator"
    own = found.origin == "member" and ctx.member.id == found.sender
    if not operator and not own:
        raise NotAllowed(level="operator")
    if found.state != "open":
        raise Refusal("packet-ended")
    if not operator and touched(ctx, found):
        raise Refusal("packet-touched")
    finish(ctx, found, "cancelled", "packet-called-off", reason)
    if operator:
        ctx.audit("packet-cancelled", ctx.find_member(found.sender), reason=reason, packet=found.number)


def finish(ctx: Context, found: Packet, state: End, message: str, reason: str = "") -> None:
    """End an open packet: what is left goes back, its sender reads ``message``, and its cards say so."""
    to = service.giver(ctx, found)
    if not service.expire(ctx, found, to, state, reason):
        return
    if found.left and isinstance(to, Member) and to.id != ctx.actor:
        ctx.send(to, ctx.t_for(to, message, money=Money(found.left, found.currency), number=found.number))
    show(ctx, found.id, service.faces_of(ctx, found.id))


def forget(ctx: Context, member: Member) -> None:
    """A member is erased: their open packets end, and what is left in them is the community's."""
    for found in service.open_of(ctx, member):
        to = ctx.ledger.budget() if found.origin == "member" else service.giver(ctx, found)
        service.expire(ctx, found, to, "cancelled")
        show(ctx, found.id, service.faces_of(ctx, found.id))


def touched(ctx: Context, found: Packet) -> bool:
    """Whether anybody has a share of a packet or has joined its draw."""
    if found.taken_count or found.draws_at is None:
        return bool(found.taken_count)
    row = ctx.sql.one(JOINED, community_id=ctx.community.id, packet=found.id)
    return row is not None and bool(row[0])


def drawn_order(entrants: list[int], seed: str) -> list[int]:
    """Those who joined (in the order of joining) in the order in which they get shares."""
    order = list(entrants)
    Draws(seed, DRAW).shuffle(order)
    return order


def _draw(ctx: Context, found: Packet) -> Packet:
    """Hand out the shares among those who joined; the packet as it stands then."""
    here = {"community_id": ctx.community.id, "packet": found.id}
    proof = ctx.sql.one(PROOF, **here)
    entrants = [int(member) for member, _ in ctx.sql.all(ENTRIES, **here)]
    seed = "" if proof is None else str(proof[0])
    for identifier in drawn_order(entrants, seed):
        member = ctx.find_member(identifier)
        if found.taken_count == found.count or member is None:
            continue
        amount = service.take(ctx, found, member)
        taken, count = found.taken + amount, found.taken_count + 1
        found = replace(found, taken=taken, taken_count=count, state="empty" if count == found.count else "open")
        ctx.send(member, ctx.t_for(member, "packet-won", money=Money(amount, found.currency), number=found.number))
    return found
