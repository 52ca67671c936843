"""The manual for authors says what really happens: its code is run and its tables are tried."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from coterie.core.commands import parse_text, split_command
from coterie.core.declarations import declarations_of
from coterie.core.errors import UsageError
from coterie.core.tokens import ARGS_LENGTH, pack

MANUAL = (Path(__file__).resolve().parent.parent / "docs" / "commands.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| `/(.+?)` \| (.+) \|$", MANUAL, re.MULTILINE)


@pytest.fixture(scope="module")
def manual() -> dict[str, Any]:
    """What the manual's code defines."""
    names: dict[str, Any] = {"__name__": "manual"}
    for block in re.findall(r"^```python\n(.*?)^```$", MANUAL, re.MULTILINE | re.DOTALL):
        exec(block, names)
    return names


def test_the_manual_has_examples_of_both_kinds() -> None:
    answers = [answer for _, answer in EXAMPLES]
    assert sum(answer.startswith("`arg-") for answer in answers) >= 5
    assert sum(not answer.startswith("`arg-") for answer in answers) >= 5


@pytest.mark.parametrize(("line", "answer"), EXAMPLES)
def test_the_manual_tells_what_happens(manual: dict[str, Any], line: str, answer: str) -> None:
    commands = {
        name: spec for spec, _ in declarations_of(manual["Market"]()).commands for name in (spec.name, *spec.aliases)
    }
    split = split_command(f"/{line}")
    assert split is not None
    if answer.startswith("`arg-"):
        with pytest.raises(UsageError) as caught:
            parse_text(commands[split[0]], split[1])
        assert answer.startswith(f"`{caught.value.key}`, ")
    else:
        wanted = "" if answer == "nothing more" else answer.strip("`")
        assert parse_text(commands[split[0]], split[1]) == eval(f"dict({wanted})", manual)


def test_the_manual_tells_how_forms_and_buttons_are_declared(manual: dict[str, Any]) -> None:
    apply = declarations_of(manual["Jobs"]()).forms["apply"]
    assert [(asked.name, asked.required) for asked in apply.parameters] == [
        ("why", True), ("age", True), ("shift", True), ("site", False),
    ]  # fmt: skip
    assert apply.names[-1] == "listing"
    assert declarations_of(manual["Stall"]()).buttons["buy"].names == ("listing", "count")
    assert len(pack([2**57, 63])) == ARGS_LENGTH
