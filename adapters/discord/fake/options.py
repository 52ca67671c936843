"""How a command's options travel: by type, with what they name beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from coterie.adapters.discord.fake.errors import Json, NotPossible
from coterie.adapters.discord.fake.model import FakeChannel, FakeMessage, FakeRole, FakeUser
from coterie.adapters.discord.fake.things import FakeCommand

if TYPE_CHECKING:
    from coterie.adapters.discord.fake.places import Places

PART, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(1, 11)
ENTITIES: Final = {USER: "user", CHANNEL: "channel", ROLE: "role", MENTIONABLE: "mentionable"}


class Resolved:
    """What an interaction names: people, roles and channels, as Discord lists them beside it."""

    def __init__(self, acts: Places, guild_id: str) -> None:
        self._acts = acts
        self._guild = acts.world.guilds.get(guild_id)
        self.raw: Json = {}

    def take(self, kind: str, value: object) -> str:
        """Note what is named (``user``, ``role``, ``channel``, ``mentionable``), and return its id."""
        if isinstance(value, FakeRole) or kind == "role":
            return self._role(value)
        if kind == "channel":
            return self._channel(value)
        if kind == "mentionable" and self._guild is not None and value in self._guild.roles:
            return self._role(value)
        return self._user(value)

    def _user(self, value: object) -> str:
        user = self._acts.person(value if isinstance(value, FakeUser) else str(value))
        self.raw.setdefault("users", {})[user.id] = user.payload()
        if self._guild is not None and user.id in self._guild.members:
            member = self._guild.members[user.id].payload(user=False)
            bits = str(self._guild.permissions(user.id))
            self.raw.setdefault("members", {})[user.id] = member | {"permissions": bits}
        return user.id

    def _role(self, value: object) -> str:
        assert self._guild is not None
        role = value if isinstance(value, FakeRole) else self._guild.roles[str(value)]
        self.raw.setdefault("roles", {})[role.id] = role.payload()
        return role.id

    def _channel(self, value: object) -> str:
        channel = self._acts.channel(value if isinstance(value, FakeChannel) else str(value))
        self.raw.setdefault("channels", {})[channel.id] = channel.payload() | {"permissions": "0"}
        return channel.id

    def message(self, message: FakeMessage) -> str:
        """Note a message, and return its id."""
        self.raw.setdefault("messages", {})[message.id] = message.payload(self._acts.world.bot_id)
        return message.id


def command_data(
    acts: Places,
    guild_id: str,
    name: str,
    options: Mapping[str, object],
    *,
    focused: str = "",
    target: FakeUser | FakeMessage | str | None = None,
) -> Json:
    """The ``data`` of an interaction with a command."""
    resolved = Resolved(acts, guild_id)
    words = name.split() if target is None else [name]
    kind = 1 if target is None else 2 if isinstance(target, FakeUser) else 3
    command = _command(acts, guild_id, words[0], kind)
    data: Json = {"id": command.id if command else acts.world.snowflakes.make(), "name": words[0], "type": kind}
    if command is not None and command.guild_id:
        data["guild_id"] = command.guild_id
    if target is not None:
        data["target_id"] = (
            resolved.take("user", target) if isinstance(target, FakeUser) else resolved.message(acts.message(target))
        )
    defined, inner = _defined(command, words[1:])
    inside = [_option(resolved, defined, key, value, focused) for key, value in options.items()]
    if defined is not None:
        _check(defined, inside, complete=not focused)
    for depth, word in reversed(list(enumerate(words[1:]))):
        part = PART if depth == len(words) - 2 else GROUP
        inside = [{"type": part, "name": word, "options": inside}]
    if inside or inner:
        data["options"] = inside
    return data | ({"resolved": resolved.raw} if resolved.raw else {})


def _command(acts: Places, guild_id: str, name: str, kind: int) -> FakeCommand | None:
    for command in acts.world.commands_at(guild_id):
        if (command.name, command.type) == (name, kind):
            return command
    return None


def _defined(command: FakeCommand | None, words: list[str]) -> tuple[list[Json] | None, bool]:
    """The options that a command, or a part of one, is defined with; None when nothing is known of it."""
    if command is None:
        return None, bool(words)
    options: list[Json] = list(command.body.get("options") or ())
    for word in words:
        part = next((one for one in options if one["name"] == word and one["type"] in (PART, GROUP)), None)
        if part is None:
            raise NotPossible(f"{command.name} has no part {word}")
        options = list(part.get("options") or ())
    if any(one["type"] in (PART, GROUP) for one in options):
        raise NotPossible(f"{command.name} is called by one of its parts")
    return options, bool(words)


def _option(resolved: Resolved, defined: list[Json] | None, name: str, value: object, focused: str) -> Json:
    known = next((one for one in defined or () if one["name"] == name), None)
    if defined is not None and known is None:
        raise NotPossible(f"there is no option {name}")
    kind = int(known["type"]) if known is not None else _guess(value)
    if name == focused:
        return {"name": name, "type": kind, "value": str(value), "focused": True}
    if kind in ENTITIES:
        return {"name": name, "type": kind, "value": resolved.take(ENTITIES[kind], value)}
    return {"name": name, "type": kind, "value": value}


def _guess(value: object) -> int:
    for kind, number in ((bool, BOOLEAN), (int, INTEGER), (float, NUMBER), (FakeUser, USER), (FakeRole, ROLE)):
        if isinstance(value, kind):
            return number
    return CHANNEL if isinstance(value, FakeChannel) else STRING


def _check(defined: list[Json], given: list[Json], *, complete: bool) -> None:
    values = {one["name"]: one["value"] for one in given if not one.get("focused")}
    for option in defined:
        name = option["name"]
        if name not in values:
            if complete and option.get("required"):
                raise NotPossible(f"{name} is required")
            continue
        _check_value(option, values[name])


def _check_value(option: Json, value: object) -> None:
    name, kind = option["name"], option["type"]
    wanted = {STRING: str, INTEGER: int, BOOLEAN: bool, NUMBER: int | float}.get(kind)
    if wanted is not None and (not isinstance(value, wanted) or (isinstance(value, bool) and kind != BOOLEAN)):
        raise NotPossible(f"{name} is of another type")
    choices = [choice["value"] for choice in option.get("choices") or ()]
    if choices and value not in choices:
        raise NotPossible(f"{name} is none of its choices")
    size = len(value) if isinstance(value, str) else value
    low, high = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    if kind in ENTITIES or not isinstance(size, int | float):
        return
    if not option.get(low, size) <= size <= option.get(high, size):
        raise NotPossible(f"{name} is out of its range")
