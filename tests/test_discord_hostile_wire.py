"""Hostile input on the wire: whatever comes in place of a payload, a frame or an answer, the connection goes on."""

from __future__ import annotations

import json
import struct
from typing import Any, Final

import pytest

from coterie.adapters.discord import rounds
from coterie.adapters.discord.fake import FakeMessage
from coterie.adapters.discord.refusals import Translator
from coterie.core.engine import sender_fate
from coterie.core.platform import RetryLater
from tests.discord_wire_kit import BOLD, Wire, check_output, text_input, wire
from tests.parrot_plugin import Parrot

pytestmark = pytest.mark.asyncio

JUNK: Final[tuple[Any, ...]] = (None, True, -1, 1.5, 10**30, "", "x" * 5000, "\ud800", [], [[[]]], {}, {"id": {}})


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compared is compared at once."""
    monkeypatch.setattr(rounds, "BETWEEN", 0.0)


async def _samples(town: Wire) -> list[tuple[str, Any]]:
    """Real payloads of many kinds, by their kind; what Discord says of the session itself is not among them."""
    fake, guild, channel = town.fake, town.guild, town.channel
    fake.says("mallory", channel, "/echo words")
    await town.until(lambda: any(each.buttons for each in town.ours))
    message = next(each for each in town.ours if each.buttons)
    said = fake.says("mallory", channel, "hello", reply_to=message)
    fake.edits("mallory", said, "hello you")
    fake.reacts("mallory", message, "👍")
    fake.unreacts("mallory", message, "👍")
    fake.taps("mallory", message, message.buttons[0]["custom_id"])
    fake.calls_command("mallory", channel, "echo", {"words": "words"})
    fake.types("mallory", channel, "echo", {"words": "w"}, focused="words")
    data = {"custom_id": "f:x", "components": [text_input("x")]}
    fake._happens(5, fake.person("mallory"), channel, data, message)
    fake.joins("mike", guild)
    fake.gives_role("mike", guild, fake.add_role(guild, "crew"))
    fake.mutes("mike", guild, 60)
    fake.bans("mike", guild)
    fake.asks_to_join("erin", guild, {"Why?": "Curious"})
    fake.add_thread("mallory", channel, "a thread")
    fake.changes_channel(channel, name="other")
    fake.changes_guild(guild, name="Haven")
    event = fake.plans("mallory", guild, "Karaoke", 4e9, 4e9 + 60)
    fake.shows_interest("mallory", event)
    sku = fake.add_sku("gold")
    fake.refunds(fake.buys("mallory", sku))
    await town.settled()
    (session,) = fake.sessions.live
    found: dict[tuple[str, object], Any] = {}
    for _, _, frame in session.buffer:
        told = json.loads(frame)
        found.setdefault((told["t"], told["d"].get("type")), told["d"])
    assert len(found) >= 25
    return [(kind, data) for (kind, _), data in found.items() if kind not in ("READY", "RESUMED")]


def _spoiled(value: Any, junk: Any, depth: int = 0) -> list[Any]:
    """A value with one of its fields after the other in a wrong type, as far as three objects deep."""
    if not isinstance(value, dict) or depth == 3:
        return [junk]
    found: list[Any] = []
    for name, each in value.items():
        deeper = _spoiled(each, junk, depth + 1) if isinstance(each, dict) else [junk]
        found += [{**value, name: other} for other in deeper]
    return [*found, junk]


async def test_wrong_types_in_every_field() -> None:
    async with wire([Parrot]) as town:
        samples = await _samples(town)
        for turn, junk in enumerate(JUNK):
            sent = 0
            for kind, data in samples:
                for spoiled in _spoiled(data, junk):
                    town.fake.sends(kind, spoiled)
                    sent += 1
            assert sent > 300
            await town.still_answers(f"after {turn}")
        await town.settled()
        assert len(town.fake.sessions.known) == 1, "the connection was lost"
        check_output(town, BOLD)


async def test_unknown_kinds_and_fields() -> None:
    async with wire([Parrot]) as town:
        for junk in JUNK:
            town.fake.sends("NEW_IN_2031", junk)
            town.fake.sends("MESSAGE_CREATE", {"new_in_2031": junk})
            town.fake.sends("", junk)
            town.fake.sends("_without_people", junk)
        extra = {"from_2031": {"deep": [[{}]]}, "embeds": [{"type": "of_2031"}], "flags": 1 << 40}
        town.fake.says("mallory", town.channel, "/ping known", extra=extra)
        await town.sees("pong known")
        await town.settled()
        assert len(town.fake.sessions.known) == 1, "the connection was lost"


async def test_a_session_that_is_told_nonsense_about_itself_is_replaced() -> None:
    async with wire() as town:
        for kind in ("READY", "RESUMED"):
            for junk in (*JUNK, {"session_id": 5}, {"session_id": "x", "resume_gateway_url": "x" * 5000}):
                town.fake.sends(kind, junk)
        await town.still_answers("after")
        identified = _count(town, "identified")
        town.fake.drops()
        await town.until(lambda: identified)
        await town.still_answers("after a new connection")


DEEP: Final = 100_000
TEXTS: Final[dict[str, str]] = {
    "nothing": "",
    "no JSON": "{",
    "no object": "[]",
    "a number": "5",
    "null": "null",
    "no kind": '{"op":0}',
    "a kind that is a list": '{"op":0,"t":[],"s":1,"d":{}}',
    "a kind that is an object": '{"op":0,"t":{"a":1},"s":1,"d":{}}',
    "an operation that is a text": '{"op":"0","t":"MESSAGE_CREATE","s":1,"d":{}}',
    "an operation nobody knows": '{"op":99,"t":null,"s":null,"d":null}',
    "a hello without a rhythm": '{"op":10,"d":null}',
    "a number that is a text": '{"op":0,"t":"MESSAGE_CREATE","s":"x","d":{}}',
    "a number below zero": '{"op":0,"t":"MESSAGE_CREATE","s":-5,"d":{}}',
    "a number with a fraction": '{"op":0,"t":"MESSAGE_CREATE","s":1.5,"d":{}}',
    "a number without end": '{"op":0,"t":"MESSAGE_CREATE","s":' + "9" * 5000 + ',"d":{}}',
    "a field twice": '{"op":0,"op":0,"t":"MESSAGE_CREATE","t":1,"s":1,"d":{}}',
    "half a character": '{"op":0,"t":"MESSAGE_CREATE","s":1,"d":{"content":"\\ud800"}}',
    "open nesting": '{"op":0,"t":"MESSAGE_CREATE","s":1,"d":' + "[" * DEEP,
    "closed nesting": '{"op":0,"t":"MESSAGE_CREATE","s":1,"d":' + "[" * DEEP + "]" * DEEP + "}",
    "nested objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "nesting that can be read": '{"op":0,"t":"MESSAGE_CREATE","s":1,"d":' + "[" * 900 + "]" * 900 + "}",
    "ten million bytes": '{"op":0,"t":"MESSAGE_CREATE","s":1,"d":{"id":"' + "x" * 10_000_000 + '"}}',
    "ten million bytes of an unknown kind": '{"op":0,"t":"' + "x" * 10_000_000 + '","s":1,"d":{}}',
}
BYTES: Final[dict[str, bytes]] = {
    "no text": b"\xff\xfe\x00" * 100,
    "nothing": b"",
    "garbage that ends as it should": b"garbage\x00\x00\xff\xff",
    "no compression": b'{"op":0,"t":"MESSAGE_CREATE","s":1,"d":{}}',
    "an end without a beginning": b"\x00\x00\xff\xff",
    "ten million bytes": b"\x01" * 10_000_000 + b"\x00\x00\xff\xff",
}


@pytest.mark.parametrize("compresses", [True, False], ids=["compressed", "plain"])
async def test_texts_that_are_no_payload(compresses: bool) -> None:
    """The connection goes on as if they had not been there."""
    async with wire(compresses=compresses) as town:
        connections = _count(town, "connected")
        for name, frame in TEXTS.items():
            town.fake.faults.malformed(frame)
            await town.still_answers(name)
        assert connections == [], "the connection was lost"


@pytest.mark.parametrize("compresses", [True, False], ids=["compressed", "plain"])
async def test_bytes_that_are_no_payload(compresses: bool) -> None:
    """Behind what cannot be unpacked nothing can be read: a new connection goes on where this one stopped."""
    async with wire(compresses=compresses) as town:
        for name, frame in BYTES.items():
            town.fake.faults.malformed(frame)
            await town.still_answers(name)
        assert len(town.fake.sessions.known) == 1, "the session was lost"


RAW: Final[dict[str, bytes]] = {
    "a text that is none": b"\x81\x04\xff\xfe\xfd\xfc",
    "a frame of an unknown sort": b"\x8b\x00",
    "reserved bits": b"\xf1\x01x",
    "a piece without a beginning": b"\x80\x01x",
    "a ping of too many bytes": b"\x89\x7e" + struct.pack("!H", 200) + b"x" * 200,
    "no frame at all": b"GET / HTTP/1.1\r\n\r\n",
}


async def test_frames_that_break_the_rules() -> None:
    async with wire() as town:
        for name, raw in RAW.items():
            (connection,) = town.fake._gateway.connections
            assert connection._transport is not None
            connection._transport.write(raw)
            await town.still_answers(name)
            await town.until(lambda: len(town.fake._gateway.connections) == 1)
        assert len(town.fake.sessions.known) == 1, "the session was lost"


def _count(town: Wire, kind: str) -> list[Any]:
    found: list[Any] = []
    town.fake.listeners.append(lambda heard, thing: found.append(thing) if heard == kind else None)
    return found


ANSWERS: Final[dict[str, tuple[int, bytes]]] = {
    "nothing": (200, b""),
    "no JSON": (200, b"{"),
    "a page": (502, b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
    "a page that is fine": (200, b"<html>hello</html>"),
    "no object": (200, b"[]"),
    "another object": (200, b'{"a":1}'),
    "an id that is none": (200, b'{"id":{}}'),
    "a refusal without words": (400, b"{}"),
    "a refusal that is a list": (403, b"[1]"),
    "a refusal with odd words": (400, b'{"code":"x","message":[],"errors":[[[]]]}'),
    "a refusal with a number without end": (400, b'{"code":' + b"9" * 5000 + b"}"),
    "too fast, without a time": (429, b"{}"),
    "too fast, with an odd time": (429, b'{"retry_after":"x","global":[]}'),
    "too fast, for less than nothing": (429, b'{"retry_after":-5,"global":true}'),
    "nesting": (200, b"[" * DEEP),
    "closed nesting": (200, b'{"id":' + b"[" * DEEP + b"]" * DEEP + b"}"),
    "ten million bytes": (200, b'{"id":"' + b"x" * 10_000_000 + b'"}'),
    "no text": (200, b"\xff\xfe\x00" * 100),
}


async def test_answers_that_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever Discord answers to a message or to an interaction, what comes afterwards is answered."""
    monkeypatch.setattr(sender_fate, "DOUBT_WAIT", 10)
    monkeypatch.setattr("coterie.adapters.discord.refusals.BROKEN_WAIT", 0.01)
    async with wire([Parrot]) as town:
        for name, (status, body) in ANSWERS.items():
            town.fake.faults.junk(body, 1, status=status, path="/channels/{channel_id}/messages")
            town.fake.faults.junk(
                body, 1, status=status, path="/interactions/{interaction_id}/{interaction_token}/callback"
            )
            town.fake.says("mallory", town.channel, "/ping lost")
            town.fake.taps("mallory", await _card(town), "c:unknown")
            await town.until(lambda: not town.fake.faults.waiting)
            await town.still_answers(name)


async def test_no_answer_makes_anybody_wait_for_ever() -> None:
    translator = Translator(lambda: "", lambda: 0.0)
    for headers, data in (({}, {"retry_after": 1e308, "global": True}), ({"Retry-After": "inf"}, "turned away")):
        error = translator.translate(429, headers, data, repeatable=True)
        assert isinstance(error, RetryLater)
        assert error.seconds <= 86_400


async def _card(town: Wire) -> FakeMessage:
    """A message with a button, put up by somebody else."""
    rows = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "c:x"}]}]
    return town.fake.world.post(town.channel, town.fake.world.bot, components=rows)


async def test_ten_million_bytes_in_one_message() -> None:
    """A server of somebody's own need not care about Discord's limits."""
    async with wire([Parrot]) as town:
        town.fake.says("mallory", town.channel, "x" * 10_000_000)
        town.fake.says("mallory", town.channel, "/echo " + "x" * 10_000_000)
        town.fake.calls_command("mallory", town.channel, "x" * 1_000_000, {"x": "x" * 1_000_000})
        await town.still_answers("after")
        await town.settled()
        check_output(town, BOLD)
