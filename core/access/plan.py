"""The plan: what a comparison would do now, to whom and why, without doing any of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Protocol, TypeVar

from coterie.core.access.brake import Brake, Kind, brakes, counted, too_many
from coterie.core.access.look import Finding, look
from coterie.core.access.settle import is_blocked
from coterie.core.access.survey import Eyes, Part, Place, read
from coterie.core.clock import to_datetime
from coterie.core.community import Community
from coterie.core.platform import Platform, RetryLater
from coterie.storage.access import FOREVER, GrantRow, Grants
from coterie.storage.engine import LaneConnection

TRIES: Final = 5
"""So often is a platform asked again that wants to be asked later."""
LONGEST_PAUSE: Final = 60.0

T = TypeVar("T")


class Reading(Protocol):
    """Calls a function with a connection that only reads."""

    def __call__(self, look: Callable[[LaneConnection], T], /) -> T: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One change, or one thing that waits.

    ``does`` is give, again, take, note, wait or held (the brake); ``why`` a key of :mod:`coterie.core.access.words`;
    ``sources`` tells the grants behind it, ``detail`` what a platform said.
    """

    does: str
    why: str
    access: str
    member: int
    name: str
    account: str
    space: str
    kind: str
    target: str
    sources: tuple[str, ...] = ()
    detail: str = ""


@dataclass(slots=True)
class Plan:
    """What would happen in one community."""

    community: str
    lines: list[Line] = field(default_factory=list)
    members: int = 0
    """How many were looked at."""
    stopped: list[Brake] = field(default_factory=list)
    """What waits for a person's word: stopped before, or would be now."""
    silent: dict[Place, str] = field(default_factory=dict)
    blocked: dict[tuple[str, str, str], str] = field(default_factory=dict)

    @property
    def changes(self) -> int:
        """How many of the lines would change something on a platform."""
        return sum(line.does in ("give", "again", "take") for line in self.lines)


async def make_plan(reading: Reading, community: Community, platforms: Mapping[str, Platform], now: int) -> Plan:
    """Compare everybody with the platforms; nothing is written, nothing is asked for but what there is."""
    plan, eyes = Plan(community.name), Eyes(platforms)
    await _patiently(partial(eyes.begin, community.rights), eyes, community)
    found: list[Finding] = []
    part: Part = "grants"
    cursor = 0
    while part != "done":
        portion, who = reading(partial(read, community=community.id, part=part, cursor=cursor, now=now))
        part, cursor = portion.part, portion.cursor
        plan.members += len(portion.members)
        seen = await _patiently(partial(eyes.see, who, community.rights), eyes, community)
        findings = look(who, community.rights, seen or {}, now)
        found += findings
        plan.lines += reading(partial(_lines, community=community, findings=findings, eyes=eyes, now=now))
    plan.silent, plan.blocked = dict(eyes.silent), dict(eyes.blocked)
    counts = counted(each for each in found if not is_blocked(each.step, eyes.blocked))
    plan.stopped = reading(lambda db: _stopped(db, community, counts, now))
    held = {(each.access, each.act) for each in plan.stopped}
    plan.lines = [replace(line, does="held") if (line.access, line.does) in held else line for line in plan.lines]
    return plan


async def _patiently(ask: Callable[[], Awaitable[T]], eyes: Eyes, community: Community) -> T | None:
    """Ask a platform that wants to be asked later a few times more; then it counts as one that does not tell."""
    for attempt in range(TRIES):
        try:
            return await ask()
        except RetryLater as error:
            if attempt == TRIES - 1:
                eyes.silent |= dict.fromkeys(community.rights.spaces, error.reason)
            else:
                await asyncio.sleep(min(max(error.seconds, 0.1), LONGEST_PAUSE))
    return None


def _stopped(db: LaneConnection, community: Community, counts: Counter[Kind], now: int) -> list[Brake]:
    before = {(each.access, each.act): each for each in brakes(db, community.id)}
    found = [each for kind, each in before.items() if counts[kind]]
    for kind, wanted in counts.items():
        if kind not in before and (allowed := too_many(db, community, kind, wanted, now)) is not None:
            found.append(Brake(*kind, wanted, allowed, now))
    return found


def _lines(db: LaneConnection, community: Community, findings: list[Finding], eyes: Eyes, now: int) -> list[Line]:
    rows: dict[int, list[GrantRow]] = {}
    grants = Grants(db)
    members = list(dict.fromkeys(finding.account.member for finding in findings))
    for row in grants.open(community.id, members):
        rows.setdefault(row.member, []).append(row)
    lines = []
    for finding in findings:
        step, account = finding.step, finding.account
        place = (step.slot.platform, step.slot.space)
        role = (*place, step.slot.target)
        does, why, detail = step.act, step.why, step.detail
        if is_blocked(step, eyes.blocked):
            does, why, detail = "wait", "blocked", eyes.blocked[role]
        sources = [_told(row) for row in rows.get(account.member, ()) if row.access == step.access and row.until > now]
        if step.act == "take" or step.why in ("gone-already", "no-longer"):
            sources = [
                _ended(row) for row in grants.history(community.id, account.member) if row.access == step.access
            ][-1:]
        lines.append(
            Line(
                does,
                why,
                step.access,
                account.member,
                account.name,
                f"{account.platform}:{account.native}",
                f"{place[0]}:{place[1]}",
                step.slot.kind,
                step.slot.target or step.value or (step.known.value if step.known is not None else ""),
                tuple(sources),
                detail,
            )
        )
    return lines


def _told(row: GrantRow) -> str:
    """A running grant in words."""
    until = "" if row.until == FOREVER else f" until {to_datetime(row.until):%Y-%m-%d %H:%M} UTC"
    reason = f" ({row.reason})" if row.reason else ""
    return f"{row.plugin}:{row.source}{until}{reason}"


def _ended(row: GrantRow) -> str:
    """A grant that has ended, in words."""
    at = min(row.until, row.ended_at or row.until)
    reason = row.end_reason or "its time has passed"
    return f"{row.plugin}:{row.source} ended {to_datetime(at):%Y-%m-%d %H:%M} UTC ({reason})"
