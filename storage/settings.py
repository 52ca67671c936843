"""Small facts about the installation: the signing secret, and where the ids of a new process begin."""

from __future__ import annotations

import secrets as random_secrets
from collections.abc import Callable
from typing import Final

from sqlalchemy import BigInteger, bindparam, delete, func, select

from coterie.storage.engine import LaneConnection
from coterie.storage.ids import IdMaker, least_at
from coterie.storage.statement import Statement, insertion
from coterie.storage.tables import communities, metadata, settings

LEAD: Final = 86_400_000
"""Milliseconds by which the clock may have gone back between two starts, for ids to keep their order."""
GET = Statement(select(settings.c.value).where(settings.c.name == bindparam("name")))
PUT = insertion(settings, "name", "value")
NEWEST = Statement(
    select(
        *(
            select(func.max(table.c.id))
            .where(table.c.community_id == communities.c.id, table.c.id < bindparam("until"))
            .scalar_subquery()
            for table in metadata.sorted_tables
            if {"community_id", "id"} <= set(table.c.keys()) and isinstance(table.c.id.type, BigInteger)
        )
    ).select_from(communities)
)
"""For each community the newest id of each table, from the end of its primary key."""
DROP = Statement(delete(settings).where(settings.c.name == bindparam("name")))


def read(db: LaneConnection, name: str) -> str | None:
    """A setting, or ``None``."""
    row = db.one(GET, {"name": name})
    return None if row is None else str(row[0])


def write(db: LaneConnection, name: str, value: str) -> None:
    """Set a setting; inside a transaction."""
    db.run(DROP, {"name": name})
    db.run(PUT, {"name": name, "value": value})


def signing_secret(db: LaneConnection) -> bytes:
    """The secret that signs buttons, made at the first start; inside a transaction."""
    found = read(db, "signing_secret")
    if found is None:
        found = random_secrets.token_hex(32)
        write(db, "signing_secret", found)
    return bytes.fromhex(found)


def take_node(db: LaneConnection) -> int:
    """A node number for this process's ids, different from the last 1,023 starts'; inside a transaction."""
    number = int(read(db, "node_counter") or 0) + 1
    write(db, "node_counter", str(number))
    return number % 1024


def take_ids(db: LaneConnection, now: Callable[[], int]) -> IdMaker:
    """A maker of ids for this process, each greater than those that the store has by now; inside a transaction.

    So ids tell what came first also when the clock went back between two starts.  Ids more than :data:`LEAD` ahead of
    the clock are passed over: it was set wrong when they were made, and what is made now is not to be dated like them.
    """
    rows = db.all(NEWEST, {"until": least_at(now() + LEAD)})
    return IdMaker(now, take_node(db), max((each for row in rows for each in row if each), default=0))
