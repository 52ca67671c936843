"""The place where it happens: a configuration, a crowd in the town's state file, and `coterie run` in front of them."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from coterie.adapters.sandbox.state import MessageLine, PersonLine, RoomLine
from tests.cli_kit import Running
from tests.killing.process import Process, surroundings

ROOMS: Final = 10
FUNDS: Final = 10**9
PEOPLE: Final = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that the bot said: where, to whom (everybody if empty), and its words."""

    room: str
    to: str
    words: str


class Scene:
    """One database and one town; processes come and go in front of them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.state = folder / "town.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        rooms = ", ".join(f'"r{number}"' for number in range(ROOMS))
        (folder / "plugins.toml").write_text(
            f'[coterie]\ndatabase = "{url}"\nweb = {{ host = "127.0.0.1", port = 0 }}\nlog = {{ level = "warning" }}\n'
            f'[adapters.sandbox]\nstate = "{self.state}"\npeople = ["m0"]\noperators = []\nrooms = [{rooms}]\n'
            "[plugins.redpacket]\nmax_shares = 2000\n[plugins.crowd]\n",
            encoding="utf-8",
        )
        lines = [PersonLine(f"m{number}", f"M{number}", "sandbox") for number in range(PEOPLE)]
        places = [RoomLine(f"r{number}") for number in range(ROOMS)]
        self.state.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in [*lines, *places]))
        self._environment = surroundings(folder)
        self._heard: dict[str, Said] = {}

    def running(self) -> Running:
        """`coterie run`, ready when it is entered."""
        return Running(["run", "-c", "plugins.toml"], self.folder, self._environment)

    def brief_run(self, seconds: float) -> None:
        """A process that is killed so long after it was started, ready or not."""
        with Process(self.folder, self._environment):
            time.sleep(seconds)

    def listen(self) -> None:
        """Note what was said, before a later run tidies it away."""
        for line in self.state.read_bytes().splitlines():
            if b'"type":"message"' in line[:20]:
                try:
                    message = msgspec.json.decode(line, type=MessageLine).message
                except msgspec.DecodeError:
                    continue  # torn off by the kill
                if message.author == "bot":
                    self._heard[message.id] = Said(message.room, message.private_to or "", message.shown())

    def heard(self, pattern: str) -> Counter[tuple[str, str]]:
        """How often a pattern was said, by whom it was for (or the room) and its first group."""
        found: Counter[tuple[str, str]] = Counter()
        for said in self._heard.values():
            match = re.search(pattern, said.words)
            if match is not None:
                found[said.to or said.room, match[1] if match.groups() else ""] += 1
        return found
