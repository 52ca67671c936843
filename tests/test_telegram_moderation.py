"""Mutes, kicks, bans, join requests and removed messages on Telegram."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.telegram.joins import KEPT, PATIENCE, JoinQueries
from coterie.adapters.telegram.moderation import LONGEST, SHORTEST, until_date
from coterie.core.actions import (
    ApproveJoin,
    Ban,
    DeclineJoin,
    Kick,
    ModerationAction,
    Mute,
    RemoveMessage,
    Unban,
    Unmute,
)
from coterie.core.events import JoinRequested, MemberJoined, Where, Who
from coterie.core.platform import VERBS, Platform, Refused, RetryLater, Uncertain
from tests.telegram_verbs_kit import BOB, DELIVERY, GROUP, HOME, NOW, SMALL, No, Verbs, member

pytestmark = pytest.mark.asyncio

EVERYTHING = 16
"""Permissions that Bot API 10 knows."""
ADMINS = [member("creator"), member("administrator")]


async def carry_out(platform: Platform, action: ModerationAction | ApproveJoin | DeclineJoin | RemoveMessage) -> str:
    """Carry an action out, as the sender does."""
    tag = str(type(action).__struct_config__.tag)
    said: str = await getattr(platform, VERBS[tag])(action, DELIVERY)
    return said


def every(where: Where = HOME) -> list[ModerationAction]:
    return [
        Mute(where=where, to=BOB),
        Unmute(where=where, to=BOB),
        Kick(where=where, to=BOB),
        Ban(where=where, to=BOB),
        Unban(where=where, to=BOB),
    ]


# -- mutes


@pytest.mark.parametrize("standing", [member(), member("left"), member("restricted", is_member=True)])
async def test_a_mute_takes_every_permission(standing: dict[str, Any]) -> None:
    platform = Verbs(getChatMember=[standing])
    assert await carry_out(platform, Mute(where=HOME, to=BOB)) == ""
    asked = platform.script.data("restrictChatMember")
    assert (asked["chat_id"], asked["user_id"], asked["until_date"]) == (GROUP, 42, 0)
    assert asked["use_independent_chat_permissions"] is True
    assert list(asked["permissions"].values()) == [False] * EVERYTHING


async def test_a_mute_ends() -> None:
    platform = Verbs(getChatMember=[member()])
    end = (int(NOW) + 3600) * 1000
    await carry_out(platform, Mute(where=HOME, to=BOB, until=end))
    assert platform.script.data("restrictChatMember")["until_date"] == int(NOW) + 3600


async def test_an_unmute_gives_every_permission_back() -> None:
    platform = Verbs(getChatMember=[member("restricted", is_member=True, until_date=0)])
    assert await carry_out(platform, Unmute(where=HOME, to=BOB)) == ""
    asked = platform.script.data("restrictChatMember")
    assert list(asked["permissions"].values()) == [True] * EVERYTHING
    assert asked["use_independent_chat_permissions"] is True


@pytest.mark.parametrize("standing", [member(), member("left"), member("kicked", until_date=0), *ADMINS])
async def test_who_is_not_muted_stays_as_they_are(standing: dict[str, Any]) -> None:
    platform = Verbs(getChatMember=[standing])
    assert await carry_out(platform, Unmute(where=HOME, to=BOB)) == ""
    assert platform.script.methods == ["getChatMember"]


async def test_a_mute_does_not_lift_a_ban() -> None:
    """Telegram knows one state for each account: restricting a banned one would let it in again."""
    platform = Verbs(getChatMember=[member("kicked", until_date=0)])
    assert await carry_out(platform, Mute(where=HOME, to=BOB)) == ""
    assert platform.script.methods == ["getChatMember"]


@pytest.mark.parametrize(
    ("until", "now", "end"),
    [
        (0, 1000.0, 0),
        (1_031_000, 1000.0, 1031),
        (1_031_001, 1000.0, 1032),  # whole seconds, never too early
        (1_010_000, 1000.0, 1031),  # Telegram takes less than 30 seconds for ever
        (1, 1000.0, 1031),  # over before it was asked for
        (1_010_000, 1000.9, 1032),
        ((1000 + LONGEST) * 1000, 1000.0, 1000 + LONGEST),
        ((1000 + LONGEST) * 1000 + 1, 1000.0, 0),  # for ever
        (2**53, 1000.0, 0),
    ],
)
async def test_ends_are_in_whole_seconds_and_within_what_telegram_takes(until: int, now: float, end: int) -> None:
    assert until_date(until, now) == end


@given(st.integers(1, 2**53), st.floats(0, 2**40))
async def test_an_end_is_never_taken_for_none_by_mistake(until: int, now: float) -> None:
    end = until_date(until, now)
    if end == 0:
        assert until / 1000 - now > LONGEST - 1
    else:
        assert SHORTEST <= end - now <= LONGEST
        assert end * 1000 >= until


# -- kicks and bans


async def test_a_kick_is_a_ban_and_its_end() -> None:
    platform = Verbs(getChatMember=[member()])
    assert await carry_out(platform, Kick(where=HOME, to=BOB)) == ""
    assert platform.script.methods == ["getChatMember", "banChatMember", "unbanChatMember"]
    assert platform.script.data("unbanChatMember")["only_if_banned"] is True
    # Should the second half never be asked for, the ban ends by itself.
    assert 30 < platform.script.data("banChatMember")["until_date"] - NOW < 600


@pytest.mark.parametrize("trouble", [RetryLater(2), Uncertain("time-out")])
async def test_a_kick_that_was_cut_off_is_done_again_whole(trouble: Exception) -> None:
    platform = Verbs(getChatMember=[member(), member("kicked", until_date=int(NOW) + 290)], unbanChatMember=[trouble])
    with pytest.raises(type(trouble)):
        await carry_out(platform, Kick(where=HOME, to=BOB))
    assert await carry_out(platform, Kick(where=HOME, to=BOB)) == ""
    assert platform.script.methods == ["getChatMember", "banChatMember", "unbanChatMember"] * 2


@pytest.mark.parametrize(
    "standing", [member("left"), member("kicked", until_date=0), member("kicked", until_date=int(NOW) + 7200)]
)
async def test_a_kick_leaves_out_who_is_out(standing: dict[str, Any]) -> None:
    platform = Verbs(getChatMember=[standing])
    assert await carry_out(platform, Kick(where=HOME, to=BOB)) == ""
    assert platform.script.methods == ["getChatMember"]


async def test_a_ban_lasts_until_it_is_lifted_or_an_instant() -> None:
    platform = Verbs(getChatMember=[member(), member("kicked", until_date=0)])
    assert await carry_out(platform, Ban(where=HOME, to=BOB)) == ""
    assert platform.script.data("banChatMember") == {"chat_id": GROUP, "user_id": 42, "until_date": 0}
    assert await carry_out(platform, Ban(where=HOME, to=BOB, until=(int(NOW) + 60) * 1000)) == ""
    assert platform.script.data("banChatMember")["until_date"] == int(NOW) + 60
    assert "unbanChatMember" not in platform.script.methods


async def test_somebody_who_never_came_can_be_banned() -> None:
    platform = Verbs(getChatMember=[No("user not found")])
    assert await carry_out(platform, Ban(where=HOME, to=BOB)) == ""
    assert platform.script.methods[-1] == "banChatMember"


async def test_lifting_a_ban_takes_nobody_out() -> None:
    platform = Verbs()
    assert await carry_out(platform, Unban(where=HOME, to=BOB)) == ""
    assert platform.script.log == [
        ("unbanChatMember", {"chat_id": GROUP, "user_id": 42, "only_if_banned": True}),
    ]


@pytest.mark.parametrize("standing", ADMINS)
@pytest.mark.parametrize("action", [each for each in every() if not isinstance(each, Unmute | Unban)])
async def test_nobody_restricts_an_administrator(standing: dict[str, Any], action: ModerationAction) -> None:
    platform = Verbs(getChatMember=[standing])
    with pytest.raises(Refused, match="is an administrator"):
        await carry_out(platform, action)
    assert platform.script.methods == ["getChatMember"]


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("user is an administrator of the chat", "this account is an administrator of the group"),
        ("can't remove chat owner", "this account owns the group"),
        ("not enough rights to restrict/unrestrict chat member", "the bot needs the right to ban users there"),
        (
            "CHAT_ADMIN_REQUIRED",
            "the bot must be an administrator of the group, with the right to ban users",
        ),
    ],
)
async def test_refusals_are_said_plainly(said: str, plain: str) -> None:
    for action, method in (
        (Ban(where=HOME, to=BOB), "banChatMember"),
        (Kick(where=HOME, to=BOB), "banChatMember"),
        (Mute(where=HOME, to=BOB), "restrictChatMember"),
        (Unban(where=HOME, to=BOB), "unbanChatMember"),
    ):
        platform = Verbs(getChatMember=[member()], **{method: [No(said)]})
        with pytest.raises(Refused) as caught:
            await carry_out(platform, action)
        assert caught.value.reason == plain


async def test_a_basic_group_can_only_put_people_out() -> None:
    for action in (Mute(where=SMALL, to=BOB), Ban(where=SMALL, to=BOB)):
        platform = Verbs()
        with pytest.raises(Refused, match="basic group"):
            await carry_out(platform, action)
        assert platform.script.methods == []
    platform = Verbs()
    assert await carry_out(platform, Unban(where=SMALL, to=BOB)) == ""
    assert platform.script.methods == []
    platform = Verbs(
        getChatMember=[member()], unbanChatMember=[No("method is available for supergroup and channel chats only")]
    )
    assert await carry_out(platform, Kick(where=SMALL, to=BOB)) == ""


async def test_an_account_of_another_platform_is_refused() -> None:
    nobody = Who("discord", "somebody")
    for action in (Mute(where=HOME, to=nobody), Kick(where=HOME, to=nobody), Ban(where=HOME, to=nobody)):
        with pytest.raises(Refused, match="account"):
            await carry_out(Verbs(), action)


@pytest.mark.parametrize("action", every(Where("telegram", "a room", "a room")))
async def test_a_place_that_is_no_chat_is_refused(action: ModerationAction) -> None:
    with pytest.raises(Refused, match="names no Telegram chat"):
        await carry_out(Verbs(), action)


# -- messages


async def test_a_message_is_taken_away_wherever_in_the_group() -> None:
    topic = Where("telegram", f"{GROUP}/7", str(GROUP), "thread")
    platform = Verbs()
    assert await carry_out(platform, RemoveMessage(where=topic, message="815")) == ""
    assert platform.script.log == [("deleteMessage", {"chat_id": GROUP, "message_id": 815})]


@pytest.mark.parametrize("said", ["message to delete not found", "MESSAGE_ID_INVALID"])
async def test_a_message_that_is_gone_is_done(said: str) -> None:
    platform = Verbs(deleteMessage=[No(said)])
    assert await carry_out(platform, RemoveMessage(where=HOME, message="815")) == ""


async def test_a_message_that_cannot_be_taken_away_is_told() -> None:
    platform = Verbs(deleteMessage=[No("message can't be deleted for everyone")])
    with pytest.raises(Refused, match="older than 48 hours, or the bot lacks the right"):
        await carry_out(platform, RemoveMessage(where=HOME, message="815"))
    for junk in ("", "x", "-3", "٣", "9" * 40):
        with pytest.raises(Refused, match="no such message"):
            await carry_out(Verbs(), RemoveMessage(where=HOME, message=junk))


# -- join requests


@pytest.mark.parametrize(
    ("action", "method"),
    [
        (ApproveJoin(where=HOME, to=BOB), "approveChatJoinRequest"),
        (DeclineJoin(where=HOME, to=BOB), "declineChatJoinRequest"),
    ],
)
async def test_a_join_request_is_decided_once(action: ApproveJoin | DeclineJoin, method: str) -> None:
    platform = Verbs(**{method: [True, No("USER_ALREADY_PARTICIPANT"), No("HIDE_REQUESTER_MISSING")]})
    for _ in range(3):
        assert await carry_out(platform, action) == ""
    assert platform.script.log == [(method, {"chat_id": GROUP, "user_id": 42})] * 3


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("not enough rights to manage chat join requests", "the bot needs the right to invite users there"),
        ("USER_CHANNELS_TOO_MUCH", "this account is in as many groups as Telegram allows"),
        ("chat not found", "chat not found"),
    ],
)
async def test_a_request_that_cannot_be_decided_is_told(said: str, plain: str) -> None:
    platform = Verbs(approveChatJoinRequest=[No(said)])
    with pytest.raises(Refused) as caught:
        await carry_out(platform, ApproveJoin(where=HOME, to=BOB))
    assert caught.value.reason == plain


@pytest.mark.parametrize(
    ("action", "result"),
    [(ApproveJoin(where=HOME, to=BOB), "approve"), (DeclineJoin(where=HOME, to=BOB), "decline")],
)
async def test_a_query_that_waits_is_answered_in_place_of_the_request(
    action: ApproveJoin | DeclineJoin, result: str
) -> None:
    platform = Verbs()
    platform.joins.opened(str(GROUP), "42", "Q7")
    assert await carry_out(platform, action) == ""
    assert platform.script.log == [
        ("answerChatJoinRequestQuery", {"chat_join_request_query_id": "Q7", "result": result})
    ]
    await carry_out(platform, action)
    assert platform.script.methods[1].endswith("ChatJoinRequest")


@pytest.mark.parametrize("said", ["query is too old and response timeout expired or query ID is invalid", "unknown"])
async def test_the_request_is_decided_when_its_query_is_too_old(said: str) -> None:
    platform = Verbs(answerChatJoinRequestQuery=[No(said)])
    platform.joins.opened(str(GROUP), "42", "Q7")
    assert await carry_out(platform, ApproveJoin(where=HOME, to=BOB)) == ""
    assert platform.script.methods == ["answerChatJoinRequestQuery", "approveChatJoinRequest"]


async def test_queries_wait_as_long_as_telegram_and_are_bounded() -> None:
    now = [100.0]
    joins = JoinQueries(lambda: now[0])
    joins.opened("-1", "42", "Q1")
    joins.opened("-1", "42", "Q2")
    assert joins.take("-1", "43") == joins.take("-2", "42") == ""
    assert (joins.take("-1", "42"), joins.take("-1", "42")) == ("Q2", "")
    joins.opened("-1", "42", "Q3")
    now[0] += PATIENCE + 0.001
    assert joins.take("-1", "42") == ""
    for number in range(KEPT + 1):
        joins.opened("-1", str(number), f"Q{number}")
    assert (joins.take("-1", "0"), joins.take("-1", "1")) == ("", "Q1")


async def test_only_requests_to_join_that_have_a_query_are_remembered() -> None:
    joins = JoinQueries()
    told = JoinRequested(key="1", who=BOB, where=HOME, handle="j:42:Q:7")
    joins.heard(JoinRequested(key="2", who=Who("telegram", "43"), where=HOME, handle="j:43:"))
    joins.heard(JoinRequested(key="3", who=Who("telegram", "44"), where=HOME, handle="q:44:Q"))
    joins.heard(MemberJoined(key="4", who=Who("telegram", "45"), where=HOME, handle="j:45:Q"))
    joins.heard(JoinRequested(key="5", handle="j:46:Q"))
    joins.heard(told)
    assert [joins.take(str(GROUP), str(user)) for user in range(42, 47)] == ["Q:7", "", "", "", ""]
