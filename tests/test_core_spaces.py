"""A space gets another native id: its community, its channels, rights and rows follow, once."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from coterie.core.actions import SendMessage
from coterie.core.api import (
    Button,
    Card,
    Context,
    MessageDelivered,
    MessagePosted,
    Plugin,
    SpaceMoved,
    button,
    command,
    form,
    listens,
)
from coterie.core.community import Community
from coterie.core.engine.boot import Directory
from coterie.core.events import MemberJoined, Where, Who
from coterie.core.moves import Moves
from coterie.core.platform import RetryLater
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.storage.moves import moved_channel
from tests.engine_kit import two_communities
from tests.sender_kit import Desk, where

HEARD: list[tuple[Any, ...]] = []


@pytest.fixture(autouse=True)
def silence() -> None:
    HEARD.clear()


class Squatter(Plugin):
    """Keeps things in rooms."""

    name = "squatter"

    @command("card")
    def card(self, ctx: Context) -> None:
        """A card, and the channel's id."""
        ref = ctx.reply(Card("A card", buttons=((Button("Press", do="press"),),)))
        HEARD.append(("card", ref, ctx.channel_id()))

    @button("press")
    def press(self, ctx: Context) -> None:
        ctx.reply("pressed")

    @command("ask")
    def ask(self, ctx: Context) -> None:
        """Ask."""
        ctx.ask("why")

    @form("why")
    def why(self, ctx: Context, why: str) -> None:
        ctx.answer(f"because {why}")

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        HEARD.append(("said", event.text, ctx.where.space, ctx.where.channel, ctx.community.name))

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        HEARD.append((event.state, event.ref))

    @listens(SpaceMoved)
    def moved(self, event: SpaceMoved, ctx: Context) -> None:
        HEARD.append(("moved", event.to))


ACCESS = {"vip": {"targets": [{"role": "gold"}]}}


@pytest.fixture
def town(town_factory: TownFactory) -> LiveTown:
    return town_factory(plugins=[Squatter], access=ACCESS)


def rename(town: LiveTown, new: str, *, tell: bool = True, key: str = "", channels: bool = False) -> SpaceMoved:
    """The town's space gets another native id; its rooms stay, or (``channels``) are named after the space."""
    stage, old = town.stage, town.stage.space
    event = SpaceMoved(key=key or f"move:{old}:{new}", where=Where("sandbox", old, old, "room", "Town"), to=new)
    stage.space = new
    for name, room in list(stage.rooms.items()):
        if room.owner:
            continue
        channel = moved_channel(room.id, old, new) if channels else room.id
        room.where = msgspec.structs.replace(room.where, space=new, channel=channel)
        if channel != room.id:
            stage.rooms[channel] = stage.rooms.pop(name)
            room.id = channel
            for message in room.messages:
                message.room = channel
    if tell:
        town.act(lambda: stage.hand_in(event))
    return event


def rows(town: LiveTown, statement: str) -> list[tuple[Any, ...]]:
    return town.inside(lambda ctx: [tuple(row) for row in ctx.db.execute(text(statement)).all()])


def stray(town: LiveTown, old: str) -> list[str]:
    """Where the old id still stands, apart from what remembers that it was the old one."""

    def look(ctx: Context) -> list[str]:
        found = []
        for name, table in sorted(_tables().items()):
            if name in ("moved_spaces", "audit_log", "event_keys", "import_blocks"):
                continue
            for column in table.c:
                for (value,) in ctx.db.execute(text(f"SELECT {column.name} FROM {name}")):
                    if isinstance(value, str) and (value == old or f'"{old}"' in value or f'"{old}/' in value):
                        found.append(f"{name}.{column.name}")
        return found

    return town.inside(look)


def _tables() -> dict[str, Any]:
    from coterie.storage.tables import metadata

    return dict(metadata.tables)


# -- everything follows


def test_everything_that_names_the_space_follows(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    bob.joins()
    alice.says("/card")
    bob.says("counted")
    bob.says("/ask")
    _, ref, channel = HEARD[0]
    town.inside(lambda ctx: ctx.grants.give(member(ctx, "bob"), "vip", source="test"))
    assert bob.persona.roles == {"gold"}
    rename(town, "hall")
    assert ("moved", "hall") in HEARD
    assert stray(town, "town") == []
    assert town.inside(lambda ctx: ctx.place_of(channel)) == Where("sandbox", "general", "hall", "room", "#general")
    assert rows(town, "SELECT space, count(*) FROM presences GROUP BY space") == [("hall", 2)]
    assert rows(town, "SELECT space, state FROM applied_access") == [("hall", "given")]
    bob.taps("Press")
    assert town.shows("pressed")
    bob.fills({"why": "it moved"})
    assert bob.sees("because it moved")
    HEARD.clear()
    alice.says("/card")
    assert HEARD[0][2] == channel
    town.inside(lambda ctx: ctx.edit(ref, "this number means another message now"))
    assert town.shows("A card")
    assert town.shows_not("another message")
    assert rows(town, "SELECT count(*) FROM outbox") == [(0,)]


def test_rights_go_on_in_the_new_space_and_nothing_is_taken(town: LiveTown) -> None:
    bob, carol = town.people("bob", "carol")
    for person in (bob, carol):
        person.says("hello")
    town.inside(lambda ctx: ctx.grants.give(member(ctx, "bob"), "vip", source="test"))
    rename(town, "hall")
    town.inside(lambda ctx: ctx.grants.give(member(ctx, "carol"), "vip", source="test"))
    town.wait(hours=12)  # the comparison comes round
    town.restart()
    town.wait(hours=12)
    assert bob.persona.roles == carol.persona.roles == {"gold"}
    assert town.stage.taken == []
    town.inside(lambda ctx: ctx.grants.end(member(ctx, "bob"), "vip", source="test"))
    assert bob.persona.roles == set()


def test_channels_that_are_named_after_the_space_follow_too(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Squatter])
    town.stage.room("town/7")
    alice = town.person("alice")
    town.room = "town/7"
    alice.says("/card")
    _, _, channel = HEARD[0]
    alice.says("counted")
    rename(town, "hall", channels=True)
    town.room = "hall/7"
    assert town.inside(lambda ctx: ctx.place_of(channel).channel) == "hall/7"
    assert rows(town, "SELECT space, channel FROM activity_since") == [("hall", "hall/7")]
    HEARD.clear()
    alice.says("/card")
    assert HEARD[0][2] == channel
    assert stray(town, "town") == []


@pytest.mark.parametrize(
    ("channel", "now"),
    [("-5", "-1005"), ("-5/7", "-1005/7"), ("-55", "-55"), ("-55/7", "-55/7"), ("general", "general"), ("", "")],
)
def test_a_channel_follows_by_its_name(channel: str, now: str) -> None:
    assert moved_channel(channel, "-5", "-1005") == now
    moves = Moves([(1, "tg", "-5", "-1005")])
    assert moves.follow(Where("tg", channel, "-5")) == Where("tg", now, "-1005")
    assert moves.follow(Where("discord", channel, "-5")) == Where("discord", channel, "-5")


# -- once


def test_told_again_nothing_happens_and_operators_hear_of_it_once(town: LiveTown) -> None:
    boss, bob = town.people("boss", "bob")
    boss.in_dm("hello")
    boss.becomes("operator")
    bob.says("hello")
    first = rename(town, "hall")
    told = boss.sees("plugins.toml")
    assert "hall" in told.string
    assert "town" in told.string
    for key in ("again", "and again"):
        again = msgspec.structs.replace(first, key=key)
        town.act(lambda again=again: town.stage.hand_in(again))  # type: ignore[misc]
    town.restart()
    town.act(lambda: town.stage.hand_in(msgspec.structs.replace(first, key="after a restart")))
    said = [message.words() for message in town.stage.dm(boss.persona).messages if "plugins.toml" in message.words()]
    assert len(said) == 1
    assert [each for each in HEARD if each[0] == "moved"] == [("moved", "hall")]
    assert len(rows(town, "SELECT old, new FROM moved_spaces")) == 1


@pytest.mark.parametrize("to", ["", "x" * 65, "town"])
def test_a_move_to_nowhere_is_none(town: LiveTown, to: str) -> None:
    event = SpaceMoved(key="m", where=Where("sandbox", "town", "town"), to=to)
    town.act(lambda: town.stage.hand_in(event))
    town.act(lambda: town.stage.hand_in(SpaceMoved(key="n", where=Where("sandbox", "dm:bob", kind="dm"), to="x")))
    assert rows(town, "SELECT count(*) FROM moved_spaces") == [(0,)]
    assert HEARD == []


def test_moves_lead_on_and_never_in_a_circle(town: LiveTown) -> None:
    bob = town.person("bob")
    bob.says("one")
    rename(town, "hall")
    rename(town, "tower")
    assert rows(town, "SELECT old, new FROM moved_spaces ORDER BY old") == [("hall", "tower"), ("town", "tower")]
    town.restart()
    bob.says("two")
    assert HEARD[-1][1:4] == ("two", "tower", "general")
    rename(town, "town", key="back home")
    assert rows(town, "SELECT old, new FROM moved_spaces ORDER BY old") == [("hall", "town"), ("tower", "town")]
    for _ in range(2):
        bob.says("three")
        assert HEARD[-1][1:4] == ("three", "town", "general")
        town.restart()
    assert stray(town, "hall") == stray(town, "tower") == []


def test_a_move_that_is_rolled_back_has_not_happened(town: LiveTown, monkeypatch: pytest.MonkeyPatch) -> None:
    communities: list[Community] = []
    town.inside(lambda ctx: communities.append(ctx.community))
    community = communities[0]
    before = (community.rights, community.spaces)

    def broken(*_: Any) -> None:
        assert community.spaces == (("sandbox", "hall"),)
        raise ZeroDivisionError

    from coterie.core.engine import platforms

    monkeypatch.setattr(platforms, "_tell", broken)
    with town.failures(), pytest.raises(ZeroDivisionError):
        rename(town, "hall")
    assert (community.rights, community.spaces) == before
    assert rows(town, "SELECT count(*) FROM moved_spaces") == [(0,)]


# -- what was there already, what comes late, what waits


def test_what_is_known_under_both_names_becomes_one(town: LiveTown) -> None:
    bob, carol = town.people("bob", "carol")
    bob.joins()
    carol.joins()
    bob.says("/card")
    old = HEARD[0][2]
    bob.says("old")
    event = rename(town, "hall", tell=False)  # the news comes after the first events of the new place
    town.wait(minutes=5)
    bob.joins()
    bob.says("/card")
    bob.says("new")
    new = HEARD[-2][2]
    assert new == old  # a room's id does not say in which space it is
    town.act(lambda: town.stage.hand_in(event))
    assert rows(town, "SELECT space, count(*) FROM presences GROUP BY space") == [("hall", 2)]
    assert len(rows(town, "SELECT space, channel FROM activity_since")) == 1
    assert stray(town, "town") == []


def test_a_channel_with_two_ids_is_found_by_both(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Squatter])
    alice = town.person("alice")
    town.stage.room("town/7")
    alice.says("/card", room="town/7")
    event = rename(town, "hall", tell=False, channels=True)
    alice.says("/card", room="hall/7")
    one, two = (each[2] for each in HEARD if each[0] == "card")
    assert one != two
    town.act(lambda: town.stage.hand_in(event))
    place = Where("sandbox", "hall/7", "hall", "room", "#town/7")
    for _ in range(2):
        assert town.inside(lambda ctx: [ctx.place_of(one), ctx.place_of(two)]) == [place, place]
        assert town.inside(lambda ctx: ctx.channel_id(place)) == one
        town.restart()


def test_what_comes_late_under_the_old_name_happened_in_the_same_place(town: LiveTown) -> None:
    bob = town.person("bob")
    bob.says("before")
    rename(town, "hall")
    late = MessagePosted(key="late", who=bob.persona.who, where=Where("sandbox", "general", "town"), text="late")
    town.act(lambda: town.stage.hand_in(late))
    assert HEARD[-1][1:4] == ("late", "hall", "general")
    gone = MemberJoined(key="later", who=Who("sandbox", "eve", "Eve"), where=Where("sandbox", "general", "town"))
    town.act(lambda: town.stage.hand_in(gone))
    assert stray(town, "town") == []


def test_what_waits_is_sent_to_the_new_place(town: LiveTown) -> None:
    bob = town.person("bob")
    town.stage.faults.fail_next(RetryLater(60), verb="send")
    bob.says("/card")
    rename(town, "hall")
    town.wait(minutes=2)
    assert town.shows("A card")
    assert [each[0] for each in HEARD] == ["card", "moved"]
    town.stage.faults.fail_next(RetryLater(60), verb="send")
    bob.says("/card")
    rename(town, "tower")
    town.restart()
    town.wait(minutes=2)
    assert [each[0] for each in HEARD] == ["card", "moved", "card", "moved"]
    assert sum("A card" in message.words() for message in town.stage.room("general").messages) == 2


@pytest.mark.asyncio
async def test_the_sender_looks_native_ids_up_anew() -> None:
    desk = Desk()
    moves = Moves([(1, "fake", "s", "t")])
    desk.put(SendMessage(where=where("c", "s"), ref=1, card=Card(text="one")))
    await desk.drain()
    desk.fake.gate.clear()
    desk.put(SendMessage(where=where("s", "s"), ref=2, card=Card(text="two")))
    desk.put(SendMessage(where=where("s/4", "s"), ref=3, card=Card(text="three")))
    settling = asyncio.create_task(desk.sender.settle())
    await asyncio.sleep(0)
    desk.sender.moved(moves.follow)
    desk.fake.gate.set()
    await settling
    edit = desk.edit(1, "late")
    await desk.drain()
    assert [result.action.where.space for result in desk.results[1:3]] == ["t", "t"]
    assert desk.located == [1]
    assert desk.fates()[edit] == "cancelled"


# -- communities


def test_the_community_is_found_under_the_new_name_although_the_file_says_the_old_one(
    town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = two_communities(town_factory, monkeypatch, [Squatter])
    alice = town.person("alice")
    alice.says("one", room="second")
    event = SpaceMoved(key="m", where=Where("sandbox", "second", "second"), to="-100second")
    town.act(lambda: town.stage.hand_in(event))
    place = Where("sandbox", "-100second", "-100second")
    for number in range(2):
        late = MessagePosted(key=f"n{number}", who=alice.persona.who, where=place, text="two")
        town.act(lambda late=late: town.stage.hand_in(late))  # type: ignore[misc]
        assert HEARD[-1] == ("said", "two", "-100second", "-100second", "second")
        directory: Directory = town._host.app.directory
        assert directory.spaces_of("sandbox") == {"town", "second", "-100second"}
        town.restart()
    alice.says("three", room="general")
    assert HEARD[-1][-1] == "main"


def test_the_command_line_sees_the_new_place(town: LiveTown) -> None:
    rename(town, "hall")
    settings = town._host.app.settings
    (wanted,) = map(Moves([(1, "sandbox", "town", "hall")]).settings, settings.communities)
    assert [space.id for space in wanted.spaces] == ["hall"]
    assert [target.space for target in wanted.access["vip"].targets] == ["hall"]
    assert Moves().settings(settings.communities[0]) is settings.communities[0]


def member(ctx: Context, name: str) -> Any:
    account = ctx.unit.members.account(ctx.community.id, "sandbox", name)
    assert account is not None
    return account.member
