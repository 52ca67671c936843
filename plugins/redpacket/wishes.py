"""What a sender wants of a packet, read from the words before the greeting: ``equal time=2h level=3 Happy new year``.

A word chooses the split, ``name=value`` anything else; the first thing that is neither begins the greeting.  Pure: what
conditions there are is handed in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from coterie.core.api import Refusal, read_duration
from coterie.plugins.redpacket.rules import LARGEST, Split

LONGEST_PHRASE: Final = 60
LONGEST_QUESTION: Final = 200
LONGEST_ANSWER: Final = 100
LONGEST_FOLDED: Final = 64
"""Characters by which phrases and answers are compared; folding can make a text longer."""
MOST_PEOPLE: Final = 50
"""People for whom one packet can be."""
MOST_ASKED: Final = 8
"""Conditions of one packet."""

SPLITS: Final[Mapping[str, Split]] = {
    "lucky": "lucky",
    "random": "lucky",
    "拼手气": "lucky",
    "拼手氣": "lucky",
    "手气": "lucky",
    "手氣": "lucky",
    "拼手气红包": "lucky",
    "拼手氣紅包": "lucky",
    "equal": "equal",
    "same": "equal",
    "普通": "equal",
    "平均": "equal",
    "普通红包": "equal",
    "普通紅包": "equal",
}
"""Words that choose the split."""
ANONYMOUS: Final = frozenset({"anonymous", "匿名", "匿名红包", "匿名紅包"})
WITH_COVER: Final = frozenset({"cover", "封面"})
OPTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("min", "最少", "最小"), "min"),
    **dict.fromkeys(("max", "最多", "最大"), "max"),
    **dict.fromkeys(("shares", "each", "固定", "每份"), "shares"),
    **dict.fromkeys(("time", "时限", "時限", "有效"), "time"),
    **dict.fromkeys(("draw", "抽签", "抽籤", "开奖", "開獎"), "draw"),
    **dict.fromkeys(("for", "only", "专属", "專屬", "专属红包", "專屬紅包"), "for"),
    **dict.fromkeys(("phrase", "口令", "口令红包", "口令紅包"), "phrase"),
    **dict.fromkeys(("ask", "question", "提问", "提問", "问题", "問題"), "ask"),
    **dict.fromkeys(("answer", "答案"), "answer"),
    **dict.fromkeys(("need", "needs", "需要", "要求"), "need"),
}
"""What stands before ``=``, and what it means; conditions come beside these."""

_OPTION: Final = re.compile(
    r"""(?P<name>[^\s=＝:：]{1,32})(?P<sign>[=＝:：])[ \t]?(?P<value>"[^"]*"|“[^”]*”|「[^」]*」|[^\s]+)(?:\s+|$)"""
)
_WORD: Final = re.compile(r"(\S+)(?:\s+|$)")
_BETWEEN: Final = re.compile(r"[,，、;；]")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a sender wants; what is left out is as usual. Amounts are minor units, ``most`` 0 is no bound above.

    ``people`` are names as typed.  ``phrase`` and ``answers`` stand as typed.  ``asked`` are conditions with
    their values.
    """

    split: Split = "lucky"
    least: int = 1
    most: int = 0
    amounts: tuple[int, ...] = ()
    lasts: timedelta | None = None
    draw: timedelta | None = None
    anonymous: bool = False
    cover: bool = False
    people: tuple[str, ...] = ()
    phrase: str = ""
    question: str = ""
    answers: tuple[str, ...] = ()
    asked: tuple[tuple[str, str], ...] = field(default=())
    greeting: str = ""


def read(text: str, conditions: Mapping[str, str]) -> Wishes:
    """The wishes at the beginning of a text, and the greeting behind them; ``conditions`` are the words that conditions
    go by (lower case), each with the condition's name.

    Raises :class:`Refusal` for a wish with a wrong value, for ``name=value`` with a name that nobody knows, and for
    wishes that exclude each other.
    """
    wishes, rest = Wishes(), text.strip()
    while rest:
        named, word = _OPTION.match(rest), _WORD.match(rest)
        if named is not None and (name := _named(named, conditions)):
            wishes, rest = _with(wishes, name, _unquoted(named["value"])), rest[named.end() :]
        elif word is not None and (plain := _plain(wishes, word[1].casefold())) is not None:
            wishes, rest = plain, rest[word.end() :]
        else:
            break
    return _checked(replace(wishes, greeting=rest.strip()))


def fold(text: str) -> str:
    """A phrase or an answer as it is compared: case, width and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())[:LONGEST_FOLDED]


def _named(found: re.Match[str], conditions: Mapping[str, str]) -> str:
    """The option or condition that is named; empty for words of a greeting, such as "Note: for all"."""
    name = found["name"].casefold()
    known = OPTIONS.get(name) or (f"={conditions[name]}" if name in conditions else "")
    if found["sign"] in "=＝":
        if not known:
            raise Refusal("packet-unknown-wish", found=found["name"])
        return known
    # A colon after an ordinary word belongs to a greeting; after a Chinese one it is how people write it.
    return known if known and not name.isascii() else ""


def _plain(wishes: Wishes, word: str) -> Wishes | None:
    if word in SPLITS:
        return replace(wishes, split=SPLITS[word])
    if word in ANONYMOUS:
        return replace(wishes, anonymous=True)
    if word in WITH_COVER:
        return replace(wishes, cover=True)
    return None


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and (value[0], value[-1]) in {('"', '"'), ("“", "”"), ("「", "」")}
    return (value[1:-1] if quoted else value).strip()


def _with(wishes: Wishes, name: str, value: str) -> Wishes:
    """The wishes with one more."""
    if not value:
        raise Refusal("packet-wish-empty", name=name.lstrip("="))
    if name.startswith("="):
        return replace(wishes, asked=(*wishes.asked, (name[1:], value)))
    if name == "need":
        return replace(wishes, asked=(*wishes.asked, *((each.casefold(), "") for each in _list(value))))
    attribute, reader = _READERS[name]
    return replace(wishes, **{attribute: reader(name, value)})


def _amount(name: str, value: str) -> int:
    if not (value.isascii() and value.isdecimal()) or not 1 <= int(value[:16]) <= LARGEST:
        raise Refusal("packet-wish-number", name=name, found=value[:40])
    return int(value)


def _amounts(name: str, value: str) -> tuple[int, ...]:
    return tuple(_amount(name, each) for each in _list(value))


def _time(name: str, value: str) -> timedelta:
    found = read_duration(value)
    if not found:
        raise Refusal("packet-wish-time", name=name, found=value[:40])
    return found


def _words(limit: int) -> Callable[[str, str], str]:
    def words(name: str, value: str) -> str:
        if len(value) > limit:
            raise Refusal("packet-wish-long", name=name, maximum=limit)
        return value

    return words


def _answers(name: str, value: str) -> tuple[str, ...]:
    _words(LONGEST_ANSWER)(name, value)
    return tuple({fold(each): each.strip() for each in re.split(r"[|｜]", value) if fold(each)}.values())


def _people(name: str, value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_list(value)))


def _list(value: str) -> list[str]:
    return [part for each in _BETWEEN.split(value) if (part := each.strip())]


_READERS: Final[Mapping[str, tuple[str, Callable[[str, str], Any]]]] = {
    "min": ("least", _amount),
    "max": ("most", _amount),
    "shares": ("amounts", _amounts),
    "time": ("lasts", _time),
    "draw": ("draw", _time),
    "for": ("people", _people),
    "phrase": ("phrase", _words(LONGEST_PHRASE)),
    "ask": ("question", _words(LONGEST_QUESTION)),
    "answer": ("answers", _answers),
}


def _checked(wishes: Wishes) -> Wishes:
    """The wishes with what follows from them; raises :class:`Refusal` for those that exclude each other."""
    bounded = wishes.least > 1 or wishes.most > 0
    if bounded and (wishes.amounts or wishes.split == "equal"):
        raise Refusal("packet-wish-bounds")
    if bool(wishes.question) != bool(wishes.answers) or (wishes.question and wishes.phrase):
        raise Refusal("packet-wish-question")
    if wishes.phrase and not fold(wishes.phrase):
        raise Refusal("packet-wish-empty", name="phrase")
    if wishes.draw and wishes.lasts:
        raise Refusal("packet-wish-draw")
    if len(wishes.asked) > MOST_ASKED:
        raise Refusal("packet-wish-asked", maximum=MOST_ASKED)
    split: Split = "fixed" if wishes.amounts else "bounded" if bounded else wishes.split
    return replace(wishes, split=split)
