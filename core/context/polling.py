"""What platforms have beside messages: pins, polls, topics; and what a platform can do at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from coterie.core.actions import ClosePoll, CloseTopic, OpenTopic, Pin, Priority, SendPoll, Unpin
from coterie.core.config import parse_duration
from coterie.core.context.asking import Asking
from coterie.core.context.saying import MessageRef
from coterie.core.events import Where
from coterie.core.text import Rich, clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coterie.core.context import Context

CORE: Final = "core"
LONGEST_QUESTION: Final = 300
FEWEST_OPTIONS: Final = 2
MOST_OPTIONS: Final = 10
LONGEST_OPTION: Final = 55
LONGEST_EXPLANATION: Final = 200
MOST_LINES: Final = 3
SHORTEST_POLL: Final = timedelta(seconds=5)
LONGEST_POLL: Final = timedelta(days=30)
LONGEST_TITLE: Final = 100
"""What every platform takes, so that one poll or topic does in all of them.

Ten options of 55 characters are Discord's bounds (Telegram: twelve of 100); 200 characters and two line feeds in an
explanation, and thirty days, are Telegram's (Discord: 32 days).  A choice of one is none.  A topic's title has at most
100 characters on Discord and 128 on Telegram.
"""
POLL_ENDS: Final = "poll-ends"
"""The core's timer for the end of a poll; its key is the poll's ref."""


class Polling(Asking):
    """The part of the context for what stands in a channel and is no card."""

    __slots__ = ()

    def can(self, verb: str, where: Where | int | None = None) -> bool:
        """Whether the platform of a place (this one by default) can do something at all.

        ``verb`` is a method of :class:`coterie.core.platform.Platform`: ``"send_poll"``, ``"pin"``, ``"open_topic"``.
        """
        place = self.where if where is None else self._place(where)
        return verb in self.unit.services.verbs(place.adapter)

    def pin(self, ref: int, *, loud: bool = False) -> None:
        """Pin a message of ours; ``loud`` tells everybody. It waits until the message is there."""
        where = self.unit.locate(self.community.id, ref)
        if where is not None:
            self._post(Pin(where=where, ref=int(ref), loud=loud), Priority.NORMAL)

    def unpin(self, ref: int) -> None:
        """Take the pin off a message of ours."""
        where = self.unit.locate(self.community.id, ref)
        if where is not None:
            self._post(Unpin(where=where, ref=int(ref)), Priority.NORMAL)

    def poll(
        self,
        where: Where | int,
        question: Rich,
        options: Sequence[Rich],
        *,
        several: bool = False,
        anonymous: bool = False,
        correct: int | Collection[int] = (),
        explanation: Rich = "",
        closes_in: timedelta | str | None = None,
    ) -> MessageRef:
        """Post a poll of the platform's own; answers come to ``on_poll_answer``, unless it is ``anonymous``.

        ``correct`` (numbers of options from 0) makes it a quiz, where the platform has quizzes.  ``closes_in`` is a
        duration (``"24h"``) after which it ends by itself.  Raises :class:`ValueError` for what not every platform
        takes: a question has 1 to 300 characters, a poll 2 to 10 different options of 1 to 55 characters, and 5 seconds
        to 30 days; an explanation, which only a quiz has, 200 characters and three lines.
        """
        place = self._place(where)
        right = tuple(sorted({correct} if isinstance(correct, int) else set(correct)))
        named = tuple(_words("an option", option, LONGEST_OPTION) for option in options)
        told = clean_text(str(explanation), 4 * LONGEST_EXPLANATION)
        _check(named, right, told, several=several)
        open_for = _seconds(closes_in)
        ref = self.new_id()
        action = SendPoll(
            where=place,
            ref=ref,
            question=_words("a poll's question", question, LONGEST_QUESTION),
            options=named,
            several=several,
            anonymous=anonymous,
            correct=right,
            explanation=told,
            closes_in=open_for,
        )
        self._post(action, Priority.NORMAL, ref)
        self.unit.places[ref] = (self.community.id, place)
        if open_for:
            # Not every platform can wait that long, or that short: those that can have ended it already then.
            args = {"ref": ref, "plugin": self.plugin}
            self.unit.set_timer(self.community.id, CORE, POLL_ENDS, str(ref), args, self.unit.now + open_for * 1000)
        return MessageRef(ref)

    def close_poll(self, ref: int) -> None:
        """End a poll of ours; what was answered stays to be seen."""
        self.unit.drop_timer(self.community.id, CORE, POLL_ENDS, str(int(ref)))
        end_poll(self, int(ref), self.plugin)

    def open_topic(self, where: Where | int, title: Rich) -> MessageRef:
        """Make a channel of its own for a subject (a forum topic, a thread) in a channel's space.

        ``on_delivery`` hears when it is open, with the topic as its place; :meth:`topic` tells it afterwards.  Raises
        :class:`ValueError` unless the title has 1 to 100 characters.
        """
        named = _words("a topic's title", title, LONGEST_TITLE)
        ref = self.new_id()
        self._post(OpenTopic(where=self._place(where), ref=ref, title=named), Priority.NORMAL, ref)
        return MessageRef(ref)

    def topic(self, ref: int) -> Where | None:
        """Where a topic is that :meth:`open_topic` made; None while it is not open."""
        row = self.unit.journal.message(self.community.id, int(ref))
        place = None if row is None or row[1] else msgspec.json.decode(row[0], type=Where)  # a topic is no message
        return place if place is not None and place.kind == "thread" else None

    def close_topic(self, where: Where | int) -> None:
        """Close a topic, a place or a channel by id; it stays to be read."""
        self._post(CloseTopic(where=self._place(where)), Priority.NORMAL)

    def _place(self, where: Where | int) -> Where:
        return where if isinstance(where, Where) else self.place_of(where)


def end_poll(ctx: Polling, ref: int, plugin: str) -> None:
    """End a poll in the name of the plugin that sent it."""
    where = ctx.unit.locate(ctx.community.id, ref)
    if where is not None:
        ctx.unit.post(ctx.community.id, plugin, ClosePoll(where=where, ref=ref), priority=Priority.NORMAL)


def poll_ends(ctx: Context, args: Mapping[str, Any]) -> None:
    """A poll's time is over."""
    end_poll(ctx, int(args["ref"]), str(args["plugin"]))


def _words(what: str, said: Rich, most: int) -> str:
    found = clean_text(str(said), 4 * most, lines=False)
    if not 1 <= len(found) <= most:
        raise ValueError(f"{what} has 1 to {most} characters, not {len(str(said))}: {str(said)[:40]!r}")
    return found


def _check(options: tuple[str, ...], correct: tuple[int, ...], explanation: str, *, several: bool) -> None:
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        raise ValueError(f"a poll has {FEWEST_OPTIONS} to {MOST_OPTIONS} options, not {len(options)}")
    if len(set(options)) != len(options):
        raise ValueError("two options of a poll read the same")
    if correct and not (correct[0] >= 0 and correct[-1] < len(options)):
        raise ValueError(f"the correct options are numbers from 0 to {len(options) - 1}, not {correct}")
    if len(correct) > 1 and not several:
        raise ValueError("a quiz with several correct options lets several be chosen (several=True)")
    if explanation and not correct:
        raise ValueError("only a quiz has an explanation: say which option is correct")
    if len(explanation) > LONGEST_EXPLANATION or len(explanation.splitlines()) > MOST_LINES:
        raise ValueError(f"an explanation has at most {LONGEST_EXPLANATION} characters and {MOST_LINES} lines")


def _seconds(closes_in: timedelta | str | None) -> int:
    """Seconds; 0 for a poll without an end."""
    if closes_in is None:
        return 0
    span = parse_duration(closes_in) if isinstance(closes_in, str) else closes_in
    if not SHORTEST_POLL <= span <= LONGEST_POLL:
        raise ValueError(f"a poll ends after 5 seconds to 30 days, not after {span}")
    return round(span.total_seconds())
