"""Settling: steps become rows and outbound actions, in the lane's transaction."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from coterie.core.access import brake
from coterie.core.access.brake import Kind
from coterie.core.access.diff import OURS, Applied, Step
from coterie.core.access.look import NOTHING_SEEN, Finding, Seen, key_of, look, people, row_of
from coterie.core.actions import AnyAccessAction, GiveRole, Invite, Priority, Remove, SetTag, TakeRole
from coterie.core.cards import Card
from coterie.core.context import Context
from coterie.core.events import Where
from coterie.storage.applied import AppliedRows

log = logging.getLogger(__name__)

AT_ONCE: Final = 100
"""Members that are settled together with the event that changed them; more go in portions, right behind it."""


def settle_stirred(ctx: Context) -> None:
    """Everybody whose grants or accounts an event has changed."""
    unit = ctx.unit
    stirred, unit.stirred = unit.stirred, {}
    ctx.plugin = "core"
    found = (unit.members.member(ctx.community.id, member) for member in stirred)
    members = list(dict.fromkeys(member.id for member in found if member is not None))
    if len(members) > AT_ONCE:
        unit.aftermath.rights.append((ctx.community.id, tuple(members), False))
    else:
        settle(ctx, members)


def settle(
    ctx: Context,
    members: Sequence[int],
    seen: Seen = NOTHING_SEEN,
    asked: int = 0,
    *,
    held: Collection[Kind] | None = None,
    confirmed: Collection[Kind] = (),
    priority: Priority = Priority.MODERATION,
    blocked: Collection[tuple[str, str, str]] = (),
) -> Counter[Kind]:
    """Bring some members' access in order, as far as rows and what was ``seen`` when the platforms were ``asked`` tell.

    Returns the changes that can be too many, those that wait among them.

    ``held`` are changes that wait, where that was judged for more people than these; ``confirmed`` ones pass the brake.
    ``blocked`` names roles (platform, space, role) that the bot cannot change.
    """
    if not members:
        return Counter()
    now = ctx.unit.now
    found = people(ctx.unit.db, ctx.community.id, members, now)
    findings = [
        each for each in look(found, ctx.community.rights, seen, now, asked) if not is_blocked(each.step, blocked)
    ]
    counts = brake.counted(findings)
    waiting = brake.judge(ctx, counts, confirmed) if held is None else held
    carry_out(ctx, [each for each in findings if (each.step.access, each.step.act) not in waiting], confirmed, priority)
    return counts


def is_blocked(step: Step, blocked: Collection[tuple[str, str, str]]) -> bool:
    """Whether the bot is known to be unable to do this."""
    slot = step.slot
    return step.act in ("give", "again", "take") and (slot.platform, slot.space, slot.target) in blocked


def carry_out(
    ctx: Context,
    findings: Iterable[Finding],
    confirmed: Collection[Kind] = (),
    priority: Priority = Priority.MODERATION,
) -> None:
    """Write the rows and queue the actions of these steps."""
    done = []
    rows = AppliedRows(ctx.unit.db)
    for finding in findings:
        step = finding.step
        if step.act == "note":
            _note(ctx, rows, finding)
        elif step.act != "wait" and _ask(ctx, rows, finding, priority):
            done.append(finding)
    counts = brake.counted(done)
    brake.note(ctx, {kind: count for kind, count in counts.items() if kind not in confirmed})


def _note(ctx: Context, rows: AppliedRows, finding: Finding) -> None:
    """Correct what is known; nothing changes on the platform."""
    step, community = finding.step, ctx.community.id
    ctx.unit.writes += 1
    if not step.becomes:
        rows.drop(key_of(community, finding.account.id, step.slot))
        return
    base = step.known or Applied(step.slot, step.becomes, step.access)
    since = base.since if base.state == step.becomes and step.known is not None else ctx.unit.now
    mark = base.mark if step.becomes in OURS else 0
    value = base.value if step.becomes in OURS else ""
    noted = replace(
        base,
        state=step.becomes,
        access=step.access,
        mark=mark,
        value=value,
        attempts=0,
        retry_at=0,
        reason=step.why,
        since=since,
    )
    rows.save(row_of(community, finding.account.id, noted))


def _ask(ctx: Context, rows: AppliedRows, finding: Finding, priority: Priority) -> bool:
    """Queue one action and write down that it is under way; False where there is no way to ask for it."""
    step, account = finding.step, finding.account
    known = step.known
    mark = known.mark if known is not None and known.mark else ctx.new_id()
    action = _action(ctx, finding, mark)
    if action is None:
        return False
    busy = ctx.unit.post(ctx.community.id, "core", action, priority=priority)
    texts = known.texts if known is not None and known.state in OURS else ()
    value = known.value if known is not None else ""
    if isinstance(action, SetTag) and action.tag:
        value = "\n".join(dict.fromkeys((*texts, action.tag)))
    state = "given" if step.why == "other-tag" else "giving"
    if step.act == "take":
        state = "doubt" if _doubtful(step) else "taking"
    rows.save(
        row_of(
            ctx.community.id,
            account.id,
            Applied(
                step.slot,
                state,  # type: ignore[arg-type]  # one of the three above
                step.access,
                mark,
                value,
                busy,
                0 if known is None else known.attempts,
                0,
                step.why,
                ctx.unit.now,
            ),
        )
    )
    return True


def _action(ctx: Context, finding: Finding, mark: int) -> AnyAccessAction | None:
    step, account = finding.step, finding.account
    slot, known, who = step.slot, step.known, account.who
    where = Where(slot.platform, f"access:{account.native}@{slot.space}", slot.space)
    take, sure = step.act == "take", not _doubtful(step)
    if slot.kind == "role":
        if take:
            return TakeRole(where=where, to=who, mark=mark, sure=sure, role=slot.target)
        return GiveRole(where=where, to=who, mark=mark, role=slot.target)
    if slot.kind == "tag":
        texts = known.texts if known is not None and known.state in OURS else ()
        tag = "" if take else step.value
        return SetTag(where=where, to=who, mark=mark, sure=sure or not take, tag=tag, replaces=texts)
    if take:
        return Remove(where=where, to=who, mark=mark, sure=sure, link="" if known is None else known.value)
    return _invitation(ctx, finding, where, mark)


def _doubtful(step: Step) -> bool:
    """Whether nobody knows that what stands there is Coterie's."""
    return step.known is not None and step.known.state in ("doubt", "giving")


def _invitation(ctx: Context, finding: Finding, where: Where, mark: int) -> Invite | None:
    """A link in the account's own direct chat; None where the bot knows of none yet."""
    account = finding.account
    member = ctx.find_member(account.member)
    if member is None or not account.dm:
        return None
    locale, zone = member.locale or ctx.community.locale, ctx.community.zone

    def said(key: str) -> str:
        args = {"access": ctx.community.rights.title(finding.step.access), "community": ctx.community.title}
        return str(ctx.unit.services.translator.text("core", key, locale, args, zone))

    card = Card(title=said("access-invite-title"), text=said("access-invite-text"))
    dm = Where(account.adapter, account.dm, kind="dm")
    known = finding.step.known
    replaces = "" if known is None else known.value
    label = said("access-invite-open")
    return Invite(where=where, to=account.who, mark=mark, dm=dm, card=card, label=label, replaces=replaces)
