"""What the core does by itself about rights: when records become one or two, and when the brake has stopped."""

from __future__ import annotations

from coterie.core.context import Context
from coterie.core.context.granting import CORE, set_expiry, tell
from coterie.core.events import AccessBraked, AccountSeparated, MembersMerged, MergeUndone
from coterie.storage.access import Grants


def merged(ctx: Context, event: MembersMerged) -> None:
    """All accounts of one person get what that person has; plugins may hear of an access a second time.

    Where both had a grant of one source, that of the record that goes has stayed with it: the longer one counts.
    """
    rows = Grants(ctx.unit.db)
    for left in rows.open(ctx.community.id, [event.gone]):
        found = rows.find(ctx.community.id, event.kept, left.access, left.plugin, left.source)
        if found is not None and found.until < left.until:
            rows.move(ctx.community.id, found.id, left.until, found.reason)
    for access in _accesses(ctx, event.kept):
        tell(ctx, event.kept, access, active=True)
    ctx.unit.stir(event.kept)


def unmerged(ctx: Context, event: MergeUndone) -> None:
    """Each has their own grants again."""
    kept, gone = _accesses(ctx, event.kept), _accesses(ctx, event.gone)
    for access in gone:
        tell(ctx, event.gone, access, active=True)
        if access not in kept:
            tell(ctx, event.kept, access, active=False)
    ctx.unit.stir(event.kept)
    ctx.unit.stir(event.gone)


def separated(ctx: Context, event: AccountSeparated) -> None:
    """An account that stands alone has no share in the grants of the others."""
    ctx.unit.stir(event.member)
    ctx.unit.stir(event.became)


def braked(ctx: Context, event: AccessBraked) -> None:
    """Tell the operators, where no plugin asks them."""
    ctx.plugin = CORE
    for operator in ctx.operators():
        said = ctx.unit.services.translator.text(
            CORE,
            f"operator-brake-{event.act}",
            operator.locale or ctx.community.locale,
            {
                "access": ctx.community.rights.title(event.access),
                "wanted": event.wanted,
                "allowed": event.allowed,
            },
            ctx.community.zone,
        )
        ctx.send(operator, said)


def _accesses(ctx: Context, member: int) -> list[str]:
    """The accesses of somebody's running grants; their timers are set anew, since grants that moved may lack theirs."""
    rows = Grants(ctx.unit.db).open(ctx.community.id, [member])
    for row in rows:
        set_expiry(ctx, row.id, row.until)
    return list(dict.fromkeys(row.access for row in rows))
