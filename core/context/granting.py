"""Grants as a plugin gives and ends them; access is a function of the grants and the time, of nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from coterie.core.audit import audit
from coterie.core.clock import to_datetime, to_instant
from coterie.core.events import AccessChanged
from coterie.core.rights import Grant, grant_of
from coterie.core.text import clean_text
from coterie.storage.access import FOREVER, GrantRow, Grants
from coterie.storage.applied import APPLIED_NAMES, AppliedRows
from coterie.storage.members import MemberRecord

if TYPE_CHECKING:
    from coterie.core.context import Context

CORE: Final = "core"
EXPIRY: Final = "grant-until"
"""The core's timer for the end of a grant; its key is the grant's id."""
LONGEST_SOURCE: Final = 128
LONGEST_REASON: Final = 500


class PluginGrants:
    """Grants, for one plugin in one event: everybody reads all of them, a plugin changes its own."""

    __slots__ = ("_ctx", "_rows")

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._rows = Grants(ctx.unit.db)

    def give(
        self,
        member: MemberRecord,
        access: str,
        *,
        source: object,
        until: datetime | timedelta | None = None,
        reason: str = "",
    ) -> Grant | None:
        """Let a member have an access until a moment (aware), for a while, or until it is ended.

        There is one grant for each member, access and source of this plugin: giving it again moves ``until``.  Where
        ``until`` has passed already nothing is given, a grant that still runs ends, and the answer is None.  Raises
        :class:`LookupError` for an access that the community does not have, :class:`ValueError` for a time without zone
        or a source that is empty or longer than 128 characters.
        """
        ctx = self._ctx
        ctx.community.rights.require(access)
        name, end = _source(source), _instant(until, ctx.unit.now)
        told = clean_text(reason, LONGEST_REASON, lines=False)
        found = self._rows.find(ctx.community.id, member.id, access, ctx.plugin, name)
        if end <= ctx.unit.now:
            if found is not None:
                close(ctx, found, ctx.unit.now, told or "its time has passed")
            return None
        if found is None:
            return grant_of(self._open(member, access, name, end, told))
        if found.until != end or (told and told != found.reason):
            self._rows.move(ctx.community.id, found.id, end, told or found.reason)
            ctx.unit.writes += 1
            set_expiry(ctx, found.id, end)
            _write_down(ctx, "grant-moved", found, told, end)
        moved = self._rows.by_id(ctx.community.id, found.id)
        return grant_of(moved or found)

    def end(self, member: MemberRecord, access: str, *, source: object, reason: str = "") -> bool:
        """End this plugin's grant of a source; whether there was one. Grants of other sources go on."""
        ctx = self._ctx
        found = self._rows.find(ctx.community.id, member.id, access, ctx.plugin, _source(source))
        if found is not None:
            close(ctx, found, ctx.unit.now, clean_text(reason, LONGEST_REASON, lines=False))
        return found is not None

    def of(self, member: MemberRecord) -> list[Grant]:
        """The grants that give a member something now, of all plugins, oldest first."""
        ctx = self._ctx
        rows = self._rows.open(ctx.community.id, [member.id])
        return [grant_of(row) for row in rows if row.until > ctx.unit.now]

    def has(self, member: MemberRecord, access: str) -> bool:
        """Whether a member has an access now; raises :class:`LookupError` for one that the community does not have."""
        self._ctx.community.rights.require(access)
        return any(grant.access == access for grant in self.of(member))

    def history(self, member: MemberRecord) -> list[Grant]:
        """All grants that a member ever had, oldest first."""
        return [grant_of(row) for row in self._rows.history(self._ctx.community.id, member.id)]

    def accesses(self) -> dict[str, str]:
        """The community's accesses: name and title, in the order of the configuration."""
        rights = self._ctx.community.rights
        return {name: rights.title(name) for name in rights.accesses}

    def links(self, member: MemberRecord, access: str) -> bool:
        """Send a member their links to the private spaces of an access again, in place of the earlier ones; whether
        there is one to send.
        """
        return self.has(member, access) and _ask_links(self._ctx, member.id, access)

    def confirm(self, access: str) -> None:
        """An operator lets a mass change of an access go on that was stopped (see ``on_access_braked``)."""
        ctx = self._ctx
        ctx.unit.writes += 1
        ctx.unit.aftermath.compare.append((ctx.community.id, frozenset({(access, "take"), (access, "again")})))

    def private(self) -> frozenset[str]:
        """The accesses that let into a private space."""
        accesses = self._ctx.community.rights.accesses
        return frozenset(name for name, each in accesses.items() if any(target.join for target in each.targets))

    def _open(self, member: MemberRecord, access: str, source: str, until: int, reason: str) -> GrantRow:
        ctx = self._ctx
        unit, community = ctx.unit, ctx.community.id
        first = not any(row.access == access for row in self._rows.open(community, [member.id]))
        row = GrantRow(
            ctx.new_id(), member.id, access, ctx.plugin, source, reason, unit.now, ctx.actor, until, 0, "", 0
        )
        unit.writes += 1
        self._rows.add(
            {
                "community_id": community,
                "id": row.id,
                "member_id": member.id,
                "access": access,
                "plugin": ctx.plugin,
                "source": source,
                "reason": reason,
                "given_at": unit.now,
                "given_by": ctx.actor,
                "until": until,
            }
        )
        set_expiry(ctx, row.id, until)
        _write_down(ctx, "grant-given", row, reason, until)
        if first:
            tell(ctx, member.id, access, active=True)
        unit.stir(member.id)
        return row


def close(ctx: Context, row: GrantRow, at: int, reason: str) -> None:
    """End a grant; the member loses the access if it was the last one for it."""
    unit, rows = ctx.unit, Grants(ctx.unit.db)
    unit.writes += 1
    rows.end(ctx.community.id, row.id, at, reason, ctx.actor)
    set_expiry(ctx, row.id, FOREVER)
    _write_down(ctx, "grant-ended", row, reason, at)
    owner = ctx.find_member(row.member)
    if owner is None or owner.id != row.member:
        return  # left behind by a merge: it gave nobody anything
    if not any(other.access == row.access for other in rows.open(ctx.community.id, [row.member])):
        tell(ctx, row.member, row.access, active=False)
    unit.stir(row.member)


def expired(ctx: Context, grant: int) -> None:
    """A grant's time may have come; what was moved meanwhile gets its timer anew."""
    row = Grants(ctx.unit.db).by_id(ctx.community.id, grant)
    if row is None or row.ended_at:
        return
    if row.until > ctx.unit.now:
        set_expiry(ctx, row.id, row.until)
    else:
        close(ctx, row, row.until, "its time has passed")


def set_expiry(ctx: Context, grant: int, until: int) -> None:
    """Set the timer for the end of a grant, or take it back where there is none."""
    unit, key = ctx.unit, str(grant)
    if until != FOREVER:
        unit.set_timer(ctx.community.id, CORE, EXPIRY, key, {"grant": grant}, until)
    else:
        unit.drop_timer(ctx.community.id, CORE, EXPIRY, key)


def tell(ctx: Context, member: int, access: str, *, active: bool) -> None:
    """Let plugins know that a member has an access now, or has it no longer."""
    key = f"access:{ctx.new_id()}"
    ctx.unit.emit(AccessChanged(key=key, member=member, access=access, active=active))


def _ask_links(ctx: Context, member: int, access: str) -> bool:
    """Let links be made anew for somebody who has none that works, or has lost it; whether any will be sent."""
    rows, community, asked = AppliedRows(ctx.unit.db), ctx.community.id, False
    for row in rows.of(community, [account[0] for account in rows.accounts_of(community, [member])]):
        found = {"community_id": community} | dict(zip(APPLIED_NAMES, row, strict=True))
        if (found["kind"], found["access"], found["action"]) != ("join", access, 0):
            continue
        if found["state"] == "left":
            rows.drop(found)
        elif found["state"] in ("invited", "giving"):
            rows.save(found | {"since": 0, "attempts": 0, "not_before": 0})
        else:
            continue
        asked = True
    if asked:
        ctx.unit.writes += 1
        ctx.unit.stir(member)
    return asked


def _write_down(ctx: Context, act: str, row: GrantRow, reason: str, until: int) -> None:
    told = "" if until == FOREVER else to_datetime(until).isoformat(timespec="seconds")
    details = {"access": row.access, "source": f"{row.plugin}:{row.source}"} | ({"until": told} if told else {})
    plugin = ctx.plugin or CORE
    audit(
        ctx.unit,
        ctx.community.id,
        plugin=plugin,
        act=act,
        actor=ctx.actor,
        member=row.member,
        reason=reason,
        details=details,
    )


def _source(source: object) -> str:
    name = str(source)
    if not 1 <= len(name) <= LONGEST_SOURCE:
        raise ValueError(f"a grant's source has 1 to {LONGEST_SOURCE} characters, not {len(name)}")
    return name


def _instant(until: datetime | timedelta | None, now: int) -> int:
    if until is None:
        return FOREVER
    found = now + round(until.total_seconds() * 1000) if isinstance(until, timedelta) else to_instant(until)
    return min(found, FOREVER)
