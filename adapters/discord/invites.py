"""Who came by which invite.  Discord does not say: the uses of a server's invites are compared before and after.

When one invite was used once since the last look, it is that one; when several were, the likeliest is named as a guess.
A personal invite of Coterie's is certain: it is gone after its one use, and the audit log says for whom it was made.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from coterie.adapters.discord.deeds import Deeds, Made
from coterie.adapters.discord.reading.fields import moment
from coterie.core.outside import Raw, is_whole, listed
from coterie.core.platform import PlatformError, Refused

if TYPE_CHECKING:
    from coterie.adapters.discord.base import Me
    from coterie.adapters.discord.calls import Calls
    from coterie.core.events import MemberJoined

PATIENCE: Final = 2.0
"""Seconds that a newcomer waits to be attributed; afterwards nobody knows by which invite they came."""
CLAIM: Final = 30.0
"""Seconds in which whoever used an invite is heard of; a use that nobody claimed is forgotten."""
BLIND: Final = 600.0
"""Seconds until invites are asked for again where the bot may not see them."""
ADDRESS: Final = "https://discord.gg/"
_OURS: Final = "#coterie "

log = logging.getLogger(__name__)

Found = tuple[str, bool]
"""A link as the core knows it (empty: nobody can tell), and whether it is a guess."""


def link_of(code: str, mark: str = "") -> str:
    """An invite as the core keeps it: ``https://discord.gg/CODE``, and ``#coterie MARK`` behind those of Coterie's."""
    return f"{ADDRESS}{code}{_OURS}{mark}" if mark else f"{ADDRESS}{code}"


def code_of(link: str) -> str:
    """The code in a link that the core kept."""
    return link.partition("#")[0].rpartition("/")[2]


@dataclass(slots=True)
class Link:
    """An invite as it was at the last look; ``limit`` is how often it can be used (0: always), ``expires`` in
    milliseconds (0: never), ``gone`` when it was heard to be gone, by the clock.
    """

    uses: int
    limit: int
    expires: int
    ours: bool
    gone: float | None = None


@dataclass(slots=True)
class Book:
    """What is known of one server's invites."""

    links: dict[str, Link] = field(default_factory=dict)
    unclaimed: dict[str, list[float]] = field(default_factory=dict)
    """Uses of which nobody has been heard of yet, by code: the moments at which they were found."""
    waiting: list[tuple[str, asyncio.Future[Found]]] = field(default_factory=list)
    """Newcomers that wait for the next look."""
    looking: asyncio.Task[None] | None = None


class Invites:
    """The invites of the servers that are watched; ``clock`` gives seconds and only measures."""

    def __init__(self, calls: Calls, me: Me, deeds: Deeds, clock: Callable[[], float] = time.monotonic) -> None:
        self._calls = calls
        self._me = me
        self._deeds = deeds
        self._clock = clock
        self._books: dict[str, Book] = {}
        self._made: dict[str, dict[str, Made]] = {}
        self._blind: dict[str, float] = {}

    async def watch(self, guild: str) -> None:
        """Look at a server's invites for the first time; nothing when they are known.  Never raises."""
        if guild not in self._books and await self._look(guild, Book()) is not None:
            log.debug("the invites of the server %s are watched", guild)

    def learn(self, kind: str, data: Any) -> None:
        """Take in what the gateway says of an invite, or that a server is gone; other kinds say nothing."""
        if type(data) is not dict:
            return
        guild, code = data.get("guild_id"), data.get("code")
        if kind == "GUILD_DELETE" and data.get("unavailable") is not True:
            self._books.pop(str(data.get("id")), None)
            self._made.pop(str(data.get("id")), None)
        elif isinstance(guild, str) and isinstance(code, str) and (book := self._books.get(guild)) is not None:
            if kind == "INVITE_CREATE":
                book.links[code] = self._link(data)
            elif kind == "INVITE_DELETE" and code in book.links:
                book.links[code].gone = self._clock()

    def made(self, guild: str, code: str, mark: int, user: str) -> None:
        """Coterie made a personal invite; where the server is not watched, the audit log will tell of it."""
        if (book := self._books.get(guild)) is not None:
            self._made.setdefault(guild, {})[code] = Made(str(mark), user)
            book.links.setdefault(code, Link(uses=0, limit=1, expires=0, ours=True))

    async def attributed(self, event: MemberJoined) -> MemberJoined:
        """The event with the invite by which its account came; unchanged where nobody can tell within :data:`PATIENCE`.

        Those who come at once share one look.
        """
        if event.where is None or event.who is None or event.invite:
            return event
        book = self._books.get(event.where.space)
        if book is None:
            return event
        found: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        book.waiting.append((event.who.id, found))
        if book.looking is None:
            book.looking = asyncio.create_task(self._settle(event.where.space, book), name="discord invites")
        try:
            async with asyncio.timeout(PATIENCE):
                link, guess = await found
        except TimeoutError:
            return event
        return msgspec.structs.replace(event, invite=link, guess=guess) if link else event

    async def close(self) -> None:
        """End the looks that are under way."""
        tasks = [book.looking for book in self._books.values() if book.looking is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _settle(self, guild: str, book: Book) -> None:
        """Look as long as somebody waits."""
        try:
            while book.waiting:
                some, book.waiting = book.waiting, []
                before = dict(book.links)
                now = await self._look(guild, book)
                if now is not None:
                    self._compare(guild, book, before, len(some))
                answers = self._assign(guild, book, [user for user, _ in some]) if now is not None else {}
                for user, found in some:
                    if not found.done():
                        found.set_result(answers.get(user, ("", False)))
        finally:
            book.looking = None

    async def _look(self, guild: str, book: Book) -> Book | None:
        """Bring a book up to date; None where that cannot be done."""
        if self._blind.get(guild, 0.0) > self._clock():
            return None
        before = frozenset(book.links)
        try:
            raw = await self._calls.call("GET", "/guilds/{guild_id}/invites", ids={"guild_id": guild})
            found = _invites(raw)
            if any("uses" not in each for each in found):  # what Discord shows to who may only read the audit log
                raise Refused("the bot needs the permission “Manage Server”")
            links = {each["code"]: self._link(each) for each in found}
            await self._own(guild, links)
        except Refused as error:
            if guild not in self._blind:
                log.info("who invited whom to the server %s is not known (%s)", guild, error.reason)
            self._blind[guild] = self._clock() + BLIND
            return None
        except PlatformError as error:
            log.debug("the invites of the server %s could not be looked at: %s", guild, error.reason)
            return None
        self._blind.pop(guild, None)
        # What was made while the answer was on its way is not in it.
        book.links = {code: link for code, link in book.links.items() if code not in before} | links
        self._books[guild] = book
        return book

    async def _own(self, guild: str, links: dict[str, Link]) -> None:
        """Know for whom Coterie's own invites are, also after a restart."""
        made = self._made.setdefault(guild, {})
        if any(link.ours and link.limit == 1 and code not in made for code, link in links.items()):
            try:
                found = await self._deeds.invites(guild)
            except Refused:
                return
            made.update((code, each) for code, each in found.items() if code in links)

    def _compare(self, guild: str, book: Book, before: dict[str, Link], waiting: int) -> None:
        """Find what was used since the last look."""
        now, wall = self._clock(), time.time() * 1000
        for code, link in book.links.items():
            known = before.get(code)
            used = link.uses - (known.uses if known is not None else 0)
            if used > 0:
                book.unclaimed.setdefault(code, []).extend([now] * used)
        for code, link in before.items():
            left = link.limit - link.uses
            old = link.gone is not None and now - link.gone > CLAIM
            if code not in book.links and 0 < left <= waiting and not old and not 0 < link.expires <= wall:
                book.unclaimed.setdefault(code, []).extend([now] * left)
        fresh = {code: [each for each in moments if now - each <= CLAIM] for code, moments in book.unclaimed.items()}
        book.unclaimed = {code: moments for code, moments in fresh.items() if moments}
        made = self._made.get(guild, {})
        for code in [each for each in made if each not in book.links and each not in book.unclaimed]:
            del made[code]

    def _assign(self, guild: str, book: Book, users: Sequence[str]) -> dict[str, Found]:
        """Give each newcomer the use of an invite: their own, or the likeliest."""
        made, answers = self._made.get(guild, {}), dict[str, Found]()
        for user in dict.fromkeys(users):
            for code in book.unclaimed:
                if code in made and made[code].user == user:
                    answers[user] = self._claim(guild, book, code), False
                    break
        rest = [user for user in dict.fromkeys(users) if user not in answers]
        certain = len(book.unclaimed) == 1 and len(next(iter(book.unclaimed.values()))) >= len(rest)
        for user in rest:
            if book.unclaimed:
                # Somebody else's own invite is the last that comes to mind.
                code = max(book.unclaimed, key=lambda each: (each not in made, len(book.unclaimed[each])))
                answers[user] = self._claim(guild, book, code), not certain
        return answers

    def _claim(self, guild: str, book: Book, code: str) -> str:
        moments = book.unclaimed[code]
        moments.pop()
        if not moments:
            del book.unclaimed[code]
        made = self._made.get(guild, {})
        return link_of(code, made[code].mark if code in made else "")

    def _link(self, raw: Raw) -> Link:
        inviter = raw.get("inviter")
        return Link(
            uses=_count(raw.get("uses")),
            limit=_count(raw.get("max_uses")),
            expires=moment(raw, "expires_at"),
            ours=type(inviter) is dict and inviter.get("id") == self._me.id,
        )


def _invites(raw: Any) -> list[Raw]:
    return [each for each in listed({"all": raw}, "all") if isinstance(each.get("code"), str)]


def _count(raw: Any) -> int:
    return max(0, raw) if is_whole(raw) else 0


__all__ = ["Invites", "code_of", "link_of"]
