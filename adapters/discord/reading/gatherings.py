"""What stands in a guild's calendar, and who wants to come."""

from __future__ import annotations

from typing import Final, Literal

from coterie.adapters.discord.reading.fields import ident, moment
from coterie.adapters.discord.reading.known import Known
from coterie.adapters.discord.reading.people import nameless
from coterie.core.events import Event, InterestChanged, ScheduleChanged
from coterie.core.outside import Malformed, Raw, line

State = Literal["planned", "on", "over", "off"]

_STATES: Final[dict[int, State]] = {1: "planned", 2: "on", 3: "over", 4: "off"}


def scheduled(data: Raw, mark: str, known: Known) -> list[Event]:
    """A gathering was put in the calendar, changed, began, ended or was called off."""
    status = data.get("status")
    state = _STATES.get(status) if type(status) is int else None
    if state is None:
        raise Malformed("status is none that is known")
    return _told(data, mark, known, state)


def called_off(data: Raw, mark: str, known: Known) -> list[Event]:
    """A gathering was taken out of the calendar; one that was over stays over."""
    return _told(data, mark, known, "over" if data.get("status") == 3 else "off")


def _told(data: Raw, mark: str, known: Known, state: State) -> list[Event]:
    return [
        ScheduleChanged(
            key=f"dc:{mark}",
            where=known.guilds.home(ident(data, "guild_id")),
            native=ident(data),
            state=state,
            title=line(data, "name"),
            starts=moment(data, "scheduled_start_time"),
            ends=moment(data, "scheduled_end_time"),
        )
    ]


def interested(data: Raw, mark: str, known: Known) -> list[Event]:
    """Somebody wants to come."""
    return _interest(data, mark, known, wants=True)


def uninterested(data: Raw, mark: str, known: Known) -> list[Event]:
    """Somebody does not want to come any more."""
    return _interest(data, mark, known, wants=False)


def _interest(data: Raw, mark: str, known: Known, *, wants: bool) -> list[Event]:
    user, native = ident(data, "user_id"), ident(data, "guild_scheduled_event_id")
    if user == known.bot:
        return []
    where = known.guilds.home(ident(data, "guild_id"))
    return [InterestChanged(key=f"dc:{mark}", who=nameless(user), where=where, native=native, interested=wants)]
