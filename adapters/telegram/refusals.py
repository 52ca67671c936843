"""What went wrong with a request, in the core's words: wait, no, nobody knows, or try again."""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import aiohttp
from telegram import error as library

from coterie.adapters.telegram.http import NEVER_LEFT
from coterie.core.platform import PlatformError, Refused, RetryLater, Uncertain

COMPLAINTS: Final = 3
"""When so many different chats are told to wait within :data:`COMPLAINT_SPAN`, everything waits."""
COMPLAINT_SPAN: Final = 5.0
"""Seconds."""
TOKEN_WAIT: Final = 60.0
"""Seconds until a token that was refused is tried again; it is logged as often."""
LONGEST_OUTAGE_WAIT: Final = 10.0
"""Seconds between tries while the API cannot be reached at all."""
BROKEN_WAIT: Final = 3.0
"""Seconds until something harmless is asked of a server again that failed inside."""

# Asked twice, each of these does something twice.
_ONCE: Final = re.compile(r"(send|copy|forward|create|post|transfer|gift|convert|upload)[A-Z]")
_STATUS: Final = re.compile(r"\((\d{3})\)")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|<[^>]*>")
_REASON_LENGTH: Final = 160
_UNREACHABLE_CHAT: Final = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")
_TOO_LARGE: Final = ("413", "too large", "too big")
_TOO_FAST: Final = ("429", "too many requests")
_log = logging.getLogger(__name__)


class Closed(Refused):
    """The person or chat cannot be written to: never started, blocked, gone, or the bot was taken out."""


class Moved(Refused):
    """The group has become a supergroup whose id is ``to``."""

    def __init__(self, to: int) -> None:
        super().__init__("the group has become a supergroup")
        self.to = to


class Translator:
    """Turns the library's errors into the core's, and knows how things went before.

    ``clock`` gives seconds and only measures; ``token`` is what no reason may contain.
    """

    def __init__(self, token: str, clock: Callable[[], float]) -> None:
        self._token = token
        self._clock = clock
        self._complaints: deque[tuple[float, object]] = deque(maxlen=4 * COMPLAINTS)
        self._worked = False
        self._outage = 0
        self._next_log: dict[int, float] = {}

    def answered(self) -> None:
        """A request succeeded: the token is good, and the API can be reached."""
        self._worked = True
        self._outage = 0

    def translate(self, error: Exception, method: str, chat: object) -> PlatformError:
        """The core's word for what a request ended with; ``chat`` is the id that it was about, None for none."""
        match error:
            case library.RetryAfter():
                return self._too_fast(_seconds(error.retry_after), chat)
            case library.ChatMigrated():
                return Moved(error.new_chat_id)
            case library.Forbidden():
                return Closed(self._plain(error.message))
            case library.EndPointNotFound() | library.InvalidToken():
                return self._not_found(error, method)
            case library.Conflict():
                return PlatformError("somebody else reads this bot's updates (another process, or a webhook)")
            case library.BadRequest():
                said = error.message.lower()
                kind = Closed if any(phrase in said for phrase in _UNREACHABLE_CHAT) else Refused
                return kind(self._plain(error.message))
            case library.NetworkError():
                return self._network(error, method, chat)
            case library.TelegramError():
                return _doubtful(method, "the answer could not be read")
        # An answer that is not of the Bot API's form, or a mistake of ours: waiting mends neither.
        reason = f"{method} went wrong ({type(error).__name__})"
        return Uncertain(reason) if _ONCE.match(method) else PlatformError(reason)

    def _too_fast(self, seconds: float, chat: object) -> RetryLater:
        """One chat waits; all do when the complaint is about none, or when several chats are complained about."""
        now = self._clock()
        if chat is None:
            return RetryLater(seconds, everywhere=True)
        self._complaints.append((now, chat))
        chats = {each for moment, each in self._complaints if now - moment <= COMPLAINT_SPAN}
        return RetryLater(seconds, everywhere=len(chats) >= COMPLAINTS)

    def _not_found(self, error: library.TelegramError, method: str) -> PlatformError:
        """Servers say 404 to a token that is malformed and to a method that they do not know, 401 to a wrong token."""
        origin = error.__cause__ if isinstance(error.__cause__, library.TelegramError) else error
        if self._worked and "unauthorized" not in origin.message.lower():
            return Refused(f"this Bot API server does not know {method}")
        self._tell(logging.ERROR, "Telegram refuses the bot token: nothing can be sent or read until it is right")
        return RetryLater(TOKEN_WAIT, "the bot token is refused", everywhere=True, down=True)

    def _network(self, error: library.NetworkError, method: str, chat: object) -> PlatformError:
        """A request without an answer, or an answer that is the server's own trouble."""
        cause = error.__cause__
        if isinstance(cause, NEVER_LEFT):
            return self._unreachable(type(cause).__name__)
        if isinstance(cause, aiohttp.ClientError | TimeoutError):
            return Uncertain(f"{method} got no answer ({type(cause).__name__})")
        if cause is not None and not isinstance(cause, library.TelegramError):
            return PlatformError(f"{method} could not be asked ({type(cause).__name__})")
        found = _STATUS.search(error.message[:80])
        said = found[1] if found else error.message.lower()
        if any(phrase in said for phrase in _TOO_FAST):
            return self._too_fast(1.0, chat)
        if any(phrase in said for phrase in _TOO_LARGE):
            return Refused("the request is too large")
        return _doubtful(method, f"the Bot API server failed ({found[1] if found else '5xx'})")

    def _unreachable(self, kind: str) -> RetryLater:
        """The request never left; the pauses double while that lasts."""
        wait = min(LONGEST_OUTAGE_WAIT, float(2 ** min(self._outage, 10)))
        self._outage += 1
        self._tell(logging.WARNING, f"the Bot API cannot be reached ({kind}): everything waits")
        return RetryLater(wait, f"the Bot API cannot be reached ({kind})", everywhere=True, down=True)

    def _tell(self, level: int, message: str) -> None:
        """Log trouble of one level once a minute."""
        now = self._clock()
        if now >= self._next_log.get(level, now):
            self._next_log[level] = now + TOKEN_WAIT
            _log.log(level, message)

    def _plain(self, message: str) -> str:
        """A description as a reason: one short line that quotes nothing and has no token in it."""
        words = message.split(" The server response contained unknown parameters:")[0].removeprefix("Forbidden: ")
        words = _QUOTED.sub("…", words.replace(self._token, "…"))
        words = " ".join(words.split())[:_REASON_LENGTH]
        return f"{words[:1].lower()}{words[1:]}" or "refused without a reason"


def _doubtful(method: str, reason: str) -> PlatformError:
    """Nobody knows whether it happened: what may be asked twice is asked again, everything else is left."""
    return Uncertain(reason) if _ONCE.match(method) else RetryLater(BROKEN_WAIT, reason)


def _seconds(value: Any) -> float:
    """The library is on its way from numbers to :class:`timedelta`."""
    return value.total_seconds() if isinstance(value, timedelta) else float(value)
