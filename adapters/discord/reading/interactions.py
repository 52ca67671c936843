"""Interactions: commands that were called, buttons and selects that were used, modals that were sent in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final

from coterie.adapters.discord.reading import marks
from coterie.adapters.discord.reading.fields import MAX_TEXT, created, ident, is_id
from coterie.adapters.discord.reading.known import Known
from coterie.adapters.discord.reading.members import seen
from coterie.adapters.discord.reading.messages import where_of
from coterie.adapters.discord.reading.modals import answers_of
from coterie.adapters.discord.reading.people import person_of
from coterie.core.events import ButtonTapped, CommandCalled, Event, FormSubmitted, Where, Who
from coterie.core.outside import MAX_LINE, Malformed, Raw, is_whole, line, listed, numbered, record, sound, whole, word

COMMAND: Final = 2
COMPONENT: Final = 3
TYPING: Final = 4
MODAL: Final = 5
_CHAT_INPUT: Final = 1
_GROUPS: Final = frozenset({1, 2})
_USER: Final = 6
_MENTIONABLE: Final = 9
_OPTIONS: Final = 25
_NAME: Final = 100
_LOCALE: Final = 35
_TOKEN: Final = re.compile(r"[!$&-.0-9:-=@-\[\]-~]{1,1024}")
"""Printable ASCII without what means something in an address: ``" # % / ? \\`` and ``>``."""
_EPHEMERAL: Final = 1 << 6


def interacted(data: Raw, mark: str, known: Known) -> list[Event]:
    """What somebody did with a command, a component or a modal; typing (type 4) and pings (1) say nothing.

    Whoever runs the guild is told as an operator first, where that was not known.
    """
    kind = data.get("type")
    if kind not in (COMMAND, COMPONENT, MODAL):
        return []
    who = _who(data)
    where = where_of(data, who.id, known, data.get("channel"))
    identifier = ident(data)
    key, at, handle = f"dc:i:{identifier}", created(identifier), handle_in(data)
    body = record(data, "data")
    events: list[Event]
    if kind == COMMAND:
        events = [_called(body, key, at, who, where, handle)]
    elif kind == COMPONENT:
        events = _tapped(body, data, key, at, who, where, handle)
    else:
        events = [_submitted(body, key, at, who, where, handle)]
    return [*seen(data, who, where, mark, known), *events]


def typing(data: Raw, known: Known) -> tuple[CommandCalled, str] | None:
    """The command that somebody is typing, as far as it stands there, and the option they are at; None for what is
    no typing. Its handle is ``ID:TOKEN``, with which proposals are shown. Raises :class:`Malformed`.
    """
    if data.get("type") != TYPING:
        return None
    who, body = _who(data), record(data, "data")
    where = where_of(data, who.id, known, data.get("channel"))
    identifier = ident(data)
    name, given = _command(body)
    focused = next((word(each, "name", _NAME) for each in given if each.get("focused") is True), "")
    if not focused:
        return None
    token = data.get("token")
    if type(token) is not str or not _is_token(token):
        raise Malformed("token is not a token")
    typed = CommandCalled(
        key=f"dc:i:{identifier}",
        at=created(identifier),
        who=who,
        where=where,
        handle=f"{identifier}:{token}",
        name=name,
        options=_options(given, sure=False),
    )
    return typed, focused


def handle_in(data: Raw) -> str:
    """The handle of an interaction that wants an answer; empty for what is none."""
    identifier, token, kind = data.get("id"), data.get("token"), data.get("type")
    if not is_id(identifier) or type(token) is not str or not _is_token(token):
        return ""
    if kind == COMMAND:
        sort = "c"
    elif kind == COMPONENT:
        sort = "b"
    elif kind == MODAL:
        sort = "m" if type(data.get("message")) is dict else "n"
    else:
        return ""
    return f"i:{sort}:{identifier}:{token}"


def _is_token(token: str) -> bool:
    """Whether a token can stand in an address as it is."""
    return _TOKEN.fullmatch(token) is not None


def _who(data: Raw) -> Who:
    return person_of(data, line(data, "locale", _LOCALE))


# -- commands


def _called(body: Raw, key: str, at: int, who: Who, where: Where, handle: str) -> CommandCalled:
    name, given = _command(body)
    options = _options(given, sure=True)
    return CommandCalled(key=key, at=at, who=who, where=where, handle=handle, name=name, options=options)


def _command(body: Raw) -> tuple[str, list[Raw]]:
    """A command's name and options; the names of groups and subcommands follow it after a blank."""
    name, given = word(body, "name", _NAME), listed(body, "options")[:_OPTIONS]
    if body.get("type", _CHAT_INPUT) != _CHAT_INPUT:
        return name, []  # called on somebody or on a message: it has no options
    for _ in _GROUPS:
        if len(given) != 1 or given[0].get("type") not in _GROUPS:
            break
        name = f"{name} {word(given[0], 'name', _NAME)}"
        given = listed(given[0], "options")[:_OPTIONS]
    return name, given


def _options(given: list[Raw], *, sure: bool) -> dict[str, str | int | float | bool]:
    """Values by name: a member is ``@ID``, a channel, role or file its id. What is being typed (not ``sure``) may be
    anything yet.
    """
    return {word(each, "name", _NAME): _value(each, sure=sure) for each in given}


def _value(option: Raw, *, sure: bool) -> str | int | float | bool:
    kind, value = whole(option, "type"), option.get("value")
    if type(value) is str:
        if kind in (_USER, _MENTIONABLE) and is_id(value):
            return f"@{value}"
        return sound(value[:MAX_TEXT])
    if type(value) is bool or is_whole(value):
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if value is None and not sure:
        return ""
    raise Malformed("an option's value is of no known kind")


# -- components


def _tapped(body: Raw, data: Raw, key: str, at: int, who: Who, where: Where, handle: str) -> list[Event]:
    """A button's token, or those of what was chosen in a select: each choice is a button's token by itself.

    A button of a form opens it (again), or gives it up.
    """
    events: list[Event] = []
    message = _message_of(data)
    for index, identifier in enumerate(_chosen(body)):
        common: dict[str, Any] = {"key": numbered(key, index), "at": at, "who": who, "where": where, "handle": handle}
        if identifier.startswith(marks.FORM):
            token = identifier.removeprefix(marks.FORM)
            events.append(FormSubmitted(**common, token=token, partial=True))
        elif identifier.startswith(marks.CANCEL):
            token = identifier.removeprefix(marks.CANCEL)
            events.append(FormSubmitted(**common, token=token, cancelled=True))
        else:
            events.append(ButtonTapped(**common, token=identifier.removeprefix(marks.BUTTON), message=message))
    return events


def _chosen(body: Raw) -> Iterator[str]:
    """What the button carries, or each choice of a select."""
    if "values" not in body:
        yield word(body, "custom_id", _NAME)
        return
    values = body["values"]
    if type(values) is not list or not all(type(each) is str for each in values):
        raise Malformed("values is not a list of texts")
    for each in values[:_OPTIONS]:
        yield sound(each[:_NAME])


def _message_of(data: Raw) -> str:
    """The native id of the message that carries the button; one that only a few see is known by its interaction."""
    message = data.get("message")
    if type(message) is not dict:
        return ""
    identifier, flags = ident(message), message.get("flags")
    if not is_whole(flags) or not flags & _EPHEMERAL:
        return identifier
    origin = message.get("interaction_metadata")
    made = origin.get("id") if type(origin) is dict else None
    return f"e:{made}:{identifier}" if is_id(made) else identifier


# -- modals


def _submitted(body: Raw, key: str, at: int, who: Who, where: Where, handle: str) -> FormSubmitted:
    """A modal that was sent in, which may have only some of the form's questions."""
    token = word(body, "custom_id", MAX_LINE).removeprefix(marks.FORM)
    answers = answers_of(body)
    return FormSubmitted(
        key=key, at=at, who=who, where=where, handle=handle, token=token, answers=answers, partial=True
    )
