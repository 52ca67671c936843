"""One ``.ftl`` file: its messages, each compiled when it is first asked for.

Every variable of a message becomes a mark (see :mod:`coterie.core.i18n.wording`), so Fluent chooses variants and never
sees a value that is shown.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from coterie.core.i18n.wording import OPEN, SHUT, Message

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle
    from fluent.syntax import ast

_NAME: Final = r"[a-zA-Z][a-zA-Z0-9_-]*"
# An identifier with "=" or a comment sign in the first column always begins a new entry: continued lines are indented.
_ENTRY: Final = re.compile(rf"^(?:(-?{_NAME}) *=|#)", re.MULTILINE)
_MARKS: Final = re.compile(f"[{OPEN}{SHUT}]")
_VARIABLE: Final = re.compile(rf"\{{ *\$({_NAME}) *\}}")
# The usual message, one line of text and variables, needs no parser.
_ONE_LINE: Final = re.compile(rf"{_NAME} *= *((?:[^{{}}\n]|\{{ *\${_NAME} *\}})+)\s*\Z")


class CatalogError(ValueError):
    """A message that cannot be used; says file, line and what is wrong."""


class Catalog:
    """The messages of one file; safe to read from several threads."""

    def __init__(self, source: str, path: str, locale: str) -> None:
        self.source = source
        self.path = path
        self.locale = locale
        self._starts: dict[str, tuple[int, int]] = {}
        self._compiled: dict[str, Message] = {}
        self._bundle: FluentBundle | None = None
        self._bundled: set[str] = set()
        self._lock = RLock()
        entries = list(_ENTRY.finditer(source))
        for entry, after in zip(entries, [*(e.start() for e in entries[1:]), len(source)], strict=False):
            if entry[1]:
                self._starts.setdefault(entry[1], (entry.start(), after))
        self.keys: Final = frozenset(key for key in self._starts if not key.startswith("-"))

    def line(self, offset: int) -> int:
        """The line, from 1, of a place in the source."""
        return self.source.count("\n", 0, offset) + 1

    def message(self, key: str) -> Message | None:
        """A message, or None where the file has none; raises :class:`CatalogError` where it has a broken one."""
        message = self._compiled.get(key)
        if message is None and key in self.keys:
            with self._lock:
                message = self._compiled[key] = self._compile(key)
        return message

    def _compile(self, key: str) -> Message:
        start, end = self._starts[key]
        simple = _ONE_LINE.match(self.source, start, end)
        if simple and not _MARKS.search(simple[1]) and (text := simple[1].rstrip(" ")):
            return Message(self.locale, _VARIABLE.sub(rf"{OPEN}\1{SHUT}", text))
        entry = self._parse(key)
        if entry.value is None:
            raise CatalogError(f"{self.path}:{self.line(start)}: {key} has no text")
        template = _template(entry.value)
        if template is not None:
            return Message(self.locale, template)
        return self._chosen(key)

    def _parse(self, key: str) -> ast.Message | ast.Term:
        from fluent.syntax import FluentParser, ast

        start, end = self._starts[key]
        entry = FluentParser(with_spans=False).parse_entry(self.source[start:end])
        if isinstance(entry, (ast.Message, ast.Term)):
            return entry
        fault = entry.annotations[0] if isinstance(entry, ast.Junk) and entry.annotations else None
        offset = start + (fault.span.start if fault and fault.span else 0)
        raise CatalogError(f"{self.path}:{self.line(offset)}: {key}: {(fault and fault.message) or 'not a message'}")

    def _chosen(self, key: str) -> Message:
        """A message with selectors, terms or references, which Fluent resolves to a template."""
        from fluent.runtime import FluentBundle

        bundle = self._bundle = self._bundle or FluentBundle([self.locale], use_isolating=False)
        self._bundle_entry(key, bundle)
        pattern = bundle.get_message(key).value
        assert pattern is not None, "messages without text are refused before"

        def choose(selectors: dict[str, Any]) -> str:
            template, errors = bundle.format_pattern(pattern, selectors)
            if errors:
                log_once(f"{self.path}: {key}: {errors[0]}")
            return str(template)

        return Message(self.locale, choose=choose)

    def _bundle_entry(self, key: str, bundle: FluentBundle) -> None:
        """Give Fluent an entry and all that it refers to, with marks in place of variables."""
        from fluent.syntax import ast

        if key in self._bundled or key not in self._starts:
            return
        self._bundled.add(key)
        entry = self._parse(key)
        if isinstance(entry, ast.Message) and entry.value is not None:
            _mark(entry.value)  # a term's variables are its own parameters, so terms stay as they are
        bundle.add_resource(ast.Resource([entry]))
        for node in nodes_of(entry):
            if isinstance(node, (ast.MessageReference, ast.TermReference)):
                self._bundle_entry(f"-{node.id.name}" if isinstance(node, ast.TermReference) else node.id.name, bundle)


@lru_cache(maxsize=256)
def catalog(source: str, path: str, locale: str) -> Catalog:
    """The catalog of a source text; the same text is compiled once a process."""
    return Catalog(source, path, locale)


@lru_cache(maxsize=256)
def log_once(what: str) -> None:
    """Tell the operator of a fault that every use of a message would meet again."""
    logging.getLogger("coterie.i18n").warning("%s", what)


def nodes_of(node: ast.BaseNode) -> Iterator[ast.BaseNode]:
    """A syntax node and all below it."""
    from fluent.syntax.ast import BaseNode

    yield node
    for value in vars(node).values():
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, BaseNode):
                yield from nodes_of(child)


def _template(pattern: ast.Pattern) -> str | None:
    """The template of a pattern of text, variables and literals; None if there is anything else in it."""
    from fluent.syntax import ast

    _mark(pattern)
    parts: list[str] = []
    for element in pattern.elements:
        inner: object = element
        while isinstance(inner, ast.Placeable):
            inner = inner.expression
        if isinstance(inner, ast.TextElement):
            parts.append(inner.value)
        elif isinstance(inner, ast.StringLiteral):
            parts.append(str(inner.parse()["value"]))
        else:
            return None
    return "".join(parts)


def _mark(pattern: ast.Pattern) -> None:
    """Put marks in place of a pattern's variables and literals, in its variants too, but not in selectors."""
    from fluent.syntax import ast

    for element in pattern.elements:
        if isinstance(element, ast.TextElement):
            element.value = element.value.replace(OPEN, "").replace(SHUT, "")
            continue
        holder = element
        while isinstance(holder.expression, ast.Placeable):
            holder = holder.expression
        inner = holder.expression
        if isinstance(inner, ast.VariableReference):
            holder.expression = ast.StringLiteral(f"{OPEN}{inner.id.name}{SHUT}")
        elif isinstance(inner, ast.StringLiteral):
            holder.expression = ast.StringLiteral(f'{OPEN}"{inner.value}{SHUT}')
        elif isinstance(inner, ast.SelectExpression):
            for variant in inner.variants:
                _mark(variant.value)
