"""The statements, prepared."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, bindparam, case, delete, func, literal_column, or_, select, update

from coterie.core.api import Statement, insertion
from coterie.plugins.referrals.models import codes, referrals

_b = bindparam
_r, _c = referrals.c, codes.c
_HERE = _r.community_id == _b("community_id")
WAITING: Final[ColumnElement[str]] = literal_column("'waiting'")
VESTED: Final[ColumnElement[str]] = literal_column("'vested'")
NOT_ONESELF = _r.referrer_id != _r.newcomer_id
"""Of a referral whose two sides turned out to be one person; it stays as history and counts nowhere."""

# -- codes

FIND_CODE: Final = Statement(
    select(_c.member_id).where(_c.community_id == _b("community_id"), _c.code == _b("code")),
)
OWN_CODE: Final = Statement(
    select(_c.code)
    .where(_c.community_id == _b("community_id"), _c.member_id == _b("member_id"))
    .order_by(_c.at, _c.code)
    .limit(literal_column("1"))
)
ADD_CODE: Final = insertion(codes, "community_id", "code", "member_id", "at")

# -- referrals

_FIELDS = (
    *(_r.id, _r.referrer_id, _r.newcomer_id, _r.state, _r.why, _r.due_at, _r.vested_at, _r.ended_at),
    *(_r.reward, _r.reward_newcomer),
)
FIND: Final = Statement(select(*_FIELDS).where(_HERE, _r.id == _b("id")))
OF_NEWCOMER: Final = Statement(select(*_FIELDS).where(_HERE, _r.newcomer_id == _b("member_id")).order_by(_r.id))
OF_REFERRER: Final = Statement(
    select(*_FIELDS).where(_HERE, _r.referrer_id == _b("member_id")).order_by(_r.id.desc()).limit(_b("most"))
)
WAITING_OF: Final = Statement(
    select(*_FIELDS).where(_HERE, _r.referrer_id == _b("member_id"), _r.state == WAITING).order_by(_r.id)
)
NEWEST: Final = Statement(select(*_FIELDS).where(_HERE).order_by(_r.id.desc()).limit(_b("most")))
BETWEEN: Final = Statement(
    select(_r.id).where(_HERE, _r.newcomer_id == _b("newcomer_id"), _r.referrer_id == _b("referrer_id"))
)
ADD: Final = insertion(referrals, "community_id", "id", "referrer_id", "newcomer_id", "state", "due_at")
END: Final = Statement(
    update(referrals)
    .where(_HERE, _r.id == _b("id_"))
    .values(state=_b("state_"), why=_b("why_"), vested_at=_b("vested_at_"), ended_at=_b("ended_at_"))
)
PAID: Final = Statement(
    update(referrals)
    .where(_HERE, _r.id == _b("id_"))
    .values(reward=_b("reward_"), reward_newcomer=_b("reward_newcomer_"))
)
DROP: Final = Statement(delete(referrals).where(_HERE, _r.id == _b("id")))
REWARDED: Final = Statement(
    select(func.count()).where(
        _HERE,
        _r.referrer_id == _b("member_id"),
        _r.vested_at >= _b("since"),
        or_(_r.reward > literal_column("0"), _r.reward_newcomer > literal_column("0")),
    )
)
"""Referrals rewarded since an instant; those that an operator made void later are among them, for they were paid."""

# -- counts

COUNTS: Final = Statement(
    select(_r.state, func.count()).where(_HERE, _r.referrer_id == _b("member_id"), NOT_ONESELF).group_by(_r.state)
)
TOTALS: Final = Statement(select(_r.state, func.count()).where(_HERE, NOT_ONESELF).group_by(_r.state))
_vested = func.sum(case((_r.state == VESTED, literal_column("1")), else_=literal_column("0")))
TOP: Final = Statement(
    select(_r.referrer_id, _vested, func.count())
    .where(_HERE, NOT_ONESELF, or_(_r.state == VESTED, _r.state == WAITING))
    .group_by(_r.referrer_id)
    .order_by(_vested.desc(), func.count().desc(), _r.referrer_id)
    .limit(_b("most"))
)
