"""What every built-in plugin has to hold: tables that its migrations make, and words in every language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from coterie.core.context import Context
from coterie.core.engine.boot import folder_of, migrations_of, translator_of
from coterie.core.plugin import Plugin
from coterie.core.testing.kit import LiveTown
from coterie.core.testing.person import Person
from coterie.core.testing.scratch import scratch
from coterie.storage.engine import open_engine
from coterie.storage.migrate import differences

LOCALES = ("en", "zh-Hans", "zh-Hant")
SCENARIOS = Path(__file__).parent / "scenarios"
_UNTRANSLATED = re.compile(r"\[[a-z]+(?:-[a-z0-9]+)+\]|\{\$")


def table_differences(plugin: type[Plugin], _folder: Path | None = None) -> list[Any]:
    """What autogenerate would still change after the plugin's migrations."""
    sets = migrations_of({plugin.name: plugin()})
    database = scratch([plugin()])
    engine = open_engine(database.url)
    try:
        return differences(engine, sets[-1], lambda name: name.startswith(f"{plugin.name}_"))
    finally:
        engine.dispose()
        database.remove()


def language_problems(plugin: type[Plugin]) -> list[str]:
    """Languages that lack something, faults in the files, and keys that the code names but nobody wrote."""
    translator = translator_of({plugin.name: plugin()}, "en")
    found = translator.missing() + translator.problems()
    assert set(translator.locales) == set(LOCALES)
    source = "\n".join(file.read_text(encoding="utf-8") for file in folder_of(plugin()).glob("*.py"))
    named = set(re.findall(r"(?:\bt|\bt_room|Refusal)\(\s*\"([a-z0-9-]+)\"", source))
    named |= set(re.findall(r"t_for\(\s*[\w.]+,\s*\"([a-z0-9-]+)\"", source))
    assert named
    core = {"bots-cannot"}
    return found + [f"nobody wrote {key}" for key in sorted(named - core) if not translator.has(plugin.name, key)]


def all_translated(town: LiveTown) -> bool:
    """Whether nothing that anybody saw is a bare key or a place without its value."""
    untranslated = _UNTRANSLATED.findall(town.transcript())
    assert not untranslated, untranslated
    return True


def switch_off(town: LiveTown, plugin: str) -> None:
    """Turn a plugin off in the running community, as an operator would."""

    def change(ctx: Context) -> None:
        ctx.community.enabled -= {plugin}

    town.inside(change)


def switch_on(town: LiveTown, plugin: str) -> None:
    """Turn a plugin on again in the running community."""

    def change(ctx: Context) -> None:
        ctx.community.enabled |= {plugin}

    town.inside(change)


def tap_as(town: LiveTown, person: Person, label: str, owner: Person) -> None:
    """Let somebody send the token of a button that only another person can see."""
    _, button = town.stage.find_button(owner.persona, label)
    town.act(lambda: town.stage.tap_token(person.persona, town.room, button.token))


def member_id(town: LiveTown, person: Person) -> int:
    """The id of somebody's member record."""

    def find(ctx: Context) -> int:
        account = ctx.unit.members.account(ctx.community.id, person.persona.who.platform, person.persona.who.id)
        assert account is not None
        return account.member.id

    return town.inside(find)


def link(town: LiveTown, first: Person, second: Person) -> None:
    """Make two accounts one member's, by the whole exchange of the plugin ``identity``."""
    first.in_dm("/link")
    code = first.sees(re.compile(r"/link (\w+)"))[1]
    second.in_dm(f"/link {code}")
    assert member_id(town, first) == member_id(town, second)
