"""`[adapters.discord]`: what it takes, what it refuses and in which words, and what it never shows."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coterie.adapters.discord import DiscordAdapter, DiscordConfig
from coterie.adapters.discord.config import ShardsConfig, SkuConfig
from coterie.core.config import ConfigError, load, validate
from coterie.core.loading import load_adapter
from tests.discord_connection_kit import TOKEN, config


def problem(**values: Any) -> str:
    """What is said about settings that cannot be used."""
    with pytest.raises(ConfigError) as caught:
        validate(DiscordConfig, values)
    return str(caught.value)


def test_a_token_is_all_that_is_needed() -> None:
    found = config()
    assert found.rest_url == "https://discord.com/api/v10"
    assert found.gateway_url == "wss://gateway.discord.gg/"
    assert found.guilds == ()
    assert found.shards is None
    assert found.prefix == ""
    assert (found.members, found.message_content) == (True, True)


def test_the_entry_point_leads_to_the_adapter() -> None:
    assert load_adapter("discord") is DiscordAdapter


@pytest.mark.parametrize("token", ["", "abc", "123456789012345678", "a.b", "Bot aa.bb.cc", "a.b.c\n", "a.b.ü", "a..c"])
def test_what_is_no_token_is_refused_and_not_repeated(token: str) -> None:
    said = problem(token=token)
    assert "token" in said
    if len(token) > 5:
        assert token not in said


def test_servers_are_ids_as_text_or_numbers() -> None:
    assert config(guilds=[81384788765712384, "5", "*"]).guilds == ("81384788765712384", "5", "*")
    assert "is not the id of a server" in problem(token=TOKEN, guilds=["Harbour"])
    assert "is not the id of a server" in problem(token=TOKEN, guilds=[-5])


def test_shards_are_numbered_from_nought() -> None:
    assert config(shards={"count": 3}).shards == ShardsConfig(count=3)
    some = config(shards={"count": 3, "ids": [2, 0]}).shards
    assert some is not None
    assert some.here == (2, 0)
    assert "there is no shard 3 among 3" in problem(token=TOKEN, shards={"count": 3, "ids": [3]})
    assert "named twice" in problem(token=TOKEN, shards={"count": 3, "ids": [1, 1]})
    assert "count" in problem(token=TOKEN, shards={"count": 0})


@pytest.mark.parametrize(
    "wrong",
    [
        {"prefix": "a"},
        {"prefix": "! "},
        {"prefix": "!" * 9},
        {"rest_url": "discord.com/api"},
        {"rest_url": "https://discord.com/api/v10/"},
        {"gateway_url": "https://gateway.discord.gg"},
        {"request_timeout": "10m"},
        {"skus": {"gold": {"id": "gold"}}},
        {"skus": {"gold": {"id": 5, "amount": -1}}},
        {"skus": {"gold": {"id": 5, "currency": "usd"}}},
        {"tokn": "x"},
    ],
)
def test_other_mistakes_are_told(wrong: dict[str, Any]) -> None:
    assert next(iter(wrong)) in problem(token=TOKEN, **wrong)


def test_the_token_does_not_show() -> None:
    found = config()
    for shown in (repr(found), str(found), found.model_dump_json()):
        assert TOKEN not in shown


def test_the_library_is_loaded_only_when_the_platform_is_asked_for() -> None:
    code = (
        "import sys\n"
        "from coterie.adapters.discord import DiscordAdapter, DiscordConfig\n"
        "from coterie.core.config import validate\n"
        f"adapter = DiscordAdapter(validate(DiscordConfig, {{'token': {TOKEN!r}}}))\n"
        "assert not {'discord', 'aiohttp'} & set(sys.modules), 'too early'\n"
        "adapter.contribute_platforms()\n"
        "assert 'discord' in sys.modules\n"
        "from coterie.adapters.discord import build_bot\n"
        "assert build_bot(adapter.values).is_closed() is False\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


def test_every_key_is_in_the_manual_and_its_examples_work(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs" / "discord.md").read_text(encoding="utf-8")
    for model in (DiscordConfig, ShardsConfig, SkuConfig):
        for key in model.model_fields:
            assert f"| `{key}` |" in page, f"docs/discord.md does not explain {key}"
    examples = [part.partition("```")[0] for part in page.split("```toml\n")[1:]]
    assert examples
    for number, text in enumerate(examples):
        file = tmp_path / f"{number}.toml"
        file.write_text(text, encoding="utf-8")
        load(file, {}, {"discord": DiscordConfig}, {"DISCORD_TOKEN": TOKEN})


def test_timeouts_have_bounds() -> None:
    assert config(request_timeout="5s").request_timeout == timedelta(seconds=5)
