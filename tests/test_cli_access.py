"""``coterie access``: the plan in words, and a person's word for what the brake has stopped."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coterie.adapters.sandbox import SandboxAdapter
from coterie.core.cli import root
from coterie.core.platform import Refused, RetryLater
from coterie.core.testing.kit import LiveTown
from tests.access_kit import Tiers, end, give, roles, stopped

ACCESS: dict[str, Any] = {"gold": {"title": "Gold", "targets": [{"role": "r-gold"}]}}
CONFIG = """
[adapters.sandbox]
[communities.main]
spaces = [{ platform = "sandbox", id = "town" }]
[communities.main.access.gold]
title = "Gold"
targets = [{ platform = "sandbox", space = "town", role = "r-gold" }]
"""
pytestmark = pytest.mark.coterie(plugins=[Tiers], access=ACCESS)
Text = pytest.CaptureFixture[str]


@pytest.fixture
def run(town: LiveTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Text) -> Any:
    """Runs a command line on the town's store, with the town itself as the platform that is asked."""
    monkeypatch.setattr(SandboxAdapter, "contribute_platforms", lambda _: [town.stage.platform])
    file = tmp_path / "plugins.toml"
    file.write_text(CONFIG, encoding="utf-8")
    database = town._host._database
    assert database is not None

    def command(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = root.run(["access", *words, "-c", str(file), "--db", database.url])
        out = capsys.readouterr()
        return code, out.out + out.err

    return command


def test_a_plan_after_a_day_without_the_bot(town: LiveTown, run: Any) -> None:
    people = town.people("anna", "bert", "cora", "dora", "emil", "fred")
    anna, bert, _, dora, emil, _ = people
    for person in people:
        person.joins()
    town.stage.give_role(emil.persona, "r-gold")
    give(town, "anna", "bert", "dora", "emil", source="order-7")
    give(town, "cora", until=timedelta(hours=12))
    give(town, "fred")
    town.wait(minutes=1)
    with town.down():
        town.stage.take_role(anna.persona, "r-gold")
        town.wait(hours=1)
        bert.leaves()
        bert.joins()
        dora.leaves()
        town.stage.faults.unknown.add("fred")
        before = roles(*people)
        code, out = run("plan")
        assert roles(*people) == before, "a plan changes nothing"
    assert code == 0
    assert "Community main: 6 members with rights looked at." in out
    assert (
        "Gold: give, 1 account\n  granted; they left the space and came back since\n    Bert (sandbox:bert): role"
        in out
    )
    assert "r-gold in sandbox:town; tiers:order-7 (a test)" in out
    assert "Gold: give again, 1 account\n  granted; Coterie gave it and a person took it away\n    Anna" in out
    assert "Gold: only note, 1 account\n  they are not in the space; they get it when they come\n    Dora" in out
    assert "Fred" not in out, "nothing is known of Fred, so nothing is done"
    assert "Emil" not in out, "what a person gave is known to be a person's"
    assert (
        "Gold: take away, 1 account\n  Coterie gave it, and no grant asks for it any more\n    Cora (sandbox:cora)"
        in out
    )
    assert "tiers:test ended 2026-01-01 12:00 UTC (its time has passed)" in out
    town._host.clock.move_to(time.time_ns() // 1_000_000)  # the command line lives in real time
    town.wait(minutes=1)
    assert roles(*people) == [{"r-gold"}, {"r-gold"}, set(), set(), {"r-gold"}, {"r-gold"}]
    assert "Nothing would change." in run("plan")[1]


def test_the_end_of_a_tier_while_nothing_ran(town: LiveTown, run: Any) -> None:
    (cora,) = town.people("cora")
    cora.joins()
    give(town, "cora", source="order-1", until=timedelta(hours=12))
    with town.down():
        # The command line lives in real time, which the town's clock is far behind or ahead of.
        _, out = run("plan", "--json")
    found = json.loads(out)[0]
    (line,) = found["lines"]
    assert (line["does"], line["why"], line["name"], line["account"]) == ("take", "ended", "Cora", "sandbox:cora")
    assert line["sources"] == ["tiers:order-1 ended 2026-01-01 12:00 UTC (its time has passed)"]
    assert (found["community"], found["members"], found["changes"], found["silent"]) == ("main", 1, 1, [])


def test_where_the_platform_does_not_tell_nothing_is_planned(town: LiveTown, run: Any) -> None:
    (anna,) = town.people("anna")
    give(town, "anna")
    town.stage.take_role(anna.persona, "r-gold")
    town.stage.faults.fail_next(Refused("the bot was removed from the server"), verb="access_of")
    code, out = run("plan")
    assert code == 1
    assert (
        "Nothing is known of sandbox:town: the bot was removed from the server. What is there is left as it is." in out
    )
    assert "Nothing would change." in out
    town.stage.faults.fail_next(RetryLater(0.01), times=2, verb="access_of")
    assert "give again" in run("plan")[1]
    town.stage.faults.above.add("r-gold")
    _, out = run("plan")
    assert "Role r-gold in sandbox:town cannot be changed: the role r-gold stands above the bot's." in out
    assert "Gold: do nothing yet, 1 account\n  the bot cannot change this role" in out


def test_the_brake_and_a_persons_word(town: LiveTown, run: Any) -> None:
    names = [f"p{number}" for number in range(20)]
    people = town.people(*names)
    give(town, *names)
    end(town, *names[:8])
    code, out = run("plan")
    assert code == 1
    assert "Gold: stopped by the brake, 8 accounts\n  Coterie gave it, and no grant asks for it any more" in out
    assert "The brake holds Gold (take away): 8 accounts, and 5 in an hour pass without a person's word." in out
    assert "coterie access apply --confirm" in out
    code, out = run("apply")
    assert (code, out) == (0, "Asked for main: `coterie run` does it within a minute, or at its next start.\n")
    town._host.clock.move_to(time.time_ns() // 1_000_000)  # the command line lives in real time
    town.wait(minutes=1)
    assert len(stopped(town)) == 1
    assert roles(*people) == [{"r-gold"}] * 20
    assert run("apply", "--confirm")[0] == 0
    town.wait(minutes=1)
    assert stopped(town) == []
    assert roles(*people) == [set()] * 8 + [{"r-gold"}] * 12
    assert "Nothing would change." in run("plan")[1]


def test_one_member(town: LiveTown, run: Any) -> None:
    (anna,) = town.people("anna")
    anna.joins()
    give(town, "anna", source="order-1", until=timedelta(days=30_000))
    give(town, "anna", source="order-2")
    end(town, "anna", source="order-2")
    code, out = run("show", "Anna")
    assert code == 0
    assert "has Gold by tiers:order-1 since 2026-01-01 00:00 UTC, until 2108-02-21 00:00 UTC (a test)" in out
    assert "had Gold by tiers:order-2" in out
    assert "ended 2026-01-01 00:00 UTC (a test) (over)" in out
    assert "sandbox:anna: role r-gold in sandbox:town: given since 2026-01-01 00:00 UTC" in out
    assert run("show", "nobody")[0] == 1
    assert "There is no community 'x'" in run("plan", "--community", "x")[1]
