"""What can be wrong with accesses in the configuration, and how it is told."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from coterie.core.config import Config, ConfigError, Settings, json_schema

HERE = """
[adapters.sandbox]
[communities.owls]
spaces = [{ platform = "sandbox", id = "town" }]
[communities.larks]
spaces = [{ platform = "sandbox", id = "garden" }]
[communities.owls.access.gold]
"""


def read(text: str) -> Settings:
    return Settings.of(tomllib.loads(text), {}, {"sandbox": Config})


def told(line: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(HERE + line)
    return "\n".join(f"{problem.key}: {problem.message} ({problem.hint})" for problem in caught.value.problems)


def test_in_order() -> None:
    text = HERE + 'targets = [{ platform = "sandbox", space = "town", role = 7 }]'
    owls, larks = read(text).communities
    assert owls.access["gold"].targets[0].slot == ("sandbox", "town", "role", "7")
    assert larks.access == {}


def test_the_schema_knows_it() -> None:
    properties = json_schema({}, {})["properties"]["communities"]["additionalProperties"]["properties"]
    assert "access" in json.dumps(properties)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("title = 'x'", "targets: this key is missing"),
        ("targets = []", "targets: an access without targets gives nothing (add one: "),
        (
            'targets = [{ platform = "sandbox", space = "town" }]',
            "targets[0]: this target gives nothing (give it",
        ),
        (
            'targets = [{ platform = "sandbox", space = "town", role = "1", tag = "x" }]',
            "targets[0]: this target has role and tag",
        ),
        ('targets = [{ platform = "sandbox", space = "town", tag = "12345678901234567" }]', "at most 16 characters"),
        ('targets = [{ platform = "sandbox", space = "town", tag = " x" }]', "targets[0].tag"),
        ('targets = [{ platform = "sandbox", space = "town", tag = "a\\nb" }]', "targets[0].tag"),
        (
            'targets = [{ platform = "discrod", space = "town", role = "1" }]',
            "no adapter called 'discrod'",
        ),
        (
            'targets = [{ platform = "sandbox", space = "attic", role = "1" }]',
            "targets[0].space: this is none of the community's spaces (add it to its spaces)",
        ),
        (
            'targets = [{ platform = "sandbox", space = "garden", role = "1" }]',
            "this space belongs to another community, see communities.larks.spaces[0]",
        ),
        (
            'targets = [{ platform = "sandbox", space = "town", role = "1" },'
            ' { platform = "sandbox", space = "town", role = "1" }]',
            "targets[1]: this is given twice, first by targets[0]",
        ),
        (
            'targets = [{ platform = "sandbox", space = "town", tag = "A" },'
            ' { platform = "sandbox", space = "town", tag = "B" }]',
            "targets[1]: this is given twice, first by targets[0]",
        ),
        ('targets = [{ platform = "sandbox", space = "town", rol = "1" }]', "targets[0].rol: this key is not known"),
    ],
)
def test_mistakes_are_told(line: str, said: str) -> None:
    assert said in told(line)


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        ({"brake_percent": 101}, "brake_percent"),
        ({"brake_number": -1}, "brake_number"),
        ({"compare_every": "1m"}, "compare_every"),
    ],
)
def test_the_brake_has_bounds(rights: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Settings.of({"adapters": {"sandbox": {}}}, {}, {"sandbox": Config}, core={"rights": rights})
