"""What configuration models are made of: the strict base class, and values with a notation of their own."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from coterie.core.config.problems import Refusal, did_you_mean
from coterie.core.config.secrets import Secret, SecretSource, read_secret, secret_schema

Locale: TypeAlias = Literal["en", "zh-Hans", "zh-Hant"]


class Config(BaseModel):
    """Base of every configuration model: unknown keys and wrong types are refused, instances do not change.

    A plugin or adapter declares a subclass whose fields have defaults where that makes sense.  Types are strict ("3" is
    no number), but a whole number is taken for a float, and a list becomes a tuple or set where the field says so.
    The name `enabled` belongs to Coterie.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        validate_default=True,
        hide_input_in_errors=True,  # an input may be a secret in the wrong place
        defer_build=True,  # start-up pays only for the models that a configuration names
    )


_UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_DURATION = re.compile("".join(rf"(?:([0-9]{{1,12}}){unit}(?![a-z]) ?)?" for unit in _UNITS))
_LONGEST = timedelta(days=36_525)  # so that no sum with a date leaves the calendar
_DURATION_EXPECTED = 'expected a duration such as "30s", "10m", "1h30m" or "2d", or a whole number of seconds'


def parse_duration(text: str) -> timedelta:
    """Return the length that `text` names: whole numbers of w, d, h, m, s, ms, largest first, at most 100 years.

    Raises ValueError for anything else.
    """
    match = _DURATION.fullmatch(text)
    if not text or not match:
        raise ValueError(_DURATION_EXPECTED)
    return _bounded(sum(int(count) * size for count, size in zip(match.groups("0"), _UNITS.values(), strict=True)))


def format_duration(duration: timedelta) -> str:
    """Return `duration` in the notation that `parse_duration` reads, whole milliseconds: "1d12h"."""
    left = duration // timedelta(milliseconds=1)
    text = ""
    for unit, size in _UNITS.items():
        # Weeks are read, not written: "14d" is plainer than "2w", and 90 days are no whole number of them.
        if unit != "w" and left >= size:
            text += f"{left // size}{unit}"
            left %= size
    return text or "0s"


def _bounded(milliseconds: int) -> timedelta:
    if not 0 <= milliseconds <= _LONGEST // timedelta(milliseconds=1):
        raise ValueError("expected a duration from 0 to 100 years")
    return timedelta(milliseconds=milliseconds)


def _duration(value: object) -> timedelta:
    try:
        return _read_duration(value)
    except ValueError as error:
        raise Refusal(str(error)) from None


def _read_duration(value: object) -> timedelta:
    match value:
        case timedelta():
            return value
        case int() if not isinstance(value, bool):
            return _bounded(value * 1000)
        case str():
            return parse_duration(value)
    raise ValueError(_DURATION_EXPECTED)


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 0}], "format": "coterie-duration"}),
]
"""A length of time: "24h", "1h30m", or whole seconds.  Bounds: `Field(ge=timedelta(minutes=1))`."""


def _time_zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    if not isinstance(value, str):
        raise Refusal('expected a time zone as text, such as "Europe/Berlin"')
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder
        hint = did_you_mean(value, available_timezones(), 'names look like "Asia/Shanghai" or "UTC"')
        raise Refusal("expected the name of a time zone in the IANA database", hint) from None


TimeZone = Annotated[
    ZoneInfo,
    PlainValidator(_time_zone),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "coterie-time-zone"}),
]
"""An IANA time zone, such as "Asia/Shanghai"."""

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::00)?")  # with seconds: a bare TOML time


def _clock_time(value: object) -> time:
    if isinstance(value, time):
        return value
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise Refusal('expected a time of day as "HH:MM", from "00:00" to "23:59"')
    return time(int(match[1]), int(match[2]))


ClockTime = Annotated[
    time,
    PlainValidator(_clock_time),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "coterie-clock-time"}),
]
"""A time of day, "HH:MM"."""

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
NAME_EXPECTED = 'expected a name of 1 to 32 of the characters a-z, 0-9, "-" and "_"'


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise Refusal(NAME_EXPECTED)
    return value


Name = Annotated[
    str,
    AfterValidator(_name),
    WithJsonSchema({"type": "string", "pattern": f"^{NAME.pattern}$", "format": "coterie-name"}),
]


def _native_id(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


NativeId = Annotated[
    str,
    BeforeValidator(_native_id),
    Field(min_length=1, max_length=100),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1, "maxLength": 100}, {"type": "integer"}]}),
]
"""An id as the platform writes it; a whole number is taken as text."""


class AccountRef(NamedTuple):
    """An account on a platform, written `platform:native_id`."""

    platform: str
    native_id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.native_id}"


def _account(value: object) -> AccountRef:
    if isinstance(value, AccountRef):
        return value
    platform, colon, native_id = value.partition(":") if isinstance(value, str) else ("", "", "")
    if not (colon and NAME.fullmatch(platform) and 1 <= len(native_id.strip()) <= 100):
        raise Refusal('expected an account as "platform:id", such as "telegram:123456789"')
    return AccountRef(platform, native_id.strip())


Account = Annotated[
    AccountRef,
    PlainValidator(_account),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,31}:.+"}),
]

_DATABASE = re.compile(r"(sqlite|postgres|postgresql)(\+[a-z0-9_]+)?://(.*)", re.DOTALL)
_DATABASE_EXPECTED = 'expected a database address: "sqlite:///file.db" or "postgresql://user@host/name"'
_DRIVERS = {"sqlite": ("", "+pysqlite"), "postgresql": ("+psycopg", "")}


def _database(value: object, info: ValidationInfo) -> str:
    """Return the SQLAlchemy address; a relative SQLite file lies beside the configuration."""
    if not isinstance(value, str | dict):
        raise Refusal(_DATABASE_EXPECTED)
    match = _DATABASE.fullmatch(read_secret(value, info).get_secret_value())
    if not match:
        raise Refusal(_DATABASE_EXPECTED)
    kind = "sqlite" if match[1] == "sqlite" else "postgresql"
    if (match[2] or "") not in _DRIVERS[kind]:
        raise Refusal(f"the driver {match[2][1:]!r} is not one that Coterie uses", f'write "{kind}://…"')
    if kind == "postgresql":
        return f"postgresql+psycopg://{match[3]}"
    if match[3] in ("", "/", "/:memory:"):
        return "sqlite://"
    if not match[3].startswith("/"):
        raise Refusal("a SQLite file follows three slashes", 'write "sqlite:///file.db"')
    folder = info.context.folder if isinstance(info.context, SecretSource) else Path()
    file = match[3][1:]
    return f"sqlite:///{file if file.startswith('file:') else folder / file}"


DatabaseUrl = Annotated[
    str,
    PlainValidator(_database),
    WithJsonSchema({"anyOf": secret_schema()["anyOf"], "format": "coterie-database"}),
]


class WebConfig(Config):
    """Where the web pages are served."""

    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    public: str = Field(
        default="",
        pattern=r"^(https?://[^\s?#]+)?$",
        description="Address of the pages for members, if they can reach them",
    )


class RetentionConfig(Config):
    """How long what nobody needs any more is kept; what is left out is kept for ever."""

    event_keys: Duration = Field(
        default=timedelta(days=7), ge=timedelta(days=2), description="Keys of events, which make repetitions harmless"
    )
    failures: Duration = Field(
        default=timedelta(days=90), ge=timedelta(days=1), description="Missed events and undelivered messages"
    )
    messages: Duration | None = Field(
        default=None, ge=timedelta(days=7), description="Where delivered messages are; older ones cannot be edited"
    )
    audit: Duration | None = Field(default=None, ge=timedelta(days=30), description="The audit log")
    leavers: Duration | None = Field(
        default=None, ge=timedelta(days=7), description="Members who left; older ones are erased"
    )
    leavers_percent: float = Field(
        default=1, gt=0, le=100, description="Leavers erased in a day, of all members; at least one"
    )


class RightsConfig(Config):
    """How carefully rights on the platforms are changed; what they are stands in `[communities.NAME.access]`."""

    brake_number: int = Field(default=5, ge=0, description="So many removals of one access in an hour always pass")
    brake_percent: int = Field(default=10, ge=0, le=100, description="Removals in an hour that pass, of all in place")
    compare_every: Duration = Field(
        default=timedelta(hours=6), ge=timedelta(minutes=10), description="How often the platforms are looked through"
    )


def _code(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,15}", value):
        raise Refusal('expected a currency\'s code of 1 to 16 letters and digits, such as "GEM"')
    return value


CurrencyCode = Annotated[
    str,
    AfterValidator(_code),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9]{0,15}$"}),
]
"""The code of a currency, as people type it."""


class CurrencyConfig(Config):
    """A currency of a community's own; once there is money in it, its decimals must stay as they are."""

    exponent: int = Field(default=0, ge=0, le=6, description="Decimal places; 2 keeps hundredths")
    title: dict[Locale, str] = Field(default={}, description='What it is called, "gem|gems" for one and many')


class LogConfig(Config):
    """What is logged, and how it is written."""

    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level shown")
    format: Literal["text", "json"] = Field(default="text", description="For people, or for machines")


_SETTLED = {"points": 0, "XTR": 0}
"""Decimals that nobody can choose: what exists already, and Telegram's Stars."""


class CoreConfig(Config):
    """The `[coterie]` section: the process, and what communities inherit."""

    name: Name = Field(default="main", description="Name of this installation, and of its community if it has one")
    database: DatabaseUrl = Field(default="sqlite:///coterie.db", repr=False, description="Where everything is kept")
    locale: Locale = Field(default="en", description="Language where a member has chosen none")
    timezone: TimeZone = Field(default=ZoneInfo("UTC"), description="Time zone of the community's days")
    day_start: ClockTime = Field(default=time(0, 0), description="When a community's day begins")
    web: WebConfig = Field(default=WebConfig(), description="The web pages")
    log: LogConfig = Field(default=LogConfig(), description="Logging")
    retention: RetentionConfig = Field(default=RetentionConfig(), description="How long things are kept")
    currencies: dict[CurrencyCode, CurrencyConfig] = Field(default={}, description="Currencies beside points")
    rights: RightsConfig = Field(default=RightsConfig(), description="Roles, tags and memberships on the platforms")
    lanes: int = Field(default=0, ge=0, le=64, description="Lane threads; 0 means 4, SQLite always has 1")
    secret: Secret | None = Field(default=None, description="Signs buttons and links; at least 16 characters")

    @field_validator("currencies")
    @classmethod
    def _check_currencies(cls, currencies: dict[str, CurrencyConfig]) -> dict[str, CurrencyConfig]:
        for code, currency in currencies.items():
            if code in _SETTLED and currency.exponent != _SETTLED[code]:
                raise Refusal(f"{code} always has {_SETTLED[code]} decimals")
            if len(code) == 3 and code.isupper() and code not in _SETTLED:
                from babel.numbers import is_currency  # needed by those alone who declare such a code

                if is_currency(code):
                    raise Refusal(f"{code} is a state's currency: what it is like is known already")
        return currencies

    @field_validator("lanes")
    @classmethod
    def _settle_lanes(cls, lanes: int, info: ValidationInfo) -> int:
        # SQLite has one writer: a second lane would only wait for the first.
        return 1 if str(info.data.get("database", "")).startswith("sqlite") else lanes or 4

    @field_validator("secret")
    @classmethod
    def _check_secret(cls, secret: Secret | None) -> Secret | None:
        if secret is not None and len(secret) < 16:
            raise Refusal("expected at least 16 characters", "make one with: openssl rand -hex 32")
        return secret
