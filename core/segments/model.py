"""What a field of filters is; plugins contribute their own by ``contribute_segment_fields``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

FieldKind = Literal["flag", "text", "number", "moment", "day", "attribute", "segment"]


@dataclass(frozen=True, slots=True)
class SegmentScope:
    """For whom a field is looked up: everybody in a community, or one member of it."""

    community: int
    now: int
    """Milliseconds since 1970."""
    name: str = ""
    """What stands behind the dot, for a field with names."""
    member: int | ColumnElement[int] | None = None
    """The one member who is asked about; a query need not heed it, but may be faster for it."""


@dataclass(frozen=True, slots=True)
class SegmentField:
    """A field of filters: ``rows`` gives a select of (member id, value), of member ids alone for a ``flag``.

    A ``text`` is compared without upper and lower case, so its values are lower-case; a member may have several rows
    and fits if one of them does.  A ``number`` has one row a member and is ``default`` for those without.  A ``moment``
    is in milliseconds since 1970; standing alone it means that there is one.  A ``day`` is an ISO date, of which a
    member may have many; it is compared with the last one.  ``named`` fields are written
    ``field.name``; one with a ``fallback`` also stands without a name.
    """

    name: str
    kind: FieldKind
    rows: Callable[[SegmentScope], Select[Any]]
    default: int | None = None
    named: bool = False
    fallback: str = ""
    aliases: tuple[str, ...] = ()
    single: bool = False
    """Whether no condition on the field can fit two rows of one member."""
    column: ColumnElement[Any] | None = None
    """The core's own: a column of the members themselves."""
