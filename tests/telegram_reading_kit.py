"""Raw updates as the Bot API sends them, for tests of what becomes of them."""

from __future__ import annotations

import itertools
from typing import Any, Final

from coterie.adapters.telegram.invoices import key_of
from coterie.adapters.telegram.reading import Names, Reader
from coterie.core.events import Event, Where, Who

Raw = dict[str, Any]

BOT_ID: Final = 123456
KEY: Final = key_of("123456:token")
AT: Final = 1_780_000_000
OURS: Final[Raw] = {"id": BOT_ID, "is_bot": True, "first_name": "Our Bot", "username": "OurBot"}
GROUP: Final[Raw] = {"id": -1001234567890, "type": "supergroup", "title": "A group", "is_forum": True}
CHANNEL: Final[Raw] = {"id": -1009876543210, "type": "channel", "title": "News", "username": "news"}
PRIVATE: Final[Raw] = {"id": 555, "type": "private", "first_name": "Alice", "last_name": "Smith", "username": "Alice"}
ALICE: Final[Raw] = {
    "id": 555,
    "is_bot": False,
    "first_name": "Alice",
    "last_name": "Smith",
    "username": "Alice",
    "language_code": "zh-hant",
}
BOB: Final[Raw] = {"id": 777, "is_bot": False, "first_name": "Bob"}
ROBOT: Final[Raw] = {"id": 888, "is_bot": True, "first_name": "Robot", "username": "some_bot"}
ANONYMOUS: Final[Raw] = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}

W_ALICE: Final = Who("telegram", "555", "Alice Smith", "zh-hant")
W_BOB: Final = Who("telegram", "777", "Bob")
ROOM: Final = Where("telegram", "-1001234567890", "-1001234567890", "room", "A group")
DM: Final = Where("telegram", "555", "", "dm")
NEWS: Final = Where("telegram", "-1009876543210", "-1009876543210", "broadcast", "News")

_numbers = itertools.count(1000)


def reader(names: Names | None = None) -> Reader:
    """A reader of the bot @OurBot that has seen nothing yet."""
    return Reader(BOT_ID, "OurBot", KEY, Names() if names is None else names)


def update(kind: str, body: Raw, number: int = 42) -> Raw:
    """An update with one thing in it."""
    return {"update_id": number, kind: body}


def message(user: Raw | None = ALICE, chat: Raw = GROUP, **fields: Any) -> Raw:
    """A message; ``text="hi"`` and the like say what kind it is."""
    author = {} if user is None else {"from": user}
    return {"message_id": 77, **author, "chat": chat, "date": AT, **fields}


def said(text: str, user: Raw = ALICE, **fields: Any) -> Raw:
    """An update with a text that somebody wrote in the group."""
    return update("message", message(user, text=text, **fields), next(_numbers))


def key(number: int = 42) -> str:
    """The key of an update's first event."""
    return f"telegram:{BOT_ID}:{number}"


def one(raw: Raw, by: Reader | None = None) -> Event:
    """The only event of an update."""
    (found,) = (by or reader()).read(raw)
    return found


def member(user: Raw, status: str, **fields: Any) -> Raw:
    """What a chat has of somebody."""
    return {"user": user, "status": status, **fields}


def change(before: Raw, after: Raw, chat: Raw = GROUP, **fields: Any) -> Raw:
    """The body of a ``chat_member`` or ``my_chat_member`` update, done by bob."""
    return {
        "chat": chat,
        "from": BOB,
        "date": AT,
        "old_chat_member": before,
        "new_chat_member": after,
        **fields,
    }


def payment(payload: str, charge: str = "stxCharge1", amount: int = 500, **fields: Any) -> Raw:
    """What a payment's service message carries."""
    return {
        "currency": "XTR",
        "total_amount": amount,
        "invoice_payload": payload,
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": "",
        **fields,
    }
