"""A form as somebody fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from coterie.adapters.discord.fake.errors import Json, NotPossible
from coterie.adapters.discord.fake.options import Resolved

ROW, TEXT_INPUT, TEXT, LABEL = 1, 4, 10, 18
RADIO, CHECKBOXES, CHECKBOX = 21, 22, 23
ENTITY_SELECTS: Final = {5: "user", 6: "role", 7: "user", 8: "channel"}
LONGEST: Final = 4000


def filled(modal: Json, answers: Mapping[str, object], resolved: Resolved) -> list[Json]:
    """The components that go back, in the form's own shape.  Raises :class:`NotPossible` for what it refuses."""
    left = dict(answers)
    sent: list[Json] = []
    for number, part in enumerate(modal["components"], 1):
        if part["type"] == TEXT:
            continue
        if part["type"] == LABEL:
            inner = _answer(part["component"], left, resolved)
            sent.append({"type": LABEL, "id": part.get("id", number), "component": inner})
        else:
            sent.append({"type": ROW, "components": [_answer(one, left, resolved) for one in part["components"]]})
    if left:
        raise NotPossible(f"the form does not ask for {', '.join(left)}")
    return sent


def _answer(part: Json, answers: dict[str, object], resolved: Resolved) -> Json:
    name, kind = part["custom_id"], part["type"]
    raw: Json = {"type": kind, "custom_id": name, "id": part.get("id", 1)}
    given = answers.pop(name, None)
    if kind == TEXT_INPUT:
        return raw | {"value": _text(part, str(part.get("value") or "") if given is None else str(given))}
    if kind == CHECKBOX:
        return raw | {"value": bool(part.get("default") if given is None else given)}
    if kind == RADIO:
        return raw | {"value": _one(part, given)}
    return raw | {"values": _several(part, given, resolved)}


def _text(part: Json, text: str) -> str:
    if not text and not part.get("required", True):
        return text
    if (
        not part.get("min_length", 1 if part.get("required", True) else 0)
        <= len(text)
        <= part.get("max_length", LONGEST)
    ):
        raise NotPossible(f"{part['custom_id']} is too short or too long")
    return text


def _one(part: Json, given: object) -> str | None:
    default = next((option["value"] for option in part["options"] if option.get("default")), None)
    value = default if given is None else str(given)
    if value is None and part.get("required", True):
        raise NotPossible(f"{part['custom_id']} must be answered")
    if value is not None and value not in {option["value"] for option in part["options"]}:
        raise NotPossible(f"{part['custom_id']} has no such choice")
    return value


def _several(part: Json, given: object, resolved: Resolved) -> list[str]:
    if given is None:
        chosen: list[object] = [option["value"] for option in part.get("options", ()) if option.get("default")]
    else:
        chosen = list(given) if isinstance(given, list | tuple) else [given]
    least = part.get("min_values", 1) if part.get("required", True) else 0
    most = part.get("max_values", len(part["options"]) if part["type"] == CHECKBOXES else 1)
    if not least <= len(chosen) <= most:
        raise NotPossible(f"so many cannot be chosen in {part['custom_id']}")
    if part["type"] in ENTITY_SELECTS:
        return [resolved.take(ENTITY_SELECTS[part["type"]], value) for value in chosen]
    values = [str(value) for value in chosen]
    if not set(values) <= {option["value"] for option in part.get("options", ())}:
        raise NotPossible(f"{part['custom_id']} has no such choice")
    return values
