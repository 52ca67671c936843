"""The proof of the books reads every table a few times, never once for each row of another."""

from __future__ import annotations

import re

import pytest

from coterie.storage import proof
from coterie.storage.engine import open_engine
from coterie.storage.statement import Statement

STATEMENTS = {name: each for name, each in vars(proof).items() if isinstance(each, Statement)}
_WHOLE = re.compile(r"^SEARCH \w+ USING .*\(community_id=\?\)")
"""Finds rows by their community alone: all of them."""


@pytest.mark.sqlite("its plans; PostgreSQL chooses after what is in the tables")
@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_no_statement_reads_a_community_for_each_row(migrated_sqlite: str, name: str) -> None:
    engine = open_engine(migrated_sqlite)
    sql, _ = STATEMENTS[name].compiled(engine.dialect)
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (0,) * sql.count("?"))
        plan = [row[3] for row in found]
    engine.dispose()
    assert plan
    assert not [line for line in plan if _WHOLE.match(line)]
