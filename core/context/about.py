"""What is known about members, as a plugin reads and writes it: tags, attributes, notes, whether they want news."""

from __future__ import annotations

from datetime import date
from typing import Any

from coterie.core.clock import to_datetime
from coterie.core.knowledge import AttributeValue, Facts, Note, attribute_name, loaded, stored, tag_name
from coterie.core.text import clean_text
from coterie.core.unit import Unit
from coterie.storage.knowledge import (
    ADD_ATTRIBUTE,
    ADD_NOTE,
    ADD_OPT_OUT,
    ADD_TAG,
    ATTRIBUTE,
    ATTRIBUTES_OF,
    DROP_ATTRIBUTE,
    DROP_OPT_OUT,
    DROP_TAG,
    FACTS,
    HAS_TAG,
    NOTES_OF,
    OPT_OUT,
    TAGS_OF,
)
from coterie.storage.members import MemberRecord


def facts_of(unit: Unit, member: MemberRecord) -> Facts:
    """The dates of a member; raises :class:`LookupError` for one who is not in the store."""
    row = unit.db.one(FACTS, {"community_id": member.community, "member_id": member.id})
    if row is None:
        raise LookupError(f"community {member.community} has no member {member.id}")
    joined, left, day = row
    return Facts(
        to_datetime(joined),
        None if left is None else to_datetime(left),
        None if day is None else date.fromisoformat(day),
    )


class _About:
    __slots__ = ("_actor", "_community", "_unit")

    def __init__(self, unit: Unit, community: int, actor: int) -> None:
        self._unit = unit
        self._community = community
        self._actor = actor

    def _of(self, member: MemberRecord) -> dict[str, Any]:
        return {"community_id": self._community, "member_id": member.id}


class Tags(_About):
    """Tags of members: short words without upper and lower case."""

    __slots__ = ()

    def add(self, member: MemberRecord, tag: str) -> bool:
        """Give a member a tag; whether they had it not.  Raises :class:`ValueError` for what cannot be a tag."""
        mine = self._of(member) | {"tag": _tag(tag)}
        if self._unit.db.one(HAS_TAG, mine) is not None:
            return False
        self._unit.writes += 1
        self._unit.db.run(ADD_TAG, mine | {"at": self._unit.now})
        return True

    def remove(self, member: MemberRecord, tag: str) -> bool:
        """Take a tag away; whether there was one."""
        name = tag_name(tag)
        if name is None or not self.has(member, name):
            return False
        self._unit.writes += 1
        self._unit.db.run(DROP_TAG, self._of(member) | {"tag": name})
        return True

    def has(self, member: MemberRecord, tag: str) -> bool:
        """Whether a member has a tag."""
        name = tag_name(tag)
        return name is not None and self._unit.db.one(HAS_TAG, self._of(member) | {"tag": name}) is not None

    def of(self, member: MemberRecord) -> list[str]:
        """A member's tags."""
        return [tag for (tag,) in self._unit.db.all(TAGS_OF, self._of(member))]


class Attributes(_About):
    """Attributes of members: a name and a text, a whole number, a yes or no, or a date."""

    __slots__ = ()

    def get(self, member: MemberRecord, name: str) -> AttributeValue | None:
        """The value of an attribute, if the member has it."""
        row = self._unit.db.one(ATTRIBUTE, self._of(member) | {"name": _name(name)})
        return None if row is None else loaded(row[0], row[1])

    def set(self, member: MemberRecord, name: str, value: AttributeValue | None) -> None:
        """Give an attribute a value, or take it away with ``None``.

        Raises :class:`ValueError` for a name or a number that cannot be kept.
        """
        if isinstance(value, int) and abs(value) > 2**63 - 1:
            raise ValueError("an attribute's number has at most 64 bits")
        mine = self._of(member) | {"name": _name(name)}
        self._unit.writes += 1
        self._unit.db.run(DROP_ATTRIBUTE, mine)
        if value is not None:
            self._unit.db.run(ADD_ATTRIBUTE, mine | stored(value) | {"at": self._unit.now})

    def of(self, member: MemberRecord) -> dict[str, AttributeValue]:
        """A member's attributes by name."""
        return {name: loaded(kind, text) for name, kind, text in self._unit.db.all(ATTRIBUTES_OF, self._of(member))}


class Notes(_About):
    """What operators write about members; notes are added, never changed, and no member reads them in a chat."""

    __slots__ = ()

    def add(self, member: MemberRecord, text: str) -> int:
        """Write a note in the name of the member who acts; its id."""
        identifier = self._unit.services.ids.next()
        self._unit.writes += 1
        note = {"id": identifier, "author_id": self._actor, "text": clean_text(text), "at": self._unit.now}
        self._unit.db.run(ADD_NOTE, self._of(member) | note)
        return identifier

    def of(self, member: MemberRecord) -> list[Note]:
        """The newest hundred notes about a member, newest first."""
        rows = self._unit.db.all(NOTES_OF, self._of(member))
        return [Note(identifier, author, text, to_datetime(at)) for identifier, author, text, at in rows]


class News(_About):
    """Whether members want messages that go to many."""

    __slots__ = ()

    def wanted(self, member: MemberRecord) -> bool:
        """Whether broadcasts reach a member."""
        return self._unit.db.one(OPT_OUT, self._of(member)) is None

    def want(self, member: MemberRecord, wanted: bool) -> None:
        """Let broadcasts reach a member, or not."""
        if wanted != self.wanted(member):
            self._unit.writes += 1
            self._unit.db.run(DROP_OPT_OUT if wanted else ADD_OPT_OUT, self._of(member) | {"at": self._unit.now})


def _tag(raw: str) -> str:
    name = tag_name(raw)
    if name is None:
        raise ValueError(f"{raw[:40]!r} cannot be a tag: it has at most 32 characters, no blanks and no brackets")
    return name


def _name(raw: str) -> str:
    name = attribute_name(raw)
    if name is None:
        raise ValueError(f"{raw[:40]!r} cannot name an attribute: use letters, digits, _ and -, at most 32")
    return name
