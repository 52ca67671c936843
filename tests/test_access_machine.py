"""The machine of rights, on both databases."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.access_machine import Rights

SMALL = settings(max_examples=25, stateful_step_count=25, deadline=None)


@pytest.mark.sqlite
def test_rights_on_sqlite() -> None:
    run_state_machine_as_test(Rights, settings=SMALL)


@pytest.mark.postgres
def test_rights_on_postgresql(postgres: str) -> None:
    here = type("RightsOnPostgres", (Rights,), {"db": postgres})
    few = settings(SMALL, max_examples=6)
    run_state_machine_as_test(here, settings=few)
