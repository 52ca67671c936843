"""What everybody saw, in the order in which it happened."""

from __future__ import annotations

from coterie.core.testing.people import BOT, SYSTEM, Message, plain
from coterie.core.testing.sight import printable
from coterie.core.testing.stage import Stage


class Transcript:
    """Listens to a town and writes down every change as a line."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._known: set[str] = set()
        self._lines: list[str] = []
        stage.listeners.append(self._heard)

    def note(self, words: str) -> None:
        """Write down what no message tells, such as the passing of time."""
        self._lines.append(f"-- {words} --")

    def __str__(self) -> str:
        return printable("\n".join(self._lines))

    def _heard(self, message: Message | None) -> None:
        if message is None:
            return
        change = ""
        if message.deleted:
            change = " (deleted)"
        elif message.id in self._known:
            change = " (changed)"
        self._known.add(message.id)
        self._lines.append(
            f"{self._place(message)} {self._author(message)}{change}: {_indented(plain(message.shown()))}"
        )

    def _place(self, message: Message) -> str:
        room = self._stage.rooms[message.room]
        return f"dm {room.owner}" if room.owner else room.title

    def _author(self, message: Message) -> str:
        author = {BOT: "Coterie", SYSTEM: "*"}.get(message.author, message.author)
        private = message.private_to is not None and not self._stage.rooms[message.room].owner
        return f"{author} (only to {message.private_to})" if private else author


def _indented(words: str) -> str:
    return words.replace("\n", "\n    ")
