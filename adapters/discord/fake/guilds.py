"""A server as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import discord

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.model import (
    ADMINISTRATOR,
    ALL,
    VIEW,
    FakeChannel,
    FakeEmoji,
    FakeMember,
    FakeRole,
)
from coterie.adapters.discord.fake.snowflakes import iso
from coterie.adapters.discord.fake.things import (
    FakeAuditEntry,
    FakeInvite,
    FakeJoinRequest,
    FakeRule,
    FakeScheduledEvent,
)

READ_HISTORY: Final = discord.Permissions.read_message_history.flag
MANAGE_THREADS: Final = discord.Permissions.manage_threads.flag
PRIVATE_THREAD: Final = 12
T = TypeVar("T", FakeRole, FakeChannel)


def _named(things: Iterable[T], name: str) -> T:
    for one in things:
        if one.name == name:
            return one
    raise LookupError(f"there is nothing named {name!r}")


@dataclass(slots=True)
class FakeGuild:
    """A server with all that is in it.  ``extra`` holds further fields by Discord's names."""

    id: str
    name: str
    owner_id: str
    roles: dict[str, FakeRole] = field(default_factory=dict)
    channels: dict[str, FakeChannel] = field(default_factory=dict)
    threads: dict[str, FakeChannel] = field(default_factory=dict)
    members: dict[str, FakeMember] = field(default_factory=dict)
    emojis: dict[str, FakeEmoji] = field(default_factory=dict)
    bans: dict[str, str] = field(default_factory=dict)
    """Reasons by user id."""
    invites: dict[str, FakeInvite] = field(default_factory=dict)
    events: dict[str, FakeScheduledEvent] = field(default_factory=dict)
    rules: dict[str, FakeRule] = field(default_factory=dict)
    requests: dict[str, FakeJoinRequest] = field(default_factory=dict)
    audit: list[FakeAuditEntry] = field(default_factory=list)
    features: list[str] = field(default_factory=list)
    unavailable: bool = False
    extra: Json = field(default_factory=dict)

    @property
    def everyone(self) -> FakeRole:
        """The role that everybody has."""
        return self.roles[self.id]

    def role(self, name: str) -> FakeRole:
        """A role by its name.  Raises :class:`LookupError`."""
        return _named(self.roles.values(), name)

    def channel(self, name: str) -> FakeChannel:
        """A channel or thread by its name.  Raises :class:`LookupError`."""
        return _named([*self.channels.values(), *self.threads.values()], name)

    def top(self, user_id: str) -> int:
        """The position of somebody's highest role; 0 for who has none."""
        member = self.members.get(user_id)
        held = member.roles if member is not None else []
        return max((self.roles[role].position for role in held if role in self.roles), default=0)

    def permissions(self, user_id: str, channel: FakeChannel | None = None, now: float = 0) -> int:
        """What somebody may do in the server, or in one of its channels: all of it for the owner and administrators.

        A thread has its parent's overwrites.  While a timeout runs at ``now``, only looking and reading is left.
        """
        member = self.members.get(user_id)
        if user_id == self.owner_id:
            return ALL
        if member is None:
            return 0
        held = [self.roles[role] for role in member.roles if role in self.roles]
        bits = self.everyone.permissions
        for role in held:
            bits |= role.permissions
        if bits & ADMINISTRATOR:
            return ALL
        if channel is not None:
            bits = self._within(bits, user_id, {role.id for role in held}, channel)
        return bits & (VIEW | READ_HISTORY) if member.muted_until > now > 0 else bits

    def _within(self, bits: int, user_id: str, held: set[str], channel: FakeChannel) -> int:
        place = self.channels.get(channel.parent_id or "", channel) if channel.is_thread else channel
        for one in place.overwrites:
            if one.id == self.id:
                bits = bits & ~one.deny | one.allow
        allow = deny = 0
        for one in place.overwrites:
            if one.type == 0 and one.id in held:
                allow, deny = allow | one.allow, deny | one.deny
        bits = bits & ~deny | allow
        for one in place.overwrites:
            if one.type == 1 and one.id == user_id:
                bits = bits & ~one.deny | one.allow
        return bits if bits & VIEW else 0

    def sees(self, user_id: str, channel: FakeChannel) -> bool:
        """Whether somebody may see a channel; a private thread only if they are in it or manage threads."""
        bits = self.permissions(user_id, channel)
        hidden = channel.type == PRIVATE_THREAD and user_id not in channel.members and not bits & MANAGE_THREADS
        return bool(bits & VIEW) and not hidden

    def payload(self) -> Json:
        """The server as REST answers with it."""
        return {
            "id": self.id, "name": self.name, "icon": None, "description": None, "splash": None, "banner": None,
            "discovery_splash": None, "owner_id": self.owner_id, "region": "deprecated", "afk_channel_id": None,
            "afk_timeout": 300, "verification_level": 0, "default_message_notifications": 1,
            "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0, "application_id": None,
            "system_channel_id": None, "system_channel_flags": 0, "rules_channel_id": None,
            "public_updates_channel_id": None, "safety_alerts_channel_id": None, "vanity_url_code": None,
            "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": "en-US",
            "premium_progress_bar_enabled": False, "max_members": 500_000, "max_presences": None, "stickers": [],
            "features": list(self.features), "emojis": [emoji.payload() for emoji in self.emojis.values()],
            "roles": [role.payload() for role in self.roles.values()], "incidents_data": None,
        } | self.extra  # fmt: skip

    def created_payload(self, me: str, *, large_threshold: int, whole: bool) -> Json:
        """The server as GUILD_CREATE carries it: with channels, threads, and members.

        ``whole`` is whether all members are in it as long as there are at most ``large_threshold``; otherwise the bot
        alone is.
        """
        large = len(self.members) > large_threshold
        there = list(self.members.values()) if whole and not large else [self.members[me]]
        threads = [one for one in self.threads.values() if not one.archived and self.sees(me, one)]
        return self.payload() | {
            "joined_at": iso(self.members[me].joined_at), "large": large,
            "member_count": len(self.members), "members": [member.payload() for member in there],
            "channels": [channel.payload() for channel in self.channels.values()],
            "threads": [self._thread(one, me) for one in threads], "presences": [], "voice_states": [],
            "stage_instances": [], "soundboard_sounds": [],
            "guild_scheduled_events": [event.payload() for event in self.events.values()],
        }  # fmt: skip

    @staticmethod
    def _thread(thread: FakeChannel, me: str) -> Json:
        return thread.payload() | ({"member": thread.thread_member(me)} if me in thread.members else {})
