"""Who there is and where: people, servers, channels, roles, and how they are changed by people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from coterie.adapters.discord.fake.errors import NotPossible
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import FakeChannel, FakeMessage
from coterie.adapters.discord.fake.people import ALL, ORDINARY, FakeMember, FakeOverwrite, FakeRole, FakeUser
from coterie.adapters.discord.fake.world import World

User = FakeUser | str
"""Somebody: as :meth:`Places.person` gave them, an id, or a name (then made when it is new)."""
Guild = FakeGuild | str
"""A server, or its id."""
Channel = FakeChannel | str
"""A channel, or its id."""
Message = FakeMessage | str
"""A message, or its id."""
Role = FakeRole | str
"""A role, or its id."""
OWNER: Final = "owner"
"""The name of who owns servers, unless another is given."""
ID_LENGTH: Final = 15
"""Digits from which on a text is taken for an id."""


class Places:
    """People and places."""

    world: World

    def person(self, who: User, **fields: object) -> FakeUser:
        """Somebody by name or id, made when the name is new; ``fields`` (``locale``, ``global_name``...) are set."""
        if isinstance(who, FakeUser):
            user = who
        elif who in self.world.users:
            user = self.world.users[who]
        elif who in self.world.names:
            user = self.world.users[self.world.names[who]]
        else:
            number = who if who.isdecimal() and len(who) >= ID_LENGTH else self.world.snowflakes.make()
            made = FakeUser(number, who.lower().replace(" ", "_"), global_name=who)
            user = self.world.users[made.id] = made
            self.world.names[who] = made.id
        for name, value in fields.items():
            setattr(user, name, value)
        return user

    def guild(self, guild: Guild) -> FakeGuild:
        """A server by its id."""
        return guild if isinstance(guild, FakeGuild) else self.world.guilds[guild]

    def channel(self, channel: Channel) -> FakeChannel:
        """A channel, thread or direct chat by its id."""
        return channel if isinstance(channel, FakeChannel) else self.world.channels[channel]

    def direct(self, user: User) -> FakeChannel:
        """The direct chat of somebody with the bot, made when it was not there."""
        return self.world.open_direct(self.person(user))

    def message(self, message: Message) -> FakeMessage:
        """A message that is there.  Raises :class:`NotPossible` for one that is not."""
        if isinstance(message, FakeMessage):
            if message.deleted:
                raise NotPossible("that message is not there")
            return message
        for channel in self.world.channels.values():
            found = channel.message(message)
            if found is not None:
                return found
        raise NotPossible("that message is not there")

    def add_guild(
        self,
        name: str,
        *,
        members: Iterable[User] = (),
        owner: User = OWNER,
        channels: Iterable[str] = ("general",),
        permissions: int = ALL,
        features: Iterable[str] = (),
    ) -> FakeGuild:
        """A new server with the bot in it, whose own role has these permissions (all of them by default)."""
        world, holder = self.world, self.person(owner)
        guild = FakeGuild(world.snowflakes.make(), name, holder.id, features=list(features))
        guild.roles[guild.id] = FakeRole(guild.id, "@everyone", 0, ORDINARY)
        tags = {"bot_id": world.bot_id}
        role = FakeRole(world.snowflakes.make(), world.bot.username, 1, permissions, managed=True, tags=tags)
        guild.roles[role.id] = role
        now = world.now()
        for user in (holder, world.bot, *(self.person(one) for one in members)):
            guild.members[user.id] = FakeMember(user, now)
        guild.members[world.bot_id].roles.append(role.id)
        world.guilds[guild.id] = guild
        for position, title in enumerate(channels):
            self._settle(guild, FakeChannel(world.snowflakes.make(), 0, guild.id, title, position=position))
        world.available(guild, joined=True)
        return guild

    def _settle(self, guild: FakeGuild, channel: FakeChannel) -> FakeChannel:
        self.world.channels[channel.id] = channel
        (guild.threads if channel.is_thread else guild.channels)[channel.id] = channel
        return channel

    def add_channel(
        self,
        guild: Guild,
        name: str,
        *,
        type: int = 0,
        parent: Channel | None = None,
        overwrites: Iterable[FakeOverwrite] = (),
        slowmode: int = 0,
    ) -> FakeChannel:
        """A new channel of a server: 0 text, 2 voice, 4 category, 5 announcements, 15 forum."""
        place = self.guild(guild)
        channel = FakeChannel(
            self.world.snowflakes.make(), type, place.id, name, position=len(place.channels), slowmode=slowmode,
            overwrites=list(overwrites), parent_id=self.channel(parent).id if parent is not None else None,
        )  # fmt: skip
        self._settle(place, channel)
        self.world.channel_changed(channel, "CREATE")
        return channel

    def add_thread(self, user: User, channel: Channel, name: str, *, private: bool = False) -> FakeChannel:
        """Somebody opens a thread in a channel."""
        author, parent = self.person(user), self.channel(channel)
        kind = 12 if private else 10 if parent.type == 5 else 11
        thread = FakeChannel(
            self.world.snowflakes.make(), kind, parent.guild_id, name, parent_id=parent.id, owner_id=author.id
        )
        thread.members[author.id] = self.world.now()
        self._settle(self.guild(parent.guild_id), thread)
        self.world.channel_changed(thread, "CREATE")
        return thread

    def add_role(
        self, guild: Guild, name: str, *, permissions: int = 0, color: int = 0, above_bot: bool = False
    ) -> FakeRole:
        """A new role, right below the bot's own or above everything."""
        place = self.guild(guild)
        highest = max(role.position for role in place.roles.values()) + 1
        position = highest if above_bot else max(1, place.top(self.world.bot_id))
        for other in place.roles.values():
            if other.position >= position:
                other.position += 1
        role = FakeRole(self.world.snowflakes.make(), name, position, permissions, color)
        place.roles[role.id] = role
        self.world.role_changed(place, role, "CREATE")
        return role

    def changes_role(self, guild: Guild, role: Role, **fields: object) -> None:
        """A person changes a role: fields as :class:`FakeRole` names them."""
        place = self.guild(guild)
        found = role if isinstance(role, FakeRole) else place.roles[role]
        for name, value in fields.items():
            setattr(found, name, value)
        self.world.role_changed(place, found)

    def deletes_role(self, guild: Guild, role: Role) -> None:
        """A person deletes a role; who had it loses it."""
        place = self.guild(guild)
        gone = role if isinstance(role, FakeRole) else place.roles[role]
        del place.roles[gone.id]
        for member in place.members.values():
            if gone.id in member.roles:
                member.roles.remove(gone.id)
        self.world.role_changed(place, gone, "DELETE")

    def changes_channel(self, channel: Channel, **fields: object) -> None:
        """A person changes a channel or thread: fields as :class:`FakeChannel` names them."""
        found = self.channel(channel)
        for name, value in fields.items():
            setattr(found, name, value)
        self.world.channel_changed(found)

    def deletes_channel(self, channel: Channel) -> None:
        """A person deletes a channel or thread."""
        found = self.channel(channel)
        self.world.channel_changed(found, "DELETE")
        place = self.guild(found.guild_id)
        del (place.threads if found.is_thread else place.channels)[found.id]
        found.deleted = True

    def changes_guild(self, guild: Guild, **fields: object) -> None:
        """A person changes a server: ``name``, ``owner_id``, ``features``."""
        place = self.guild(guild)
        for name, value in fields.items():
            setattr(place, name, value)
        self.world.emit("GUILD_UPDATE", place.payload(), place)
        self.world.tell("guild", place)
