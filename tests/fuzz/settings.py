"""The configuration: TOML as somebody wrote it, and the same as a tree."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from coterie.adapters.discord.config import DiscordConfig
from coterie.adapters.sandbox.config import SandboxConfig
from coterie.adapters.telegram.config import TelegramConfig
from coterie.core.config import Config, ConfigError, Problem, Settings, load
from coterie.plugins.access import Access
from coterie.plugins.checkin import CheckIn
from coterie.plugins.gate import Gate
from coterie.plugins.levels import Levels
from coterie.plugins.members import Members
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.tipjar import TipJar
from coterie.plugins.wallet import Wallet
from tests.fuzz.checks import attempted
from tests.fuzz.target import object_of, target

_PLUGINS: Final[dict[str, type[Config]]] = {
    each.name: each.config for each in (Access, CheckIn, Gate, Levels, Members, RedPacket, TipJar, Wallet)
}
_ADAPTERS: Final[dict[str, type[Config]]] = {
    "discord": DiscordConfig,
    "sandbox": SandboxConfig,
    "telegram": TelegramConfig,
}
_ENVIRONMENT: Final = {"TOKEN": "123456:AbC", "SECRET": "x" * 64, "EMPTY": ""}
_KEYS: Final = (
    *("coterie", "adapters", "plugins", "communities", "main", "enabled", "name", "database", "locale", "timezone"),
    *(
        "day_start",
        "web",
        "host",
        "port",
        "log",
        "level",
        "secret",
        "retention",
        "rights",
        "currencies",
        "token",
        "env",
    ),
    *("file", "spaces", "operators", "platform", "id", "title", "access", "targets", "space", "role", "webhook", "url"),
    *(
        "telegram",
        "discord",
        "sandbox",
        "wallet",
        "levels",
        "zh-Hans",
        "Asia/Shanghai",
        "04:00",
        "24:00",
        "30d",
        "TOKEN",
    ),
    *("sqlite:///x.db", "postgresql://u:p@h/n", "telegram:123456789", "mode", "polling", "shards", "count", "here"),
)


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="coterie-fuzz-")


def _problems(error: ConfigError | None) -> Sequence[Problem]:
    """What is wrong: at least something, and all of it can be shown."""
    if error is None:
        return ()
    assert error.problems
    str(error).encode()
    return error.problems


_CONFIG: Final = (
    *_KEYS,
    *("[", "]", "[[", "]]", " = ", "{ ", " }", '"', '"""', "'", "\n", "#", ".", "1e999", "inf"),
)


@target("config", "text", *_CONFIG, examples=50)
def read_file(data: bytes) -> None:
    """A file is settings, or a :class:`ConfigError` with lines that the file has."""
    file = Path(_folder().name, "plugins.toml")
    file.write_bytes(data)
    _, error = attempted(lambda: load(file, _PLUGINS, _ADAPTERS, _ENVIRONMENT), ConfigError)
    lines = data.count(b"\n") + data.count(b"\r") + 1
    for problem in _problems(error):
        assert problem.line is None or 1 <= problem.line <= lines


@target("config-tree", "json", *_KEYS, examples=50)
def read_tree(data: bytes) -> None:
    """A document is settings or a :class:`ConfigError`."""
    document: dict[str, Any] = object_of(data)
    _, error = attempted(lambda: Settings.of(document, _PLUGINS, _ADAPTERS, _ENVIRONMENT), ConfigError)
    _problems(error)
