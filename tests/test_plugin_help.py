"""Help: the right commands for the right reader, and a language that stays chosen."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.api import Context, Plugin, command
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.checkin import CheckIn
from coterie.plugins.help import Help
from coterie.plugins.help.rules import pages
from coterie.plugins.identity import Identity
from coterie.plugins.wallet import Wallet
from tests.plugin_kit import all_translated, language_problems, link, switch_off

pytestmark = pytest.mark.coterie(plugins=[Help, Wallet, CheckIn])


class Rival(Plugin):
    """Wants a command that the wallet has, and has one for direct chats alone."""

    name: ClassVar[str] = "zzz"

    @command("pay")
    def pay(self, ctx: Context) -> None:
        ctx.answer("the rival's")

    @command("whisper", where="dm")
    def whisper(self, ctx: Context) -> None:
        ctx.answer("psst")


@given(st.lists(st.text(max_size=12), max_size=30), st.integers(1, 40))
def test_pages_keep_every_line_in_order(lines: list[str], limit: int) -> None:
    found = [[str(line) for line in page] for page in pages(lines, limit)]
    assert [line for page in found for line in page] == lines
    sizes = [sum(len(line) + 1 for line in page) for page in found]
    assert all(size <= limit or len(page) == 1 for size, page in zip(sizes, found, strict=True))
    assert all(size + len(after[0]) + 1 > limit for size, after in zip(sizes, found[1:], strict=False))


def test_a_member_reads_what_members_can_do(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    bob.says("hello")
    alice.says("/help")
    assert alice.sees("What I can do")
    assert alice.sees("/pay <member> <amount> [currency] [note] – Pay another member")
    assert alice.sees("/checkin – Collect today’s points")
    assert alice.sees_not("/give")
    assert alice.sees_not("/checkin-card")
    assert bob.sees_not("What I can do")
    assert all_translated(town)


def test_an_operator_reads_more_and_a_direct_chat_less(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.becomes("operator")
    alice.says("/help")
    assert alice.sees("/give <member> <amount> [currency] [reason] – Give a member new money")
    assert alice.sees("/checkin-card")
    alice.in_dm("/帮助")
    assert alice.sees("/give")
    assert alice.sees_not("/checkin-card")


def test_commands_are_told_as_they_are_reached(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Help, Wallet, Rival])
    (alice,) = town.people("alice")
    alice.says("/help")
    assert alice.sees("/zzz-pay – ")
    assert alice.sees_not("/whisper")
    alice.in_dm("/help")
    assert alice.sees("/whisper")
    alice.says("/zzz-pay")
    assert alice.sees("the rival's")


def test_a_plugin_that_is_off_is_not_listed(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    switch_off(town, "wallet")
    alice.says("/help")
    assert alice.sees_not("/pay")
    assert alice.sees("/checkin")


def test_many_commands_come_in_several_messages(town_factory: TownFactory) -> None:
    commands = {f"m{n}": command(f"command-with-a-long-name-{n}")(lambda self, ctx: None) for n in range(60)}
    many = type("Many", (Plugin,), {"name": "many", **commands})
    town = town_factory(plugins=[Help, many])
    (alice,) = town.people("alice")
    alice.says("/help")
    said = [message.shown() for message in town.stage.seen(alice.persona)]
    assert len(said) > 1
    assert max(map(len, said)) <= 2000
    assert all(any(f"/command-with-a-long-name-{n} " in page for page in said) for n in range(60))


@pytest.mark.parametrize("typed", ["/start", "/start deep-link-42", "/start 1 2 3"])
def test_a_start_greets_and_lists(town: LiveTown, typed: str) -> None:
    (alice,) = town.people("alice")
    alice.persona.name = "<b>Al</b>"
    alice.in_dm(typed)
    assert alice.sees("👋 Welcome to main, <b>Al</b>!")
    assert alice.sees("What I can do")
    assert alice.sees_not("/start")


@pytest.mark.parametrize(
    ("button", "said", "listed"),
    [
        ("简体中文", "好的，以后我用简体中文和你说话。", "/pay <member> <amount> [currency] [note] – 转账给其他成员"),
        ("繁體中文", "好的，以後我會用繁體中文和你說話。", "/pay <member> <amount> [currency] [note] – 轉帳給其他成員"),
        (
            "English",
            "From now on I’ll speak English to you.",
            "/pay <member> <amount> [currency] [note] – Pay another member",
        ),
    ],
)
def test_a_language_is_chosen_and_stays(town: LiveTown, button: str, said: str, listed: str) -> None:
    alice, bob = town.people("alice", "bob")
    bob.says("hello")
    alice.says("/language")
    assert alice.sees("[English] [简体中文] [繁體中文]")
    town.restart()
    alice.taps(button)
    assert alice.sees(said)
    town.restart()
    alice.says("/help")
    assert alice.sees(listed)
    bob.says("/help")
    assert bob.sees("Pay another member")
    assert all_translated(town)


def test_a_language_can_be_named(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/語言 zh-hant")
    assert alice.sees("繁體中文")
    alice.says("/language klingon")
    assert alice.sees("en, zh-Hans, zh-Hant")


def test_a_chosen_language_counts_on_every_linked_platform(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Help, Identity])
    phone, desk = town.people("alice@telegram", "alice@discord")
    phone.says("hello")
    desk.says("/language zh-Hans")
    link(town, phone, desk)
    phone.says("/help")
    assert phone.sees("我会做的事")


def test_it_is_written_in_every_language() -> None:
    assert language_problems(Help) == []
