"""What the tests of the fake Discord's REST side share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from coterie.adapters.discord.fake import FakeChannel, FakeDiscord, FakeGuild, FakeMessage, FakeRole, RestError
from coterie.adapters.discord.fake.validation import Field

Json = dict[str, Any]


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def address(channel: FakeChannel, rest_of_it: str = "") -> str:
    """The path of a channel's messages."""
    return f"/channels/{channel.id}/messages{rest_of_it}"


def posted(channel: FakeChannel, message_id: object) -> FakeMessage:
    """A message that was posted, whether it is still there or not."""
    return next(one for one in channel.messages if one.id == str(message_id))


def own_role(fake: FakeDiscord, guild: FakeGuild) -> FakeRole:
    """The bot's own role."""
    return guild.roles[guild.members[fake.bot_id].roles[0]]


def refused(check: Callable[[Field], object], body: Any) -> Json:
    """The tree of mistakes; empty for a body that is taken."""
    field = Field(body)
    check(field)
    if not field.errors:
        field.finish()
        return {}
    with pytest.raises(RestError, match="Invalid Form Body") as caught:
        field.finish()
    error = caught.value
    assert (error.status, error.code, error.errors) == (400, 50035, field.errors)
    return field.errors


def places(errors: Json, path: str = "") -> dict[str, str]:
    """Where the mistakes are, with their first codes: ``{"embeds.0.title": "BASE_TYPE_MAX_LENGTH"}``."""
    found = {}
    for name, inside in errors.items():
        if name == "_errors":
            found[path] = inside[0]["code"]
        else:
            found |= places(inside, f"{path}.{name}" if path else name)
    return found


def button(**fields: Any) -> Json:
    """A button."""
    return {"type": 2, "style": 1, "label": "x", "custom_id": "c:x"} | fields


def row(*inside: Json) -> Json:
    """A row."""
    return {"type": 1, "components": list(inside)}


def select(**fields: Any) -> Json:
    """A menu."""
    return {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]} | fields


TEXT: Json = {"type": 4, "custom_id": "name", "style": 1}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(
            st.sampled_from((
                "type", "components", "component", "custom_id", "label", "options", "value", "style", "embeds",
                "fields", "poll", "answers", "name", "description", "accessory", "choices", "emoji",
                "allowed_mentions", "parse", "attachments", "id", "min_values", "name_localizations", "url",
                "media", "items",
            )),
            inside,
            max_size=6,
        )
    ),
    max_leaves=30,
)  # fmt: skip
