"""Mutes and bans that a platform does not keep up, or end, by itself: the core's timers see to it.

One timer an account, space and kind; it is a row, so that it is there after a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from coterie.core.actions import Ban, ModerationAction, Mute, Priority, Unban, Unmute
from coterie.core.context.knowing import who_of
from coterie.core.events import AccountModerated, Where
from coterie.core.unit import Unit
from coterie.storage.members import AccountRecord

if TYPE_CHECKING:
    from coterie.core.context import Context

CORE: Final = "core"
MUTE_GOES_ON: Final = "mute-goes-on"
"""The core's timer that mutes somebody anew before the platform's own mute ends."""
BAN_ENDS: Final = "ban-ends"
"""The core's timer that lifts a ban which the platform would keep for ever."""
DAY: Final = 86_400_000
EARLY: Final = 8
"""A mute is renewed when an eighth of the platform's longest is left: a request may have to wait, and so may a bot that
is switched off."""

Imposed = TypeVar("Imposed", Mute, Ban)


class Sentence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a timer keeps: whose account is muted or banned where, until when (milliseconds; 0: until it is lifted), and
    in the name of which plugin.
    """

    community: int
    plugin: str
    account: int
    adapter: str
    space: str
    until: int = 0
    since: int = 0
    reason: str = ""

    @classmethod
    def of(cls, community: int, plugin: str, account: AccountRecord, action: Mute | Ban) -> Sentence:
        """What an action asks for."""
        where = action.where
        return cls(community, plugin, account.id, where.adapter, where.space, action.until, 0, action.reason)


def passed(unit: Unit, sentence: Sentence, action: Imposed) -> Imposed:
    """The action as the platform can carry it out; the rest of it is set for later, in place of what was before."""
    if isinstance(action, Mute):
        longest = unit.services.longest_mute(sentence.adapter) * 1000
        if not longest or (action.until and action.until - unit.now <= longest):
            _drop(unit, sentence, MUTE_GOES_ON)
            return action
        _set(unit, sentence, MUTE_GOES_ON, unit.now + longest - longest // EARLY)
        return msgspec.structs.replace(action, until=unit.now + longest)
    if action.until and not unit.services.bans_end(sentence.adapter):
        _set(unit, sentence, BAN_ENDS, action.until)
    else:
        _drop(unit, sentence, BAN_ENDS)
    return action


def lifted(unit: Unit, community: int, account: AccountRecord, action: ModerationAction) -> None:
    """Somebody may write or come in again: nothing is left to be done later."""
    where = action.where
    sentence = Sentence(community, "", account.id, where.adapter, where.space)
    if isinstance(action, Unmute):
        _drop(unit, sentence, MUTE_GOES_ON)
    elif isinstance(action, Unban):
        _drop(unit, sentence, BAN_ENDS)


def by_hand(ctx: Context, account: AccountRecord, event: AccountModerated) -> None:
    """A person who lifts a mute or a ban means all of it; news of what was before the present one do not count."""
    name = {"unmute": MUTE_GOES_ON, "unban": BAN_ENDS}.get(event.deed)
    if name is None or event.where is None:
        return
    sentence = Sentence(ctx.community.id, "", account.id, event.where.adapter, event.where.space)
    found = _find(ctx.unit, sentence, name)
    if found is not None and (not event.at or event.at >= found.since):
        _drop(ctx.unit, sentence, name)


def came_back(ctx: Context, account: AccountRecord, adapter: str, space: str) -> None:
    """Somebody comes in who is muted there for longer than the platform remembers."""
    if not ctx.unit.services.longest_mute(adapter):
        return
    found = _find(ctx.unit, Sentence(ctx.community.id, "", account.id, adapter, space), MUTE_GOES_ON)
    if found is not None:
        _impose(ctx, found, account)


def mute_goes_on(ctx: Context, args: Mapping[str, Any]) -> None:
    """The platform's own mute ends soon."""
    sentence = msgspec.convert(args, Sentence)
    account = ctx.find_account(sentence.account)
    if account is None or (sentence.until and sentence.until <= ctx.unit.now):
        return
    if ctx.unit.presences.has_left(account, sentence.adapter, sentence.space):  # it is muted when it comes back
        longest = ctx.unit.services.longest_mute(sentence.adapter) * 1000
        later = ctx.unit.now + (longest or DAY)
        due = min(later, sentence.until) if sentence.until else later
        _set(ctx.unit, sentence, MUTE_GOES_ON, due, fresh=False)
        return
    _impose(ctx, sentence, account)


def ban_ends(ctx: Context, args: Mapping[str, Any]) -> None:
    """A ban is over."""
    sentence = msgspec.convert(args, Sentence)
    account = ctx.find_account(sentence.account)
    if account is not None:
        action = Unban(where=_where(ctx.unit, sentence), to=who_of(account), reason=sentence.reason)
        ctx.unit.post(ctx.community.id, sentence.plugin, action, priority=Priority.MODERATION)


def _impose(ctx: Context, sentence: Sentence, account: AccountRecord) -> None:
    until = sentence.until
    action = Mute(where=_where(ctx.unit, sentence), to=who_of(account), reason=sentence.reason, until=until)
    if not until or until > ctx.unit.now:
        action = passed(ctx.unit, sentence, action)
        ctx.unit.post(ctx.community.id, sentence.plugin, action, priority=Priority.MODERATION)


def _where(unit: Unit, sentence: Sentence) -> Where:
    return unit.services.moves.follow(Where(sentence.adapter, "", sentence.space))


def _key(sentence: Sentence) -> str:
    return f"{sentence.account}:{sentence.adapter}:{sentence.space}"


def _find(unit: Unit, sentence: Sentence, name: str) -> Sentence | None:
    row = unit.journal.find_timer(sentence.community, CORE, name, _key(sentence))
    return None if row is None else msgspec.json.decode(row[2], type=Sentence)


def _set(unit: Unit, sentence: Sentence, name: str, due: int, *, fresh: bool = True) -> None:
    kept = msgspec.structs.replace(sentence, since=unit.now) if fresh else sentence
    unit.set_timer(sentence.community, CORE, name, _key(sentence), msgspec.to_builtins(kept), due)


def _drop(unit: Unit, sentence: Sentence, name: str) -> None:
    unit.drop_timer(sentence.community, CORE, name, _key(sentence))
