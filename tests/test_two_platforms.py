"""One community on Discord and Telegram at once: one packet, one pool, one share a person, whatever app they tap in."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coterie.adapters.discord.fake import FakeMessage
from coterie.plugins.identity import Identity
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.wallet import Wallet
from tests.two_platforms_kit import Bridge, bridge, read

pytestmark = pytest.mark.asyncio


def rooms(town: Bridge) -> dict[str, Any]:
    """Every packet is shown in the server's channel and in the group."""
    return {
        "redpacket": {
            "rooms": [
                {"platform": "discord", "id": town.channel.id, "space": town.guild.id},
                {"platform": "telegram", "id": town.group.id},
            ]
        }
    }


async def linked(town: Bridge) -> None:
    """Ann's two accounts become one person, by a code of the one that the other sends."""
    chat = town.discord.direct("ann")
    town.discord.calls_command("ann", chat, "link")
    await town.until(lambda: chat.shown)
    code = re.search(r"/link (\w+)", read(chat.shown[-1]))
    assert code is not None
    ann = town.telegram.private("ann")
    town.telegram.says("ann", ann, f"/link {code[1]}")
    await town.until(lambda: any("Linked" in message.text for message in ann.shown))


def card(town: Bridge) -> FakeMessage:
    """The packet's card on Discord."""
    return next(message for message in reversed(town.channel.shown) if message.buttons)


async def test_one_packet_on_both_platforms_is_one_pool_and_one_share_a_person() -> None:
    async with bridge([RedPacket, Identity, Wallet], rooms) as town:
        await linked(town)
        await town.app.grant(town.discord_who("dora"), 1000, "points", "test", "start")
        town.discord.calls_command("dora", town.channel, "packet", {"total": 100, "shares": 3, "greeting": "Hello"})
        await town.until(lambda: any("Hello" in words for words in town.on_discord()))
        await town.until(lambda: any("Hello" in words for words in town.on_telegram()))

        # Ann takes a share in Discord; the same person gets none in Telegram.
        here, there = card(town), town.group.shown[-1]
        grab, press = here.buttons[0]["custom_id"], there.buttons[0]["callback_data"]
        first = town.discord.taps("ann", here, grab)
        await town.until(lambda: first.shown and "You got" in first.shown.content)
        town.telegram.taps("ann", there.message_id, town.group.id, press)
        await town.until(lambda: any("already took" in words for words in alerts(town)))

        # Bob takes one in Telegram, and both cards follow.
        town.telegram.taps("bob", there.message_id, town.group.id, press)
        await town.until(lambda: "Taken: 2 of 3" in town.on_telegram()[-1])
        await town.until(lambda: "Taken: 2 of 3" in town.on_discord()[-1])

        # The last share ends it on both, once.
        town.discord.taps("dora", here, grab)
        await town.until(lambda: "Empty" in town.on_discord()[-1] and "Empty" in town.on_telegram()[-1])
        assert grab not in [button["custom_id"] for button in here.buttons]
        assert press not in [button["callback_data"] for button in town.group.shown[-1].buttons]
        shares = [
            await town.app.balance(who)
            for who in (town.discord_who("ann"), town.telegram_who("bob"), town.discord_who("dora"))
        ]
        assert sum(shares) == 1000
        assert await town.app.balance(town.telegram_who("ann")) == shares[0]
        assert await town.app.verify_ledger() == []


async def test_taps_on_both_platforms_at_the_same_time_take_each_share_once() -> None:
    async with bridge([RedPacket, Identity, Wallet], rooms) as town:
        await town.app.grant(town.discord_who("dora"), 1000, "points", "test", "start")
        people = [f"person {number}" for number in range(20)]
        for name in people:
            town.discord.joins(name, town.guild)
        town.discord.calls_command("dora", town.channel, "packet", {"total": 300, "shares": 30})
        await town.until(lambda: any("0 of 30" in words for words in town.on_discord()))
        await town.until(lambda: any("0 of 30" in words for words in town.on_telegram()))
        here, there = card(town), town.group.shown[-1]
        grab, press = here.buttons[0]["custom_id"], there.buttons[0]["callback_data"]
        taps = []
        for name in people:
            taps.append(town.discord.taps(name, here, grab))
            town.telegram.taps(name, there.message_id, town.group.id, press)
        await town.until(lambda: "30 of 30" in town.on_discord()[-1] and "30 of 30" in town.on_telegram()[-1])
        await town.until(lambda: all(tap.shown for tap in taps))
        amounts = [await town.app.balance(town.discord_who(name)) for name in people]
        amounts += [await town.app.balance(town.telegram_who(name)) for name in people]
        assert sorted(map(bool, amounts)) == [False] * 10 + [True] * 30
        assert sum(amounts) == 300
        assert await town.app.verify_ledger() == []


def alerts(town: Bridge) -> list[str]:
    """What was shown in Telegram as answers to taps."""
    return [str(call.get("text", "")) for call in town.telegram.called("answerCallbackQuery")]
