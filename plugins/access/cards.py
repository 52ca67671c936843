"""State → message."""

from __future__ import annotations

from datetime import datetime

from coterie.core.api import AccessBraked, Button, Card, Context, Field, Grant, Member, Rich, join


def own(ctx: Context) -> Card:
    """What the acting member has, with a button for the links to private places."""
    grants = ctx.grants.of(ctx.member)
    if not grants:
        return Card(text=ctx.t("access-own-none"))
    titles = ctx.grants.accesses()
    held = [name for name in titles if any(grant.access == name for grant in grants)]
    fields = tuple(Field(titles[name], _until(ctx, [each for each in grants if each.access == name])) for name in held)
    linked = [name for name in held if name in ctx.grants.private()]
    buttons = tuple(
        (Button(str(ctx.t("access-link", access=titles[name])), do="link", args={"access": name}),) for name in linked
    )
    return Card(title=ctx.t("access-own-title"), fields=fields, buttons=buttons)


def of_member(ctx: Context, member: Member) -> Card:
    """What somebody has and had, and why."""
    history = ctx.grants.history(member)
    running = [grant for grant in history if grant.active(ctx.now)]
    over = [grant for grant in history if not grant.active(ctx.now)][-5:]
    fields = []
    if running:
        fields.append(Field(ctx.t("access-has"), join([_line(ctx, grant) for grant in running], "\n"), inline=False))
    if over:
        fields.append(Field(ctx.t("access-had"), join([_over(ctx, grant) for grant in over], "\n"), inline=False))
    text = "" if running else ctx.t("access-member-none", name=member.name)
    return Card(title=ctx.t("access-member-title", name=member.name), text=text, fields=tuple(fields))


def given(ctx: Context, member: Member, access: str, until: datetime | None) -> Rich:
    """An operator's grant is made."""
    title = ctx.grants.accesses()[access]
    if until is None:
        return ctx.t("access-given", name=member.name, access=title)
    return ctx.t("access-given-until", name=member.name, access=title, until=until)


def ended(ctx: Context, member: Member, access: str) -> Rich:
    """An operator's grant is over; why the access may go on."""
    title = ctx.grants.accesses()[access]
    others = [grant for grant in ctx.grants.of(member) if grant.access == access]
    said = ctx.t("access-ended", name=member.name, access=title)
    if not others:
        return said
    still = ctx.t("access-still", name=member.name, sources=[grant.plugin for grant in others])
    return join([said, still], "\n")


def braked(ctx: Context, operator: Member, event: AccessBraked) -> Card:
    """A mass change waits for an operator's word."""
    title = ctx.grants.accesses().get(event.access, event.access)
    text = ctx.t_for(operator, f"access-braked-{event.act}", access=title, wanted=event.wanted, allowed=event.allowed)
    label = str(ctx.t_for(operator, f"access-confirm-{event.act}", wanted=event.wanted))
    button = Button(label, do="confirm", args={"access": event.access}, style="danger")
    return Card(title=ctx.t_for(operator, "access-braked-title", access=title), text=text, buttons=((button,),))


def _until(ctx: Context, grants: list[Grant]) -> Rich:
    """The latest end of several grants of one access."""
    ends = [grant.until for grant in grants]
    if None in ends:
        return ctx.t("access-open-end")
    return ctx.t("access-until", until=max(end for end in ends if end is not None))


def _line(ctx: Context, grant: Grant) -> Rich:
    title = ctx.grants.accesses().get(grant.access, grant.access)
    said = ctx.t("access-line", access=title, plugin=grant.plugin, source=grant.source, given=grant.given)
    end = ctx.t("access-open-end") if grant.until is None else ctx.t("access-until", until=grant.until)
    return join([said, end, *([grant.reason] if grant.reason else [])], " · ")


def _over(ctx: Context, grant: Grant) -> Rich:
    title = ctx.grants.accesses().get(grant.access, grant.access)
    at = grant.ended or grant.until or grant.given
    said = ctx.t("access-over", access=title, plugin=grant.plugin, source=grant.source, at=at)
    return join([said, *([grant.end_reason] if grant.end_reason else [])], " · ")
