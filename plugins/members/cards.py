"""State → message."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from coterie.core.api import (
    POINTS,
    AttributeValue,
    Audience,
    AuditEntry,
    Broadcast,
    Button,
    Card,
    Context,
    Field,
    Member,
    Money,
    Note,
    Rich,
    Segment,
    bold,
    code,
    join,
    quote,
    to_instant,
)

CONFIRM_SECONDS: Final = 600
"""How long something that asks first can be confirmed."""
NOTES_SHOWN: Final = 3
PAGE: Final = 10
SAMPLE: Final = 5


def profile(ctx: Context, member: Member) -> Card:
    """All that is known about a member."""
    facts = ctx.facts_of(member)
    accounts: list[Rich] = [f"{account.platform}: {account.name}" for account in ctx.accounts_of(member)]
    money = [Money(amount, currency) for currency, amount in sorted(ctx.ledger.balances(member).items()) if amount]
    fields = [
        Field(ctx.t("profile-accounts"), join(accounts or ["–"], "\n")),
        Field(ctx.t("profile-standing"), ctx.t(f"profile-standing-{member.standing}")),
        Field(ctx.t("profile-joined"), _day(ctx, facts.joined)),
    ]
    if facts.left is not None:
        fields.append(Field(ctx.t("profile-left"), _day(ctx, facts.left)))
    if facts.last_day is not None:
        fields.append(Field(ctx.t("profile-heard"), ctx.t("profile-day", day=facts.last_day)))
    shown = [ctx.t("profile-money", money=each) for each in money or [Money(0, POINTS)]]
    fields.append(Field(ctx.t("profile-balance"), join(shown, "\n")))
    if tags := ctx.tags.of(member):
        fields.append(Field(ctx.t("profile-tags"), " ".join(f"#{tag}" for tag in tags)))
    fields += [Field(name, value_of(ctx, value)) for name, value in ctx.attributes.of(member).items()]
    fields += ctx.profile_of(member)
    said: list[Rich] = []
    if not ctx.news.wanted(member):
        said.append(ctx.t("profile-quiet"))
    said += [note_line(ctx, note) for note in ctx.notes.of(member)[:NOTES_SHOWN]]
    return Card(title=member.name, text=join(said, "\n"), fields=tuple(fields))


def _day(ctx: Context, moment: datetime) -> Rich:
    return ctx.t("profile-day", day=ctx.community.day_of(to_instant(moment)))


def value_of(ctx: Context, value: AttributeValue) -> Rich:
    """An attribute's value for a reader."""
    if isinstance(value, bool):
        return ctx.t("value-yes" if value else "value-no")
    return ctx.t("value", value=value)


def note_line(ctx: Context, note: Note) -> Rich:
    """A note with its author and time."""
    author = ctx.find_member(note.author)
    name = author.name if author is not None else "–"
    return join([ctx.t("note-head", name=name, at=note.at), quote(note.text)], "\n")


def notes(ctx: Context, member: Member) -> Card:
    """All notes about a member."""
    found = ctx.notes.of(member)
    lines = [note_line(ctx, note) for note in found[:20]]
    return Card(title=ctx.t("notes-title", name=member.name), text=join(lines, "\n") if lines else ctx.t("notes-none"))


def bulk(
    ctx: Context,
    do: str,
    key: str,
    audience: Audience,
    count: int,
    args: dict[str, str | int | bool],
    **said: object,
) -> Card:
    """The question before many members are changed."""
    yes = Button(ctx.t("bulk-yes"), do=do, args=args, style="primary", only=ctx.member.id, expires=CONFIRM_SECONDS)
    return Card(
        text=ctx.t(f"{key}-ask", count=count, audience=audience.name, **said),
        buttons=((yes,),),
        footer=ctx.t("bulk-expires", minutes=CONFIRM_SECONDS // 60),
    )


def segment(ctx: Context, name: str, filter_: str) -> Card:
    """A segment: its filter, how many it means, and some of them."""
    count = ctx.segments.count(filter_)
    some = [person for _, person in ctx.segments.page(filter_, limit=SAMPLE)]
    lines: list[Rich] = [code(filter_), ctx.t("segment-count", count=count)]
    if some:
        lines.append(ctx.t("segment-sample", names=some))
    return Card(title=name, text=join(lines, "\n"))


def segments(ctx: Context, found: list[Segment]) -> Card:
    """All segments."""
    lines: list[Rich] = [join([bold(each.name), "  ", code(each.filter)]) for each in found]
    return Card(title=ctx.t("segments-title"), text=join(lines, "\n") if lines else ctx.t("segments-none"))


def news(ctx: Context, text: str) -> Card:
    """A broadcast as each of its readers sees it."""
    return Card(text=text, footer=ctx.t_room("broadcast-footer"))


def preview(ctx: Context, audience: Audience, count: int, text: str) -> Card:
    """A broadcast before it is sent: whom it reaches at most, and what it looks like."""
    args: dict[str, str | int | bool] = {"token": ctx.new_id(), "audience": audience.filter, "text": text}
    yes = Button(
        ctx.t("broadcast-send"), do="broadcast", args=args, style="primary", only=ctx.member.id, expires=CONFIRM_SECONDS
    )
    shown = news(ctx, text)
    said = ctx.t("broadcast-ask", count=count, audience=audience.name)
    return Card(text=join([said, quote(shown.text), quote(shown.footer)], "\n"), buttons=((yes,),))


def progress(ctx: Context, reader: Member, found: Broadcast) -> Card:
    """How far a broadcast has come."""
    counts = found.counts
    fields = [
        Field(ctx.t_for(reader, f"progress-{state.replace('_', '-')}"), ctx.t_for(reader, "value", value=counts[state]))
        for state in ("sent", "queued", "pending", "unreachable", "opted_out", "gone", "failed", "unknown")
        if counts[state] or state == "sent"
    ]
    name = "resume" if found.state == "stopped" else "stop"
    label = ctx.t_for(reader, "broadcast-resume") if name == "resume" else ctx.t_for(reader, "broadcast-stop")
    act = Button(label, do=name, args={"broadcast": found.id}, style="danger" if name == "stop" else "primary")
    under_way = found.state in ("collecting", "running", "stopped")
    return Card(
        title=ctx.t_for(reader, f"broadcast-{found.state}"),
        text=code(found.audience),
        fields=tuple(fields),
        buttons=((act,),) if under_way else (),
        tone="good" if found.state == "done" else "plain",
    )


def broadcasts(ctx: Context, found: list[Broadcast]) -> Card:
    """The newest broadcasts, each in a line."""
    lines = [
        ctx.t(
            "broadcasts-line",
            at=ctx.community.local(each.created_at),
            state=ctx.t(f"broadcast-{each.state}"),
            sent=each.counts["sent"],
            total=each.total,
            audience=each.audience,
        )
        for each in found[:PAGE]
    ]
    return Card(title=ctx.t("broadcasts-title"), text=join(lines, "\n") if lines else ctx.t("broadcasts-none"))


def audit(ctx: Context, found: list[AuditEntry], member: int, act: str) -> Card:
    """A page of the audit log; the button shows what is older."""
    lines = [audit_line(ctx, each) for each in found[:PAGE]]
    older = (
        Button(
            ctx.t("audit-older"),
            do="audit",
            args={"before": found[PAGE - 1].id, "member": member, "act": act},
            only=ctx.member.id,
        )
        if len(found) > PAGE
        else None
    )
    return Card(
        title=ctx.t("audit-title"),
        text=join(lines, "\n") if lines else ctx.t("audit-none"),
        buttons=((older,),) if older else (),
    )


def audit_line(ctx: Context, entry: AuditEntry) -> Rich:
    """One act in a line: when, who, what, to whom, with what, why."""
    actor = ctx.find_member(entry.actor_id) if entry.actor_id else None
    concerned = ctx.find_member(entry.member) if entry.member else None
    details = " ".join(f"{name}={value}" for name, value in entry.details.items())
    parts: list[Rich] = [
        ctx.t("audit-at", at=entry.at),
        bold(actor.name if actor is not None else entry.actor or "–"),
        code(entry.act),
    ]
    parts += [f"→ {concerned.name}"] if concerned is not None else []
    parts += [each for each in (details[:200], entry.reason[:200]) if each]
    return join(parts, " ")
