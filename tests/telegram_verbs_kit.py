"""Telegram's verbs on a Bot API that answers as a test has written down."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, cast

from coterie.adapters.telegram.access import Access
from coterie.adapters.telegram.base import Me
from coterie.adapters.telegram.calls import Calls
from coterie.adapters.telegram.doors import ClosedDoors
from coterie.adapters.telegram.extras import Extras
from coterie.adapters.telegram.invoices import key_of
from coterie.adapters.telegram.moderation import Moderation
from coterie.adapters.telegram.payments import Payments
from coterie.adapters.telegram.places import Places
from coterie.adapters.telegram.posting import Poster
from coterie.adapters.telegram.queries import Queries
from coterie.core.events import Where, Who
from coterie.core.platform import Delivery, Platform, Refused

NOW: Final = 1_800_000_000.25
"""Seconds since 1970 at which everything here happens."""
GROUP: Final = -1001234567890
BASIC: Final = -4567
HOME: Final = Where("telegram", str(GROUP), str(GROUP))
CELLAR: Final = Where("telegram", f"access:42@{GROUP}", str(GROUP))
"""The space as the reconciler names it: its channel is no chat."""
SMALL: Final = Where("telegram", str(BASIC), str(BASIC))
BOB: Final = Who("telegram", "42", "Bob")
DELIVERY: Final = Delivery("7001")


def sent(native: str) -> Delivery:
    """A delivery about a message that was sent."""
    return Delivery("7002", native)


class No:
    """The Bot API refuses with this description."""

    def __init__(self, description: str) -> None:
        self.description = description


class Script:
    """Stands in for :class:`Calls`: takes the next answer written down for a method, success where there is none.

    An answer may be an exception, a :class:`No` (which ``fine`` may turn into success) or the raw result.
    """

    def __init__(self, **answers: list[Any]) -> None:
        self.answers = answers
        self.log: list[tuple[str, dict[str, Any]]] = []

    async def call(
        self,
        method: str,
        data: Mapping[str, Any],
        files: Any = None,
        *,
        timeout: Any = None,  # noqa: ASYNC109  # as the real one has it
        fine: Collection[str] = (),
    ) -> Any:
        self.log.append((method, {name: value for name, value in data.items() if value is not None}))
        waiting = self.answers.get(method)
        answer = waiting.pop(0) if waiting else {"message_id": 10} if method.startswith("send") else True
        if isinstance(answer, No):
            said = answer.description.casefold()
            if any(phrase in said for phrase in fine):
                return None
            raise Refused(answer.description)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def methods(self) -> list[str]:
        """What was asked, in order."""
        return [method for method, _ in self.log]

    def data(self, method: str) -> dict[str, Any]:
        """The parameters of the newest request of a method."""
        return next(data for each, data in reversed(self.log) if each == method)


class Verbs(Access, Moderation, Extras, Payments, Platform):
    """The verbs alone, built and never started."""

    name = "telegram"

    def __init__(self, **answers: list[Any]) -> None:
        self.script = Script(**answers)
        self.calls = cast(Calls, self.script)
        self.places = Places()
        self.queries = Queries(self.calls)
        self.me = Me(1, "coterie_bot")
        self.poster = Poster(self.calls, self.places)
        self.doors = ClosedDoors(self.poster, self.places, self.queries, self.me)
        self.invoice_key = key_of("1:test")

    def now(self) -> float:
        return NOW


def member(status: str = "member", **fields: Any) -> dict[str, Any]:
    """A raw ``ChatMember``."""
    return {"status": status, "user": {"id": 42, "is_bot": False, "first_name": "Bob"}, **fields}
