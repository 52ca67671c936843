"""Invite links and requests to join."""

from __future__ import annotations

from typing import Final

from telegram.constants import ChatInviteLinkLimit

from coterie.adapters.telegram.fake import access
from coterie.adapters.telegram.fake.arguments import Args, Json
from coterie.adapters.telegram.fake.deleting import answer
from coterie.adapters.telegram.fake.errors import bad
from coterie.adapters.telegram.fake.model import FakeChat, Invite, JoinRequest
from coterie.adapters.telegram.fake.rooms import Room, api
from coterie.adapters.telegram.fake.standing import enter, link_raw
from coterie.adapters.telegram.fake.text import units

QUERY_LIFE: Final = 10.0
"""Seconds in which a join request query is to be answered."""
CONTACT_LIFE: Final = 300.0
"""Seconds for which the bot may write to somebody who asks to join."""
RESULTS: Final = ("approve", "decline", "queue")
NO_RIGHT: Final = "not enough rights to manage chat invite link"


class Invites(Room):
    """Doors, and who knocks."""

    @api("createChatInviteLink")
    def create(self, args: Args) -> Json:
        """Make a link of the bot's own."""
        name, asks = args.text("name"), args.flag("creates_join_request")
        limit, expires = args.integer("member_limit", 0, 0), args.integer("expire_date", 0, 0)
        if units(name) > ChatInviteLinkLimit.NAME_LENGTH:
            raise bad("INVITE_NAME_INVALID")
        if limit > ChatInviteLinkLimit.MAX_MEMBER_LIMIT:
            raise bad("USAGE_LIMIT_INVALID")
        if limit and asks:
            raise bad("member limit can't be specified for links requiring administrator approval")
        if expires and expires <= self.world.now():
            raise bad("EXPIRE_DATE_INVALID")
        chat = self._chat(args)
        link = f"https://t.me/+{chat.id % 1_000_000:06d}-{self.world.number()}"
        chat.invites[link] = Invite(link, name, limit, expires, asks)
        return link_raw(self.world, chat, chat.invites[link])

    @api("revokeChatInviteLink")
    def revoke(self, args: Args) -> Json:
        """Make a link useless."""
        chat = self._chat(args)
        invite = chat.invites.get(args.required("invite_link"))
        if invite is None:
            raise bad("INVITE_HASH_EXPIRED")
        invite.revoked = True
        return link_raw(self.world, chat, invite)

    @api("approveChatJoinRequest")
    def approve(self, args: Args) -> bool:
        """Let somebody in who asked."""
        chat, request = self._request(args)
        self._settle(chat, request, "approve")
        return True

    @api("declineChatJoinRequest")
    def decline(self, args: Args) -> bool:
        """Refuse somebody who asked."""
        chat, request = self._request(args)
        self._settle(chat, request, "decline")
        return True

    @api("answerChatJoinRequestQuery")
    def answer_query(self, args: Args) -> bool:
        """Decide on a request through its query, within 10 seconds; ``queue`` leaves it to other administrators."""
        result = args.text("result")
        if result not in RESULTS:
            raise bad("invalid result specified")
        query_id = args.required("chat_join_request_query_id")
        query = answer(self.world.join_queries, query_id, self.world.now(), QUERY_LIFE)
        chat = self.world.chats[query.chat_id]
        request = chat.requests.get(query.user_id)
        query.answer = {"result": result}
        if request is not None and result != "queue":
            self._settle(chat, request, result)
        return True

    def _chat(self, args: Args) -> FakeChat:
        chat = access.chat(self.world, args)
        access.only(chat, ("group", "supergroup", "channel"), "chat not found")
        access.demand(self.world, chat, "can_invite_users", NO_RIGHT)
        return chat

    def _request(self, args: Args) -> tuple[FakeChat, JoinRequest]:
        user, chat = args.user(), self._chat(args)
        if user not in self.world.users:
            raise bad("USER_ID_INVALID")
        if self.world.member(chat, user).inside:
            raise bad("USER_ALREADY_PARTICIPANT")
        request = chat.requests.get(user)
        if request is None:
            raise bad("HIDE_REQUESTER_MISSING")
        return chat, request

    def _settle(self, chat: FakeChat, request: JoinRequest, result: str) -> None:
        """Carry a decision out; the bot may no longer write on the strength of the request."""
        del chat.requests[request.user_id]
        self.world.private(request.user_id).contact_until = 0
        self.world.tell(result, {"chat_id": chat.id, "user_id": request.user_id})
        if result == "approve":
            invite = chat.invites.get(request.link)
            if invite is not None:
                invite.used += 1
            enter(self.world, chat, self.world.me, request.user_id, invite, by_request=True)
