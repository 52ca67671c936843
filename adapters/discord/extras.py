"""What Discord has beside messages: polls, pins and threads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from coterie.adapters.discord.base import Base
from coterie.adapters.discord.doubts import Doubts
from coterie.adapters.discord.natives import read
from coterie.adapters.discord.places import is_id
from coterie.adapters.discord.plainly import plainly
from coterie.adapters.discord.posting import nonce
from coterie.adapters.discord.reading.fields import created
from coterie.adapters.discord.reading.guild import FORUMS, NEWS, THREADS
from coterie.core.actions import ClosePoll, CloseTopic, OpenTopic, Pin, SendPoll, Unpin
from coterie.core.events import Where
from coterie.core.platform import Delivery, Refused, Uncertain

QUESTION: Final = 300
OPTIONS: Final = 10
OPTION: Final = 55
"""Characters of a poll's question, how many options it has at most, and characters of one."""
LONGEST_POLL: Final = 32 * 24
"""Hours that a poll can be open. It can be open for no less than one, and not for ever."""
TITLE: Final = 100
"""Characters of a thread's name."""
QUIET: Final = 7 * 24 * 60
"""Minutes without a message after which Discord folds a thread away; whoever writes there brings it back."""

_PUBLIC: Final = 11
_OF_NEWS: Final = 10
_GONE: Final = 10008
_NOT_THERE: Final = 10003
_POLL_OVER: Final = 520001
_ARCHIVED: Final = 50083
_PIN_WORDS: Final[Mapping[int, str]] = {
    50013: "the bot needs the permission “Pin Messages” there",
    30003: "the channel has as many pins as Discord allows: take one off first",
    10008: "the message to pin is gone",
    50021: "Discord cannot pin this message",
}
_POLL_WORDS: Final[Mapping[int, str]] = {
    50013: "the bot needs the permission “Create Polls” there",
    520002: "there can be no polls in a channel of this kind",
}
_THREAD_WORDS: Final[Mapping[int, str]] = {
    50013: "the bot needs the permissions “Create Public Threads” and “Manage Threads” there",
    50024: "there can be no threads in a channel of this kind",
    160006: "the server has as many open threads as Discord allows: close some first",
    40067: "this forum wants a tag on each post: turn that off in the forum's settings",
}


class Extras(Base):
    """The verbs about polls, pins and threads."""

    @cached_property
    def thread_doubts(self) -> Doubts:
        """Threads that may have been opened."""
        return Doubts()

    async def send_poll(self, action: SendPoll, delivery: Delivery) -> str:
        """Post a poll; returns the message's id, which is the poll's, too.

        Discord has no quizzes: with right answers it is an ordinary poll, which tells nobody what is right.  It rounds
        the time up to whole hours, and ends a poll that should stay open after 32 days.  Everybody there sees who chose
        what, so an anonymous poll is refused, as is what Discord cannot show.  Raises :class:`Refused`.
        """
        _check_poll(action)
        hours = -(-action.closes_in // 3600) or LONGEST_POLL
        body = {
            "poll": {
                "question": {"text": action.question},
                "answers": [{"poll_media": {"text": option}} for option in action.options],
                "duration": min(hours, LONGEST_POLL),
                "allow_multiselect": action.several,
                "layout_type": 1,
            },
            "allowed_mentions": {"parse": []},
            "nonce": nonce(delivery.key, 0),
            "enforce_nonce": True,
        }
        ids = {"channel_id": await self.places.target(action.where)}
        with plainly(_POLL_WORDS):
            return _made(await self.calls.call("POST", "/channels/{channel_id}/messages", body, ids=ids))

    async def close_poll(self, action: ClosePoll, delivery: Delivery) -> str:
        """End a poll; one that is over or gone is done."""
        path = "/channels/{channel_id}/polls/{message_id}/expire"
        ids = await self._message(action.where, delivery)
        await self.calls.call("POST", path, ids=ids, fine=(_GONE, _POLL_OVER), repeatable=True)
        return ""

    async def pin(self, action: Pin, delivery: Delivery) -> str:
        """Pin a message, or the first of those that one card became. Discord says so in the channel, loud or not, and
        notifies nobody.
        """
        ids = await self._message(action.where, delivery)
        with plainly(_PIN_WORDS):
            await self.calls.call("PUT", "/channels/{channel_id}/messages/pins/{message_id}", ids=ids)
        return ""

    async def unpin(self, action: Unpin, delivery: Delivery) -> str:
        """Take the pin off; a message that is gone has none."""
        ids = await self._message(action.where, delivery)
        with plainly(_PIN_WORDS):
            await self.calls.call("DELETE", "/channels/{channel_id}/messages/pins/{message_id}", ids=ids, fine=(_GONE,))
        return ""

    async def open_topic(self, action: OpenTopic, delivery: Delivery) -> str:
        """Open a public thread in a channel, or a post in a forum, whose first message is its title; returns its id.

        A place that is a thread itself gets one beside it.  A title that is too long is cut.
        """
        title = " ".join(action.title.split())[:TITLE].strip()
        if not title:
            raise Refused("a thread must have a title")
        guild = self.places.guild(action.where)
        channel, kind = await self._parent(action.where)
        body: dict[str, Any] = {"name": title, "auto_archive_duration": QUIET}
        if kind in FORUMS:
            body["message"] = {"content": title, "allowed_mentions": {"parse": []}}
        else:
            body["type"] = _OF_NEWS if kind == NEWS else _PUBLIC

        async def make() -> str:
            with plainly(_THREAD_WORDS):
                path = "/channels/{channel_id}/threads"
                return _made(await self.calls.call("POST", path, body, ids={"channel_id": channel}))

        async def find(since: int) -> str:
            found = await self.calls.call("GET", "/guilds/{guild_id}/threads/active", ids={"guild_id": guild})
            wanted = {"name": title, "parent_id": channel, "owner_id": self.me.id}
            return newest(found.get("threads") if isinstance(found, dict) else (), wanted, since)

        return await self.thread_doubts.once(delivery.key, make, find)

    async def close_topic(self, action: CloseTopic, delivery: Delivery) -> str:
        """Close a thread and lock it, so that nobody brings it back by writing; one that is gone is done."""
        if action.where.kind != "thread":
            raise Refused("this place is no thread")
        ids = {"channel_id": await self.places.target(action.where)}
        with plainly(_THREAD_WORDS):
            body = {"archived": True, "locked": True}
            await self.calls.call("PATCH", "/channels/{channel_id}", body, ids=ids, fine=(_NOT_THERE, _ARCHIVED))
        return ""

    async def _message(self, where: Where, delivery: Delivery) -> dict[str, str]:
        """The ids of a message that was sent, and of its channel; raises :class:`Refused` where nothing stands that
        everybody sees.
        """
        found = read(delivery.native)
        if found.interaction:
            raise Refused("only one person sees this message")
        channel = await self.places.channel(found.channel or where.channel)
        return {"channel_id": channel, "message_id": found.ids[0]}

    async def _parent(self, where: Where) -> tuple[str, int]:
        """The channel in which a thread can be opened, and its type; raises :class:`Refused`."""
        channel = await self.places.target(where)
        guild = self.guilds.get(where.space)
        kind = None if guild is None else guild.types.get(channel)
        parent = None if guild is None else guild.parents.get(channel)
        if kind is None or (kind in THREADS and parent is None):
            raw = await self.calls.call("GET", "/channels/{channel_id}", ids={"channel_id": channel})
            kind, parent = (raw.get("type"), raw.get("parent_id")) if isinstance(raw, dict) else (None, None)
        if kind not in THREADS:
            return channel, kind if isinstance(kind, int) else 0
        if not is_id(parent):
            raise Refused("Discord does not tell in which channel this thread is")
        return str(parent), (guild.types.get(str(parent)) if guild is not None else None) or 0


def newest(raw: Any, wanted: Mapping[str, Any], since: int) -> str:
    """The id of the newest of some raw objects that has what is wanted and was made after an instant (milliseconds);
    empty for none.
    """
    objects: Iterable[Any] = raw if isinstance(raw, list) else ()
    found = [
        each["id"]
        for each in objects
        if isinstance(each, dict)
        and is_id(each.get("id"))
        and created(each["id"]) >= since
        and all(each.get(name) == value for name, value in wanted.items())
    ]
    return str(max(found, key=int, default=""))


def _made(raw: Any) -> str:
    """The id of what Discord made; raises :class:`Uncertain` where it did not name it."""
    found = raw.get("id") if isinstance(raw, dict) else None
    if not is_id(found):
        raise Uncertain("Discord did not name what it made")
    return str(found)


def _check_poll(action: SendPoll) -> None:
    """Raise :class:`Refused` for a poll that Discord would not take."""
    if action.anonymous:
        raise Refused("Discord has no anonymous polls: everybody sees who chose what; use a card with buttons")
    if not 1 <= len(action.question) <= QUESTION:
        raise Refused(f"a poll's question has 1 to {QUESTION} characters")
    if not 1 <= len(action.options) <= OPTIONS:
        raise Refused(f"a poll has 1 to {OPTIONS} options")
    if not all(1 <= len(option) <= OPTION for option in action.options):
        raise Refused(f"an option of a poll has 1 to {OPTION} characters")
    if not 0 <= action.closes_in <= LONGEST_POLL * 3600:
        raise Refused(f"a poll is open for at most {LONGEST_POLL // 24} days")


__all__ = ["Extras", "newest"]
