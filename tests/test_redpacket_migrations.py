"""Packets of earlier versions are there after the migration, with numbers, and nothing else about them has changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from coterie.core.engine.boot import migrations_of
from coterie.plugins.redpacket import RedPacket
from coterie.storage.engine import open_engine
from coterie.storage.migrate import differences, upgrade_on

PACKET = (
    "INSERT INTO redpacket_packets (community_id, id, sender_id, split, currency, total, count, greeting, state,"
    " taken_count, taken, created_at, expires_at, ended_at)"
    " VALUES (:community, :id, 7, 'lucky', 'points', 10, 2, 'Hi', :state, :gone, :taken, 1, 2, :ended)"
)
SHARE = "INSERT INTO redpacket_shares VALUES (:community, :id, :number, :amount, :member, :at)"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def fill(connection: Connection) -> None:
    """Three packets in one community, one in another; one of them has expired with a share left."""
    packets = [(1, 10, "open", 0, 0, None), (1, 30, "expired", 1, 4, 9), (1, 20, "empty", 2, 10, 9)]
    packets.append((2, 40, "open", 0, 0, None))
    for community, packet, state, gone, taken, ended in packets:
        row = {"community": community, "id": packet, "state": state, "gone": gone, "taken": taken, "ended": ended}
        connection.execute(text(PACKET), row)
        for number, amount in enumerate((4, 6)):
            member = 100 + number if number < gone else None
            share = {"community": community, "id": packet, "number": number, "amount": amount}
            connection.execute(text(SHARE), share | {"member": member, "at": member and 5})


def test_packets_of_before(engine: Engine) -> None:
    (*_, own) = migrations_of({"redpacket": RedPacket()})
    with engine.begin() as connection:
        upgrade_on(connection, [own], {"redpacket": "redpacket_0002"})
        fill(connection)
    with engine.begin() as connection:
        upgrade_on(connection, [own])
    assert differences(engine, own, lambda name: name.startswith("redpacket_")) == []
    with engine.begin() as connection:
        told = "SELECT community_id, id, number, refunded, refunded_to, least, most, seed FROM redpacket_packets"
        assert connection.execute(text(f"{told} ORDER BY community_id, id")).all() == [
            (1, 10, 1, 0, "", 1, 0, ""),
            (1, 20, 2, 0, "", 1, 0, ""),
            (1, 30, 3, 6, "sender", 1, 0, ""),
            (2, 40, 1, 0, "", 1, 0, ""),
        ]
        shares = connection.execute(text("SELECT count(*), sum(amount), count(member_id) FROM redpacket_shares")).one()
        assert tuple(shares) == (8, 40, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE redpacket_shares SET amount = 0 WHERE packet_id = 10 AND number = 0",
        "UPDATE redpacket_shares SET member_id = 5 WHERE packet_id = 10",
        "INSERT INTO redpacket_shares VALUES (1, 10, 0, 1, NULL, NULL)",
        "UPDATE redpacket_packets SET taken = 11 WHERE id = 10",
    ],
    ids=["a share of nothing", "two shares of one member", "a share twice", "more taken than there was"],
)
def test_what_the_database_refuses(engine: Engine, wrong: str) -> None:
    (*_, own) = migrations_of({"redpacket": RedPacket()})
    with engine.begin() as connection:
        upgrade_on(connection, [own], {"redpacket": "redpacket_0002"})
        fill(connection)
        upgrade_on(connection, [own])
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(wrong))


def test_the_way_back(engine: Engine) -> None:
    """What the newest migration added can be taken away again, and the rows stay."""
    from importlib.util import module_from_spec, spec_from_file_location

    (*_, own) = migrations_of({"redpacket": RedPacket()})
    found = spec_from_file_location("newest", own.folder / "0003_complete.py")
    assert found is not None
    assert found.loader is not None
    newest = module_from_spec(found)
    found.loader.exec_module(newest)
    with engine.begin() as connection:
        upgrade_on(connection, [own], {"redpacket": "redpacket_0002"})
        before = {column["name"] for column in inspect(connection).get_columns("redpacket_packets")}
        fill(connection)
        upgrade_on(connection, [own])
        with Operations.context(MigrationContext.configure(connection)):
            newest.downgrade()
        assert {column["name"] for column in inspect(connection).get_columns("redpacket_packets")} == before
        assert connection.execute(text("SELECT count(*) FROM redpacket_shares")).scalar_one() == 8
        assert {name for name in inspect(connection).get_table_names() if name.startswith("redpacket_")} == {
            "redpacket_packets",
            "redpacket_shares",
            "redpacket_faces",
        }
