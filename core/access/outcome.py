"""What became of requests to the platforms, and of the people they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from coterie.core.access.diff import OURS, Applied
from coterie.core.access.look import applied_of, key_of, row_of
from coterie.core.actions import AnyAccessAction, GiveRole, Invite, Remove, SetTag, TakeRole
from coterie.core.audit import audit
from coterie.core.config.communities import Slot
from coterie.core.context import Context
from coterie.core.context.granting import CORE
from coterie.core.platform import ABSENT, HAD
from coterie.storage.applied import AppliedRows
from coterie.storage.members import AccountRecord

RETRY: Final = "access-retry"
"""The core's timer for requests that failed."""
FAILED: Final = ("giving", "doubt", "given", "taking", "invited")
"""States in which a request may have failed."""
PAUSES: Final = (60, 300, 1_800, 7_200, 21_600, 86_400)
"""Seconds until a request that failed is made again; the last one repeats."""
RETRIED_AT_ONCE: Final = 100

Fate = Literal["sent", "failed", "unknown"]


def landed(ctx: Context, identifier: int, action: AnyAccessAction, fate: Fate, said: str, reason: str) -> None:
    """The outbox row ``identifier`` has its final state; ``said`` is what the platform answered."""
    unit, community = ctx.unit, ctx.community.id
    account = unit.members.account(community, action.to.platform, action.to.id)
    if account is None:
        return
    rows, slot = AppliedRows(unit.db), _slot(action)
    row = rows.find(key_of(community, account.id, slot))
    known = None if row is None else applied_of(row)
    if known is None or known.busy != identifier:
        return
    ctx.plugin = CORE
    takes = isinstance(action, TakeRole | Remove) or (isinstance(action, SetTag) and not action.tag)
    if fate != "sent":
        after: Applied | None = _failed(ctx, known, action, fate, reason)
    elif takes:
        after = None
    else:
        after = _given(ctx, known, action, said, account)
    if after is None:
        rows.drop(key_of(community, account.id, slot))
    else:
        rows.save(row_of(community, account.id, after))
    if fate == "sent" and said not in (HAD, ABSENT):
        _write_down(ctx, account, known, "access-removed" if takes else "access-applied")
    unit.stir(account.member.id)


def retry_due(ctx: Context) -> None:
    """Requests that failed are made again."""
    rows, community, now = AppliedRows(ctx.unit.db), ctx.community.id, ctx.unit.now
    accounts = rows.retries(community, FAILED, now, RETRIED_AT_ONCE)
    for account in accounts:
        known = [applied_of(row) for row in rows.of(community, [account])]
        for each in known:
            if 0 < each.retry_at <= now:
                rows.save(row_of(community, account, replace(each, retry_at=0)))
    for member in rows.members_of(community, accounts).values():
        ctx.unit.stir(member)
    due = now + 1000 if len(accounts) == RETRIED_AT_ONCE else rows.next_retry(community, FAILED, now)
    if due is not None:
        ctx.unit.set_timer(community, CORE, RETRY, "", {}, due)


def came(ctx: Context, account: AccountRecord, platform: str, space: str, invite: str) -> None:
    """An account has come into a space: it may get there what it had to wait for."""
    rows, community = AppliedRows(ctx.unit.db), ctx.community.id
    if invite:
        _link_used(ctx, rows, account, platform, space, invite)
    for known in _in_space(rows, community, account.id, platform, space):
        if known.slot.kind != "join":
            if known.state == "absent" and known.mark:
                rows.save(row_of(community, account.id, replace(known, state="doubt", since=ctx.unit.now)))
            elif known.state == "absent":
                rows.drop(key_of(community, account.id, known.slot))
        elif known.state in ("invited", "doubt", "giving"):
            sent = known.state != "giving" or bool(known.value)
            ours = sent if invite in ("", known.value) else known.mark != 0 and str(known.mark) in invite
            came_in = replace(known, state="given" if ours else "had", attempts=0, since=ctx.unit.now)
            rows.save(row_of(community, account.id, came_in))
        elif known.state == "left":
            rows.save(row_of(community, account.id, replace(known, state="had", since=ctx.unit.now)))
    if (platform, space) in ctx.community.rights.spaces:
        ctx.unit.stir(account.member.id)
        ctx.unit.aftermath.rights.append((community, (account.member.id,), True))


def went(ctx: Context, account: AccountRecord, platform: str, space: str) -> None:
    """An account has left a space: nothing of Coterie's is on it there any more, and its grants go on."""
    rows, community = AppliedRows(ctx.unit.db), ctx.community.id
    for known in _in_space(rows, community, account.id, platform, space):
        if known.busy:
            continue  # its own answer will tell
        if known.slot.kind == "join":
            left = replace(known, state="left", mark=0, value="", attempts=0, retry_at=0, since=ctx.unit.now)
            rows.save(row_of(community, account.id, left))
        elif known.state != "absent":
            # Platforms take it off with the account; where this is heard late, it may be on it again, by our mark.
            mark = known.mark if known.state in OURS else 0
            away = replace(known, state="absent", mark=mark, value="", attempts=0, retry_at=0, since=ctx.unit.now)
            rows.save(row_of(community, account.id, away))


def _link_used(ctx: Context, rows: AppliedRows, account: AccountRecord, platform: str, space: str, invite: str) -> None:
    """Somebody used a link that another account got: it let in the wrong one, and its owner needs another."""
    community = ctx.community.id
    for row in rows.with_value(community, invite, platform, space, "join"):
        known = applied_of(row)
        if row[0] == account.id or known.state not in ("invited", "giving", "doubt"):
            continue
        rows.save(row_of(community, account.id, replace(known, state="given", value="", busy=0, since=ctx.unit.now)))
        rows.drop(key_of(community, row[0], known.slot))
        for member in rows.members_of(community, [row[0], account.id]).values():
            ctx.unit.stir(member)


def _in_space(rows: AppliedRows, community: int, account: int, platform: str, space: str) -> Sequence[Applied]:
    found = (applied_of(row) for row in rows.of(community, [account]))
    return [known for known in found if (known.slot.platform, known.slot.space) == (platform, space)]


def _given(ctx: Context, known: Applied, action: AnyAccessAction, said: str, account: AccountRecord) -> Applied | None:
    done = replace(known, busy=0, attempts=0, retry_at=0, since=ctx.unit.now)
    if said == HAD and isinstance(action, Invite) and action.replaces:
        return replace(done, state="given")  # by an earlier link
    if said == HAD:
        return replace(done, state="had", mark=0, value="", reason="by-hand")
    if said == ABSENT:
        return replace(done, state="absent", mark=0, value="", reason="not-there")
    if known.slot.kind != "join" and ctx.unit.presences.has_left(account, known.slot.platform, known.slot.space):
        # Away by what was heard so far, and it was given: whoever is heard to have come has it by our mark.
        return replace(done, state="absent", value="", reason="not-there")
    if isinstance(action, Invite):
        return replace(done, state="invited", value=said[:256], attempts=known.attempts + 1)
    return replace(done, state="given", value=action.tag if isinstance(action, SetTag) else "")


def _failed(ctx: Context, known: Applied, action: AnyAccessAction, fate: Fate, reason: str) -> Applied:
    """Try again later; what is not known to have failed may stand there."""
    attempts = known.attempts + 1
    due = ctx.unit.now + PAUSES[min(attempts, len(PAUSES)) - 1] * 1000
    state = "doubt" if known.state == "giving" and fate == "unknown" else known.state
    value = known.value
    if isinstance(action, SetTag) and action.tag and fate == "failed":
        value = "\n".join(action.replaces)
    waiting = ctx.unit.journal.find_timer(ctx.community.id, CORE, RETRY, "")
    if waiting is None or waiting[1] > due:
        ctx.unit.set_timer(ctx.community.id, CORE, RETRY, "", {}, due)
    return replace(known, busy=0, attempts=attempts, retry_at=due, state=state, value=value, reason=reason)


def _slot(action: AnyAccessAction) -> Slot:
    platform, space = action.where.adapter, action.where.space
    if isinstance(action, GiveRole | TakeRole):
        return Slot(platform, space, "role", action.role)
    return Slot(platform, space, "tag" if isinstance(action, SetTag) else "join", "")


def _write_down(ctx: Context, account: AccountRecord, known: Applied, act: str) -> None:
    slot = known.slot
    details = {
        "access": known.access,
        "account": f"{account.platform}:{account.native}",
        "space": f"{slot.platform}:{slot.space}",
        "kind": slot.kind,
        "target": slot.target or known.value,
    }
    audit(
        ctx.unit,
        ctx.community.id,
        plugin=CORE,
        act=act,
        member=account.member.id,
        reason=known.reason,
        details=details,
    )
