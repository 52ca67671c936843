"""The whole application in front of Discord: drops, lost sessions, outages and restarts lose and repeat nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from coterie.adapters.discord import gateway
from coterie.adapters.discord.fake import FakeInteraction
from coterie.core.api import Context
from coterie.core.app import App
from coterie.core.events import Event
from coterie.plugins.access import Access
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.wallet import Wallet
from tests.discord_app_kit import Wire, hurry, read, showing, wire
from tests.discord_connection_kit import STORE_DOWN

pytestmark = pytest.mark.asyncio

MANAGE_GUILD = 1 << 5


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits without need."""
    hurry(monkeypatch)


async def paid_once(town: Wire, taps: Mapping[str, FakeInteraction]) -> None:
    """Everybody who tapped has ten, and was told so once, in whatever way."""
    await town.settled()
    for name, tap in taps.items():
        assert (name, await town.balance(name)) == (name, 10)
        told = [message for message in tap.messages if "ten for you" in read(message)]
        assert len(told) + len(showing(town.fake.direct(name), "ten for you")) == 1, name


# -- drops


@pytest.mark.parametrize("code", [0, 1001, 4000, 4008])
async def test_a_drop_is_resumed_and_what_comes_again_has_no_second_effect(code: int) -> None:
    async with wire() as town:
        board = await town.board()
        before = {"ann": town.taps("ann", board, "Take")}
        town.fake.drops(code)
        meanwhile = {"bob": town.taps("bob", board, "Take")}
        await town.until(lambda: "resumed" in town.changes)
        town.fake.replays(3)
        after = {"cleo": town.taps("cleo", board, "Take")}
        await town.still_answers("after")
        await paid_once(town, before | meanwhile | after)
        assert len(town.fake.sessions.known) == 1


async def test_a_request_to_reconnect_and_a_session_that_is_invalid_for_a_moment_lose_nothing() -> None:
    async with wire() as town:
        board = await town.board()
        taps = {"ann": town.taps("ann", board, "Take")}
        town.fake.asks_to_reconnect()
        taps["bob"] = town.taps("bob", board, "Take")
        await town.until(lambda: town.changes.count("resumed") == 1)
        await town.connected()
        town.fake.invalidates(resumable=True)
        taps["cleo"] = town.taps("cleo", board, "Take")
        await town.until(lambda: town.changes.count("resumed") == 2)
        await paid_once(town, taps)
        assert len(town.fake.sessions.known) == 1


async def test_after_a_session_was_lost_whoever_came_or_went_meanwhile_is_known() -> None:
    async with wire() as town:
        await town.still_answers("before")
        before = await town.noted()
        town.fake.invalidates(resumable=False)
        town.fake.joins("dora", town.guild)
        town.fake.leaves("bob", town.guild)
        await town.until(lambda: town.changes.count("identified") == 2)
        await town.connected()
        await town.still_answers("after")
        assert await town.noted() - before == Counter({("dora", "joined"): 1, ("bob", "left"): 1})


# -- the store


async def test_while_the_store_is_away_everything_waits_and_then_happens_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with wire() as town:
        board = await town.board()
        town.platform.connection._pause = lambda _tries: 0.02
        away(monkeypatch, town.app)
        taps = {name: town.taps(name, board, "Take") for name in ("ann", "bob", "cleo")}
        await town.until(lambda: town.changes.count("resumed") >= 3)
        assert await town.balance("ann") == 0
        monkeypatch.undo()
        await town.still_answers("back")
        await paid_once(town, taps)
        assert len(town.fake.sessions.known) == 1, "the session goes on from what is committed"


def away(monkeypatch: pytest.MonkeyPatch, app: App) -> None:
    """Nothing that happens on Discord can be stored."""

    def submit(_event: Event) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        future.set_exception(STORE_DOWN)
        return future

    monkeypatch.setattr(app, "submit", submit)


# -- restarts


async def test_what_people_do_during_a_restart_is_handled_by_the_next_process() -> None:
    async with wire([RedPacket, Wallet]) as town:
        await town.app.grant(town.who("ann"), 1000, "points", "test", "ann")
        board = await town.board()
        await town.stop()
        taps = {name: town.taps(name, board, "Take") for name in ("bob", "cleo")}
        packet = town.calls("ann", "packet", {"total": 100, "shares": 2})
        town.fake.joins("dora", town.guild)
        await town.start()
        await town.sees(town.channel, "0 of 2")
        await town.still_answers("after")
        await paid_once(town, taps)
        assert await town.balance("ann") == 900
        assert packet.refused == []
        assert (await town.noted())["dora", "joined"] == 1
        assert len(town.fake.sessions.known) == 1


async def test_an_interaction_from_before_a_restart_is_answered_by_what_is_stored_of_it() -> None:
    async with wire() as town:
        board = await town.board()
        town.stand_still()
        town.falls_silent()
        taps = {"ann": town.taps("ann", board, "Take")}
        asked = town.calls("bob", "whisper", {"word": "kept"})
        form = town.calls("cleo", "survey")
        await town.restart_in_silence()
        await town.answered(asked, "for you alone kept")
        await town.until(lambda: form.modal)
        await paid_once(town, taps)
        assert len(asked.messages) == 1


async def test_nothing_is_said_before_discord_has_told_who_the_bot_is() -> None:
    """Answers are addressed by the application's id, and some calls look for what the bot itself has done."""
    async with wire() as town:
        town.falls_silent()
        asked = town.calls("ann", "whisper", {"word": "kept"})
        await town.until(town.caught_up)
        town.stand_still()
        town.fake.faults.slow(0.5, method="GET", path="/oauth2/applications/@me")
        await town.restart_in_silence()
        await town.answered(asked, "for you alone kept")
        await town.settled()
        assert await town.rows("SELECT 1 FROM outbox WHERE state <> 'pending'") == []


async def test_what_was_announced_before_a_restart_gets_its_answer_in_that_place() -> None:
    async with wire() as town:
        await town.hold()
        asked, form = town.calls("ann", "whisper", {"word": "kept"}), town.calls("cleo", "survey")
        await town.until(lambda: asked.thinking and form.thinking)
        town.falls_silent()
        await town.restart_in_silence()
        assert await town.answered(asked, "for you alone kept") is asked.original
        assert [button["label"] for button in (await town.answered(form, "waits for you")).buttons] == [
            "Open form",
            "Cancel",
        ]
        await town.settled()
        assert [len(each.messages) for each in (asked, form)] == [1, 1]
        assert [showing(town.fake.direct(name), "") for name in ("ann", "cleo")] == [[], []]


async def test_what_can_no_longer_be_answered_after_a_restart_comes_into_the_direct_chat() -> None:
    async with wire() as town:
        town.falls_silent()
        asked = town.calls("ann", "whisper", {"word": "kept"})
        await town.until(town.caught_up)
        town.skip(5)
        await town.restart_in_silence()
        await town.sees(town.fake.direct("ann"), "for you alone kept")
        await town.settled()
        assert (asked.shown, asked.thinking) == (None, False)
        assert len(showing(town.fake.direct("ann"), "")) == 1


# -- what happened while nobody listened


@pytest.mark.parametrize("young", [gateway.YOUNG, -1], ids=["Discord says no", "the note is too old"])
async def test_after_two_hours_everything_is_compared_once(young: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "YOUNG", young)
    async with wire(more=sold) as town:
        fake, guild = town.fake, town.guild
        sku = next(iter(fake.world.skus.values()))
        staff = fake.add_role(guild, "staff", permissions=MANAGE_GUILD)
        fake.gives_role("bob", guild, staff)
        fake.buys("ann", sku)
        returned = fake.buys("bob", sku)
        await town.connected()
        await town.settled()
        before = await town.noted()
        assert before["bob", "stands as operator"] == before["bob", f"paid 500 for {returned.id}"] == 1
        await town.stop()

        town.skip(2 * 3600)
        fake.joins("dora", guild)
        fake.joins("emil", guild)
        fake.leaves("emil", guild)
        fake.leaves("cleo", guild)
        fake.joins("cleo", guild)  # a new stay
        fake.leaves("oscar", guild)
        fake.takes_role("bob", guild, staff)
        fake.gives_role("ann", guild, staff)
        bought = fake.buys("dora", sku)
        fake.refunds(returned)
        town.skip(60)
        await town.start()

        await town.settled()
        news = await town.noted() - before
        assert news == Counter(
            {
                ("dora", "joined"): 1,
                ("cleo", "left"): 1,
                ("cleo", "joined"): 1,
                ("oscar", "left"): 1,
                ("bob", "stands as member"): 1,
                ("ann", "stands as operator"): 1,
                ("dora", f"{bought.id} holds"): 1,
                ("dora", f"paid 500 for {bought.id}"): 1,
                ("bob", f"{returned.id} is over"): 1,
                ("bob", f"has 500 back for {returned.id}"): 1,
            }
        )
        await town.stop()
        town.skip(2 * 3600)
        await town.start()
        await town.settled()
        assert await town.noted() == before + news, "a second start finds nothing new"


def sold(town: Wire) -> Mapping[str, Any]:
    """Something that the shop sells, and that the plugin is paid for."""
    sku = next(iter(town.fake.world.skus), "") or town.fake.add_sku("Tip").id
    return {"discord": {"skus": {"tip": {"id": sku, "invoice": "probe:tip", "amount": 500, "currency": "USD"}}}}


async def test_who_came_and_bought_meanwhile_is_known_before_the_purchase_is_told() -> None:
    """Where there are several communities, a purchase belongs to the one in which its buyer is known."""

    def twofold(town: Wire) -> Mapping[str, Any]:
        annex = next((guild for guild in town.fake.world.guilds.values() if guild.name == "Annex"), None)
        annex = annex or town.fake.add_guild("Annex")
        return {**sold(town), "communities": {"annex": {"spaces": [{"platform": "discord", "id": annex.id}]}}}

    async with wire(more=twofold) as town:
        await town.stop()
        town.skip(2 * 3600)
        town.fake.joins("dora", town.guild)
        bought = town.fake.buys("dora", next(iter(town.fake.world.skus)))
        await town.start()
        await town.settled()
        noted = await town.noted()
        assert noted["dora", f"{bought.id} holds"] == noted["dora", f"paid 500 for {bought.id}"] == 1


async def test_a_role_that_somebody_took_away_meanwhile_is_given_again() -> None:
    async with wire([Access], gilded) as town:
        (gold,) = (role for role in town.guild.roles.values() if role.name == "gold")

        def give(ctx: Context) -> None:
            members = ctx.unit.members
            for name in ("ann", "bob"):
                account = members.account(ctx.community.id, "discord", town.fake.person(name).id)
                assert account is not None
                ctx.grants.give(account.member, "gold", source="test", reason="a test")

        await town.app.on_lane(None, give)
        await town.until(
            lambda: all(gold.id in town.guild.members[town.fake.person(name).id].roles for name in ("ann", "bob"))
        )
        await town.settled()
        await town.stop()
        town.skip(2 * 3600)
        town.fake.takes_role("ann", town.guild, gold)
        await town.start()
        await town.until(lambda: gold.id in town.guild.members[town.fake.person("ann").id].roles)


def gilded(town: Wire) -> Mapping[str, Any]:
    """There is an access that is a role."""
    found = [role for role in town.guild.roles.values() if role.name == "gold"]
    role = found[0] if found else town.fake.add_role(town.guild, "gold")
    target = {"platform": "discord", "space": town.guild.id, "role": role.id}
    return {"community": {"access": {"gold": {"title": "Gold", "targets": [target]}}}}
