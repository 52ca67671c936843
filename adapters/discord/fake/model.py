"""What there is: people, channels and messages; servers are in ``guilds``, the rest in ``things``.

Ids are decimal strings, times are seconds of Unix time.  ``payload()`` gives each as Discord writes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.people import (
    ADMINISTRATOR,
    ALL,
    ORDINARY,
    VIEW,
    FakeEmoji,
    FakeMember,
    FakeOverwrite,
    FakeRole,
    FakeUser,
)
from coterie.adapters.discord.fake.snowflakes import iso, made_at
from coterie.adapters.discord.fake.things import (
    FakePoll,
)

THREADS: Final = frozenset({10, 11, 12})
"""The types of channels that are threads."""
EPHEMERAL: Final = 1 << 6
LOADING: Final = 1 << 7


@dataclass(slots=True)
class FakeReaction:
    """One emoji under a message (``{"id": None, "name": "🔥"}``), and whose it is in order."""

    emoji: Json
    users: list[str] = field(default_factory=list)

    def payload(self, me: str) -> Json:
        """The reaction as Discord writes it for ``me``."""
        return {
            "emoji": self.emoji, "count": len(self.users), "count_details": {"burst": 0, "normal": len(self.users)},
            "me": me in self.users, "me_burst": False, "burst_colors": [],
        }  # fmt: skip


@dataclass(slots=True)
class FakeMessage:
    """A message as it stands now.  ``edits`` counts how often it was changed; ``extra`` holds further fields by
    Discord's names (``interaction_metadata``, ``message_snapshots``).
    """

    id: str
    channel: FakeChannel
    author: FakeUser
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    flags: int = 0
    type: int = 0
    mentions: list[FakeUser] = field(default_factory=list)
    mention_roles: list[str] = field(default_factory=list)
    mention_everyone: bool = False
    pinned: bool = False
    tts: bool = False
    nonce: str | int | None = None
    reactions: dict[str, FakeReaction] = field(default_factory=dict)
    poll: FakePoll | None = None
    reply_to: FakeMessage | None = None
    reference: Json | None = None
    thread: FakeChannel | None = None
    webhook_id: str = ""
    application_id: str = ""
    edited_at: float = 0
    edits: int = 0
    deleted: bool = False
    own: bool = False
    """Whether the bot sent it."""
    seen_by: str = ""
    """The only person who sees it, when it is ephemeral."""
    extra: Json = field(default_factory=dict)

    @property
    def buttons(self) -> list[Json]:
        """The components with a ``custom_id`` or an address, row after row, at any depth."""
        return [one for one in walk(self.components) if one.get("type") in (2, 3, 5, 6, 7, 8)]

    def payload(self, me: str = "") -> Json:
        """The message as Discord writes it for ``me`` (a user id), without ``guild_id`` and ``member``."""
        raw: Json = {
            "id": self.id, "channel_id": self.channel.id, "author": self.author.payload(), "content": self.content,
            "timestamp": iso(made_at(self.id)), "edited_timestamp": iso(self.edited_at) if self.edited_at else None,
            "tts": self.tts, "mention_everyone": self.mention_everyone, "mention_roles": list(self.mention_roles),
            "mentions": [user.payload() for user in self.mentions], "attachments": list(self.attachments),
            "embeds": list(self.embeds), "components": list(self.components), "pinned": self.pinned,
            "type": self.type, "flags": self.flags,
        }  # fmt: skip
        if self.reactions:
            raw["reactions"] = [one.payload(me) for one in self.reactions.values()]
        if self.poll is not None:
            raw["poll"] = self.poll.payload(me)
        if self.reference is not None:
            raw["message_reference"] = self.reference
        if self.type == 19:
            there = self.reply_to is not None and not self.reply_to.deleted
            raw["referenced_message"] = self.reply_to.answered_payload(me) if there and self.reply_to else None
        if self.thread is not None:
            raw["thread"] = self.thread.payload()
        for name in ("nonce", "webhook_id", "application_id"):
            if getattr(self, name):
                raw[name] = getattr(self, name)
        return raw | self.extra

    def answered_payload(self, me: str) -> Json:
        """The message as one that is replied to carries it: no deeper than that."""
        raw = self.payload(me)
        raw.pop("referenced_message", None)
        return raw


@dataclass(slots=True)
class FakeChannel:
    """A channel, thread or direct chat.  ``messages`` has all that was ever posted, deleted ones too.

    ``extra`` holds further fields by Discord's names (``available_tags``, ``applied_tags``, ``nsfw``).
    """

    id: str
    type: int
    guild_id: str = ""
    name: str = ""
    topic: str | None = None
    parent_id: str | None = None
    position: int = 0
    overwrites: list[FakeOverwrite] = field(default_factory=list)
    messages: list[FakeMessage] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    slowmode: int = 0
    recipient: FakeUser | None = None
    owner_id: str = ""
    archived: bool = False
    locked: bool = False
    auto_archive: int = 1440
    archive_changed: float = 0
    members: dict[str, float] = field(default_factory=dict)
    """Who is in a thread, since when."""
    deleted: bool = False
    extra: Json = field(default_factory=dict)

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread."""
        return self.type in THREADS

    @property
    def shown(self) -> list[FakeMessage]:
        """The messages that everybody there sees, oldest first: neither deleted nor ephemeral."""
        return [message for message in self.messages if not message.deleted and not message.seen_by]

    def message(self, message_id: str) -> FakeMessage | None:
        """The message with this id, if it is there and not deleted; ephemeral ones too."""
        found = (one for one in reversed(self.messages) if one.id == message_id and not one.deleted)
        return next(found, None)

    def payload(self) -> Json:
        """The channel as Discord writes it."""
        seen = (message.id for message in reversed(self.messages) if not message.deleted and not message.seen_by)
        raw: Json = {"id": self.id, "type": self.type, "last_message_id": next(seen, None), "flags": 0}
        if self.recipient is not None:
            return raw | {"recipients": [self.recipient.payload()]}
        raw |= {
            "guild_id": self.guild_id, "name": self.name, "parent_id": self.parent_id,
            "rate_limit_per_user": self.slowmode,
        }  # fmt: skip
        if self.is_thread:
            return raw | self._thread() | self.extra
        return raw | {
            "topic": self.topic, "position": self.position, "nsfw": False,
            "permission_overwrites": [one.payload() for one in self.overwrites],
        } | self.extra  # fmt: skip

    def _thread(self) -> Json:
        made = made_at(self.id)
        return {
            "owner_id": self.owner_id, "message_count": len(self.shown), "total_message_sent": len(self.messages),
            "member_count": min(50, len(self.members)),
            "thread_metadata": {
                "archived": self.archived, "locked": self.locked, "auto_archive_duration": self.auto_archive,
                "archive_timestamp": iso(self.archive_changed or made), "create_timestamp": iso(made),
                "invitable": True,
            },
        }  # fmt: skip

    def thread_member(self, user_id: str) -> Json:
        """Somebody's membership of a thread as Discord writes it."""
        return {"id": self.id, "user_id": user_id, "join_timestamp": iso(self.members[user_id]), "flags": 0}


def walk(components: list[Json]) -> list[Json]:
    """Every component, those inside others too, in order."""
    found: list[Json] = []
    for one in components:
        found.append(one)
        inside = list(one.get("components", ()))
        inside += [one[name] for name in ("component", "accessory") if isinstance(one.get(name), dict)]
        found += walk(inside)
    return found


__all__ = [
    "ADMINISTRATOR",
    "ALL",
    "EPHEMERAL",
    "LOADING",
    "ORDINARY",
    "THREADS",
    "VIEW",
    "FakeChannel",
    "FakeEmoji",
    "FakeMember",
    "FakeMessage",
    "FakeOverwrite",
    "FakeReaction",
    "FakeRole",
    "FakeUser",
    "walk",
]
