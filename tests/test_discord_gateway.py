"""The place in the stream: it moves only when everything is committed, and what is behind it comes again."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.discord import gateway, rounds, turns
from coterie.adapters.discord.fake import FakeDiscord, FakeGuild
from coterie.adapters.discord.sequence import Place, Tracker, read_place
from tests.discord_connection_kit import STORE_DOWN, StubInbox, connected, crash, running, until


def says(fake: FakeDiscord, guild: FakeGuild, *texts: str) -> None:
    """Ann says some things."""
    for text in texts:
        fake.says("ann", guild.channel("general"), text)


def heard(fake: FakeDiscord, kind: str) -> list[Any]:
    """What listeners are told of one kind from now on."""
    found: list[Any] = []
    fake.listeners.append(lambda what, data: found.append(data) if what == kind else None)
    return found


# -- counting what is committed


@given(st.lists(st.integers(0, 60), unique=True, min_size=1).map(sorted), st.randoms(use_true_random=False))
def test_the_place_is_the_last_number_below_which_all_is_committed(numbers: list[int], random: Any) -> None:
    tracker, ended = Tracker(), set[int]()
    for number in numbers:
        assert tracker.began(number)
    for number in random.sample(numbers, len(numbers)):
        before = tracker.done
        tracker.ended(number)
        ended.add(number)
        open_ = [each for each in numbers if each not in ended]
        done = [each for each in numbers if not open_ or each < open_[0]]
        assert tracker.done == (done[-1] if done else None)
        assert before is None or (tracker.done is not None and tracker.done >= before)
        assert tracker.waiting == len([each for each in numbers if tracker.done is None or each > tracker.done])


@given(st.lists(st.tuples(st.sampled_from(["began", "ended"]), st.integers(0, 20)), max_size=60))
def test_numbers_in_any_order_never_move_the_place_back_or_past_what_is_open(acts: list[tuple[str, int]]) -> None:
    tracker, open_, done = Tracker(5), set[int](), 5
    for act, number in acts:
        if act == "began":
            if tracker.began(number):
                open_.add(number)
        else:
            tracker.ended(number)
            open_.discard(number)
        assert tracker.done is not None
        assert tracker.done >= done
        assert not [each for each in open_ if each <= tracker.done]
        done = tracker.done


def test_a_number_that_comes_again_is_not_waited_for() -> None:
    tracker = Tracker(3)
    assert not tracker.began(3)
    assert tracker.began(4)
    assert not tracker.began(4)
    tracker.ended(4)
    assert (tracker.done, tracker.waiting) == (4, 0)


@given(
    st.builds(
        Place,
        session=st.text(),
        sequence=st.integers(0, 2**53),
        gateway=st.text(),
        stamp=st.text(),
        at=st.integers(0, 2**53),
    )
)
def test_a_place_is_read_as_it_was_written(place: Place) -> None:
    assert read_place(place.text()) == place


@given(st.one_of(st.text(), st.just('{"session": 5}'), st.just("[]"), st.just('{"session":"a","sequence":"x"}')))
def test_a_place_that_makes_no_sense_is_none(text: str) -> None:
    assert read_place(text) is None


# -- on the wire


@pytest.fixture(autouse=True)
def paced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for others."""
    monkeypatch.setattr(rounds, "BETWEEN", 0.0)
    monkeypatch.setattr(turns, "BETWEEN", 0.0)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes are kept at once."""
    monkeypatch.setattr(gateway, "NOTED", 0.01)


@pytest.mark.asyncio
async def test_a_drop_brings_what_is_not_committed_again_and_it_counts_once() -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            inbox.hold = True
            says(fake, guild, "one", "two", "three")
            await until(lambda: inbox.texts == ["one", "two", "three"])
            inbox.commit(0)
            inbox.commit(2)
            fake.drops(4000)
            await until(lambda: inbox.texts[3:] == ["two", "three"])
            inbox.commit_all()
            says(fake, guild, "four")
            await until(lambda: "four" in inbox.said)
        assert sorted(inbox.said) == ["four", "one", "three", "two"]
        assert len(fake.sessions.known) == 1, "the session was resumed"


@pytest.mark.asyncio
@pytest.mark.parametrize("how", ["closed", "cut", "asked", "resumable"])
async def test_whatever_ends_the_connection_the_session_goes_on(how: str) -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            resumed = heard(fake, "resumed")
            if how == "closed":
                fake.drops(1001)
            elif how == "cut":
                fake.drops(0)
            elif how == "asked":
                fake.asks_to_reconnect()
            else:
                fake.invalidates(resumable=True)
            await fake.until(lambda: resumed)
            says(fake, guild, "hello")
            await until(lambda: inbox.said == ["hello"])


@pytest.mark.asyncio
async def test_heartbeats_name_what_is_committed_and_not_what_was_read() -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            says(fake, guild, "one")
            await until(lambda: inbox.said)
            beats = heard(fake, "heartbeat")
            inbox.hold = True
            before = fake.sessions.live[0].sequence
            says(fake, guild, "two", "three")
            await until(lambda: len(inbox.texts) == 3)
            fake.asks_for_heartbeat()
            await fake.until(lambda: beats)
            inbox.commit_all()
            await asyncio.sleep(0)
            fake.asks_for_heartbeat()
            await fake.until(lambda: len(beats) == 2)
        assert beats == [before, before + 2]


@pytest.mark.asyncio
async def test_a_store_that_refuses_for_a_while_loses_nothing_and_keeps_the_order() -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            gone = heard(fake, "disconnected")
            inbox.broken = lambda _event: STORE_DOWN
            says(fake, guild, "one", "two")
            await fake.until(lambda: len(gone) >= 2)
            says(fake, guild, "three")
            inbox.broken = lambda _event: None
            await until(lambda: len(inbox.said) == 3)
        assert inbox.said == ["one", "two", "three"]
        assert len(fake.sessions.known) == 1


@pytest.mark.asyncio
async def test_an_event_that_never_can_be_committed_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(gateway, "TRIES", 3)
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            inbox.broken = lambda event: STORE_DOWN if getattr(event, "text", "") == "poison" else None
            says(fake, guild, "poison", "honey")
            await until(lambda: "given up" in caplog.text)
            fake.drops()
            says(fake, guild, "tea")
            await until(lambda: "tea" in inbox.said)
        assert inbox.texts.count("poison") == 3
        assert set(inbox.said) == {"honey", "tea"}


@pytest.mark.asyncio
async def test_nothing_more_is_read_while_too_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "MOST", 4)
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            says(fake, guild, "first")
            await until(lambda: inbox.said)
            inbox.hold = True
            says(fake, guild, *(str(number) for number in range(10)))
            await until(lambda: len(inbox.texts) == 5)
            await asyncio.sleep(0.02)
            assert len(inbox.texts) == 5
            for number in range(1, 11):
                await until(partial(lambda least: len(inbox.messages) > least, number))
                inbox.commit(number)
            await until(lambda: len(inbox.said) == 11)


@pytest.mark.asyncio
async def test_a_connection_that_waits_for_a_broken_store_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "MOST", 2)
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            says(fake, guild, "first")
            await until(lambda: inbox.said)
            inbox.hold = True
            says(fake, guild, "one", "two", "three")
            await until(lambda: len(inbox.texts) == 3)
            inbox.hold = False
            inbox.messages[-2][1].set_exception(STORE_DOWN)
            await until(lambda: set(inbox.said) == {"first", "one", "two", "three"})


@pytest.mark.asyncio
async def test_a_session_that_is_invalid_becomes_a_new_one_and_members_are_compared() -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        members = f"/guilds/{guild.id}/members"
        async with running(fake, inbox) as platform:
            await until(lambda: fake.called("GET", members))
            await until(lambda: fake.called("GET", f"/applications/{fake.application_id}/entitlements"))
            before = len(fake.called("GET", members))
            fake.asks_to_reconnect()
            await until(lambda: connected(fake, platform))
            fake.invalidates(resumable=False)
            await until(lambda: len(fake.called("GET", members)) > before)
            says(fake, guild, "hello")
            await until(lambda: inbox.said == ["hello"])
        assert [session.id for session in fake.sessions.known.values()] == ["session0002"]


@pytest.mark.asyncio
async def test_a_resume_that_is_refused_becomes_a_new_session() -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            identified = heard(fake, "identified")
            fake.forgets_sessions()
            fake.drops()
            await fake.until(lambda: identified)
            says(fake, guild, "hello")
            await until(lambda: inbox.said == ["hello"])


@pytest.mark.asyncio
async def test_what_happens_during_a_restart_is_told_afterwards() -> None:
    async with FakeDiscord() as fake:
        guild, notes = fake.add_guild("Harbour", members=["ann"]), dict[str, str]()
        first = StubInbox(notes)
        async with running(fake, first):
            says(fake, guild, "before")
            await until(lambda: first.said)
        says(fake, guild, "meanwhile")
        second = StubInbox(notes)
        async with running(fake, second) as platform:
            await until(lambda: second.said)
            says(fake, guild, "after")
            await until(lambda: len(second.said) == 2)
            assert second.said == ["meanwhile", "after"]
            where = second.events[0].where
            assert where is not None
            assert where.title == "general", "the server was asked for over REST"
            assert guild.id in platform.guilds
        assert len(fake.sessions.known) == 1, "the session was resumed"


@pytest.mark.asyncio
@pytest.mark.usefixtures("quick")
async def test_what_a_killed_process_had_not_committed_comes_again() -> None:
    async with FakeDiscord() as fake:
        guild, notes = fake.add_guild("Harbour", members=["ann"]), dict[str, str]()
        first = StubInbox(notes)
        async with running(fake, first) as platform:
            says(fake, guild, "one")
            await until(lambda: first.said)
            await until(lambda: fake.sessions.live[0].sequence == _noted(notes).sequence)
            first.hold = True
            says(fake, guild, "two", "three")
            await until(lambda: len(first.texts) == 3)
            first.commit(2)
            await crash(platform)
            second = StubInbox(notes)
            async with running(fake, second, wait=False):
                await until(lambda: second.said == ["two", "three"])
        assert len(fake.sessions.known) == 1


def _noted(notes: dict[str, str]) -> Place:
    return read_place(notes.get("discord:shard:0/1", "")) or Place("", -1, "")


@pytest.mark.asyncio
@pytest.mark.parametrize("change", [{"at": 0}, {"stamp": "other"}, {"at": time.time_ns() // 1_000_000 + 10**9}])
async def test_an_old_session_or_one_for_other_settings_is_not_taken_up(change: dict[str, Any]) -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour", members=["ann"])
        notes = dict[str, str]()
        async with running(fake, StubInbox(notes)):
            pass
        notes["discord:shard:0/1"] = msgspec.structs.replace(_noted(notes), **change).text()
        resumed, identified = heard(fake, "resumed"), heard(fake, "identified")
        async with running(fake, StubInbox(notes)):
            await fake.until(lambda: identified)
        assert not resumed


@pytest.mark.asyncio
async def test_a_note_that_nobody_understands_is_no_obstacle() -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox({"discord:shard:0/1": "{{"})
        async with running(fake, inbox):
            says(fake, guild, "hello")
            await until(lambda: inbox.said)


@pytest.mark.asyncio
async def test_the_end_waits_for_what_was_taken_and_notes_it() -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            inbox.hold = True
            says(fake, guild, "hello")
            await until(lambda: inbox.texts)
            asyncio.get_running_loop().call_later(0.02, inbox.commit, 0)
        assert inbox.said == ["hello"]
        (session,) = fake.sessions.known.values()
        assert _noted(inbox.notes).sequence == session.sequence
        assert session.line is None


@pytest.mark.asyncio
async def test_two_shards_share_the_servers_and_each_keeps_its_place() -> None:
    async with FakeDiscord() as fake:
        guilds = [fake.add_guild("Harbour", members=["ann"])]
        while {(int(guild.id) >> 22) % 2 for guild in guilds} != {0, 1}:
            await asyncio.sleep(0.001)  # ids go by the time
            guilds.append(fake.add_guild("Harbour", members=["ann"]))
        notes = dict[str, str]()
        inbox = StubInbox(notes)
        async with running(fake, inbox, shards={"count": 2}):
            for number, guild in enumerate(guilds):
                says(fake, guild, str(number))
            await until(lambda: len(inbox.said) == len(guilds))
            fake.drops()
            says(fake, guilds[0], "again")
            await until(lambda: "again" in inbox.said)
        assert sorted(notes) == ["discord:shard:0/2", "discord:shard:1/2"]
        assert sorted(session.shard for session in fake.sessions.known.values()) == [(0, 2), (1, 2)]
        assert fake.called("GET", "/gateway/bot")


@pytest.mark.asyncio
async def test_a_process_can_run_some_of_the_shards() -> None:
    async with FakeDiscord() as fake:
        for number in range(6):
            fake.add_guild(f"Harbour {number}", members=["ann"])
        async with running(fake, StubInbox(), shards={"count": 3, "ids": [1]}):
            pass
        assert [session.shard for session in fake.sessions.known.values()] == [(1, 3)]


@pytest.mark.asyncio
async def test_a_bot_that_serves_every_server_finds_them_after_a_restart() -> None:
    async with FakeDiscord() as fake:
        guilds = [fake.add_guild(f"Harbour {number}", members=["ann"]) for number in range(3)]
        notes = dict[str, str]()
        async with running(fake, StubInbox(notes), guilds=["*"]):
            pass
        fake.faults.fail(method="GET", path="/users/@me/guilds", status=429, retry_after=0.01)
        async with running(fake, StubInbox(notes), guilds=["*"]) as platform:
            assert set(platform.guilds.ids()) == {guild.id for guild in guilds}
        assert len(fake.sessions.known) == 1


@pytest.mark.asyncio
async def test_a_server_that_lost_the_bot_meanwhile_is_no_obstacle() -> None:
    async with FakeDiscord() as fake:
        guild, notes = fake.add_guild("Harbour", members=["ann"]), dict[str, str]()
        async with running(fake, StubInbox(notes), guilds=[guild.id, "4242"]):
            pass
        second = StubInbox(notes)
        async with running(fake, second, guilds=[guild.id, "4242"]):
            says(fake, guild, "hello")
            await until(lambda: second.said == ["hello"])
        assert len(fake.sessions.known) == 1


@pytest.mark.asyncio
async def test_shards_wait_for_the_day_when_no_session_can_be_begun() -> None:
    class Limited:
        left = 0

        async def call(self, method: str, path: str) -> Any:
            self.left += 1
            limit = {"remaining": self.left - 1, "reset_after": 10, "max_concurrency": 2}
            return {"session_start_limit": limit}

    shards: Any = turns.Turns(Limited())  # type: ignore[arg-type]
    await asyncio.gather(*(shards.turn(number) for number in (None, 0, 1, 2)))


@pytest.mark.parametrize("answer", [None, {}, {"session_start_limit": {"remaining": "x", "max_concurrency": -1}}])
@pytest.mark.asyncio
async def test_limits_that_make_no_sense_are_no_obstacle(answer: Any) -> None:
    class Odd:
        async def call(self, method: str, path: str) -> Any:
            return answer

    await turns.Turns(Odd()).turn(1)  # type: ignore[arg-type]
