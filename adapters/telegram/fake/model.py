"""What there is: chats, their members, messages, links and topics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from telegram import ChatAdministratorRights, ChatPermissions

from coterie.adapters.telegram.fake.arguments import Json

RIGHTS: Final = frozenset(ChatAdministratorRights.all_rights().to_dict())
"""Every administrator right by name."""
PERMISSIONS: Final = frozenset(ChatPermissions.all_permissions().to_dict())
"""Everything that an ordinary member may be allowed to do, by name."""
CHANNEL_ONLY: Final = frozenset({"can_post_messages", "can_edit_messages", "can_manage_direct_messages"})
"""Rights that exist in channels alone."""
GROUP_ONLY: Final = frozenset({"can_pin_messages", "can_manage_topics", "can_manage_tags"})
"""Rights that exist in groups alone."""
INSIDE: Final = frozenset({"creator", "administrator", "member"})
"""States in which somebody is in the chat; a restricted one is, if ``is_member`` says so."""


@dataclass(slots=True)
class FakeMessage:
    """A message as it stands now.  ``edits`` counts how often it was changed; ``extra`` holds the rest of its fields
    as the Bot API names them (photo, poll, a service message's own).
    """

    message_id: int
    chat_id: int
    date: int
    sender: Json | None = None
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    reply_markup: Json | None = None
    reply_to: int = 0
    thread_id: int = 0
    extra: Json = field(default_factory=dict)
    edits: int = 0
    edit_date: int = 0
    deleted: bool = False
    own: bool = False
    """Whether the bot sent it."""

    @property
    def captioned(self) -> bool:
        """Whether the text is the caption of a file."""
        return "photo" in self.extra or "document" in self.extra

    @property
    def photo(self) -> list[Json]:
        """The sizes of its picture; empty when it has none."""
        found: list[Json] = self.extra.get("photo", [])
        return found

    @property
    def service(self) -> bool:
        """Whether it tells of something that happened, in place of what somebody wrote."""
        return not self.text and not self.captioned and "poll" not in self.extra and "invoice" not in self.extra

    @property
    def buttons(self) -> list[Json]:
        """The buttons of its inline keyboard, row after row."""
        rows: list[list[Json]] = (self.reply_markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    @property
    def poll(self) -> Json:
        """The poll that it shows; empty when it shows none."""
        found: Json = self.extra.get("poll", {})
        return found


@dataclass(slots=True)
class Member:
    """Somebody's standing in a chat.  ``until`` is a Unix time in seconds, 0 for good."""

    user_id: int
    status: str = "member"
    rights: frozenset[str] = frozenset()
    permissions: frozenset[str] = PERMISSIONS
    is_member: bool = True
    until: int = 0
    tag: str = ""
    title: str = ""

    @property
    def inside(self) -> bool:
        """Whether they are in the chat."""
        return self.status in INSIDE or (self.status == "restricted" and self.is_member)


@dataclass(slots=True)
class Invite:
    """An invite link and who came through it."""

    link: str
    name: str = ""
    member_limit: int = 0
    expires: int = 0
    asks: bool = False
    """Whether who follows it asks to join, and somebody decides."""
    revoked: bool = False
    used: int = 0


@dataclass(slots=True)
class JoinRequest:
    """Somebody who asks to join, since a Unix time in seconds."""

    user_id: int
    since: float
    link: str = ""
    query_id: str = ""


@dataclass(slots=True)
class Topic:
    """A topic of a forum."""

    thread_id: int
    name: str
    icon_color: int = 0x6FB9F0
    closed: bool = False


@dataclass(slots=True)
class FakeChat:
    """A private chat, group, supergroup or channel.  ``messages`` has all that was ever posted, deleted ones too."""

    id: int
    type: str
    title: str = ""
    username: str = ""
    forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    messages: list[FakeMessage] = field(default_factory=list)
    invites: dict[str, Invite] = field(default_factory=dict)
    requests: dict[int, JoinRequest] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    reactions: dict[tuple[int, int], list[Json]] = field(default_factory=dict)
    upgraded_to: int = 0
    started: bool = False
    """In a private chat: whether the person ever wrote to the bot."""
    blocked: bool = False
    """In a private chat: whether the person blocked the bot."""
    contact_until: float = 0
    """In a private chat: until when the bot may write because of an open join request."""

    def message(self, message_id: int) -> FakeMessage | None:
        """The message with this id, if it is there and not deleted."""
        if 1 <= message_id <= len(self.messages) and not self.messages[message_id - 1].deleted:
            return self.messages[message_id - 1]
        return None

    @property
    def shown(self) -> list[FakeMessage]:
        """The messages that are not deleted, oldest first."""
        return [message for message in self.messages if not message.deleted]

    def brief(self) -> Json:
        """The chat as messages carry it (without a private chat's names)."""
        chat: Json = {"id": self.id, "type": self.type}
        for name, value in (("title", self.title), ("username", self.username), ("is_forum", self.forum)):
            if value:
                chat[name] = value
        return chat


def rights_of(kind: str) -> frozenset[str]:
    """Every administrator right that a chat of this type has."""
    return RIGHTS - (GROUP_ONLY if kind == "channel" else CHANNEL_ONLY) - {"is_anonymous"}
