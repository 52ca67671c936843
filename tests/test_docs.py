"""The README and the author's page: links lead somewhere, examples run as they stand."""

from __future__ import annotations

import inspect
import re
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from coterie.core.api import Plugin
from coterie.core.cli.play import run_play
from coterie.core.testing.kit import LiveTown
from coterie.storage.member_rows import MemberRows
from tests import applause
from tests.store_kit import Store

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "plugins").glob("*/README.md"),
    ]
)
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def block(page: str, language: str, containing: str) -> str:
    """The one fenced block of a page that contains some text."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found: list[str] = [
        code
        for code in re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        if containing in code
    ]
    assert len(found) == 1, f"{page} has {len(found)} blocks of {language or 'text'} with {containing!r}"
    return found[0]


@pytest.fixture
def plugin_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str], type[Plugin]]:
    """Makes the plugin that an example defines, in a module of its own."""

    def make(code: str, name: str) -> type[Plugin]:
        module = types.ModuleType(f"example_{name.lower()}")
        module.__file__ = str(tmp_path / "example.py")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(compile(code, module.__file__, "exec"), module.__dict__)
        plugin: type[Plugin] = module.__dict__[name]
        return plugin

    return make


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [target for target in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing, f"{page.name} points to {', '.join(missing)}"


def test_the_plugin_in_ten_lines_does_what_the_readme_says(
    plugin_of: Callable[[str, str], type[Plugin]], town_factory: Callable[..., LiveTown]
) -> None:
    town = town_factory(plugins=[plugin_of(block("README.md", "python", "class Wave"), "Wave")])
    alice, bob = town.people("alice", "bob")
    alice.says("/wave")
    bob.sees("Alice waves!")
    town.restart()
    bob.taps("Wave back")
    bob.sees("You have 1 points.")
    bob.taps("Wave back")
    assert town.balance(bob) == 1
    town.ledger_balanced()


def test_the_authors_example_runs(
    plugin_of: Callable[[str, str], type[Plugin]], town_factory: Callable[..., LiveTown]
) -> None:
    town = town_factory(
        plugins=[plugin_of(block("docs/plugins.md", "python", "class Poll"), "Poll")], config={"poll": {"hours": 2}}
    )
    alice, bob = town.people("alice", "bob")
    alice.says("/poll 3")
    bob.taps("Option 2")
    bob.sees("You chose option 2.")
    town.wait(hours=2)
    town.shows("Closed.")


def test_the_door_of_the_authors_page_closes_for_whoever_tries(
    plugin_of: Callable[[str, str], type[Plugin]], town_factory: Callable[..., LiveTown], tmp_path: Path
) -> None:
    (tmp_path / "migrations").mkdir()
    door = plugin_of(block("docs/plugins.md", "python", "class Door"), "Door")
    metadata = door.metadata
    assert metadata is not None
    town = town_factory(plugins=[door], config={"door": {"tries": 2}})
    town.inside(lambda ctx: metadata.create_all(ctx.unit.db.connection))
    alice, bob = town.people("alice", "bob")
    for typed, said in (("AAAA", "1 left"), ("BBBB", "0 left"), ("4KQ7WX2M", "Come back at 00:10")):
        alice.says(f"/open {typed}")
        assert alice.sees(said)
    bob.says("/open 4kq7-wx2m")
    assert bob.sees("It is open.")
    assert town.inside(lambda ctx: [*door().invariants(ctx)]) == []


def test_what_the_authors_page_declares_is_merged_as_it_says(
    plugin_of: Callable[[str, str], type[Plugin]], sqlite_url: str
) -> None:
    cafe = plugin_of(block("docs/plugins.md", "python", "class Cafe"), "Cafe")
    assert cafe.metadata is not None
    store = Store(sqlite_url)
    cafe.metadata.create_all(store.engine)
    cups, orders, served = cafe.member_data
    with store.batch():
        connection = store.db.connection
        connection.execute(cups.table.insert(), [_row(1, drunk=3, most_at_once=2), _row(2, drunk=4, most_at_once=1)])
        connection.execute(orders.table.insert().values(community_id=1, id=1, guest_id=2, served_by=2))
        done = [(rows, rows.move(connection, 1, 2, 1)) for rows in map(MemberRows, (cups, orders))]
        assert connection.execute(cups.table.select()).all() == [(1, 1, 7, 2)]
        assert connection.execute(orders.table.select()).all() == [(1, 1, 1, 2)]
        assert served.merge == "stay"
        connection.execute(cups.table.update().values(drunk=9))
        for rows, changes in done:
            rows.undo(connection, 2, 1, changes)
        assert connection.execute(cups.table.select()).all() == [(1, 1, 5, 2), (1, 2, 4, 1)]
        assert connection.execute(orders.table.select()).all() == [(1, 1, 2, 2)]
    store.close()


def test_the_rows_that_everybody_wants_are_those_of_a_plugin_under_test() -> None:
    assert block("docs/plugins.md", "python", "class Claps") in inspect.getsource(applause)


def _row(member: int, **values: int) -> dict[str, int]:
    return {"community_id": 1, "member_id": member, **values}


def test_the_scenario_of_the_readme_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "readme.play"
    file.write_text(block("README.md", "", "alice is operator"), encoding="utf-8")
    assert run_play(file, enable=["redpacket"]) == 0, "".join(capsys.readouterr())
