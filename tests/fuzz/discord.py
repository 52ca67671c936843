"""What comes from Discord: payloads, whole frames, custom ids, native ids, handles; and texts on their way there."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any, Final
from unittest.mock import patch

import discord
import msgspec
import yarl
from discord.gateway import KeepAliveHandler, ReconnectWebSocket

from coterie.adapters.discord import natives
from coterie.adapters.discord.characters import sendable
from coterie.adapters.discord.client import Bot, build_bot
from coterie.adapters.discord.fake.markdown import read, words
from coterie.adapters.discord.handles import Handles
from coterie.adapters.discord.intake import Intake
from coterie.adapters.discord.reading import Reader
from coterie.adapters.discord.sequence import read_place
from coterie.adapters.discord.splitting import split
from coterie.adapters.discord.text import literal, render
from coterie.adapters.discord.wire import Socket
from coterie.core.cutting import is_blank, units
from coterie.core.events import Event, MemberJoined, decode_event
from coterie.core.platform import Refused
from coterie.core.text import Span, Text
from tests.discord_connection_kit import StubInbox, config
from tests.discord_reading_kit import ADMINS, ALICE, APPLICATION, BOT, GUILD, MARK, guilds, interaction, member
from tests.fuzz.checks import check_events, refused, waited
from tests.fuzz.target import object_of, target, text_of

_FIELDS = (
    *("t", "d", "id", "guild_id", "channel_id", "user", "member", "roles", "content", "type", "data", "custom_id"),
    *("values", "options", "components", "component", "name", "value", "token", "flags", "emoji", "permissions"),
    *("MESSAGE_CREATE", "INTERACTION_CREATE", "GUILD_CREATE", "GUILD_MEMBER_UPDATE", "ENTITLEMENT_CREATE", "ends_at"),
    *("GUILD_SCHEDULED_EVENT_CREATE", "GUILD_AUDIT_LOG_ENTRY_CREATE", "channels", "threads", "c:T", "f:T", "x:T", "!x"),
    *("900", "100", "110", "555", "500", "9" * 20, "0", "mentions", "message_reference", "changes", "unavailable"),
)


def _experienced() -> Reader:
    """A reader that knows a guild, an operator of it, and somebody who has yet to agree to its rules."""
    by = Reader(BOT, APPLICATION, guilds(features=["MEMBER_VERIFICATION_GATE_ENABLED"]), "!")
    by.set_operator(GUILD, "500", [ADMINS])
    by.read("GUILD_MEMBER_ADD", {**member(), "guild_id": GUILD, "user": ALICE, "pending": True}, "s:1")
    return by


@target("discord-payload", "json", *_FIELDS, examples=120)
def read_payload(data: bytes) -> None:
    """The reader gives events that can be stored, or nothing; it never raises."""
    told = object_of(data)
    kind, raw = str(told.get("t")), told.get("d")
    by = _experienced()
    by._known.guilds.learn(kind, raw)
    for _ in range(2):  # once more, now that it is known
        check_events(by.read(kind, raw, MARK))
    assert by.handle_of(kind, raw).isascii()
    typed = by.typing(raw)
    assert typed is None or decode_event(msgspec.json.encode(typed[0])) == typed[0]


# -- frames


class _Nobody:
    """Whoever else is told of payloads, or asked about them."""

    def learn(self, kind: str, data: Any) -> None: ...

    def session_began(self) -> None: ...

    def guild_came(self, guild: str) -> None: ...

    def following(self, event: Event) -> list[Event]:
        return []

    def attributed(self, event: MemberJoined) -> None:
        return None

    def opened(self, handle: str) -> None: ...

    def committed(self, handle: str) -> None: ...

    async def proposals(self, handle: str, choices: Any) -> bool:
        return True

    async def finish(self, patience: float) -> None: ...


class _Quiet(KeepAliveHandler):
    """A heart that does not beat."""

    def start(self) -> None: ...


class _Deaf:
    """The other end of a connection."""

    close_code = None
    closed = False

    async def send_str(self, text: str) -> None: ...

    async def close(self, *, code: int = 4000) -> None: ...


@cache
def _bot() -> Bot:
    found = build_bot(config())
    assert isinstance(found, Bot)
    return found


async def _received(frame: str | bytes) -> None:
    bot, inbox = _bot(), StubInbox()
    bot._connection.clear()
    bot._connection.user = discord.ClientUser(state=bot._connection, data={**ALICE, "id": "900"})  # type: ignore[typeddict-item]
    bot.attach(Intake(_experienced(), _Nobody(), _Nobody(), inbox))
    socket = Socket(_Deaf(), loop=asyncio.get_running_loop())  # type: ignore[arg-type]
    socket._connection = bot._connection
    socket._discord_parsers = bot._connection.parsers
    socket._dispatch = bot.dispatch
    socket.gateway = yarl.URL("wss://gateway.example")
    socket.shard_id = None
    socket.session_id = "session"
    socket._max_heartbeat_timeout = 60.0
    socket.sequence = 6
    try:
        with patch("discord.gateway.KeepAliveHandler", _Quiet):
            await socket.received_message(frame)
    except ReconnectWebSocket:
        return  # Discord said so
    for future in [future for _, future in inbox.submitted]:
        await future
    await asyncio.sleep(0)
    check_events(inbox.events)
    assert socket.tracker.waiting == 0, "all is committed, and the place in the stream stands still"


_DISCORD_FRAME: Final = (
    *_FIELDS,
    *("op", "s", "heartbeat_interval", "session_id", "READY", "RESUMED"),
)


@target("discord-frame", "json", *_DISCORD_FRAME, examples=120)
def receive(data: bytes) -> None:
    """Whatever a frame says, the library's connection goes on, or Discord asked for another one."""
    waited(_received(data.decode("utf-8", "replace")))


# -- what stands in ids


_DISCORD_ID: Final = ("e:5:1,2:7", "u:7:1,2", "9:1,2", "@original", "i:c:5:", "i:b:", ":", ",", "/x", "٣", "9" * 21)


@target("discord-id", "text", *_DISCORD_ID)
def read_ids(data: bytes) -> None:
    """Native ids, handles and places are read, or refused; what is read is written as it was."""
    text = text_of(data)
    native = refused(lambda: natives.read(text), Refused)
    if native is not None:
        assert natives.read(str(native)) == native
        assert text.startswith(str(native))
    handles = Handles(lambda: 0.0, lambda: 1_790_000_000.0)
    for found in (handles.passing(text), handles.find(text), handles.known(text), handles.open(text)):
        assert found is None or (found.id.isdigit() and found.id.isascii() and found.token in text)
    place = read_place(text)
    assert place is None or read_place(place.text()) == place


@target("discord-custom-id", "text", "c:", "f:", "x:", "c:T", "f:T", "\u200b", "AbC-1_", "9" * 100)
def tap(data: bytes) -> None:
    """Whatever a button, a choice or a modal carries."""
    text = text_of(data)
    inputs = [{"type": 18, "component": {"type": 4, "custom_id": text, "value": text}}]
    for kind, body in (
        (3, {"custom_id": text, "component_type": 2}),
        (3, {"custom_id": "m", "component_type": 3, "values": [text, "c:T"]}),
        (5, {"custom_id": text, "components": inputs}),
    ):
        check_events(_experienced().read("INTERACTION_CREATE", interaction(kind, body), MARK))


# -- what is sent


_READABLE: Final = 500
"""Characters of a text; the fake's reader of markup takes the square of their number."""
_MARKUP: Final = (
    *("**", "__", "~~", "||", "`", "```", "> ", ">>> ", "# ", "-# ", "- ", "1. ", "\\", "\n", "_", "]", "](", "<", ":"),
    *("<@1>", "<t:1:R>", ":a:", "@everyone", "https://a.example/b_c~d", "[x](https://e.example)", "discord.gg/abc"),
)


@target("discord-markdown", "text", *_MARKUP, examples=80)
def escape(data: bytes) -> None:
    """What a member typed shows as it was typed, without any look, to every reader of markup."""
    text = text_of(data)[:_READABLE]
    written = literal(text)
    assert words(written) == sendable(text)
    for strict in (True, False):
        for _, look in read(written, strict=strict):
            assert all(each.startswith("page ") for each in look), look


def _mention(member: int) -> str:
    return "42" if member == 7 else ""


def _text(raw: dict[str, Any]) -> Text:
    """A rich text of what stands under ``spans``: ``[text, style, member]`` each."""
    listed = raw.get("spans")
    spans = []
    for each in listed[:8] if isinstance(listed, list) else ():
        if isinstance(each, list) and len(each) == 3 and isinstance(each[0], str):
            text, style, who = each
            look = style & 63 if type(style) is int else 0
            spans.append(Span(text[:_READABLE], look, "", 7 if who == 7 else 0))
    return Text(tuple(spans))


_DISCORD_SPLIT: Final = (
    *("spans", "\n\n", " ", "。", "👩‍👩‍👧‍👦", "e\u0301", "**", "`", "||", "字字字", "x" * 70, "_"),
)


@target("discord-split", "json", *_DISCORD_SPLIT)
def cut(data: bytes) -> None:
    """Pieces hold to the limit, and all of them show the words of the spans, no more and no less."""
    raw = object_of(data)
    limit = raw.get("limit")
    limit = limit if type(limit) is int and 64 <= limit <= 2000 else 64
    rich = _text(raw)
    wanted = "".join(("<@42>" if span.member else sendable(span.text)) if span.text else "" for span in rich.spans)
    whole = [render(rich, _mention)]
    pieces = split(rich.spans, limit, _mention)
    assert all(0 < units(piece) <= limit and not is_blank(piece) for piece in pieces)
    for found in (whole, pieces):
        shown = "".join(words(piece) for piece in found)
        assert _visible(shown) == _visible(wanted)


def _visible(text: str) -> str:
    return "".join(char for char in text if not (char.isspace() or is_blank(char)))
