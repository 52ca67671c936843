"""What a handler knows: who, where and when, money, timers, rows and chance."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from coterie.core.clock import to_datetime
from coterie.core.commands.guide import CommandHelp, usable, usage_as
from coterie.core.commands.parameters import MemberRef
from coterie.core.context.prepared import PluginSql
from coterie.core.context.timing import PluginTimers
from coterie.core.context.wallet import PluginLedger
from coterie.core.errors import NotAllowed, UsageError
from coterie.core.events import Event, TaskEnded, TimerDue, Where, Who
from coterie.core.i18n import Currency
from coterie.core.text import Span, Text, clean_text
from coterie.core.unit import Unit
from coterie.storage.members import AccountRecord, MemberRecord

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from coterie.core.community import Community
    from coterie.core.context.batched import Batched
    from coterie.core.context.granting import PluginGrants


Rows = TypeVar("Rows", bound="Batched")


def _happening(event: Event) -> str:
    """What tells an event without a key from others: each firing of a timer, and each end of a task."""
    if isinstance(event, TimerDue):
        return f"timer:{event.timer}:{event.due}"
    return f"task:{event.task}" if isinstance(event, TaskEnded) else ""


class Knowing:
    """The part of the context that reads."""

    __slots__ = ("_rng", "account", "community", "event", "plugin", "unit")

    def __init__(self, unit: Unit, community: Community, event: Event, account: AccountRecord | None) -> None:
        self.unit = unit
        self.community = community
        self.event = event
        self.account = account
        self.plugin = ""
        self._rng: dict[str, random.Random] | None = None

    @property
    def member(self) -> MemberRecord:
        """The person whose event this is; raises :class:`LookupError` for events without one (a job)."""
        if self.account is None:
            raise LookupError("this event belongs to no member")
        return self.account.member

    @property
    def actor(self) -> int:
        """The id of the member who acts, 0 for nobody (a timer, a job)."""
        return 0 if self.account is None else self.account.member.id

    @property
    def where(self) -> Where:
        """The place where it happened; raises :class:`LookupError` for events without one."""
        if self.event.where is None:
            raise LookupError("this event has no place: use ctx.send")
        return self.event.where

    @property
    def in_dm(self) -> bool:
        """Whether this is a direct chat with the bot."""
        return self.event.where is not None and self.event.where.kind == "dm"

    @property
    def now(self) -> datetime:
        """The moment of handling (UTC)."""
        return to_datetime(self.unit.now)

    @property
    def instant(self) -> int:
        """The moment of handling in milliseconds since 1970."""
        return self.unit.now

    @property
    def config(self) -> Any:
        """The plugin's validated configuration in this community."""
        return self.community.configs[self.plugin]

    @property
    def db(self) -> Session:
        """A SQLAlchemy session inside the lane's transaction, for the plugin's own tables."""
        self.unit.settle(self.plugin)
        return self.unit.open_session()

    @property
    def sql(self) -> PluginSql:
        """Prepared statements on the plugin's own tables: the fast way, for what happens often."""
        return PluginSql(self.unit, self.plugin)

    def batched(self, kind: type[Rows], *which: Any) -> Rows:
        """What the events of this batch share of some of the plugin's rows: ``kind(sql, community, *which)``, made for
        the first event that asks.  See :class:`~coterie.core.context.batched.Batched`; ``which`` must be hashable.
        """
        key = (self.plugin, self.community.id, kind, which)
        found = self.unit.batched.get(key)
        if found is None:
            found = kind(PluginSql(self.unit, ""), self.community.id, *which)
            self.unit.batched[key] = found
        return cast(Rows, found)

    @property
    def ledger(self) -> PluginLedger:
        """Money."""
        return PluginLedger(self.unit, self.community, self.plugin, self.actor)

    @property
    def grants(self) -> PluginGrants:
        """Rights on the platforms: who should have which access, until when and why."""
        from coterie.core.context.granting import PluginGrants

        return PluginGrants(self)  # type: ignore[arg-type]  # this class is a part of the context, which is what it gets

    def currency(self, code: str) -> Currency:
        """A currency by its code: its decimals, its name, and how amounts of it are written and read."""
        return self.unit.services.translator.currency(code)

    def currencies(self) -> tuple[str, ...]:
        """The codes of the currencies that the configuration declares."""
        return tuple(self.unit.services.translator.currencies)

    @property
    def timers(self) -> PluginTimers:
        """Things to do later."""
        return PluginTimers(self.unit, self.community.id, self.plugin)

    @property
    def rng(self) -> random.Random:
        """Randomness: cryptographic in real life, seeded in tests and scenarios."""
        if self._rng is None:
            self._rng = {}
        found = self._rng.get(self.plugin)
        if found is None:
            found = self._rng[self.plugin] = self.unit.services.rng(
                f"{self.plugin}:{self.community.id}:{self.event.key or _happening(self.event)}"
            )
        return found

    def new_id(self) -> int:
        """A fresh id for a row."""
        return self.unit.services.ids.next()

    # -- people and places

    def find_member(self, member: int) -> MemberRecord | None:
        """A member by id."""
        return self.unit.members.member(self.community.id, member)

    def member_of(self, reference: MemberRef) -> MemberRecord:
        """The member whom somebody named, by mention, platform id (``discord:1234`` for one of another platform) or
        name; raises :class:`UsageError` unless it is exactly one.
        """
        wanted = reference.raw.removeprefix("@").strip()
        members = self.unit.members
        # The id goes first: nobody chooses it, while anybody may call themselves like somebody else's id.
        platform, _, native = wanted.lower().rpartition(":")
        if not platform and self.account is not None:
            platform = self.account.platform
        account = members.account(self.community.id, platform, native) if platform else None
        found = [account.member.id] if account is not None else members.named(self.community.id, wanted)
        member = self.find_member(found[0]) if len(found) == 1 else None
        if member is None:
            raise UsageError("arg-not-member", name="member", found=wanted[:40])
        return member

    def find_account(self, account: int) -> AccountRecord | None:
        """An account by id, whoever it belongs to by now."""
        return self.unit.members.account_by_id(self.community.id, account)

    def operators(self) -> list[MemberRecord]:
        """The community's operators."""
        return self.unit.members.operators(self.community.id)

    def accounts_of(self, member: MemberRecord) -> list[AccountRecord]:
        """A member's platform accounts, oldest first."""
        return self.unit.members.accounts_of(self.community.id, member.id)

    def is_bot(self, member: MemberRecord) -> bool:
        """Whether somebody is a bot: nobody who could be paid, asked or ranked."""
        return self.unit.members.is_bot(member)

    def require_operator(self) -> None:
        """Raise :class:`NotAllowed` unless the acting member is an operator."""
        if self.member.standing != "operator":
            raise NotAllowed(level="operator")

    def channel_id(self, where: Where | None = None) -> int:
        """The id of a channel (this one), to keep in a table and give to :meth:`send` later."""
        place = self.where if where is None else where
        return self.unit.members.channel(
            self.community.id,
            place.adapter,
            place.channel,
            space=place.space,
            kind=place.kind,
            title=clean_text(place.title, 200, lines=False),
            now=self.unit.now,
        )

    def place_of(self, channel: int) -> Where:
        """The place with an id from :meth:`channel_id`; raises :class:`LookupError` for an unknown one."""
        row = self.unit.members.place(self.community.id, channel)
        if row is None:
            raise LookupError(f"community {self.community.id} has no channel {channel}")
        adapter, native, space, kind, title = row
        return self.unit.services.moves.follow(Where(adapter, native, space, kind, title))

    def set_locale(self, locale: str) -> None:
        """From now on the acting member reads this language (``en``, ``zh-Hans``, …)."""
        self.unit.writes += 1
        self.unit.members.set_locale(self.member, locale)

    def commands(self) -> list[CommandHelp]:
        """The commands that the acting member may use here, in the order of their names, in the member's language."""
        operator, dm = self.member.standing == "operator", self.in_dm
        locale, text = self.member.locale or self.community.locale, self.unit.services.translator.text
        return [
            CommandHelp(name, usage_as(spec, name), text(spec.plugin, f"command-{spec.name}", locale), spec.plugin)
            for name, spec in sorted(self.unit.services.commands(self.community.enabled).items())
            if usable(spec, operator=operator, dm=dm)
        ]

    def mention(self, member: MemberRecord) -> Text:
        """A mention; it notifies only where the card's ``pings`` name the member."""
        return Text((Span(f"@{member.name}", member=member.id),))


def who_of(account: AccountRecord) -> Who:
    """An account as its platform names it."""
    return Who(account.platform, account.native, account.name, account.member.locale)
