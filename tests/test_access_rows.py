"""Rows of rights: no question goes through a whole community, whatever its size."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Select

from coterie.storage import access, applied
from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.statement import Statement

QUESTIONS = {
    name: found
    for module in (access, applied)
    for name, found in vars(module).items()
    if isinstance(found, Statement) and isinstance(found._expression, Select)
}
FEW = {"SCAN", "BRAKES"}
"""Tables with a handful of rows for each community."""


@pytest.mark.sqlite(reason="EXPLAIN QUERY PLAN")
@pytest.mark.parametrize("name", QUESTIONS)
def test_an_index_serves_every_question(migrated_sqlite: str, name: str) -> None:
    db = LaneConnection(open_engine(migrated_sqlite))
    expression: Any = QUESTIONS[name]._expression
    values: dict[str, Any] = dict.fromkeys(expression.compile(dialect=db.dialect).params, 1)
    values |= {each: db.list_value([1, 2]) for each in ("members", "accounts", "states")}
    try:
        with db.transaction():
            sql, pick = QUESTIONS[name].compiled(db.dialect)
            db._cursor.execute(f"EXPLAIN QUERY PLAN {sql}", pick(values))
            steps = [row[3] for row in db._cursor.fetchall()]
    finally:
        db.close()
        db.engine.dispose()
    (search,) = [step for step in steps if step.startswith(("SEARCH", "SCAN")) and "json_each" not in step]
    assert search.startswith("SEARCH"), steps
    assert search.count("?") >= (1 if name in FEW else 2), steps
