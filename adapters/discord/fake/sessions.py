"""Sessions of the gateway: what each wants to hear, what it was sent, and what can be sent again."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import discord

from coterie.adapters.discord.fake.errors import Json

if TYPE_CHECKING:
    from coterie.adapters.discord.fake.state import State

_FLAGS: Final = discord.Intents.VALID_FLAGS
EVERY_INTENT: Final = discord.Intents.all().value
PRIVILEGED: Final = _FLAGS["members"] | _FLAGS["presences"] | _FLAGS["message_content"]
MEMBERS: Final = _FLAGS["members"]
GUILDS: Final = _FLAGS["guilds"]
PRESENCES: Final = _FLAGS["presences"]
MESSAGE_CONTENT: Final = _FLAGS["message_content"]
BUFFER: Final = 5_000
"""Events that a session keeps for a resume."""
SURVIVES: Final = 180.0
"""Seconds that a session lives without a connection."""
CONTENT: Final[Mapping[str, object]] = {"content": "", "embeds": [], "attachments": [], "components": []}
"""What is left of a message without the intent for its content."""
INTENTS: Final[tuple[tuple[str, str, str], ...]] = (
    ("GUILD_MEMBER_", "members", ""),
    ("GUILD_BAN_", "moderation", ""),
    ("GUILD_AUDIT_LOG_ENTRY_", "moderation", ""),
    ("GUILD_EMOJIS_", "expressions", ""),
    ("GUILD_INTEGRATIONS_", "integrations", ""),
    ("WEBHOOKS_", "webhooks", ""),
    ("INVITE_", "invites", ""),
    ("VOICE_", "voice_states", ""),
    ("PRESENCE_", "presences", ""),
    ("MESSAGE_REACTION_", "guild_reactions", "dm_reactions"),
    ("MESSAGE_POLL_", "guild_polls", "dm_polls"),
    ("MESSAGE_", "guild_messages", "dm_messages"),
    ("TYPING_", "guild_typing", "dm_typing"),
    ("GUILD_SCHEDULED_EVENT_", "guild_scheduled_events", ""),
    ("AUTO_MODERATION_RULE_", "auto_moderation_configuration", ""),
    ("AUTO_MODERATION_ACTION_", "auto_moderation_execution", ""),
    ("THREAD_MEMBERS_", "guilds", ""),
    ("THREAD_", "guilds", ""),
    ("CHANNEL_", "guilds", ""),
    ("GUILD_ROLE_", "guilds", ""),
)
"""Kinds of events by their beginning, and the intents that ask for them in servers and in direct chats."""
GUILD_KINDS: Final = frozenset({"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"})


class Line(Protocol):
    """A connection that a session has at the moment."""

    def push(self, frame: str) -> None:
        """Queue a frame."""


@dataclass(slots=True)
class Session:
    """One session: its shard, its intents, and the events that it was sent, newest last."""

    id: str
    shard: tuple[int, int]
    intents: int
    large_threshold: int
    sequence: int = 0
    buffer: deque[tuple[int, float, str]] = field(default_factory=deque)
    """The number of an event, when it was sent, and its frame."""
    forgotten: int = 0
    """The number of the newest event that is no longer kept."""
    line: Line | None = None
    lost_at: float = 0
    presence: Json = field(default_factory=dict)
    held: str | None = None
    """An event that waits for the next one to go first."""


class Sessions:
    """Every session of the bot.

    ``survives`` is how long one lives without a connection and how long its events are kept, in seconds of the server's
    clock; ``buffer`` is how many are kept; ``allowed`` has the intents that the application may ask for.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.known: dict[str, Session] = {}
        self.survives = SURVIVES
        self.buffer = BUFFER
        self.allowed = EVERY_INTENT
        self.resume_url = ""
        self._number = 0

    def open(self, shard: tuple[int, int], intents: int, large_threshold: int, line: Line) -> Session:
        """Begin a session."""
        self._number += 1
        session = Session(f"session{self._number:04}", shard, intents, large_threshold, line=line)
        self.known[session.id] = session
        return session

    def find(self, session_id: str) -> Session | None:
        """A session that lives."""
        self._bury()
        return self.known.get(session_id)

    def lost(self, session: Session, line: Line, *, ended: bool) -> None:
        """Note that a session's connection is gone; ``ended`` says that the client ended the session by that."""
        if session.line is not line:
            return
        session.line, session.lost_at = None, self._state.now()
        if ended:
            self.known.pop(session.id, None)
        self._state.wake()

    def end(self, session: Session) -> None:
        """End a session: it cannot be resumed."""
        self.known.pop(session.id, None)

    @property
    def live(self) -> list[Session]:
        """The sessions that have a connection."""
        return [session for session in self.known.values() if session.line is not None]

    def _bury(self) -> None:
        now = self._state.now()
        for session in list(self.known.values()):
            if session.line is None and now - session.lost_at > self.survives:
                del self.known[session.id]

    def of(self, guild_id: str = "") -> list[Session]:
        """The sessions of the shard that a server belongs to; that of what belongs to none is the first."""
        self._bury()
        return [one for one in self.known.values() if shard_of(guild_id, one.shard[1]) == one.shard[0]]

    def dispatch(self, kind: str, data: Json, guild_id: str = "") -> None:
        """Send an event to every session that wants it."""
        for session in self.of(guild_id):
            if self._wants(session, kind, data):
                self.put(session, kind, self._veiled(session, kind, data))

    def _wants(self, session: Session, kind: str, data: Json) -> bool:
        if kind in GUILD_KINDS:
            return bool(session.intents & GUILDS)
        if kind == "GUILD_MEMBER_UPDATE" and data.get("user", {}).get("id") == self._state.bot_id:
            return True
        for start, in_guild, direct in INTENTS:
            if kind.startswith(start):
                name = in_guild if "guild_id" in data or not direct else direct
                return bool(session.intents & _FLAGS[name])
        return True

    def _veiled(self, session: Session, kind: str, data: Json) -> Json:
        """A message without its content, when the session may not read it."""
        if session.intents & MESSAGE_CONTENT or kind not in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            return data
        bot = self._state.bot_id
        exempt = "guild_id" not in data or data.get("author", {}).get("id") == bot
        if exempt or any(user.get("id") == bot for user in data.get("mentions", ())):
            return data
        return {name: value for name, value in data.items() if name != "poll"} | dict(CONTENT)

    def put(self, session: Session, kind: str, data: object) -> None:
        """Send an event to one session, whatever its intents."""
        session.sequence += 1
        frame = json.dumps({"op": 0, "t": kind, "s": session.sequence, "d": data})
        now = self._state.now()
        session.buffer.append((session.sequence, now, frame))
        while len(session.buffer) > self.buffer or session.buffer[0][1] < now - self.survives:
            session.forgotten = session.buffer.popleft()[0]
        if session.line is not None:
            for one in self._mishandled(session, kind, frame):
                session.line.push(one)

    def _mishandled(self, session: Session, kind: str, frame: str) -> Iterator[str]:
        """The frames that go out in place of one, as the faults will have it."""
        faults = self._state.faults
        if kind in ("READY", "RESUMED"):
            yield frame
            return
        if session.held is None and faults.counted("reorders"):
            session.held = frame
            return
        yield frame
        if faults.counted("duplicates"):
            yield frame
        if session.held is not None:
            yield session.held
            session.held = None

    def after(self, session: Session, sequence: int) -> list[str] | None:
        """The events after a number, oldest first; None when some of them are no longer kept."""
        if sequence < session.forgotten:
            return None
        return [frame for number, _, frame in session.buffer if number > sequence]

    def latest(self, session: Session, count: int) -> list[str]:
        """The newest events as they were sent."""
        return [frame for _, _, frame in list(session.buffer)[-count:]] if count > 0 else []


def shard_of(guild_id: str, count: int) -> int:
    """The shard that a server's events go to; those of no server go to the first."""
    return (int(guild_id) >> 22) % count if guild_id else 0
