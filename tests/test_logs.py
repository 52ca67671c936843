"""Log lines: what they say, what they are about, and what they never show."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from coterie.core import logs

log = logging.getLogger("coterie.tests.logs")


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(False)


def written(form: logs.Format = "text", level: logs.Level = "info", secrets: tuple[str, ...] = ()) -> io.StringIO:
    """Where lines go from now on."""
    stream = io.StringIO()
    logs.set_up(level, form, secrets=secrets, stream=stream)
    return stream


def test_a_line_for_people() -> None:
    stream = written()
    log.warning("%d messages wait", 3, extra={"adapter": "telegram"})
    log.debug("not shown")
    (line,) = stream.getvalue().splitlines()
    assert line[20:] == "warning  coterie.tests.logs: 3 messages wait | adapter=telegram"
    assert line[4] == line[7] == "-"


def test_a_line_for_machines() -> None:
    stream = written("json", "debug")
    log.debug("多", extra={"seconds": 0.5, "place": ("a", 1)})
    try:
        raise ValueError("no")
    except ValueError:
        log.exception("failed")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first | {"at": ""} == {
        "at": "",
        "level": "debug",
        "logger": "coterie.tests.logs",
        "message": "多",
        "seconds": 0.5,
        "place": "('a', 1)",
    }
    assert first["at"].endswith("Z")
    assert second["exception"].startswith("Traceback")
    assert second["exception"].endswith("ValueError: no")


def test_what_members_write_cannot_pose_as_another_line() -> None:
    stream = written()
    log.info("said %s", "hello\n2026-01-01 00:00:00 error    root: forged \x1b[31m\x9b", extra={"who": "eve\nroot"})
    (line,) = stream.getvalue().splitlines()
    assert "hello\\n2026" in line
    assert "eve\\nroot" in line
    assert "\x1b" not in line
    assert "\x9b" not in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_never_written(form: logs.Format) -> None:
    token = '123456:AA"quoted"\\token'
    stream = written(form, secrets=(token, "short", ""))
    log.info("POST https://api.example/bot%s/getMe", token)
    log.info("short words stay", extra={"url": f"x{token}y"})
    try:
        raise ConnectionError(f"cannot reach postgresql://coterie:hunter2@db/x with {token}")
    except ConnectionError:
        log.exception("no database")
    said = stream.getvalue()
    assert "quoted" not in said
    assert "hunter2" not in said
    assert said.count("postgresql://coterie:[secret]@db/x") >= 1
    assert "short words stay" in said
    assert "/bot[secret]/getMe" in said


def test_a_line_says_what_it_is_about_where_it_is_logged() -> None:
    stream = written("json")

    async def work(name: str) -> None:
        with logs.about(plugin=name):
            await asyncio.sleep(0)
            log.info("at work")

    async def both() -> None:
        await asyncio.gather(work("one"), work("two"))

    with logs.about(community="main"):
        asyncio.run(both())
    log.info("outside")
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(each.get("community"), each.get("plugin")) for each in told] == [
        ("main", "one"),
        ("main", "two"),
        (None, None),
    ]


def test_a_lane_s_lines_say_what_the_lane_does() -> None:
    @dataclass
    class Doing:
        about: dict[str, str]

    stream = written("json")

    def lane() -> None:
        logs.follow(Doing({"community": "main", "event": "k1", "plugin": "checkin", "hook": "on_message"}))
        log.info("from a handler")

    thread = threading.Thread(target=lane)
    thread.start()
    thread.join()
    log.info("from elsewhere")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["community"], first["event"], first["plugin"], first["hook"]) == (
        "main",
        "k1",
        "checkin",
        "on_message",
    )
    assert "plugin" not in second


def test_set_up_again_replaces_the_set_up_before() -> None:
    first = written()
    second = written(level="warning")
    log.info("quiet")
    log.warning("once")
    assert first.getvalue() == ""
    assert second.getvalue().count("once") == 1
    assert "quiet" not in second.getvalue()


@pytest.mark.parametrize(("level", "heard"), [("info", False), ("debug", True)])
def test_chatty_libraries_are_heard_only_when_debugging(level: logs.Level, heard: bool) -> None:
    stream = written(level=level)
    logging.getLogger("httpx").info("HTTP Request: POST")
    logging.getLogger("alembic.runtime.migration").info("Context impl")
    assert ("HTTP Request" in stream.getvalue()) is heard
    assert ("Context impl" in stream.getvalue()) is heard


def test_warnings_of_libraries_are_lines_too() -> None:
    import warnings

    stream = written("json")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    told: dict[str, Any] = json.loads(stream.getvalue().splitlines()[0])
    assert told["logger"] == "py.warnings"
    assert "DeprecationWarning: old" in told["message"]
