"""The configuration file: every mistake is told, nothing secret is, and what is right arrives merged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import Field, ValidationError, model_validator

from coterie.core.config import (
    AccountRef,
    Config,
    ConfigError,
    Duration,
    Secret,
    Settings,
    load,
    validate,
)

ROOT = Path(__file__).resolve().parent.parent
HIDDEN = "hush-hush-0123456789"


class Mode(Enum):
    FAST = "fast"
    SLOW = "slow"


class Limits(Config):
    least: int = 1
    most: int = Field(default=5, ge=1, le=10)
    wait: Duration = Field(default=timedelta(hours=1), ge=timedelta(minutes=1))

    @model_validator(mode="after")
    def _in_order(self) -> Limits:
        if self.least > self.most:
            raise ValueError("least must not be more than most")
        return self


class CheckIn(Config):
    reward: int = Field(default=5, ge=1, le=100)
    rate: float = 1.0
    loud: bool = False
    names: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    mode: Mode = Mode.FAST
    style: Literal["plain", "rich"] = "plain"
    since: date | None = None
    either: int | Limits = 3
    prices: dict[str, int] = Field(default_factory=dict)
    limits: Limits = Limits()
    key: Secret | None = None
    pin: Annotated[Secret, Field(min_length=4)] | None = None
    ident: UUID | None = None
    levels: dict[int, str] = Field(default_factory=dict)
    pair: tuple[int, str] = (0, "")


class Quiz(Config):
    channel: str
    code: Secret | None = None


class Bot(Config):
    token: Secret
    proxies: dict[str, Secret] = Field(default_factory=dict)


class Bare(Config):
    pass


PLUGINS: dict[str, type[Config]] = {"checkin": CheckIn, "quiz": Quiz}
PLUGINS |= {"identity": Bare, "wallet": Bare, "redpacket": Bare}
ADAPTERS: dict[str, type[Config]] = {"sandbox": Bare, "telegram": Bot, "discord": Bot}
ENVIRON = dict.fromkeys(("TELEGRAM_TOKEN", "COTERIE_SECRET", "KEY"), HIDDEN)
ENVIRON["DATABASE_URL"] = f"postgres://coterie:{HIDDEN}@db/coterie"

Reads = Callable[[str], Settings]


@pytest.fixture
def read(tmp_path: Path) -> Reads:
    def from_text(text: str) -> Settings:
        file = tmp_path / "plugins.toml"
        file.write_text(text, encoding="utf-8")
        return load(file, PLUGINS, ADAPTERS, ENVIRON)

    return from_text


def check_in(settings: Settings, community: str = "main") -> CheckIn:
    config = settings.community(community).plugin_config("checkin")
    assert isinstance(config, CheckIn)
    return config


MISTAKES = [
    # text, line, key, what the message says, what the hint says
    ("[coterie]\nnmae = 'x'", 2, "coterie.nmae", "not known", 'did you mean "name"?'),
    ("[coterie]\nname = 'My Bots'", 2, "coterie.name", 'a-z, 0-9, "-" and "_", found the text "My Bots"', ""),
    ("[coterie]\nlocale = 'zh-hans'", 2, "coterie.locale", 'one of "en", "zh-Hans", "zh-Hant"', 'mean "zh-Hans"?'),
    ("[coterie]\ntimezone = 'Asia/Shangai'", 2, "coterie.timezone", "time zone", 'mean "Asia/Shanghai"?'),
    ("[coterie]\ntimezone = 'Asia'", 2, "coterie.timezone", 'found the text "Asia"', ""),
    ("[coterie]\ntimezone = 8", 2, "coterie.timezone", "found the number 8", ""),
    ("[coterie]\nday_start = '24:00'", 2, "coterie.day_start", '"HH:MM"', ""),
    ("[coterie]\nlanes = '3'", 2, "coterie.lanes", 'whole number from 0 to 64, found the text "3"', "quotes: 3"),
    ("[coterie]\nweb = 8080", 2, "coterie.web", "expected a table, found the number 8080", ""),
    ("[coterie.web]\nport = 70000", 2, "coterie.web.port", "from 0 to 65535, found the number 70000", ""),
    ("[coterie]\nlog.level = 'loud'", 2, "coterie.log.level", '"debug", "info"', ""),
    ("[coterie]\ndatabase = 'mysql://h/x'", 2, "coterie.database", '"postgresql://user@host/name"', ""),
    ("[coterie]\ndatabase = 'postgresql+asyncpg://h/x'", 2, "coterie.database", "driver", '"postgresql://…"'),
    ("[coterie]\ndatabase = 'sqlite://x.db'", 2, "coterie.database", "three slashes", "sqlite:///file.db"),
    ("[coterie]\nsecret = 'short'", 2, "coterie.secret", "at least 16 characters", "openssl"),
    ("coterie = 1", 1, "coterie", "expected a table, found the number 1", ""),
    ("[community.x]", 1, "community", "section is not known", 'mean "communities"?'),
    ("[plugins.chekin]", 1, "plugins.chekin", "no plugin called 'chekin'", 'mean "checkin"?'),
    ("[adapters.telegarm]", 1, "adapters.telegarm", "no adapter called", 'mean "telegram"?'),
    ("[plugins]\ncheckin = true", 2, "plugins.checkin", "a table, found true", "write [plugins.checkin]"),
    ("[plugins.checkin]\nenabled = 'yes'", 2, "plugins.checkin.enabled", "expected true or false", ""),
    ("[plugins.checkin]\nrewrad = 1", 2, "plugins.checkin.rewrad", "not known", 'mean "reward"?'),
    ("[plugins.checkin]\nreward = '5'", 2, "plugins.checkin.reward", "from 1 to 100", "without quotes: 5"),
    ("[plugins.checkin]\nreward = 2.0", 2, "plugins.checkin.reward", "found the number 2.0", ""),
    ("[plugins.checkin]\nreward = true", 2, "plugins.checkin.reward", "found true", ""),
    ("[plugins.checkin]\nreward = 101", 2, "plugins.checkin.reward", "from 1 to 100, found the number 101", ""),
    ("[plugins.checkin]\nrate = 'x'", 2, "plugins.checkin.rate", 'expected a number, found the text "x"', ""),
    ("[plugins.checkin]\nloud = 'true'", 2, "plugins.checkin.loud", "true or false", "without quotes: true"),
    ("[plugins.checkin]\nnames = [\n'a',\n3]", 4, "plugins.checkin.names[1]", "text, found the number 3", ""),
    ("[plugins.checkin]\nnames = 'a'", 2, "plugins.checkin.names", "expected a list, found text", ""),
    ("[plugins.checkin]\nmode = 'fats'", 2, "plugins.checkin.mode", 'one of "fast", "slow"', 'mean "fast"?'),
    ("[plugins.checkin]\nsince = 'May'", 2, "plugins.checkin.since", 'expected a date, found the text "May"', ""),
    ("[plugins.checkin]\neither = 'x'", 2, "plugins.checkin.either", "a whole number or a table, found text", ""),
    ("[plugins.checkin]\neither = {wait = 'x'}", 2, "plugins.checkin.either.wait", "a duration", ""),
    ("[plugins.checkin]\nprices = {a = 'x'}", 2, "plugins.checkin.prices.a", "a whole number", ""),
    ("[plugins.checkin.limits]\nwait = '30s'", 2, "plugins.checkin.limits.wait", "at least 1 minute", ""),
    ("[plugins.checkin.limits]\nwait = '1y'", 2, "plugins.checkin.limits.wait", '"1h30m"', ""),
    ("[plugins.checkin]\nlimits.least = 9", 2, "plugins.checkin.limits", "least must not be more", ""),
    ("[plugins.checkin]\nkey = 5", 2, "plugins.checkin.key", 'a secret: { env = "NAME" }', ""),
    ("[plugins.checkin]\nkey = {env = 'NOPE'}", 2, "plugins.checkin.key", "variable 'NOPE' is not set", ""),
    ("[plugins.checkin]\nkey = {env = '1:A'}", 2, "plugins.checkin.key", "not the name of an env", "not the secret"),
    ("[plugins.checkin]\nkey = {file = 'no'}", 2, "plugins.checkin.key", "there is no file", ""),
    ("[plugins.checkin]\nkey = {file = '.'}", 2, "plugins.checkin.key", "there is no file", ""),
    ('[plugins.checkin]\nkey = {file = "a\\u0000b"}', 2, "plugins.checkin.key", "no file", ""),
    ("[plugins.checkin]\nkey = ' '", 2, "plugins.checkin.key", "the value is empty", ""),
    ("[plugins.checkin]\nkey = '*****'", 2, "plugins.checkin.key", "asterisks", "a hidden secret was saved"),
    ("[plugins.checkin]\npin = '123'", 2, "plugins.checkin.pin", "a secret of at least 4 characters", ""),
    ("[plugins.checkin]\nident = 'x'", 2, "plugins.checkin.ident", "this value should be a valid UUID", ""),
    ("[plugins.checkin]\nlevels = {x = 'y'}", 2, "plugins.checkin.levels.x", "this value should be a valid int", ""),
    ("[plugins.checkin]\npair = [1, 2]", 2, "plugins.checkin.pair[1]", "expected text, found the number 2", ""),
    ("[plugins.checkin]\npair = [1]", 2, "plugins.checkin.pair[1]", "this key is missing; expected text", ""),
    ("[plugins.checkin]\nreward = [5]", 2, "plugins.checkin.reward", "found a list of 1 item", ""),
    ("[plugins.checkin]\nreward = {}", 2, "plugins.checkin.reward", "found a table", ""),
    ("[plugins.checkin]\nreward = 2026-05-01", 2, "plugins.checkin.reward", "found the date 2026-05-01", ""),
    ("[plugins.checkin]\nreward = 07:00:00", 2, "plugins.checkin.reward", "found the time 07:00:00", ""),
    ("[plugins.quiz]", 1, "plugins.quiz.channel", "this key is missing; expected text", ""),
    ("[adapters.telegram]", 1, "adapters.telegram.token", 'missing; expected a secret: { env = "NAME" }', ""),
    ("[communities.x.plugins.quiz]", 1, "communities.x.plugins.quiz.channel", "this key is missing", ""),
    ("[communities.x]\nplugins.z = {}", 2, "communities.x.plugins.z", "no plugin called 'z'", "known: "),
    ("[communities.X]", 1, "communities.X", '1 to 32 of the characters a-z, 0-9, "-" and "_"', ""),
    ("[communities]\nx = 3", 2, "communities.x", "expected a table, found the number 3", ""),
    ("[communities.x]\ntitle = ''", 2, "communities.x.title", "text of 1 to 100 characters", ""),
    ("[communities.x]\noperators = ['bob']", 2, "communities.x.operators[0]", '"platform:id"', ""),
    ("[communities.x]\noperators = ['discrod:1']", 2, "communities.x.operators[0]", "adapter", 'mean "discord"?'),
    ("[[communities.x.spaces]]\nid = 1", 1, "communities.x.spaces[0].platform", "missing", ""),
    ("[[communities.x.spaces]]\nid = 1\nplatform = 'tg'", 3, "communities.x.spaces[0].platform", "no adapter", "known"),
    ("x = [", 1, "", "not valid TOML: invalid value", ""),
    ("\n\n[a]\nx = 1\nx = 2", 5, "", "not valid TOML: cannot overwrite a value", ""),
    ("x = " + "[" * 5000, None, "", "nested too deeply", ""),
    ("x" + ".x" * 40 + " = 1", 1, "x" + ".x" * 31, "more than 32 deep", ""),
    ("x = 9223372036854775808", 1, "x", "at most 64 bits", ""),
    ("x = " + "9" * 5000, None, "", "not valid TOML", ""),
]


@pytest.mark.parametrize(("text", "line", "key", "message", "hint"), MISTAKES, ids=lambda value: str(value)[:40])
def test_a_mistake_is_told_with_file_line_key_and_expectation(
    read: Reads, tmp_path: Path, text: str, line: int | None, key: str, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text)
    (problem,) = [found for found in caught.value.problems if found.key == key]
    assert (problem.file, problem.line) == (str(tmp_path / "plugins.toml"), line)
    assert message in problem.message
    assert hint in problem.hint
    assert str(problem) in str(caught.value)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(read: Reads) -> None:
    with pytest.raises(ConfigError) as caught:
        read("[communities.x]\nlocale = 3\n[plugins.checkin]\nreward = 0\nfoo = 1\n[coterie]\nlanes = 99\n[adapters.x]")
    keys = ["communities.x.locale", "plugins.checkin.reward", "plugins.checkin.foo", "coterie.lanes", "adapters.x"]
    assert [problem.key for problem in caught.value.problems] == keys
    assert str(caught.value).startswith("The configuration has 5 problems:\n  ")


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [(None, None, "cannot be read: No such file"), (b"a = 1\nb = '\xff'", 2, "this line is not UTF-8")],
)
def test_a_file_that_is_no_text_is_told(tmp_path: Path, content: bytes | None, line: int | None, message: str) -> None:
    file = tmp_path / "plugins.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(file, PLUGINS, ADAPTERS, {})
    (problem,) = caught.value.problems
    assert problem.line == line
    assert message in problem.message


def test_what_is_inherited_and_overridden_arrives_merged(read: Reads) -> None:
    settings = read("""
        [coterie]
        locale = "zh-Hans"
        timezone = "Asia/Shanghai"
        day_start = 04:00:00                     # a bare TOML time does too
        [plugins.checkin]
        reward = 7
        names = ["a", "b"]
        limits = { most = 8, wait = "2h" }
        key = { env = "KEY" }
        [plugins.wallet]
        enabled = false
        [communities.owls]
        title = "Night Owls"
        operators = ["telegram: 12:3"]
        spaces = [{ platform = "telegram", id = -100 }, { platform = "discord", id = "5", title = "D" }]
        [communities.owls.plugins.checkin]
        names = ["c"]
        limits.most = 9
        [communities.owls.plugins.wallet]
        enabled = true
        [communities.larks]
        locale = "en"
        day_start = "00:00"
        plugins.checkin.enabled = false
        plugins.quiz.channel = "quiz"
    """)
    owls, larks = settings.communities
    config = check_in(settings, "owls")
    assert (config.reward, config.names, config.rate) == (7, ("c",), 1.0), "section, override, default"
    assert config.limits == Limits(most=9, wait=timedelta(hours=2)), "tables merge key by key"
    assert config.key is not None
    assert config.key.origin == "env:KEY"
    assert (owls.locale, str(owls.timezone), owls.day_start) == ("zh-Hans", "Asia/Shanghai", time(4))
    assert (larks.locale, str(larks.timezone), larks.day_start) == ("en", "Asia/Shanghai", time(0))
    assert (owls.title, larks.title) == ("Night Owls", "larks")
    assert owls.operators == (AccountRef("telegram", "12:3"),)
    assert [(space.platform, space.id, space.title) for space in owls.spaces] == [
        ("telegram", "-100", ""),
        ("discord", "5", "D"),
    ]
    assert (owls.enabled, larks.enabled) == (frozenset({"checkin", "wallet"}), frozenset({"quiz"}))
    assert settings.enabled_plugins == {"checkin", "wallet", "quiz"}
    assert {name: part.enabled for name, part in settings.plugins.items()} == {"checkin": True, "wallet": False}
    assert owls.written["checkin"]["names"] == ["c"]
    with pytest.raises(KeyError):
        larks.plugin_config("checkin")
    with pytest.raises(KeyError):
        settings.community("main")


def test_a_key_may_be_missing_from_the_section_if_each_community_that_needs_it_has_it(read: Reads) -> None:
    text = "[plugins.quiz]\n[communities.a.plugins.quiz]\nchannel = 'x'\n[communities.b]\nplugins.quiz.enabled = {}"
    settings = read(text.format("false"))
    assert settings.plugins["quiz"].config is None
    assert [community.enabled for community in settings.communities] == [{"quiz"}, frozenset()]
    with pytest.raises(ConfigError, match=r"plugins\.toml:1: plugins\.quiz\.channel: this key is missing"):
        read(text.format("true"))


def test_an_override_that_breaks_a_rule_of_the_whole_is_told_where_it_stands(read: Reads) -> None:
    with pytest.raises(ConfigError, match=r":3: communities\.x\.plugins\.checkin\.limits: least must not"):
        read("[plugins.checkin.limits]\nmost = 2\n[communities.x.plugins.checkin.limits]\nleast = 3")


def test_a_section_that_is_off_may_be_incomplete_but_not_wrong(read: Reads) -> None:
    settings = read("[adapters.telegram]\nenabled = false\ntoken = {env='NOPE'}\n[plugins.gone]\nenabled = false")
    assert not settings.adapters["telegram"].enabled
    assert settings.adapters["telegram"].config is None
    assert [warning.key for warning in settings.warnings] == ["plugins.gone"]
    with pytest.raises(ConfigError, match="this key is not known"):
        read("[adapters.telegram]\nenabled = false\ntokn = 1")


def test_types_are_strict_but_what_toml_cannot_write_is_converted(read: Reads) -> None:
    text = "[plugins.checkin]\nrate = 2\ntags = ['x']\nmode = 'slow'\nsince = 2026-05-01\nlimits = {wait = 90}"
    config = check_in(read(text))
    assert (config.rate, config.tags, config.mode) == (2.0, frozenset({"x"}), Mode.SLOW)
    assert (config.since, config.limits.wait) == (date(2026, 5, 1), timedelta(seconds=90))
    with pytest.raises(ValidationError):
        config.reward = 6  # type: ignore[misc]


def test_a_space_belongs_to_one_community(read: Reads) -> None:
    space = "spaces = [{ platform = 'sandbox', id = 1 }]"
    with pytest.raises(ConfigError, match=r":4: communities\.b\.spaces\[0\]: this space is listed twice"):
        read(f"[communities.a]\n{space}\n[communities.b]\n{space}")


def test_a_space_whose_adapter_is_off_is_a_warning(read: Reads) -> None:
    (warning,) = read("[communities.a]\nspaces = [{ platform = 'discord', id = 1 }]").warnings
    assert (warning.key, warning.hint) == ("communities.a.spaces[0].platform", "add [adapters.discord]")


@pytest.mark.parametrize(
    "text",
    [
        "[plugins.checkin]\nkey = {{ value = '{0}' }}",
        "[plugins.checkin]\nkey = ['{0}']",
        "[plugins.checkin]\nkey = {{ env = '{0}', file = 'x' }}",
        "[plugins.checkin]\nkye = '{0}'\nlimits = '{0}'",
        "[adapters.telegram]\ntoken = '{0}'\nproxies = '{0}'",
        "[adapters]\ntelegram = '{0}'",
        "[coterie]\ndatabase = '{0}'\nsecret = {{ env = '{0}' }}",
        "[coterie]\ndatabase = 'mysql://u:{0}@h/x'",
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(read: Reads, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text.format(HIDDEN))
    assert HIDDEN not in repr(caught.value) + str(caught.value)
    assert caught.value.__context__ is None, "no error behind this one can show the value in a traceback"


def test_a_check_that_crashes_is_a_mistake_of_its_plugin() -> None:
    class Broken(Config):
        @model_validator(mode="before")
        @classmethod
        def _crash(cls, values: Any) -> Any:
            raise RuntimeError(HIDDEN)

    with pytest.raises(ConfigError, match="failed with RuntimeError") as caught:
        validate(Broken, {}, name="console")
    assert HIDDEN not in str(caught.value)


def test_a_plugin_cannot_take_the_key_enabled(tmp_path: Path) -> None:
    class Greedy(Config):
        enabled: int = 3

    with pytest.raises(ConfigError, match="belongs to Coterie"):
        Settings.default({"greedy": Greedy}, {})


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "plugins.toml"
    file.write_text(
        "[coterie]\ndatabase = 'sqlite:///x.db'\nweb = { host = '::1' }\n[plugins.checkin]\nenabled = false"
    )
    core: dict[str, object] = {"database": "sqlite:///here.db", "web": {"port": 0}}
    settings = load(file, PLUGINS, ADAPTERS, {}, core=core, enable=["checkin", "wallet"])
    here = f"sqlite:///{Path.cwd() / 'here.db'}"
    assert (settings.core.database, settings.core.web.host, settings.core.web.port) == (here, "::1", 0)
    assert settings.enabled_plugins == {"checkin", "wallet"}
    with pytest.raises(ConfigError) as caught:
        load(file, PLUGINS, ADAPTERS, {}, core={"lanes": 99}, enable=["walet"])
    assert {str(problem).split(":")[0] for problem in caught.value.problems} == {"command line"}
    assert [problem.hint for problem in caught.value.problems if problem.key == "walet"] == ['did you mean "wallet"?']


def test_without_a_file_everything_that_needs_no_settings_is_on() -> None:
    settings = Settings.default(PLUGINS, ADAPTERS)
    assert settings.core.database == "sqlite://"
    assert [(community.name, community.enabled) for community in settings.communities] == [
        ("main", frozenset({"checkin", "identity", "wallet", "redpacket"}))
    ]
    assert list(settings.adapters) == ["sandbox"]
    document = {"plugins": {"quiz": {"channel": "c"}}, "communities": {"x": {"title": "X"}}}
    assert Settings.of(document, PLUGINS, {}, {}).community("x").enabled == {"quiz"}
    assert Settings.default(PLUGINS, {}, core={"name": "x"}, enable=["wallet"]).community("x").enabled == {"wallet"}
    with pytest.raises(ConfigError, match=r"plugins\.quiz\.channel: this key is missing"):
        Settings.default(PLUGINS, ADAPTERS, enable=["quiz"])
