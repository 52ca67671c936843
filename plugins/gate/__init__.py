"""The gate: whoever asks to join answers two questions, and an operator decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from sqlalchemy import MetaData

from coterie.core.api import (
    Condition,
    Config,
    Context,
    JoinDecision,
    JoinRequested,
    Length,
    MemberJoined,
    MemberTable,
    MessageDelivered,
    Plugin,
    Range,
    Refusal,
    button,
    clean_text,
    command,
    form,
    timer,
)
from coterie.plugins.gate import models, review, service
from coterie.plugins.gate.config import GateConfig


class Gate(Plugin):
    """Takes join requests from the first question to the decision; see ``rules.py`` for the states."""

    name: ClassVar[str] = "gate"
    config: ClassVar[type[Config]] = GateConfig
    metadata: ClassVar[MetaData | None] = models.metadata
    member_data: ClassVar[tuple[MemberTable, ...]] = models.member_data

    def decide_join(self, event: JoinRequested, ctx: Context) -> JoinDecision | None:
        """Let everybody in where the configuration says so."""
        return "approve" if ctx.config.auto_approve else None

    def on_join_request(self, event: JoinRequested, ctx: Context) -> None:
        """Begin an application; one that is under way goes on as it is."""
        found = service.under_way(ctx, ctx.where.space)
        if found is not None and not found.stale(ctx.instant):
            ctx.send(ctx.member, ctx.t(f"gate-under-way-{found.state}"))
            return
        application = service.begin(ctx, clean_text(event.text, 500)) if found is None else found.id
        if ctx.config.questions and ctx.dm_of(ctx.member) is not None:
            service.asked(ctx, application, ctx.ask("application", to=ctx.member, application=application))
        else:
            review.submit(ctx, application)

    @form("application")
    def apply(
        self,
        ctx: Context,
        why: Annotated[str, Length(500)],
        age: Annotated[int, Range(13, 120)],
        *,
        application: int,
    ) -> None:
        """Take the answers and hand them to the operators."""
        if not review.submit(ctx, application, why, age):
            raise Refusal("gate-answered")
        ctx.answer(ctx.t("gate-applied"))

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        """An applicant whom the questions cannot reach is judged without answers."""
        found = service.find_by_form(ctx, event.ref)
        if found is not None and event.state == "failed":
            review.submit(ctx, found.id)

    @button("approve")
    def approve(self, ctx: Context, application: int) -> None:
        """Let the applicant in."""
        ctx.require_operator()
        review.decide(ctx, application, "approved")

    @button("decline")
    def decline(self, ctx: Context, application: int) -> None:
        """Do not let the applicant in."""
        ctx.require_operator()
        review.decide(ctx, application, "declined")

    @command("applications", level="operator", aliases=("入群申请", "入群申請"))
    def applications(self, ctx: Context) -> None:
        """Show the applications that wait for a decision."""
        waiting = service.waiting(ctx)
        if not waiting:
            ctx.answer(ctx.t("gate-none-waiting"))
        for found in waiting:
            review.show(ctx, found)

    @timer("review")
    def overdue(self, ctx: Context, application: int, reminded: bool = False) -> None:
        """Remind the operators of an application that nobody has decided; the second time, end it if so configured."""
        try:
            found = service.find(ctx, application)
        except LookupError:
            return  # the applicant was erased meanwhile
        if found.state != "applied":
            return
        if reminded:
            review.expire(ctx, found)
        else:
            review.remind(ctx, found)

    def on_member_joined(self, event: MemberJoined, ctx: Context) -> None:
        """Somebody was let in on the platform itself: the application ends with that."""
        found = service.under_way(ctx, ctx.where.space)
        if found is not None:
            review.let_in_elsewhere(ctx, found)

    def contribute_conditions(self) -> Sequence[Condition]:
        """Who was let in after asking."""
        return (Condition("gate", meets=service.was_let_in, aliases=("入群审核", "入群審核")),)
