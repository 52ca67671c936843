"""What Telegram has beside messages: pins, polls and topics."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from telegram import Poll
from telegram.constants import ForumTopicLimit, PollLimit

from coterie.adapters.telegram.places import target_of
from coterie.adapters.telegram.sending import ids_of
from coterie.adapters.telegram.spaces import Spaces, plainly
from coterie.core.actions import (
    ClosePoll,
    CloseTopic,
    OpenTopic,
    Pin,
    SendPoll,
    Unpin,
)
from coterie.core.events import Where
from coterie.core.platform import Delivery, Refused, Uncertain

if TYPE_CHECKING:
    pass

_PIN_WORDS: Final = {
    "not enough rights": "the bot needs the right to pin messages there",
    "message to pin not found": "the message to pin is gone",
}
_PINNED: Final = ("chat_not_modified",)
_UNPINNED: Final = ("chat_not_modified", "message to unpin not found")
_POLL_CLOSED: Final = (
    "poll has already been closed",
    "poll can't be stopped",  # of a bot's own poll, the same
    "message with poll to stop not found",
)
_TOPIC_WORDS: Final = {
    "is not a forum": "this group has no topics: turn them on in the group's settings",
    "not a supergroup forum": "this group has no topics: turn them on in the group's settings",
    "channel_forum_missing": "this group has no topics: turn them on in the group's settings",
    "not enough rights": "the bot needs the right to manage topics there",
    "topic_id_invalid": "there is no such topic any more",
}
_TOPIC_CLOSED: Final = ("topic_not_modified", "topic_closed", "topic_deleted")


class Extras(Spaces):
    """The verbs about pins, polls and topics."""

    async def pin(self, action: Pin, delivery: Delivery) -> str:
        """Pin a message, or the first of those that one card became."""
        with plainly(_PIN_WORDS):
            data = {"disable_notification": not action.loud}
            await self._about("pinChatMessage", action.where, delivery, data, _PINNED)
        return ""

    async def unpin(self, action: Unpin, delivery: Delivery) -> str:
        """Take the pin off; a message that is gone has none."""
        with plainly(_PIN_WORDS):
            await self._about("unpinChatMessage", action.where, delivery, {}, _UNPINNED)
        return ""

    async def send_poll(self, action: SendPoll, delivery: Delivery) -> str:
        """Post a poll or quiz; returns ``message/poll``. Raises :class:`Refused` for one that Telegram cannot show."""
        _check_poll(action)
        data: dict[str, Any] = {
            "message_thread_id": self.places.target(action.where).get("message_thread_id"),
            "question": action.question,
            "options": [{"text": option} for option in action.options],
            "is_anonymous": action.anonymous,
            "type": Poll.QUIZ if action.correct else Poll.REGULAR,
            "allows_multiple_answers": action.several,
            "open_period": action.closes_in or None,
        }
        if action.correct:
            data["correct_option_ids"] = sorted(action.correct)
            data["explanation"] = action.explanation or None
        sent = await self.in_space("sendPoll", action.where, data)
        try:
            return f"{sent['message_id']}/{sent['poll']['id']}"
        except (TypeError, KeyError):
            raise Uncertain("Telegram did not name the poll that it sent") from None

    async def close_poll(self, action: ClosePoll, delivery: Delivery) -> str:
        """End a poll; one that is closed or gone is done."""
        await self._about("stopPoll", action.where, delivery, {}, _POLL_CLOSED)
        return ""

    async def open_topic(self, action: OpenTopic, delivery: Delivery) -> str:
        """Make a topic in a forum; returns its channel id ``chat/topic``. A title that is too long is cut."""
        title = action.title.strip()[: ForumTopicLimit.MAX_NAME_LENGTH].strip()
        if not title:
            raise Refused("a topic must have a title")
        self._check_forum(action.where)
        with plainly(_TOPIC_WORDS):
            made = await self.in_space("createForumTopic", action.where, {"name": title})
        thread = made.get("message_thread_id") if isinstance(made, dict) else None
        if not isinstance(thread, int):
            raise Uncertain("Telegram did not name the topic that it made")
        return f"{self.places.chat(action.where)}/{thread}"

    async def close_topic(self, action: CloseTopic, delivery: Delivery) -> str:
        """Close a topic; one that is closed or gone is done."""
        self._check_forum(action.where)
        _, thread = target_of(action.where.channel)
        if thread is None:
            raise Refused("this place is no topic of a group")
        with plainly(_TOPIC_WORDS):
            await self.in_space("closeForumTopic", action.where, {"message_thread_id": thread}, _TOPIC_CLOSED)
        return ""

    async def _about(
        self, method: str, where: Where, delivery: Delivery, data: Mapping[str, Any], fine: Collection[str]
    ) -> None:
        """Ask something about a message that was sent, in its own chat where it stands elsewhere."""
        chat, (message, *_) = ids_of(delivery.native)
        data = {"message_id": message, **data}
        if chat:
            await self.calls.call(method, {"chat_id": chat, **data}, fine=fine)
        else:
            await self.in_space(method, where, data, fine)

    def _check_forum(self, where: Where) -> None:
        """Raise :class:`Refused` where there can be no topics, as far as a place tells."""
        if not where.space or self.basic(where):
            raise Refused("only supergroups have topics: turn them on in the group's settings")


def _check_poll(action: SendPoll) -> None:
    """Raise :class:`Refused` for a poll that Telegram would not take."""
    lengths = [len(option) for option in action.options]
    if not PollLimit.MIN_QUESTION_LENGTH <= len(action.question) <= PollLimit.MAX_QUESTION_LENGTH:
        raise Refused(f"a poll's question has 1 to {PollLimit.MAX_QUESTION_LENGTH} characters")
    if not PollLimit.MIN_OPTION_NUMBER <= len(lengths) <= PollLimit.MAX_OPTION_NUMBER:
        raise Refused(f"a poll has 1 to {PollLimit.MAX_OPTION_NUMBER} options")
    if min(lengths) < PollLimit.MIN_OPTION_LENGTH or max(lengths) > PollLimit.MAX_OPTION_LENGTH:
        raise Refused(f"an option of a poll has 1 to {PollLimit.MAX_OPTION_LENGTH} characters")
    if action.closes_in and not PollLimit.MIN_OPEN_PERIOD <= action.closes_in <= PollLimit.MAX_OPEN_PERIOD:
        raise Refused(f"a poll is open for {PollLimit.MIN_OPEN_PERIOD} to {PollLimit.MAX_OPEN_PERIOD:,} seconds")
    if any(not 0 <= each < len(lengths) for each in action.correct) or len(set(action.correct)) < len(action.correct):
        raise Refused("a quiz's correct options must be among its options, each once")
    if len(action.explanation) > PollLimit.MAX_EXPLANATION_LENGTH:
        raise Refused(f"a quiz's explanation has at most {PollLimit.MAX_EXPLANATION_LENGTH} characters")
    if action.explanation.count("\n") > PollLimit.MAX_EXPLANATION_LINE_FEEDS:
        raise Refused(f"a quiz's explanation has at most {PollLimit.MAX_EXPLANATION_LINE_FEEDS + 1} lines")
