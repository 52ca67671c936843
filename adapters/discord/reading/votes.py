"""Votes in polls.

Discord tells of one option at a time, the core wants to hear the whole choice. So the reader adds up what each voter of
a poll has chosen. It knows no votes that came before its own time: a voter of a poll with several choices who has voted
before a restart, and afterwards adds or takes back an option, is told with what they did since. What counts should use
a card with buttons.
"""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.reading.fields import ident
from coterie.adapters.discord.reading.known import Known
from coterie.adapters.discord.reading.messages import where_of
from coterie.adapters.discord.reading.people import nameless
from coterie.core.events import Event, PollAnswered
from coterie.core.outside import Malformed, Raw, whole

_ANSWERS: Final = 100
"""Answers that a poll may have; Discord allows ten."""


def voted(data: Raw, mark: str, known: Known) -> list[Event]:
    """Somebody chose an option."""
    return _told(data, mark, known, chosen=True)


def unvoted(data: Raw, mark: str, known: Known) -> list[Event]:
    """Somebody does not choose an option any more."""
    return _told(data, mark, known, chosen=False)


def _told(data: Raw, mark: str, known: Known, *, chosen: bool) -> list[Event]:
    user, poll, answer = ident(data, "user_id"), ident(data, "message_id"), whole(data, "answer_id")
    if user == known.bot:
        return []
    if not 1 <= answer <= _ANSWERS:  # Discord numbers answers from 1, in their order
        raise Malformed("answer_id is no number of an answer")
    where, option = where_of(data, user, known), frozenset({answer - 1})
    before = known.votes.get((poll, user)) or frozenset()
    now = before | option if chosen else before - option
    if now:
        known.votes.put((poll, user), now)
    else:
        known.votes.drop((poll, user))
    options = tuple(sorted(now))
    return [PollAnswered(key=f"dc:{mark}", who=nameless(user), where=where, poll=poll, options=options)]
