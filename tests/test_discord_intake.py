"""Taking payloads in: what waits for whom, what is answered beside the lanes, and which servers are heard."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from coterie.adapters.discord.intake import Intake
from coterie.adapters.discord.served import Served
from coterie.core.events import CommandCalled, Event, MemberJoined, MemberLeft, MessagePosted, Where, Who
from coterie.core.platform import RetryLater, Suggestion, UnknownPlace
from tests.discord_connection_kit import until

pytestmark = pytest.mark.asyncio
HARBOUR = Where("discord", "11", "1")
ANN = Who("discord", "5", "ann")
STORE_DOWN = ConnectionError("the store is gone")


class Reading:
    """Finds in a payload the events that the test put there."""

    def read(self, kind: str, data: Any, mark: str) -> list[Event]:
        return list(data.get("events", ()))

    def handle_of(self, kind: str, data: Any) -> str:
        return str(data.get("handle", ""))

    def typing(self, data: Any) -> tuple[CommandCalled, str] | None:
        found = data.get("typing")
        return None if found is None else (found, "member")


class Surveying:
    """Writes down what it hears, and attributes newcomers when it is told to."""

    def __init__(self) -> None:
        self.learnt: list[str] = []
        self.came: list[str] = []
        self.sessions = 0
        self.invites: asyncio.Future[str] | None = None

    def learn(self, kind: str, data: Any) -> None:
        self.learnt.append(kind)

    def session_began(self) -> None:
        self.sessions += 1

    def guild_came(self, guild: str) -> None:
        self.came.append(guild)

    def following(self, event: Event) -> Sequence[Event]:
        return ()

    def attributed(self, event: MemberJoined) -> Awaitable[MemberJoined] | None:
        return None if self.invites is None else self._found(event, self.invites)

    async def _found(self, event: MemberJoined, invites: asyncio.Future[str]) -> MemberJoined:
        return msgspec.structs.replace(event, invite=await invites)


class Answering:
    """Writes down what became of interactions."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.shown: list[tuple[str, Sequence[Mapping[str, Any]]]] = []

    def opened(self, handle: str) -> None:
        self.told.append(("opened", handle))

    def committed(self, handle: str) -> None:
        self.told.append(("committed", handle))

    async def proposals(self, handle: str, choices: Sequence[Mapping[str, Any]]) -> bool:
        self.shown.append((handle, choices))
        if handle.startswith("9:"):
            raise RetryLater(1.0)
        return True

    async def finish(self, patience: float) -> None:
        self.told.append(("finish", ""))


class Inbox:
    """Holds every event open."""

    def __init__(self) -> None:
        self.open: list[tuple[Event, asyncio.Future[Any]]] = []
        self.proposed: Sequence[Suggestion] | Exception | float = ()

    def submit(self, event: Event) -> asyncio.Future[Any]:
        if event.key == "impossible":
            raise ValueError("no lane takes this")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.open.append((event, future))
        return future

    async def suggest(self, event: CommandCalled, option: str) -> Sequence[Suggestion]:
        if isinstance(self.proposed, Exception):
            raise self.proposed
        if isinstance(self.proposed, float):
            await asyncio.sleep(self.proposed)
            return ()
        return self.proposed

    async def presences(self, adapter: str, space: str, after: int = 0, limit: int = 1000) -> Sequence[Any]:
        return ()

    async def recall(self, name: str) -> str:
        return ""

    async def note(self, name: str, value: str) -> None:
        """Nothing is kept."""

    @property
    def keys(self) -> list[str]:
        return [event.key for event, _ in self.open]


class Bench:
    """An intake with everything around it recorded."""

    def __init__(self, **options: Any) -> None:
        self.surveying, self.answering, self.inbox = Surveying(), Answering(), Inbox()
        self.intake = Intake(Reading(), self.surveying, self.answering, self.inbox, **options)

    def hear(self, kind: str, **data: Any) -> Sequence[asyncio.Future[Any]]:
        return self.intake.hear(kind, data, "session:1")


def said(key: str, where: Where = HARBOUR) -> MessagePosted:
    return MessagePosted(key=key, who=ANN, where=where, text=key)


def called() -> CommandCalled:
    return CommandCalled(key="dc:i:7", who=ANN, where=HARBOUR, name="tip")


async def spin() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_payload_waits_for_all_of_its_events() -> None:
    bench = Bench()
    held = bench.hear("MESSAGE_CREATE", events=[said("a"), said("b")])
    assert bench.inbox.keys == ["a", "b"]
    assert [future.done() for future in held] == [False, False]


async def test_a_payload_that_says_nothing_waits_for_nothing() -> None:
    assert not Bench().hear("TYPING_START")


async def test_what_cannot_be_put_on_a_lane_at_all_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    held = bench.hear("MESSAGE_CREATE", events=[said("impossible"), said("b")])
    assert len(held) == 1
    assert "dropped" in caplog.text


async def test_an_interaction_is_opened_at_once_and_told_when_it_is_committed() -> None:
    bench = Bench()
    bench.hear("INTERACTION_CREATE", handle="i:c:7:t", events=[called()])
    assert bench.answering.told == [("opened", "i:c:7:t")]
    bench.inbox.open[0][1].set_result(None)
    await spin()
    assert bench.answering.told[1:] == [("committed", "i:c:7:t")]


async def test_an_interaction_that_the_store_refused_stays_open() -> None:
    bench = Bench()
    (future,) = bench.hear("INTERACTION_CREATE", handle="i:c:7:t", events=[called()])
    bench.inbox.open[0][1].set_exception(STORE_DOWN)
    await spin()
    assert isinstance(future.exception(), ConnectionError)
    assert bench.answering.told == [("opened", "i:c:7:t")]


async def test_an_interaction_in_nobodys_place_ends_quietly() -> None:
    bench = Bench()
    bench.hear("INTERACTION_CREATE", handle="i:c:7:t", events=[called()])
    bench.inbox.open[0][1].set_exception(UnknownPlace("nobody's"))
    await spin()
    assert bench.answering.told[-1] == ("committed", "i:c:7:t")


# -- what somebody is typing


async def test_proposals_come_past_the_lanes() -> None:
    bench = Bench()
    bench.inbox.proposed = [Suggestion("Bo", "@5")]
    assert not bench.hear("INTERACTION_CREATE", id="7", token="t", typing=called())
    await spin()
    assert bench.answering.shown == [("7:t", [{"name": "Bo", "value": "@5"}])]
    assert not bench.inbox.open


@pytest.mark.parametrize("trouble", [5.0, RuntimeError("broken")])
async def test_proposals_that_are_late_or_fail_are_none(trouble: Any) -> None:
    bench = Bench(proposing=0.01)
    bench.inbox.proposed = trouble
    bench.hear("INTERACTION_CREATE", id="7", token="t", typing=called())
    await until(lambda: bench.answering.shown)
    assert bench.answering.shown == [("7:t", [])]


async def test_proposals_that_cannot_be_shown_are_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.hear("INTERACTION_CREATE", id="9", token="t", typing=called())
    await spin()
    assert bench.answering.shown
    assert not [line for line in caplog.records if line.levelno >= logging.WARNING]


async def test_the_end_breaks_off_proposals_and_finishes_answers() -> None:
    bench = Bench()
    bench.inbox.proposed = 1000.0
    bench.hear("INTERACTION_CREATE", id="7", token="t", typing=called())
    await spin()
    await asyncio.wait_for(bench.intake.finish(), 5)
    assert bench.answering.told == [("finish", "")]


# -- newcomers


async def test_what_a_newcomer_does_stays_behind_the_event_that_they_came() -> None:
    bench = Bench()
    bench.surveying.invites = asyncio.get_running_loop().create_future()
    (joined,) = bench.hear("GUILD_MEMBER_ADD", events=[MemberJoined(key="joined", who=ANN, where=HARBOUR)])
    bench.hear("MESSAGE_CREATE", events=[said("hello")])
    bench.hear("GUILD_MEMBER_REMOVE", events=[MemberLeft(key="left", who=ANN, where=HARBOUR)])
    bob = msgspec.structs.replace(said("bob"), who=Who("discord", "6"))
    bench.hear("MESSAGE_CREATE", events=[bob])
    await spin()
    assert bench.inbox.keys == ["bob"], "nobody else waits"
    bench.surveying.invites.set_result("https://discord.gg/abc")
    await spin()
    assert bench.inbox.keys == ["bob", "joined", "hello", "left"]
    event = bench.inbox.open[1][0]
    assert isinstance(event, MemberJoined)
    assert event.invite == "https://discord.gg/abc"
    assert not joined.done()
    bench.inbox.open[1][1].set_result(None)
    await spin()
    assert joined.done()
    bench.hear("MESSAGE_CREATE", events=[said("later")])
    assert bench.inbox.keys[-1] == "later", "nothing is waited for any more"


async def test_a_newcomer_that_the_store_refused_fails_the_payload() -> None:
    bench = Bench()
    bench.surveying.invites = asyncio.get_running_loop().create_future()
    bench.surveying.invites.set_result("")
    (joined,) = bench.hear("GUILD_MEMBER_ADD", events=[MemberJoined(key="joined", who=ANN, where=HARBOUR)])
    await spin()
    bench.inbox.open[0][1].set_exception(STORE_DOWN)
    await spin()
    assert isinstance(joined.exception(), ConnectionError)


# -- servers


async def test_a_new_session_and_servers_that_show_themselves_are_looked_at() -> None:
    bench = Bench()
    bench.hear("READY")
    bench.hear("GUILD_CREATE", id="1", name="Harbour")
    bench.hear("GUILD_CREATE", id="2", unavailable=True)
    bench.hear("GUILD_UPDATE", id="1", name="Harbour")
    bench.hear("GUILD_ROLE_UPDATE", guild_id="1", role={})
    assert bench.surveying.sessions == 1
    assert bench.surveying.came == ["1"]
    assert bench.surveying.learnt == ["GUILD_CREATE", "GUILD_CREATE", "GUILD_UPDATE", "GUILD_ROLE_UPDATE"]


async def test_servers_that_are_not_served_are_named_once_and_not_remembered(caplog: pytest.LogCaptureFixture) -> None:
    served = Served()
    served.name(["1"])
    bench = Bench(served=served)
    for _ in range(2):
        bench.hear("GUILD_CREATE", id="2", name="Elsewhere")
        bench.hear("CHANNEL_UPDATE", guild_id="2", id="21")
        bench.hear("MESSAGE_CREATE", events=[said("x", Where("discord", "21", "2"))])
        bench.hear("INTERACTION_CREATE", id="7", token="t", typing=msgspec.structs.replace(called(), where=None))
    assert not bench.inbox.open
    assert not bench.surveying.learnt
    assert caplog.text.count("is not served") == 1
    assert "'Elsewhere'" in caplog.text


async def test_a_server_that_no_community_owns_is_named_with_the_way_to_change_that(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    bench.hear("MESSAGE_CREATE", events=[said("x")])
    bench.inbox.open[0][1].set_exception(UnknownPlace("nobody's"))
    await spin()
    assert '{ platform = "discord", id = 1 }' in caplog.text


async def test_guilds_win_over_what_communities_name_and_direct_chats_always_are_heard() -> None:
    served, direct = Served(["3"]), Where("discord", "u:5", "", "dm")
    served.name(["1"])
    assert [served.has(guild) for guild in ("1", "3", "")] == [False, True, True]
    assert served.allows(said("x", direct))
    assert served.known == {"3"}
    assert Served(["*"]).everywhere
    assert Served().everywhere, "as long as nobody says what is served, everything is"
