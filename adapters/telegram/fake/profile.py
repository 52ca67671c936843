"""What a bot can ask about itself and a chat, and its menu of commands."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from telegram.constants import BotCommandLimit

from coterie.adapters.telegram.fake import access
from coterie.adapters.telegram.fake.arguments import Args, Json
from coterie.adapters.telegram.fake.errors import bad
from coterie.adapters.telegram.fake.model import PERMISSIONS
from coterie.adapters.telegram.fake.rooms import Room, api
from coterie.adapters.telegram.fake.text import units

COMMAND: Final = re.compile(rf"[a-z0-9_]{{{BotCommandLimit.MIN_COMMAND.value},{BotCommandLimit.MAX_COMMAND.value}}}")
LANGUAGE: Final = re.compile(r"([a-z]{2})?")
SCOPES: Final = {
    "default": (), "all_private_chats": (), "all_group_chats": (), "all_chat_administrators": (),
    "chat": ("chat_id",), "chat_administrators": ("chat_id",), "chat_member": ("chat_id", "user_id"),
}  # fmt: skip


class Profile(Room):
    """Questions with simple answers."""

    @api("getMe")
    def get_me(self, args: Args) -> Json:
        """The bot itself."""
        return dict(self.world.bot)

    @api("getChat")
    def get_chat(self, args: Args) -> Json:
        """All about a chat."""
        chat = access.chat(self.world, args, "read")
        full = self.world.chat_raw(chat) | {
            "accent_color_id": 0, "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(
                ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
                False,
            ),
        }  # fmt: skip
        if chat.type in ("group", "supergroup"):
            full["permissions"] = dict.fromkeys(sorted(PERMISSIONS), True)
        pinned = chat.message(chat.pinned[-1]) if chat.pinned else None
        if pinned is not None:
            full["pinned_message"] = self.world.raw(pinned, reply=False)
        return full

    @api("setMyCommands")
    def set_commands(self, args: Args) -> bool:
        """Set the menu for a scope and a language."""
        commands = [self._command(raw) for raw in args.items("commands", "commands", "BotCommand")]
        if len(commands) > BotCommandLimit.MAX_COMMAND_NUMBER:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        self.world.commands[self._key(args)] = commands
        self.world.tell("commands", commands)
        return True

    @api("getMyCommands")
    def get_commands(self, args: Args) -> list[Json]:
        """The menu for a scope and a language; empty when none is set."""
        return self.world.commands.get(self._key(args), [])

    @api("deleteMyCommands")
    def delete_commands(self, args: Args) -> bool:
        """Take a menu away; users then see the one of the next wider scope."""
        self.world.commands.pop(self._key(args), None)
        return True

    def _command(self, raw: Any) -> Json:
        if not isinstance(raw, dict):
            raise bad("can't parse BotCommand: expected an Object")
        name, description = raw.get("command"), raw.get("description")
        if not isinstance(name, str) or not COMMAND.fullmatch(name.removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not isinstance(description, str) or not 1 <= units(description) <= BotCommandLimit.MAX_DESCRIPTION:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        return {"command": name.removeprefix("/"), "description": description}

    def _key(self, args: Args) -> tuple[str, str]:
        """The scope as JSON, and the language."""
        scope = args.object("scope", "BotCommandScope", "BotCommandScope must be an Object") or {"type": "default"}
        kind, language = scope.get("type"), args.text("language_code")
        if kind not in SCOPES:
            raise bad("can't parse BotCommandScope: Unsupported type specified")
        if not LANGUAGE.fullmatch(language):
            raise bad("LANG_CODE_INVALID")
        if "chat_id" in SCOPES[kind]:
            access.chat(self.world, Args({"chat_id": scope.get("chat_id")}), "read")
        return json.dumps({name: scope.get(name) for name in ("type", *SCOPES[kind])}), language
