"""Values with a notation of their own, secrets, and the files that we show to people."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, SecretStr

from coterie.core.config import (
    Config,
    ConfigError,
    Duration,
    Problem,
    Secret,
    Settings,
    communities,
    format_duration,
    json_schema,
    load,
    merge,
    parse_duration,
    validate,
)
from coterie.core.config import types as config_types
from coterie.core.config.lines import key_lines

ROOT = Path(__file__).resolve().parent.parent
HIDDEN = "hush-hush-0123456789"


class Bare(Config):
    """A part without keys."""


class Limits(Config):
    most: int = Field(default=5, ge=1)
    wait: Duration = timedelta(hours=1)


class CheckIn(Config):
    reward: int = 5
    limits: Limits = Limits()
    key: Secret | None = None


class Bot(Config):
    token: Secret
    proxies: dict[str, Secret] = Field(default_factory=dict)


PLUGINS: dict[str, type[Config]] = {"checkin": CheckIn, "identity": Bare, "wallet": Bare, "redpacket": Bare}
PLUGINS |= dict.fromkeys(("access", "gate", "help", "levels", "members", "privacy", "referrals", "tipjar"), Bare)
ADAPTERS: dict[str, type[Config]] = {"sandbox": Bare, "telegram": Bot, "discord": Bot}
ENVIRON = dict.fromkeys(("TELEGRAM_TOKEN", "COTERIE_SECRET"), HIDDEN)
ENVIRON["DATABASE_URL"] = f"postgres://coterie:{HIDDEN}@db/coterie"

Reads = Callable[[str], Settings]


@pytest.fixture
def read(tmp_path: Path) -> Reads:
    def from_text(text: str) -> Settings:
        file = tmp_path / "plugins.toml"
        file.write_text(text, encoding="utf-8")
        return load(file, PLUGINS, ADAPTERS, ENVIRON)

    return from_text


@pytest.mark.parametrize(
    ("written", "address", "lanes"),
    [
        ('"sqlite:///c.db"', "sqlite:///{folder}/c.db", 1),
        ('"sqlite:////var/c.db"', "sqlite:////var/c.db", 1),
        ('"sqlite://"', "sqlite://", 1),
        ('"sqlite:///:memory:"', "sqlite://", 1),
        ('"postgresql://u@h/x"', "postgresql+psycopg://u@h/x", 8),
        ('"postgresql+psycopg:///x"', "postgresql+psycopg:///x", 8),
        ('{ env = "DATABASE_URL" }', f"postgresql+psycopg://coterie:{HIDDEN}@db/coterie", 8),
    ],
)
def test_the_database_may_be_named_in_short(
    read: Reads, tmp_path: Path, written: str, address: str, lanes: int
) -> None:
    settings = read(f"[coterie]\ndatabase = {written}\nlanes = 8")
    assert settings.core.database == address.format(folder=tmp_path)
    assert settings.core.lanes == lanes, "SQLite has one writer"
    assert not settings.warnings
    assert HIDDEN not in repr(settings)


def test_a_password_in_the_file_is_a_warning(read: Reads) -> None:
    (warning,) = read("[coterie]\ndatabase = 'postgres://u:hunter2@h/x'").warnings
    assert warning.key == "coterie.database"
    assert "hunter2" not in str(warning)


def test_secrets_are_read_and_never_shown(read: Reads, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"\n{HIDDEN}\n")
    settings = read(f"""
        [coterie]
        secret = {{ env = "COTERIE_SECRET" }}
        [adapters.telegram]
        token = {{ file = "token" }}
        [adapters.telegram.proxies]
        one = "{HIDDEN}"
    """)
    bot = settings.adapters["telegram"].config
    assert isinstance(bot, Bot)
    assert bot.token.get_secret_value() == bot.proxies["one"].get_secret_value() == HIDDEN
    assert bot.token.origin == f"file:{tmp_path / 'token'}"
    (warning,) = settings.warnings
    assert (warning.key, warning.line) == ("adapters.telegram.proxies.one", 7)
    for shown in (repr(settings), str(bot.token), bot.model_dump_json(), str(warning)):
        assert HIDDEN not in shown


@pytest.mark.parametrize(
    ("content", "message"), [(b"\n", "is empty"), (b"\xff", "not UTF-8"), (b"x" * 70_000, "larger")]
)
def test_a_secret_file_must_hold_a_short_text(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        validate(Bot, {"token": {"file": "f"}}, folder=tmp_path)


def test_an_overriding_secret_replaces_the_other_kind() -> None:
    assert merge({"a": {"env": "X"}, "b": {"c": 1}}, {"a": {"file": "y"}, "b": {"d": [2]}}) == {
        "a": {"file": "y"},
        "b": {"c": 1, "d": [2]},
    }


def test_code_may_hand_over_plain_secrets() -> None:
    assert Bot(token=Secret("x")).token.origin == "code"
    assert Bot.model_validate({"token": SecretStr("x")}).token == Secret("x")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("0s", timedelta(0)),
        ("90", None),
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("2d 4h", timedelta(days=2, hours=4)),
        ("1w", timedelta(weeks=1)),
        ("250ms", timedelta(milliseconds=250)),
        ("5m250ms", timedelta(minutes=5, milliseconds=250)),
        *(
            (text, None)
            for text in ("", "h", "1", "-1h", "1.5h", "30m1h", "1h1h", "1y", "٣h", "36526d", "999999999999w")
        ),
    ],
)
def test_durations_are_read(text: str, length: timedelta | None) -> None:
    if length is None:
        with pytest.raises(ValueError, match="expected a duration"):
            parse_duration(text)
    else:
        assert parse_duration(text) == length


@given(st.integers(min_value=0, max_value=36_525 * 86_400_000))
def test_a_duration_reads_back_as_it_was_written(milliseconds: int) -> None:
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(duration)) == duration


def test_a_configuration_written_as_json_reads_back() -> None:
    config = CheckIn(limits=Limits(wait=timedelta(minutes=90)), reward=6)
    assert '"wait":"1h30m"' in config.model_dump_json()
    assert CheckIn.model_validate_json(config.model_dump_json()) == config


def test_every_key_of_a_file_has_its_line() -> None:
    text = (
        "# a comment\r\na.b = '''x\r\ny = 1'''\r\n"
        "'q.k' = [ # c\n  {x = 1, y = [1,\n 2]},\n  \"]\", 3 ]\n"
        '[t.u]\nk = """"a"\n[no]\n""""\n'
        "[[l]]\nx = 1979-05-27T07:32:00Z\n[l.m]\nd = {}\n[[l]]\nx = 2\n"
    )
    lines = key_lines(text)
    assert lines == {
        ("a",): 2,
        ("a", "b"): 2,
        ("q.k",): 4,
        ("q.k", 0): 5,
        ("q.k", 0, "x"): 5,
        ("q.k", 0, "y"): 5,
        ("q.k", 0, "y", 0): 5,
        ("q.k", 0, "y", 1): 6,
        ("q.k", 1): 7,
        ("q.k", 2): 7,
        ("t",): 8,
        ("t", "u"): 8,
        ("t", "u", "k"): 9,
        ("l",): 12,
        ("l", 0): 12,
        ("l", 0, "x"): 13,
        ("l", 0, "m"): 14,
        ("l", 0, "m", "d"): 15,
        ("l", 1): 16,
        ("l", 1, "x"): 17,
    }


def errors(schema: dict[str, Any], value: object, root: dict[str, Any]) -> Iterator[str]:
    """As much of JSON Schema as ours uses."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": float, "boolean": bool}
    if choices := schema.get("anyOf"):
        if all(list(errors(choice, value, root)) for choice in choices):
            yield f"no choice fits {value!r}"
        return
    if not isinstance(value, kinds.get(schema.get("type", ""), object)):
        yield f"{value!r} is no {schema['type']}"
    elif isinstance(value, dict):
        for name, inner in value.items():
            child = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            yield from errors(child, inner, root) if child is not False else [f"{name} is not known"]
        branch = "then" if "if" in schema and not list(errors(schema["if"], value, root)) else "else"
        required = schema.get(branch, {}).get("required", []) if "if" in schema else schema.get("required", [])
        yield from (f"{name} is missing" for name in required if name not in value)
    elif isinstance(value, list):
        yield from (error for inner in value for error in errors(schema.get("items", {}), inner, root))
    elif value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{value!r} is none of the choices"


def valid_files() -> dict[str, str]:
    """Every configuration that we show to people: the sample, the sample with its comments taken away, the manual's."""
    sample = (ROOT / "plugins.toml").read_text(encoding="utf-8")
    manual = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", manual, re.DOTALL)
    return {"sample": sample, "full sample": re.sub(r"(?m)^# (?=\[|\w+ = |  \{|\])", "", sample), "manual": example}


@pytest.mark.parametrize("name", ["sample", "full sample", "manual"])
def test_what_we_show_to_people_loads_and_fits_the_schema(tmp_path: Path, name: str) -> None:
    text = valid_files()[name]
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "discord-token").write_text(HIDDEN)
    file = tmp_path / "plugins.toml"
    file.write_text(text, encoding="utf-8")
    settings = load(file, PLUGINS, ADAPTERS, ENVIRON)
    assert not settings.warnings
    assert settings.enabled_plugins >= {"identity", "wallet", "checkin"}
    assert settings.adapters["sandbox"].enabled
    schema = json_schema(PLUGINS, ADAPTERS)
    assert list(errors(schema, tomllib.loads(text), schema)) == []
    if find_spec("jsonschema"):  # it knows the whole standard, where it is installed
        jsonschema = import_module("jsonschema")
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(tomllib.loads(text))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[coterie]\nnmae = 'x'", "nmae is not known"),
        ("[plugins.checkin]\nreward = '5'", "'5' is no integer"),
        ("[communities.x.plugins.chekin]", "chekin is not known"),
        ("[communities.x.plugins.checkin.limits]\nmsot = 5", "msot is not known"),
    ],
)
def test_the_schema_finds_what_an_editor_can_know(text: str, error: str) -> None:
    schema = json_schema(PLUGINS, ADAPTERS)
    assert list(errors(schema, tomllib.loads(text), schema)) == [error]


def test_the_sample_is_the_database_and_community_that_newcomers_expect() -> None:
    settings = load(ROOT / "plugins.toml", PLUGINS, ADAPTERS, {})
    assert settings.core.database == f"sqlite:///{ROOT / 'coterie.db'}"
    assert [community.name for community in settings.communities] == ["main"]


def test_the_schema_tells_what_an_adapter_needs_and_what_the_defaults_are() -> None:
    schema = json_schema(PLUGINS, ADAPTERS)
    assert list(errors(schema, {"adapters": {"telegram": {}}}, schema)) == ["token is missing"]
    assert list(errors(schema, {"adapters": {"telegram": {"enabled": False}}}, schema)) == []
    assert schema["$defs"]["Limits"]["properties"]["wait"]["default"] == "1h"
    assert schema["properties"]["coterie"]["properties"]["day_start"]["default"] == "00:00"


@pytest.mark.parametrize(
    "model", [config_types.CoreConfig, communities.CommunityConfig, communities.SpaceConfig, config_types.WebConfig]
)
def test_the_manual_tells_every_key(model: type[Config]) -> None:
    manual = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert [name for name in model.model_fields if f"`{name}`" not in manual] == []
    assert [name for name, info in model.model_fields.items() if not info.description] == []


PIECES = [
    "[",
    "]",
    "[[",
    "{",
    "}",
    "=",
    ".",
    '"',
    "'",
    '"""',
    "\n",
    "#",
    ",",
    "\\",
    "\x00",
    "\u202e",
    "3",
    "-",
    "true",
    "é",
]
PIECES += ["[plugins.checkin]\n", "[communities.x]\n", "enabled", "plugins", "env", "file", "nan", "inf", "12:00:00"]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(valid_files().values())),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 30), st.lists(st.sampled_from(PIECES), max_size=3))),
)
def test_a_mangled_file_is_settings_or_a_list_of_problems(
    tmp_path_factory: pytest.TempPathFactory, text: str, cuts: list[tuple[int, int, list[str]]]
) -> None:
    for start, length, pieces in cuts:
        start %= len(text) + 1
        text = text[:start] + "".join(pieces) + text[start + length :]
    file = tmp_path_factory.getbasetemp() / "mangled.toml"
    file.write_text(text, encoding="utf-8", newline="")
    problems: list[Problem] = []
    try:
        outcome = repr(load(file, PLUGINS, ADAPTERS, ENVIRON))
    except ConfigError as error:
        problems, outcome = error.problems, str(error)
    assert HIDDEN not in outcome
    assert bool(problems) == outcome.startswith("The configuration has")
    assert all(1 <= (problem.line or 1) <= text.count("\n") + 1 for problem in problems)
