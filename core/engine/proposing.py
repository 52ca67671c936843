"""Proposals while somebody types a command: people, choices, lengths of time, and what a plugin offers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from coterie.core.commands.parameters import MAX_DURATION, Parameter
from coterie.core.commands.values import read_duration
from coterie.core.config import format_duration as as_typed
from coterie.core.context import Context
from coterie.core.engine.fence import CallFailed
from coterie.core.engine.offers import LONGEST, MOST, short
from coterie.core.errors import ReadOnly, Refusal
from coterie.core.events import CommandCalled
from coterie.core.i18n import format_duration
from coterie.core.platform import Suggestion
from coterie.storage.faults import refused_to_write

if TYPE_CHECKING:
    from coterie.core.community import Community
    from coterie.core.engine.dispatcher import Dispatcher

LOOKED_AT: Final = 200
"""Accounts whose names begin like what was typed; one person may have several, and some have left."""
_SECONDS: Final = (60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200)
_DAYS: Final = (1, 3, 7, 14, 30, 90, 365)
LENGTHS: Final = (*(timedelta(seconds=each) for each in _SECONDS), *(timedelta(days=each) for each in _DAYS))
"""What people mean most often: a minute to a year."""
UNITS: Final = ("minutes", "hours", "days", "weeks")


def propose(dispatcher: Dispatcher, community: Community, event: CommandCalled, option: str) -> list[Suggestion]:
    """Proposals for an option of a command; nothing for whoever may not use the command there."""
    who, unit = event.who, dispatcher.unit
    account = None if who is None else unit.members.account(community.id, who.platform, who.id)
    table = dispatcher.registry.table(community.enabled)
    call = table.commands.get(event.name)
    if account is None or account.bot or call is None or call.spec is None or call.paused:
        return []
    ctx = Context(unit, community, event, account)
    spec = call.spec
    if (spec.level == "operator" and account.member.standing != "operator") or (
        spec.where != "any" and (spec.where == "dm") != ctx.in_dm
    ):
        return []
    parameter = next((each for each in spec.parameters if each.name == option), None)
    if parameter is None:
        return []
    ctx.plugin = call.plugin
    typed = str(event.options.get(option, ""))[:LONGEST].strip()
    if not parameter.suggest:
        return list(islice(_own(ctx, parameter, typed), MOST))
    offers = table.suggesters[call.plugin, parameter.suggest]
    key = (offers.plugin, offers.hook)
    if offers.paused or key in dispatcher.failed or key in dispatcher.refused:
        return []
    try:
        with unit.only_reading():
            found: list[Suggestion] = dispatcher.run(offers, ctx, ctx, typed)
    except Refusal:
        return []
    except ReadOnly as error:
        raise CallFailed(offers, error) from error
    except CallFailed as failure:
        if not refused_to_write(failure.error):
            raise
        failure.release()
        raise CallFailed(offers, ReadOnly("it may only read, and it wanted to change rows")) from None
    return found


def _own(ctx: Context, parameter: Parameter, typed: str) -> Iterator[Suggestion]:
    """What the core has to propose."""
    match parameter.kind:
        case "member":
            yield from _people(ctx, typed)
        case "choice":
            yield from _choices(parameter.choices, typed)
        case "duration":
            yield from _lengths(ctx, parameter, typed)


def _people(ctx: Context, typed: str) -> Iterator[Suggestion]:
    rows = ctx.unit.members.begins_with(ctx.community.id, typed.removeprefix("@").strip(), LOOKED_AT)
    there: dict[int, tuple[str, str]] = {}
    names: dict[str, int] = {}
    for identifier, name, platform, native in sorted(rows, key=lambda row: (row[1].casefold(), row[0])):
        member = ctx.find_member(identifier)
        if member is None or member.left or identifier in there:
            continue
        there[identifier] = (name, f"{platform}:{native}")
        names[name.casefold()] = names.get(name.casefold(), 0) + 1
    for name, value in there.values():
        label = name if names[name.casefold()] == 1 else f"{name} ({value})"
        if len(value) <= 64:  # as long as what names a member may be
            yield Suggestion(short(label), value)


def _choices(choices: tuple[str, ...], typed: str) -> Iterator[Suggestion]:
    wanted = typed.casefold()
    begin = [choice for choice in choices if choice.casefold().startswith(wanted)]
    inside = [choice for choice in choices if wanted in choice.casefold() and choice not in begin]
    return (Suggestion(short(choice), choice) for choice in (*begin, *inside) if len(choice) <= LONGEST)


def _lengths(ctx: Context, parameter: Parameter, typed: str) -> Iterator[Suggestion]:
    """What was typed, if it is a length or a number of some unit, else those that people mean most often."""
    locale = (ctx.account.member.locale if ctx.account is not None else "") or ctx.community.locale
    if typed.isascii() and typed.isdigit() and int(typed[:6]):
        found = [timedelta(**{unit: int(typed[:6])}) for unit in UNITS if len(typed) <= 6]
    else:
        exact = read_duration(typed)
        found = list(LENGTHS) if exact is None else [exact]
    low, high = parameter.minimum or 0, MAX_DURATION if parameter.maximum is None else parameter.maximum
    for length in found:
        label = format_duration(length, locale)
        fits = low <= length.total_seconds() <= high
        if fits and (len(found) < len(LENGTHS) or not typed or typed.casefold() in label.casefold()):
            yield Suggestion(short(label), as_typed(length))
