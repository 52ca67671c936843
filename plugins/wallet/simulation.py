"""What people do with money in a simulation, and what has to be true of wallets at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from coterie.core.api import POINTS, Context, Member
from coterie.plugins.wallet import rules
from coterie.plugins.wallet.config import WalletConfig

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

RICHEST: Final = 2
"""Members who are looked at: those with most to lose."""
LINES: Final = 40
"""Lines of a statement; a shorter one has to begin with nothing."""
_ANSWERS: Final = ("Pay", "Take", "Take all of it back", "Take back what is there", "Older", "Newest")


def actions(view: SimulatedView) -> Iterator[str]:
    """Payments small and large, to oneself, of too much and of less than nothing; what operators give and take."""
    rng = view.rng
    payer, receiver = rng.choice(view.people), rng.choice(view.people).partition("@")[0]
    money = view.money(payer)
    amount = rng.choice((1, 5, money // 2, money, money + 1, 2000, 0, -5))
    twice = "duplicate " if rng.random() < 0.2 else ""
    yield f"{twice}{payer}: /pay {receiver} {amount} {rng.choice(('', 'for tea', 'GEM', '5'))}".rstrip()
    yield f"{payer}{rng.choice(('', ' in dm'))}: {rng.choice(('/balance', '/statement', '/余额'))}"
    for name in view.people:
        for label in view.buttons(name):
            if label in _ANSWERS:
                yield f"{'duplicate ' if rng.random() < 0.3 else ''}{name}: [{label}]"
    if view.operators:
        operator = rng.choice(view.operators)
        yield f"{operator}: /give {receiver} {rng.choice((1, 100, 5000))} well done"
        yield f"{operator}: /take {receiver} {rng.choice((1, 50, 10000))} by mistake"
        yield f"{operator}: /budget {rng.choice(('list', 'fund', 'donate', 'take'))} party {rng.choice((1, 200))} feast"
        yield f"{operator}: /statement {receiver}"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself in the wallets of the richest; some look-ups for each of them."""
    for identifier, balance in ctx.ledger.top(RICHEST):
        member = ctx.find_member(identifier)
        if member is None or member.id != identifier:
            yield f"record {identifier} has {balance} {POINTS}, and is nobody's any more"
            continue
        yield from _wallet(ctx, member)


def _wallet(ctx: Context, member: Member) -> Iterator[str]:
    """One wallet: what is there is what came, and no more was paid today than is allowed."""
    config: WalletConfig = ctx.config
    lines = ctx.ledger.statement(member, POINTS, count=LINES)
    if len(lines) < LINES and lines and lines[-1].balance != lines[-1].amount:
        yield f"{member.name} had {lines[-1].balance - lines[-1].amount} {POINTS} before anything came"
    if config.pay_daily_max:
        paid, most = ctx.ledger.spent_today(member, "pay"), rules.units(ctx.currency(POINTS), config.pay_daily_max)
        if paid > most:
            yield f"{member.name} paid {paid} {POINTS} today, and {most} are allowed"
