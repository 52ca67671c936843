"""The menu: Coterie's commands as Discord's own, with their options, told only when Discord has others.

Making a command that is not there counts against 200 a day (an overwrite that changes nothing does not, but a bot that
restarts in a loop would ask for nothing all day long).  So what Discord has is read first, and written over only where
it differs.  Commands of single guilds are left alone; so are those of other types, which are given back as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, Protocol

import msgspec

from coterie.adapters.discord.commands import CHAT_INPUT, entries
from coterie.core.platform import CommandMenu, PlatformError

log = logging.getLogger(__name__)

_PATH: Final = "/applications/{application_id}/commands"
_OWN: Final = ("application_id", "guild_id", "version", "name_localized", "description_localized")
"""What Discord adds to a command of its own accord."""


class Caller(Protocol):
    """What the menu needs of :class:`coterie.adapters.discord.calls.Calls`."""

    async def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        ids: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Any:
        """The decoded answer to a request; raises a :class:`PlatformError`."""


class Menu:
    """Publishes commands; what Discord shows already is not sent again."""

    def __init__(self, calls: Caller, application_id: str) -> None:
        self._calls = calls
        self._ids = {"application_id": application_id}
        self._shown: bytes | None = None

    async def sync(self, commands: Sequence[CommandMenu]) -> bool:
        """Show these commands; returns whether Discord shows them now, and never raises for what it says.

        After a failure the next call tries again; after a success it asks nothing as long as the commands are the same.
        """
        wanted = entries(commands)
        print_ = fingerprint(wanted)
        if not wanted or self._shown == print_:
            return True
        try:
            present = await self._calls.call("GET", _PATH, ids=self._ids, params={"with_localizations": "true"})
            given = [each for each in present if isinstance(each, dict)] if isinstance(present, list) else []
            if fingerprint([each for each in given if each.get("type", CHAT_INPUT) == CHAT_INPUT]) != print_:
                await self._calls.call("PUT", _PATH, [*wanted, *_others(given)], ids=self._ids)
        except PlatformError as error:
            log.warning("the commands could not be shown: %s", error.reason)
            return False
        self._shown = print_
        return True


def _others(given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Commands of menus and the door to an activity: a list without them would take them away."""
    return [
        {key: value for key, value in each.items() if key not in _OWN}
        for each in given
        if each.get("type", CHAT_INPUT) != CHAT_INPUT
    ]


def fingerprint(commands: Sequence[Mapping[str, Any]]) -> bytes:
    """The same for commands that do not differ for a member, in whatever order and with whatever is the default."""
    normal = sorted((_normal(each) for each in commands), key=lambda each: str(each["name"]))
    return sha256(msgspec.json.encode(normal, order="deterministic")).digest()


def _normal(command: Mapping[str, Any]) -> dict[str, Any]:
    permissions = command.get("default_member_permissions")
    return {
        "name": command.get("name"),
        "description": command.get("description"),
        "languages": command.get("description_localizations") or {},
        "names": command.get("name_localizations") or {},
        "permissions": None if permissions is None else str(permissions),
        "contexts": sorted(command.get("contexts") or ()),
        "installs": sorted(command.get("integration_types") or (0,)),
        "nsfw": bool(command.get("nsfw")),
        "options": [_normal_option(option) for option in command.get("options") or ()],
    }


def _normal_option(option: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": option.get("name"),
        "description": option.get("description"),
        "type": option.get("type"),
        "languages": option.get("description_localizations") or {},
        "required": bool(option.get("required")),
        "autocomplete": bool(option.get("autocomplete")),
        "bounds": [option.get(bound) for bound in ("min_value", "max_value", "min_length", "max_length")],
        "choices": [[choice.get("name"), choice.get("value")] for choice in option.get("choices") or ()],
    }


__all__ = ["Caller", "Menu", "fingerprint"]
