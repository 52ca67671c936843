"""The three-way comparison: what should be, what is, and what Coterie gave. Pure functions; what they say is a plan.

The rules.  Give what should be there and is not.  Take only what Coterie gave.  What a person gave stays, whatever any
grant says.  What Coterie gave and a person took away is given again while it should be there, which is told and counted
apart, and stops at the brake when it would happen to many.  Where the platform does not tell, nothing is taken for
there or for gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from coterie.core.config.communities import Slot
from coterie.core.platform import Holdings
from coterie.core.rights import Wanted

State = Literal["giving", "doubt", "invited", "given", "had", "absent", "left", "taking"]
"""What is known of a slot of an account.

``giving``: asked for, not done yet.  ``doubt``: asked for, and nobody knows whether it was done.  ``invited``: a link
was sent.  ``given``: it stands there, and is Coterie's.  ``had``: it stood there before, and is a person's.
``absent``: the account was not in the space (with a mark where something of Coterie's had stood there).  ``left``: it
left the private space by itself.  ``taking``: to be taken.
"""
Act = Literal["give", "again", "take", "note", "wait"]
"""``give``, ``again`` (a person had taken it) and ``take`` change the platform; ``note`` only corrects what is known;
``wait`` does nothing, and says why."""

LINK_LIFE: Final = 7 * 86_400_000
"""Milliseconds after which a link that nobody used is replaced by a new one."""
LINKS: Final = 3
"""So many links are sent to somebody who uses none; then they have to ask for one."""
OURS: Final = frozenset({"given", "taking", "doubt"})
"""States in which what stands there is, or may be, Coterie's."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What is known of a slot of an account; ``busy`` is the request that is under way (0: none).

    ``value`` is the invite link, or the text of the tag (several, one a line, where any of them may stand there);
    ``access`` that for which it was given; ``since`` when the state was reached, ``retry_at`` when a failed request may
    be made again (both milliseconds).
    """

    slot: Slot
    state: State
    access: str
    mark: int = 0
    value: str = ""
    busy: int = 0
    attempts: int = 0
    retry_at: int = 0
    reason: str = ""
    since: int = 0

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of a tag that are Coterie's own."""
        return tuple(self.value.split("\n")) if self.value else ()


@dataclass(frozen=True, slots=True)
class Step:
    """What to do about one slot of an account, and why.

    ``access`` is that which wants it or for which it was given; ``known`` what was known before, ``value`` what a tag
    shall say.  A ``note`` brings the slot into the state ``becomes`` (empty: nothing is known of it any more).
    """

    act: Act
    why: str
    slot: Slot
    access: str
    value: str = ""
    known: Applied | None = None
    becomes: State | Literal[""] = ""
    detail: str = ""


def compare(
    wanted: Mapping[Slot, Wanted],
    known: Iterable[Applied],
    seen: Mapping[tuple[str, str], Holdings],
    now: int,
    asked: int = 0,
) -> Iterator[Step]:
    """The steps for one account; ``seen`` is what the platform, ``asked`` at that instant, told of it, by platform and
    space.  What has changed since is not judged by it.
    """
    applied = {each.slot: each for each in known}
    for slot in dict.fromkeys((*wanted, *applied)):
        want, have = wanted.get(slot), applied.get(slot)
        holds = seen.get((slot.platform, slot.space)) if have is None or not asked or have.since <= asked else None
        step = None
        if want is not None:
            step = _Missing(slot, want, have, holds, now).step()
        elif have is not None:
            step = _surplus(have, holds, now)
        if step is not None:
            yield step


@dataclass(frozen=True, slots=True)
class _Missing:
    """A slot in which something should be."""

    slot: Slot
    want: Wanted
    have: Applied | None
    holds: Holdings | None
    now: int

    def step(self) -> Step | None:
        """What to do about it."""
        have = self.have
        if have is not None and have.busy:
            return self._do("wait", "under-way")
        if self.holds is not None and not self.holds.present and self.slot.kind != "join":
            known_away = have is not None and have.state == "absent"
            return None if known_away else self._do("note", "not-there", "absent")
        if have is None:
            return self._do("note", "by-hand", "had") if self._taken_up() else self._do("give", "granted")
        if have.state == "given":
            return self._given(have)
        return self._other(have)

    def _do(self, act: Act, why: str, becomes: State | Literal[""] = "", detail: str = "") -> Step:
        return Step(act, why, self.slot, self.want.access, self.want.value, self.have, becomes, detail)

    def _stands(self) -> bool | None:
        """Whether it is there; None where the platform did not tell."""
        holds = self.holds
        if holds is None:
            return None
        if self.slot.kind == "role":
            return self.slot.target in holds.roles
        return holds.tag == self.want.value if self.slot.kind == "tag" else holds.present

    def _taken_up(self) -> bool:
        """Whether something stands in the slot that is not Coterie's."""
        if self.slot.kind == "tag":
            own = () if self.have is None or self.have.state not in OURS else self.have.texts
            return self.holds is not None and self.holds.tag not in ("", *own)
        return self._stands() is True

    def _given(self, have: Applied) -> Step | None:
        if self.slot.kind == "tag" and (have.value != self.want.value or self._stands() is False):
            if self._taken_up():
                return self._do("note", "by-hand", "had")
            if have.value != self.want.value:
                return self._tried(have) or self._do("give", "other-tag")
        if self._stands() is False:
            return self._lost(have)
        return self._do("note", "other-access", "given") if have.access != self.want.access else None

    def _lost(self, have: Applied) -> Step:
        """What Coterie gave has gone: a return to the space explains it, or else a person has taken it away."""
        if self.slot.kind == "join":
            return self._do("note", "left-by-itself", "left")
        if self.holds is not None and self.holds.joined_at > have.since:
            return self._do("give", "returned")
        return self._do("again", "taken-by-hand")

    def _other(self, have: Applied) -> Step | None:
        there = self._stands()
        match have.state:
            case "had" if there is False and not self._taken_up():
                return self._do("note", "left-by-itself", "left") if self.slot.kind == "join" else self._hand_gone()
            case "had":
                return None
            case "absent":
                return self._do("wait", "not-there") if self.holds is None else self._came_in()
            case "left":
                return self._do("note", "by-hand", "had") if there else self._do("wait", "left-by-itself")
            case "invited" if there:
                return self._do("note", "followed-link", "given")
            case "invited":
                old = have.since + LINK_LIFE <= self.now and have.attempts < LINKS
                return self._do("give", "link-old") if old else self._do("wait", "invited")
            case "taking":
                return self._tried(have) or self._do("give", "wanted-again")
        return self._tried(have) or self._do("give", "retry" if have.attempts else "granted", detail=have.reason)

    def _hand_gone(self) -> Step:
        return self._do("give", "hand-gone")

    def _came_in(self) -> Step:
        """What stands there may be Coterie's, if it gave it before: a request with the mark tells."""
        ours = self.have is not None and self.have.mark
        return self._do("note", "by-hand", "had") if self._taken_up() and not ours else self._do("give", "came-in")

    def _tried(self, have: Applied) -> Step | None:
        """The wait after a request that failed, if it is not over."""
        return self._do("wait", "failed", detail=have.reason) if have.retry_at > self.now else None


def _surplus(have: Applied, holds: Holdings | None, now: int) -> Step | None:
    """What should not be there, as far as it is Coterie's."""

    def step(act: Act, why: str, detail: str = "") -> Step:
        return Step(act, why, have.slot, have.access, "", have, "", detail)

    if have.busy:
        return step("wait", "under-way")
    # A link that was sent, or may have been, works until it is revoked, wherever its owner is.
    link = have.slot.kind == "join" and (have.state in ("invited", "doubt") or (have.state == "giving" and have.value))
    if have.state == "absent" and have.mark and have.slot.kind != "join":
        # Where a return has not been heard of yet, it may stand there.
        if holds is None:
            return step("wait", "not-there")
    elif have.state in ("had", "absent", "left") or (have.state == "giving" and not link):
        return step("note", "no-longer")
    if holds is not None and not link and _gone(have, holds):
        return step("note", "gone-already")
    if have.retry_at > now:
        return step("wait", "failed", have.reason)
    return step("take", "ended")


def _gone(have: Applied, holds: Holdings) -> bool:
    """Whether nothing of Coterie's stands in the slot any more."""
    if not holds.present:
        return True
    if have.slot.kind == "role":
        return have.slot.target not in holds.roles
    return have.slot.kind == "tag" and holds.tag not in have.texts
