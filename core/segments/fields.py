"""The fields that filters may name: those of the core here, those of plugins by ``contribute_segment_fields``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Select, String, cast, func, literal_column, select

from coterie.core.segments.model import FieldKind, SegmentField, SegmentScope
from coterie.storage.tables import (
    accounts,
    activity,
    grants,
    ledger_accounts,
    member_attributes,
    member_tags,
    members,
    opt_outs,
    presences,
)


def _column(name: str, kind: FieldKind, column: ColumnElement[Any], *aliases: str) -> SegmentField:
    return SegmentField(name, kind, lambda _: select(members.c.id), aliases=aliases, column=column)


def _of_accounts(*columns: Any) -> Callable[[SegmentScope], Select[Any]]:
    return lambda scope: select(accounts.c.member_id, *columns).where(accounts.c.community_id == scope.community)


def _tags(scope: SegmentScope) -> Select[Any]:
    return select(member_tags.c.member_id, member_tags.c.tag).where(member_tags.c.community_id == scope.community)


def _attributes(scope: SegmentScope) -> Select[Any]:
    each = member_attributes.c
    return select(each.member_id, each.folded, each.number, each.kind).where(
        each.community_id == scope.community, each.name == scope.name.casefold()
    )


def _balances(scope: SegmentScope) -> Select[Any]:
    each = ledger_accounts.c
    # Most balances fit most conditions: the accounts in their order are read faster than by the index on balances.
    balance = each.balance if scope.member is not None else each.balance + literal_column("0")
    query = select(cast(each.owner, BigInteger).label("member_id"), balance.label("balance")).where(
        each.community_id == scope.community, each.kind == literal_column("'member'"), each.currency == scope.name
    )
    # The owner of an account is text; asked about one member, the index on it is of use only as such.
    if scope.member is None:
        return query
    return query.where(
        each.owner == (str(scope.member) if isinstance(scope.member, int) else cast(scope.member, String))
    )


def _account_counts(scope: SegmentScope) -> Select[Any]:
    each = accounts.c
    return (
        select(each.member_id, func.count().label("number"))
        .where(each.community_id == scope.community)
        .group_by(each.member_id)
    )


def _bots(scope: SegmentScope) -> Select[Any]:
    return select(accounts.c.member_id).where(accounts.c.community_id == scope.community, accounts.c.bot == 1)


def _reachable(scope: SegmentScope) -> Select[Any]:
    each = accounts.c
    # As the index on them says it.
    can = each.dm != literal_column("''"), each.bot == literal_column("0")
    return select(each.member_id).where(each.community_id == scope.community, *can)


def _active(scope: SegmentScope) -> Select[Any]:
    return select(activity.c.member_id, activity.c.day).where(activity.c.community_id == scope.community)


def _quiet(scope: SegmentScope) -> Select[Any]:
    return select(opt_outs.c.member_id).where(opt_outs.c.community_id == scope.community)


def _spaces(scope: SegmentScope) -> Select[Any]:
    """The platform's id of each space that somebody is in."""
    joined = presences.join(
        accounts, (accounts.c.community_id == presences.c.community_id) & (accounts.c.id == presences.c.account_id)
    )
    return (
        select(accounts.c.member_id, func.lower(presences.c.space))
        .select_from(joined)
        .where(presences.c.community_id == scope.community, presences.c.left_at.is_(None))
    )


def _access(scope: SegmentScope) -> Select[Any]:
    each = grants.c
    return select(each.member_id, func.lower(each.access)).where(
        each.community_id == scope.community, each.ended_at == 0, each.until > scope.now
    )


_CORE: Final = (
    SegmentField("tag", "text", _tags, single=True, aliases=("标签", "標籤")),
    SegmentField("attribute", "attribute", _attributes, named=True, single=True, aliases=("attr", "属性", "屬性")),
    SegmentField(
        "balance", "number", _balances, default=0, named=True, fallback="points", single=True, aliases=("余额", "餘額")
    ),
    _column("joined", "moment", members.c.created_at, "加入"),
    _column("left", "moment", members.c.left_at, "离开", "離開"),
    SegmentField("active", "day", _active, aliases=("活跃", "活躍")),
    SegmentField("name", "text", _of_accounts(accounts.c.folded), aliases=("名字", "昵称", "暱稱")),
    SegmentField("platform", "text", _of_accounts(accounts.c.platform), aliases=("平台",)),
    SegmentField("accounts", "number", _account_counts, default=0, single=True, aliases=("账号数", "帳號數")),
    _column("locale", "text", func.lower(members.c.locale), "language", "语言", "語言"),
    _column("standing", "text", members.c.standing, "身份"),
    SegmentField("space", "text", _spaces, aliases=("群", "空间", "空間")),
    SegmentField("access", "text", _access, aliases=("权限", "權限")),
    SegmentField("reachable", "flag", _reachable, aliases=("可私信",)),
    SegmentField("quiet", "flag", _quiet, single=True, aliases=("免打扰", "免打擾")),
    SegmentField("bot", "flag", _bots, aliases=("机器人", "機器人")),
    SegmentField("segment", "segment", lambda _: select(members.c.id), aliases=("分组", "分組", "人群")),
)


def fields_of(contributed: Iterable[tuple[str, Iterable[SegmentField]]]) -> Mapping[str, SegmentField]:
    """All fields by name and alias: the core's, then those of (plugin, fields); of two with one name the second is
    reached as ``plugin-name``.
    """
    found = dict(_core_fields())
    for plugin, fields in contributed:
        for field in fields:
            name = field.name.casefold()
            found[f"{plugin}-{name}" if name in found else name] = field
            for alias in field.aliases:
                found.setdefault(alias.casefold(), field)
    return found


def is_core(field: SegmentField) -> bool:
    """Whether a field is one of the core's, which tell of a person what is theirs."""
    return any(field is each for each in _CORE)


@lru_cache(maxsize=1)
def _core_fields() -> Mapping[str, SegmentField]:
    return {name: field for field in _CORE for name in (field.name, *field.aliases)}
