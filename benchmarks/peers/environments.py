"""A virtual environment for each peer, made at the first use and again when what it needs has changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PEERS: Final = ROOT / "build" / "peers"
PATIENCE: Final = 900
"""Seconds that an installation may take."""
STORE: Final = ("sqlalchemy[asyncio]==2.1.9", "aiosqlite==0.22.1")
"""What the bots of all four communities keep their data with."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A framework: what it is called, the module that speaks for it, what pip is to install, and its wire."""

    name: str
    module: str
    needs: tuple[str, ...]
    wire: str

    @property
    def title(self) -> str:
        """The framework and its version."""
        return f"{self.name} {self.needs[0].partition('==')[2]}"

    @property
    def folder(self) -> Path:
        """Where its environment is."""
        return PEERS / self.module.removeprefix("on_")


ALL: Final = (
    Peer("python-telegram-bot", "on_telegram", ("python-telegram-bot==22.8",), "Telegram"),
    Peer("aiogram", "on_aiogram", ("aiogram==3.31.0",), "Telegram"),
    Peer("NoneBot2", "on_nonebot", ("nonebot2==2.5.0", "nonebot-adapter-telegram==0.1.0b20"), "Telegram"),
    Peer("discord.py ext.commands", "on_discord", ("discord.py==2.7.1", "orjson>=3.11"), "Discord"),
)


@dataclass(frozen=True, slots=True)
class Absent(Exception):
    """A peer that cannot be installed here, and what pip said."""

    peer: Peer
    reason: str


def python_of(peer: Peer) -> Path:
    """The interpreter of a peer's environment; raises :class:`Absent` where its packages are not to be had."""
    python, stamp = peer.folder / "bin" / "python", peer.folder / "installed.txt"
    wanted = "\n".join((sys.version, *peer.needs, *STORE))
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    peer.folder.mkdir(parents=True, exist_ok=True)
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(peer.folder)],
        [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *peer.needs, *STORE],
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Absent(peer, str(error)) from error
        if done.returncode:
            raise Absent(peer, reason_in(done.stderr))
    stamp.write_text(wanted)
    return python


def reason_in(output: str) -> str:
    """The line of pip's complaint that says what was missing."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip gave no reason"])[-1].removeprefix("ERROR: ")


def installed() -> Iterator[tuple[Peer, Path | Absent]]:
    """Each peer with its interpreter, or why it has none."""
    for peer in ALL:
        try:
            yield peer, python_of(peer)
        except Absent as absent:
            yield peer, absent
