"""Hostile input on the wire: whatever people call themselves, and write, and tap."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any, Final

import pytest

from coterie.adapters.discord import rounds
from coterie.adapters.discord.fake import NotPossible, server
from coterie.adapters.discord.fake.errors import RestError
from coterie.adapters.discord.refusals import UNKNOWN_INTERACTION
from coterie.core.api import Plugin
from coterie.core.events import Who
from coterie.plugins.gate import Gate
from coterie.plugins.identity import Identity
from coterie.plugins.levels import Levels
from coterie.plugins.members import Members
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.wallet import Wallet
from tests.discord_wire_kit import BOLD, OPERATOR, check_output, text_input, wire
from tests.hostile import COMMANDS, STRINGS
from tests.parrot_plugin import Parrot

pytestmark = pytest.mark.asyncio

EVERYDAY: Final[Sequence[type[Plugin]]] = (Wallet, RedPacket, Members, Levels, Identity)
LONGEST: Final = 4000
"""Characters of a message that Discord takes from anybody."""
SENDABLE: Final = [words for words in STRINGS if words.isascii() or words == words.encode(errors="replace").decode()]
"""What Discord can keep as a name: halves of characters come in payloads of their own, but do not stay."""


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compared is compared at once."""
    monkeypatch.setattr(rounds, "BETWEEN", 0.0)


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the server refuses: every request must pass its validation.

    An answer that comes late is none of these: both ends share one busy process here.
    """
    found: list[str] = []
    real = server.Server._refusal

    def refuse(self: server.Server, error: RestError, headers: Any) -> Any:
        if error.code != UNKNOWN_INTERACTION:
            found.append(str(error.body()))
        return real(self, error, headers)

    monkeypatch.setattr(server.Server, "_refusal", refuse)
    return found


@pytest.mark.parametrize("number", range(6))
async def test_hostile_names(number: int, refusals: list[str]) -> None:
    """A sixth of the list as names of accounts and members that use everything."""
    async with wire(EVERYDAY) as town:
        await town.still_answers("before")
        for index, name in enumerate(STRINGS[number::6]):
            key = f"person {index}"
            user = town.fake.person(key, global_name=name, username=name, locale=name[:50])
            member = town.fake.joins(user, town.guild)
            member.nick = name if index % 2 else None
            await town.app.grant(Who("discord", user.id, key), 10, "points", "test", key)
            for words in ("/whoami", "/balance", "/rank", "/packet 1 1"):
                town.fake.says(user, town.channel, words)
            town.fake.says(OPERATOR, town.channel, f"/member <@{user.id}>")
            town.fake.calls_command(OPERATOR, town.channel, "member", {"member": f"<@{user.id}>"})
        await town.settled()
        town.fake.says(OPERATOR, town.channel, "/leaderboard")
        await town.still_answers("after")
        await town.settled()
        assert check_output(town) > 4 * len(STRINGS[number::6])
        assert set(refusals) == set()
        assert await town.rows("SELECT count(*) FROM dead_letters") == [(0,)]


async def test_hostile_words(refusals: list[str]) -> None:
    """The whole list as texts, edits and options, repeated in every place where a text can stand."""
    async with wire([Parrot]) as town:
        for words in STRINGS:
            said = town.fake.says("mallory", town.channel, words)  # of any length; Discord takes no more than 4,000
            town.fake.says("mallory", town.channel, f"/echo {words[:LONGEST]}")
            town.fake.says("mallory", town.fake.direct("mallory"), words[:LONGEST])
            town.fake.edits("mallory", said, f"{words[:LONGEST]} ")
            with contextlib.suppress(NotPossible):  # longer than the option takes, or empty
                town.fake.calls_command("mallory", town.channel, "echo", {"words": words})
        await town.settled()
        await town.still_answers("after")
        assert check_output(town, BOLD) > 2 * len(STRINGS)
        assert set(refusals) == set()


async def test_hostile_commands(refusals: list[str]) -> None:
    async with wire(EVERYDAY) as town:
        await town.still_answers("before")
        for words in (*COMMANDS, *(f"/packet 1 1 {words}" for words in STRINGS), *(f"/pay {w} {w}" for w in STRINGS)):
            town.fake.says("mallory", town.channel, words)
        for words in STRINGS:
            town.fake.says(OPERATOR, town.channel, f"/member {words}")
            town.fake.says(OPERATOR, town.channel, f"/note {OPERATOR} {words}")
        for words in (*COMMANDS, *STRINGS):  # as a client would send them that keeps no rules
            name = words[:32]
            town.fake.calls_command("mallory", town.channel, name if name.split() else "x", {name: words})
            town.fake.types(OPERATOR, town.channel, "member", {"member": words}, focused="member")
        await town.settled()
        await town.still_answers("after")
        check_output(town)
        assert set(refusals) == set()


async def test_hostile_titles_topics_and_applications(refusals: list[str]) -> None:
    """Names of the server, of channels, threads, roles, events, and what applicants write about themselves."""
    async with wire([Parrot, Gate]) as town:
        await town.still_answers("before")
        for index, words in enumerate(SENDABLE):
            town.fake.changes_guild(town.guild, name=words)
            town.fake.changes_channel(town.channel, name=words)
            thread = town.fake.add_thread("mallory", town.channel, words)
            town.fake.says("mallory", thread, f"/echo {index}")
            town.fake.add_role(town.guild, words)
            town.fake.plans("mallory", town.guild, words, 4e9, 4e9 + 60, location=words)
            applicant = town.fake.person(f"applicant {index}", global_name=words)
            town.fake.asks_to_join(applicant, town.guild, {words: words})
        await town.settled()
        town.fake.says(OPERATOR, town.channel, "/applications")
        await town.still_answers("after")
        check_output(town, BOLD)
        assert {each for each in refusals if "no mutual guilds" not in each} == set()


async def test_hostile_custom_ids_and_answers(refusals: list[str]) -> None:
    """Buttons, menus and forms that were never shown."""
    async with wire([Parrot]) as town:
        town.fake.says("mallory", town.channel, "/echo words")
        await town.until(lambda: any(each.buttons for each in town.ours))
        message = next(each for each in town.ours if each.buttons)
        for words in (*STRINGS, *COMMANDS, "f:", "c:", "f:x", "f:x:1", "c:" + "A" * 40, "f:" + "9" * 60):
            town.fake.taps("mallory", message, words)
            town.fake.chooses("mallory", message, words, [words])
            data = {"custom_id": words, "components": [text_input(words)]}
            town.fake._happens(5, town.fake.person("mallory"), town.channel, data, message)
        await town.settled()
        await town.still_answers("after")
        check_output(town, BOLD)
        assert set(refusals) == set()
