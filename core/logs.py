"""Logging: one line an event, for people or as JSON for machines, with what it is about and without any secret.

Modules log through ``logging.getLogger(__name__)``.  What a line is about (community, event, plugin) is found when a
line
is written, so that events without one pay nothing for it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol, TextIO

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["text", "json"]
Fields = Mapping[str, str]

HIDDEN: Final = "[secret]"
SHORTEST_SECRET: Final = 6
"""Shorter values are not looked for: they stand in half of all words."""
QUIET: Final = ("aiohttp.access", "alembic", "httpcore", "httpx")
"""Libraries that tell of every request or step; they are heard from ``warning`` on, or with level ``debug``."""

_PASSWORD: Final = re.compile(r"(\b[a-z][a-z0-9+]*://[^/\s:@]*:)[^/\s@]+@")
_CONTROL: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)}
_STANDARD: Final = frozenset((*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "about"))


class Watch(Protocol):
    """What a lane is doing; its dispatcher keeps it up to date."""

    @property
    def about(self) -> Fields:
        """The community, event, plugin and hook at work, those that there are."""


_thread: Final = threading.local()
_NOTHING: Final[Fields] = MappingProxyType({})
_about: ContextVar[Fields] = ContextVar("coterie_about", default=_NOTHING)


def follow(watch: Watch) -> None:
    """Let lines that are logged by this thread say what its lane is doing."""
    _thread.watch = watch


@contextmanager
def about(**fields: str) -> Iterator[None]:
    """Let lines that are logged inside, by this task and those that it starts, carry these fields."""
    token = _about.set({**_about.get(), **fields})
    try:
        yield
    finally:
        _about.reset(token)


def set_up(
    level: Level = "info", form: Format = "text", *, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Send everything that is logged to ``stream`` (standard error), in place of any earlier set-up.

    ``secrets`` are values that are never written, whoever logs them.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(_note)
    hide = Redactor(secrets)
    handler.setFormatter(JsonLines(hide) if form == "json" else TextLines(hide))
    root = logging.getLogger()
    for old in [each for each in root.handlers if getattr(each, "coterie", False)]:
        root.removeHandler(old)
    handler.coterie = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "debug" else logging.WARNING)


def _note(record: logging.LogRecord) -> bool:
    """Write down what a record is about, on the thread that logs it."""
    watch: Watch | None = getattr(_thread, "watch", None)
    fields = _about.get()
    record.about = {**watch.about, **fields} if watch is not None else fields
    return True


class Redactor:
    """Replaces secrets in text: known values, and passwords inside addresses."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """The text without its secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return _PASSWORD.sub(rf"\1{HIDDEN}@", text) if "@" in text else text


class TextLines(logging.Formatter):
    """Lines for people: time (UTC), level, logger, message, and what it is about."""

    def __init__(self, hide: Redactor) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """One record; further lines only for a traceback."""
        message = record.getMessage()
        fields = _fields(record)
        line = f"{_moment(record):%Y-%m-%d %H:%M:%S} {record.levelname.lower():8} {record.name}: {_one_line(message)}"
        if fields:
            line += _one_line(" | " + " ".join(f"{name}={value}" for name, value in fields.items()))
        trace = _trace(self, record).translate(_CONTROL)
        return self._hide(f"{line}\n{trace}" if trace else line)


class JsonLines(logging.Formatter):
    """One JSON object a line: ``at`` (ISO 8601, UTC), ``level``, ``logger``, ``message``, then what it is about."""

    def __init__(self, hide: Redactor) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """One record as one line."""
        line: dict[str, Any] = {
            "at": _moment(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._hide(record.getMessage()),
        }
        for name, value in _fields(record).items():
            line[name] = value if isinstance(value, int | float) else self._hide(str(value))
        if trace := _trace(self, record):
            line["exception"] = self._hide(trace)
        return json.dumps(line, ensure_ascii=False)


def _one_line(text: str) -> str:
    """Text without line breaks and control characters: what members write cannot pose as another line."""
    return text.replace("\n", "\\n").translate(_CONTROL)


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What the record is about, and what the caller gave as ``extra``."""
    extra = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    return {**getattr(record, "about", {}), **extra}


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    parts = []
    if record.exc_info:
        parts.append(formatter.formatException(record.exc_info))
    if record.stack_info:
        parts.append(formatter.formatStack(record.stack_info))
    return "\n".join(parts)
