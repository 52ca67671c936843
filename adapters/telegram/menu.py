"""The menu: Coterie's commands in Telegram's own list, for everybody and for administrators, in each language."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec
from telegram.constants import BotCommandLimit, BotCommandScopeType

from coterie.adapters.telegram.ports import Caller
from coterie.core.platform import CommandMenu, PlatformError

log = logging.getLogger(__name__)

LANGUAGES: Final = (("", "en"), ("zh", "zh-Hans"))
"""Telegram's language code (empty: all others) and the core's locale; Telegram knows one kind of Chinese."""
_SCOPES: Final = (
    (str(BotCommandScopeType.DEFAULT), frozenset({"member"})),
    (str(BotCommandScopeType.ALL_CHAT_ADMINISTRATORS), frozenset({"member", "operator"})),
)
_NAME: Final = re.compile(rf"[a-z0-9_]{{{BotCommandLimit.MIN_COMMAND:d},{BotCommandLimit.MAX_COMMAND:d}}}")


class Menu:
    """Publishes commands; what Telegram shows already is not sent again."""

    def __init__(self) -> None:
        self._wanted: tuple[CommandMenu, ...] = ()
        self._shown: dict[tuple[str, str], bytes] = {}

    def want(self, commands: Sequence[CommandMenu]) -> None:
        """The commands that the next :meth:`publish` is to show."""
        self._wanted = tuple(commands)

    async def publish(self, calls: Caller) -> bool:
        """Show the wanted commands; returns whether all of it went well, and never raises for what Telegram says."""
        if not self._wanted:
            return True
        well = True
        for scope, levels in _SCOPES:
            for language, locale in LANGUAGES:
                listed = entries((command for command in self._wanted if command.level in levels), locale)
                well = await self._put(calls, scope, language, listed) and well
        return well

    async def _put(self, calls: Caller, scope: str, language: str, listed: list[dict[str, str]]) -> bool:
        fingerprint = sha256(msgspec.json.encode(listed)).digest()
        if self._shown.get((scope, language)) == fingerprint:
            return True
        wanted: dict[str, Any] = {"commands": listed, "scope": {"type": scope}, "language_code": language}
        try:
            await calls.call("setMyCommands", wanted)
        except PlatformError as error:
            log.warning("the menu of commands could not be shown (%s, %r): %s", scope, language, error.reason)
            return False
        self._shown[scope, language] = fingerprint
        return True


def entries(commands: Iterable[CommandMenu], locale: str) -> list[dict[str, str]]:
    """Commands as Telegram lists them: at most 100, ``-`` shown as ``_``, those with other signs left out."""
    found: dict[str, dict[str, str]] = {}
    for command in commands:
        name = command.name.replace("-", "_")
        if _NAME.fullmatch(name):
            found.setdefault(name, {"command": name, "description": _described(command, locale)})
    return list(found.values())[: int(BotCommandLimit.MAX_COMMAND_NUMBER)]


def _described(command: CommandMenu, locale: str) -> str:
    said = (command.description.get(locale) or command.description.get("en") or "").strip()
    text = " ".join((said or command.usage or command.name).split())
    most = int(BotCommandLimit.MAX_DESCRIPTION)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


__all__ = ["LANGUAGES", "Menu", "entries"]
