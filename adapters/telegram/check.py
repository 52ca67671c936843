"""What keeps a bot from doing its work, in plain words and with the way to fix it; for ``coterie check``."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from telegram.constants import SUPPORTED_WEBHOOK_PORTS

from coterie.adapters.telegram.config import TelegramConfig
from coterie.adapters.telegram.polling import ALLOWED_UPDATES
from coterie.adapters.telegram.ports import Caller
from coterie.adapters.telegram.refusals import Moved
from coterie.adapters.telegram.surroundings import Surroundings
from coterie.core.platform import PlatformError, Refused, RetryLater
from coterie.core.text import clean_name

PATIENCE: Final = 8.0
"""Seconds that one answer may take."""
AT_ONCE: Final = 8
"""Chats that are looked at at the same time."""
BEHIND: Final = 1000
"""Updates that wait at Telegram before it is worth a word."""

RIGHTS: Final[Mapping[str, tuple[str, str]]] = {
    "invite": ("can_invite_users", "Invite Users via Link"),
    "restrict": ("can_restrict_members", "Ban Users"),
    "delete": ("can_delete_messages", "Delete Messages"),
    "pin": ("can_pin_messages", "Pin Messages"),
    "tags": ("can_manage_tags", "Manage Tags"),
    "topics": ("can_manage_topics", "Manage Topics"),
}
"""Rights by the names that the configuration has for them: the Bot API's field, and what Telegram's apps call it."""
_CHANNEL_RIGHTS: Final = {
    "can_post_messages": "Post Messages",
    "can_edit_messages": "Edit Messages of Others",
    "can_invite_users": "Add Subscribers",
}
_ELSEWHERE: Final = "https://api.telegram.org/"
_UPGRADE: Final = "make it one, for example by showing new members the chat history"


async def check(
    calls: Caller, config: TelegramConfig, around: Surroundings, *, patience: float = PATIENCE
) -> list[str]:
    """Look at the token, how updates come in, and the bot's rights in each chat; changes nothing.

    Returns one sentence for each problem, empty when all is well.  Each request is given ``patience`` seconds.
    """
    try:
        me = await calls.call("getMe", {}, timeout=patience)
        hook = await calls.call("getWebhookInfo", {}, timeout=patience)
    except PlatformError as error:
        return [_unreachable(error, config)]
    if not (isinstance(me, dict) and isinstance(me.get("id"), int) and isinstance(hook, dict)):
        return [f"what answers at api_base_url ({_host(config.api_base_url)}) is no Bot API server"]
    found = list(_deliveries(hook, config))
    gate = asyncio.Semaphore(AT_ONCE)

    async def look(chat: str) -> list[str]:
        async with gate:
            return await Look(calls, config, around, me, chat, patience).problems()

    chats = dict.fromkeys((*around.spaces, *(chat for chat in config.chats if chat != "*")))
    if not chats:
        named = "no community names a Telegram group or channel as its space"
        if "*" not in config.chats:
            found.append(f"{named}: put the bot into one, and the log tells what to add to the configuration")
    for problems in await asyncio.gather(*(look(chat) for chat in chats)):
        found += problems
    return found


def _unreachable(error: PlatformError, config: TelegramConfig) -> str:
    if "token is refused" in error.reason:
        return (
            "Telegram refuses the token: get the right one from @BotFather (/token) and set [adapters.telegram] token"
        )
    host = _host(config.api_base_url)
    if isinstance(error, Refused):
        return f"the Bot API server {host} refuses to answer: {error.reason}"
    return f"the Bot API server {host} could not be asked ({error.reason}): look at the network and at api_base_url"


def _deliveries(hook: dict[str, Any], config: TelegramConfig) -> Iterator[str]:
    """What is wrong with the way that updates come in."""
    url = hook.get("url") if isinstance(hook.get("url"), str) else ""
    if config.mode == "polling":
        if url:
            yield (
                f"another program has Telegram deliver this bot's updates to {_host(url)}: stop it, or give this one a "
                "bot of its own; the next start of Coterie takes them over"
            )
        return
    ours = "" if config.webhook is None else config.webhook.url
    if config.api_base_url.startswith(_ELSEWHERE):
        parts = urlsplit(ours)
        if parts.scheme != "https" or (parts.port or 443) not in SUPPORTED_WEBHOOK_PORTS:
            ports = ", ".join(str(int(port)) for port in sorted(SUPPORTED_WEBHOOK_PORTS))
            yield f"Telegram delivers to https:// and the ports {ports} alone: change webhook.url"
    if url and not url.startswith(ours):
        yield f"Telegram delivers this bot's updates to {_host(url)}; the next start of Coterie changes that"
        return
    if isinstance(said := hook.get("last_error_message"), str) and said:
        yield f"Telegram could not deliver to {_host(ours)} ({clean_name(said)}): look at the proxy before Coterie"
    waiting = hook.get("pending_update_count")
    if isinstance(waiting, int) and waiting > BEHIND:
        yield f"{waiting} updates wait at Telegram to be delivered"
    allowed = hook.get("allowed_updates")
    if (
        url
        and isinstance(allowed, list)
        and allowed
        and (missing := sorted(set(ALLOWED_UPDATES) - set(map(str, allowed))))
    ):
        yield f"Telegram leaves out some updates ({', '.join(missing[:5])}); the next start of Coterie changes that"


class Look:
    """A look at one chat."""

    def __init__(
        self,
        calls: Caller,
        config: TelegramConfig,
        around: Surroundings,
        me: dict[str, Any],
        chat: str,
        patience: float,
    ) -> None:
        self._calls = calls
        self._rights = config.rights
        self._readers = around.readers
        self._me = me
        self._chat = chat
        self._patience = patience

    async def problems(self) -> list[str]:
        """What is wrong there, a sentence each."""
        try:
            found = await self._ask("getChat", {"chat_id": self._chat})
            member = await self._ask("getChatMember", {"chat_id": self._chat, "user_id": self._me["id"]})
        except Moved as moved:
            return [f"the group {self._chat} is a supergroup now: its id in the configuration should be {moved.to}"]
        except RetryLater as error:
            return [f"the chat {self._chat} could not be looked at ({error.reason}): try again later"]
        except Refused:
            return [self._absent(f"the chat {self._chat}")]
        except PlatformError as error:
            return [f"the chat {self._chat} could not be looked at: {error.reason}"]
        return list(self._judged(found, member))

    async def _ask(self, method: str, data: dict[str, Any]) -> dict[str, Any]:
        found = await self._calls.call(method, data, timeout=self._patience)
        return found if isinstance(found, dict) else {}

    def _absent(self, named: str) -> str:
        return f"the bot is not in {named}: add {self._name()} there, or take the chat out of the configuration"

    def _name(self) -> str:
        return f"@{clean_name(str(self._me.get('username') or ''), 'the bot')}"

    def _judged(self, chat: dict[str, Any], member: dict[str, Any]) -> Iterator[str]:
        title, kind, status = chat.get("title"), chat.get("type"), member.get("status")
        named = f"“{clean_name(title)}” ({self._chat})" if isinstance(title, str) else f"the chat {self._chat}"
        if status in ("left", "kicked") or (status == "restricted" and member.get("is_member") is False):
            yield self._absent(named) if status != "kicked" else f"the bot was banned from {named}: let it in again"
            return
        if kind == "group" and "restrict" in self._rights:
            yield f"{named} is a basic group, in which nobody can be muted and no topic or tag be had: {_UPGRADE}"
        if status == "creator":
            return
        if status != "administrator":
            yield from self._no_administrator(named, kind, chat)
        elif missing := self._missing(kind, chat, member):
            yield f"in {named} the bot lacks the rights {missing}: give them in the list of administrators"

    def _no_administrator(self, named: str, kind: Any, chat: dict[str, Any]) -> Iterator[str]:
        wanted = self._missing(kind, chat, {})
        rights = f" with the rights {wanted}" if wanted else ""
        yield (
            f"the bot is no administrator of {named}, so it does not hear who comes and goes: "
            f"make {self._name()} an administrator{rights}"
        )
        if self._readers and kind != "channel" and self._me.get("can_read_all_group_messages") is not True:
            yield (
                f"privacy mode hides what people write in {named}, but {', '.join(self._readers)} must see it: "
                "make the bot an administrator, or turn the mode off (@BotFather, /setprivacy) and add the bot again"
            )

    def _missing(self, kind: Any, chat: dict[str, Any], member: dict[str, Any]) -> str:
        """The rights that should be there and are not, as Telegram's apps call them."""
        if kind == "channel":
            wanted = dict(_CHANNEL_RIGHTS)
        else:
            forum = chat.get("is_forum") is True
            wanted = dict(RIGHTS[name] for name in self._rights if name != "topics" or forum)
            if kind == "group":
                wanted.pop("can_manage_tags", None)
        return ", ".join(f"“{label}”" for field, label in wanted.items() if member.get(field) is not True)


def _host(url: str) -> str:
    """An address without its path, which may hold a secret."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or "?"
    except ValueError:
        return "?"


__all__ = ["RIGHTS", "check"]
