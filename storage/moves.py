"""A space has another native id: every row that names the old one names the new one.

Not so what only holds under the old id: what an import has read of that chat, and the native ids of messages, which
count anew in the new place.  A message that was sent before keeps its place, and cannot be changed any more.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Table, bindparam, delete, func, insert, literal_column, select, update

from coterie.storage.engine import LaneConnection
from coterie.storage.statement import Statement
from coterie.storage.tables import (
    activity_since,
    applied_access,
    channels,
    messages,
    moved_spaces,
    open_forms,
    outbox,
    presences,
    queued_events,
    spaces,
    tasks,
)

_b = bindparam
_m = moved_spaces.c
_HERE: Final = (_m.community_id == _b("community_id"), _m.adapter == _b("adapter"))

ALL_MOVES: Final = Statement(select(_m.community_id, _m.adapter, _m.old, _m.new))
FIND_MOVE: Final = Statement(select(_m.new).where(*_HERE, _m.old == _b("old")))
DROP_MOVE: Final = Statement(delete(moved_spaces).where(*_HERE, _m.old == _b("old")))
LEAD_ON: Final = Statement(update(moved_spaces).where(*_HERE, _m.new == _b("old_")).values(new=_b("new_")))
ADD_MOVE: Final = Statement(insert(moved_spaces).values({column.name: _b(column.name) for column in _m}))


def moved_channel(channel: str, old: str, new: str) -> str:
    """A channel of a space that has another native id: the space itself, or what begins with its id and a slash."""
    if channel == old:
        return new
    return new + channel[len(old) :] if channel.startswith(f"{old}/") else channel


def move_space(db: LaneConnection, community: int, adapter: str, old: str, new: str, now: int) -> bool:
    """Let everything that a community has in a space follow it; False when it is known to have moved there already."""
    here: dict[str, Any] = {"community_id": community, "adapter": adapter}
    known = db.one(FIND_MOVE, here | {"old": old})
    if old == new or (known is not None and known[0] == new):
        return False
    db.run(DROP_MOVE, here | {"old": old})
    db.run(DROP_MOVE, here | {"old": new})  # it is in use: it leads nowhere else, so that there is no circle
    db.run(LEAD_ON, here | {"old_": old, "new_": new})
    db.run(ADD_MOVE, here | {"old": old, "new": new, "at": now})
    both = here | {"old_": old, "new_": new}
    for statement in (*_SPACE, *_PRESENCES, *_APPLIED):
        db.run(statement, both)
    _move_channels(db, here, old, new)
    _move_counting(db, here, old, new)
    words = here | _words(adapter, old, new)
    for statement in _TEXTS:
        db.run(statement, words)
    return True


# -- rows with a column for the space


def _doubles(table: Table, *others: str) -> Statement:
    """Deletes rows of the old space that the new one has as well: what is known of that is newer."""
    twin = table.alias("twin")
    same = [twin.c[name] == table.c[name] for name in ("community_id", "adapter", *others)]
    found = select(literal_column("1")).select_from(twin).where(*same, twin.c.space == _b("new_")).exists()
    return Statement(delete(table).where(*_in(table), found))


def _in(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.community_id == _b("community_id"),
        table.c.adapter == _b("adapter"),
        table.c.space == _b("old_"),
    )


def _renamed(table: Table) -> Statement:
    return Statement(update(table).where(*_in(table)).values(space=_b("new_")))


_PRESENCES: Final = (_doubles(presences, "account_id"), _renamed(presences))
_APPLIED: Final = (_doubles(applied_access, "account_id", "kind", "target"), _renamed(applied_access))
_s = spaces.c
_NEW_SPACE: Final = select(_s.id).where(_s.adapter == _b("adapter"), _s.native == _b("new_"))
_OLD_SPACE: Final = (_s.community_id == _b("community_id"), _s.adapter == _b("adapter"), _s.native == _b("old_"))
_SPACE: Final = (
    Statement(update(spaces).where(*_OLD_SPACE, ~_NEW_SPACE.exists()).values(native=_b("new_"))),
    Statement(delete(spaces).where(*_OLD_SPACE)),
)

_c = channels.c
_CHANNELS_OF: Final = Statement(
    select(_c.id, _c.native).where(
        _c.community_id == _b("community_id"), _c.adapter == _b("adapter"), _c.space == _b("space")
    )
)
_MOVE_CHANNEL: Final = Statement(
    update(channels)
    .where(_c.community_id == _b("community_id"), _c.id == _b("id_"))
    .values(native=_b("native"), space=_b("space"))
)


def _move_channels(db: LaneConnection, here: dict[str, Any], old: str, new: str) -> None:
    """Channels keep their ids, which plugins know.  One that became known under both ids before the move was heard of
    has two of them: the older one is kept for it, and the other leads there by the old name.
    """
    taken = {native: found for found, native in db.all(_CHANNELS_OF, here | {"space": new})}
    for found, native in db.all(_CHANNELS_OF, here | {"space": old}):
        moved = moved_channel(native, old, new)
        community = {"community_id": here["community_id"]}
        twin = taken.get(moved)
        if twin is None:
            db.run(_MOVE_CHANNEL, community | {"id_": found, "native": moved, "space": new})
            continue
        db.run(_MOVE_CHANNEL, community | {"id_": twin, "native": f"moved:{twin}", "space": old})
        db.run(_MOVE_CHANNEL, community | {"id_": found, "native": moved, "space": new})
        db.run(_MOVE_CHANNEL, community | {"id_": twin, "native": native, "space": old})


_a = activity_since.c
_CHANNEL: Final = (
    _a.community_id == _b("community_id"),
    _a.adapter == _b("adapter"),
    _a.space == _b("space"),
    _a.channel == _b("channel"),
)
_COUNTED: Final = Statement(
    select(_a.channel, _a.at).where(
        _a.community_id == _b("community_id"), _a.adapter == _b("adapter"), _a.space == _b("space")
    )
)
_DROP_COUNTED: Final = Statement(delete(activity_since).where(*_CHANNEL))
_ADD_COUNTED: Final = Statement(insert(activity_since).values({column.name: _b(column.name) for column in _a}))


def _move_counting(db: LaneConnection, here: dict[str, Any], old: str, new: str) -> None:
    """Since when messages are counted in a channel: the earlier instant of the two."""
    since: dict[str, int] = dict(db.all(_COUNTED, here | {"space": new}))
    for channel, at in db.all(_COUNTED, here | {"space": old}):
        moved = moved_channel(channel, old, new)
        db.run(_DROP_COUNTED, here | {"space": old, "channel": channel})
        db.run(_DROP_COUNTED, here | {"space": new, "channel": moved})
        db.run(_ADD_COUNTED, here | {"space": new, "channel": moved, "at": min(at, since.get(moved, at))})


# -- places in JSON, as msgspec writes them


def _words(adapter: str, old: str, new: str) -> dict[str, str]:
    before, after = _quoted(old), _quoted(new)
    return {
        "said_adapter": f'"adapter":{_quoted(adapter)}',
        "old_space": f'"space":{before}',
        "new_space": f'"space":{after}',
        "old_channel": f'"channel":{before}',
        "new_channel": f'"channel":{after}',
        "old_below": f'"channel":{before[:-1]}/',
        "new_below": f'"channel":{after[:-1]}/',
    }


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _followed(column: ColumnElement[str]) -> ColumnElement[str]:
    """JSON with the new id in the place of the old one; inside a text its quotes would stand behind backslashes."""
    found: ColumnElement[str] = column
    for part in ("space", "channel", "below"):
        found = func.replace(found, _b(f"old_{part}"), _b(f"new_{part}"))
    return found


def _text(table: Table, column: str, **more: Any) -> Statement:
    place = table.c[column]
    about = func.replace(place, _b("said_adapter"), literal_column("''")) != place
    named = func.replace(place, _b("old_space"), literal_column("''")) != place
    return Statement(
        update(table)
        .where(table.c.community_id == _b("community_id"), about, named)
        .values({column: _followed(place), **more})
    )


_TEXTS: Final = (
    _text(messages, "place", native=literal_column("''")),
    _text(outbox, "payload"),
    _text(open_forms, "place"),
    _text(queued_events, "payload"),
    _text(tasks, "origin"),
)
