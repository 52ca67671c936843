"""Who comes and goes, who runs a guild, who asks to be let in.

Discord tells how a member is now, and never how they were. So the reader remembers two things: who has yet to agree to
a guild's rules, and who runs it, with their roles. After a restart neither is known. What changed meanwhile, and who
ran a guild before, is found by comparing a guild's members with the store; :meth:`Reader.set_operator` is how that is
told.
"""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.reading.fields import ident, idents, moment
from coterie.adapters.discord.reading.known import Known
from coterie.adapters.discord.reading.people import nameless, who_of
from coterie.core.events import Event, MemberJoined, MemberLeft, StandingChanged, Where, Who
from coterie.core.outside import Raw, numbered, record

_ROLES: Final = 300
"""Roles of one member that are looked at; Discord allows 250."""


def joined(member: Raw, mark: str, known: Known) -> list[Event]:
    """Somebody came into a guild; Discord may tell it again, also of who is in already.

    A guild can ask newcomers to agree to its rules first (``pending``). Until then they can neither write nor press
    anything, so nothing that greets or tests them would reach them: they have joined when they agreed, which
    :func:`changed` hears of. What other doors the community has is for the core to know.
    """
    guild, user = ident(member, "guild_id"), record(member, "user")
    who = who_of(user, member)
    if who.id == known.bot:
        return []
    pending = member.get("pending") is True
    if pending or known.guilds.screens(guild):
        known.screened.put((guild, who.id), pending)
    where, roles = known.guilds.home(guild), tuple(idents(member, "roles")[:_ROLES])
    events: list[Event] = [] if pending else [_came(member, who, where, mark)]
    return events + _standing(who, where, roles, numbered(f"dc:{mark}", len(events)), known)


def changed(member: Raw, mark: str, known: Known) -> list[Event]:
    """A member's roles or name changed, or they agreed to the rules: then they have joined."""
    guild, user = ident(member, "guild_id"), record(member, "user")
    who = who_of(user, member)
    if who.id == known.bot:
        return []
    where, events = known.guilds.home(guild), list[Event]()
    if "pending" in member:
        pending, before = member["pending"] is True, known.screened.get((guild, who.id))
        if pending or before is not None or known.guilds.screens(guild):
            known.screened.put((guild, who.id), pending)
            # Of whom nothing is known, it may have been the agreement; the event's key says if it was told before.
            if not pending and before is not False:
                events.append(_came(member, who, where, mark))
    if type(member.get("roles")) is list:
        roles = tuple(idents(member, "roles")[:_ROLES])
        events += _standing(who, where, roles, numbered(f"dc:{mark}", len(events)), known)
    return events


def left(data: Raw, mark: str, known: Known) -> list[Event]:
    """Somebody left, or was taken out."""
    guild, user = ident(data, "guild_id"), record(data, "user")
    who = who_of(user)
    if who.id == known.bot:
        return []
    known.screened.drop((guild, who.id))
    where, events = known.guilds.home(guild), list[Event]()
    if known.operators.drop((guild, who.id)):
        events.append(StandingChanged(key=f"dc:{mark}", who=who, where=where, standing="member"))
    events.append(MemberLeft(key=numbered(f"dc:{mark}", len(events)), who=who, where=where))
    return events


def seen(data: Raw, who: Who, where: Where, mark: str, known: Known) -> list[Event]:
    """What the member in an interaction tells of their standing, without the intent for members, too.

    It makes operators, and unmakes none: that is for the guild's own word.
    """
    member = data.get("member")
    if not where.space or type(member) is not dict or (where.space, who.id) in known.operators:
        return []
    roles = tuple(idents(member, "roles")[:_ROLES])
    return _standing(who, where, roles, f"dc:{mark}:runs", known)


def restructured(data: Raw, mark: str, known: Known) -> list[Event]:
    """A guild's roles or owner changed: those who ran it may not do so any more.

    Who runs it now for the first time is found when they next do something, or when the guild's members are compared.
    """
    guild = ident(data) if "guild_id" not in data else ident(data, "guild_id")
    if guild not in known.guilds:
        return []
    where, events = known.guilds.home(guild), list[Event]()
    for (of, user), roles in known.operators.items():
        if of == guild:
            events += _standing(nameless(user), where, roles, numbered(f"dc:{mark}", len(events)), known)
    owner = known.guilds.owner(guild)
    if owner and owner != known.bot and (guild, owner) not in known.operators:
        events += _standing(nameless(owner), where, (), numbered(f"dc:{mark}", len(events)), known)
    return events


def join_key(guild: str, user: str, at: int) -> str:
    """The key of a joining, by whomever it is told; ``at`` is when it was, in milliseconds."""
    return f"dc:j:{guild}:{user}:{at}"


def _came(member: Raw, who: Who, where: Where, mark: str) -> MemberJoined:
    """The key is the moment of joining, so that whoever tells it again tells the same."""
    at = moment(member, "joined_at")
    key = join_key(where.space, who.id, at) if at else f"dc:{mark}:{who.id}"
    return MemberJoined(key=key, at=at, who=who, where=where)


def _standing(who: Who, where: Where, roles: tuple[str, ...], key: str, known: Known) -> list[Event]:
    """Somebody became, or ceased to be, one who runs the guild; nothing while the guild itself is not known."""
    if who.bot or where.space not in known.guilds:
        return []
    place = (where.space, who.id)
    was, runs = place in known.operators, known.guilds.is_operator(where.space, who.id, roles)
    if runs:
        known.operators.put(place, roles)
    elif was:
        known.operators.drop(place)
    if was == runs:
        return []
    return [StandingChanged(key=key, who=who, where=where, standing="operator" if runs else "member")]
