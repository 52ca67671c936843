"""Small facts about the installation: the signing secret and the node counter."""

from __future__ import annotations

import secrets as random_secrets

from sqlalchemy import bindparam, delete, select

from coterie.storage.engine import LaneConnection
from coterie.storage.statement import Statement, insertion
from coterie.storage.tables import settings

GET = Statement(select(settings.c.value).where(settings.c.name == bindparam("name")))
PUT = insertion(settings, "name", "value")
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
