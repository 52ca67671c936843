"""What happens on the server, whoever does it: the model changes, and the gateway and the listeners hear of it."""

from __future__ import annotations

from collections.abc import Sequence

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import (
    FakeChannel,
    FakeMember,
    FakeRole,
    FakeUser,
)
from coterie.adapters.discord.fake.sessions import GUILDS, PRESENCES, Session
from coterie.adapters.discord.fake.state import Call
from coterie.adapters.discord.fake.talk import Talk, emoji_key
from coterie.adapters.discord.fake.things import (
    FakeAuditEntry,
    FakeEntitlement,
    FakeInvite,
    FakeJoinRequest,
    FakeRule,
    FakeScheduledEvent,
)


class World(Talk):
    """Everything that the server knows, and the verbs that change it."""

    def audit(
        self,
        guild: FakeGuild,
        action: int,
        by: str,
        target: str | None,
        *,
        changes: Sequence[Json] = (),
        options: Json | None = None,
        reason: str = "",
    ) -> FakeAuditEntry:
        """Write into a server's audit log what ``by`` did to ``target``, and tell."""
        entry = FakeAuditEntry(self.snowflakes.make(), guild.id, action, by, target, list(changes), options, reason)
        guild.audit.append(entry)
        self.emit("GUILD_AUDIT_LOG_ENTRY_CREATE", entry.payload() | {"guild_id": guild.id}, guild)
        self.tell("audit", entry)
        return entry

    def introduce(self, session: Session, guild: FakeGuild, *, joined: bool = False) -> None:
        """Send a session the whole of a server, as far as its intents go; ``joined`` is when the bot is new there."""
        whole = bool(session.intents & PRESENCES)
        raw = guild.created_payload(self.bot_id, large_threshold=session.large_threshold, whole=whole)
        self.sessions.put(session, "GUILD_CREATE", raw | ({} if joined else {"unavailable": False}))

    def available(self, guild: FakeGuild, *, joined: bool) -> None:
        """Tell every session of a server that the bot ``joined``, or that is there again."""
        for session in self.sessions.of(guild.id):
            if session.intents & GUILDS:
                self.introduce(session, guild, joined=joined)
        self.tell("guild", guild)

    def enter(
        self, guild: FakeGuild, user: FakeUser, *, pending: bool = False, roles: Sequence[str] = ()
    ) -> FakeMember:
        """Make somebody a member, and tell."""
        member = guild.members[user.id] = FakeMember(user, self.now(), list(roles), pending=pending)
        self.emit("GUILD_MEMBER_ADD", member.payload() | {"guild_id": guild.id}, guild)
        self.tell("member", member)
        return member

    def leave(self, guild: FakeGuild, user: FakeUser) -> None:
        """Take somebody out of a server, and tell; the bot itself hears GUILD_DELETE."""
        member = guild.members.pop(user.id)
        if user.id == self.bot_id:
            self.sessions.dispatch("GUILD_DELETE", {"id": guild.id}, guild.id)
        else:
            self.emit("GUILD_MEMBER_REMOVE", {"guild_id": guild.id, "user": user.payload()}, guild)
        self.tell("left", member)

    def request_changed(self, guild: FakeGuild, request: FakeJoinRequest, what: str) -> None:
        """Tell of an application to join: ``CREATE``, ``UPDATE`` or ``DELETE``."""
        raw: Json = {"guild_id": guild.id}
        if what == "DELETE":
            raw |= {"id": request.id, "user_id": request.user.id}
        else:
            raw |= {"status": request.status, "request": request.payload()}
        self.emit(f"GUILD_JOIN_REQUEST_{what}", raw, guild)
        self.tell("request", request)

    def decide(
        self, guild: FakeGuild, request: FakeJoinRequest, *, approve: bool, by: FakeUser, reason: str | None = None
    ) -> None:
        """Decide an application to join; who is approved comes in."""
        request.status = "APPROVED" if approve else "REJECTED"
        request.rejection_reason = None if approve else reason
        request.actioned_by, request.actioned_at = by, self.snowflakes.make()
        self.request_changed(guild, request, "UPDATE")
        if approve and request.user.id not in guild.members:
            self.enter(guild, request.user)

    def member_changed(self, guild: FakeGuild, member: FakeMember) -> None:
        """Tell of a member's new roles, name or timeout."""
        self.emit("GUILD_MEMBER_UPDATE", member.payload() | {"guild_id": guild.id}, guild)
        self.tell("member", member)

    def ban(self, guild: FakeGuild, user: FakeUser, reason: str = "") -> None:
        """Ban somebody, who is out by that; no record is made."""
        guild.bans[user.id] = reason
        self.emit("GUILD_BAN_ADD", {"guild_id": guild.id, "user": user.payload()}, guild)
        if user.id in guild.members:
            self.leave(guild, user)
        self.tell("banned", user)

    def unban(self, guild: FakeGuild, user: FakeUser) -> None:
        """Lift a ban; no record is made."""
        del guild.bans[user.id]
        self.emit("GUILD_BAN_REMOVE", {"guild_id": guild.id, "user": user.payload()}, guild)
        self.tell("unbanned", user)

    def role_changed(self, guild: FakeGuild, role: FakeRole, what: str = "UPDATE") -> None:
        """Tell of a role: ``CREATE``, ``UPDATE`` or ``DELETE``."""
        raw: Json = {"guild_id": guild.id}
        raw |= {"role_id": role.id} if what == "DELETE" else {"role": role.payload()}
        self.emit(f"GUILD_ROLE_{what}", raw, guild)
        self.tell("role", role)

    def channel_changed(self, channel: FakeChannel, what: str = "UPDATE") -> None:
        """Tell of a channel or thread: ``CREATE``, ``UPDATE`` or ``DELETE``."""
        guild = self.guild_of(channel)
        raw = channel.payload()
        if channel.is_thread:
            if what == "CREATE":
                raw["newly_created"] = True
            if what == "DELETE":
                raw = {name: raw[name] for name in ("id", "guild_id", "parent_id", "type")}
        self.emit(f"{'THREAD' if channel.is_thread else 'CHANNEL'}_{what}", raw, guild, channel)
        self.tell("thread" if channel.is_thread else "channel", channel)

    def entitlement_changed(self, entitlement: FakeEntitlement, what: str) -> None:
        """Tell of a purchase: ``CREATE``, ``UPDATE`` or ``DELETE``; only shard 0 hears of it."""
        self.emit(f"ENTITLEMENT_{what}", entitlement.payload())
        self.tell("entitlement", entitlement)

    def rule_changed(self, guild: FakeGuild, rule: FakeRule, what: str) -> None:
        """Tell of a rule of AutoMod: ``CREATE``, ``UPDATE`` or ``DELETE``."""
        self.emit(f"AUTO_MODERATION_RULE_{what}", rule.payload(), guild)
        self.tell("rule", rule)

    def event_changed(self, guild: FakeGuild, event: FakeScheduledEvent, what: str) -> None:
        """Tell of a scheduled event: ``CREATE``, ``UPDATE`` or ``DELETE``."""
        self.emit(f"GUILD_SCHEDULED_EVENT_{what}", event.payload(count=False), guild)
        self.tell("scheduled", event)

    def interest(self, guild: FakeGuild, event: FakeScheduledEvent, user: FakeUser, *, add: bool = True) -> None:
        """Let somebody mark a scheduled event as interesting, or no more."""
        if (user.id in event.users) == add:
            return
        if add:
            event.users.append(user.id)
        else:
            event.users.remove(user.id)
        raw = {"guild_scheduled_event_id": event.id, "user_id": user.id, "guild_id": guild.id}
        self.emit(f"GUILD_SCHEDULED_EVENT_USER_{'ADD' if add else 'REMOVE'}", raw, guild)
        self.tell("interest", event)

    def invite_changed(self, invite: FakeInvite, *, deleted: bool = False) -> None:
        """Tell of an invite that was made, or taken away."""
        raw = invite.created_payload()
        if deleted:
            raw = {name: raw[name] for name in ("channel_id", "guild_id", "code")}
        self.emit("INVITE_DELETE" if deleted else "INVITE_CREATE", raw, invite.guild, invite.channel)
        self.tell("invite", invite)


__all__ = ["Call", "World", "emoji_key"]
