"""The examples of docs/testing.md are run as they stand there."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from coterie.core.testing.kit import LiveTown
from coterie.core.testing.person import Person

pytest_plugins = ["pytester"]

PAGE = Path(__file__).resolve().parent.parent / "docs" / "testing.md"
KIT = "coterie.core.testing.pytest_plugin"


def examples() -> dict[str, str]:
    """The example files by name: each block of Python begins with its file's name."""
    blocks = re.findall(
        r"^```python\n# (\w+)\.py\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(dict(blocks)) == len(blocks) == PAGE.read_text(encoding="utf-8").count("```python")
    return dict(blocks)


def with_kit() -> list[str]:
    """Options that load the kit, where it is not installed and so not found by itself."""
    installed = any(point.value == KIT for point in entry_points(group="pytest11"))
    return [] if installed else ["-p", KIT]


def test_every_example_of_the_page_passes(pytester: pytest.Pytester) -> None:
    files = examples()
    pytester.makepyfile(**files)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    result = pytester.runpytest_subprocess(*with_kit(), "--strict-markers", "-q")
    result.assert_outcomes(passed=sum(code.count("def test_") for code in files.values()))


def test_every_public_act_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for owner in (Person, LiveTown):
        names = [name for name in vars(owner) if not name.startswith("_") and name not in ("start", "close")]
        assert names
        missing = [name for name in names if not re.search(rf"\b{name}\b", page)]
        assert not missing, f"docs/testing.md does not tell of {owner.__name__}.{', '.join(missing)}"
