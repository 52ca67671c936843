"""What `coterie check` says about a Telegram bot: one plain sentence for each problem, and none without one."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from coterie.adapters.telegram.check import check
from coterie.adapters.telegram.polling import ALLOWED_UPDATES
from coterie.adapters.telegram.refusals import Closed, Moved
from coterie.adapters.telegram.surroundings import Surroundings
from coterie.core.platform import PlatformError, Refused, RetryLater
from tests.cli_kit import called
from tests.telegram_connection_kit import BOT, GROUP, TOKEN, FakeCalls, bot_server, config

SPACE = str(GROUP)
ME = {"id": BOT, "is_bot": True, "first_name": "Ours", "username": "our_bot", "can_read_all_group_messages": False}
ADMIN = {
    "status": "administrator",
    "can_invite_users": True,
    "can_restrict_members": True,
    "can_delete_messages": True,
    "can_pin_messages": True,
    "can_manage_tags": True,
    "can_manage_topics": True,
}


class Api(FakeCalls):
    """A Bot API in which all is well, unless a test changes it."""

    def __init__(self, **otherwise: Any) -> None:
        super().__init__()
        self.otherwise = {
            "getMe": ME,
            "getWebhookInfo": {"url": "", "pending_update_count": 0},
            "getChat": {"id": GROUP, "type": "supergroup", "title": "Lounge", "is_forum": True},
            "getChatMember": ADMIN,
        } | otherwise


async def problems(
    api: Api, *, readers: tuple[str, ...] = ("levels",), spaces: Any = (SPACE,), **values: Any
) -> list[str]:
    return await check(api, config(**values), Surroundings(tuple(spaces), readers))


async def one(api: Api, **values: Any) -> str:
    """The only problem."""
    (found,) = await problems(api, **values)
    return found


@pytest.mark.asyncio
async def test_nothing_is_wrong_and_nothing_is_changed() -> None:
    api = Api()
    assert await problems(api) == []
    assert {method for method, _ in api.calls} == {"getMe", "getWebhookInfo", "getChat", "getChatMember"}
    assert await problems(Api(getChatMember={"status": "creator"})) == []


@pytest.mark.asyncio
async def test_a_token_that_is_refused() -> None:
    said = await one(Api(getMe=RetryLater(60, "the bot token is refused", everywhere=True)))
    assert "@BotFather" in said
    assert "token" in said


@pytest.mark.asyncio
async def test_a_network_that_is_down_is_one_line() -> None:
    said = await one(Api(getMe=RetryLater(1, "the Bot API cannot be reached (ConnectError)")))
    assert "api.telegram.org could not be asked" in said
    assert "\n" not in said
    said = await one(Api(getMe=PlatformError("x")), api_base_url="http://user:pass@127.0.0.1:9/bot")
    assert "127.0.0.1:9" in said
    assert "pass" not in said
    assert "refuses to answer" in await one(Api(getMe=Refused("this is a proxy")))
    assert "is no Bot API server" in await one(Api(getMe=[1]))


@pytest.mark.asyncio
async def test_no_chat_at_all() -> None:
    assert "the log tells what to add" in await one(Api(), spaces=())
    assert await problems(Api(), spaces=(), chats=["*"]) == []
    assert "the bot is not in" in await one(Api(getChat=Closed("chat not found")), spaces=(), chats=["-1005"])


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "api",
    [
        Api(getChat=Closed("chat not found")),
        Api(getChatMember={"status": "left"}),
        Api(getChatMember={"status": "restricted", "is_member": False}),
    ],
)
async def test_a_chat_without_the_bot(api: Api) -> None:
    said = await one(api)
    assert "the bot is not in" in said
    assert "add @our_bot there" in said
    assert SPACE in said


@pytest.mark.asyncio
async def test_chats_that_say_other_things() -> None:
    assert "was banned from" in await one(Api(getChatMember={"status": "kicked"}))
    assert "should be -1009" in await one(Api(getChat=Moved(-1009)))
    assert "try again later" in await one(Api(getChat=RetryLater(5)))
    assert "could not be looked at: 502" in await one(Api(getChatMember=PlatformError("502")))
    assert "is no administrator" in (await problems(Api(getChat=None, getChatMember=7)))[0]


@pytest.mark.asyncio
async def test_missing_rights_are_named_as_the_apps_name_them() -> None:
    weak = ADMIN | {"can_invite_users": False, "can_manage_topics": False}
    assert (await one(Api(getChatMember=weak))).endswith(
        "lacks the rights “Invite Users via Link”, “Manage Topics”: give them in the list of administrators"
    )
    plain = {"id": GROUP, "type": "supergroup", "title": "Lounge"}
    assert "Manage Topics" not in await one(Api(getChatMember=weak, getChat=plain)), "there are no topics there"
    assert await problems(Api(getChatMember=weak), rights=["delete", "pin"]) == []


@pytest.mark.asyncio
async def test_a_bot_that_is_no_administrator_and_cannot_read() -> None:
    member = Api(getChatMember={"status": "member"})
    first, second = await problems(member)
    assert "does not hear who comes and goes" in first
    assert "“Ban Users”" in first
    assert "privacy mode" in second
    assert "levels" in second
    assert "/setprivacy" in second
    assert len(await problems(member, readers=())) == 1, "nobody reads what people write"
    member.otherwise["getMe"] = ME | {"can_read_all_group_messages": True}
    assert len(await problems(member)) == 1


@pytest.mark.asyncio
async def test_a_basic_group_and_a_channel() -> None:
    basic = await problems(Api(getChat={"type": "group", "title": "Old"}, getChatMember={"status": "creator"}))
    assert "is a basic group" in basic[0]
    channel = Api(getChat={"type": "channel", "title": "News"}, getChatMember={"status": "administrator"})
    assert "“Post Messages”" in await one(channel)


@pytest.mark.asyncio
async def test_a_title_plays_no_tricks() -> None:
    api = Api(getChat={"type": "supergroup", "title": "a\nb\u202ec"}, getChatMember={"status": "member"})
    for said in await problems(api):
        assert "\n" not in said
        assert "\u202e" not in said


HOOK = {"url": "https://bot.example.org", "path": "hidden-way"}
OURS = {"url": "https://bot.example.org/telegram/hidden-way"}


@pytest.mark.asyncio
async def test_a_webhook_of_somebody_else() -> None:
    foreign = Api(getWebhookInfo={"url": "https://other.example/secret-way"})
    said = await one(foreign)
    assert "other.example" in said
    assert "secret-way" not in said
    said = await one(foreign, mode="webhook", webhook=HOOK)
    assert "other.example" in said


@pytest.mark.asyncio
async def test_a_webhook_that_does_not_work() -> None:
    assert await problems(Api(getWebhookInfo=OURS), mode="webhook", webhook=HOOK) == []
    assert await problems(Api(), mode="webhook", webhook=HOOK) == [], "the first start sets it"
    broken = OURS | {"last_error_message": "Connection refused", "pending_update_count": 5000}
    first, second = await problems(Api(getWebhookInfo=broken), mode="webhook", webhook=HOOK)
    assert "Connection refused" in first
    assert "5000 updates wait" in second
    narrow = OURS | {"allowed_updates": ["message"]}
    assert "leaves out some updates" in await one(Api(getWebhookInfo=narrow), mode="webhook", webhook=HOOK)
    wide = OURS | {"allowed_updates": list(ALLOWED_UPDATES)}
    assert await problems(Api(getWebhookInfo=wide), mode="webhook", webhook=HOOK) == []


@pytest.mark.asyncio
@pytest.mark.parametrize("url", ["http://bot.example.org", "https://bot.example.org:8080"])
async def test_where_telegram_does_not_deliver(url: str) -> None:
    said = await one(Api(), mode="webhook", webhook={"url": url})
    assert "80, 88, 443, 8443" in said
    own = "http://127.0.0.1:8081/bot"
    assert await problems(Api(), mode="webhook", webhook={"url": url}, api_base_url=own) == []


# -- the command


def checked(capsys: pytest.CaptureFixture[str], file: Path, text: str, code: int) -> list[str]:
    """What `coterie check` says about Telegram."""
    file.write_text(text, encoding="utf-8")
    out, _ = called(capsys, "check", "--json", "-c", str(file), code=code)
    found = json.loads(out)["findings"]
    return [f"{each['level']}: {each['message']}" for each in found if each["area"] == "adapters"]


def section(address: str, token: str = TOKEN) -> str:
    return (
        '[coterie]\ndatabase = "sqlite://"\n'
        f'[adapters.telegram]\ntoken = "{token}"\napi_base_url = "{address}"\nrequest_timeout = "5s"\n'
        "[plugins.levels]\n[plugins.wallet]\n"
        f'[communities.main]\nspaces = [{{ platform = "telegram", id = {GROUP} }}]\n'
    )


def test_the_command_asks_the_bot(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:

    ready, stop = threading.Event(), asyncio.Event()
    address: list[str] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with bot_server() as server:
            server.answers |= {"getWebhookInfo": {"url": ""}, "getChat": {"type": "supergroup", "title": "Lounge"}}
            server.answers["getChatMember"] = {"status": "member"}
            address.append(server.address)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        first, second = checked(capsys, tmp_path / "plugins.toml", section(address[0]), 1)
        assert first.startswith("error: telegram: the bot is no administrator of “Lounge”")
        assert "privacy mode" in second
        assert "levels" in second, "the plugin that reads what people write"
        (refused,) = checked(capsys, tmp_path / "plugins.toml", section(address[0], "42:wrong"), 1)
        assert "Telegram refuses the token" in refused
        assert "42:wrong" not in refused
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def test_the_command_without_a_network(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    (line,) = checked(capsys, tmp_path / "plugins.toml", section(f"http://127.0.0.1:{port}/bot"), 1)
    assert line.startswith(f"error: telegram: the Bot API server 127.0.0.1:{port} could not be asked")
    off = section("http://127.0.0.1:1/bot").replace("[adapters.telegram]", "[adapters.telegram]\nenabled = false")
    assert checked(capsys, tmp_path / "plugins.toml", off, 0) == []
