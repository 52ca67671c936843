"""Applications to be let into a guild whose owner looks at each."""

from __future__ import annotations

from typing import Any, Final

from coterie.adapters.discord.reading.fields import MAX_TEXT, created, ident, moment
from coterie.adapters.discord.reading.known import Known
from coterie.adapters.discord.reading.people import nameless, who_of
from coterie.core.events import Event, JoinRequested
from coterie.core.outside import Malformed, Raw, is_whole, line, listed, sound

_SUBMITTED: Final = "SUBMITTED"
_TERMS: Final = "TERMS"
_QUESTIONS: Final = 20
_ANSWER: Final = 1_500


def asked_to_join(data: Raw, mark: str, known: Known) -> list[Event]:
    """Somebody sent in their application; one that is only begun, withdrawn or decided says nothing.

    The text has a line for each question with its answer; the rules, to which everybody agrees, are left out.
    """
    request = data["request"] if type(data.get("request")) is dict else data
    status = data.get("status", request.get("application_status"))
    if status != _SUBMITTED:
        return []
    guild = ident(request if data.get("guild_id") is None else data, "guild_id")
    user = request.get("user")
    who = nameless(ident(request, "user_id")) if user is None else who_of(user)
    identifier = _identifier(request)
    at = moment(request, "created_at") or (created(identifier) if identifier else 0)
    lines = [each for form in listed(request, "form_responses")[:_QUESTIONS] if (each := _line(form))]
    return [
        JoinRequested(
            key=f"dc:q:{identifier}" if identifier else f"dc:{mark}",
            at=at,
            who=who,
            where=known.guilds.home(guild),
            text="\n".join(lines)[:MAX_TEXT],
        )
    ]


def _identifier(request: Raw) -> str:
    try:
        return ident(request, "join_request_id" if request.get("id") is None else "id")
    except Malformed:
        return ""


def _line(form: Raw) -> str:
    """A question with its answer; empty for what nobody answered."""
    if form.get("field_type") == _TERMS:
        return ""
    answer, label = _answer(form.get("response"), form.get("choices")), line(form, "label")
    return f"{label}: {answer}" if label and answer else answer


def _answer(response: Any, choices: Any) -> str:
    """An answer in words; that to a question with choices is the number of one."""
    if type(response) is str:
        return sound(response[:_ANSWER]).strip()
    if is_whole(response) and type(choices) is list and 0 <= response < len(choices):
        return sound(choices[response][:_ANSWER]) if type(choices[response]) is str else ""
    return ""
