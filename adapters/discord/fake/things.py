"""What there is beside people, places and messages: invites, purchases, schedules, filters, records, polls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.snowflakes import iso

if TYPE_CHECKING:
    from coterie.adapters.discord.fake.guilds import FakeGuild
    from coterie.adapters.discord.fake.model import FakeChannel
    from coterie.adapters.discord.fake.people import FakeUser


@dataclass(slots=True)
class FakeInvite:
    """An invite.  ``max_age`` is in seconds, 0 for ever; ``max_uses`` 0 means any number."""

    code: str
    guild: FakeGuild
    channel: FakeChannel
    inviter: FakeUser | None
    created_at: float
    max_age: int = 0
    max_uses: int = 0
    uses: int = 0
    temporary: bool = False
    role_ids: list[str] = field(default_factory=list)

    def expired(self, now: float) -> bool:
        """Whether it lets nobody in any more."""
        return bool((self.max_age and now >= self.created_at + self.max_age) or (0 < self.max_uses <= self.uses))

    def payload(self, *, metadata: bool = True) -> Json:
        """The invite as Discord writes it."""
        raw: Json = {
            "type": 0, "code": self.code, "guild_id": self.guild.id,
            "guild": {"id": self.guild.id, "name": self.guild.name, "features": list(self.guild.features),
                      "icon": None, "splash": None, "banner": None, "description": None, "vanity_url_code": None,
                      "verification_level": 0, "nsfw_level": 0, "premium_subscription_count": 0},
            "channel": {"id": self.channel.id, "name": self.channel.name, "type": self.channel.type},
            "expires_at": iso(self.created_at + self.max_age) if self.max_age else None,
        }  # fmt: skip
        if self.inviter is not None:
            raw["inviter"] = self.inviter.payload()
        if self.role_ids:
            raw["roles"] = [self.guild.roles[role].payload() for role in self.role_ids if role in self.guild.roles]
        return raw | (self._metadata() if metadata else {})

    def _metadata(self) -> Json:
        return {
            "uses": self.uses, "max_uses": self.max_uses, "max_age": self.max_age, "temporary": self.temporary,
            "created_at": iso(self.created_at),
        }  # fmt: skip

    def created_payload(self) -> Json:
        """The invite as INVITE_CREATE carries it."""
        raw = {"channel_id": self.channel.id, "guild_id": self.guild.id, "code": self.code, "type": 0}
        inviter = {"inviter": self.inviter.payload()} if self.inviter is not None else {}
        return raw | inviter | self._metadata()


@dataclass(slots=True)
class FakeEntitlement:
    """Somebody's, or a server's, right to something that is sold.  Ends are in seconds of Unix time, 0 for none."""

    id: str
    sku_id: str
    application_id: str
    user_id: str = ""
    guild_id: str = ""
    type: int = 1
    deleted: bool = False
    consumed: bool = False
    starts_at: float = 0
    ends_at: float = 0

    def payload(self) -> Json:
        """The entitlement as Discord writes it."""
        raw: Json = {
            "id": self.id, "sku_id": self.sku_id, "application_id": self.application_id, "type": self.type,
            "deleted": self.deleted, "consumed": self.consumed,
            "starts_at": iso(self.starts_at) if self.starts_at else None,
            "ends_at": iso(self.ends_at) if self.ends_at else None,
        }  # fmt: skip
        if self.user_id:
            raw["user_id"] = self.user_id
        if self.guild_id:
            raw["guild_id"] = self.guild_id
        return raw


@dataclass(slots=True)
class FakeSku:
    """Something that is sold: type 2 durable, 3 consumable, 5 subscription."""

    id: str
    application_id: str
    name: str
    type: int = 2
    flags: int = 4

    def payload(self) -> Json:
        """The SKU as Discord writes it."""
        slug = self.name.lower().replace(" ", "-")
        return {
            "id": self.id, "type": self.type, "application_id": self.application_id, "name": self.name,
            "slug": slug, "flags": self.flags, "dependent_sku_id": None, "manifest_labels": None, "access_type": 1,
            "features": [], "release_date": None, "premium": False, "show_age_gate": False,
        }  # fmt: skip


@dataclass(slots=True)
class FakeScheduledEvent:
    """A scheduled event of a server.  Status 1 scheduled, 2 active, 3 completed, 4 cancelled; times in seconds."""

    id: str
    guild_id: str
    name: str
    creator: FakeUser
    start: float
    end: float = 0
    description: str | None = None
    entity_type: int = 3
    channel_id: str | None = None
    location: str = ""
    status: int = 1
    recurrence_rule: Json | None = None
    users: list[str] = field(default_factory=list)

    def payload(self, *, count: bool = True) -> Json:
        """The event as Discord writes it."""
        raw: Json = {
            "id": self.id, "guild_id": self.guild_id, "channel_id": self.channel_id, "creator_id": self.creator.id,
            "name": self.name, "description": self.description, "scheduled_start_time": iso(self.start),
            "scheduled_end_time": iso(self.end) if self.end else None, "privacy_level": 2, "status": self.status,
            "entity_type": self.entity_type, "entity_id": None, "image": None,
            "entity_metadata": {"location": self.location} if self.location else None,
            "recurrence_rule": self.recurrence_rule, "creator": self.creator.payload(),
        }  # fmt: skip
        return raw | ({"user_count": len(self.users)} if count else {})


@dataclass(slots=True)
class FakeRule:
    """A rule of AutoMod, its fields named as Discord names them."""

    id: str
    guild_id: str
    creator_id: str
    name: str
    trigger_type: int
    event_type: int = 1
    trigger_metadata: Json = field(default_factory=dict)
    actions: list[Json] = field(default_factory=list)
    enabled: bool = True
    exempt_roles: list[str] = field(default_factory=list)
    exempt_channels: list[str] = field(default_factory=list)

    def payload(self) -> Json:
        """The rule as Discord writes it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class FakeAuditEntry:
    """An entry of a server's audit log."""

    id: str
    guild_id: str
    action_type: int
    user_id: str | None
    target_id: str | None
    changes: list[Json] = field(default_factory=list)
    options: Json | None = None
    reason: str = ""

    def payload(self) -> Json:
        """The entry as Discord writes it."""
        raw: Json = {
            "id": self.id, "action_type": self.action_type, "user_id": self.user_id, "target_id": self.target_id,
        }  # fmt: skip
        for name in ("changes", "options", "reason"):
            if getattr(self, name):
                raw[name] = getattr(self, name)
        return raw


@dataclass(slots=True)
class FakePoll:
    """A poll of a message: ``votes`` has who chose each answer, by the answer's id."""

    question: Json
    answers: list[Json]
    expiry: float
    allow_multiselect: bool = False
    layout_type: int = 1
    votes: dict[int, list[str]] = field(default_factory=dict)
    finalized: bool = False

    def payload(self, me: str = "") -> Json:
        """The poll as Discord writes it; ``me`` is for whom it is written."""
        counts = [
            {"id": answer, "count": len(voters), "me_voted": me in voters} for answer, voters in self.votes.items()
        ]
        return {
            "question": self.question, "answers": self.answers, "expiry": iso(self.expiry),
            "allow_multiselect": self.allow_multiselect, "layout_type": self.layout_type,
            "results": {"is_finalized": self.finalized, "answer_counts": [one for one in counts if one["count"]]},
        }  # fmt: skip


@dataclass(slots=True)
class FakeJoinRequest:
    """Somebody who applies to join a server; ``status`` is SUBMITTED, APPROVED or REJECTED."""

    id: str
    guild_id: str
    user: FakeUser
    created_at: float
    status: str = "SUBMITTED"
    form_responses: list[Json] = field(default_factory=list)
    rejection_reason: str | None = None
    actioned_by: FakeUser | None = None
    actioned_at: str | None = None

    def payload(self) -> Json:
        """The request as Discord writes it."""
        raw: Json = {
            "id": self.id, "join_request_id": self.id, "guild_id": self.guild_id, "user_id": self.user.id,
            "user": self.user.payload(), "created_at": iso(self.created_at), "application_status": self.status,
            "form_responses": self.form_responses, "rejection_reason": self.rejection_reason, "last_seen": None,
            "actioned_at": self.actioned_at, "interview_channel_id": None,
        }  # fmt: skip
        if self.actioned_by is not None:
            raw["actioned_by_user"] = self.actioned_by.payload()
        return raw


@dataclass(slots=True)
class FakeCommand:
    """An application command: ``body`` has what it was made with, ``guild_id`` is empty for a global one."""

    id: str
    application_id: str
    version: str
    body: Json
    guild_id: str = ""

    @property
    def name(self) -> str:
        """What people type."""
        return str(self.body["name"])

    @property
    def type(self) -> int:
        """1 slash command, 2 on a user, 3 on a message."""
        return int(self.body.get("type", 1))

    def payload(self) -> Json:
        """The command as Discord writes it."""
        given: Json = {
            "type": 1, "description": "", "options": [], "default_member_permissions": None, "dm_permission": True,
            "nsfw": False, "name_localizations": None, "description_localizations": None, "integration_types": [0],
            "contexts": None,
        } | self.body  # fmt: skip
        given |= {"id": self.id, "application_id": self.application_id, "version": self.version}
        return given | ({"guild_id": self.guild_id} if self.guild_id else {})
