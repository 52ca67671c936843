"""Prepared statements about XP, tiers, messages and seasons; those of the boards are in :mod:`.boards`."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import and_, bindparam, delete, func, insert, literal, select, tuple_, update

from coterie.core.api import Statement, upsert
from coterie.plugins.levels.models import (
    buckets,
    credits,
    members,
    messages,
    prizes,
    reactions,
    scores,
    seasons,
    settings,
    tallies,
)

_b = bindparam
ALL: Final = "all"
"""The board of all time."""
IMPORTED: Final = "imported"
"""The source of what imported messages earned; its tallies are kept, so that a later import finds them."""
BOOST: Final = "boost"
"""The setting that multiplies all XP until a moment."""
REVIEWED: Final = "reviewed"
"""The setting that tells the last day whose review was begun."""


def _values(*names: str) -> dict[str, Any]:
    return {name: _b(name) for name in names}


def _of(table: Any, *names: str) -> tuple[Any, ...]:
    return tuple(table.c[name] == _b(name) for name in ("community_id", *names))


RUNNING: Final = Statement(
    select(seasons.c.id).where(seasons.c.community_id == _b("community_id"), seasons.c.ended_at.is_(None))
)
"""The season that is on, if one is."""
WITH_XP: Final = members.outerjoin(
    scores,
    and_(
        scores.c.community_id == members.c.community_id,
        scores.c.member_id == members.c.member_id,
        scores.c.board == ALL,
    ),
)
"""Members, and what they have on the board of all time."""
_boost = (
    select(settings.c.value)
    .where(settings.c.community_id == members.c.community_id, settings.c.name == BOOST, settings.c.until > _b("now"))
    .scalar_subquery()
)

STATE = Statement(
    select(
        members.c.hidden,
        members.c.tier,
        scores.c.xp,
        tallies.c.xp,
        tallies.c.times,
        tallies.c.last_at,
        tallies.c.marks,
        seasons.c.id,
        seasons.c.ends_on,
        _boost,
    )
    .select_from(
        WITH_XP.outerjoin(
            tallies,
            and_(
                tallies.c.community_id == members.c.community_id,
                tallies.c.member_id == members.c.member_id,
                tallies.c.day == _b("day"),
                tallies.c.source == _b("source"),
            ),
        ).outerjoin(seasons, and_(seasons.c.community_id == members.c.community_id, seasons.c.ended_at.is_(None)))
    )
    .where(*_of(members, "member_id"))
)
"""All that decides what a deed earns, in one look-up."""

ADD_MEMBER = Statement(upsert(members, _values("community_id", "member_id", "since")))
MEMBER = Statement(
    select(members.c.hidden, members.c.tier, members.c.ends_on, members.c.told, members.c.since).where(
        *_of(members, "member_id")
    )
)
SET_TIER = Statement(
    update(members)
    .where(members.c.community_id == _b("community_id"), members.c.member_id == _b("member"))
    .values(_values("tier", "ends_on", "told"))
)
SET_LEVEL = Statement(
    update(members)
    .where(members.c.community_id == _b("community_id"), members.c.member_id == _b("member"))
    .values(_values("level"))
)
VIEW = Statement(select(members.c.view).where(*_of(members, "member_id")))
SET_VIEW = Statement(
    update(members)
    .where(members.c.community_id == _b("community_id"), members.c.member_id == _b("member"))
    .values(_values("view"))
)
HIDE = Statement(
    update(members)
    .where(members.c.community_id == _b("community_id"), members.c.member_id == _b("member"))
    .values(_values("hidden"))
)
RECENT = Statement(
    select(func.coalesce(func.sum(scores.c.xp), 0)).where(
        *_of(scores, "member_id"), scores.c.board >= _b("first"), scores.c.board <= _b("last")
    )
)
_recent = (
    select(func.coalesce(func.sum(scores.c.xp), 0))
    .where(
        scores.c.community_id == members.c.community_id,
        scores.c.member_id == members.c.member_id,
        scores.c.board >= _b("first"),
        scores.c.board <= _b("last"),
    )
    .correlate(members)
    .scalar_subquery()
)
_whole = scores.alias("whole")
PAGE = Statement(
    select(
        members.c.member_id,
        members.c.tier,
        members.c.ends_on,
        members.c.told,
        members.c.since,
        members.c.level,
        members.c.hidden,
        func.coalesce(_whole.c.xp, 0),
        func.coalesce(_whole.c.score, 0),
        _recent,
    )
    .select_from(
        members.outerjoin(
            _whole,
            (_whole.c.community_id == members.c.community_id)
            & (_whole.c.member_id == members.c.member_id)
            & (_whole.c.board == ALL),
        )
    )
    .where(members.c.community_id == _b("community_id"), members.c.member_id > _b("after"))
    .order_by(members.c.member_id)
    .limit(_b("count"))
)
"""Members in the order of their ids with what tiers ask for, and with how they stand on the board of all time."""

TALLY = Statement(
    upsert(
        tallies,
        _values("community_id", "member_id", "day", "source", "xp", "times", "last_at", "marks"),
        lambda new: {
            "xp": tallies.c.xp + new.xp,
            "times": tallies.c.times + new.times,
            "last_at": new.last_at,
            "marks": new.marks,
        },
    )
)

SEEN = Statement(upsert(messages, _values("community_id", "adapter", "space", "message", "member_id", "at")))
AUTHOR = Statement(select(messages.c.member_id, messages.c.at).where(*_of(messages, "adapter", "space", "message")))
REACTED = Statement(
    upsert(reactions, _values("community_id", "adapter", "space", "message", "reactor_id", "author_id", "day", "at"))
)
PAIRS = Statement(select(func.count()).select_from(reactions).where(*_of(reactions, "reactor_id", "author_id", "day")))

FIND_CREDIT = Statement(select(credits.c.id).where(*_of(credits, "source", "key")))
ADD_CREDIT = Statement(
    insert(credits).values(_values("community_id", "id", "member_id", "source", "key", "xp", "actor_id", "note", "at"))
)

SETTING = Statement(select(settings.c.value, settings.c.until, settings.c.day).where(*_of(settings, "name")))
SET_SETTING = Statement(
    upsert(
        settings,
        _values("community_id", "name", "value", "until", "day"),
        lambda new: {"value": new.value, "until": new.until, "day": new.day},
    )
)

_SEASON = (
    seasons.c.id,
    seasons.c.number,
    seasons.c.name,
    seasons.c.channel_id,
    seasons.c.begins_on,
    seasons.c.ends_on,
    seasons.c.ended_at,
)
OPEN_SEASON = Statement(
    select(*_SEASON).where(seasons.c.community_id == _b("community_id"), seasons.c.ended_at.is_(None))
)
SEASON_BY_ID = Statement(select(*_SEASON).where(*_of(seasons, "id")))
SEASON_BY_NUMBER = Statement(select(*_SEASON).where(*_of(seasons, "number")))
SEASONS = Statement(
    select(*_SEASON).where(seasons.c.community_id == _b("community_id")).order_by(seasons.c.number.desc()).limit(50)
)
ADD_SEASON = Statement(
    insert(seasons).values(_values("community_id", "id", "number", "name", "channel_id", "begins_on", "ends_on"))
)
END_SEASON = Statement(
    update(seasons)
    .where(seasons.c.community_id == _b("community_id"), seasons.c.id == _b("season"))
    .values(_values("ended_at"))
)


ADD_PRIZE = Statement(upsert(prizes, _values("community_id", "season_id", "member_id", "rank", "amount", "paid")))
PRIZES = Statement(
    select(prizes.c.member_id, prizes.c.amount, prizes.c.paid)
    .where(*_of(prizes, "season_id"))
    .order_by(prizes.c.rank, prizes.c.member_id)
)
PAID = Statement(
    update(prizes)
    .where(prizes.c.community_id == _b("community_id"), prizes.c.season_id == _b("season"))
    .values(_values("paid"))
)


# -- forgetting, so many rows at a time


def _forget(table: Any, *conditions: Any) -> Statement:
    key = [table.c[column.name] for column in table.primary_key]
    chosen = select(*key).where(table.c.community_id == _b("community_id"), *conditions).limit(_b("count"))
    return Statement(delete(table).where(tuple_(*key).in_(chosen)))


FORGET_MESSAGES = _forget(messages, messages.c.at < _b("before"))
FORGET_REACTIONS = _forget(reactions, reactions.c.at < _b("before"))
FORGET_TALLIES = _forget(tallies, tallies.c.day < _b("day"), tallies.c.source != IMPORTED)
FORGET_CREDITS = _forget(credits, credits.c.actor_id == literal(0), credits.c.at < _b("before"))
FORGET_SCORES = _forget(scores, scores.c.board >= _b("first"), scores.c.board < _b("last"))
FORGET_BOARD = _forget(scores, scores.c.board == _b("board"))
FORGET_COUNTS = Statement(
    delete(buckets).where(
        buckets.c.community_id == _b("community_id"), buckets.c.board >= _b("first"), buckets.c.board < _b("last")
    )
)
