"""Plans in plain English, for operators at the command line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from coterie.core.access.plan import Line, Plan
from coterie.core.clock import to_datetime
from coterie.core.rights import Rights

HEADS: Final = {
    "take": "take away",
    "give": "give",
    "again": "give again",
    "held": "stopped by the brake",
    "wait": "do nothing yet",
    "note": "only note",
}
"""What a group of lines is about, the weightiest first."""
WHYS: Final = {
    "granted": "granted, and not there yet",
    "retry": "granted; an earlier try failed",
    "returned": "granted; they left the space and came back since",
    "came-in": "granted; they have come into the space",
    "hand-gone": "granted; what a person had given is gone",
    "taken-by-hand": "granted; Coterie gave it and a person took it away",
    "wanted-again": "granted again before it was taken away",
    "other-tag": "granted; it takes the place of Coterie's own tag",
    "link-old": "granted; the link they got was not used",
    "ended": "Coterie gave it, and no grant asks for it any more",
    "by-hand": "a person has given this: it is left alone, also when the grant ends",
    "not-there": "they are not in the space; they get it when they come",
    "other-access": "it is there, and another access asks for it now",
    "followed-link": "they have come in by their link",
    "left-by-itself": "they left the private space themselves; they get a link when they ask for one",
    "no-longer": "no grant asks for it any more, and nothing of Coterie's is there",
    "gone-already": "no grant asks for it any more, and it is gone already",
    "under-way": "a request is under way",
    "invited": "a link was sent and not used yet",
    "no-chat": "they have no direct chat with the bot, to which a link could be sent",
    "failed": "the platform refused; it is tried again later",
    "blocked": "the bot cannot change this role",
}
"""Why, by the key that the comparison gives."""
SHOWN: Final = 20
"""So many people of a group are named; --json has all of them."""


def told(plan: Plan, rights: Rights) -> Iterator[str]:
    """A plan, line by line."""
    yield f"Community {plan.community}: {_people(plan.members)} with rights looked at."
    for (platform, space), why in plan.silent.items():
        yield f"  Nothing is known of {platform}:{space}: {why}. What is there is left as it is."
    for (platform, space, role), why in plan.blocked.items():
        yield f"  Role {role} in {platform}:{space} cannot be changed: {why}."
    order = list(HEADS)
    lines = sorted(
        plan.lines, key=lambda line: (order.index(line.does), line.access, line.why, line.name, line.account)
    )
    for (does, access, why), group in groupby(lines, key=lambda line: (line.does, line.access, line.why)):
        yield from _group(does, rights.title(access), why, list(group))
    for brake in plan.stopped:
        many = f"{_accounts(brake.wanted)}, and {brake.allowed} in an hour pass without a person's word"
        yield f"\nThe brake holds {rights.title(brake.access)} ({HEADS[brake.act]}): {many}."
        yield "  If that is right: coterie access apply --confirm"
    if not plan.changes and not plan.stopped:
        yield "Nothing would change."


def _group(does: str, title: str, why: str, lines: list[Line]) -> Iterator[str]:
    yield f"\n{title}: {HEADS[does]}, {_accounts(len({line.account for line in lines}))}"
    yield f"  {WHYS.get(why, why)}"
    for line in lines[:SHOWN]:
        yield f"    {line.name} ({line.account}): {what(line)} in {line.space}{_behind(line)}"
    if len(lines) > SHOWN:
        yield f"    and {len(lines) - SHOWN:,} more"


def what(line: Line) -> str:
    """The thing itself."""
    if line.kind == "join":
        return "membership"
    return f"{line.kind} {line.target}".strip()


def _behind(line: Line) -> str:
    told = [*line.sources, *([line.detail] if line.detail else ())]
    return f"; {'; '.join(told)}" if told else ""


def _people(number: int) -> str:
    return f"{number:,} {'member' if number == 1 else 'members'}"


def _accounts(number: int) -> str:
    return f"{number:,} {'account' if number == 1 else 'accounts'}"


def moment(instant: int) -> str:
    """An instant for people."""
    return f"{to_datetime(instant):%Y-%m-%d %H:%M} UTC"
