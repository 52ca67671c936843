"""What adapters ask of the running app: proposals while somebody types, who is in a space, notes; and its menu."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal

import pytest
from sqlalchemy import text

from coterie.core.api import (
    Context,
    Length,
    MemberRef,
    Plugin,
    Range,
    Refusal,
    Statement,
    Suggest,
    Where,
    Who,
    command,
)
from coterie.core.app import App
from coterie.core.declarations import declarations_of
from coterie.core.engine.boot import translator_of
from coterie.core.engine.breaker import THRESHOLD
from coterie.core.events import CommandCalled
from coterie.core.loading import installed_plugins
from coterie.core.platform import CommandOption, Suggestion
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.storage.journal import ADD_ARGS
from tests.test_engine_hooks import problem

ROOM = Where("sandbox", "general", "town")
MADE: list[str] = []


class Shop(Plugin):
    """Sells."""

    name = "shop"

    @command("sell")
    def sell(
        self,
        ctx: Context,
        whom: MemberRef,
        mode: Literal["even", "luck", "evening"] = "even",
        length: Annotated[timedelta, Range(timedelta(minutes=10), timedelta(days=400))] = timedelta(hours=1),
        ware: Annotated[str, Suggest("wares"), Length(30)] = "",
        count: Annotated[int, Suggest("counts"), Range(1, 9)] = 1,
        note: str = "",
    ) -> None:
        """Sell something."""
        ctx.reply(f"for {ctx.member_of(whom).name}")

    def wares(self, ctx: Context, typed: str) -> Iterable[str | tuple[str, str]]:
        """Fruit, by what stands in the other options."""
        for fruit in ("apple", "pear", ("A very good plum", "plum")):
            if typed in str(fruit):
                yield fruit
        if ctx.event.options.get("mode") == "luck":  # type: ignore[attr-defined]
            yield ctx.member.name

    def counts(self, ctx: Context, typed: str) -> Iterable[tuple[str, int]]:
        number = 0
        while True:
            number += 1
            yield f"{number} pieces", number

    @command("close", level="operator", where="room")
    def close(self, ctx: Context, ware: Annotated[str, Suggest("wares")]) -> None:
        """Close."""


class Unruly(Plugin):
    """Offers what it must not."""

    name = "unruly"

    @command("break")
    def breaks(self, ctx: Context, how: Annotated[str, Suggest("ways")]) -> None:
        """Break something."""

    def ways(self, ctx: Context, typed: str) -> Iterator[Any]:
        MADE.append(typed)
        match typed:
            case "raise":
                raise ZeroDivisionError("oh")
            case "refuse":
                raise Refusal("no")
            case "post":
                ctx.reply("hello")
            case "sql":
                ctx.db.execute(text("DELETE FROM members"))
            case "statement":
                ctx.sql.all(ADD_ARGS, community_id=1, id=1, digest="d", args="{}", created_at=1)
            case "money":
                ctx.ledger.grant(ctx.member, 5, reason="r", key="k")
            case "timer":
                ctx.timers.at(timedelta(hours=1), "later")
            case "long":
                yield "x" * 101
            case "empty":
                yield ""
            case "shape":
                yield ("a", "b", "c")
            case "with":
                yield from ctx.db.scalars(text("WITH a AS (SELECT name FROM members) SELECT name FROM a"))
        yield "fine"


@pytest.fixture
def town(town_factory: TownFactory) -> LiveTown:
    MADE.clear()
    return town_factory(plugins=[Shop, Unruly])


def app_of(town: LiveTown) -> App:
    return town._host.app


def ask(
    town: LiveTown, name: str, option: str, typed: str = "", who: str = "ann", where: Where = ROOM, **more: Any
) -> list[Suggestion]:
    """What somebody is proposed who types."""
    platform = more.pop("platform", "sandbox")
    event = CommandCalled(
        key=f"typing:{option}", who=Who(platform, who), where=where, name=name, options={option: typed, **more}
    )
    return list(town._run(lambda app: app.suggest(event, option)))


def labels(found: list[Suggestion]) -> list[str]:
    return [each.label for each in found]


# -- proposals


def test_people_are_proposed_by_how_their_names_begin(town: LiveTown) -> None:
    ann, ben = town.people("ann", "ben")
    for person in (ann, ben, *town.people("bea@telegram", "Béla@discord", "carl")):
        person.says("hello")
    assert labels(ask(town, "sell", "whom", "B")) == ["Bea", "Ben", "Béla"]
    assert labels(ask(town, "sell", "whom", "@bé")) == ["Béla"]
    assert labels(ask(town, "sell", "whom", "x")) == []
    assert len(ask(town, "sell", "whom")) == 5
    (bea,) = ask(town, "sell", "whom", "bea")
    ann.says(f"/sell {bea.value}")
    assert ann.sees("for Bea")


def test_two_of_the_same_name_can_be_told_apart(town: LiveTown) -> None:
    town.person("ann").says("hello")
    for name in ("bob", "bob@telegram", "bob@discord"):
        town.person(name).says("hello")
    town.inside(lambda ctx: ctx.merge_members(*(_member(ctx, platform) for platform in ("sandbox", "telegram"))))
    found = ask(town, "sell", "whom", "bob")
    assert labels(found) == ["Bob (sandbox:bob)", "Bob (discord:bob)"]
    town.person("ann").says(f"/sell {found[1].value}")
    assert town.person("ann").sees("for Bob")


def _member(ctx: Context, platform: str) -> Any:
    account = ctx.unit.members.account(ctx.community.id, platform, "bob")
    assert account is not None
    return account.member


def test_who_left_and_bots_are_not_proposed(town: LiveTown) -> None:
    ann, bob, bot = town.people("ann", "bob", "botty")
    bot.persona.bot = True
    for person in (ann, bob):
        person.joins()
    bot.says("beep")
    assert labels(ask(town, "sell", "whom", "bo")) == ["Bob"]
    bob.leaves()
    assert ask(town, "sell", "whom", "bo") == []
    assert ask(town, "sell", "whom", "ann", who="botty") == []


def test_choices_and_lengths_fit_what_was_typed(town: LiveTown) -> None:
    town.person("ann").says("hello")
    assert labels(ask(town, "sell", "mode")) == ["even", "luck", "evening"]
    assert labels(ask(town, "sell", "mode", "EVEN")) == ["even", "evening"]
    assert labels(ask(town, "sell", "mode", "nin")) == ["evening"]
    found = ask(town, "sell", "length")
    assert found[0] == Suggestion("10 minutes", "10m")
    assert found[-1] == Suggestion("365 days", "365d")
    assert ask(town, "sell", "length", "3") == [
        Suggestion("3 hours", "3h"),
        Suggestion("3 days", "3d"),
        Suggestion("21 days", "21d"),
    ]
    assert ask(town, "sell", "length", "1h30m") == [Suggestion("1 hour, 30 minutes", "1h30m")]
    assert ask(town, "sell", "length", "5s") == []
    assert all("day" in label for label in labels(ask(town, "sell", "length", "day")))


def test_lengths_are_in_the_readers_language(town: LiveTown) -> None:
    town.person("ann", "zh-Hans").says("你好")
    assert ask(town, "sell", "length", "2h") == [Suggestion("2小时", "2h")]


def test_a_plugin_offers_what_it_likes(town: LiveTown) -> None:
    town.person("ann").says("hello")
    assert ask(town, "sell", "ware", "p") == [
        Suggestion("apple", "apple"),
        Suggestion("pear", "pear"),
        Suggestion("A very good plum", "plum"),
    ]
    assert labels(ask(town, "sell", "ware", "zz", mode="luck")) == ["Ann"]
    many = ask(town, "sell", "count")
    assert len(many) == 25
    assert many[8] == Suggestion("9 pieces", "9")
    assert ask(town, "sell", "note", "x") == []


def test_only_who_may_use_the_command_there_is_proposed_anything(town: LiveTown) -> None:
    (ann,) = town.people("ann")
    assert ask(town, "sell", "mode") == [], "a stranger"
    assert town.inside(lambda ctx: ctx.db.scalar(text("SELECT count(*) FROM members"))) == 0
    ann.says("hello")
    assert ask(town, "close", "ware") == []
    ann.becomes("operator")
    assert len(ask(town, "close", "ware")) == 3
    assert ask(town, "close", "ware", where=Where("sandbox", "dm:ann", kind="dm")) == []
    for name, option in (("sell", "nothing"), ("nothing", "ware"), ("", "")):
        assert ask(town, name, option) == []


@pytest.mark.parametrize("how", ["post", "sql", "statement", "money", "timer", "raise", "long", "empty", "shape"])
def test_who_offers_may_only_read_and_what_goes_wrong_is_nothing(town: LiveTown, how: str) -> None:
    ann, bob = town.people("ann", "bob")
    ann.says("hello")
    bob.says("hello")
    before = len(town.stage.messages)
    with town.failures() as failures:
        assert ask(town, "break", "how", how) == []
        assert labels(ask(town, "break", "how", "fine")) == ["fine"]
    assert len(failures) == 1
    assert len(town.stage.messages) == before
    assert town.inside(lambda ctx: ctx.db.scalar(text("SELECT count(*) FROM members"))) == 2
    for table in ("button_args", "timers", "transfers", "outbox", "dead_letters"):
        assert town.inside(lambda ctx, table=table: ctx.db.scalar(text(f"SELECT count(*) FROM {table}"))) == 0  # type: ignore[misc]
    ann.says("/sell bob")
    assert ann.sees("for Bob"), "the lane writes again"


def test_reading_in_any_way_is_allowed_and_a_no_is_nothing(town: LiveTown) -> None:
    town.person("ann").says("hello")
    assert labels(ask(town, "break", "how", "with")) == ["Ann", "fine"]
    assert ask(town, "break", "how", "refuse") == []
    assert MADE == ["with", "refuse"]


def test_one_that_always_fails_is_paused(town: LiveTown) -> None:
    town.person("ann").says("hello")
    with town.failures():
        for _ in range(THRESHOLD + 3):
            assert ask(town, "break", "how", "raise") == []
    calls = len(MADE)
    assert ask(town, "break", "how", "fine") == []
    assert len(MADE) == calls


def test_proposals_disturb_nobody_in_the_same_batch(town: LiveTown) -> None:
    ann, bob = town.people("ann", "bob")
    ann.says("hello")
    bob.says("hello")
    event = CommandCalled(key="t", who=ann.persona.who, where=ROOM, name="break", options={"how": "post"})

    async def together() -> list[Any]:
        asked = asyncio.ensure_future(app_of(town).suggest(event, "how"))
        await asyncio.sleep(0)
        said = town.stage.post(ann.persona, "general", "/sell bob")
        return list(await asyncio.gather(asked, said))

    with town.failures():
        assert list(town._host.run(together())[0]) == []
        town.wait(seconds=1)
    assert town.shows("for Bob")


class Astray(Plugin):
    """Names a method that it does not have."""

    name = "astray"

    @command("go")
    def go(self, ctx: Context, way: Annotated[str, Suggest("nowhere")]) -> None:
        """Go."""


class Wrong(Plugin):
    """Has proposals for something that the core knows itself."""

    name = "wrong"

    @command("go")
    def go(self, ctx: Context, way: Annotated[MemberRef, Suggest("ways")]) -> None:
        """Go."""


def test_what_cannot_be_meant_is_told_at_the_start() -> None:
    assert "parameter 'way' has proposals from 'nowhere', which is no method of the plugin" in problem(Astray)
    assert "which does not fit its type" in problem(Wrong)


# -- the menu


def test_the_menu_tells_each_option(town_factory: TownFactory) -> None:
    from coterie.plugins.redpacket import RedPacket

    town = town_factory(plugins=[Shop, RedPacket])
    menu = {command.name: command for command in town.stage.commands}
    whom, mode, length, ware, count, note = menu["sell"].options
    assert whom.description["en"] == "whom: a member"
    assert whom.description["zh-Hans"] == "whom：成员"
    assert (whom.kind, whom.required, whom.suggests) == ("member", True, True)
    assert (mode.choices, mode.suggests, mode.required) == (("even", "luck", "evening"), True, False)
    assert (length.kind, length.minimum, length.maximum) == ("duration", None, None)
    assert (ware.length, ware.suggests) == (30, True)
    assert (count.minimum, count.maximum, count.suggests) == (1, 9, True)
    assert note == CommandOption("note", "str", note.description, required=False)
    assert (menu["sell"].where, menu["close"].where) == ("any", "room")
    total = menu["packet"].options[0]
    assert set(total.description) == {"en", "zh-Hans", "zh-Hant"}
    assert total.description["en"] == "How much in all"


def test_built_in_plugins_describe_every_option_in_every_language_and_nothing_else() -> None:
    plugins = {name: point.load()() for name, point in installed_plugins().items()}
    translator = translator_of(plugins, "en")
    for name, plugin in plugins.items():
        specs = [spec for spec, _ in declarations_of(plugin).commands]
        wanted = {f"command-{spec.name}" for spec in specs}
        wanted |= {f"command-{spec.name}-{each.name}" for spec in specs for each in spec.parameters}
        for locale in translator.locales:
            told = {key for key in translator._catalog(name, locale).keys if key.startswith("command-")}
            assert told == wanted, f"{name} in {locale}"
            assert all(len(str(translator.text(name, key, locale))) <= 100 for key in told)


# -- who is in a space, and notes


def test_presences_come_in_pages(town: LiveTown) -> None:
    for name in ("a", "b", "c", "d"):
        town.person(name).joins()
    town.person("b").leaves()
    town.person("c").becomes("operator")
    app = app_of(town)
    first = town._host.run(app.presences("sandbox", "town", limit=2))
    rest = town._host.run(app.presences("sandbox", "town", after=first[-1].cursor))
    assert [(each.id, each.standing) for each in (*first, *rest)] == [
        ("a", "member"),
        ("c", "operator"),
        ("d", "member"),
    ]
    assert first[0].joined_at == town._host.clock.now()
    assert town._host.run(app.presences("sandbox", "elsewhere")) == []
    assert town._host.run(app.presences("sandbox", "")) == ()
    assert town._host.run(app.presences("sandbox", "town", after=rest[-1].cursor)) == []


def test_notes_outlive_a_restart(town: LiveTown) -> None:
    run = town._host.run
    assert run(app_of(town).recall("here:place")) == ""
    run(app_of(town).note("here:place", "first"))
    run(app_of(town).note("here:place", "x" * 4000))
    town.restart()
    assert run(app_of(town).recall("here:place")) == "x" * 4000
    run(app_of(town).note("here:place", ""))
    assert run(app_of(town).recall("here:place")) == ""
    for name, value in (("", "v"), ("n" * 60, "v"), ("n", "x" * 4001)):
        with pytest.raises(ValueError, match="characters"):
            run(app_of(town).note(name, value))


def test_notes_are_apart_from_the_installations_own_facts(town: LiveTown) -> None:
    town._host.run(app_of(town).note("signing_secret", "mine"))
    town.restart()
    secret = Statement(text("SELECT value FROM settings WHERE name = 'signing_secret'"))
    assert town.inside(lambda ctx: ctx.sql.one(secret)) != ("mine",)
