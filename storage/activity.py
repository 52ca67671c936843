"""Messages counted by member and community day: collected in memory during a batch, written once at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select

from coterie.storage.engine import LaneConnection
from coterie.storage.members import AccountRecord
from coterie.storage.statement import Statement
from coterie.storage.tables import activity, activity_since
from coterie.storage.upsert import upsert

_b = bindparam
KNOWN_PLACES: Final = 20_000
"""Channels of which one lane remembers that they are counted (about 200 bytes each)."""

ADD_ACTIVITY = Statement(
    upsert(
        activity,
        {
            "community_id": _b("community_id"),
            "day": _b("day"),
            "member_id": _b("member_id"),
            "platform": _b("platform"),
            "messages": _b("messages"),
            "reactions": _b("reactions"),
        },
        lambda new: {
            "messages": activity.c.messages + new.messages,
            "reactions": activity.c.reactions + new.reactions,
        },
    )
)
COUNT_SINCE = Statement(
    upsert(
        activity_since,
        {
            "community_id": _b("community_id"),
            "adapter": _b("adapter"),
            "space": _b("space"),
            "channel": _b("channel"),
            "at": _b("at"),
        },
    )
)
ACTIVITY_OF = Statement(
    select(activity.c.day, activity.c.platform, activity.c.messages, activity.c.reactions)
    .where(
        activity.c.community_id == _b("community_id"),
        activity.c.member_id == _b("member_id"),
        activity.c.day >= _b("first"),
        activity.c.day <= _b("last"),
    )
    .order_by(activity.c.day, activity.c.platform)
)

Place = tuple[int, str, str, str]
"""Community, adapter, space, channel."""


class Activity:
    """What one lane counts as it is written."""

    def __init__(self, db: LaneConnection) -> None:
        self._db = db
        self._counts: dict[tuple[int, str], tuple[AccountRecord, int]] = {}
        self._places: set[Place] = set()

    def count(self, account: AccountRecord, day: str, place: Place, at: int) -> None:
        """One more message of an account on a community day (ISO date), written at an instant."""
        key = (account.id, day)
        found = self._counts.get(key)
        self._counts[key] = (account, 1) if found is None else (account, found[1] + 1)
        if place not in self._places:
            community, adapter, space, channel = place
            values = {"community_id": community, "adapter": adapter, "space": space, "channel": channel, "at": at}
            self._db.run(COUNT_SINCE, values)
            self._places.add(place)

    def flush(self) -> None:
        """Write what was collected; an account whose owner changed meanwhile counts for the new one."""
        if self._counts:
            self._db.many(ADD_ACTIVITY, _rows(self._counts))
            self._counts = {}

    def forget(self) -> None:
        """Nothing of this batch happened."""
        self._counts = {}
        self._places.clear()

    def trim(self) -> None:
        """Keep what is remembered within :data:`KNOWN_PLACES`; called between batches."""
        if len(self._places) > KNOWN_PLACES:
            self._places.clear()


def _rows(counts: dict[tuple[int, str], tuple[AccountRecord, int]]) -> Sequence[dict[str, Any]]:
    """In the order of the key: two processes that count at once must not wait for each other in a circle."""
    ordered = sorted(
        (account.member.community, day, account.member.id, account.platform, messages)
        for (_, day), (account, messages) in counts.items()
    )
    return [
        {
            "community_id": community,
            "day": day,
            "member_id": member,
            "platform": platform,
            "messages": messages,
            "reactions": 0,
        }
        for community, day, member, platform, messages in ordered
    ]
