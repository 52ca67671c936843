"""What a plugin sets up on the platforms for order: names that people go by, filters of the platform's own; and goods
that were bought in a platform's shop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any, Final

from coterie.core.actions import Consume, DropFilter, Priority, SetFilter, SetNickname
from coterie.core.context.knowing import who_of
from coterie.core.context.moderating import Moderating, Moderation, ModerationPart, adapter_of
from coterie.core.events import Where
from coterie.core.text import clean_text
from coterie.storage.members import AccountRecord, MemberRecord

LONGEST_NICKNAME: Final = 32
LONGEST_FILTER: Final = 64
MOST_WORDS: Final = 1000
LONGEST_WORD: Final = 60
MOST_PATTERNS: Final = 10
LONGEST_PATTERN: Final = 260
LONGEST_REPLY: Final = 150
LONGEST_FILTER_MUTE: Final = timedelta(days=28)
LONGEST_ENTITLEMENT: Final = 128
"""Discord's bounds: no other platform has names in a space or filters so far."""


class Guarding(Moderating):
    """The part of the context that sets up order."""

    __slots__ = ()

    def set_nickname(self, member: MemberRecord, name: str, *, reason: str = "") -> Moderation:
        """Give a member a name in every space, or their own again (``""``).

        ``skipped`` names where the platform has no such names.  Platforms refuse it for those who stand above the bot,
        of which ``on_delivery`` tells.  Raises :class:`ValueError` for more than 32 characters.
        """
        named = clean_text(name, 4 * LONGEST_NICKNAME, lines=False).strip()
        if len(named) > LONGEST_NICKNAME:
            raise ValueError(f"a nickname has at most {LONGEST_NICKNAME} characters, not {len(named)}")
        return self._moderate(
            member,
            "set_nickname",
            lambda at, who, why: SetNickname(where=at, to=who, reason=why, name=named),
            reason,
            act="nickname",
        )

    def set_filter(
        self,
        name: str,
        *,
        words: Collection[str] = (),
        patterns: Collection[str] = (),
        mute: timedelta | None = None,
        reply: str = "",
    ) -> Moderation:
        """Let the platforms stop messages by themselves, in every space, that contain one of the ``words`` (``*``
        stands for any letters) or match one of the ``patterns`` (regular expressions without look-around).

        It replaces the filter of this name.  What it stops comes to ``on_filter_hit``; nobody has seen it.  The writer
        is told ``reply`` and, with ``mute``, cannot write for that long.  ``skipped`` names the spaces whose platform
        has no filters: a plugin that wants the same there looks at messages in ``on_message`` and takes them away.

        Raises :class:`ValueError` for a filter that stops nothing, and for more than platforms take: a name of 1 to 64
        characters, 1,000 words of 60, 10 patterns of 260, a reply of 150, 28 days.
        """
        silence = 0 if mute is None else int(mute.total_seconds())
        found = tuple(dict.fromkeys(word for word in map(str.strip, words) if word))
        regexes = tuple(dict.fromkeys(patterns))
        _check_filter(name, found, regexes, silence, reply)
        done = self._everywhere(
            "set_filter",
            lambda at: SetFilter(
                where=at, name=name, words=found, patterns=regexes, mute=silence, reply=clean_text(reply, LONGEST_REPLY)
            ),
        )
        if done:
            self._write_down("filter-set", None, "", {"name": name, "places": len(done.asked)})
        return done

    def drop_filter(self, name: str) -> Moderation:
        """Take a filter away that :meth:`set_filter` made; one that is not there is gone already."""
        done = self._everywhere("drop_filter", lambda at: DropFilter(where=at, name=name))
        if done:
            self._write_down("filter-dropped", None, "", {"name": name, "places": len(done.asked)})
        return done

    def consume(self, entitlement: str, to: MemberRecord | AccountRecord) -> int:
        """Use up what was bought in a platform's own shop, so that it can be bought again; ``entitlement`` is its id in
        ``on_entitlement``.

        Asking again does no harm.  ``on_delivery`` hears with what this returns as ``ref`` when it cannot be done.
        Raises :class:`LookupError` where no platform of theirs has a shop, or several accounts could have bought it
        (then name the account), :class:`ValueError` for an id that is empty or too long.
        """
        if not 1 <= len(entitlement) <= LONGEST_ENTITLEMENT:
            raise ValueError(f"an entitlement has 1 to {LONGEST_ENTITLEMENT} characters, not {len(entitlement)}")
        account = to if isinstance(to, AccountRecord) else self._payer(to, "consume")
        where = Where(adapter_of(account), account.dm, kind="dm")
        return self._post(Consume(where=where, to=who_of(account), entitlement=entitlement), Priority.NORMAL)

    def _everywhere(self, verb: str, make: Callable[[Where], Any]) -> Moderation:
        """Ask for something in every space of the community."""
        parts = []
        for adapter, space in self.community.spaces:
            able = verb in self.unit.services.verbs(adapter)
            ref = self._post(make(Where(adapter, "", space)), Priority.MODERATION) if able else 0
            parts.append(ModerationPart(adapter, space, 0, ref))
        return Moderation(tuple(parts))


def _check_filter(name: str, words: tuple[str, ...], patterns: tuple[str, ...], mute: int, reply: str) -> None:
    if not 1 <= len(name.strip()) <= LONGEST_FILTER:
        raise ValueError(f"the name of a filter has 1 to {LONGEST_FILTER} characters, not {len(name)}")
    if not words and not patterns:
        raise ValueError(f"the filter {name!r} stops nothing: it has neither words nor patterns")
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
        raise ValueError(f"a filter has at most {MOST_WORDS} words of at most {LONGEST_WORD} characters")
    if len(patterns) > MOST_PATTERNS or any(not 1 <= len(pattern) <= LONGEST_PATTERN for pattern in patterns):
        raise ValueError(f"a filter has at most {MOST_PATTERNS} patterns of 1 to {LONGEST_PATTERN} characters")
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
    if not 0 <= mute <= LONGEST_FILTER_MUTE.total_seconds() or len(reply) > LONGEST_REPLY:
        raise ValueError(f"a filter mutes for at most 28 days and replies with at most {LONGEST_REPLY} characters")
