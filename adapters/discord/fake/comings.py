"""How people come and go, what moderators do, what is sold and what is planned."""

from __future__ import annotations

from collections.abc import Mapping

from discord import AuditLogAction as Action

from coterie.adapters.discord.fake.acts import Acts
from coterie.adapters.discord.fake.errors import Json, NotPossible
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import FakeMember, FakeRole, FakeUser
from coterie.adapters.discord.fake.places import OWNER, Channel, Guild, Role, User
from coterie.adapters.discord.fake.snowflakes import iso
from coterie.adapters.discord.fake.things import (
    FakeEntitlement,
    FakeInvite,
    FakeJoinRequest,
    FakeRule,
    FakeScheduledEvent,
    FakeSku,
)


class Comings(Acts):
    """Joining, leaving, moderating, paying, planning."""

    # -- coming and going

    def joins(self, user: User, guild: Guild, invite: FakeInvite | None = None, *, pending: bool = False) -> FakeMember:
        """Somebody comes in, through an invite if one is given; ``pending`` is before they accept the rules.

        Raises :class:`NotPossible` for who is in or banned, and for an invite that is gone, expired or used up.
        """
        who, place = self.person(user), self.guild(guild)
        if who.id in place.members or who.id in place.bans:
            raise NotPossible("already in, or banned")
        if invite is not None and (place.invites.get(invite.code) is not invite or invite.expired(self.world.now())):
            raise NotPossible("that invite is gone, expired or used up")
        if invite is not None:
            invite.uses += 1
            if invite.uses == invite.max_uses:
                del place.invites[invite.code]
        roles = list(invite.role_ids) if invite is not None else []
        return self.world.enter(place, who, pending=pending, roles=roles)

    def accepts_rules(self, user: User, guild: Guild) -> None:
        """Somebody accepts the rules of a server that screens its members."""
        place, member = self._member(user, guild)
        member.pending = False
        self.world.member_changed(place, member)

    def leaves(self, user: User, guild: Guild) -> None:
        """Somebody goes away by themselves."""
        place, member = self._member(user, guild)
        self.world.leave(place, member.user)

    def invites(
        self, user: User, channel: Channel, *, max_age: int = 86_400, max_uses: int = 0, code: str = ""
    ) -> FakeInvite:
        """Somebody makes an invite; ``max_age`` is in seconds, 0 for ever."""
        place = self.channel(channel)
        invite = FakeInvite(
            code or f"inv{self.world.snowflakes.make()[-8:]}", self.guild(place.guild_id), place, self.person(user),
            self.world.now(), max_age, max_uses,
        )  # fmt: skip
        invite.guild.invites[invite.code] = invite
        self.world.invite_changed(invite)
        return invite

    def withdraws_invite(self, invite: FakeInvite) -> None:
        """An invite is taken away."""
        del invite.guild.invites[invite.code]
        self.world.invite_changed(invite, deleted=True)

    def asks_to_join(self, user: User, guild: Guild, answers: Mapping[str, str] | None = None) -> FakeJoinRequest:
        """Somebody applies to a server that looks at applications, with answers by question."""
        who, place = self.person(user), self.guild(guild)
        if who.id in place.members:
            raise NotPossible("already in")
        form = [
            {"field_type": "PARAGRAPH", "label": label, "response": text, "required": True, "values": []}
            for label, text in (answers or {}).items()
        ]
        request = FakeJoinRequest(self.world.snowflakes.make(), place.id, who, self.world.now(), form_responses=form)
        place.requests[request.id] = request
        self.world.request_changed(place, request, "CREATE")
        return request

    def withdraws_request(self, request: FakeJoinRequest) -> None:
        """Somebody takes their application back."""
        place = self.guild(request.guild_id)
        del place.requests[request.id]
        self.world.request_changed(place, request, "DELETE")

    def decides_request(self, request: FakeJoinRequest, *, approve: bool, by: User = OWNER) -> None:
        """A person of the staff decides an application."""
        self.world.decide(self.guild(request.guild_id), request, approve=approve, by=self.person(by))

    # -- what moderators do

    def gives_role(self, user: User, guild: Guild, role: Role, *, by: User = OWNER) -> None:
        """A person gives somebody a role."""
        self._role(user, guild, role, by, give=True)

    def takes_role(self, user: User, guild: Guild, role: Role, *, by: User = OWNER) -> None:
        """A person takes a role from somebody."""
        self._role(user, guild, role, by, give=False)

    def _role(self, user: User, guild: Guild, role: Role, by: User, *, give: bool) -> None:
        place, member = self._member(user, guild)
        held = role if isinstance(role, FakeRole) else place.roles[role]
        if (held.id in member.roles) == give:
            return
        if give:
            member.roles.append(held.id)
        else:
            member.roles.remove(held.id)
        change = {"key": "$add" if give else "$remove", "new_value": [{"id": held.id, "name": held.name}]}
        self._recorded(place, Action.member_role_update, by, member.user, [change])
        self.world.member_changed(place, member)

    def renames(self, user: User, guild: Guild, nick: str | None, *, by: User = OWNER) -> None:
        """A person gives somebody another name in a server; None gives their own back."""
        place, member = self._member(user, guild)
        change = _change("nick", member.nick, nick)
        member.nick = nick
        self._recorded(place, Action.member_update, by, member.user, [change])
        self.world.member_changed(place, member)

    def mutes(self, user: User, guild: Guild, seconds: float, *, by: User = OWNER, reason: str = "") -> None:
        """A person times somebody out for so many seconds; 0 ends that."""
        place, member = self._member(user, guild)
        before = iso(member.muted_until) if member.muted_until else None
        member.muted_until = self.world.now() + seconds if seconds > 0 else 0
        after = iso(member.muted_until) if member.muted_until else None
        change = _change("communication_disabled_until", before, after)
        self._recorded(place, Action.member_update, by, member.user, [change], reason)
        self.world.member_changed(place, member)

    def kicks(self, user: User, guild: Guild, *, by: User = OWNER, reason: str = "") -> None:
        """A person puts somebody out."""
        place, member = self._member(user, guild)
        self._recorded(place, Action.kick, by, member.user, [], reason)
        self.world.leave(place, member.user)

    def bans(self, user: User, guild: Guild, *, by: User = OWNER, reason: str = "") -> None:
        """A person bans somebody, who need not be a member."""
        who, place = self.person(user), self.guild(guild)
        self._recorded(place, Action.ban, by, who, [], reason)
        self.world.ban(place, who, reason)

    def unbans(self, user: User, guild: Guild, *, by: User = OWNER) -> None:
        """A person lifts a ban."""
        who, place = self.person(user), self.guild(guild)
        self._recorded(place, Action.unban, by, who, [])
        self.world.unban(place, who)

    def makes_rule(self, guild: Guild, name: str, *keywords: str, by: User = OWNER) -> FakeRule:
        """A person sets up a filter that blocks messages with these keywords."""
        place = self.guild(guild)
        rule = FakeRule(
            self.world.snowflakes.make(), place.id, self.person(by).id, name, 1,
            trigger_metadata={"keyword_filter": list(keywords)}, actions=[{"type": 1, "metadata": {}}],
        )  # fmt: skip
        place.rules[rule.id] = rule
        self.world.rule_changed(place, rule, "CREATE")
        return rule

    def _recorded(
        self, guild: FakeGuild, action: Action, by: User, target: FakeUser, changes: list[Json], reason: str = ""
    ) -> None:
        self.world.audit(guild, action.value, self.person(by).id, target.id, changes=changes, reason=reason)

    def _member(self, user: User, guild: Guild) -> tuple[FakeGuild, FakeMember]:
        who, place = self.person(user), self.guild(guild)
        if who.id not in place.members:
            raise NotPossible(f"{who.username} is not in {place.name}")
        return place, place.members[who.id]

    # -- the bot's own standing

    def removes_bot(self, guild: Guild) -> None:
        """A person takes the bot out of a server."""
        self.world.leave(self.guild(guild), self.world.bot)

    def adds_bot(self, guild: Guild) -> None:
        """A person puts the bot into a server again, with its role."""
        place = self.guild(guild)
        own = [role.id for role in place.roles.values() if role.tags.get("bot_id") == self.world.bot_id]
        place.members[self.world.bot_id] = FakeMember(self.world.bot, self.world.now(), own)
        self.world.available(place, joined=True)

    def breaks_down(self, guild: Guild) -> None:
        """A server is not there for a while, because of an outage."""
        place = self.guild(guild)
        place.unavailable = True
        self.world.emit("GUILD_DELETE", {"id": place.id, "unavailable": True}, place)

    def comes_back(self, guild: Guild) -> None:
        """A server is there again after an outage."""
        place = self.guild(guild)
        place.unavailable = False
        self.world.available(place, joined=False)

    # -- what is sold

    def add_sku(self, name: str, *, type: int = 2) -> FakeSku:
        """Something to sell: 2 durable, 3 consumable, 5 subscription."""
        sku = FakeSku(self.world.snowflakes.make(), self.world.application_id, name, type)
        self.world.skus[sku.id] = sku
        return sku

    def buys(self, user: User, sku: FakeSku | str, *, guild: Guild | None = None) -> FakeEntitlement:
        """Somebody buys something, for themselves or for a server."""
        wanted = sku if isinstance(sku, FakeSku) else self.world.skus[sku]
        entitlement = FakeEntitlement(
            self.world.snowflakes.make(), wanted.id, self.world.application_id, self.person(user).id,
            self.guild(guild).id if guild is not None else "", 8 if wanted.type == 5 else 1, starts_at=self.world.now(),
        )  # fmt: skip
        self.world.entitlements[entitlement.id] = entitlement
        self.world.entitlement_changed(entitlement, "CREATE")
        return entitlement

    def ends(self, entitlement: FakeEntitlement, at: float | None = None) -> None:
        """A subscription runs out, now or at another time of the server's clock."""
        entitlement.ends_at = self.world.now() if at is None else at
        self.world.entitlement_changed(entitlement, "UPDATE")

    def refunds(self, entitlement: FakeEntitlement) -> None:
        """Discord gives somebody their money back."""
        entitlement.deleted = True
        self.world.entitlement_changed(entitlement, "DELETE")

    # -- what is planned

    def plans(
        self, user: User, guild: Guild, name: str, start: float, end: float, *, location: str = "here"
    ) -> FakeScheduledEvent:
        """Somebody puts something into a server's calendar; times are in seconds."""
        place = self.guild(guild)
        event = FakeScheduledEvent(
            self.world.snowflakes.make(), place.id, name, self.person(user), start, end, location=location
        )
        place.events[event.id] = event
        self.world.event_changed(place, event, "CREATE")
        return event

    def shows_interest(self, user: User, event: FakeScheduledEvent, *, interested: bool = True) -> None:
        """Somebody marks an event as interesting, or no more."""
        self.world.interest(self.guild(event.guild_id), event, self.person(user), add=interested)


def _change(key: str, old: object, new: object) -> Json:
    given = {"key": key, "old_value": old, "new_value": new}
    return {name: value for name, value in given.items() if value is not None}
