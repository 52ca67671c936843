"""Members: who is in, who may what, bans, tags."""

from __future__ import annotations

from typing import Final

from coterie.adapters.telegram.fake import access, validation
from coterie.adapters.telegram.fake.arguments import Args, Json
from coterie.adapters.telegram.fake.errors import bad
from coterie.adapters.telegram.fake.model import PERMISSIONS, FakeChat, Member, rights_of
from coterie.adapters.telegram.fake.rooms import Room, api
from coterie.adapters.telegram.fake.standing import change, leave, raw

SHORTEST: Final = 30
LONGEST: Final = 366 * 86_400
"""Seconds: an end that is nearer or farther means for good."""
GROUPS: Final = ("group", "supergroup")
BIG: Final = ("supergroup", "channel")
TALK: Final = frozenset({
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes",
})  # fmt: skip
NO_RIGHT: Final = "not enough rights to restrict/unrestrict chat member"


class Members(Room):
    """What an administrator can do to people."""

    @api("getChatMember")
    def get_member(self, args: Args) -> Json:
        """Somebody's standing."""
        user = args.user()
        chat = access.chat(self.world, args, "read")
        return raw(self.world, chat, self._member(chat, user))

    @api("getChatAdministrators")
    def get_administrators(self, args: Args) -> list[Json]:
        """The administrators, other bots left out."""
        chat = access.chat(self.world, args, "read")
        if chat.type == "private":
            raise bad("there are no administrators in the private chat")
        members = self.world.members_inside(chat)
        return [raw(self.world, chat, member) for member in members if member.status in ("creator", "administrator")]

    @api("getChatMemberCount")
    def count(self, args: Args) -> int:
        """How many are in."""
        chat = access.chat(self.world, args, "read")
        return 2 if chat.type == "private" else len(self.world.members_inside(chat))

    @api("banChatMember")
    def ban(self, args: Args) -> bool:
        """Take somebody out and keep them out."""
        user = args.user()
        chat = self._moderated(args, user, ("group", *BIG))
        leave(self.world, chat, self.world.me, Member(user, "kicked", is_member=False, until=self._until(args)))
        return True

    @api("unbanChatMember")
    def unban(self, args: Args) -> bool:
        """Lift a ban.  Somebody who is in is taken out by it, unless ``only_if_banned``."""
        user = args.user()
        chat = self._moderated(args, user, BIG)
        member = self._member(chat, user)
        if member.status == "kicked" or not args.flag("only_if_banned"):
            leave(self.world, chat, self.world.me, Member(user, "left", is_member=False))
        return True

    @api("restrictChatMember")
    def restrict(self, args: Args) -> bool:
        """Allow somebody less than others; everything lifts the restriction."""
        user = args.user()
        given = args.object("permissions", "permissions", "object expected as permissions")
        if given is None:
            raise bad("can't parse permissions JSON object")
        allowed = frozenset(name for name in PERMISSIONS if given.get(name) is True)
        if not args.flag("use_independent_chat_permissions"):
            allowed = implied(allowed)
        chat = self._moderated(args, user, ("supergroup",))
        old = self._member(chat, user)
        if allowed == PERMISSIONS:
            new = Member(user, "member" if old.inside else "left", is_member=old.inside, tag=old.tag)
        else:
            new = Member(user, "restricted", frozenset(), allowed, old.inside, self._until(args), old.tag)
        change(self.world, chat, self.world.me, new)
        return True

    @api("promoteChatMember")
    def promote(self, args: Args) -> bool:
        """Make somebody an administrator with rights that the bot has itself; no rights take it away again."""
        user = args.user()
        chat = access.chat(self.world, args)
        access.only(chat, BIG, "method is available for supergroup and channel chats only")
        access.demand(self.world, chat, "can_promote_members", "not enough rights")
        rights = frozenset(right for right in rights_of(chat.type) if args.flag(right))
        if not rights <= self.world.own(chat).rights:
            raise bad("RIGHT_FORBIDDEN")
        old = self._member(chat, user)
        if old.status == "creator":
            raise bad("can't demote chat creator")
        if not old.inside:
            raise bad("USER_NOT_PARTICIPANT")
        change(self.world, chat, self.world.me, Member(user, "administrator" if rights else "member", rights))
        return True

    @api("setChatMemberTag")
    def set_tag(self, args: Args) -> bool:
        """Give an ordinary member a tag, or take it away."""
        user, tag = args.user(), validation.tag(args)
        chat = access.chat(self.world, args)
        access.only(chat, GROUPS, "method is available only for groups and supergroups")
        access.demand(self.world, chat, "can_manage_tags", "not enough rights to change the tag of the user")
        member = self._member(chat, user)
        if not member.inside:
            raise bad("USER_NOT_PARTICIPANT")
        if member.status in ("creator", "administrator"):
            raise bad("TAG_CHANGE_FORBIDDEN")
        new = Member(
            user, member.status, member.rights, member.permissions, member.is_member, member.until, tag, member.title
        )
        change(self.world, chat, self.world.me, new)
        return True

    @api("leaveChat")
    def leave_chat(self, args: Args) -> bool:
        """Go away."""
        chat = access.chat(self.world, args, "edit")
        access.only(chat, ("group", *BIG), "chat not found")
        change(self.world, chat, self.world.me, Member(self.world.bot_id, "left", is_member=False))
        return True

    def _moderated(self, args: Args, user: int, kinds: tuple[str, ...]) -> FakeChat:
        """The chat, if the bot may restrict this user there."""
        chat = access.chat(self.world, args)
        words = "method is available for supergroup and channel chats only"
        access.only(chat, kinds, "method is available only for supergroups" if kinds == ("supergroup",) else words)
        access.demand(self.world, chat, "can_restrict_members", NO_RIGHT)
        if user == self.world.bot_id:
            raise bad("can't restrict self")
        member = self._member(chat, user)
        if member.status == "creator":
            raise bad("can't remove chat owner")
        if member.status == "administrator":
            raise bad("user is an administrator of the chat")
        return chat

    def _member(self, chat: FakeChat, user: int) -> Member:
        if user != self.world.bot_id and user not in self.world.users:
            raise bad("PARTICIPANT_ID_INVALID")
        if chat.type == "private":
            return Member(user)
        return self.world.member(chat, user)

    def _until(self, args: Args) -> int:
        until = args.integer("until_date")
        return until if SHORTEST <= until - self.world.now() <= LONGEST else 0


def implied(allowed: frozenset[str]) -> frozenset[str]:
    """What permissions bring along, where they are not taken one by one."""
    if allowed & {"can_send_other_messages", "can_add_web_page_previews"}:
        allowed |= TALK
    return allowed | {"can_send_messages"} if "can_send_polls" in allowed else allowed
