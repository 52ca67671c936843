"""Applications as rows. Every change of state is a compare-and-set: it happens once, whoever comes second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, insert, literal_column, select, update

from coterie.core.api import FORM_LIFE, AccountRecord, Context, Member, Statement, insertion
from coterie.plugins.gate.models import applications, cards
from coterie.plugins.gate.rules import Decision, State

_b = bindparam
_a = applications.c
_FIELDS = (
    _a.id,
    _a.member_id,
    _a.account_id,
    _a.channel_id,
    _a.state,
    _a.request,
    _a.why,
    _a.age,
    _a.asked_at,
    _a.decided_by,
)
_BEGINNING = "community_id id member_id account_id channel_id space state request created_at asked_at"
_HERE = (_a.community_id == _b("community_id"), _a.id == _b("application"))
_OPEN = _a.state.in_((literal_column("'new'"), literal_column("'applied'")))

FIND = Statement(select(*_FIELDS).where(*_HERE))
BY_FORM = Statement(select(*_FIELDS).where(_a.community_id == _b("community_id"), _a.form_id == _b("form")))
UNDER_WAY = Statement(
    select(*_FIELDS).where(
        _a.community_id == _b("community_id"), _a.account_id == _b("account"), _a.space == _b("space"), _OPEN
    )
)
LET_IN = Statement(
    select(_a.id)
    .where(
        _a.community_id == _b("community_id"),
        _a.member_id == _b("member"),
        _a.state == literal_column("'approved'"),
    )
    .limit(literal_column("1"))
)
WAITING = Statement(
    select(*_FIELDS)
    .where(_a.community_id == _b("community_id"), _a.state == literal_column("'applied'"))
    .order_by(_a.applied_at, _a.id)
    .limit(literal_column("10"))
)
ADD = Statement(insert(applications).values({name: _b(name) for name in _BEGINNING.split()}))
ASKED = Statement(update(applications).where(*_HERE).values(form_id=_b("form"), asked_at=_b("now")))
APPLY = Statement(
    update(applications)
    .where(*_HERE, _a.state == literal_column("'new'"))
    .values(state=_b("to"), why=_b("why_"), age=_b("age_"), applied_at=_b("now"))
)
DECIDE = Statement(
    update(applications).where(*_HERE, _OPEN).values(state=_b("to"), decided_at=_b("now"), decided_by=_b("by"))
)
ADD_CARD = insertion(cards, "community_id", "application_id", "ref", "operator_id")
CARDS = Statement(
    select(cards.c.ref, cards.c.operator_id).where(
        cards.c.community_id == _b("community_id"), cards.c.application_id == _b("application")
    )
)


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it stands; ``decided_by`` is ``None`` where no operator of ours decided."""

    id: int
    member_id: int
    account_id: int
    channel_id: int
    state: State
    request: str
    why: str
    age: int | None
    asked_at: int
    decided_by: int | None

    def stale(self, now: int) -> bool:
        """Whether its questions were never answered and can no longer be."""
        return self.state == "new" and now - self.asked_at >= FORM_LIFE // timedelta(milliseconds=1)


def find(ctx: Context, application: int) -> Application:
    """An application by id; raises :class:`LookupError`."""
    row = ctx.sql.one(FIND, community_id=ctx.community.id, application=application)
    if row is None:
        raise LookupError(f"there is no application {application}")
    return Application(*row)


def find_by_form(ctx: Context, form: int) -> Application | None:
    """The application whose questions are in a form."""
    row = ctx.sql.one(BY_FORM, community_id=ctx.community.id, form=form)
    return None if row is None else Application(*row)


def under_way(ctx: Context, space: str) -> Application | None:
    """The acting account's application for a space that is not decided yet."""
    account = ctx.account.id if ctx.account is not None else 0
    row = ctx.sql.one(UNDER_WAY, community_id=ctx.community.id, account=account, space=space)
    return None if row is None else Application(*row)


def waiting(ctx: Context) -> list[Application]:
    """Applications that wait for a decision, the ten oldest."""
    return [Application(*row) for row in ctx.sql.all(WAITING, community_id=ctx.community.id)]


def was_let_in(ctx: Context, member: Member, _value: str) -> bool:
    """Whether an application of a member was ever approved."""
    return ctx.sql.one(LET_IN, community_id=ctx.community.id, member=member.id) is not None


def begin(ctx: Context, request: str) -> int:
    """Begin an application of the acting account for this space; returns its id."""
    if ctx.account is None:
        raise LookupError("this event belongs to no account")
    application = ctx.new_id()
    ctx.sql.run(
        ADD,
        community_id=ctx.community.id,
        id=application,
        member_id=ctx.member.id,
        account_id=ctx.account.id,
        channel_id=ctx.channel_id(),
        space=ctx.where.space,
        state="new",
        request=request,
        created_at=ctx.instant,
        asked_at=ctx.instant,
    )
    return application


def asked(ctx: Context, application: int, form: int) -> None:
    """The questions are in this form."""
    ctx.sql.run(ASKED, community_id=ctx.community.id, application=application, form=form, now=ctx.instant)


def account_of(ctx: Context, application: Application) -> AccountRecord:
    """The account that asks to join; raises :class:`LookupError`."""
    account = ctx.find_account(application.account_id)
    if account is None:
        raise LookupError(f"application {application.id} belongs to no account")
    return account


def apply(ctx: Context, application: int, why: str, age: int | None) -> bool:
    """From ``new`` to ``applied``; False for an application that was answered before."""
    values = {"to": "applied", "why_": why, "age_": age, "now": ctx.instant}
    return ctx.sql.run(APPLY, community_id=ctx.community.id, application=application, **values) == 1


def decide(ctx: Context, application: int, decision: Decision, by: Member | None) -> bool:
    """To ``approved`` or ``declined``; False for an application that was decided before."""
    values = {"to": decision, "now": ctx.instant, "by": None if by is None else by.id}
    return ctx.sql.run(DECIDE, community_id=ctx.community.id, application=application, **values) == 1


def add_card(ctx: Context, application: int, ref: int, operator: Member) -> None:
    """Remember a message that shows an application to an operator."""
    ctx.sql.run(
        ADD_CARD, community_id=ctx.community.id, application_id=application, ref=int(ref), operator_id=operator.id
    )


def cards_of(ctx: Context, application: int) -> list[tuple[int, int]]:
    """The messages that show an application: (ref, operator's id)."""
    return [
        (ref, operator) for ref, operator in ctx.sql.all(CARDS, community_id=ctx.community.id, application=application)
    ]
