"""`[adapters.telegram]`: what it takes, what it refuses and in which words, and what it never shows."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coterie.adapters.telegram import TelegramAdapter, TelegramConfig
from coterie.adapters.telegram.config import WebhookConfig
from coterie.core.config import ConfigError, load, validate
from coterie.core.loading import load_adapter
from tests.telegram_connection_kit import BOT, TOKEN, config


def problem(**values: Any) -> str:
    """What is said about settings that cannot be used."""
    with pytest.raises(ConfigError) as caught:
        validate(TelegramConfig, values)
    return str(caught.value)


def test_a_token_is_all_that_is_needed() -> None:
    found = config()
    assert found.bot_id == BOT
    assert found.mode == "polling"
    assert found.api_base_url == "https://api.telegram.org/bot"
    assert found.api_file_url == "https://api.telegram.org/file/bot"
    assert found.chats == ()
    assert found.provider_token is None
    assert found.poll_timeout == timedelta(seconds=50)


def test_the_entry_point_leads_to_the_adapter() -> None:
    assert load_adapter("telegram") is TelegramAdapter


@pytest.mark.parametrize(
    "token", ["", "abc", "12345", ":AA", "12a:AA", "12:", "12:AA BB", "12:AA\nBB", "12:ä", "１２:AA"]
)
def test_what_is_no_token_is_refused_and_not_repeated(token: str) -> None:
    said = problem(token=token)
    assert "token" in said
    if len(token) > 4:
        assert token not in said


@pytest.mark.parametrize("token", ["1:x", "123456789:AAF-0_zz9", f"{'9' * 12}:{'A' * 60}"])
def test_tokens_of_any_length_are_taken(token: str) -> None:
    assert validate(TelegramConfig, {"token": token}).token.get_secret_value() == token


def test_a_webhook_needs_an_address() -> None:
    assert "needs the address" in problem(token=TOKEN, mode="webhook")
    assert "webhook" in problem(token=TOKEN, mode="webhook", webhook={"url": "bot.example.org"})
    found = config(mode="webhook", webhook={"url": "https://bot.example.org"})
    assert found.webhook is not None
    assert found.webhook.max_connections == 40


@pytest.mark.parametrize(
    "webhook",
    [
        {"url": "https://x.example/?a=b"},
        {"url": "https://x.example", "path": "a/b"},
        {"url": "https://x.example", "path": "{x}"},
        {"url": "https://x.example", "secret": "ü"},
        {"url": "https://x.example", "secret": "a" * 257},
        {"url": "https://x.example", "max_connections": 0},
        {"url": "https://x.example", "max_connections": 101},
        {"url": "https://x.example", "port": 1},
    ],
)
def test_a_webhook_that_could_not_work_is_refused(webhook: dict[str, Any]) -> None:
    assert "webhook" in problem(token=TOKEN, mode="webhook", webhook=webhook)


def test_chats_are_ids_of_groups_as_text_or_numbers() -> None:
    assert config(chats=[-1001234567890, "-5", "*"]).chats == ("-1001234567890", "-5", "*")
    assert "is not the id of a group" in problem(token=TOKEN, chats=["@lounge"])
    assert "is not the id of a group" in problem(token=TOKEN, chats=[12345])


def test_other_mistakes_are_told() -> None:
    assert "api_base_url" in problem(token=TOKEN, api_base_url="localhost:8081")
    assert "mode" in problem(token=TOKEN, mode="pull")
    assert "rights" in problem(token=TOKEN, rights=["everything"])
    assert "poll_timeout" in problem(token=TOKEN, poll_timeout="2m")
    assert "tokn" in problem(token=TOKEN, tokn="x")


def test_a_payment_providers_token_reaches_the_platform() -> None:
    assert TelegramAdapter(config()).platform.provider_token == ""
    assert TelegramAdapter(config(provider_token="1:LIVE:2")).platform.provider_token == "1:LIVE:2"


def test_secrets_do_not_show() -> None:
    hook = {"url": "https://x.example", "path": "hidden-path", "secret": "hidden-word"}
    found = config(mode="webhook", webhook=hook)
    for shown in (repr(found), str(found), found.model_dump_json()):
        assert TOKEN not in shown
        assert "hidden" not in shown


def test_it_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
    file = tmp_path / "plugins.toml"
    file.write_text(
        '[adapters.telegram]\ntoken = { file = "token" }\nchats = [-100200]\nrequest_timeout = "5s"\n',
        encoding="utf-8",
    )
    settings = load(file, {}, {"telegram": TelegramConfig})
    found = settings.adapters["telegram"].config
    assert isinstance(found, TelegramConfig)
    assert found.token.get_secret_value() == TOKEN
    assert found.request_timeout == timedelta(seconds=5)
    assert settings.warnings == ()


def test_the_library_is_loaded_only_when_the_platform_is_asked_for() -> None:
    code = (
        "import sys\n"
        "from coterie.adapters.telegram import TelegramAdapter, TelegramConfig\n"
        "from coterie.core.config import validate\n"
        f"adapter = TelegramAdapter(validate(TelegramConfig, {{'token': {TOKEN!r}}}))\n"
        "assert not {'telegram', 'httpx'} & set(sys.modules), 'too early'\n"
        "adapter.contribute_platforms()\n"
        "assert 'telegram' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_every_key_is_in_the_manual_and_its_examples_work(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs" / "telegram.md").read_text(encoding="utf-8")
    for model in (TelegramConfig, WebhookConfig):
        for key in model.model_fields:
            assert f"| `{key}` |" in page, f"docs/telegram.md does not explain {key}"
    examples = [part.partition("```")[0] for part in page.split("```toml\n")[1:]]
    assert len(examples) == 3
    for number, text in enumerate(examples):
        file = tmp_path / f"{number}.toml"
        file.write_text(text, encoding="utf-8")
        load(file, {}, {"telegram": TelegramConfig}, {"TELEGRAM_TOKEN": TOKEN})
