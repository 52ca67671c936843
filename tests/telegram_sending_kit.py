"""Telegram's verbs about cards and forms on a Bot API that remembers what stands in its chats."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from coterie.adapters.telegram.base import Me
from coterie.adapters.telegram.calls import Calls
from coterie.adapters.telegram.doors import ClosedDoors
from coterie.adapters.telegram.forms import Forms
from coterie.adapters.telegram.places import Places
from coterie.adapters.telegram.posting import Poster
from coterie.adapters.telegram.queries import Queries
from coterie.adapters.telegram.sending import Messages
from coterie.core.events import Where, Who
from coterie.core.platform import Delivery, Platform, PlatformError, Refused

GROUP: Final = -1001234567890
HOME: Final = Where("telegram", str(GROUP), str(GROUP))
TOPIC: Final = Where("telegram", f"{GROUP}/33", str(GROUP), kind="thread")
ALICE: Final = Who("telegram", "77", "Alice")
DIRECT: Final = Where("telegram", "77", kind="dm")


@dataclass
class Standing:
    """A message as readers see it."""

    chat: int
    id: int
    text: str
    entities: list[dict[str, Any]]
    picture: str = ""
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    asks: dict[str, Any] | None = None
    thread: int | None = None
    reply_to: int = 0

    def labels(self) -> list[list[str]]:
        """What stands on the buttons, row by row."""
        return [[button["text"] for button in row] for row in self.keyboard]

    def raw(self) -> dict[str, Any]:
        """The message as an update would carry it."""
        return {"message_id": self.id, "text": self.text, "entities": self.entities}


class Api:
    """Stands in for :class:`Calls`: does what the Bot API does with messages, except where a test lets it fail."""

    def __init__(self) -> None:
        self.messages: list[Standing] = []
        self.log: list[tuple[str, dict[str, Any]]] = []
        self._fails: dict[str, list[PlatformError | None]] = {}
        self.uploads: list[bytes] = []
        self.refused_files: set[str] = set()
        self.too_old = False
        self._next = 10

    def fail(self, method: str, *turns: PlatformError | None) -> None:
        """Let the next requests of a method fail, in this order; None lets one pass."""
        self._fails[method] = list(turns)

    def methods(self) -> list[str]:
        """What was asked since the last time."""
        found = [method for method, _data in self.log]
        self.log.clear()
        return found

    async def call(
        self,
        method: str,
        data: Mapping[str, Any],
        files: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109  # as the real one has it
        fine: Collection[str] = (),
    ) -> Any:
        self.log.append((method, dict(data)))
        turns = self._fails.get(method)
        failure = turns.pop(0) if turns else None
        if failure is not None:
            raise failure
        try:
            return getattr(self, f"_{method}")(data, files or {})
        except Refused as error:
            if any(phrase in error.reason for phrase in fine):
                return None
            raise

    def _sendMessage(self, data: Mapping[str, Any], _files: Mapping[str, Any]) -> Any:  # noqa: N802  # the API's name
        assert data["text"].strip()
        return self._add(data, data["text"], data.get("entities"))

    def _sendPhoto(self, data: Mapping[str, Any], files: Mapping[str, Any]) -> Any:  # noqa: N802
        name = self._file(data.get("photo") or files["photo"])
        sent = self._add(data, data.get("caption") or "", data.get("caption_entities"), name)
        return {**sent, "photo": [{"file_id": "thumb"}, {"file_id": name}]}

    def _sendDocument(self, data: Mapping[str, Any], files: Mapping[str, Any]) -> Any:  # noqa: N802
        name = self._file(data.get("document") or files["document"])
        sent = self._add(data, data.get("caption") or "", data.get("caption_entities"), name)
        return {**sent, "document": {"file_id": name}}

    def _sendMediaGroup(self, data: Mapping[str, Any], files: Mapping[str, Any]) -> Any:  # noqa: N802
        assert 2 <= len(data["media"]) <= 10
        assert data.get("reply_markup") is None
        sent = []
        for media in data["media"]:
            name = media["media"]
            picture = self._file(files[name.removeprefix("attach://")] if name.startswith("attach://") else name)
            shown = self._add(data, media.get("caption") or "", media.get("caption_entities"), picture)
            sent.append({**shown, media["type"]: [{"file_id": picture}]})
        return sent

    def _editMessageText(self, data: Mapping[str, Any], _files: Mapping[str, Any]) -> Any:  # noqa: N802
        message = self._find(data)
        if message.picture:
            raise Refused("there is no text in the message to edit")
        return self._change(message, data, data["text"], data.get("entities"))

    def _editMessageCaption(self, data: Mapping[str, Any], _files: Mapping[str, Any]) -> Any:  # noqa: N802
        return self._change(self._find(data), data, data["caption"], data.get("caption_entities"))

    def _editMessageMedia(self, data: Mapping[str, Any], files: Mapping[str, Any]) -> Any:  # noqa: N802
        message, media = self._find(data), data["media"]
        name = media["media"]
        picture = self._file(files[name.removeprefix("attach://")] if name.startswith("attach://") else name)
        self._change(message, data, media["caption"], media["caption_entities"], picture)
        return {"message_id": message.id, media["type"]: [{"file_id": picture}]}

    def _editMessageReplyMarkup(self, data: Mapping[str, Any], _files: Mapping[str, Any]) -> Any:  # noqa: N802
        self._find(data).keyboard = []
        return True

    def _deleteMessage(self, data: Mapping[str, Any], _files: Mapping[str, Any]) -> Any:  # noqa: N802
        try:
            self.messages.remove(self._find(data))
        except Refused:
            raise Refused("message to delete not found") from None
        return True

    def _deleteMessages(self, data: Mapping[str, Any], _files: Mapping[str, Any]) -> Any:  # noqa: N802
        gone = set(data["message_ids"])
        self.messages = [each for each in self.messages if each.chat != data["chat_id"] or each.id not in gone]
        return True

    def _answerCallbackQuery(self, _data: Mapping[str, Any], _files: Mapping[str, Any]) -> Any:  # noqa: N802
        if self.too_old:
            raise Refused("query is too old and response timeout expired")
        return True

    def _file(self, given: Any) -> str:
        if isinstance(given, str):
            if given in self.refused_files:
                raise Refused("wrong file identifier/HTTP URL specified")
            return given
        self.uploads.append(given.input_file_content)
        return f"file{len(self.uploads)}"

    def _add(self, data: Mapping[str, Any], text: str, entities: Any, picture: str = "") -> dict[str, Any]:
        json.dumps(data)  # nothing but what a request can carry
        markup = data.get("reply_markup") or {}
        reply = data.get("reply_parameters") or {}
        assert not reply or reply["allow_sending_without_reply"] is True
        message = Standing(
            data["chat_id"],
            self._next,
            text,
            entities or [],
            picture,
            markup.get("inline_keyboard", []),
            markup if "force_reply" in markup else None,
            data.get("message_thread_id"),
            reply.get("message_id", 0),
        )
        self._next += 1
        self.messages.append(message)
        return {"message_id": message.id}

    def _find(self, data: Mapping[str, Any]) -> Standing:
        for message in self.messages:
            if (message.chat, message.id) == (data["chat_id"], data["message_id"]):
                return message
        raise Refused("message to edit not found")

    def _change(
        self, message: Standing, data: Mapping[str, Any], text: str, entities: Any, picture: str | None = None
    ) -> Any:
        keyboard = (data.get("reply_markup") or {}).get("inline_keyboard", [])
        now = text, entities or [], message.picture if picture is None else picture, keyboard
        if now == (message.text, message.entities, message.picture, message.keyboard):
            raise Refused("message is not modified")
        message.text, message.entities, message.picture, message.keyboard = now
        return {"message_id": message.id}

    def shown(self, chat: int = GROUP) -> list[str]:
        """The texts that stand in a chat."""
        return [message.text for message in self.messages if message.chat == chat]

    def alerts(self) -> list[dict[str, Any]]:
        """How taps were answered."""
        return [data for method, data in self.log if method == "answerCallbackQuery"]


class Bench(Messages, Forms, Platform):
    """The verbs about cards and forms, on :class:`Api`."""

    def __init__(self, username: str = "coterie_bot") -> None:
        self.api = Api()
        self.now = 1000.0
        self.calls = cast(Calls, self.api)
        self.queries = Queries(self.calls, lambda: self.now)
        self.places = Places()
        self.me = Me(1, username)
        self.poster = Poster(self.calls, self.places)
        self.doors = ClosedDoors(self.poster, self.places, self.queries, self.me, lambda: self.now)
        self.asked = OrderedDict()


def about(key: str = "1", native: str = "", **more: Any) -> Delivery:
    """What the sender hands over beside an action."""
    return Delivery(key, native, **more)
