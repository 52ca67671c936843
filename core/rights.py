"""What accesses a community has, as its configuration says, and a grant of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coterie.core.clock import to_datetime
from coterie.core.config.communities import AccessConfig, Slot
from coterie.core.config.types import RightsConfig
from coterie.storage.access import FOREVER, GrantRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should stand in a slot, and the access that asks for it; ``value`` is the text of a tag."""

    access: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Rights:
    """The accesses of a community, in the order of the configuration, and how carefully they are changed."""

    accesses: Mapping[str, AccessConfig] = field(default_factory=dict)
    brake_number: int = 5
    brake_percent: int = 10
    compare_every: timedelta = timedelta(hours=6)

    @classmethod
    def of(cls, accesses: Mapping[str, AccessConfig], config: RightsConfig) -> Rights:
        """What the configuration says."""
        return cls(dict(accesses), config.brake_number, config.brake_percent, config.compare_every)

    def title(self, access: str) -> str:
        """What people call an access."""
        found = self.accesses.get(access)
        return access if found is None else found.title or access

    def require(self, access: str) -> None:
        """Raise :class:`LookupError` unless there is such an access."""
        if access not in self.accesses:
            known = ", ".join(self.accesses) or "none"
            raise LookupError(f"there is no access {access!r} in this community's configuration; there are: {known}")

    def wanted(self, accesses: Iterable[str]) -> dict[Slot, Wanted]:
        """What some accesses give together; of several tags in one space, that of the access written first."""
        having = frozenset(accesses)
        found: dict[Slot, Wanted] = {}
        for name, access in self.accesses.items():
            if name in having:
                for target in access.targets:
                    found.setdefault(target.slot, Wanted(name, target.tag or ""))
        return found

    @property
    def spaces(self) -> dict[tuple[str, str], None]:
        """The spaces (platform, native id) in which any access gives something."""
        return {(slot.platform, slot.space): None for slot in self.wanted(self.accesses)}

    def allowed(self, standing: int) -> int:
        """How many of so many may be changed within an hour without a person's word."""
        return max(self.brake_number, standing * self.brake_percent // 100)


@dataclass(frozen=True, slots=True)
class Grant:
    """A member should have an access: because of ``source`` of ``plugin``, for a reason that people can read.

    ``until`` is None for one without an end; ``ended`` is None while nobody has ended it.  ``given_by`` and
    ``ended_by`` are ids of members (0: nobody, such as a timer).
    """

    id: int
    member: int
    access: str
    plugin: str
    source: str
    reason: str
    given: datetime
    given_by: int
    until: datetime | None
    ended: datetime | None
    end_reason: str
    ended_by: int

    def active(self, now: datetime) -> bool:
        """Whether it gives the access at this moment."""
        return self.ended is None and (self.until is None or self.until > now)


def grant_of(row: GrantRow) -> Grant:
    """A grant as plugins see it."""
    return Grant(
        row.id,
        row.member,
        row.access,
        row.plugin,
        row.source,
        row.reason,
        to_datetime(row.given_at),
        row.given_by,
        None if row.until == FOREVER else to_datetime(row.until),
        to_datetime(row.ended_at) if row.ended_at else None,
        row.end_reason,
        row.ended_by,
    )
