"""Tags and one-use links on Telegram: what is done, what is left alone, and what is told."""

from __future__ import annotations

from typing import Any

import pytest

from coterie.adapters.telegram import access
from coterie.adapters.telegram.access import Access
from coterie.adapters.telegram.calls import Closed, Moved
from coterie.core.actions import Invite, Remove, SetTag
from coterie.core.cards import Button, Card
from coterie.core.events import Where, Who
from coterie.core.platform import (
    ABSENT,
    HAD,
    Holdings,
    Platform,
    PlatformError,
    Refused,
    RetryLater,
    Uncertain,
)
from tests.telegram_verbs_kit import BOB, CELLAR, DELIVERY, GROUP, NOW, No, Verbs, member

pytestmark = pytest.mark.asyncio

MARK = 7_340_000_000_000_000_001
LINK = "https://t.me/+abcDEF123"
KEPT = f"{LINK}#coterie {MARK}"
"""The link as the core keeps it."""


def tag(text: str, *replaces: str, sure: bool = True) -> SetTag:
    return SetTag(where=CELLAR, to=BOB, mark=MARK, sure=sure, tag=text, replaces=replaces)


def invite(replaces: str = "") -> Invite:
    card = Card(title="Gold", text="Your link to the cellar.")
    dm = Where("telegram", "42", kind="dm")
    return Invite(where=CELLAR, to=BOB, mark=MARK, dm=dm, card=card, label="Open", replaces=replaces)


def remove(link: str = LINK, *, sure: bool = True) -> Remove:
    return Remove(where=CELLAR, to=BOB, mark=MARK, sure=sure, link=link)


def outside(**answers: list[Any]) -> Verbs:
    """Bob is not in the cellar, and links can be made."""
    return Verbs(getChatMember=[member("left")], createChatInviteLink=[{"invite_link": LINK}], **answers)


# -- roles


async def test_telegram_has_no_roles() -> None:
    platform = Verbs()
    assert {"give_role", "take_role"}.isdisjoint(platform.capabilities())
    assert {"set_tag", "invite", "remove"} <= platform.capabilities()
    assert Access.access_page <= Platform.access_page


async def test_every_role_is_a_problem_in_words() -> None:
    platform = Verbs()
    told = await platform.role_problems(str(GROUP), ["7", "8"])
    assert set(told) == {"7", "8"}
    assert set(told.values()) == {"Telegram has no roles; use an invitation to a group or a tag"}
    assert platform.script.methods == []


# -- tags


async def test_a_tag_is_set() -> None:
    platform = Verbs(getChatMember=[member()])
    assert await platform.set_tag(tag("Gold"), DELIVERY) == ""
    assert platform.script.methods == ["getChatMember", "setChatMemberTag"]
    assert platform.script.data("setChatMemberTag") == {"chat_id": GROUP, "user_id": 42, "tag": "Gold"}


@pytest.mark.parametrize(
    ("stands", "action", "said", "asked"),
    [
        ("Silver", tag("Gold", "Silver"), "", "Gold"),  # one of Coterie's gives way
        ("Boss", tag("Gold", "Silver"), HAD, None),  # a person's stays
        ("Gold", tag("Gold", "Gold"), "", None),  # Coterie's stands there
        ("Gold", tag("Gold"), HAD, None),  # a person has given the same
        ("Gold", tag("", "Gold"), "", ""),  # Coterie's is taken away
        ("Boss", tag("", "Gold"), HAD, None),
        ("", tag("", "Gold"), "", None),  # gone already
        ("Gold", tag("", "Gold", sure=False), HAD, None),  # nobody knows whose it is
    ],
)
async def test_a_tag_that_may_be_a_persons_stays(stands: str, action: SetTag, said: str, asked: str | None) -> None:
    platform = Verbs(getChatMember=[member(tag=stands) if stands else member("restricted", is_member=True)])
    assert await platform.set_tag(action, DELIVERY) == said
    written = [data["tag"] for method, data in platform.script.log if method == "setChatMemberTag"]
    assert written == ([] if asked is None else [asked])


@pytest.mark.parametrize(
    "standing", [member("left"), member("kicked", until_date=0), member("restricted", is_member=False, tag="Gold")]
)
async def test_a_tag_waits_for_who_is_not_there(standing: dict[str, Any]) -> None:
    platform = Verbs(getChatMember=[standing])
    assert await platform.set_tag(tag("Gold"), DELIVERY) == ABSENT
    assert platform.script.methods == ["getChatMember"]


@pytest.mark.parametrize("status", ["creator", "administrator"])
async def test_administrators_have_no_tag(status: str) -> None:
    platform = Verbs(getChatMember=[member(status), member(status, custom_title="Boss"), member(status)])
    with pytest.raises(Refused, match="administrator"):
        await platform.set_tag(tag("Gold"), DELIVERY)
    assert await platform.set_tag(tag("Gold"), DELIVERY) == HAD
    assert await platform.set_tag(tag("", "Gold"), DELIVERY) == ""
    assert "setChatMemberTag" not in platform.script.methods


@pytest.mark.parametrize(("text", "why"), [("x" * 17, "at most 16"), ("Gold🥇", "emoji"), ("5️⃣", "emoji")])
async def test_a_tag_that_telegram_does_not_take_is_not_asked_for(text: str, why: str) -> None:
    platform = Verbs(getChatMember=[member()])
    with pytest.raises(Refused, match=why):
        await platform.set_tag(tag(text), DELIVERY)
    assert platform.script.methods == []


@pytest.mark.parametrize("text", ["x" * 16, "金牌會員", "Gold ★", "№ 1"])
async def test_signs_that_are_no_emoji_are_asked_for(text: str) -> None:
    platform = Verbs(getChatMember=[member()])
    assert await platform.set_tag(tag(text), DELIVERY) == ""


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("TAG_EMOJI_NOT_ALLOWED", "a tag cannot contain emoji"),
        ("TAG_CHANGE_FORBIDDEN", "the tag of this account cannot be changed by the bot"),
        ("not enough rights to manage tags", "the bot needs the right to manage tags there"),
        ("method is available only for groups and supergroups", "only groups have tags"),
        ("something nobody has heard of", "something nobody has heard of"),
    ],
)
async def test_refusals_of_tags_are_said_plainly(said: str, plain: str) -> None:
    platform = Verbs(getChatMember=[member()], setChatMemberTag=[No(said)])
    with pytest.raises(Refused) as caught:
        await platform.set_tag(tag("Gold"), DELIVERY)
    assert caught.value.reason == plain


async def test_a_lost_answer_is_looked_up() -> None:
    platform = Verbs(getChatMember=[member(), member(tag="Gold")], setChatMemberTag=[Uncertain("time-out")])
    assert await platform.set_tag(tag("Gold"), DELIVERY) == ""
    platform = Verbs(getChatMember=[member(), member()], setChatMemberTag=[Uncertain("time-out")])
    with pytest.raises(Uncertain):
        await platform.set_tag(tag("Gold"), DELIVERY)


async def test_an_account_that_telegram_does_not_know_gets_no_tag() -> None:
    for who in (BOB, Who("discord", "not a number")):
        platform = Verbs(getChatMember=[No("user not found")])
        with pytest.raises(Refused, match="does not know this account"):
            await platform.set_tag(SetTag(where=CELLAR, to=who, mark=1, tag="Gold"), DELIVERY)


# -- invitations


async def test_an_invitation_is_a_link_for_one_for_a_week_with_the_mark_in_its_name() -> None:
    platform = outside()
    assert await platform.invite(invite(), DELIVERY) == KEPT
    assert platform.script.methods == ["getChatMember", "createChatInviteLink", "sendMessage"]
    made = platform.script.data("createChatInviteLink")
    assert made["chat_id"] == GROUP
    assert made["member_limit"] == 1
    assert made["expire_date"] == int(NOW) + 7 * 86_400
    assert str(MARK) in made["name"]
    assert len(made["name"]) <= 32


async def test_the_link_goes_to_the_direct_chat_behind_a_button() -> None:
    platform = outside()
    await platform.invite(invite(), DELIVERY)
    message = platform.script.data("sendMessage")
    assert message["chat_id"] == 42
    assert message["text"] == "Gold\nYour link to the cellar."
    assert LINK not in message["text"]
    (row,) = message["reply_markup"]["inline_keyboard"]
    assert [(button["text"], button["url"]) for button in row] == [("Open", LINK)]


async def test_a_cards_own_buttons_stand_above_the_link() -> None:
    platform = outside()
    card = Card(text="Come in", buttons=((Button("Help", url="https://example.org/help"),),))
    action = Invite(where=CELLAR, to=BOB, mark=MARK, dm=Where("telegram", "42", kind="dm"), card=card, label="Open")
    await platform.invite(action, DELIVERY)
    rows = platform.script.data("sendMessage")["reply_markup"]["inline_keyboard"]
    assert [button["text"] for row in rows for button in row] == ["Help", "Open"]


async def test_a_replaced_link_works_no_more_before_the_new_one_is_made() -> None:
    platform = outside()
    await platform.invite(invite("https://t.me/+old#coterie 5"), DELIVERY)
    assert platform.script.methods == ["getChatMember", "revokeChatInviteLink", "createChatInviteLink", "sendMessage"]
    revoked = platform.script.data("revokeChatInviteLink")
    assert revoked == {"chat_id": GROUP, "invite_link": "https://t.me/+old"}


async def test_a_replaced_link_that_leads_nowhere_is_no_obstacle() -> None:
    platform = outside(revokeChatInviteLink=[No("INVITE_HASH_EXPIRED")])
    assert await platform.invite(invite("https://t.me/+old"), DELIVERY) == KEPT


@pytest.mark.parametrize("standing", [member(), member("administrator"), member("restricted", is_member=True)])
async def test_who_is_in_already_gets_no_link(standing: dict[str, Any]) -> None:
    platform = Verbs(getChatMember=[standing, standing])
    assert await platform.invite(invite(), DELIVERY) == HAD
    assert platform.script.methods == ["getChatMember"]
    assert await platform.invite(invite("https://t.me/+old"), DELIVERY) == HAD
    assert platform.script.methods[-1] == "revokeChatInviteLink"


@pytest.mark.parametrize(
    "trouble",
    [Closed("bot was blocked by the user"), Uncertain("time-out"), RetryLater(3), PlatformError("went wrong")],
)
async def test_a_link_that_was_not_sent_is_revoked(trouble: PlatformError) -> None:
    platform = outside(sendMessage=[trouble])
    with pytest.raises(type(trouble)):
        await platform.invite(invite(), DELIVERY)
    assert platform.script.methods[-1] == "revokeChatInviteLink"
    assert platform.script.data("revokeChatInviteLink")["invite_link"] == LINK


async def test_trouble_with_revoking_does_not_hide_why_it_was_not_sent() -> None:
    platform = outside(
        sendMessage=[Closed("bot was blocked by the user")], revokeChatInviteLink=[Uncertain("time-out")]
    )
    with pytest.raises(Closed, match="blocked"):
        await platform.invite(invite(), DELIVERY)


async def test_who_was_banned_by_hand_is_not_invited() -> None:
    for until in (0, int(NOW) + 86_400):
        platform = Verbs(getChatMember=[member("kicked", until_date=until)])
        with pytest.raises(Refused, match="banned"):
            await platform.invite(invite(), DELIVERY)
        assert platform.script.methods == ["getChatMember"]


async def test_a_removal_that_was_cut_off_is_ended_before_the_invitation() -> None:
    platform = Verbs(
        getChatMember=[member("kicked", until_date=int(NOW) + 100)], createChatInviteLink=[{"invite_link": LINK}]
    )
    assert await platform.invite(invite(), DELIVERY) == KEPT
    assert platform.script.methods[1] == "unbanChatMember"


@pytest.mark.parametrize("made", [True, {}, {"invite_link": ""}, [LINK]])
async def test_a_link_without_a_name_is_not_sent(made: Any) -> None:
    platform = Verbs(getChatMember=[member("left")], createChatInviteLink=[made])
    with pytest.raises(Uncertain):
        await platform.invite(invite(), DELIVERY)
    assert "sendMessage" not in platform.script.methods


async def test_a_missing_right_to_invite_is_said_plainly() -> None:
    platform = Verbs(getChatMember=[member("left")])
    platform.script.answers["createChatInviteLink"] = [No("not enough rights to manage chat invite link")]
    with pytest.raises(Refused, match="the bot needs the right to invite users there"):
        await platform.invite(invite(), DELIVERY)


# -- removals


async def test_a_removal_revokes_bans_and_lifts_the_ban() -> None:
    platform = Verbs(getChatMember=[member()])
    assert await platform.remove(remove(), DELIVERY) == ""
    assert platform.script.methods == ["revokeChatInviteLink", "getChatMember", "banChatMember", "unbanChatMember"]
    ban = platform.script.data("banChatMember")
    assert ban == {"chat_id": GROUP, "user_id": 42, "until_date": int(NOW) + 300}
    assert platform.script.data("unbanChatMember") == {"chat_id": GROUP, "user_id": 42, "only_if_banned": True}


async def test_both_halves_are_done_again_when_the_second_failed() -> None:
    platform = Verbs(
        getChatMember=[member(), member("kicked", until_date=int(NOW) + 299)], unbanChatMember=[RetryLater(1)]
    )
    with pytest.raises(RetryLater):
        await platform.remove(remove(""), DELIVERY)
    assert await platform.remove(remove(""), DELIVERY) == ""
    assert platform.script.methods[-1] == "unbanChatMember"


@pytest.mark.parametrize(
    "standing", [member("left"), member("kicked", until_date=0), member("kicked", until_date=int(NOW) + 3600)]
)
async def test_who_is_out_stays_as_they_are(standing: dict[str, Any]) -> None:
    platform = Verbs(getChatMember=[standing])
    assert await platform.remove(remove(), DELIVERY) == ABSENT
    assert platform.script.methods == ["revokeChatInviteLink", "getChatMember"]


async def test_who_may_have_been_let_in_by_a_person_stays() -> None:
    platform = Verbs(getChatMember=[member()])
    assert await platform.remove(remove(sure=False), DELIVERY) == HAD
    assert platform.script.methods == ["revokeChatInviteLink", "getChatMember"]


@pytest.mark.parametrize("status", ["creator", "administrator"])
async def test_administrators_are_never_taken_out(status: str) -> None:
    platform = Verbs(getChatMember=[member(status)])
    with pytest.raises(Refused, match="administrator"):
        await platform.remove(remove(), DELIVERY)
    assert "banChatMember" not in platform.script.methods


async def test_a_link_that_cannot_be_revoked_is_told_after_the_removal() -> None:
    platform = Verbs(
        getChatMember=[member()], revokeChatInviteLink=[No("not enough rights to manage chat invite link")]
    )
    with pytest.raises(Refused, match="right to invite"):
        await platform.remove(remove(), DELIVERY)
    assert platform.script.methods[-2:] == ["banChatMember", "unbanChatMember"]


async def test_without_a_link_nothing_is_revoked() -> None:
    platform = Verbs(getChatMember=[member()])
    await platform.remove(remove(""), DELIVERY)
    assert "revokeChatInviteLink" not in platform.script.methods


async def test_a_basic_group_has_no_bans_to_lift() -> None:
    platform = Verbs(
        getChatMember=[member()],
        unbanChatMember=[No("method is available for supergroup and channel chats only")],
    )
    assert await platform.remove(remove(""), DELIVERY) == ""


# -- what accounts have


async def test_what_accounts_have_is_asked_one_by_one_and_paced(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(access, "sleep", pause)
    standings = [
        member(tag="Gold"),
        member("left"),
        No("PARTICIPANT_ID_INVALID"),
        member("administrator", custom_title="Boss"),
        {"status": "something new"},
        member("restricted", is_member=False, tag="Gold"),
    ]
    platform = Verbs(getChatMember=list(standings))
    accounts = [Who("telegram", str(number)) for number in range(1, 7)]
    told = await platform.access_of(str(GROUP), [*accounts, Who("telegram", "no number")])
    assert dict(told) == {
        ("telegram", "1"): Holdings(True, tag="Gold"),
        ("telegram", "2"): Holdings(False),
        ("telegram", "4"): Holdings(True, tag="Boss"),
        ("telegram", "6"): Holdings(False, tag="Gold"),
    }
    assert [data["user_id"] for _, data in platform.script.log] == [1, 2, 3, 4, 5, 6]
    assert pauses == [access.PAUSE] * 6


async def test_a_whole_page_fits_into_the_time_that_a_comparison_gives() -> None:
    assert Access.access_page * access.PAUSE <= 10


@pytest.mark.parametrize("trouble", [No("CHAT_ADMIN_REQUIRED"), RetryLater(5), Uncertain("time-out")])
async def test_a_space_that_tells_nothing_is_told(trouble: Any) -> None:
    platform = Verbs(getChatMember=[member(), trouble])
    with pytest.raises(PlatformError):
        await platform.access_of(str(GROUP), [BOB, Who("telegram", "43")])


@pytest.mark.parametrize("said", ["CHAT_ADMIN_REQUIRED", "member list is inaccessible"])
async def test_a_bot_that_may_not_look_says_so_plainly(said: str) -> None:
    with pytest.raises(Refused, match="the bot must be an administrator to see who is in the group"):
        await Verbs(getChatMember=[No(said)]).access_of(str(GROUP), [BOB])


async def test_a_space_that_is_no_chat_is_refused() -> None:
    platform = Verbs()
    with pytest.raises(Refused, match="names no Telegram chat"):
        await platform.access_of("a room", [BOB])


async def test_a_group_that_moved_is_followed() -> None:
    old = Where("telegram", "-77", "-77")
    platform = Verbs(getChatMember=[Moved(GROUP), member()])
    action = SetTag(where=old, to=BOB, mark=MARK, tag="Gold")
    assert await platform.set_tag(action, DELIVERY) == ""
    assert [data["chat_id"] for _, data in platform.script.log] == [-77, GROUP, GROUP]
