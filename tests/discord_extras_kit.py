"""The verbs about polls, pins, threads, the calendar and filters, on a REST API that answers as a test has written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, cast

from coterie.adapters.discord.base import Me
from coterie.adapters.discord.calendar import Calendar
from coterie.adapters.discord.calls import Calls
from coterie.adapters.discord.extras import Extras
from coterie.adapters.discord.filters import Filters
from coterie.adapters.discord.places import Places
from coterie.adapters.discord.refusals import Denied
from coterie.core.events import Where
from coterie.core.platform import Delivery, Platform
from tests.discord_reading_kit import BOT, FORUM, GENERAL, GUILD, NEWS, THREAD, guilds

HOME: Final = Where("discord", GENERAL, GUILD)
FORUM_PLACE: Final = Where("discord", FORUM, GUILD)
NEWS_PLACE: Final = Where("discord", NEWS, GUILD, "broadcast")
TOPIC: Final = Where("discord", THREAD, GUILD, "thread")
SPACE: Final = Where("discord", "", GUILD)
DIRECT: Final = Where("discord", "u:555", "", "dm")
DELIVERY: Final = Delivery("7001")


def sent(native: str) -> Delivery:
    """A delivery about something that was made."""
    return Delivery("7002", native)


class Script:
    """Stands in for :class:`Calls`: takes the next answer written down for a method and path, an empty object where
    there is none.

    An answer may be an exception; a :class:`Denied` whose code is ``fine`` is None, as the real one has it.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[Any]] = {}
        self.log: list[tuple[str, Any]] = []

    def answer(self, method: str, path: str, *answers: Any) -> None:
        """Write answers down, for a path with its ids filled in."""
        self.answers.setdefault(f"{method} {path}", []).extend(answers)

    async def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        ids: Mapping[str, str] | None = None,
        fine: Collection[int] = (),
        **_: Any,
    ) -> Any:
        name = f"{method} {path.format_map(ids or {})}"
        self.log.append((name, json))
        waiting = self.answers.get(name)
        answer = waiting.pop(0) if waiting else {}
        if isinstance(answer, Denied) and answer.code in fine:
            return None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def asked(self) -> list[str]:
        """What was asked, in order."""
        return [name for name, _ in self.log]

    def body(self, name: str) -> Any:
        """What the newest request of a name said."""
        return next(body for each, body in reversed(self.log) if each == name)


class Verbs(Extras, Calendar, Filters, Platform):
    """The verbs alone, built and never started, in a guild that is known."""

    name = "discord"

    def __init__(self) -> None:
        self.script = Script()
        self.calls = cast(Calls, self.script)
        self.places = Places(self.calls)
        self.guilds = guilds()
        self.me = Me(BOT, "901")


def refused(code: int) -> Denied:
    """Discord says no, with this code."""
    return Denied("Discord refused it", code)
