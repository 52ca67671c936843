r"""What members typed, so that Discord's clients show it as it was typed.

Discord's messages are markup, and its clients read it without a grammar: rule by rule, from left to right, some rules
blind to backslashes.  So what could begin anything is escaped wherever it stands (``\*``), what could do so at the
start of a line also after any blank, and what looks ahead (``:name:``, the closing bracket of a link) is broken before
it is complete.  No literal text has two of the same ``*``, ``_``, ``~`` or ``|`` in a row.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from coterie.adapters.discord.characters import sendable

ADDRESS: Final = 900
"""The most characters of an address that a text links to: with a few words before it, it fits into a field of 1,024."""

_PAGE: Final = (
    r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]{1,5})?"
    r"(?:[/?#](?:[A-Za-z0-9_./%+=&:@!$',;?#()-]|~(?!~))*)?"
)
_INVITE: Final = re.compile(r"(?i:discord(?:app)?\.(?:gg|gift|new|com/(?:invite|template|gifts?)))")
_SPECIAL: Final = (
    r"[\\*_~|`<\[]"
    r"|(?<=\])\("
    # Where a line begins, and after any blank: one client takes a list for one there too.
    r"|(?<![^\s\xad\u200b-\u200f\u2060-\u2064\ufeff])(?:>+|(?:#{1,3}|-\#?|\+|[0-9]+\.)(?=[\s#]|$))"
    r"|@(?=(?i:everyone|here)|$)"
    r"|:(?=//|[^\s:]*(?::|$))"
    rf"|{_INVITE.pattern}"
)
_TYPED: Final = re.compile(rf"({_PAGE})|{_SPECIAL}")
_UNLINKED: Final = re.compile(_SPECIAL)
_PUNCTUATION: Final = re.compile(r"[^0-9A-Za-z\s]")
_TICKS: Final = re.compile("(``+)")
_ENDING: Final = ".,:;!?'"
_WORDS: Final = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)
# The pictures among the punctuation marks: a link with one in its words is none.
_PICTURES: Final = frozenset("\u203c\u2049\u3030\ufe0f\u20e3")


def literal(text: str) -> str:
    """The text as markup that shows exactly this text.

    The address of a page stays one that can be opened, without a preview below the message; an invitation or a gift,
    which Discord would show in large, does not.
    """
    return literal_in(sendable(text), italic=False)


def literal_in(text: str, *, italic: bool) -> str:
    """:func:`literal` of a text that can be sent; ``italic``: between two ``_``, where no address may have one."""
    return _TYPED.sub(_in_italics if italic else _upright, text)


def _upright(match: re.Match[str]) -> str:
    return _linked_or_escaped(match[1]) if match[1] else _escaped(match)


def _in_italics(match: re.Match[str]) -> str:
    if match[1] and "_" in match[1]:
        return _UNLINKED.sub(_escaped, match[1])
    return _upright(match)


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    return f"\\{found}" if len(found) == 1 else _PUNCTUATION.sub(r"\\\g<0>", found)


def _linked_or_escaped(url: str) -> str:
    if len(url) > ADDRESS:
        return _UNLINKED.sub(_escaped, url)
    end = len(url.rstrip(_ENDING))
    while url[end - 1] == ")" and url.count(")", 0, end) > url.count("(", 0, end):
        end = len(url[: end - 1].rstrip(_ENDING))
    page, rest = url[:end], url[end:]
    if _INVITE.search(page):
        return _UNLINKED.sub(_escaped, url)
    return f"<{page}>{_UNLINKED.sub(_escaped, rest)}"


def code(text: str) -> str:
    """The text, which is not blank, in monospaced characters; a run of backticks stands outside, nothing else fits."""
    if "`" not in text:
        return f"`{text}`"
    if "``" in text:
        parts = _TICKS.split(text)
        for index, part in enumerate(parts):
            if index % 2:
                parts[index] = r"\`" * len(part)
            elif part.strip():
                parts[index] = code(part)
        return "".join(parts)
    before = " " if text.lstrip(" ")[0] == "`" else ""
    after = " " if text.rstrip(" ")[-1] == "`" else ""
    return f"``{before}{text}{after}``"


def address(url: str, *, italic: bool = False) -> str:
    """The address of a page with nothing in it that could end it or mean something else; empty where it is none.

    Only http and https lead anywhere on Discord, and one that is longer than :data:`ADDRESS` has no room.
    """
    if not url.startswith(("https://", "http://")):
        return ""
    found = quote(sendable(url), safe="!#$%&'+,-./:;=?@").replace("~", "%7E")
    if italic:
        found = found.replace("_", "%5F")
    return found if len(found) <= ADDRESS else ""


def linked(text: str, url: str, *, italic: bool) -> str:
    """The text, which is not blank and can be sent, with a link to an :func:`address`.

    Within the words of a link Discord knows no escapes, and takes one with an address, a mention or an emoji in it for
    deceit.  So the link is on the words between the first and the last letter; where even those would not do, the
    address follows the text in brackets.
    """
    if text in (url, url.replace("%5F", "_")):
        return f"<{url}>"
    words = _WORDS.search(text)
    if words is None or not _is_harmless(words[0]):
        return f"{literal_in(text, italic=italic)} (<{url}>)"
    before, after = text[: words.start()], text[words.end() :]
    return f"{literal_in(before, italic=italic)}[{words[0]}](<{url}>){literal_in(after, italic=italic)}"


def _is_harmless(words: str) -> bool:
    """Whether the words of a link mean nothing but themselves."""
    if literal(words) != words or "://" in unicodedata.normalize("NFKC", words) or "]" in words:
        return False
    return all(char in "$+= " or (char not in _PICTURES and unicodedata.category(char)[0] in "LNMP") for char in words)
