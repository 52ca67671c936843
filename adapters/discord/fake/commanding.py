"""Interactions: commands, half-typed ones, buttons, menus and forms."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

from coterie.adapters.discord.fake.comings import Comings
from coterie.adapters.discord.fake.errors import Json, NotPossible
from coterie.adapters.discord.fake.forms import filled
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.interactions import FakeInteraction
from coterie.adapters.discord.fake.model import FakeChannel, FakeMessage, FakeUser
from coterie.adapters.discord.fake.options import Resolved, command_data
from coterie.adapters.discord.fake.places import Channel, Message, User

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
BUTTON, STRING_SELECT = 2, 3
ENTITY_SELECTS: Final = {5: "user", 6: "role", 7: "user", 8: "channel"}
ATTACHMENT_LIMIT: Final = 10 * 1024 * 1024


class Commanding(Comings):
    """What people do with the bot's commands and messages."""

    def calls_command(
        self,
        user: User,
        channel: Channel,
        name: str,
        options: Mapping[str, object] | None = None,
        *,
        target: FakeUser | Message | None = None,
    ) -> FakeInteraction:
        """Somebody calls a command: ``"tip"``, or ``"wallet send"`` for a part of one.

        Options that name people take a :class:`FakeUser`, an id or a name.  ``target`` is what a command of a context
        menu is called on.  A command that is not registered goes out too, as an old client would send it; for one that
        is, :class:`NotPossible` is raised when an option is missing, unknown or not among its choices.
        """
        who, place = self.person(user), self.channel(channel)
        data = command_data(self, place.guild_id, name, options or {}, target=target)
        return self._happens(COMMAND, who, place, data)

    def types(
        self, user: User, channel: Channel, name: str, options: Mapping[str, object], *, focused: str
    ) -> FakeInteraction:
        """Somebody is typing a command: the option ``focused`` is not complete yet."""
        who, place = self.person(user), self.channel(channel)
        return self._happens(
            AUTOCOMPLETE, who, place, command_data(self, place.guild_id, name, options, focused=focused)
        )

    def taps(self, user: User, message: Message, custom_id: str) -> FakeInteraction:
        """Somebody taps the button with this id; one that the message does not show goes out too, if it has any.

        Raises :class:`NotPossible` for a message that they do not see, and a button that is switched off.
        """
        who, found = self.person(user), self._seen(user, message)
        button = self._component(found, custom_id)
        if button is not None and button.get("disabled"):
            raise NotPossible("that button is switched off")
        data = {"custom_id": custom_id, "component_type": BUTTON, "id": (button or {}).get("id", 1)}
        return self._happens(COMPONENT, who, found.channel, data, found)

    def chooses(self, user: User, message: Message, custom_id: str, values: Sequence[object]) -> FakeInteraction:
        """Somebody chooses in a menu: values, or people, roles and channels by what kind of menu it is."""
        who, found = self.person(user), self._seen(user, message)
        menu = self._component(found, custom_id) or {}
        kind = int(menu.get("type", STRING_SELECT))
        if not menu.get("min_values", 1) <= len(values) <= menu.get("max_values", 1):
            raise NotPossible("so many cannot be chosen")
        resolved = Resolved(self, found.channel.guild_id)
        if kind in ENTITY_SELECTS:
            chosen = [resolved.take(ENTITY_SELECTS[kind], value) for value in values]
        else:
            chosen = [str(value) for value in values]
            offered = {option["value"] for option in menu.get("options", ())}
            if menu and not set(chosen) <= offered:
                raise NotPossible("that is not in the menu")
        data: Json = {"custom_id": custom_id, "component_type": kind, "id": menu.get("id", 1), "values": chosen}
        if resolved.raw:
            data["resolved"] = resolved.raw
        return self._happens(COMPONENT, who, found.channel, data, found)

    def submits(self, user: User, interaction: FakeInteraction, answers: Mapping[str, object]) -> FakeInteraction:
        """Somebody fills in the form that an interaction opened for them and sends it: answers by ``custom_id``.

        Raises :class:`NotPossible` when there is no form, and for answers that the client would not let through.
        """
        if interaction.modal is None or interaction.user != self.person(user):
            raise NotPossible("no form is open")
        resolved = Resolved(self, interaction.channel.guild_id)
        data: Json = {
            "custom_id": interaction.modal["custom_id"], "components": filled(interaction.modal, answers, resolved),
        }  # fmt: skip
        if resolved.raw:
            data["resolved"] = resolved.raw
        return self._happens(MODAL, interaction.user, interaction.channel, data, interaction.message)

    def _seen(self, user: User, message: Message) -> FakeMessage:
        found = self.message(message)
        if found.seen_by and found.seen_by != self.person(user).id:
            raise NotPossible("only somebody else sees that message")
        if not found.buttons:
            raise NotPossible("that message has nothing to tap")
        return found

    @staticmethod
    def _component(message: FakeMessage, custom_id: str) -> Json | None:
        return next((one for one in message.buttons if one.get("custom_id") == custom_id), None)

    def _happens(
        self, kind: int, user: FakeUser, channel: FakeChannel, data: Json, message: FakeMessage | None = None
    ) -> FakeInteraction:
        """Make an interaction and tell the bot."""
        world, guild = self.world, self.world.guild_of(channel)
        if guild is not None and user.id not in guild.members:
            raise NotPossible(f"{user.username} is not in {guild.name}")
        number = world.snowflakes.make()
        token = base64.urlsafe_b64encode(f"interaction:{number}:{number * 6}".encode()).decode().rstrip("=")
        interaction = FakeInteraction(number, token, kind, user, channel, guild, world.now(), data, message)
        world.interactions[token] = interaction
        world.tell("interaction", interaction)
        world.sessions.dispatch("INTERACTION_CREATE", self._raw(interaction), channel.guild_id)
        return interaction

    def _raw(self, interaction: FakeInteraction) -> Json:
        world, guild, channel, user = self.world, interaction.guild, interaction.channel, interaction.user
        raw: Json = {
            "id": interaction.id, "application_id": world.application_id, "type": interaction.type,
            "token": interaction.token, "version": 1, "data": interaction.data, "channel_id": channel.id,
            "locale": user.locale, "attachment_size_limit": ATTACHMENT_LIMIT,
            "entitlements": [
                one.payload() for one in world.entitlements.values()
                if (user.id == one.user_id or (one.guild_id and one.guild_id == channel.guild_id))
                and not one.deleted and not 0 < one.ends_at <= world.now()
            ],
        }  # fmt: skip
        if interaction.message is not None:
            raw["message"] = interaction.message.payload(world.bot_id)
        return raw | (self._in_guild(guild, channel, user) if guild is not None else self._direct(channel, user))

    def _in_guild(self, guild: FakeGuild, channel: FakeChannel, user: FakeUser) -> Json:
        now = self.world.now()
        bits = str(guild.permissions(user.id, channel, now))
        return {
            "guild_id": guild.id, "guild_locale": "en-US", "context": 0,
            "guild": {"id": guild.id, "locale": "en-US", "features": list(guild.features)},
            "member": guild.members[user.id].payload() | {"permissions": bits},
            "channel": channel.payload() | {"permissions": bits},
            "app_permissions": str(guild.permissions(self.world.bot_id, channel)),
            "authorizing_integration_owners": {"0": guild.id},
        }  # fmt: skip

    def _direct(self, channel: FakeChannel, user: FakeUser) -> Json:
        owners: dict[str, Any] = {"0": "0"}
        return {
            "user": user.payload(), "channel": channel.payload(), "context": 1, "app_permissions": "562949953601536",
            "authorizing_integration_owners": owners,
        }  # fmt: skip
