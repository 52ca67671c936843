"""The connection with the real library over sockets: up, through trouble of every kind, and down."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord
import pytest

from coterie.adapters.discord import rounds
from coterie.adapters.discord.client import build_bot
from coterie.adapters.discord.fake import FakeDiscord
from coterie.core.events import ButtonTapped, CommandCalled, EntitlementChanged, MessagePosted, PaymentReceived, Who
from coterie.core.platform import CommandMenu, CommandOption, Suggestion
from tests.discord_connection_kit import StubInbox, built, config, connected, running, until

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def paced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for others."""
    monkeypatch.setattr(rounds, "BETWEEN", 0.0)


# -- up, with obstacles


async def test_it_starts_without_a_network_and_goes_on_trying(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with fake.offline():
            async with asyncio.timeout(1):
                platform = built(fake)
                await platform.start(inbox)
            await until(lambda: "could not ask who the bot is" in caplog.text)
        await until(lambda: connected(fake, platform))
        fake.says("ann", guild.channel("general"), "hello")
        await until(lambda: inbox.said == ["hello"])
        await platform.stop()
        await platform.close()
        assert caplog.text.count("could not ask who the bot is") == 1, "it says so once"


async def test_an_outage_is_ridden_out_and_nothing_is_lost() -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            async with fake.offline():
                fake.says("ann", guild.channel("general"), "meanwhile")
                await asyncio.sleep(0.05)
            await until(lambda: inbox.said == ["meanwhile"])
        assert len(fake.sessions.known) == 1


async def test_refused_connections_are_tried_again() -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour")
        fake.faults.refuse(3)
        async with running(fake, StubInbox()):
            pass


async def test_a_token_that_is_refused_is_told_in_plain_words_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour")
        right, fake.world.token = fake.token, "MTAwMDAwMQ.a.new-one"
        platform = built(fake, token=right)
        await platform.start(StubInbox())
        await until(lambda: "refuses the bot's token" in caplog.text)
        assert "developer portal" in caplog.text
        assert right not in caplog.text
        fake.world.token = right
        await until(lambda: connected(fake, platform))
        await platform.stop()
        await platform.close()


async def test_a_token_that_was_reset_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour")
        async with running(fake, StubInbox()) as platform:
            right, fake.world.token = fake.token, "MTAwMDAwMQ.a.new-one"
            fake.drops()
            await until(lambda: "refuses the bot's token" in caplog.text)
            fake.world.token = right
            await until(lambda: connected(fake, platform))


async def test_without_the_privileged_intents_taps_and_commands_still_work(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeDiscord(intents=discord.Intents.default()) as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            assert "Server Members Intent" in caplog.text
            assert "Message Content Intent" in caplog.text
            assert "developer portal" in caplog.text
            fake.sends("MESSAGE_CREATE", {})
            fake.says("ann", guild.channel("general"), "hello")
            await until(lambda: any(isinstance(event, MessagePosted) for event in inbox.events))


@pytest.mark.parametrize("code", [4011, 4012])
async def test_other_refusals_are_told_and_tried_again(code: int, caplog: pytest.LogCaptureFixture) -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour")
        async with running(fake, StubInbox()) as platform:
            fake.drops(code)
            await until(lambda: "shards" in caplog.text if code == 4011 else "4012" in caplog.text)
            await until(lambda: connected(fake, platform))


# -- what comes in


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "5",
        "null",
        '{"op": "x"}',
        '{"op": 0, "t": "READY", "s": 1000000, "d": null}',
        '{"op": 0, "t": 5, "d": {}}',
        '{"op": 0, "t": [], "d": {}}',
        '{"op": 0, "t": "GUILD_CREATE", "d": {"id": []}}',
        '{"op": 0, "t": "MESSAGE_CREATE", "s": "x", "d": {}}',
        '{"op": 0, "t": "INTERACTION_CREATE", "d": [1]}',
        '{"op": 0, "t": "NEVER_HEARD_OF", "d": {}}',
        '{"op": 99}',
        '{"op": 0, "t": "MESSAGE_CREATE", "d": ' + "[" * 5000 + "]" * 5000 + "}",
    ],
)
async def test_what_makes_no_sense_is_passed_over(frame: str) -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            fake.faults.malformed(frame)
            fake.says("ann", guild.channel("general"), "hello")
            await until(lambda: inbox.said == ["hello"])
        assert len(fake.sessions.known) == 1


@pytest.mark.parametrize(
    "kind", ["READY", "RESUMED", "GUILD_CREATE", "GUILD_DELETE", "CHANNEL_UPDATE", "THREAD_LIST_SYNC", "USER_UPDATE",
             "MESSAGE_CREATE", "INTERACTION_CREATE", "INVITE_CREATE", "ENTITLEMENT_CREATE", "GUILD_MEMBER_ADD", "ODD"]
)  # fmt: skip
@pytest.mark.parametrize("data", [None, 5, "x", [], {}, {"id": {}}, {"guild_id": 5, "id": None, "members": [3]}])
async def test_no_payload_ends_the_connection(kind: str, data: Any) -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            fake.sends(kind, data)
            fake.says("ann", guild.channel("general"), "hello")
            await until(lambda: inbox.said == ["hello"])


async def test_duplicates_and_events_out_of_order_count_once() -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox):
            fake.faults.duplicate(2)
            fake.faults.reorder(1)
            for text in ("one", "two", "three"):
                fake.says("ann", guild.channel("general"), text)
            fake.replays(3)
            await until(lambda: len(inbox.said) == 3)


async def test_a_large_server_is_not_kept_by_the_library() -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour", members=[f"member{number}" for number in range(100)])
        async with running(fake, StubInbox()) as platform:
            (guild,) = platform.client.guilds
            assert {member.id for member in guild.members} <= {int(fake.bot_id)}
            assert guild.channels


async def test_commands_and_taps_come_in_and_end_quietly() -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        async with running(fake, inbox) as platform:
            await platform.show_commands([CommandMenu("tip", {"en": "Tip somebody"}, "/tip", "member")])
            await until(lambda: fake.called("PUT", f"/applications/{fake.application_id}/commands"))
            called = fake.calls_command("ann", guild.channel("general"), "tip", {})
            await until(lambda: called.callbacks)
            assert [event.name for event in inbox.events if isinstance(event, CommandCalled)] == ["tip"]
            assert not [event for event in inbox.events if isinstance(event, ButtonTapped)]


async def test_commands_that_discord_has_already_are_not_told_again() -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour")
        address = f"/applications/{fake.application_id}/commands"
        for times in (1, 2):
            async with running(fake, StubInbox()) as platform:
                await platform.show_commands([CommandMenu("tip", {"en": "Tip somebody"}, "/tip", "member")])
                published = platform.connection._publishing
                assert published is not None
                await published
            assert len(fake.called("GET", address)) == times
        assert len(fake.called("PUT", address)) == 1


async def test_proposals_are_shown_while_somebody_types() -> None:
    async with FakeDiscord() as fake:
        guild, inbox = fake.add_guild("Harbour", members=["ann"]), StubInbox()
        inbox.suggestions = [Suggestion("Bo", "@5")]
        async with running(fake, inbox) as platform:
            options = (CommandOption("member", "str", {"en": "Who"}, suggests=True),)
            await platform.show_commands([CommandMenu("tip", {"en": "Tip somebody"}, "/tip", "member", options)])
            await until(lambda: fake.called("PUT", f"/applications/{fake.application_id}/commands"))
            typing = fake.types("ann", guild.channel("general"), "tip", {"member": "b"}, focused="member")
            await until(lambda: typing.callbacks)
            assert typing.callbacks[0]["data"]["choices"] == [{"name": "Bo", "value": "@5"}]
        assert not [event for event in inbox.events if isinstance(event, CommandCalled)], "nothing went on a lane"


async def test_a_purchase_is_a_payment_where_the_configuration_says_so() -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour", members=["ann"])
        sold = fake.add_sku("Gold")
        skus = {"gold": {"id": sold.id, "invoice": "gold-month", "amount": 500, "currency": "USD"}}
        inbox = StubInbox()
        async with running(fake, inbox, skus=skus):
            fake.buys("ann", sold)
            await until(lambda: any(isinstance(event, PaymentReceived) for event in inbox.events))
        kinds = [type(event) for event in inbox.events if isinstance(event, EntitlementChanged | PaymentReceived)]
        assert kinds[:2] == [EntitlementChanged, PaymentReceived]


# -- servers that are served


async def test_a_server_that_nobody_serves_is_named_once_and_not_heard(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeDiscord() as fake:
        ours, theirs = fake.add_guild("Harbour", members=["ann"]), fake.add_guild("Elsewhere", members=["ann"])
        inbox = StubInbox()
        with caplog.at_level(logging.WARNING, "coterie.adapters.discord"):
            async with running(fake, inbox, guilds=[ours.id]) as platform:
                fake.says("ann", theirs.channel("general"), "hello")
                fake.says("ann", theirs.channel("general"), "anybody?")
                fake.says("ann", ours.channel("general"), "here")
                await until(lambda: inbox.said == ["here"])
                assert theirs.id not in platform.guilds
        lines = [line for line in caplog.messages if "is not served" in line]
        assert len(lines) == 1
        assert f'{{ platform = "discord", id = {theirs.id} }}' in lines[0]
        assert "Elsewhere" in lines[0]


# -- beside the connection


async def test_people_have_a_direct_chat_and_bots_have_none() -> None:
    async with FakeDiscord() as fake:
        platform = built(fake)
        assert platform.direct(Who("discord", "5")) == "u:5"
        assert platform.direct(Who("discord", "5", bot=True)) == ""
        assert platform.direct(Who("discord", "five")) == ""


async def test_a_platform_that_never_was_started_can_be_checked() -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour")
        platform = built(fake)
        assert not [line for line in await platform.check() if "refuses" in line]
        assert await platform.check() == await platform.check()
        wrong = built(fake, token="MTAwMDAwMQ.a.wrong")
        (said,) = await wrong.check()
        assert "refuses the token" in said


async def test_the_library_behaves_as_always_while_nobody_listens() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        bot = build_bot(config(token=fake.token, rest_url=fake.rest_url, gateway_url=fake.gateway_url))
        told = asyncio.get_running_loop().create_future()

        async def on_message(message: discord.Message) -> None:
            told.set_result(message.content)

        vars(bot)["on_message"] = on_message
        async with bot:
            await bot.login(fake.token)
            running_ = asyncio.create_task(bot.connect())
            await until(lambda: bot.guilds and bot.guilds[0].channels)
            fake.says("ann", guild.channel("general"), "hello")
            assert await asyncio.wait_for(told, 5) == "hello"
        await asyncio.gather(running_, return_exceptions=True)
