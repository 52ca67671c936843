"""The words of a filter. Chinese punctuation counts as its ASCII twin; every word knows its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from coterie.core.segments.filters import LONGEST, FilterError

Kind = Literal["word", "quoted", "operator", "(", ")", "and", "or", "not", "end"]

_TWINS: Final = str.maketrans("（）：＝＞＜！～＆｜。", "():=><!~&|.")
_QUOTES: Final = {'"': '"', "“": "”", "「": "」"}
_OPERATORS: Final = {":": "=", "==": "=", "≥": ">=", "≤": "<=", "≠": "!="}
_CONNECTIVES: Final[dict[str, Kind]] = {
    **dict.fromkeys(("and", "且", "并且", "並且", "&", "&&"), "and"),
    **dict.fromkeys(("or", "或", "或者", "|", "||"), "or"),
    **dict.fromkeys(("not", "非", "不是", "!"), "not"),
}
_WORD = re.compile(
    r"\s*(?:(?P<bracket>[()])|(?P<operator>>=|<=|!=|==|[:=<>~≥≤≠])|(?P<sign>&&?|\|\|?|!)"
    r"|(?P<quote>[\"“「])|(?P<word>[^\s()\"“”「」:=<>~≥≤≠&|!]+)|(?P<other>\S))"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a filter and its place, counted from 1; ``text`` is an operator in its plain form, or what stands
    between quotes.
    """

    kind: Kind
    text: str
    at: int


def words_of(text: str) -> list[Word]:
    """The words of a filter, an ``end`` behind them; raises :class:`FilterError`."""
    if len(text) > LONGEST:
        raise FilterError("too-long", maximum=LONGEST, found=len(text))
    plain = text.translate(_TWINS)  # character by character, so that places stay what they are
    words: list[Word] = []
    position = 0
    while match := _WORD.match(plain, position):
        kind = match.lastgroup or ""
        start = match.start(kind)
        position = match.end()
        found = match[kind]
        if kind == "quote":
            end = text.find(_QUOTES[found], position)
            if end < 0:
                raise FilterError("open-quote", start + 1)
            words.append(Word("quoted", text[position:end], start + 1))
            position = end + 1
        elif kind == "other":
            raise FilterError("expected-test", start + 1, found=found)
        else:
            words.append(_word(kind, found, text[start:position], start + 1))
    return [*words, Word("end", "", len(text) + 1)]


def _word(kind: str, found: str, typed: str, at: int) -> Word:
    match kind:
        case "bracket":
            return Word("(" if found == "(" else ")", found, at)
        case "operator":
            return Word("operator", _OPERATORS.get(found, found), at)
    return Word(_CONNECTIVES.get(found.casefold(), "word"), typed if kind == "word" else found, at)
