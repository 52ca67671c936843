"""What operators do with an application: it is shown to them, they decide, everybody concerned is told."""

from __future__ import annotations

from coterie.core.api import Context, Refusal
from coterie.plugins.gate import cards, service
from coterie.plugins.gate.rules import Decision
from coterie.plugins.gate.service import Application


def submit(ctx: Context, application: int, why: str = "", age: int | None = None) -> bool:
    """Hand an application to the operators; False for one that they have already."""
    if not service.apply(ctx, application, why, age):
        return False
    _show_to_operators(ctx, service.find(ctx, application))
    ctx.timers.at(ctx.config.review_expires, "review", key=application, application=application)
    return True


def show(ctx: Context, application: Application) -> None:
    """Show an application to the acting operator alone."""
    service.add_card(ctx, application.id, ctx.answer(cards.review(ctx, ctx.member, application)), ctx.member)


def _show_to_operators(ctx: Context, application: Application, *, reminder: bool = False) -> None:
    for operator in ctx.operators():
        ref = ctx.send(operator, cards.review(ctx, operator, application, reminder=reminder))
        if ref is not None:
            service.add_card(ctx, application.id, ref, operator)


def decide(ctx: Context, application: int, decision: Decision) -> None:
    """Carry out the acting operator's decision; raises :class:`Refusal` if another one was first."""
    if not service.decide(ctx, application, decision, ctx.member):
        try:
            found = service.find(ctx, application)
        except LookupError:  # the applicant was erased meanwhile
            raise Refusal("gate-closed-gone") from None
        operator = cards.operator_of(ctx, found)
        if operator is None:
            raise Refusal(f"gate-closed-{found.state}")
        raise Refusal(f"gate-decided-{found.state}", name=operator.name)
    _settle(ctx, service.find(ctx, application), f"gate-told-{decision}")


def remind(ctx: Context, application: Application) -> None:
    """Show it to the operators again, and look a last time later where that would end it."""
    _show_to_operators(ctx, application, reminder=True)
    if ctx.config.unreviewed == "decline":
        when = ctx.config.review_expires
        ctx.timers.at(when, "review", key=application.id, application=application.id, reminded=True)


def expire(ctx: Context, application: Application) -> None:
    """Nobody decided in time: decline, and say so politely."""
    service.decide(ctx, application.id, "declined", None)
    _settle(ctx, service.find(ctx, application.id), "gate-told-expired")


def let_in_elsewhere(ctx: Context, application: Application) -> None:
    """The applicant is in already: nothing is left to decide."""
    service.decide(ctx, application.id, "approved", None)
    _show_outcome(ctx, service.find(ctx, application.id))


def _settle(ctx: Context, application: Application, told: str) -> None:
    """Let the applicant in or not, tell them, and show the outcome to all operators."""
    account, place = service.account_of(ctx, application), ctx.place_of(application.channel_id)
    if application.state == "approved":
        ctx.approve_join(account, place)
    else:
        ctx.decline_join(account, place)
    ctx.send(account.member, ctx.t_for(account.member, told, community=ctx.community.title))
    _show_outcome(ctx, application)


def _show_outcome(ctx: Context, application: Application) -> None:
    ctx.timers.cancel("review", key=application.id)
    for ref, operator_id in service.cards_of(ctx, application.id):
        operator = ctx.find_member(operator_id)
        if operator is not None:
            ctx.edit(ref, cards.decided(ctx, operator, application))
