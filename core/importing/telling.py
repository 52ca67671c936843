"""After an import: each plugin that wants to know gets an event for each member, on the lane of whoever runs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from typing import Final

from coterie.core.cards import encode
from coterie.core.events import HistoryImported
from coterie.storage.engine import LaneConnection
from coterie.storage.history import COUNTED, DROP_COUNTED, NEXT_COUNTED, owners
from coterie.storage.ids import IdMaker
from coterie.storage.journal import ADD_QUEUED

HOOK: Final = "on_history_imported"
_ACCOUNTS: Final = 200
DAYS: Final = 400
"""Days of which one event tells at most."""


def tell(
    db: LaneConnection,
    ids: IdMaker,
    community: int,
    platform: str,
    import_id: str,
    listeners: tuple[str, ...],
    now: Callable[[], int],
) -> int:
    """Queue the events of the next members, in one transaction with forgetting what they tell; how many members."""
    here = {"community_id": community, "import_id": import_id}
    with db.transaction():
        accounts = [row[0] for row in db.all(NEXT_COUNTED, here | {"count": _ACCOUNTS})]
        if not accounts:
            return 0
        until = here | {"last": accounts[-1]}
        events = []
        members = owners(db, community, accounts)
        for account, rows in groupby(db.all(COUNTED, until), itemgetter(0)):
            if (member := members.get(account)) is None:
                continue  # erased since
            days = {day: messages for _, day, messages in rows}
            names = list(days)
            for part in range(0, len(names), DAYS):
                told = {day: days[day] for day in names[part : part + DAYS]}
                key = f"import:{import_id}:{account}:{names[part]}"
                events.append(HistoryImported(key=key, at=now(), member=member, platform=platform, days=told))
        db.many(
            ADD_QUEUED,
            [
                {
                    "community_id": community,
                    "id": ids.next(),
                    "payload": encode(event).decode(),
                    "plugin": plugin,
                    "hook": HOOK,
                    "attempts": 0,
                    "not_before": 0,
                    "created_at": now(),
                }
                for event in events
                for plugin in listeners
            ],
        )
        db.run(DROP_COUNTED, until)
    return len(accounts)
