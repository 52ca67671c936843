"""State → message, in the language of the operator who reads it."""

from __future__ import annotations

from coterie.core.api import Button, Card, Context, Field, Member, Rich
from coterie.plugins.gate.service import Application


def review(ctx: Context, reader: Member, application: Application, *, reminder: bool = False) -> Card:
    """An application with the buttons that decide it."""
    args: dict[str, str | int | bool] = {"application": application.id}
    approve = Button(ctx.t_for(reader, "gate-approve"), do="approve", args=args, style="primary")
    decline = Button(ctx.t_for(reader, "gate-decline"), do="decline", args=args, style="danger")
    return Card(
        title=_title(ctx, reader, application),
        fields=_answers(ctx, reader, application),
        buttons=((approve, decline),),
        tone="warn",
        footer=ctx.t_for(reader, "gate-reminder") if reminder else "",
    )


def decided(ctx: Context, reader: Member, application: Application) -> Card:
    """An application with its outcome."""
    operator = operator_of(ctx, application)
    if operator is not None:
        outcome = ctx.t_for(reader, f"gate-outcome-{application.state}", name=operator.name)
    else:
        outcome = ctx.t_for(reader, f"gate-closed-{application.state}")
    return Card(
        title=_title(ctx, reader, application),
        fields=_answers(ctx, reader, application),
        tone="good" if application.state == "approved" else "plain",
        footer=outcome,
    )


def operator_of(ctx: Context, application: Application) -> Member | None:
    """Who decided; ``None`` where the platform or the clock did."""
    return None if application.decided_by is None else ctx.find_member(application.decided_by)


def _title(ctx: Context, reader: Member, application: Application) -> Rich:
    applicant = ctx.find_member(application.member_id)
    return ctx.t_for(reader, "gate-card-title", name=applicant.name if applicant is not None else "?")


def _answers(ctx: Context, reader: Member, application: Application) -> tuple[Field, ...]:
    """What the applicant said, field by field."""
    found: list[Field] = []
    if application.request:
        found.append(Field(ctx.t_for(reader, "gate-request"), application.request, inline=False))
    if application.age is None:
        return (*found, Field(ctx.t_for(reader, "gate-answers"), ctx.t_for(reader, "gate-no-answers"), inline=False))
    why = Field(ctx.t_for(reader, "form-application-why"), application.why, inline=False)
    return (*found, why, Field(ctx.t_for(reader, "form-application-age"), str(application.age)))
