"""Answers to interactions over REST: the first within three seconds, the others within fifteen minutes."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord import app_commands

from coterie.adapters.discord.fake import FakeDiscord, FakeInteraction
from tests.discord_fake_kit import client, rest
from tests.discord_rest_kit import Clock, Json, posted

pytestmark = pytest.mark.asyncio
MODAL: Json = {
    "custom_id": "f:x", "title": "Form",
    "components": [{"type": 18, "label": "Name", "component": {"type": 4, "custom_id": "name", "style": 1}}],
}  # fmt: skip
BUTTON: Json = {"type": 2, "style": 1, "label": "Take", "custom_id": "c:t"}
BUTTONS: Json = {"content": "take one", "components": [{"type": 1, "components": [BUTTON]}]}


async def answer(
    fake: FakeDiscord, about: FakeInteraction, kind: int, data: Any = None, query: str = ""
) -> tuple[int, Any]:
    body: Json = {"type": kind} | ({} if data is None else {"data": data})
    path = f"/interactions/{about.id}/{about.token}/callback{query}"
    return await rest(fake, "POST", path, body, headers={"Authorization": ""})


async def hook(
    fake: FakeDiscord, about: FakeInteraction, method: str, rest_of_it: str = "", body: Any = None
) -> tuple[int, Any]:
    path = f"/webhooks/{fake.application_id}/{about.token}{rest_of_it}"
    return await rest(fake, method, path, body, headers={"Authorization": ""})


async def test_the_library_answers_commands_defers_and_follows_up() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        room = guild.channel("general")
        async with client(fake) as bot:
            tree = app_commands.CommandTree(bot)

            @tree.command(description="Give points")
            async def tip(interaction: discord.Interaction, amount: int) -> None:
                if amount > 5:
                    await interaction.response.defer(ephemeral=True, thinking=True)
                    await interaction.followup.send("much", ephemeral=False)
                    await interaction.followup.send("more", ephemeral=True)
                else:
                    callback = await interaction.response.send_message("little", ephemeral=True)
                    assert callback.message_id is not None
                    await interaction.edit_original_response(content="little, edited")

            await tree.sync()
            small = fake.calls_command("ann", room, "tip", {"amount": 3})
            await fake.until(lambda: small.shown and small.shown.edits)
            assert (small.shown.content, small.shown.seen_by) == ("little, edited", fake.person("ann").id)  # type: ignore[union-attr]
            assert room.shown == []
            large = fake.calls_command("ann", room, "tip", {"amount": 9})
            await fake.until(lambda: len(large.messages) == 2)
            assert [one.content for one in large.messages] == ["much", "more"]
            assert all(one.seen_by for one in large.messages)


async def test_buttons_menus_and_modals_of_the_library_run() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")

        class Ask(discord.ui.Modal, title="Form"):
            name: Any = discord.ui.Label(text="Name", component=discord.ui.TextInput(custom_id="name"))

            async def on_submit(self, interaction: discord.Interaction) -> None:
                await interaction.response.edit_message(content=f"hello {self.name.component.value}", view=None)

        class Card(discord.ui.View):
            @discord.ui.button(label="Take", custom_id="c:take")
            async def take(self, interaction: discord.Interaction, _: Any) -> None:
                await interaction.response.send_modal(Ask())

            @discord.ui.select(
                custom_id="c:menu", options=[discord.SelectOption(label="a"), discord.SelectOption(label="b")]
            )
            async def choose(self, interaction: discord.Interaction, menu: Any) -> None:
                await interaction.response.defer()
                await interaction.edit_original_response(content=f"chose {menu.values[0]}")

        async with client(fake) as bot:
            sent = await bot.get_channel(int(room.id)).send("card", view=Card(timeout=None))
            card = posted(room, sent.id)
            fake.chooses("ann", card, "c:menu", ["b"])
            await fake.until(lambda: card.content == "chose b")
            tapped = fake.taps("ann", card, "c:take")
            await fake.until(lambda: tapped.modal)
            fake.submits("ann", tapped, {"name": "Ann"})
            await fake.until(lambda: card.content == "hello Ann")
            assert card.components == []


async def test_autocompletion_takes_25_choices_of_the_options_type() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        typed = fake.types("ann", room, "tip", {"member": "bo"}, focused="member")
        good = [{"name": f"n{number}", "value": f"v{number}"} for number in range(25)]
        assert (await answer(fake, typed, 8, {"choices": [*good, good[0]]}))[1]["code"] == 50035
        assert (await answer(fake, typed, 8, {"choices": [{"name": "x", "value": 5}]}))[1]["code"] == 50035
        assert (await answer(fake, typed, 4, {"content": "x"}))[1]["code"] == 50035
        assert (await answer(fake, typed, 8, {"choices": good}))[0] == 204
        assert typed.choices == good
        assert (await hook(fake, typed, "POST", body={"content": "x"}))[1]["code"] == 10015


async def test_only_one_first_answer_counts_and_it_comes_within_three_seconds() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        first, late = (fake.calls_command("ann", room, "tip") for _ in range(2))
        assert (await hook(fake, first, "POST", body={"content": "too soon"}))[1]["code"] == 10015
        assert (await answer(fake, first, 4, {"content": "c" * 2001}))[1]["errors"]["data"]["content"]
        assert (await answer(fake, first, 4, {"content": "yes"}))[0] == 204
        status, body = await answer(fake, first, 5)
        assert (status, body["code"]) == (400, 40060)
        clock.now += 3.1
        status, body = await answer(fake, late, 5)
        assert (status, body["code"]) == (404, 10062)
        assert (late.callbacks, len(late.refused), len(first.refused)) == ([], 1, 1)
        assert (await rest(fake, "POST", "/interactions/5/nothing/callback", {"type": 5}))[1]["code"] == 10062


async def test_a_deferral_decides_who_sees_the_answer_and_is_filled_by_the_first_follow_up() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        quiet, loud = (fake.calls_command("ann", room, "tip") for _ in range(2))
        status, body = await answer(fake, quiet, 5, {"flags": 64}, "?with_response=true")
        assert status == 200
        assert body["resource"] == {"type": 5}
        assert body["interaction"]["response_message_loading"]
        assert body["interaction"]["response_message_ephemeral"]
        assert quiet.thinking
        assert quiet.shown is None
        _, filled = await hook(fake, quiet, "POST", body={"content": "here"})
        assert filled["id"] == body["interaction"]["response_message_id"]
        assert (filled["flags"], quiet.thinking, room.shown) == (64, False, [])
        _, second = await hook(fake, quiet, "POST", body={"content": "public"})
        assert [one.id for one in room.shown] == [second["id"]]
        await answer(fake, loud, 5)
        _, filled = await hook(fake, loud, "PATCH", "/messages/@original", {"content": "there", "flags": 64})
        assert filled["flags"] == 0
        assert [one.content for one in room.shown] == ["public", "there"]


async def test_answers_are_read_changed_and_taken_away_by_id_for_fifteen_minutes() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        about = fake.calls_command("ann", room, "tip")
        status, body = await answer(fake, about, 4, {"content": "one", "flags": 64}, "?with_response=1")
        assert (status, body["resource"]["message"]["content"], body["resource"]["message"]["flags"]) == (
            200,
            "one",
            64,
        )
        assert body["resource"]["message"]["interaction_metadata"]["user"]["username"] == "ann"
        _, more = await hook(fake, about, "POST", body={"content": "two", "flags": 64})
        assert (await hook(fake, about, "GET", "/messages/@original"))[1]["content"] == "one"
        assert (await hook(fake, about, "PATCH", f"/messages/{more['id']}", {"content": "2"}))[1]["content"] == "2"
        assert (await rest(fake, "PATCH", f"/channels/{room.id}/messages/{more['id']}", {"content": "3"}))[1][
            "code"
        ] == 10008
        assert (await hook(fake, about, "DELETE", "/messages/@original"))[0] == 204
        assert (await hook(fake, about, "PATCH", "/messages/@original", {"content": "x"}))[1]["code"] == 10008
        assert (await hook(fake, about, "PATCH", "/messages/1", {"content": "x"}))[1]["code"] == 10008
        assert [one.content for one in about.messages] == ["2"]
        assert (await hook(fake, about, "POST", body={}))[1]["code"] == 50006
        clock.now += 901
        status, body = await hook(fake, about, "PATCH", f"/messages/{more['id']}", {"content": "4"})
        assert (status, body["code"]) == (401, 50027)
        assert (await rest(fake, "POST", f"/webhooks/{fake.application_id}/none", {"content": "x"}))[1]["code"] == 50027
        assert (await rest(fake, "POST", f"/webhooks/5/{about.token}", {"content": "x"}))[1]["code"] == 10015


async def test_modals_open_only_first_and_never_after_a_modal() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        called = fake.calls_command("ann", room, "form")
        assert (await answer(fake, called, 9, MODAL | {"title": "t" * 46}))[1]["errors"]["data"]["title"]
        assert (await answer(fake, called, 9, MODAL))[0] == 204
        assert called.modal == MODAL
        assert (await hook(fake, called, "PATCH", "/messages/@original", {"content": "x"}))[1]["code"] == 10008
        sent = fake.submits("ann", called, {"name": "Ann"})
        assert (await answer(fake, sent, 9, MODAL))[1]["code"] == 50035
        assert (await answer(fake, sent, 7, {"content": "no message to change"}))[1]["code"] == 50035
        deferred = fake.calls_command("ann", room, "form")
        await answer(fake, deferred, 5, {"flags": 64})
        assert (await answer(fake, deferred, 9, MODAL))[1]["code"] == 40060
        assert (await answer(fake, sent, 4, {"content": "thanks", "flags": 64}))[0] == 204


async def test_taps_change_the_message_that_they_came_from() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        _, sent = await rest(fake, "POST", f"/channels/{room.id}/messages", BUTTONS)
        changed, quiet, gone = (fake.taps("ann", sent["id"], "c:t") for _ in range(3))
        status, body = await answer(fake, changed, 7, {"content": "taken", "components": []}, "?with_response=1")
        assert (status, body["resource"]["message"]["id"]) == (200, sent["id"])
        card = posted(room, sent["id"])
        assert (card.content, card.components) == ("taken", [])
        assert (await answer(fake, quiet, 6))[0] == 204
        assert (await hook(fake, quiet, "PATCH", "/messages/@original", {"content": "by edit"}))[1]["id"] == sent["id"]
        assert card.content == "by edit"
        _, said = await hook(fake, quiet, "POST", body={"content": "well done", "flags": 64})
        assert said["id"] != sent["id"]
        await rest(fake, "DELETE", f"/channels/{room.id}/messages/{sent['id']}")
        assert (await answer(fake, gone, 7, {"content": "x"}))[1]["code"] == 10008


async def test_a_deferral_that_was_taken_back_leaves_room_for_new_follow_ups() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        about = fake.calls_command("ann", room, "quiet")
        await answer(fake, about, 5, {"flags": 64})
        assert (await hook(fake, about, "DELETE", "/messages/@original"))[0] == 204
        assert (about.messages, about.thinking) == ([], False)
        _, said = await hook(fake, about, "POST", body={"content": "after all", "flags": 64})
        assert about.shown is not None
        assert about.shown.id == said["id"]


async def test_answers_carry_files_and_mention_people_only() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        room, crew = guild.channel("general"), fake.add_role(guild, "crew")
        about = fake.calls_command("ann", room, "tip")
        ann = fake.person("ann").id
        async with client(fake) as bot:
            webhook = discord.Webhook.partial(int(fake.application_id), about.token, client=bot)
            await answer(fake, about, 4, {"content": f"<@{ann}> <@&{crew.id}> @everyone"})
            said = about.shown
            assert said is not None
            assert ([one.id for one in said.mentions], said.mention_roles, said.mention_everyone) == ([ann], [], False)
            file = discord.File(__file__, "a.txt")
            message = await webhook.send("with a file", file=file, wait=True)
            assert [one.filename for one in message.attachments] == ["a.txt"]
            await message.edit(content="changed")
            assert about.followups[0].content == "changed"
            assert about.followups[0].attachments
            await message.delete()
            assert about.followups[0].deleted
