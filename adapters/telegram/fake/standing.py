"""How somebody's standing in a chat changes, and the updates that come of it."""

from __future__ import annotations

from coterie.adapters.telegram.fake.arguments import Json
from coterie.adapters.telegram.fake.model import PERMISSIONS, FakeChat, Invite, Member, rights_of
from coterie.adapters.telegram.fake.world import World


def raw(world: World, chat: FakeChat, member: Member) -> Json:
    """A ``ChatMember`` as the Bot API writes it."""
    found: Json = {"user": world.person(member.user_id), "status": member.status}
    if member.status == "creator":
        found["is_anonymous"] = False
    elif member.status == "administrator":
        found |= {right: right in member.rights for right in rights_of(chat.type) | {"is_anonymous"}}
        found["can_be_edited"] = False
        if member.title:
            found["custom_title"] = member.title
    elif member.status == "restricted":
        found |= {name: name in member.permissions for name in PERMISSIONS}
        found |= {"is_member": member.is_member, "until_date": member.until}
    elif member.status == "kicked":
        found["until_date"] = member.until
    if member.tag and member.status in ("member", "restricted"):
        found["tag"] = member.tag
    return found


def change(
    world: World, chat: FakeChat, actor: Json, new: Member, *, invite: Invite | None = None, by_request: bool = False
) -> int:
    """Give somebody a new standing; returns the id of the update about it, or 0.

    A change of the bot's own standing is a ``my_chat_member`` update; others are seen by an administrator alone.
    """
    old = world.member(chat, new.user_id)
    before, after = raw(world, chat, old), raw(world, chat, new)
    chat.members[new.user_id] = new
    told: Json = {"chat_id": chat.id, "user_id": new.user_id, "old": old.status, "new": new.status, "until": new.until}
    world.tell("member", told)
    mine = new.user_id == world.bot_id
    if before == after or not (mine or world.own(chat).status == "administrator"):
        return 0
    payload: Json = {
        "chat": world.chat_raw(chat), "from": actor, "date": int(world.now()),
        "old_chat_member": before, "new_chat_member": after,
    }  # fmt: skip
    if invite is not None:
        payload["invite_link"] = link_raw(world, chat, invite)
    if by_request:
        payload["via_join_request"] = True
    queue = f"my:{chat.id}" if mine else f"member:{new.user_id}"
    return world.updates.put("my_chat_member" if mine else "chat_member", payload, queue)


def link_raw(world: World, chat: FakeChat, invite: Invite) -> Json:
    """A ``ChatInviteLink`` as the Bot API writes it."""
    link: Json = {
        "invite_link": invite.link, "creator": world.me, "creates_join_request": invite.asks,
        "is_primary": False, "is_revoked": invite.revoked,
    }  # fmt: skip
    waiting = sum(request.link == invite.link for request in chat.requests.values())
    for name, value in (
        ("name", invite.name), ("member_limit", invite.member_limit), ("expire_date", invite.expires),
        ("pending_join_request_count", waiting),
    ):  # fmt: skip
        if value:
            link[name] = value
    return link


def enter(
    world: World, chat: FakeChat, actor: Json, user_id: int, invite: Invite | None, *, by_request: bool = False
) -> int:
    """Let somebody in: the standing, and in a group the service message; returns an update's id, or 0."""
    tag = world.member(chat, user_id).tag
    told = change(world, chat, actor, Member(user_id, tag=tag), invite=invite, by_request=by_request)
    if chat.type == "channel":
        return told
    message = world.post(chat, actor, extra={"new_chat_members": [world.person(user_id)]})
    return world.announce(message) or told


def leave(world: World, chat: FakeChat, actor: Json, new: Member) -> int:
    """Take somebody out: the standing, and in a group the service message if they were in; returns an update's id."""
    was_in = world.member(chat, new.user_id).inside
    told = change(world, chat, actor, new)
    if chat.type == "channel" or not was_in or new.user_id == world.bot_id:
        return told
    message = world.post(chat, actor, extra={"left_chat_member": world.person(new.user_id)})
    return world.announce(message) or told
