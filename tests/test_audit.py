"""The audit log: one row for every act of an operator, none for what was refused."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from sqlalchemy import text

from coterie.core.api import Context, MemberRef, Plugin, Private, Refusal, command
from coterie.core.audit import audit_from_cli
from coterie.core.commands import CommandSpec
from coterie.core.declarations import declarations_of
from coterie.core.engine.breaker import Breaker
from coterie.core.engine.registry import Registry
from coterie.core.loading import installed_plugins, load_plugin
from coterie.core.testing.kit import LiveTown, TownFactory
from tests.plugin_kit import member_id
from tests.store_kit import COMMUNITY, NOW, Store


class Door(Plugin):
    """Commands of an operator that end in different ways."""

    name = "door"

    @command("open", level="operator")
    def open(self, ctx: Context, who: MemberRef, code: Annotated[str, Private()] = "", reason: str = "") -> None:
        ctx.answer("open")

    @command("refuse", level="operator")
    def refuse(self, ctx: Context) -> None:
        ctx.attributes.set(ctx.member, "tried", 1)
        raise Refusal("no")

    @command("break", level="operator")
    def break_(self, ctx: Context) -> None:
        raise RuntimeError("broken")

    @command("look")
    def look(self, ctx: Context) -> None:
        ctx.answer("a door")


def rows(town: LiveTown) -> list[dict[str, Any]]:
    """The log."""
    query = text("SELECT * FROM audit_log ORDER BY id")
    return town.inside(lambda ctx: [dict(row) for row in ctx.db.execute(query).mappings()])


@pytest.mark.coterie(plugins=[Door])
def test_what_was_carried_out_is_written_down(town: LiveTown) -> None:
    olga, bob = town.people("olga", "bob")
    bob.says("/look")
    olga.becomes("operator")
    olga.says("/open @bob s3cret late")
    olga.says("/refuse")
    bob.says("/open @olga")
    with town.failures():
        olga.says("/break")
    olga.says("/open @nobody")
    town.duplicate(olga)
    found = rows(town)
    assert [(row["plugin"], row["act"], row["reason"]) for row in found] == [
        ("door", "open", "late"),
        ("door", "open", ""),
    ]
    assert (found[0]["actor_id"], found[0]["member_id"]) == (member_id(town, olga), member_id(town, bob))
    assert json.loads(found[0]["details"]) == {"who": "@bob"}
    assert "s3cret" not in str(found)


def _operator_commands() -> list[CommandSpec]:
    registry = Registry(Breaker(lambda: 0))
    registry.add([load_plugin(name)() for name in installed_plugins()])
    specs = (spec for declared in registry.declarations.values() for spec, _ in declared.commands)
    return sorted((spec for spec in specs if spec.level == "operator"), key=lambda spec: (spec.plugin, spec.name))


COMMANDS = _operator_commands()


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: f"{spec.plugin} {spec.name}")
def test_every_operator_command_leaves_exactly_one_row(spec: CommandSpec, town_factory: TownFactory) -> None:
    """The command itself is replaced by one that does nothing: what is tested is that the engine writes it down."""
    plugin = load_plugin(spec.plugin)

    def nothing(self: Plugin, ctx: Context, **args: Any) -> None:
        ctx.answer("done")

    (method,) = [m for s, m in declarations_of(plugin()).commands if s.name == spec.name]
    stub = _like(method.__func__, nothing)  # type: ignore[attr-defined]
    quiet: type[Plugin] = type(plugin.__name__, (plugin,), {method.__name__: stub, "__module__": plugin.__module__})
    town = town_factory(plugins=[quiet])
    olga, bob = town.people("olga", "bob")
    bob.says("hello")
    olga.becomes("operator")
    values = {"member": "@bob", "int": "{}", "duration": "1h", "bool": "yes", "str": "x"}
    words = [
        each.choices[0] if each.choices else values[each.kind].format(each.minimum if each.minimum else 1)
        for each in spec.parameters
        if each.required
    ]
    line = " ".join((f"/{spec.plugin}-{spec.name}", *words))
    (olga.in_dm if spec.where == "dm" else olga.says)(line)
    assert olga.sees("done")
    assert [(row["plugin"], row["act"], row["actor_id"]) for row in rows(town)] == [
        (spec.plugin, spec.name, member_id(town, olga))
    ]


def _like(original: Any, function: Any) -> Any:
    """A function that looks like another one to whoever reads its declaration."""
    import functools

    return functools.wraps(original)(function)


def test_the_command_line_writes_it_down_too(migrated_url: str) -> None:
    store = Store(migrated_url)
    try:
        with store.batch():
            audit_from_cli(store.db, store.ids, COMMUNITY, "reverse", at=NOW, member=7, reason="typo", transfer="12")
        ((actor, act, member, details, reason),) = store.rows(
            "SELECT actor, act, member_id, details, reason FROM audit_log"
        )
    finally:
        store.close()
    assert str(actor).startswith("cli:")
    assert (act, member, json.loads(details), reason) == ("reverse", 7, {"transfer": "12"}, "typo")
