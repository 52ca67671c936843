"""A place in one line of a scenario: reads the small pieces that steps are made of and says exactly what is wrong."""

from __future__ import annotations

import re
from typing import Final

from coterie.core.testing.play import braces
from coterie.core.testing.play.steps import Amount, Person, Regex, Sought, Words
from coterie.core.testing.play.values import (
    FLAG_LETTERS,
    Wrong,
    amount_of,
    compiled,
    currency_of,
    did_you_mean,
    listed,
    milliseconds,
    person_of,
    room_of,
)

_WORD: Final = re.compile(r'(?:\{\w+\}|[^\s:"\[\],={}])+')
_ROOM: Final = re.compile(r'#((?:\{\w+\}|[^\s#:"\[\],={}])+)')
_ESCAPES: Final = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}
_OTHER_QUOTES: Final = "“”„'‘’＂「『«`"
# What may follow the closing slash of a pattern; tells which slash is the closing one.
_AFTER_PATTERN: Final = re.compile(r"[A-Za-z]*(?:\s+as(?:\s.*)?|\s+#.*|\s*)")
_COMMENT_IN_POST: Final = re.compile(r"(?:\s|^)#(?=\s|$)")
_QUOTED_IN_POST: Final = re.compile(r'(?:(?<=[\s(=:,])|^)"[^"]*"(?=[\s.,;:!?)]|$)')
_ESCAPED_HASH: Final = re.compile(r"(?<=\s)\\(\\*#)(?=\s|$)")


class Cursor:
    """Reads one line from left to right; every method raises :class:`Wrong` when its piece is not there."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.at = 0
        self.skip()

    def skip(self) -> None:
        """Go on to the next character that is not blank."""
        while self.at < len(self.line) and self.line[self.at].isspace():
            self.at += 1

    def done(self) -> bool:
        """Whether nothing but a comment is left."""
        self.skip()
        if self.at == len(self.line):
            return True
        return self.line[self.at] == "#" and (self.at == 0 or self.line[self.at - 1].isspace())

    def end(self) -> None:
        """The step must end here."""
        if not self.done():
            allowed = "the end of the line, or a comment: a blank, then #"
            raise Wrong(self.at, f"the step should be over before {self.here()}", allowed)

    def here(self) -> str:
        """The next piece as a message quotes it."""
        match = _WORD.match(self.line, self.at)
        piece = match[0] if match else self.line[self.at : self.at + 1]
        return f"`{piece}`" if piece else "the end of the line"

    def peek(self, literal: str) -> bool:
        """Whether a punctuation mark comes next."""
        self.skip()
        return self.line.startswith(literal, self.at)

    def mark(self, literal: str, allowed: str) -> None:
        """Read a punctuation mark."""
        if not self.peek(literal):
            hint = "; the full-width colon is not one" if literal == ":" and self.peek("：") else ""
            raise Wrong(self.at, f"`{literal}` is missing before {self.here()}{hint}", allowed)
        self.at += len(literal)
        self.skip()

    def word(self, missing: str, allowed: str) -> tuple[str, int]:
        """Read a word; returns it with its column."""
        match = None if self.done() else _WORD.match(self.line, self.at)
        if match is None:
            raise Wrong(self.at, f"{missing} is missing before {self.here()}", allowed)
        start, self.at = self.at, match.end()
        self.skip()
        return match[0], start

    def one_of(self, what: str, *words: str) -> str:
        """Read one of several words."""
        word, start = self.word(what, listed(words))
        if word not in words:
            raise Wrong(start, f"`{word}` cannot stand here{did_you_mean(word, words)}", listed(words))
        return word

    def person(self) -> Person:
        """Read a persona, with ``@platform`` unless it is of the sandbox."""
        return person_of(*self.word("a persona's name", "a persona, such as alice or alice@telegram"))

    def room(self) -> str:
        """Read ``#room``, the one word that begins with ``#``."""
        self.skip()
        match = _ROOM.match(self.line, self.at)
        if match is None:
            raise Wrong(self.at, f"a channel is missing before {self.here()}", "#channel, such as #market")
        start, self.at = self.at, match.end()
        return room_of(match[1], start)

    def amount(self) -> Amount:
        """Read a whole number of minor units, or ``{name}``."""
        start = self.at
        piece = "" if self.done() else self.line[start:].split(maxsplit=1)[0]
        self.at += len(piece)
        return piece if braces.is_reference(piece) else amount_of(piece, start)

    def number(self, what: str) -> int:
        """Read a whole number that stands for itself."""
        start = self.at
        found = self.amount()
        if not isinstance(found, int):
            raise Wrong(start, f"{what} cannot be captured", "a whole number")
        return found

    def currency(self, default: str = "") -> str:
        """Read a currency code; without a default it must be there."""
        if default and self.done():
            return default
        return currency_of(*self.word("a currency", "a currency, such as XTR or GEM"))

    def length(self) -> str:
        """Read a duration such as ``1h30m``; blanks between its parts are dropped."""
        start = self.at
        piece = "" if self.done() else re.split(r"\s#", self.line[start:], maxsplit=1)[0].strip()
        self.at += len(piece)
        if not braces.is_reference(piece):
            milliseconds(braces.replaced(piece, lambda _: "1"), start)
        return "".join(piece.split())

    def quoted(self) -> str:
        """Read text in double quotes, where a backslash may stand before ``"``, itself, ``n`` and ``t``."""
        self.skip()
        start = self.at
        if not self.peek('"'):
            other = self.line[start : start + 1] in tuple(_OTHER_QUOTES)
            message = "quotes are straight and double" if other else f"text in quotes is missing before {self.here()}"
            raise Wrong(start, message, '"text"')
        parts: list[str] = []
        at = start + 1
        while at < len(self.line):
            char = self.line[at]
            if char == '"':
                self.at = at + 1
                self.skip()
                return "".join(parts)
            escape = _ESCAPES.get(self.line[at + 1 : at + 2]) if char == "\\" else None
            parts.append(escape or char)
            at += 2 if escape else 1
        raise Wrong(start, "these quotes are not closed", 'a closing " (a quote inside the text is written \\")')

    def sought(self) -> Sought:
        """Read ``"text"`` or ``/pattern/flags``."""
        if self.peek("/"):
            return self.pattern()
        start = self.at
        if self.done() or (not self.peek('"') and self.line[start] not in _OTHER_QUOTES):
            message = "what to look for is missing" if self.done() else f"{self.here()} should stand in quotes"
            raise Wrong(start, message, '"text" or /pattern/')
        text = self.quoted()
        if not text.strip():
            raise Wrong(start, "there is nothing to look for in these quotes", '"text" or /pattern/')
        return Words(text)

    def pattern(self) -> Regex:
        """Read ``/pattern/flags``; a slash inside needs its backslash only where the line could end there too."""
        start = self.at
        tokens = re.finditer(r"\\.|/", self.line[start + 1 :])
        ends = [start + 1 + token.start() for token in tokens if token[0] == "/"]
        if not ends:
            raise Wrong(start, "this pattern is not closed", "a closing / (a slash inside the pattern is written \\/)")
        end = next((e for e in ends if _AFTER_PATTERN.fullmatch(self.line, e + 1)), ends[0])
        body = re.sub(r"\\(.)", lambda m: "/" if m[1] == "/" else m[0], self.line[start + 1 : end])
        self.at = end + 1
        found = Regex(body, self._flags())
        try:
            compiled(found)
        except ValueError as error:
            raise Wrong(start, f"this pattern cannot be used: {error}", "a Python regular expression") from None
        return found

    def _flags(self) -> str:
        letters = set()
        while self.at < len(self.line) and self.line[self.at].isascii() and self.line[self.at].isalpha():
            letter = self.line[self.at]
            if letter not in FLAG_LETTERS:
                raise Wrong(self.at, f"there is no flag `{letter}`", "i (any case), s (. matches all), x or m")
            letters.add(letter)
            self.at += 1
        self.skip()
        return "".join(letter for letter in FLAG_LETTERS if letter in letters)

    def said(self) -> tuple[str, bool]:
        """Read the rest of a post: its text, or a label and True when it presses a button.

        In a post, a comment needs a blank on both sides of its ``#`` and cannot begin inside double quotes; ``\\#`` is
        a plain ``#``.
        """
        self.skip()
        start, rest = self.at, self.line[self.at :]
        self.at = len(self.line)
        if rest.startswith("["):
            close = _closing_bracket(rest)
            if close < 0:
                raise Wrong(start, "this label is not closed", "[Label]")
            if re.fullmatch(r"\s*|\s+#.*", rest[close + 1 :]):
                label = rest[1:close].strip()
                if not label:
                    raise Wrong(start, "the label is empty", "[part of a button's label]")
                return label, True
        text = _before_comment(rest).strip()
        if not text:
            raise Wrong(start, "there is nothing to post", "text, or [Label] to press a button")
        return _ESCAPED_HASH.sub(r"\1", text), False


def _closing_bracket(text: str) -> int:
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if depth == 0:
            return index
    return -1


def _before_comment(text: str) -> str:
    kept = [match.span() for match in _QUOTED_IN_POST.finditer(text)]
    for match in _COMMENT_IN_POST.finditer(text):
        if not any(start < match.start() < end for start, end in kept):
            return text[: match.start()]
    return text
