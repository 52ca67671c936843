"""What a handler may do for a member's rights: consent, what is kept and why, export, erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coterie.core.events import ConsentAsked, ConsentChanged
from coterie.core.text import Rich
from coterie.storage import consents
from coterie.storage.consents import ConsentRow
from coterie.storage.members import MemberRecord

if TYPE_CHECKING:
    from coterie.core.context import Context
    from coterie.core.people.privacy.orders import Erasure, Why

LONGEST_PURPOSE: Final = 64


class Consents:
    """What the acting member, or another one, agreed to. A purpose is a short name such as ``newsletter``."""

    __slots__ = ("_ctx",)

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def given(self, purpose: str, *, wording: str = "", member: MemberRecord | None = None) -> bool:
        """Whether there is an agreement that stands; with a ``wording``, one to exactly this version of the text."""
        row = self._newest(purpose, member)
        return row is not None and row.given and wording in ("", row.wording)

    def refused(self, purpose: str, *, member: MemberRecord | None = None) -> bool:
        """Whether the last word was no, as opposed to none at all: the question to ask where silence is enough."""
        row = self._newest(purpose, member)
        return row is not None and not row.given

    def ask(self, purpose: str, *, wording: str = "") -> None:
        """Ask the acting member, in the words of the plugin's message ``consent-PURPOSE``; what they say is kept.

        The answer comes as :class:`ConsentChanged` to ``@listens``.  Nothing is asked where the plugin that shows such
        questions is off: then there is no consent.
        """
        ctx = self._ctx
        ctx.emit(
            ConsentAsked(
                key="",
                who=ctx.event.who,
                where=ctx.event.where,
                handle=ctx.event.handle,
                plugin=ctx.plugin,
                purpose=_checked(purpose),
                wording=wording,
            )
        )

    def give(self, purpose: str, *, wording: str = "", plugin: str = "") -> None:
        """The acting member agrees; an agreement to another wording ends with it."""
        row = self._newest(_checked(purpose), None)
        if row is None or not row.given or row.wording != wording:
            self._add(purpose, wording, plugin, given=True)

    def withdraw(self, purpose: str, *, plugin: str = "") -> None:
        """The acting member says no, or takes an agreement back; that is kept as well."""
        row = self._newest(_checked(purpose), None)
        if row is None:
            self._add(purpose, "", plugin, given=False)
        elif row.given:
            self._end(purpose)
            self._told(purpose, given=False)

    def of(self, member: MemberRecord) -> list[ConsentRow]:
        """All that a member ever said, oldest first."""
        return consents.history(self._ctx.unit.db, self._ctx.community.id, member.id)

    def question(self, plugin: str, purpose: str) -> Rich:
        """A plugin's words for a purpose, in the acting member's language."""
        ctx = self._ctx
        locale = ctx.member.locale or ctx.community.locale
        return ctx.unit.services.translator.text(plugin, f"consent-{purpose}", locale, {})

    def _newest(self, purpose: str, member: MemberRecord | None) -> ConsentRow | None:
        who = self._ctx.member if member is None else member
        return consents.newest(self._ctx.unit.db, self._ctx.community.id, who.id, purpose)

    def _add(self, purpose: str, wording: str, plugin: str, *, given: bool) -> None:
        ctx = self._ctx
        self._end(purpose)
        ctx.unit.db.run(
            consents.ADD,
            {
                "community_id": ctx.community.id,
                "id": ctx.new_id(),
                "member_id": ctx.member.id,
                "purpose": purpose,
                "wording": wording,
                "plugin": plugin or ctx.plugin,
                "account_id": 0 if ctx.account is None else ctx.account.id,
                "given_at": ctx.instant if given else None,
                "withdrawn_at": None if given else ctx.instant,
            },
        )
        self._told(purpose, given=given)

    def _end(self, purpose: str) -> None:
        ctx = self._ctx
        ctx.unit.writes += 1
        mine = {"community_id": ctx.community.id, "member_id": ctx.member.id}
        ctx.unit.db.run(consents.WITHDRAW, mine | {"purpose_": purpose, "now": ctx.instant})

    def _told(self, purpose: str, *, given: bool) -> None:
        who, where = self._ctx.event.who, self._ctx.event.where
        self._ctx.emit(ConsentChanged(key="", who=who, where=where, purpose=purpose, given=given))


class Privacy:
    """What is kept about members, and what they can have done with it."""

    __slots__ = ("_ctx",)

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def keeps(self) -> list[tuple[str, Rich]]:
        """Each plugin that is on here with what it keeps and why, in the acting member's language."""
        from coterie.core.people.privacy.exporting import what_is_kept  # loaded when somebody asks, as all below

        ctx = self._ctx
        locale, translator = ctx.member.locale or ctx.community.locale, ctx.unit.services.translator
        return [(name, what_is_kept(translator, name, locale)) for name in sorted(ctx.community.enabled)]

    def objection(self, member: MemberRecord) -> str:
        """Why a member cannot be erased now, in words for operators; empty for no reason."""
        from coterie.core.people.privacy.erasing import Eraser

        ctx, plugin = self._ctx, self._ctx.plugin
        try:
            return Eraser(ctx.unit.services.plugins()).reasons(ctx, member)
        finally:
            ctx.plugin = plugin

    def erase(self, member: MemberRecord) -> None:
        """Have a member erased, from right after this commit on; it goes on by itself until all is done."""
        from coterie.core.people.privacy import orders

        ctx = self._ctx
        why: Why = "operator" if ctx.actor not in (0, member.id) else "member"
        orders.order(ctx.unit, ctx.community.id, member.id, why, asked_by=ctx.actor)

    def erasure(self, member: MemberRecord) -> Erasure | None:
        """The newest erasure of a member, if one was ordered."""
        from coterie.core.people.privacy import orders

        return orders.of_member(self._ctx.unit.db, self._ctx.community.id, member.id)

    def link(self, member: MemberRecord) -> str | None:
        """A link that gives out the export of a member once, within an hour; None without a public address."""
        from coterie.core.people.privacy.links import new_link

        return new_link(self._ctx, member)


def _checked(purpose: str) -> str:
    if not 1 <= len(purpose) <= LONGEST_PURPOSE:
        raise ValueError(f"a purpose has 1 to {LONGEST_PURPOSE} characters, not {len(purpose)}")
    return purpose
