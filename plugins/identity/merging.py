"""What operators do: merge two records, undo a merge, each after a preview."""

from __future__ import annotations

from coterie.core.api import CannotUndo, Card, Context, Member, MergeRecord, Refusal, Shortfall, to_datetime
from coterie.plugins.identity import cards
from coterie.plugins.identity.config import IdentityConfig
from coterie.plugins.identity.rules import read_amounts


def ask_merge(ctx: Context, kept: Member, gone: Member) -> Card:
    """The preview of a merge; raises :class:`Refusal` for records that cannot be merged."""
    _check_pair(ctx, kept, gone)
    return cards.ask_merge(ctx, kept, gone, ctx.preview_merge(kept, gone))


def merge(ctx: Context, kept_id: int, gone_id: int) -> Card:
    """Merge two records, and tell whose they are."""
    kept, gone = ctx.find_member(kept_id), ctx.find_member(gone_id)
    if kept is None or gone is None:
        raise LookupError(f"there are no members {kept_id} and {gone_id}")
    _check_pair(ctx, kept, gone)
    name, chats = gone.name, {ctx.dm_of(kept), ctx.dm_of(gone)}
    done = ctx.merge_members(kept, gone)
    ctx.audit("merge", kept, merge=done.id, gone=done.gone)
    for chat in sorted(chats, key=str):
        if chat is not None:
            ctx.send(chat, cards.linked(ctx, kept, done))
    return cards.merged(ctx, kept, name, done)


def choose_merge(ctx: Context, member: Member) -> Card:
    """The merges of a member that can be undone; raises :class:`Refusal` if there are none."""
    found = [merge for merge in ctx.merges_of(member) if merge.undone_at is None and _in_time(ctx, merge)]
    if not found:
        raise Refusal("unmerge-none", name=member.name, days=_days(ctx))
    return cards.choose_merge(ctx, member, found)


def ask_undo(ctx: Context, merge: int) -> Card:
    """The preview of an undoing; raises :class:`CannotUndo`."""
    preview = ctx.preview_undo(merge)
    _check_time(ctx, preview.merge)
    return cards.ask_undo(ctx, preview)


def undo(ctx: Context, merge: int, short: str) -> Card:
    """Undo a merge and tell both persons; shows the preview again when more money is missing than was agreed to."""
    _check_time(ctx, ctx.preview_undo(merge).merge)
    try:
        done = ctx.undo_merge(merge, agreed=read_amounts(short))
    except Shortfall:
        return ask_undo(ctx, merge)
    ctx.audit("unmerge", done.kept, merge=merge, gone=done.gone.id, returned=done.returned, short=done.short)
    for member in (done.kept, done.gone):
        ctx.send(member, cards.told_undone(ctx, member))
    return cards.undone(ctx, done)


def _check_pair(ctx: Context, kept: Member, gone: Member) -> None:
    if kept.id == gone.id:
        raise Refusal("merge-same", name=kept.name)
    if any(account.bot for member in (kept, gone) for account in ctx.accounts_of(member)):
        raise Refusal("bots-cannot", namespace="core")


def _in_time(ctx: Context, merge: MergeRecord) -> bool:
    config: IdentityConfig = ctx.config
    return to_datetime(merge.at) + config.undo_within >= ctx.now


def _check_time(ctx: Context, merge: MergeRecord) -> None:
    if not _in_time(ctx, merge):
        raise CannotUndo("merge-too-late", namespace="core", days=_days(ctx))


def _days(ctx: Context) -> int:
    config: IdentityConfig = ctx.config
    return max(1, config.undo_within.days)
