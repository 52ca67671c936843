"""From a filter to SQL: one select over the members, with every value as a parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, not_, or_, select, true

from coterie.core.clock import to_instant
from coterie.core.commands.parameters import Parameter
from coterie.core.commands.values import converter
from coterie.core.errors import UsageError
from coterie.core.knowledge import attribute_value
from coterie.core.segments import filters
from coterie.core.segments.fields import is_core
from coterie.core.segments.filters import MOST_TESTS, Filter, FilterError, Not, Operator, Test
from coterie.core.segments.model import SegmentField, SegmentScope
from coterie.core.segments.parser import parse
from coterie.storage.tables import members

DEEPEST_SEGMENT: Final = 8
"""Segments that name segments."""
_ORDERED: Final = ("<", "<=", ">", ">=")
_AGE = converter(Parameter("age", "duration"))

Condition = ColumnElement[bool]
Saved = Callable[[str], str | None]
"""The filter of a saved segment, by its name."""


class Calendar(Protocol):
    """Days as the community counts them."""

    def day_begins(self, day: date) -> datetime: ...

    def day_of(self, instant: int) -> date: ...


class Selection:
    """Makes conditions on ``members`` out of filters, for one community at one moment."""

    def __init__(
        self, scope: SegmentScope, fields: Mapping[str, SegmentField], saved: Saved, calendar: Calendar
    ) -> None:
        self._scope = scope
        self._fields = fields
        self._saved = saved
        self._calendar = calendar
        self.named = False
        """Whether a saved segment was named so far;"""
        self.contributed = False
        """whether a field of a plugin was."""
        self._open: list[str] = []
        self._tests = 0
        self._person: ColumnElement[int] = members.c.id
        """Whose conditions are made: a member of the outer query, or whom another set of rows names."""
        self._one_by_one = scope.member is not None
        """Whether rows are looked up for each person, in place of making a set of all whom they fit."""
        self._sets: dict[int, tuple[Condition, Select[Any]]] = {}
        """The conditions that are nothing but a set of ids, by identity; kept, so that identities stay theirs."""
        self._opposites: dict[int, tuple[Condition, Condition]] = {}
        self._by_column = False

    def people(self, text: str) -> Select[Any]:
        """A select of the ids of those whom a filter means; raises :class:`FilterError`."""
        query = select(members.c.id).where(
            members.c.community_id == self._scope.community,
            members.c.merged_into.is_(None),
            self.condition(parse(text)),
        )
        return query if self._scope.member is None else query.where(members.c.id == self._scope.member)

    def counted(self, text: str, few: Callable[[Select[Any]], bool]) -> Select[Any]:
        """A select of how many people a filter means; raises :class:`FilterError`.

        Where one condition of several in a row is a set, its rows are counted themselves, as far as the other
        conditions hold: on a large store that is several times faster than looking every member up.  ``few`` says
        whether a select gives so few ids that the rest is best looked up for each.
        """
        filter_ = parse(text)
        parts = filter_.parts if isinstance(filter_, filters.All) else (filter_,)
        first = min(range(len(parts)), key=lambda each: _breadth(parts[each], self._fields))
        condition = self.condition(parts[first])
        if (found := self._sets.get(id(condition))) is not None:
            return self._counted(found[1], [*parts[:first], *parts[first + 1 :]], few)
        _, opposite = self._opposites.get(id(condition), (None, None))
        if len(parts) == 1 and (found := self._sets.get(id(opposite))) is not None:
            here = members.c.community_id == self._scope.community, members.c.merged_into.is_(None)
            everybody = select(func.count()).select_from(members).where(*here).scalar_subquery()
            return select(everybody - self._counted(found[1], [], few).scalar_subquery())
        return select(func.count()).select_from(self.people(text).subquery())

    def _counted(self, ids: Select[Any], rest: list[Filter], few: Callable[[Select[Any]], bool]) -> Select[Any]:
        people = ids.subquery()
        self._one_by_one = bool(rest) and few(ids)
        # As an expression, so that SQLite goes through these and looks into the sets, never the other way round.
        self._person = people.c[0] if self._one_by_one else people.c[0] + literal_column("0")
        self._by_column = False
        conditions = [self.condition(part) for part in rest]
        here = members.c.community_id == self._scope.community
        if self._by_column:
            both = people.join(members, and_(here, members.c.id == people.c[0]))
            return select(func.count()).select_from(both).where(members.c.merged_into.is_(None), *conditions)
        merged = select(members.c.id).where(here, members.c.merged_into.is_not(None))
        return select(func.count()).select_from(people).where(people.c[0].not_in(merged), *conditions)

    def condition(self, filter_: Filter) -> Condition:
        """The condition that a filter means; raises :class:`FilterError`."""
        match filter_:
            case Not():
                return self._not(self.condition(filter_.part))
            case filters.All():
                return and_(*map(self.condition, filter_.parts))
            case filters.Any():
                return or_(*map(self.condition, filter_.parts))
        return self._test(filter_)

    def _test(self, test: Test) -> Condition:
        self._tests += 1
        if self._tests > MOST_TESTS:
            raise FilterError("too-many", test.at, maximum=MOST_TESTS)
        field = self._fields.get(test.field)
        if field is None:
            raise self._unknown(test)
        self.contributed |= not is_core(field)
        scope = replace(self._scope, name=test.name or field.fallback)
        if field.named != bool(scope.name) or (test.name and not field.named):
            key = "needs-name" if field.named else "no-name"
            raise FilterError(key, test.at, field=field.name)
        match field.kind:
            case "segment":
                return self._segment(test)
            case "flag":
                if test.operator:
                    raise FilterError("only-alone", test.at, field=field.name)
                return self._among(field, scope, lambda _: true())
            case "moment":
                return self._moment(field, scope, test)
            case "day":
                return self._last_day(field, scope, test)
            case "number":
                return self._number(field, scope, test)
            case "attribute":
                return self._attribute(field, scope, test)
        return self._text(field, scope, test)

    def _unknown(self, test: Test) -> FilterError:
        from difflib import get_close_matches  # needed only for this message

        close = get_close_matches(test.field, list(self._fields), n=1)
        if close:
            return FilterError("unknown-field-suggest", test.at, field=test.field[:40], suggestion=close[0])
        known = ", ".join(sorted({field.name for field in self._fields.values()}))
        return FilterError("unknown-field", test.at, field=test.field[:40], known=known)

    # -- kinds

    def _text(self, field: SegmentField, scope: SegmentScope, test: Test) -> Condition:
        value = self._value(field, test, ("=", "!=", "~")).casefold()
        if test.operator == "~":
            return self._among(field, scope, lambda column: column.contains(value, autoescape=True))
        return self._negated(test, self._among(field, scope, lambda column: column == value))

    def _number(self, field: SegmentField, scope: SegmentScope, test: Test) -> Condition:
        value = attribute_value(self._value(field, test, ("=", "!=", *_ORDERED)), "int")
        if not isinstance(value, int):
            raise FilterError("not-number", test.value_at, field=field.name, found=test.value[:40])
        operator: Operator = "=" if test.operator == "!=" else test.operator
        if field.default is not None and _compare(field.default, operator, value):
            # Those without a row fit too: everybody but those whose row does not.
            found = self._not(self._among(field, scope, lambda column: not_(_compare(column, operator, value))))
        else:
            found = self._among(field, scope, lambda column: _compare(column, operator, value))
        return self._negated(test, found)

    def _moment(self, field: SegmentField, scope: SegmentScope, test: Test) -> Condition:
        if not test.operator:
            return self._among(field, scope, lambda column: column.is_not(None))
        raw = self._value(field, test, ("=", "!=", *_ORDERED))
        day = attribute_value(raw, "date")
        if isinstance(day, date):
            begins, ends = (to_instant(self._calendar.day_begins(each)) for each in self._days(day, field, test))
            return self._negated(test, self._among(field, scope, lambda column: _on_day(column, test, begins, ends)))
        then = self._then(field, scope, test)
        # Less than 30 days ago is later than the moment 30 days ago.
        turned: Operator = test.operator.replace("<", "_").replace(">", "<").replace("_", ">")  # type: ignore[assignment]
        return self._among(field, scope, lambda column: and_(column.is_not(None), _compare(column, turned, then)))

    def _then(self, field: SegmentField, scope: SegmentScope, test: Test) -> int:
        """The instant that is as long ago as a condition says."""
        try:
            age = _AGE(test.value)
        except UsageError:
            age = None
        if not isinstance(age, timedelta) or test.operator not in _ORDERED:
            raise FilterError("not-moment", test.value_at, field=field.name, found=test.value[:40])
        return scope.now - round(age.total_seconds() * 1000)

    def _last_day(self, field: SegmentField, scope: SegmentScope, test: Test) -> Condition:
        """Whether somebody's last day is within an age or after a date: any day that is tells so.  Otherwise it is
        longer ago, or there is none.
        """
        if not test.operator:
            return self._among(field, scope, lambda column: column != "")
        raw = self._value(field, test, _ORDERED)
        first = attribute_value(raw, "date")
        within = test.operator in (">", ">=")
        if isinstance(first, date):
            first = self._days(first, field, test)[test.operator in (">", "<=")]
        else:
            first, within = self._calendar.day_of(self._then(field, scope, test)), not within
        found = self._among(field, scope, lambda column: column >= first.isoformat())
        return found if within else self._not(found)

    def _days(self, day: date, field: SegmentField, test: Test) -> tuple[date, date]:
        """A day and the next one."""
        if not 1970 <= day.year < 9000:
            raise FilterError("not-moment", test.value_at, field=field.name, found=test.value[:40])
        return day, day + timedelta(days=1)

    def _attribute(self, field: SegmentField, scope: SegmentScope, test: Test) -> Condition:
        """An attribute is compared as text, and in order as what its value looks like: a number or a date."""
        if not test.operator:
            return self._among(field, scope, lambda column: column.is_not(None))
        value = self._value(field, test, ("=", "!=", "~", *_ORDERED))
        if test.operator not in _ORDERED:
            return self._text(field, scope, test)
        read = attribute_value(value)
        if isinstance(read, bool) or not isinstance(read, int | date):
            raise FilterError("not-ordered", test.value_at, field=field.name, found=value[:40])
        kind, number = ("date", read.toordinal()) if isinstance(read, date) else ("int", read)
        return self._within(field, scope, lambda each: and_(each[3] == kind, _compare(each[2], test.operator, number)))

    def _segment(self, test: Test) -> Condition:
        name = self._value(self._fields["segment"], test, ("=", "!=")).casefold()
        if name in self._open:
            raise FilterError("cycle", test.at, name=name, path=" → ".join((*self._open, name)))
        if len(self._open) >= DEEPEST_SEGMENT:
            raise FilterError("too-deep", test.at, maximum=DEEPEST_SEGMENT)
        self.named = True
        text = self._saved(name)
        if text is None:
            raise FilterError("no-segment", test.value_at, name=name[:40])
        self._open.append(name)
        found = self.condition(parse(text))
        self._open.pop()
        return self._negated(test, found)

    # -- parts

    def _value(self, field: SegmentField, test: Test, operators: tuple[str, ...]) -> str:
        """What a condition is compared with, cleared of operators that its field does not know."""
        if test.operator not in operators:
            key = "needs-value" if not test.operator else "wrong-operator"
            shown = " ".join(operators)
            raise FilterError(key, test.at, field=field.name, operators=shown, found=test.operator)
        if "\0" in test.value:
            raise FilterError("expected-value", test.value_at, field=field.name, found="␀")
        return test.value

    def _among(
        self, field: SegmentField, scope: SegmentScope, fits: Callable[[ColumnElement[Any]], Condition]
    ) -> Condition:
        """Those one of whose rows has a value that fits."""
        if field.column is not None:
            column = field.column
            self._by_column = True
            # Without a value nothing is known, which must not make its opposite unknown too.
            return fits(column) if not _nullable(column) else and_(column.is_not(None), fits(column))
        return self._within(field, scope, lambda each: fits(each[1]) if len(each) > 1 else true())

    def _within(self, field: SegmentField, scope: SegmentScope, fits: Callable[[Any], Condition]) -> Condition:
        if self._one_by_one and scope.member is None:
            scope = replace(scope, member=self._person)
        rows = field.rows(scope)
        if rows._group_by_clauses:
            rows = select(*rows.subquery().c)
        columns = tuple(rows.selected_columns)
        ids = rows.with_only_columns(columns[0]).where(fits(columns))
        if scope.member is not None:
            return ids.where(columns[0] == scope.member).exists()
        found = self._person.in_(ids)
        self._sets[id(found)] = found, ids if field.single else ids.distinct()
        return found

    def _negated(self, test: Test, condition: Condition) -> Condition:
        return self._not(condition) if test.operator == "!=" else condition

    def _not(self, condition: Condition) -> Condition:
        found = not_(condition)
        self._opposites[id(found)] = found, condition
        return found


def _breadth(part: Filter, fields: Mapping[str, SegmentField]) -> int:
    """How many people a condition means, at a guess: what is equal to something means few."""
    if not isinstance(part, Test) or part.field not in fields:
        return 9
    kind = fields[part.field].kind
    if part.operator == "=":
        return 0 if kind in ("text", "attribute") else 2
    return {"attribute": 1, "flag": 3, "number": 4, "day": 5}.get(kind, 9)


def _nullable(column: ColumnElement[Any]) -> bool:
    return bool(getattr(column, "nullable", False))


def _compare(left: Any, operator: Operator, right: Any) -> Any:
    match operator:
        case "=":
            return left == right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
    return left >= right


def _on_day(column: ColumnElement[Any], test: Test, begins: int, ends: int) -> Condition:
    match test.operator:
        case "<":
            return column < begins
        case "<=":
            return column < ends
        case ">":
            return column >= ends
        case ">=":
            return column >= begins
    return and_(column >= begins, column < ends)
