"""State → message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coterie.core.api import (
    AccountRecord,
    Button,
    Card,
    Context,
    Field,
    Member,
    Merge,
    MergePreview,
    MergeRecord,
    Money,
    Rich,
    Undone,
    UndoPreview,
    join,
    to_datetime,
)
from coterie.core.api import code as monospaced
from coterie.plugins.identity.rules import write_amounts
from coterie.plugins.identity.service import Code

CONFIRM_SECONDS: Final = 300
"""How long what asks once more can be confirmed."""
SHOWN: Final = 10
"""How many merges are listed at once."""


def code(ctx: Context, made: Code) -> Card:
    """A fresh code, with what to do with it."""
    until = to_datetime(made.expires_at)
    return Card(
        title=ctx.t("link-title"),
        text=join([ctx.t("link-how", code=made.code, until=until), monospaced(f"/link {made.code}")], "\n"),
        footer=ctx.t("link-careful"),
    )


def linked(ctx: Context, reader: Member, merge: Merge) -> Card:
    """What both accounts read once they are one."""
    lines = [ctx.t_for(reader, "link-done", accounts=_accounts(ctx, reader))]
    if merge.amounts:
        lines.append(ctx.t_for(reader, "link-moved", amounts=_money(ctx, merge.amounts)))
    return Card(text=join(lines, "\n"), tone="good")


def whoami(ctx: Context) -> Card:
    """A member as Coterie knows them."""
    accounts = _accounts(ctx, ctx.member)
    return Card(
        title=ctx.member.name,
        fields=(
            Field(ctx.t("whoami-standing"), ctx.t(f"whoami-standing-{ctx.member.standing}")),
            Field(ctx.t("whoami-id"), monospaced(str(ctx.member.id))),
            Field(ctx.t("whoami-accounts"), join(accounts, "\n"), inline=False),
        ),
        footer=ctx.t("whoami-link") if len(accounts) == 1 else "",
    )


# -- separating ----------------------------------------------------------------------------------------------------


def choose_account(ctx: Context, accounts: Sequence[AccountRecord]) -> Card:
    """Which account to separate."""
    buttons = tuple((_private(ctx, _shown(each), "unlink", account=each.id),) for each in accounts)
    return Card(title=ctx.t("unlink-title"), text=ctx.t("unlink-which"), buttons=buttons)


def ask_separate(ctx: Context, account: AccountRecord) -> Card:
    """What separating an account means, before it is done."""
    stays: list[Rich] = [_shown(each) for each in ctx.accounts_of(ctx.member) if each.id != account.id]
    yes = _private(ctx, ctx.t("unlink-yes"), "separate", danger=True, account=account.id)
    amounts = _money(ctx, ctx.ledger.balances(ctx.member))
    return Card(
        title=ctx.t("unlink-ask", account=_shown(account)),
        text=join([ctx.t("unlink-means"), *([ctx.t("unlink-money", amounts=amounts)] if amounts else [])], "\n"),
        fields=(
            Field(ctx.t("unlink-goes"), _shown(account)),
            Field(ctx.t("unlink-stays"), join(stays, "\n")),
        ),
        buttons=((yes,),),
        tone="warn",
        footer=ctx.t("unlink-footer"),
    )


def separated(ctx: Context, reader: Member, account: AccountRecord) -> Card:
    """What both persons read once an account is a person of its own."""
    key = "unlink-done-new" if reader.id == account.member.id else "unlink-done"
    return Card(text=ctx.t_for(reader, key, account=_shown(account)), tone="good")


# -- merging -----------------------------------------------------------------------------------------------------------


def ask_merge(ctx: Context, kept: Member, gone: Member, preview: MergePreview) -> Card:
    """What a merge would move."""
    lines: list[Rich] = [
        ctx.t("merge-rows", plugin=plugin, moved=count.moved, united=count.united, left=count.left)
        for plugin, count in sorted(preview.rows.items())
        if plugin != "core"
    ]
    fields = [
        Field(ctx.t("merge-stays"), join([kept.name, *_accounts(ctx, kept)], "\n")),
        Field(ctx.t("merge-goes"), join([gone.name, *_accounts(ctx, gone)], "\n")),
        *_field(ctx, "merge-money", _money(ctx, preview.amounts)),
        *_field(ctx, "merge-held", _money(ctx, preview.held)),
        *_field(ctx, "merge-data", lines),
    ]
    yes = _private(ctx, ctx.t("merge-yes"), "merge", danger=True, kept=kept.id, gone=gone.id)
    return Card(
        title=ctx.t("merge-ask", kept=kept.name, gone=gone.name),
        text=ctx.t("merge-means"),
        fields=tuple(fields),
        buttons=((yes,),),
        tone="warn",
        footer=ctx.t("merge-footer"),
    )


def merged(ctx: Context, kept: Member, gone: str, merge: Merge) -> Card:
    """What the operator reads who merged."""
    lines = [ctx.t("merge-done", kept=kept.name, gone=gone), ctx.t("merge-undo-with")]
    if merge.amounts:
        lines.insert(1, ctx.t("link-moved", amounts=_money(ctx, merge.amounts)))
    return Card(text=join(lines, "\n"), tone="good")


def choose_merge(ctx: Context, member: Member, merges: Sequence[MergeRecord]) -> Card:
    """The merges of a member, each with a button that leads to its undoing."""
    lines, buttons = [], []
    for number, merge in enumerate(merges[:SHOWN], 1):
        by = ctx.find_member(merge.actor) if merge.actor else None
        names = _names(merge)
        lines.append(
            ctx.t("unmerge-line", number=number, names=names, at=to_datetime(merge.at), by=by.name if by else "–")
        )
        label = ctx.t("unmerge-one", number=number, names=names)
        buttons.append((_private(ctx, label, "unmerge", merge=merge.id),))
    return Card(title=ctx.t("unmerge-title", name=member.name), text=join(lines, "\n"), buttons=tuple(buttons))


def ask_undo(ctx: Context, preview: UndoPreview) -> Card:
    """What an undoing would give back, and what is missing."""
    kept = ctx.find_member(preview.merge.kept)
    rows: list[Rich] = [
        ctx.t("unmerge-rows", plugin=plugin, count=count) for plugin, count in sorted(preview.rows.items())
    ]
    short = _money(ctx, preview.short)
    fields = [
        *_field(ctx, "unmerge-accounts", [_shown(account) for account in preview.accounts]),
        *_field(ctx, "unmerge-returned", _money(ctx, preview.returned)),
        *_field(ctx, "unmerge-short", short),
        *_field(ctx, "merge-held", _money(ctx, preview.held)),
        *_field(ctx, "merge-data", rows),
    ]
    label = ctx.t("unmerge-yes-short" if short else "unmerge-yes")
    yes = _private(ctx, label, "undo", danger=True, merge=preview.merge.id, short=write_amounts(preview.short))
    means = [ctx.t("unmerge-means"), *([ctx.t("unmerge-short-means")] if short else [])]
    return Card(
        title=ctx.t("unmerge-ask", names=_names(preview.merge), kept=kept.name if kept else "–"),
        text=join(means, "\n"),
        fields=tuple(fields),
        buttons=((yes,),),
        tone="bad" if short else "warn",
        footer=ctx.t("confirm-expires", minutes=CONFIRM_SECONDS // 60),
    )


def undone(ctx: Context, done: Undone) -> Card:
    """What the operator reads who undid a merge."""
    lines = [ctx.t("unmerge-done", kept=done.kept.name, gone=done.gone.name)]
    for key, amounts in (("unmerge-gave", done.returned), ("unmerge-missing", done.short)):
        if amounts:
            lines.append(ctx.t(key, amounts=_money(ctx, amounts)))
    if done.stuck:
        lines.append(ctx.t("unmerge-stuck", count=done.stuck))
    return Card(text=join(lines, "\n"), tone="warn" if done.short or done.stuck else "good")


def told_undone(ctx: Context, reader: Member) -> Card:
    """What a person reads whose accounts were taken apart by an operator."""
    return Card(text=ctx.t_for(reader, "unmerge-told", accounts=_accounts(ctx, reader)))


# -- parts -------------------------------------------------------------------------------------------------------------


def _shown(account: AccountRecord) -> str:
    return f"{account.name} ({account.platform})"


def _accounts(ctx: Context, member: Member) -> list[Rich]:
    return [_shown(account) for account in ctx.accounts_of(member)]


def _names(merge: MergeRecord) -> list[str]:
    return list(merge.accounts.values()) or [str(merge.gone)]


def _money(ctx: Context, amounts: Mapping[str, int]) -> list[Rich]:
    return [ctx.t("link-money", money=Money(amount, code)) for code, amount in sorted(amounts.items()) if amount]


def _field(ctx: Context, key: str, lines: Sequence[Rich]) -> list[Field]:
    """A field with a line for each, or none without lines."""
    return [Field(ctx.t(key), join(list(lines), "\n"), inline=False)] if lines else []


def _private(ctx: Context, label: Rich, do: str, *, danger: bool = False, **args: int | str) -> Button:
    """A button for the acting member alone, for a few minutes."""
    return Button(
        label,
        do=do,
        args=dict(args),
        style="danger" if danger else "normal",
        only=ctx.member.id,
        expires=CONFIRM_SECONDS,
    )
