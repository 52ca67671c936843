"""What the page says and hears: every act as a struct, so that hostile JSON is refused before anything happens."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

Key = Annotated[str, Meta(min_length=1, max_length=120)]
Ident = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=8000)]
Answer = Annotated[str, Meta(max_length=8000)]
Short = Annotated[str, Meta(max_length=300)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Emoji = Annotated[str, Meta(min_length=1, max_length=32)]
Token = Annotated[str, Meta(min_length=1, max_length=400)]

YEAR: Final = 366 * 86_400_000
"""The furthest that one act moves the clock (milliseconds)."""


class Act(msgspec.Struct, frozen=True, tag_field="do", kw_only=True, forbid_unknown_fields=True):
    """Something done in the browser; ``id`` comes back with the answer."""

    id: int = 0


class Hello(Act, frozen=True, tag="hello", kw_only=True):
    """Ask for everything, or for what changed after ``since`` in the run of the server that the page knows."""

    run: str = ""
    since: int = 0


class Post(Act, frozen=True, tag="post", kw_only=True):
    """Write in a room."""

    persona: Key
    room: Ident
    text: Text
    reply_to: Annotated[str, Meta(max_length=200)] = ""


class Tap(Act, frozen=True, tag="tap", kw_only=True):
    """Press a button: by ``message`` and ``token``, or (for scripts) by a part of its label in a ``room``."""

    persona: Key
    message: Annotated[str, Meta(max_length=200)] = ""
    token: Annotated[str, Meta(max_length=400)] = ""
    button: Annotated[str, Meta(max_length=200)] = ""
    room: Annotated[str, Meta(max_length=200)] = ""


class Fill(Act, frozen=True, tag="fill", kw_only=True):
    """Answer an open form, or put it away; without a ``message`` the newest one."""

    persona: Key
    message: Annotated[str, Meta(max_length=200)] = ""
    answers: Annotated[dict[Ident, Answer], Meta(max_length=50)] = {}
    cancel: bool = False


class Pay(Act, frozen=True, tag="pay", kw_only=True):
    """Pay an invoice: the ``message``, or the newest one over ``amount`` (minor units) of ``currency``."""

    persona: Key
    message: Annotated[str, Meta(max_length=200)] = ""
    amount: int = 0
    currency: Annotated[str, Meta(max_length=20)] = ""


class Vote(Act, frozen=True, tag="vote", kw_only=True):
    """Choose options of a poll: by ``message`` and their numbers from 0, or (for scripts) by parts of their texts.

    Neither takes the vote back.
    """

    persona: Key
    message: Annotated[str, Meta(max_length=200)] = ""
    options: Annotated[tuple[Annotated[int, Meta(ge=0, le=100)], ...], Meta(max_length=100)] = ()
    texts: Annotated[tuple[Name, ...], Meta(max_length=100)] = ()


class Block(Act, frozen=True, tag="block", kw_only=True):
    """Block the bot: it can no longer write in the direct chat."""

    persona: Key


class Unblock(Act, frozen=True, tag="unblock", kw_only=True):
    """Let the bot write in the direct chat again."""

    persona: Key


class Join(Act, frozen=True, tag="join", kw_only=True):
    """Come into the community."""

    persona: Key


class Leave(Act, frozen=True, tag="leave", kw_only=True):
    """Go away."""

    persona: Key


class Ask(Act, frozen=True, tag="ask", kw_only=True):
    """Ask to be let in."""

    persona: Key
    text: Short = ""


class SetStanding(Act, frozen=True, tag="standing", kw_only=True):
    """Make somebody an operator, or a member again."""

    persona: Key
    standing: Literal["member", "operator"]


class SetLocale(Act, frozen=True, tag="locale", kw_only=True):
    """Choose the language of a person's account; empty for none."""

    persona: Key
    locale: Literal["", "en", "zh-Hans", "zh-Hant"]


class React(Act, frozen=True, tag="react", kw_only=True):
    """React to a message."""

    persona: Key
    message: Ident
    emoji: Emoji


class AddPerson(Act, frozen=True, tag="person", kw_only=True):
    """A new person, present in the community."""

    name: Name
    platform: Literal["sandbox", "telegram", "discord"] = "sandbox"


class AddRoom(Act, frozen=True, tag="room", kw_only=True):
    """A new room."""

    name: Name


class Advance(Act, frozen=True, tag="advance", kw_only=True):
    """Move the community's clock forward by milliseconds."""

    ms: Annotated[int, Meta(ge=1, le=YEAR)]


class Earlier(Act, frozen=True, tag="earlier", kw_only=True):
    """Messages of a room that stand before one that the page has."""

    room: Ident
    before: Ident


AnyAct = (
    Post
    | Tap
    | Fill
    | Pay
    | Vote
    | Block
    | Unblock
    | Join
    | Leave
    | Ask
    | SetStanding
    | SetLocale
    | React
    | AddPerson
    | AddRoom
    | Advance
    | Earlier
)


class ActError(Exception):
    """An act that was not done: a ``code`` that the page translates, a plain sentence, and the HTTP status."""

    def __init__(self, code: str, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status


class _Numbered(msgspec.Struct):
    id: int = 0


_acts: msgspec.json.Decoder[AnyAct] = msgspec.json.Decoder(AnyAct)
_frames: msgspec.json.Decoder[Hello | AnyAct] = msgspec.json.Decoder(Hello | AnyAct)
_numbered = msgspec.json.Decoder(_Numbered)
_encoder = msgspec.json.Encoder()


def decode_act(raw: bytes) -> AnyAct:
    """An act from its JSON; raises :class:`ActError` naming the field that is wrong."""
    try:
        return _acts.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(error) from None


def decode_frame(raw: str) -> Hello | AnyAct:
    """What a socket may say; raises :class:`ActError`."""
    try:
        return _frames.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _malformed(error) from None


def number_of(raw: str) -> int:
    """The number of an act that could not be read, so that its sender still gets an answer; 0 if there is none."""
    try:
        return _numbered.decode(raw).id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return 0


def _malformed(error: Exception) -> ActError:
    sentence = str(error)
    if "length <= 8000" in sentence:
        return ActError("too-long", "That is too long: at most 8,000 characters.")
    return ActError("malformed", f"That cannot be read: {sentence}")


def encode(value: Any) -> str:
    """JSON text of an answer or a frame."""
    return _encoder.encode(value).decode()
