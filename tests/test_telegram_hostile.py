"""Hostile input on the wire: whatever people call themselves and write, and whatever comes in place of an update."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any, Final

import pytest

from coterie.adapters.telegram.fake import FakeMessage, server
from coterie.adapters.telegram.fake.errors import ApiError
from coterie.core.api import Plugin
from coterie.core.events import Who
from coterie.plugins.gate import Gate
from coterie.plugins.identity import Identity
from coterie.plugins.levels import Levels
from coterie.plugins.members import Members
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.wallet import Wallet
from tests.hostile import COMMANDS, STRINGS
from tests.parrot_plugin import Parrot
from tests.telegram_wire_kit import OPERATOR, Wire, hurry, wire

pytestmark = pytest.mark.asyncio

EVERYDAY: Final[Sequence[type[Plugin]]] = (Wallet, RedPacket, Members, Levels, Identity)
MENTION: Final = re.compile(r"(?<![A-Za-z0-9_])@[A-Za-z0-9_]")
"""What Telegram would make a mention of."""
MARKS: Final = frozenset({"bold", "italic", "strikethrough", "spoiler", "code", "blockquote", "text_mention"})
"""Entities that these plugins make; there is no link but the adapter's own, in the questions of forms."""
QUESTION: Final = "https://coterie.invalid/f/"
LONGEST: Final = 4096
"""Characters of a message."""
JUNK: Final[tuple[Any, ...]] = (None, True, -1, 1.5, 10**30, "", "x" * 5000, "\ud800", [], [[[]]], {}, {"id": {}})


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the server refuses: every request must pass its validation."""
    found: list[str] = []
    real = server._refusal

    def refuse(error: ApiError) -> Any:
        found.append(str(error.body()))
        return real(error)

    monkeypatch.setattr(server, "_refusal", refuse)
    return found


def check_output(town: Wire) -> int:
    """Nothing that the bot sent has markup, or notifies anybody who should not be; how much it sent."""
    for method, data in town.fake.calls:
        assert "parse_mode" not in data, method
        assert "explanation_parse_mode" not in data, method
        for name in ("text", "caption", "title", "description", "question"):
            assert not MENTION.search(str(data.get(name, ""))), (method, data[name])
    ours = [message for chat in town.fake.world.chats.values() for message in chat.messages if message.own]
    for message in ours:
        assert not MENTION.search(message.text), message.text
        assert "\ud800" not in message.text
        for entity in message.entities:
            assert entity["type"] in MARKS or entity["url"].startswith(QUESTION), entity
            assert entity["type"] != "text_mention" or entity["user"]["id"] in town.fake.world.users
    return len(ours)


@pytest.mark.parametrize("number", range(3))
async def test_hostile_names(number: int, refusals: list[str]) -> None:
    """A third of the list as names of accounts that use everything."""
    async with wire(EVERYDAY) as town:
        await town.still_answers("before")
        for index, name in enumerate(STRINGS[number::3]):
            key = f"person {index}"
            user = town.fake.user(key, first_name=name, last_name=name, username=name, language_code=name[:50])
            town.fake.private(key)
            await town.app.grant(Who("telegram", str(user["id"]), key), 10, "points", "test", key)
            for words in ("/whoami", "/balance", "/rank", "/packet 1 1"):
                town.fake.says(key, town.group, words)
            _look_up(town, user)
        await town.settled()
        town.fake.says(OPERATOR, town.group, "/leaderboard")
        await town.still_answers("after")
        await town.settled()
        assert check_output(town) > 4 * len(STRINGS[number::3])
        assert refusals == []
        assert await town.rows("SELECT count(*) FROM dead_letters") == [(0,)]


def _look_up(town: Wire, user: dict[str, Any]) -> None:
    """The operator looks somebody up, by a mention of the account."""
    entities = [
        {"type": "bot_command", "offset": 0, "length": 7},
        {"type": "text_mention", "offset": 8, "length": 4, "user": user},
    ]
    town.fake.says(OPERATOR, town.group, "/member them", entities=entities)


async def test_hostile_words(refusals: list[str]) -> None:
    """The whole list as texts, captions, edits and arguments, repeated in every place where a text can stand."""
    async with wire([Parrot]) as town:
        town.fake.private("mallory")
        for words in STRINGS:
            short = words[:LONGEST]
            town.fake.says("mallory", town.group, words)  # of any length; Telegram takes no more than 4,096
            town.fake.says("mallory", town.group, f"/echo {short}")
            town.fake.says("mallory", town.dm("mallory"), short, extra={"photo": [{"file_id": "x"}]})
            if words.strip():
                town.fake.edits("mallory", town.group, len(town.group.messages), short)
        await town.settled()
        await town.still_answers("after")
        assert check_output(town) > len(STRINGS)
        assert refusals == []


async def test_hostile_commands(refusals: list[str]) -> None:
    async with wire(EVERYDAY) as town:
        town.fake.private("mallory")
        await town.still_answers("before")
        for words in (*COMMANDS, *(f"/packet 1 1 {words}" for words in STRINGS), *(f"/pay {w} {w}" for w in STRINGS)):
            town.fake.says("mallory", town.group, words)
        for words in STRINGS:
            town.fake.says(OPERATOR, town.group, f"/member {words}")
            town.fake.says(OPERATOR, town.group, f"/note {OPERATOR} {words}")
        await town.settled()
        await town.still_answers("after")
        check_output(town)
        assert refusals == []


async def test_hostile_titles_and_descriptions(refusals: list[str]) -> None:
    """Titles of the group and of the topic, and what applicants write about themselves."""
    async with wire([Parrot, Gate]) as town:
        await town.still_answers("before")
        for index, words in enumerate(STRINGS):
            town.group.title = words
            town.fake.says("mallory", town.group, f"/echo {index}")
            town.fake.private(f"person {index}", started=False)
            town.fake.user(f"person {index}", first_name=words)
            town.fake.asks_to_join(f"person {index}", town.group, bio=words)
        await town.settled()
        await town.says(OPERATOR, "/applications")
        await town.still_answers("after")
        check_output(town)
        assert refusals == []
        assert await town.rows("SELECT count(*) FROM gate_applications") == [(len(STRINGS),)]


async def test_hostile_callback_data(refusals: list[str]) -> None:
    async with wire([Parrot]) as town:
        town.fake.private("mallory")  # where the answer to a tap goes that was not in time
        town.fake.says("mallory", town.group, "/echo words")
        message = await _with_button(town)
        for words in (*STRINGS, *COMMANDS, "f:c", "f:s", "f:x:1:1", "f:" + "9" * 60):
            town.fake.taps("mallory", message.message_id, town.group, words)
        await town.settled()
        await town.still_answers("after")
        check_output(town)
        assert [each for each in refusals if "query is too old" not in each] == []


async def _with_button(town: Wire) -> FakeMessage:
    """A message of the bot with a button."""

    def found() -> list[FakeMessage]:
        return [each for each in town.group.shown if each.own and each.buttons]

    await town.until(found)
    return found()[-1]


# -- what comes in place of an update


def _samples(town: Wire) -> list[dict[str, Any]]:
    """Real updates of many kinds."""
    fake = town.fake
    fake.private("mallory")
    message = fake.world.post(town.group, fake.world.me, own=True, text="x", reply_markup={
        "inline_keyboard": [[{"text": "x", "callback_data": "x"}]]
    })  # fmt: skip
    numbers = [
        fake.says("mallory", town.group, "/ping x"),
        fake.says("mallory", town.group, "x", reply_to=message.message_id),
        fake.says("mallory", town.dm("mallory"), "", extra={"successful_payment": {"currency": "XTR"}}),
        fake.taps("mallory", message.message_id, town.group, "x"),
        fake.asks_to_join("erin", town.group, bio="x", query=True),
        fake.joins("mike", town.group),
        fake.stands("mike", town.group, "administrator"),
        fake.leaves("mike", town.group),
        fake.reacts("mallory", town.group, message.message_id, "👍"),
        fake.edits("mallory", town.group, message.message_id + 1, "y"),
        fake.blocks("mallory"),
    ]
    fake.unblocks("mallory")
    found = [copy.deepcopy(each.body) for each in fake.updates.waiting() if each.id in numbers]
    assert len(found) >= 10
    return found


def _spoiled(value: Any, junk: Any) -> list[Any]:
    """A value with one of its fields after the other in a wrong type, however deep it stands."""
    if not isinstance(value, dict):
        return [junk]
    found: list[Any] = []
    for name, each in value.items():
        found += [{**value, name: other} for other in (_spoiled(each, junk) if isinstance(each, dict) else [junk])]
    return [*found, junk]


async def test_wrong_types_in_every_field() -> None:
    async with wire(EVERYDAY) as town:
        sent = 0
        for sample in _samples(town):
            (kind,) = sample.keys() - {"update_id"}
            for junk in JUNK:
                for body in _spoiled(sample[kind], junk):
                    town.fake.sends({kind: body})
                    sent += 1
        assert sent > 1000
        await town.settled()
        await town.still_answers("after")
        check_output(town)


async def test_unknown_kinds_and_fields() -> None:
    async with wire(EVERYDAY) as town:
        for junk in JUNK:
            town.fake.sends({"new_in_2031": junk})
            town.fake.sends({"message": junk, "edited_message": junk, "callback_query": junk})
            town.fake.sends({})
        extra = {"from_2031": {"deep": [[{}]]}, "entities": [{"type": "of_2031", "offset": 0, "length": 1}]}
        town.fake.says("mallory", town.group, "/ping known", extra=extra)
        await town.sees(town.group, "pong known")
        await town.settled()
        await town.still_answers("after")


ANSWERS: Final[dict[str, tuple[int, bytes]]] = {
    "nothing": (200, b""),
    "no JSON": (200, b"{"),
    "a page": (502, b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
    "a page that is fine": (200, b"<html>hello</html>"),
    "no object": (200, b"[]"),
    "no result": (200, b'{"ok":true}'),
    "a result of another kind": (200, b'{"ok":true,"result":{"a":1}}'),
    "things that are no updates": (200, b'{"ok":true,"result":[1,null,"x",[],{}]}'),
    "nesting": (200, b'{"ok":true,"result":' + b"[" * 100_000),
    "closed nesting": (200, b'{"ok":true,"result":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}"),
    "ten million bytes": (200, b'{"ok":true,"result":["' + b"x" * 10_000_000 + b'"]}'),
    "no text": (200, b"\xff\xfe\x00" * 100),
    "a number without end": (200, b'{"ok":true,"result":[{"update_id":' + b"9" * 5000 + b"}]}"),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
async def test_answers_that_are_none(answer: tuple[int, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the server answers to the question for updates, it is asked again."""
    hurry(monkeypatch)
    monkeypatch.setattr("coterie.adapters.telegram.refusals.BROKEN_WAIT", 0.01)
    status, body = answer
    async with wire() as town:
        await town.still_answers("before")
        town.fake.faults.junk(body, 2, status=status)
        await town.until(lambda: not town.fake.faults.waiting)
        await town.still_answers("after")


async def test_one_update_that_is_nested_without_end_costs_no_other() -> None:
    async with wire() as town:
        number = town.fake.updates.next_id
        deep = b"[" * 100_000 + b"]" * 100_000
        before = b'{"ok":true,"result":[{"update_id":%d,"message":' % number
        town.fake.faults.junk(before + deep + b"}]}", 1)
        town.fake.updates.next_id += 1
        await town.still_answers("after")


BODIES: Final[dict[str, tuple[int, bytes]]] = {
    "nothing": (400, b""),
    "no JSON": (400, b"{"),
    "no object": (400, b"[1]"),
    "no text": (400, b"\xff\xfe\x00" * 100),
    "nesting": (400, b"[" * 100_000),
    "a nested update": (400, b'{"update_id":1,"message":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "nested objects": (400, b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "ten million bytes": (413, b'{"update_id":1,"x":"' + b"x" * 10_000_000 + b'"}'),
    "an empty object": (200, b"{}"),
    "fields of other types": (200, b'{"update_id":"x","message":[{}]}'),
    "numbers without end": (200, b'{"update_id":' + b"9" * 4000 + b',"message":{"message_id":1e400}}'),
    "half a character": (200, b'{"update_id":1,"message":{"text":"\\ud800"}}'),
    "a field twice": (200, b'{"update_id":1,"update_id":2,"message":1,"message":2}'),
}


async def test_bodies_that_are_none() -> None:
    """To the webhook: what will never be an update is not asked for again by a 5xx."""
    async with wire(EVERYDAY, pages=True) as town:
        for name, (status, body) in BODIES.items():
            assert await town.fake.pushes(body) == status, name
        await town.still_answers("after")
