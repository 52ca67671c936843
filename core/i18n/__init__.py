"""Messages in people's languages.

A :class:`Translator` turns a key and values into text for a reader.  Messages stand in ``.ftl`` files (Project Fluent),
one folder a namespace, one file a locale; ``docs/translation.md`` tells how they are written.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from coterie.core.i18n.catalogs import Catalog, CatalogError, catalog, log_once
from coterie.core.i18n.currencies import Currency
from coterie.core.i18n.formats import (
    Money,
    currency_exponent,
    format_date,
    format_datetime,
    format_duration,
    format_iso_money,
    format_number,
    format_relative,
    is_iso_currency,
    list_separator,
)
from coterie.core.i18n.wording import Message
from coterie.core.text import Rich, Text, join

if TYPE_CHECKING:
    from datetime import tzinfo
    from importlib.resources.abc import Traversable

CORE: Final = "core"
"""The namespace of the core's own messages."""
SOURCE: Final = "en"
"""The locale in which messages are first written."""
_UNIT_KEYS: Final = {"points": "amount-points", "XTR": "amount-stars"}
_NOTHING: Final[Mapping[str, Any]] = {}
_log: Final = logging.getLogger("coterie.i18n")


class Translator:
    """The messages of the core and of all plugins; one a process, safe to read from several threads."""

    def __init__(self, default: str = SOURCE) -> None:
        self.default = default
        self.currencies: Mapping[str, Currency] = {}
        """The currencies that the configuration declares, by code."""
        self.locales: tuple[str, ...] = ()
        self._files: dict[str, dict[str, Traversable | Path]] = {}
        self._catalogs: dict[tuple[str, str], Catalog] = {}
        self._ready: dict[tuple[str, str], dict[str, Message]] = {}
        self._lock = RLock()
        self.add(CORE, Path(__file__).parent / "locales")

    def add(self, namespace: str, folder: Traversable | Path) -> None:
        """Take the ``{locale}.ftl`` files of a folder as a namespace, in place of what it was before.

        Files are read when a message of theirs is first needed.  Raises :class:`CatalogError` for a folder that has
        neither the default locale's file nor ``en.ftl``; faults inside files are told by :meth:`problems`.
        """
        files = {entry.name.removesuffix(".ftl"): entry for entry in _entries(folder) if entry.name.endswith(".ftl")}
        if self.default not in files and SOURCE not in files:
            raise CatalogError(f"{folder}: there is no {SOURCE}.ftl for the messages of {namespace}")
        with self._lock:
            self._files = {**self._files, namespace: files}
            found = {locale for known in self._files.values() for locale in known}
            self.locales = (self.default, *sorted(found - {self.default}))  # the default may have no file yet
            self._catalogs = {key: value for key, value in self._catalogs.items() if key[0] != namespace}
            self._ready = {key: value for key, value in self._ready.items() if key[0] != namespace}

    def negotiate(self, tag: str | None) -> str:
        """The locale that serves a platform's or browser's language tag best."""
        return _negotiate(tag[:35], self.locales, self.default) if tag else self.default

    def text(
        self, namespace: str, key: str, locale: str, args: Mapping[str, Any] = _NOTHING, zone: tzinfo | None = None
    ) -> Rich:
        """A message with its values: a plain string, or :class:`Text` where there are looks or mentions.

        Strings are literal, whatever they contain; a :class:`Text` keeps its spans.  Numbers, :class:`Money`, dates and
        lengths of time are written as the locale does, moments in ``zone``.  Never raises: what is missing falls back
        to the default locale, to English, and then to the key in brackets, and is logged once.
        """
        messages = self._ready.get((namespace, locale))
        message = messages.get(key) if messages is not None else None
        if message is None:
            message = self._find(namespace, key, locale)
        if message.fixed is not None:
            return message.fixed
        try:
            return message.render(args, zone, self._show)
        except Exception as error:
            return self._salvaged(namespace, key, message, args, error)

    def currency(self, code: str) -> Currency:
        """A currency by its code: declared, a state's with its decimals, or one without decimals."""
        return self.currencies.get(code) or Currency(code, currency_exponent(code))

    def money(self, money: Money, locale: str) -> str:
        """An amount with its unit, sign or code."""
        declared = self.currencies.get(money.currency)
        if declared is None or (money.currency in _UNIT_KEYS and not declared.titles):
            return format_money(money.amount, money.currency, locale)
        return f"{declared.written(money.amount, locale)} {declared.title(money.amount, locale)}"

    def has(self, namespace: str, key: str) -> bool:
        """Whether there is a message to fall back to; for texts that are optional."""
        return namespace in self._files and key in self._reference(namespace).keys

    def missing(self) -> list[str]:
        """Keys that one locale of a namespace has and another lacks, and locales that a namespace lacks altogether."""
        found: list[str] = []
        for namespace, files in sorted(self._files.items()):
            keys = {locale: self._catalog(namespace, locale).keys for locale in self.locales if locale in files}
            found += [f"{namespace}: there is no {locale}.ftl" for locale in self.locales if locale not in files]
            every = frozenset[str]().union(*keys.values())
            for locale, own in keys.items():
                found += [f"{namespace}: {key} is missing in {locale}" for key in sorted(every - own)]
        return found

    def problems(self) -> list[str]:
        """Faults inside the files, each as ``path:line: what``."""
        from coterie.core.i18n.check import problems_of

        found: list[str] = []
        for namespace, files in sorted(self._files.items()):
            reference = self._reference(namespace)
            for locale in sorted(files):
                own = self._catalog(namespace, locale)
                found += problems_of(own, reference if own is not reference else None)
        return found

    def _reference(self, namespace: str) -> Catalog:
        return self._catalog(namespace, self.default if self.default in self._files[namespace] else SOURCE)

    def _catalog(self, namespace: str, locale: str) -> Catalog:
        with self._lock:
            known = self._catalogs.get((namespace, locale))
            if known is None:
                file = self._files[namespace][locale]
                known = catalog(_read(file), str(file), locale)
                self._catalogs[namespace, locale] = known
            return known

    def _show(self, value: Any, locale: str, zone: tzinfo | None) -> Rich:
        """A value as it stands in a message."""
        if isinstance(value, int):
            return format_number(value, locale) if type(value) is not bool else str(value).lower()
        if isinstance(value, Text):
            return value
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, Money):
            return self.money(value, locale)
        if isinstance(value, (float, Decimal)):
            return format_number(value, locale)
        if isinstance(value, datetime):
            aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
            return format_datetime((aware - _EPOCH) // timedelta(milliseconds=1), locale, zone)
        if isinstance(value, date):
            return format_date(value, locale)
        if isinstance(value, timedelta):
            return format_duration(value, locale)
        if isinstance(value, (list, tuple)):
            return join([self._show(item, locale, zone) for item in value], list_separator(locale))
        return str(value)

    def _find(self, namespace: str, key: str, locale: str) -> Message:
        """A message that is not ready yet, from the locale or from what stands in for it."""
        if locale not in self.locales:
            return self._find(namespace, key, self.negotiate(locale))
        with self._lock:
            message = None
            for candidate in dict.fromkeys((locale, self.default, SOURCE)):
                if candidate in self._files.get(namespace, _NOTHING):
                    message = message or self._message(namespace, key, candidate)
            if message is None or message.locale != locale:
                _log.warning("no message %s of %s in %s", key, namespace, locale)
            message = message or _bracketed(key, locale)
            self._ready.setdefault((namespace, locale), {})[key] = message
            return message

    def _message(self, namespace: str, key: str, locale: str) -> Message | None:
        try:
            return self._catalog(namespace, locale).message(key)
        except CatalogError as error:
            _log.error("%s", error)
            return None

    def _salvaged(self, namespace: str, key: str, message: Message, args: Mapping[str, Any], error: Exception) -> Rich:
        """A message whose values do not fit: better an odd line than none."""
        log_once(f"message {key} of {namespace}: {error!r}")
        try:
            return message.salvage(args)
        except Exception:
            return f"[{key}]"


def format_points(amount: int, locale: str) -> str:
    """An amount of points with its unit."""
    return format_money(amount, "points", locale)


@lru_cache(maxsize=4096)
def format_money(amount: int, currency: str, locale: str) -> str:
    """An amount in minor units, as :class:`Money` describes them, with its unit, sign or code."""
    if currency in _UNIT_KEYS:
        return str(_core().text(CORE, _UNIT_KEYS[currency], locale, {"amount": amount}))
    if is_iso_currency(currency):
        return format_iso_money(amount, currency, locale)
    return f"{format_number(amount, locale)} {currency}"


@lru_cache(maxsize=1)
def _core() -> Translator:
    """The core's own words for amounts that are written outside of any message."""
    return Translator()


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1024)
def _negotiate(tag: str, locales: tuple[str, ...], default: str) -> str:
    known = {locale.lower(): locale for locale in locales}
    parts = [part for part in re.split(r"[-_.@]", tag.lower()) if part]
    candidates = [parts]
    if parts and parts[0] in ("zh", "cmn", "yue"):
        places = {"tw", "hk", "mo"}.intersection(parts) or parts[0] == "yue"
        candidates.append(["zh", "hant" if "hant" in parts or (places and "hans" not in parts) else "hans"])
    for candidate in candidates:
        for length in range(len(candidate), 0, -1):
            if (locale := known.get("-".join(candidate[:length]))) is not None:
                return locale
    return default


def _entries(folder: Traversable | Path) -> list[Traversable | Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _read(file: Traversable | Path) -> str:
    """A file's text; what is not UTF-8 becomes a replacement character, and the rest is still shown."""
    return file.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")


def _bracketed(key: str, locale: str) -> Message:
    message = Message(locale)
    message.fixed = f"[{key}]"
    return message


__all__ = [
    "CORE",
    "SOURCE",
    "CatalogError",
    "Currency",
    "Money",
    "Translator",
    "currency_exponent",
    "format_date",
    "format_datetime",
    "format_duration",
    "format_money",
    "format_number",
    "format_points",
    "format_relative",
]
