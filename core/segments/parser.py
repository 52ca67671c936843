"""Reading a filter: recursive descent, bounded in length and depth.

::

    filter    = all { "or" all }
    all       = part { "and" part }
    part      = "not" part | "(" filter ")" | condition
    condition = field [ operator value ]        field: a name, or name.name
"""

from __future__ import annotations

from functools import lru_cache
from typing import NoReturn

from coterie.core.segments import filters
from coterie.core.segments.filters import DEEPEST, MOST_TESTS, Filter, FilterError, Not, Test
from coterie.core.segments.words import Kind, Word, words_of


@lru_cache(maxsize=512)
def parse(text: str) -> Filter:
    """The tree of a filter; raises :class:`FilterError` and nothing else."""
    return _Parser(words_of(text)).whole()


class _Parser:
    def __init__(self, words: list[Word]) -> None:
        self._words = words
        self._next = 0
        self._tests = 0

    def whole(self) -> Filter:
        if self._word.kind == "end":
            raise FilterError("empty")
        found = self._any(0)
        if self._words[self._next].kind != "end":
            self._unexpected("expected-and")
        return found

    @property
    def _word(self) -> Word:
        return self._words[self._next]

    def _take(self, kind: Kind) -> Word | None:
        word = self._word
        if word.kind != kind:
            return None
        self._next += 1
        return word

    def _any(self, depth: int) -> Filter:
        parts = [self._all(depth)]
        while self._take("or"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else filters.Any(tuple(parts))

    def _all(self, depth: int) -> Filter:
        parts = [self._part(depth)]
        while self._take("and"):
            parts.append(self._part(depth))
        return parts[0] if len(parts) == 1 else filters.All(tuple(parts))

    def _part(self, depth: int) -> Filter:
        if depth > DEEPEST:
            raise FilterError("too-deep", self._word.at, maximum=DEEPEST)
        if self._take("not"):
            return Not(self._part(depth + 1))
        if opened := self._take("("):
            found = self._any(depth + 1)
            if not self._take(")"):
                self._unexpected("expected-close", opened=opened.at)
            return found
        return self._test()

    def _test(self) -> Test:
        word = self._take("word")
        if word is None:
            self._unexpected("expected-test")
        self._tests += 1
        if self._tests > MOST_TESTS:
            raise FilterError("too-many", word.at, maximum=MOST_TESTS)
        field, _, name = word.text.partition(".")
        operator = self._take("operator")
        if operator is None:
            return Test(field.casefold(), name, "", "", word.at)
        value = self._word
        if value.kind in ("end", "(", ")", "operator"):
            self._unexpected("expected-value", field=word.text)
        self._next += 1
        return Test(field.casefold(), name, operator.text, value.text, word.at, value.at)  # type: ignore[arg-type]

    def _unexpected(self, key: str, **args: object) -> NoReturn:
        word = self._word
        if word.kind == "end":
            raise FilterError(f"{key}-end", word.at, **args)
        raise FilterError(key, word.at, found=word.text[:40], **args)
