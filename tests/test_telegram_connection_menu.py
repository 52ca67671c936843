"""The menu of commands: what Telegram is told, for whom and in which language, and how its names come back."""

from __future__ import annotations

import pytest

from coterie.adapters.telegram.menu import Menu, entries
from coterie.core.commands import split_command
from coterie.core.platform import CommandMenu, Refused
from tests.telegram_connection_kit import FakeCalls

pytestmark = pytest.mark.asyncio


def command(name: str, level: str = "member", en: str = "What it does", zh: str = "做什么") -> CommandMenu:
    return CommandMenu(name, {"en": en, "zh-Hans": zh, "zh-Hant": "做什麼"}, f"/{name} <x>", level)


async def test_everybody_and_administrators_each_in_their_language() -> None:
    calls, menu = FakeCalls(), Menu()
    menu.want([command("packet"), command("pause", "operator")])
    assert await menu.publish(calls)
    told = {
        (data["scope"]["type"], data["language_code"]): [
            (each["command"], each["description"]) for each in data["commands"]
        ]
        for data in calls.of("setMyCommands")
    }
    assert told == {
        ("default", ""): [("packet", "What it does")],
        ("default", "zh"): [("packet", "做什么")],
        ("all_chat_administrators", ""): [("packet", "What it does"), ("pause", "What it does")],
        ("all_chat_administrators", "zh"): [("packet", "做什么"), ("pause", "做什么")],
    }


async def test_what_is_shown_already_is_not_told_again() -> None:
    calls, menu = FakeCalls(), Menu()
    menu.want([command("packet"), command("pause", "operator")])
    await menu.publish(calls)
    await menu.publish(calls)
    assert len(calls.calls) == 4
    menu.want([command("packet"), command("stop", "operator")])
    await menu.publish(calls)
    assert [data["scope"]["type"] for data in calls.of("setMyCommands")[4:]] == ["all_chat_administrators"] * 2


async def test_nothing_wanted_is_nothing_told() -> None:
    calls = FakeCalls()
    assert await Menu().publish(calls)
    assert calls.calls == []


async def test_a_refusal_is_logged_and_tried_next_time(caplog: pytest.LogCaptureFixture) -> None:
    calls, menu = FakeCalls(), Menu()
    calls.script["setMyCommands"] = [Refused("no"), True, True, True]
    menu.want([command("packet")])
    assert not await menu.publish(calls)
    assert "could not be shown" in caplog.text
    assert await menu.publish(calls)
    assert len(calls.calls) == 5


async def test_names_are_as_telegram_wants_them() -> None:
    given = ["red-packet", "红包", "a" * 32, "red_packet", "x1"]
    assert [each["command"] for each in entries(map(command, given), "en")] == ["red_packet", "a" * 32, "x1"]


async def test_a_name_from_the_menu_leads_back_to_the_command() -> None:
    (shown,) = entries([command("red-packet-of-mine")], "en")
    assert split_command(f"/{shown['command']} 100 3") == ("red-packet-of-mine", "100 3")
    assert split_command("/Red_Packet@Our_Bot x_y") == ("red-packet@our_bot", "x_y")


async def test_descriptions_are_never_empty_nor_too_long() -> None:
    given = [command("a", en=""), command("b", en="  two\n lines "), command("c", en="w" * 300)]
    found = [each["description"] for each in entries(given, "en")]
    assert found[:2] == ["/a <x>", "two lines"]
    assert len(found[2]) == 256
    assert found[2].endswith("w…")
    assert entries([CommandMenu("d", {}, "", "member")], "zh-Hans")[0]["description"] == "d"
    assert entries([command("e", zh="")], "zh-Hans")[0]["description"] == "What it does"


async def test_at_most_a_hundred_are_listed() -> None:
    assert len(entries([command(f"c{number}") for number in range(150)], "en")) == 100
