"""Segments as rows, and the people whom filters mean: counted, listed, one of them looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import BigInteger, Select, bindparam, delete, func, insert, literal, select

from coterie.core.community import Community
from coterie.core.knowledge import AttributeValue, Segment, stored, tag_name
from coterie.core.segments import filters
from coterie.core.segments.asking import WHOM, Asked, asked_of
from coterie.core.segments.filters import Audience, Filter, FilterError, Not, Test
from coterie.core.segments.model import SegmentField, SegmentScope
from coterie.core.segments.parser import parse
from coterie.core.segments.selection import Selection
from coterie.storage.tables import member_attributes, member_tags, members, segments

MOST_SEGMENTS: Final = 500
FEW: Final = 20_000
"""People for each of whom rows are looked up; for more of them sets are made."""

Execute = Callable[[Any], Any]
"""Runs a statement inside the transaction that is open; gives SQLAlchemy's result."""


class Segments:
    """The segments of one community at one moment (milliseconds)."""

    def __init__(self, execute: Execute, community: Community, fields: Mapping[str, SegmentField], now: int) -> None:
        self._execute = execute
        self._community = community
        self._fields = fields
        self._now = now

    # -- saved filters

    def all(self) -> list[Segment]:
        """Every segment, by name."""
        query = select(segments).where(segments.c.community_id == self._community.id).order_by(segments.c.name)
        rows = self._execute(query).all()
        return [Segment(row.id, row.name, row.filter, row.author_id, row.at) for row in rows]

    def find(self, name: str) -> Segment | None:
        """A segment by its name."""
        query = select(segments).where(
            segments.c.community_id == self._community.id, segments.c.name == name.casefold()
        )
        row = self._execute(query).first()
        return None if row is None else Segment(row.id, row.name, row.filter, row.author_id, row.at)

    def save(self, name: str, text: str, *, identifier: int, author: int) -> str:
        """Keep a filter under a name, in place of an older one; the name as it is kept.

        Raises :class:`FilterError` for a name that cannot be one, and for a filter that is wrong or names itself.
        """
        kept = segment_name(name)
        if kept in self._fields:
            raise FilterError("name-is-field", name=kept)
        self.people(text, saving=kept)
        known = self.find(kept)
        if known is None and len(self.all()) >= MOST_SEGMENTS:
            raise FilterError("too-many-segments", maximum=MOST_SEGMENTS)
        self._drop(kept)
        row = {"id": identifier, "name": kept, "filter": text.strip(), "author_id": author, "at": self._now}
        self._execute(insert(segments).values(community_id=self._community.id, **row))
        return kept

    def delete(self, name: str) -> bool:
        """Forget a segment; whether there was one.  Raises :class:`FilterError` for one that another segment names."""
        found = self.find(name)
        if found is None:
            return False
        users = [each.name for each in self.all() if found.name in _named(parse(each.filter))]
        if users:
            raise FilterError("in-use", name=found.name, users=", ".join(users))
        self._drop(found.name)
        return True

    def _drop(self, name: str) -> None:
        self._execute(delete(segments).where(segments.c.community_id == self._community.id, segments.c.name == name))

    # -- people

    def audience(self, text: str) -> Audience:
        """The people of a saved segment, or of a filter; raises :class:`FilterError` for what is neither."""
        audience = self._audience(text)
        self.people(audience.filter)
        return audience

    def _audience(self, text: str) -> Audience:
        word = text.strip()
        saved = self.find(word) if _may_be_saved(word) else None
        return Audience(word, word) if saved is None else Audience(f"segment:{saved.name}", saved.name)

    def people(self, text: str, *, member: int | None = None, saving: str = "") -> Select[Any]:
        """A select of member ids; raises :class:`FilterError`.  With ``saving`` the filter stands for that segment."""
        scope = SegmentScope(self._community.id, self._now, member=member)
        return self._selection(scope, {saving: text}).people(f'segment:"{saving}"' if saving else text)

    def _selection(self, scope: SegmentScope, instead: Mapping[str, str] = MappingProxyType({})) -> Selection:
        def saved(name: str) -> str | None:
            found = None if name in instead else self.find(name)
            return instead.get(name) if found is None else found.filter

        return Selection(scope, self._fields, saved, self._community)

    def count(self, text: str) -> int:
        """How many people a filter means."""
        selection = self._selection(SegmentScope(self._community.id, self._now))
        return int(self._execute(selection.counted(text, self._few)).scalar_one())

    # -- all of them at once

    def tag(self, text: str, tag: str, *, add: bool = True) -> int:
        """Give a tag to everybody whom a filter means, or take it away; returns how many it changed."""
        name = segment_name(tag)
        mine = member_tags.c.community_id == self._community.id, member_tags.c.tag == name
        people = self.people(text)
        if not add:
            return int(self._execute(delete(member_tags).where(*mine, member_tags.c.member_id.in_(people))).rowcount)
        having = select(member_tags.c.member_id).where(*mine)
        row = literal(self._community.id), members.c.id, literal(name), literal(self._now)
        missing = people.where(members.c.id.not_in(having)).with_only_columns(*row)
        columns = ["community_id", "member_id", "tag", "at"]
        return int(
            self._execute(
                insert(member_tags).from_select(columns, missing).execution_options(preserve_rowcount=True)
            ).rowcount
        )

    def set_attribute(self, text: str, name: str, value: AttributeValue | None) -> int:
        """Give an attribute of everybody whom a filter means a value, or take it away; returns how many it meant.

        Who is meant is settled before anything changes, also where the filter is about this attribute.
        """
        people = [member for (member,) in self._execute(self.people(text))]
        mine = member_attributes.c.community_id == self._community.id, member_attributes.c.name == name
        for first in range(0, len(people), 500):
            some = people[first : first + 500]
            self._execute(delete(member_attributes).where(*mine, member_attributes.c.member_id.in_(some)))
            if value is not None:
                row = stored(value) | {"community_id": self._community.id, "name": name, "at": self._now}
                self._execute(insert(member_attributes).values([row | {"member_id": member} for member in some]))
        return len(people)

    def _few(self, ids: Select[Any]) -> bool:
        some = ids.limit(FEW + 1).subquery()
        return int(self._execute(select(func.count()).select_from(some)).scalar_one()) <= FEW

    def has(self, member: int, text: str) -> bool:
        """Whether a saved segment or a filter means a member; raises :class:`FilterError`."""
        return self._execute(self.people(self._audience(text).filter, member=member)).first() is not None

    def asked(self, text: str) -> Asked | None:
        """A filter prepared for asking about many, one by one; raises :class:`FilterError`.

        None for one that cannot be prepared, as a saved segment, which may be changed before the next is asked about.
        """
        if _may_be_saved(text.strip()):
            return None
        scope = SegmentScope(self._community.id, self._now, member=bindparam(WHOM, type_=BigInteger))
        selection = self._selection(scope)
        found = selection.people(text)
        return None if selection.named else asked_of(found, contributed=selection.contributed)

    def page(self, text: str, *, after: int = 0, limit: int) -> Sequence[tuple[int, str]]:
        """People as (id, name), those who came first at the beginning, behind the id ``after``."""
        query = self.people(text).add_columns(members.c.name).where(members.c.id > after)
        return [tuple(row) for row in self._execute(query.order_by(members.c.id).limit(limit))]


def _may_be_saved(word: str) -> bool:
    """Whether a text could be the name of a saved segment, in place of a filter."""
    return tag_name(word) == word.casefold()


def segment_name(raw: str) -> str:
    """A name as it is kept; raises :class:`FilterError` for what cannot be one."""
    name = tag_name(raw)
    if name is None:
        raise FilterError("bad-name", name=raw[:40])
    return name


def _named(filter_: Filter) -> set[str]:
    """The segments that a filter names itself."""
    match filter_:
        case Not():
            return _named(filter_.part)
        case filters.All() | filters.Any():
            return set[str]().union(*map(_named, filter_.parts))
        case Test(value=value) if filter_.field in ("segment", "分组", "分組", "人群"):
            return {value.casefold()}
    return set()
