"""Whatever a cell holds is the same after a backup and a restore."""

from __future__ import annotations

import math
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    insert,
    select,
    text,
)

from coterie.storage.copying.archive import BackupError
from coterie.storage.copying.cells import packed, unpacked, without_nulls
from coterie.storage.engine import open_engine
from coterie.storage.tables import settings as kept
from tests.backup_kit import backed_up, contents, manifest_of, restored
from tests.test_backup import WAYS, target_fixture  # noqa: F401 - pytest finds it here

ODD: Final = "\u202eעברית\u2066 👩‍👩‍👧 𐍈 \x07\x1b\r\n\t'\"\\,{}\\N \ufeff\uffff"
SMALLEST, GREATEST = -(2**63), 2**63 - 1

cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(SMALLEST, GREATEST),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(),
    st.floats(allow_nan=False),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(timezone(timedelta(hours=8)))),
    st.times(),
    st.uuids(),
    st.decimals(allow_nan=False),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
    st.lists(st.integers(), max_size=3),
)


@given(st.lists(st.tuples(cells, cells, cells), max_size=20))
def test_rows_survive_being_written_and_read(rows: list[tuple[Any, ...]]) -> None:
    encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder(list[Any])
    found = unpacked(decoder.decode_lines(encoder.encode_lines(packed(rows))))
    assert [tuple(row) for row in found] == rows
    assert [[type(cell) for cell in row] for row in found] == [[type(cell) for cell in row] for row in rows]


def test_cells_that_are_not_equal_to_themselves_or_unknown() -> None:
    ((found,),) = unpacked(packed([[math.nan]]))
    assert math.isnan(found)
    with pytest.raises(BackupError, match="kind complex"):
        packed([[1j]])
    assert without_nulls([[1, "a\0b", None], [2, "c", "\0"]]) == ([[1, "a\ufffdb", None], [2, "c", "\ufffd"]], 2)
    rows = [[1, "a"]]
    assert without_nulls(rows)[0] is rows


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    values=st.lists(
        st.tuples(st.integers(SMALLEST, GREATEST), st.text(st.characters(exclude_categories=["Cs"]), max_size=60)),
        min_size=1,
        max_size=60,
        unique_by=lambda pair: pair[0],
    )
)
def test_texts_of_every_kind(tmp_path: Path, migrated_sqlite: str, values: list[tuple[int, str]]) -> None:
    engine = open_engine(migrated_sqlite)
    with engine.begin() as connection:
        connection.execute(kept.delete())
        rows = {str(number): each for number, each in [*values, (0, ODD)]}
        connection.execute(insert(kept), [{"name": name, "value": each} for name, each in rows.items()])
    engine.dispose()
    backed_up(migrated_sqlite, tmp_path / "a.zip", force=True)
    target = f"sqlite:///{tmp_path}/target.db"
    restored(tmp_path / "a.zip", target, force=True)
    assert contents(target) == contents(migrated_sqlite)


@pytest.mark.parametrize(("source_kind", "target_kind"), WAYS)
def test_a_plugins_columns_of_every_type(
    request: pytest.FixtureRequest, tmp_path: Path, source_kind: str, target: str
) -> None:
    """Also where the plugin is not installed: then its tables are made from what the backup says of them."""
    source = request.getfixturevalue("migrated_sqlite" if source_kind == "sqlite" else "migrated_postgres")
    metadata = MetaData()
    odd = Table(
        "odd_things",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("fits", Boolean),
        Column("share", Float(53)),
        Column("raw", LargeBinary),
        Column("at", DateTime),
        Column("zoned", DateTime(timezone=True)),
        Column("day", Date),
        Column("data", JSON(none_as_null=True)),
        Column("words", Text, unique=True),
    )
    Table("odd_parts", metadata, Column("id", Integer, ForeignKey("odd_things.id"), primary_key=True))
    rows: list[dict[str, Any]] = [
        {
            "id": 1,
            "fits": True,
            "share": 0.1,
            "raw": b"\0\xff",
            "at": datetime(2026, 1, 2, 3, 4, 5, 678901),  # noqa: DTZ001
            "zoned": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            "day": date(2026, 2, 28),
            "data": {"a": [1, None, "ü"], "b": {}},
            "words": ODD,
        },
        {"id": 2, "fits": False, "share": math.inf, "raw": b"", "data": [], "words": ""},
        {"id": 3},
    ]
    engine = open_engine(source)
    try:
        with engine.begin() as connection:
            metadata.create_all(connection)
            connection.execute(text("CREATE TABLE alembic_version_odd (version_num VARCHAR(32) PRIMARY KEY)"))
            connection.execute(text("INSERT INTO alembic_version_odd VALUES ('odd_0001')"))
            for row in rows:
                connection.execute(insert(odd), row)
            connection.execute(text("INSERT INTO odd_parts VALUES (1), (3)"))
        saved = backed_up(source, tmp_path / "a.zip")
        assert restored(saved.file, target).plan.raw == ["odd"]
        assert typed(target, odd) == typed(source, odd)
        assert contents(target)["odd_parts"] == [(1,), (3,)]
        assert contents(target)["alembic_version_odd"] == [("odd_0001",)]
        again = backed_up(target, tmp_path / "b.zip")
        assert manifest_of(again.file).rows == saved.manifest.rows
    finally:
        with engine.begin() as connection:
            metadata.drop_all(connection)
            connection.execute(text("DROP TABLE alembic_version_odd"))
        engine.dispose()


def typed(url: str, table: Table) -> list[tuple[Any, ...]]:
    """The rows of a table as a plugin sees them; SQLite keeps instants without a zone."""
    engine = open_engine(url)
    with engine.connect() as connection:
        found = connection.execute(select(table).order_by(table.c.id)).all()
    engine.dispose()
    return [
        tuple(cell.astimezone(UTC).replace(tzinfo=None) if getattr(cell, "tzinfo", None) else cell for cell in row)
        for row in found
    ]


@pytest.mark.postgres
def test_a_null_in_a_text_becomes_a_replacement_and_is_told(
    migrated_sqlite: str, postgres_url: str, tmp_path: Path
) -> None:
    engine = open_engine(migrated_sqlite)
    with engine.begin() as connection:
        connection.execute(insert(kept), [{"name": "a", "value": "x\0y"}, {"name": "b", "value": "z"}])
    engine.dispose()
    saved = backed_up(migrated_sqlite, tmp_path / "a.zip")
    assert restored(saved.file, postgres_url).replaced == {"settings": 1}
    assert contents(postgres_url)["settings"] == [("a", "x\ufffdy"), ("b", "z")]
    done = restored(saved.file, f"sqlite:///{tmp_path}/same.db")
    assert done.replaced == {}
    assert contents(f"sqlite:///{tmp_path}/same.db")["settings"] == [("a", "x\0y"), ("b", "z")]


def test_marks_of_every_kind() -> None:
    rows = [[b"a", datetime(2026, 1, 1), date(2026, 1, 1), time(1, 2), Decimal("1.50"), uuid.UUID(int=7), {"a": 1}]]  # noqa: DTZ001
    assert [next(iter(cell)) for cell in packed(rows)[0]] == [
        "bytes",
        "datetime",
        "date",
        "time",
        "decimal",
        "uuid",
        "json",
    ]
    assert unpacked(packed(rows)) == rows
