"""Every plugin and every table takes part in export and erasure; one that does not fails here, with what to do."""

from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table

from coterie.core.engine.boot import folder_of
from coterie.core.i18n import Translator
from coterie.core.people.own import member_tables
from coterie.core.plugin import Plugin
from coterie.core.testing.kit import TownFactory
from tests.plugin_kit import LOCALES, member_id
from tests.privacy_kit import (
    CONFIG,
    MARK,
    NAME,
    Life,
    built_in,
    cells,
    count_rows,
    declared,
    erase,
    erasure,
    export,
    live,
    metadatas,
    naming,
    records,
    undeclared,
    unpacked,
)


@pytest.fixture
def life(town_factory: TownFactory) -> Life:
    """A town with all built-in plugins and somebody who used each of them."""
    return live(town_factory(plugins=[type(plugin) for plugin in built_in()], config=CONFIG))


# -- declarations ------------------------------------------------------------------------------------------------------


def test_every_column_that_looks_like_a_member_is_declared() -> None:
    assert undeclared(metadatas(), declared()) == []


def test_one_that_is_not_declared_is_told_with_what_to_add() -> None:
    metadata = MetaData()
    Table(
        "zoo_animals", metadata, Column("owner_id", BigInteger), Column("fed_by", BigInteger), Column("id", BigInteger)
    )
    first, second = undeclared([("zoo", metadata)], {("zoo_animals", "id")})
    assert first.startswith("zoo: zoo_animals.owner_id looks like a member's id.")
    assert first.endswith('MemberTable(zoo_animals, "owner_id") in the plugin\'s member_data')
    assert "fed_by" in second
    assert undeclared([("zoo", metadata)], {("zoo_animals", "owner_id"), ("zoo_animals", "fed_by")}) == []


@pytest.mark.parametrize("plugin", built_in(), ids=lambda plugin: plugin.name)
def test_every_plugin_says_what_it_keeps_in_every_language(plugin: Plugin) -> None:
    translator = Translator("en")
    translator.add(plugin.name, folder_of(plugin) / "locales")
    said = {locale: str(translator.text(plugin.name, "privacy-keeps", locale, {})) for locale in LOCALES}
    assert all("privacy-keeps" not in text for text in said.values()), "add the message privacy-keeps to its locales"
    assert len(set(said.values())) == len(LOCALES), f"{plugin.name}: privacy-keeps is not translated: {said}"


# -- one life ----------------------------------------------------------------------------------------------------------


def test_a_members_id_stands_only_where_it_is_declared(life: Life) -> None:
    ids = {*records(life.town, life.person, life.friend)}
    known = declared()
    strays = sorted(
        {
            f"{table}.{column}"
            for table, column, value in cells(life.town)
            if (value in ids or (isinstance(value, str) and value.isdecimal() and int(value) in ids))
            and (table, column) not in known
        }
    )
    assert strays == [], "declare these columns with a MemberTable (core/memberdata.py)"


def test_the_life_meets_every_table_that_a_plugin_exports(life: Life) -> None:
    ids = records(life.town, life.person)
    untried = [
        f"{owner}: {each.table.name}.{each.column}"
        for owner, each in member_tables(built_in())
        if owner != "core" and each.export and not count_rows(life.town, each, ids)
    ]
    assert untried == [], "these tables stay empty: let people use the plugin in ACTS of tests/privacy_kit.py"


def test_the_export_holds_all_that_they_wrote_and_the_erasure_leaves_nothing_of_it(life: Life) -> None:
    town = life.town
    member = member_id(town, life.person)
    before = export(town, member)
    assert export(town, member) == before
    files = unpacked(before)
    told = "\n".join(files.values())
    kept = "\n".join(value for _, _, value in cells(town) if isinstance(value, str))
    assert {"member_notes", "member_tags", "member_attributes", "consents", "audit_log", "outbox"} <= {
        table for table, _, _ in cells(town)
    }
    missing = [text for text in life.texts if text in kept and text not in told]
    assert missing == []
    assert f'"native": "{NAME}"' in files["member.json"]
    assert {f"plugins/{plugin.name}.json" for plugin in built_in()} <= files.keys()

    erase(town, member)
    town.wait(minutes=20)
    found, parts = erasure(town, member)
    assert (found.state, {name: part.reason for name, part in parts.items() if part.state != "done"}) == ("done", {})
    assert naming(town, NAME, MARK) == []
    assert town.ledger_balanced()
