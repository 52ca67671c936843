"""What becomes of the gateway's connections and sessions, and events of any shape."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from coterie.adapters.discord.fake.commanding import Commanding
from coterie.adapters.discord.fake.gateway import Connection, Gateway

if TYPE_CHECKING:
    from coterie.adapters.discord.fake.sessions import Session


class Wires(Commanding):
    """Dropping, ending, repeating."""

    _gateway: Gateway

    def drops(self, code: int = 4000) -> None:
        """Close every connection with a code; 0 cuts it as a broken network does.  The sessions live on."""
        if code == 0:
            self._gateway.cut()
            return
        for connection in self._connections():
            connection.shut(code)

    def invalidates(self, *, resumable: bool = False) -> None:
        """Tell every session that it is invalid (op 9); unless it is ``resumable`` it is gone."""
        for connection, session in self._talking():
            if not resumable:
                self.world.sessions.end(session)
            connection.tell(9, resumable)

    def asks_to_reconnect(self) -> None:
        """Ask every client to connect anew and resume (op 7)."""
        for connection in self._connections():
            connection.tell(7)

    def asks_for_heartbeat(self) -> None:
        """Ask every client for a heartbeat at once (op 1)."""
        for connection in self._connections():
            connection.tell(1)

    def forgets_sessions(self) -> None:
        """Forget every session: who resumes has to begin anew."""
        self.world.sessions.known.clear()

    def replays(self, count: int = 1) -> None:
        """Send the newest events again, with the numbers that they had."""
        for connection, session in self._talking():
            for frame in self.world.sessions.latest(session, count):
                connection.push(frame)

    def sends(self, kind: str, data: object) -> None:
        """Send every session an event with this data, however odd, whatever its intents.

        Raises :class:`TypeError` for what is no JSON.
        """
        json.dumps(data)
        for session in self.world.sessions.live:
            self.world.sessions.put(session, kind, data)

    def _connections(self) -> list[Connection]:
        return list(self._gateway.connections)

    def _talking(self) -> list[tuple[Connection, Session]]:
        return [(one, one.session) for one in self._connections() if one.session is not None]
