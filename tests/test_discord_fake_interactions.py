"""Commands, buttons, menus and forms of the unmodified discord.py on the fake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
from discord import app_commands, ui

from coterie.adapters.discord.fake import FakeChannel, FakeDiscord, FakeInteraction, FakeMessage, NotPossible
from tests.discord_fake_kit import client, rest

pytestmark = pytest.mark.asyncio


class Form(ui.Modal, title="Tell us"):
    """A form of two questions."""

    name: ui.TextInput[Any] = ui.TextInput(label="Name", custom_id="name", max_length=20)
    more: ui.TextInput[Any] = ui.TextInput(label="More", custom_id="more", required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"{self.name.value}: {self.more.value}", ephemeral=True)


class Panel(ui.View):
    """Buttons and menus that live for ever."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="Go", custom_id="go")
    async def go(self, interaction: discord.Interaction, button: ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="gone", view=None)

    @ui.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, button: ui.Button[Any]) -> None:
        await interaction.response.send_modal(Form())

    @ui.button(label="Off", custom_id="off", disabled=True)
    async def off(self, interaction: discord.Interaction, button: ui.Button[Any]) -> None:
        """Never called."""

    @ui.select(custom_id="pick", options=[discord.SelectOption(label="One"), discord.SelectOption(label="Two")])
    async def pick(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        await interaction.response.send_message(", ".join(select.values), ephemeral=True)

    @ui.select(cls=ui.UserSelect, custom_id="who", max_values=2)
    async def who(self, interaction: discord.Interaction, select: ui.UserSelect[Any]) -> None:
        await interaction.response.defer()
        await interaction.followup.send(", ".join(user.display_name for user in select.values), ephemeral=True)


def commands(tree: app_commands.CommandTree[Any]) -> None:
    """Give a tree some commands."""

    @tree.command(description="Give points")
    async def tip(
        interaction: discord.Interaction, member: discord.Member, amount: app_commands.Range[int, 1, 100]
    ) -> None:
        await interaction.response.send_message(f"{amount} for {member.display_name}", ephemeral=True)

    @tree.command(description="Think for a while")
    async def think(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        await interaction.edit_original_response(content="42")
        await interaction.followup.send("and more")

    @tree.command(description="Find a town")
    async def find(interaction: discord.Interaction, town: str) -> None:
        await interaction.response.send_message(town)

    @find.autocomplete("town")
    async def towns(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        names = [name for name in ("Berlin", "Bern", "Paris") if name.startswith(current)]
        return [app_commands.Choice(name=name, value=name) for name in names]

    wallet = app_commands.Group(name="wallet", description="Points")

    @wallet.command(description="Give all")
    async def send(interaction: discord.Interaction, to: discord.User) -> None:
        await interaction.response.send_message(f"all to {to.display_name}", ephemeral=True)

    tree.add_command(wallet)

    @tree.context_menu(name="Greet")
    async def greet(interaction: discord.Interaction, user: discord.User) -> None:
        await interaction.response.send_message(f"hello {user.display_name}", ephemeral=True)

    @tree.context_menu(name="Quote")
    async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"> {message.content}", ephemeral=True)


@asynccontextmanager
async def town() -> AsyncIterator[tuple[FakeDiscord, FakeChannel, Any]]:
    """A fake with a room, and a client with commands and a panel."""
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=["ann", "bo"])
        async with client(fake) as bot:
            tree = app_commands.CommandTree(bot)
            commands(tree)
            await tree.sync()
            bot.add_view(Panel())
            yield fake, harbour.channel("general"), bot


async def shown(fake: FakeDiscord, interaction: FakeInteraction) -> FakeMessage:
    """What the person sees as answer, when there is one."""
    await fake.until(lambda: interaction.shown)
    assert interaction.shown is not None
    return interaction.shown


async def panel(fake: FakeDiscord, room: FakeChannel, bot: Any) -> FakeMessage:
    """A message of the bot with the panel."""
    await bot.get_channel(int(room.id)).send("Choose", view=Panel())
    return room.shown[-1]


async def test_a_slash_command_is_answered_to_who_called_it_alone() -> None:
    async with town() as (fake, room, _):
        called = fake.calls_command("ann", room, "tip", {"member": "bo", "amount": 5})
        answer = await shown(fake, called)
        assert (answer.content, answer.seen_by, answer.flags & 64) == ("5 for bo", fake.person("ann").id, 64)
        assert room.shown == []
        part = fake.calls_command("ann", room, "wallet send", {"to": fake.person("bo")})
        assert (await shown(fake, part)).content == "all to bo"


async def test_a_deferred_answer_is_seen_as_thinking_until_it_comes() -> None:
    async with town() as (fake, room, _):
        seen: list[bool] = []
        fake.listeners.append(lambda kind, what: seen.append(what.thinking) if kind == "answered" else None)
        called = fake.calls_command("ann", room, "think")
        await fake.until(lambda: len(called.messages) == 2)
        assert [message.content for message in called.messages] == ["42", "and more"]
        assert called.messages[0].seen_by
        assert seen == [True, False, False]


async def test_context_menus_and_completions() -> None:
    async with town() as (fake, room, _):
        greeted = fake.calls_command("ann", room, "Greet", target=fake.person("bo"))
        assert (await shown(fake, greeted)).content == "hello bo"
        said = fake.says("bo", room, "wise words")
        quoted = fake.calls_command("ann", room, "Quote", target=said)
        assert (await shown(fake, quoted)).content == "> wise words"
        typed = fake.types("ann", room, "find", {"town": "Ber"}, focused="town")
        await fake.until(lambda: typed.choices)
        assert typed.choices is not None
        assert [choice["value"] for choice in typed.choices] == ["Berlin", "Bern"]


async def test_buttons_and_menus_of_a_persistent_view() -> None:
    async with town() as (fake, room, bot):
        message = await panel(fake, room, bot)
        picked = fake.chooses("ann", message, "pick", ["Two"])
        assert (await shown(fake, picked)).content == "Two"
        people = fake.chooses("ann", message, "who", ["bo", "ann"])
        await fake.until(lambda: people.followups)
        assert sorted(people.followups[0].content.split(", ")) == ["ann", "bo"]
        tapped = fake.taps("ann", message, "go")
        await fake.until(lambda: message.content == "gone")
        assert tapped.shown is message
        assert message.buttons == []
        with pytest.raises(NotPossible, match="nothing to tap"):
            fake.taps("ann", message, "go")


async def test_a_form_is_opened_filled_in_and_answered() -> None:
    async with town() as (fake, room, bot):
        message = await panel(fake, room, bot)
        tapped = fake.taps("ann", message, "ask")
        await fake.until(lambda: tapped.modal)
        assert tapped.modal is not None
        assert tapped.modal["title"] == "Tell us"
        assert tapped.shown is None
        for answers in ({}, {"name": "x" * 21}, {"name": "x", "other": "y"}):
            with pytest.raises(NotPossible):
                fake.submits("ann", tapped, answers)
        with pytest.raises(NotPossible, match="no form"):
            fake.submits("bo", tapped, {"name": "Bo"})
        sent = fake.submits("ann", tapped, {"name": "Ann"})
        assert (await shown(fake, sent)).content == "Ann:"
        with pytest.raises(NotPossible, match="no form"):
            fake.submits("ann", sent, {"name": "Ann"})


async def test_what_a_client_would_not_send_cannot_be_done() -> None:
    async with town() as (fake, room, bot):
        message = await panel(fake, room, bot)
        wrong: list[dict[str, object]] = [
            {"member": "bo"},
            {"member": "bo", "amount": 0},
            {"member": "bo", "amount": "5"},
            {"member": "bo", "amount": True},
            {"member": "bo", "amount": 5, "extra": 1},
        ]
        for options in wrong:
            with pytest.raises(NotPossible):
                fake.calls_command("ann", room, "tip", options)
        for name in ("wallet", "wallet lose"):
            with pytest.raises(NotPossible):
                fake.calls_command("ann", room, name)
        with pytest.raises(NotPossible, match="switched off"):
            fake.taps("ann", message, "off")
        for values in ([], ["One", "Two"], ["Three"]):
            with pytest.raises(NotPossible):
                fake.chooses("ann", message, "pick", values)
        with pytest.raises(NotPossible, match="not in"):
            fake.taps("stranger", message, "go")
        hidden = await shown(fake, fake.calls_command("ann", room, "tip", {"member": "bo", "amount": 5}))
        with pytest.raises(NotPossible, match="somebody else"):
            fake.taps("bo", hidden, "go")


async def test_an_interaction_carries_who_where_and_what_they_may() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=["ann"])
        crew = fake.add_role(harbour, "crew", permissions=discord.Permissions.manage_guild.flag)
        fake.gives_role("ann", harbour, crew)
        sku = fake.add_sku("tier", type=5)
        owned, over = fake.buys("ann", sku), fake.buys("ann", sku)
        fake.ends(over)
        fake.person("ann", locale="zh-CN")
        async with client(fake) as bot:
            called = fake.calls_command("ann", harbour.channel("general"), "old", {"n": 1, "x": 0.5, "who": crew})
            seen = (await bot.heard.wait("interaction"))[0]
            assert (str(seen.id), seen.token, len(seen.token) > 150) == (called.id, called.token, True)
            assert (seen.locale, str(seen.guild_id), seen.channel.name) == (
                discord.Locale.chinese,
                harbour.id,
                "general",
            )
            assert seen.permissions.manage_guild
            assert not seen.permissions.administrator
            assert seen.app_permissions.administrator
            assert [str(one.id) for one in seen.entitlements] == [owned.id]
            assert [option["type"] for option in seen.data["options"]] == [4, 10, 8]
            fake.calls_command("ann", fake.direct("ann"), "old")
            direct = (await bot.heard.wait("interaction", 2))[1]
            assert (direct.guild_id, direct.user.name, direct.context.dm_channel) == (None, "ann", True)


async def test_the_first_answer_comes_within_three_seconds_once_and_the_token_lives_for_fifteen_minutes() -> None:
    moment = [1_700_000_000.0]
    async with FakeDiscord(clock=lambda: moment[0]) as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        body = {"type": 4, "data": {"content": "hello", "flags": 64}}

        async def answer(interaction: FakeInteraction) -> tuple[int, Any]:
            return await rest(fake, "POST", f"/interactions/{interaction.id}/{interaction.token}/callback", body)

        late = fake.calls_command("ann", room, "x")
        moment[0] += 3.01
        status, error = await answer(late)
        assert (status, error["code"]) == (404, 10062)
        assert not late.answered
        called = fake.calls_command("ann", room, "x")
        moment[0] += 2.99
        assert (await answer(called))[0] == 204
        status, error = await answer(called)
        assert (status, error["code"]) == (400, 40060)
        assert (len(called.callbacks), len(called.refused)) == (1, 1)
        hook = f"/webhooks/{fake.application_id}/{called.token}"
        assert (await rest(fake, "POST", hook, {"content": "more"}))[0] == 200
        moment[0] = called.since + 900
        assert (await rest(fake, "PATCH", f"{hook}/messages/@original", {"content": "new"}))[0] == 200
        assert [message.content for message in called.messages] == ["new", "more"]
        moment[0] += 0.01
        status, error = await rest(fake, "PATCH", f"{hook}/messages/@original", {"content": "newer"})
        assert (status, error["code"]) == (401, 50027)


async def test_options_and_menus_name_people_roles_and_channels() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=["ann", "bo"])
        room, crew, bo = harbour.channel("general"), fake.add_role(harbour, "crew"), fake.person("bo")
        kinds = {"who": 6, "where": 7, "role": 8, "any": 9, "other": 9}
        options = [{"name": name, "type": kind, "description": "x"} for name, kind in kinds.items()]
        command = {"name": "show", "description": "x", "options": options}
        path = f"/applications/{fake.application_id}/guilds/{harbour.id}/commands"
        assert (await rest(fake, "PUT", path, [command]))[0] == 200
        given = {"who": bo, "where": room, "role": crew, "any": crew.id, "other": "bo"}
        data = fake.calls_command("ann", room, "show", given).data
        assert data["guild_id"] == harbour.id
        assert [one["value"] for one in data["options"]] == [bo.id, room.id, crew.id, crew.id, bo.id]
        assert {name: list(found) for name, found in data["resolved"].items()} == {
            "users": [bo.id], "members": [bo.id], "channels": [room.id], "roles": [crew.id],
        }  # fmt: skip
        menus = [
            {"type": 1, "components": [{"type": kind, "custom_id": str(kind), "max_values": 2}]} for kind in (6, 7, 8)
        ]
        await rest(fake, "POST", f"/channels/{room.id}/messages", {"content": "x", "components": menus})
        panel = room.shown[-1]
        assert fake.chooses("ann", panel, "6", [crew]).data["values"] == [crew.id]
        assert fake.chooses("ann", panel, "7", [bo, crew]).data["values"] == [bo.id, crew.id]
        assert list(fake.chooses("ann", panel, "8", [room.id]).data["resolved"]["channels"]) == [room.id]


async def test_a_tap_that_is_only_acknowledged_shows_nothing_new() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "c:old"}]}
        await rest(fake, "POST", f"/channels/{room.id}/messages", {"content": "x", "components": [row]})
        tapped = fake.taps("ann", room.shown[-1], "c:forged")
        await rest(fake, "POST", f"/interactions/{tapped.id}/{tapped.token}/callback", {"type": 6})
        assert (tapped.answered, tapped.shown) == (True, None)


async def test_forms_with_menus_boxes_and_labels() -> None:
    options = [{"label": name, "value": name} for name in ("red", "blue")]
    parts = [
        {"type": 10, "content": "Hello"},
        {"type": 18, "label": "Why", "component": {"type": 4, "style": 2, "custom_id": "why", "value": "because"}},
        {"type": 18, "label": "Colour", "component": {"type": 3, "custom_id": "colour", "options": options}},
        {"type": 18, "label": "Who", "component": {"type": 5, "custom_id": "who", "required": False}},
        {"type": 18, "label": "Sure", "component": {"type": 23, "custom_id": "sure"}},
    ]
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann", "bo"]).channel("general")
        called = fake.calls_command("ann", room, "x")
        data = {"custom_id": "f:1", "title": "Form", "components": parts}
        path = f"/interactions/{called.id}/{called.token}/callback"
        assert (await rest(fake, "POST", path, {"type": 9, "data": data}))[0] == 204
        right = {"colour": "red", "who": ["bo"], "sure": True}
        wrong: list[dict[str, object]] = [
            {"colour": "green"}, {"colour": None}, {"colour": ["red", "blue"]},
        ]  # fmt: skip
        for answers in wrong:
            with pytest.raises(NotPossible):
                fake.submits("ann", called, right | answers)
        sent = fake.submits("ann", called, right)
        assert sent.type == 5
        assert sent.data["custom_id"] == "f:1"
        inner = [part["component"] for part in sent.data["components"]]
        assert inner[0]["value"] == "because"
        assert (inner[1]["values"], inner[2]["values"], inner[3]["value"]) == (["red"], [fake.person("bo").id], True)
        assert list(sent.data["resolved"]["users"]) == [fake.person("bo").id]


@pytest.mark.parametrize(("required", "given", "sent"), [(True, "blue", "blue"), (False, None, None), (True, None, "")])
async def test_one_of_several_is_chosen_in_a_form(required: bool, given: str | None, sent: str | None) -> None:
    options = [{"label": name, "value": name} for name in ("red", "blue")]
    radio = {"type": 21, "custom_id": "one", "options": options, "required": required}
    data = {"custom_id": "f:1", "title": "Form", "components": [{"type": 18, "label": "One", "component": radio}]}
    async with FakeDiscord() as fake:
        called = fake.calls_command("ann", fake.direct("ann"), "x")
        path = f"/interactions/{called.id}/{called.token}/callback"
        assert (await rest(fake, "POST", path, {"type": 9, "data": data}))[0] == 204
        with pytest.raises(NotPossible, match="no such choice"):
            fake.submits("ann", called, {"one": "green"})
        if sent == "":
            with pytest.raises(NotPossible, match="must be answered"):
                fake.submits("ann", called, {"one": given})
            return
        answer = fake.submits("ann", called, {"one": given}).data["components"][0]["component"]
        assert answer["value"] == sent
