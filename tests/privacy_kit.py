"""A life in a town with every built-in plugin, and a look at every cell of every table."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import MetaData, Table, func, inspect, select

from coterie.core.api import Context, MemberTable, Plugin
from coterie.core.loading import installed_plugins, is_built_in, load_plugin
from coterie.core.people.own import member_tables
from coterie.core.people.privacy import orders
from coterie.core.people.privacy.exporting import Export
from coterie.core.platform import Refused
from coterie.core.testing import Person
from coterie.core.testing.kit import LiveTown
from coterie.storage.consents import ADD as ADD_CONSENT
from coterie.storage.tables import metadata as core_metadata
from tests.plugin_kit import link, member_id

MARK: Final = "zqmark"
"""Part of every text that the person writes; nothing else says so."""
NAME: Final = "qxalice"
"""The person's name and platform id."""
CONFIG: Final[dict[str, dict[str, Any]]] = {
    "levels": {"seasons": {"prizes": [10]}},
    "redpacket": {"rain_members": True},
}
"""Settings in which everything that can happen does."""
NOT_IDS: Final = frozenset(
    {("members", "id"), ("members", "merged_into"), ("ledger_accounts", "owner"), ("audit_log", "actor")}
)
"""The record itself, which stays under a pseudonym, its wallet, and a column that names who is no member."""
REFERENCE: Final = re.compile(
    r"(^|_)(member|sender|operator|author|actor|giver|owner|winner|payer|receiver|reactor|inviter|invited|applicant"
    r"|kept|gone)_id$|^actor$|_by$"
)
"""Names of columns that look like a member's id."""


def built_in() -> list[Plugin]:
    """One of each plugin that comes with Coterie, found as any other."""
    return [load_plugin(name)() for name, point in installed_plugins().items() if is_built_in(point)]


def metadatas() -> Iterator[tuple[str, MetaData]]:
    """The tables of the core and of every built-in plugin."""
    yield "core", core_metadata
    for plugin in built_in():
        if plugin.metadata is not None:
            yield plugin.name, plugin.metadata


def declared() -> set[tuple[str, str]]:
    """Every (table, column) that is declared to name a member."""
    return {(each.table.name, each.column) for _, each in member_tables(built_in())} | NOT_IDS


def undeclared(found: Iterable[tuple[str, MetaData]], known: set[tuple[str, str]]) -> list[str]:
    """Columns that look like a member's id and are not declared, with what to do about it."""
    return [
        f"{owner}: {table.name}.{column.name} looks like a member's id. Declare it: "
        + (
            f'MemberTable({table.name}, "{column.name}") in CORE_TABLES of core/people/own.py'
            if owner == "core"
            else f'MemberTable({table.name}, "{column.name}") in the plugin\'s member_data'
        )
        for owner, metadata in found
        for table in metadata.tables.values()
        for column in table.columns
        if REFERENCE.search(column.name) and (table.name, column.name) not in known
    ]


@dataclass(frozen=True, slots=True)
class Life:
    """A town in which somebody did all that there is to do, and the texts that they wrote."""

    town: LiveTown
    person: Person
    friend: Person
    other: Person
    boss: Person
    texts: list[str]

    def say(self, words: str) -> str:
        """A text of theirs that nobody else would write."""
        text = f"{MARK}{len(self.texts)} {words}"
        self.texts.append(text)
        return text


# -- what people do with each plugin; a new one with tables needs a line here ------------------------------------------


def _checkin(life: Life) -> None:
    for each in (life.person, life.friend):
        each.says("/checkin")


def _gate(life: Life) -> None:
    life.person.asks_to_join(life.say("let me in"))
    life.person.fills({"Why?": life.say("because I like it"), "Age": "30"})
    life.boss.taps("Approve")
    life.person.joins()


def _identity(life: Life) -> None:
    link(life.town, life.person, life.other)
    life.town.wait(hours=25)
    life.other.in_dm("/unlink")
    life.other.taps("(telegram)")
    life.other.taps("Unlink")
    link(life.town, life.person, life.other)
    life.person.in_dm("/link")
    life.person.in_dm("/link WRONGWRONG")


def _levels(life: Life) -> None:
    life.friend.says("good morning everybody")
    life.person.reacts("👍", "good morning everybody")
    life.boss.says("/xp give qxalice 5 for the help")
    life.boss.says("/season start")
    life.town.wait(minutes=2)
    life.person.says(life.say("this will win the season"))
    life.boss.says("/season end")


def _redpacket(life: Life) -> None:
    life.person.says(f"/packet 20 2 {life.say('happy new year')}")
    life.friend.taps("Grab")
    life.friend.says("/packet 20 2 for everybody")
    life.person.taps("Grab")
    life.person.says(f'/packet 4 2 phrase="{life.say("open the red door")}"')
    life.friend.says(f"/packet-for 2 @{NAME} for you alone")
    life.person.taps("Grab")
    life.person.taps("Thanks")
    life.friend.says("/packet 4 2 ask=“What is six by seven?” answer=42")
    life.person.taps("Grab")
    life.person.fills({"answer": life.say("forty-two or so")})
    life.person.says(f"/rain 30d 4 2 {life.say('drops of gold')}")
    life.friend.says("/packet 4 2 draw=1m")
    life.person.taps("Join")


def _referrals(life: Life) -> None:
    for referrer, newcomer in ((life.boss, life.person), (life.person, life.friend)):
        referrer.in_dm("/referral")
        code = referrer.sees(re.compile(r"/referred (\w{8})"))[1]
        newcomer.in_dm("/referred WRONGWRONG")
        newcomer.in_dm(f"/referred {code}")


def _wallet(life: Life) -> None:
    life.person.says(f"/pay zoe 5 {life.say('for lunch')}")
    life.friend.says(f"/pay qxalice 5 {life.say('for dinner')}")
    life.person.says(f"/pay zoe 999999999 {life.say('too much')}")


def _tipjar(life: Life) -> None:
    life.person.says("/tip 5")
    life.person.pays(5, "XTR")


def _operators(life: Life) -> None:
    """What operators note, what could not be delivered, what a member agreed to."""
    member = member_id(life.town, life.person)
    note, tag, value = life.say("is kind"), f"{MARK}tag", f"{MARK}value"
    life.texts.extend((tag, value))

    def know(ctx: Context) -> None:
        found = ctx.find_member(member)
        assert found is not None
        ctx.notes.add(found, note)
        ctx.tags.add(found, tag)
        ctx.attributes.set(found, "city", value)
        ctx.audit("looked", found, reason=note, who=found.name)
        row = {"id": ctx.new_id(), "purpose": "mail", "plugin": "privacy", "given_at": ctx.instant, "wording": ""}
        ctx.unit.db.run(
            ADD_CONSENT,
            row | {"community_id": ctx.community.id, "member_id": member, "account_id": 0, "withdrawn_at": None},
        )

    life.town.inside(know)
    life.town.stage.faults.fail_next(Refused("no"), verb="send")
    life.friend.says(f"/pay {NAME} 1 {life.say('not delivered')}")
    life.person.in_dm("/privacy")


ACTS: Final[dict[str, Callable[[Life], None]]] = {
    "checkin": _checkin,
    "gate": _gate,
    "identity": _identity,
    "levels": _levels,
    "redpacket": _redpacket,
    "referrals": _referrals,
    "wallet": _wallet,
    "tipjar": _tipjar,
}


def live(town: LiveTown) -> Life:
    """Somebody does all that there is to do, on two platforms, with a friend beside them."""
    person, other, friend = town.people(NAME, f"{NAME}two@telegram", "zoe")
    boss = town.person("boss")
    boss.becomes("operator")
    life = Life(town, person, friend, other, boss, [])
    for each in (person, friend):
        town.grant(each, 500)
        each.in_dm("/help")
    person.says(life.say("good morning"))
    friend.reacts("👍", MARK)
    _operators(life)
    names = [plugin.name for plugin in built_in()]
    for name in sorted(names, key=lambda name: (name == "identity", name)):  # linked at the end: both have rows
        if name in ACTS:
            ACTS[name](life)
    return life


# -- looking -----------------------------------------------------------------------------------------------------------


def records(town: LiveTown, *people: Person) -> list[int]:
    """The ids of all records of these people."""

    def find(ctx: Context) -> list[int]:
        found: list[int] = []
        for person in people:
            who = person.persona.who
            account = ctx.unit.members.account(ctx.community.id, who.platform, who.id)
            if account is not None:
                found += orders.records_of(ctx.unit.db, ctx.community.id, account.member.id)
        return sorted(set(found))

    return town.inside(find)


def cells(town: LiveTown) -> list[tuple[str, str, Any]]:
    """Every cell of every table: its table, its column, its value."""

    def read(ctx: Context) -> list[tuple[str, str, Any]]:
        connection = ctx.unit.db.connection
        there = set(inspect(connection).get_table_names())
        found: list[tuple[str, str, Any]] = []
        for _, metadata in metadatas():
            for table in (each for each in metadata.tables.values() if each.name in there):
                for row in connection.execute(select(table)).mappings():
                    found += [(table.name, str(name), value) for name, value in row.items()]
        return found

    return town.inside(read)


def naming(town: LiveTown, *marks: str) -> list[str]:
    """Where one of the marks stands, in any table."""
    return [
        f"{table}.{column}: {value!r}"[:300]
        for table, column, value in cells(town)
        if isinstance(value, str) and any(mark in value.casefold() for mark in marks)
    ]


def count_rows(town: LiveTown, each: MemberTable, ids: list[int]) -> int:
    """How many rows of a declared table belong to these records."""
    table: Table = each.table

    def read(ctx: Context) -> int:
        query = select(func.count()).select_from(table).where(table.c[each.column].in_(ids))
        return int(ctx.unit.db.connection.scalar(query) or 0)

    return town.inside(read)


def export(town: LiveTown, member: int) -> bytes:
    """The zip of a member."""

    def write(ctx: Context) -> bytes:
        found = ctx.find_member(member)
        assert found is not None
        exported = Export(ctx, ctx.unit.services.plugins(), found)
        out = io.BytesIO()
        exported.write(out)
        assert exported.failures == []
        return out.getvalue()

    return town.inside(write)


def unpacked(raw: bytes) -> dict[str, str]:
    """The files of a zip; those that call themselves JSON are."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, text in files.items():
        if name.endswith(".json"):
            json.loads(text)
    return files


def erase(town: LiveTown, member: int, *, forced: bool = False) -> None:
    """Order an erasure; it is done when this returns, unless something keeps it."""
    town.inside(lambda ctx: orders.order(ctx.unit, ctx.community.id, member, "operator", forced=forced))


def erasure(town: LiveTown, member: int) -> tuple[orders.Erasure, dict[str, orders.Part]]:
    """The newest erasure of a member, and what its parts reported."""

    def read(ctx: Context) -> tuple[orders.Erasure, dict[str, orders.Part]]:
        found = orders.of_member(ctx.unit.db, ctx.community.id, member)
        assert found is not None
        return found, orders.parts_of(ctx.unit.db, found)

    return town.inside(read)
