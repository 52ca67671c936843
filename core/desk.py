"""The desk: what tools and tests ask of a running app, each in a transaction on the lane."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from coterie.core.community import Community
from coterie.core.context import Context
from coterie.core.engine.boot import Store
from coterie.core.engine.registry import Registry
from coterie.core.events import Who
from coterie.core.platform import CommandMenu
from coterie.core.services import Services
from coterie.storage.ledger import Account, Leg


class Desk(ABC):
    """Questions and small acts from outside; :class:`~coterie.core.app.App` is one."""

    services: Services
    registry: Registry
    store: Store

    @abstractmethod
    def on_lane(self, community: Community | str | None, fn: Callable[[Context], Any]) -> asyncio.Future[Any]:
        """Run ``fn(ctx)`` in a transaction on a community's lane (by default the only one) for its result."""

    def commands(self) -> list[CommandMenu]:
        """The commands of all enabled plugins, for a platform's menu."""
        from coterie.core.commands import usage
        from coterie.core.menu import option_of

        translator = self.services.translator
        table = self.registry.table(frozenset().union(*(community.enabled for community in self.store.communities)))
        return [
            CommandMenu(
                spec.name,
                {
                    locale: str(translator.text(spec.plugin, f"command-{spec.name}", locale, {}))
                    for locale in translator.locales
                },
                usage(spec),
                spec.level,
                tuple(option_of(translator, spec, parameter) for parameter in spec.parameters),
                spec.where,
            )
            for spec in table.specs
        ]

    async def find_member(self, who: Who) -> int | None:
        """The member behind an account."""

        def find(ctx: Context) -> int | None:
            account = ctx.unit.members.account(ctx.community.id, who.platform, who.id)
            return None if account is None else account.member.id

        found: int | None = await self.on_lane(None, find)
        return found

    async def balance(self, who: Who, currency: str = "points") -> int:
        """What the member behind an account has; 0 for somebody unknown."""
        member = await self.find_member(who)
        amount: int = await self.on_lane(
            None, lambda ctx: ctx.unit.ledger.balance(ctx.community.id, Account("member", str(member)), currency)
        )
        return amount

    async def grant(self, who: Who, amount: int, currency: str, reason: str, key: str) -> None:
        """An operator's grant to the member behind an account, who is enrolled if need be."""

        def book(ctx: Context) -> None:
            members = ctx.unit.members
            account = members.account(ctx.community.id, who.platform, who.id)
            if account is None:
                account = members.enrol(
                    ctx.community.id,
                    who.platform,
                    who.id,
                    who.name or who.id,
                    locale=who.locale,
                    bot=False,
                    now=ctx.unit.now,
                )
            ctx.unit.ledger.transfer(
                ctx.community.id,
                [Leg(Account("issuer", "operator"), -amount), Leg(Account("member", str(account.member.id)), amount)],
                currency,
                key=f"operator:{key}",
                plugin="core",
                reason=reason,
                now=ctx.unit.now,
            )

        await self.on_lane(None, book)

    async def verify_ledger(self) -> list[str]:
        """Prove the books; findings in plain words."""
        from coterie.storage.proof import verify

        found: list[str] = await self.on_lane(self.store.communities[0], lambda ctx: verify(ctx.unit.db))
        return found
