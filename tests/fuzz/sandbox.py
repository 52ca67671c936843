"""What the playground's page may send: acts, by HTTP or over the socket."""

from __future__ import annotations

import json
from typing import Any

from coterie.adapters.sandbox import SandboxAdapter, SandboxConfig
from coterie.adapters.sandbox.protocol import ActError, Hello, decode_act, decode_frame, encode, number_of
from coterie.core.actions import OpenForm, SendMessage
from coterie.core.cards import Question
from coterie.core.platform import Delivery
from tests.fuzz.checks import attempted, check_events, refused, waited
from tests.fuzz.target import json_of, target
from tests.sandbox_kit import GRAB, Desk, FakeStage

_ACTS = (
    *(
        "do",
        "post",
        "tap",
        "fill",
        "pay",
        "vote",
        "join",
        "leave",
        "ask",
        "standing",
        "locale",
        "react",
        "person",
        "room",
    ),
    *(
        "advance",
        "earlier",
        "hello",
        "block",
        "unblock",
        "persona",
        "room",
        "text",
        "message",
        "token",
        "answers",
        "ms",
    ),
    *(
        "alice",
        "bob",
        "Alice",
        "general",
        "#general",
        "dm:alice",
        "t-grab",
        "Grab",
        "age",
        "Why?",
        "operator",
        "platform",
    ),
    *("before", "name", "amount", "currency", "options", "texts", "emoji", "run", "since", "id", "cancel", "telegram"),
)


async def _town() -> tuple[SandboxAdapter, Desk]:
    """A town with a card and an open form in it."""
    adapter, desk = SandboxAdapter(SandboxConfig(people=("alice", "bob"), rooms=("general",))), Desk()
    adapter.attach(FakeStage())
    await adapter.platform.start(desk)
    room, alice = adapter.town.room("general").where, adapter.town.persona("alice")
    await adapter.platform.send(SendMessage(where=room, ref=1, card=GRAB), Delivery(key="k1"))
    question = Question(name="age", label="Why?", kind="text")
    form = OpenForm(where=room, ref=2, to=alice.who, token="form", title="Form", questions=(question,), handle="")
    await adapter.platform.open_form(form, Delivery(key="k2"))
    return adapter, desk


async def _acted(acts: list[Any]) -> None:
    adapter, desk = await _town()
    try:
        for act in acts[:20]:
            read, error = attempted(lambda: decode_act(json.dumps(act).encode()), ActError)  # noqa: B023
            try:
                if read is not None:
                    encode(await adapter.actor.begin(read))
            except ActError as refusal:
                error = refusal
            assert error is None or (400 <= error.status < 600 and error.code)
            for persona in adapter.town.people.values():
                encode(adapter.views.seen_by(persona, None, 0))
        check_events(desk.events)
    finally:
        await adapter.platform.stop()


@target("sandbox-act", "json", *_ACTS, examples=80)
def act(data: bytes) -> None:
    """A list of acts: each is done or refused with a status, and the pages can be shown after it."""
    found = json_of(data)
    waited(_acted(found if isinstance(found, list) else [found]))


@target("sandbox-frame", "bytes", '{"do":"post"', '"id":', "\\ud800", "1e999", "[[[[", "}", '"', "\xff", *_ACTS)
def read_frame(data: bytes) -> None:
    """What comes over the socket or by HTTP is an act or an :class:`ActError`."""
    text = data.decode("utf-8", "replace")
    refused(lambda: decode_act(data), ActError)
    frame = refused(lambda: decode_frame(text), ActError)
    assert frame is None or isinstance(frame, Hello) or frame.id == number_of(text)
    assert isinstance(number_of(text), int)
