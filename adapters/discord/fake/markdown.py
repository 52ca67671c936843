"""A reader of Discord's markup, after what its clients are seen to do: which characters show, and how they look.

It is on the side of whoever wants to break something: what any client takes for more than text at a place is more than
text here.  ``strict`` reads as the web client does, where most rules know backslashes; without it, as parsers do that
look for the next sign only, with letters of all scripts in a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

Look = frozenset[str]
Shown = list[tuple[str, Look]]

ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
QUOTE = re.compile(r" *>>> ?([\s\S]*)|(?: *>(?!>>) ?[^\n]*(?:\n *>(?!>>) ?[^\n]*)*\n?)")
QUOTE_MARK = re.compile(r"^ *> ?", re.MULTILINE)
HEADING = re.compile(r"(#{1,3})\s+(?!#)([^\n]+)\n?")
SUBTEXT = re.compile(r"-#\s+(?!-#)([^\n]+)\n?")
LIST = re.compile(r" *(?:[*+-]|\d+\.) +([^\n]+)\n?")
AUTOLINK = re.compile(r"<([^: >]+:/[^ >]+)>")
MAIL = re.compile(r"<([^ >]+@[^ >]+)>")
PAGE = re.compile(r"(?:https?|steam)://[^\s<]+[^<.,:;\"'\]\s]")
LINK = re.compile(
    r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]"
    r"\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['\"]([\s\S]*?)['\"])?\s*\)"
)
BLOCK = re.compile(r"```(?:([\w+.-]*)\n)?([\s\S]*?[^\n][\s\S]*?)```")
EMOJI = re.compile(r":[^\s:]+(?:::skin-tone-\d)?:")
INVITE = re.compile(r"discord(?:app)?\.(?:gg|gift|new|com/(?:invite|template|gifts?))(?:/\S*)?", re.IGNORECASE)
THINGS = {
    "person": re.compile(r"<@!?(\d+)>"),
    "role": re.compile(r"<@&\d+>"),
    "channel": re.compile(r"<#\d+>"),
    "command": re.compile(r"</[^:>]+:\d+>"),
    "custom emoji": re.compile(r"<a?:\w+:\d+>"),
    "time": re.compile(r"<t:-?\d+(?::\w)?>"),
    "place": re.compile(r"<id:[^>]+>"),
    "everyone": re.compile(r"@(?:everyone|here)"),
    "emoji": EMOJI,
    "invitation": INVITE,
}

STRICT = {
    "spoiler": re.compile(r"\|\|([\s\S]+?)\|\|"),
    "bold": re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)"),
    "underline": re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)"),
    "italic": re.compile(
        r"\b_((?:__|\\[\s\S]|[^\\_])+?)_(?!\()\b"
        r"|\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)",
        re.ASCII,
    ),
    "strike": re.compile(r"~~(?=\S)((?:\\[\s\S]|~(?!~)|[^\s~]|\s(?!~~))+?)~~"),
    "code": re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)"),
}
LOOSE = {
    "spoiler": re.compile(r"\|\|([\s\S]+?)\|\|"),
    "bold": re.compile(r"\*\*([\s\S]+?)\*\*(?!\*)"),
    "underline": re.compile(r"__([\s\S]+?)__(?!_)"),
    "italic": re.compile(
        r"\b_((?:__|\\[\s\S]|[^\\_])+?)_\b"
        r"|\*(?=\S)((?:\\\*|\*\*|\s+(?:[^*\s]|\\\*|\*\*)|[^\s*])+?)(?<!\\)\*(?!\*)"
    ),
    "strike": re.compile(r"~~([\s\S]+?)~~(?!_)"),
    "code": re.compile(r"(``?)([\s\S]*?)\1"),
}
PADDING = re.compile(r"^ (?= *`)|(?<=`)( *) $")


@dataclass(frozen=True)
class Reader:
    """What holds at a place of the text."""

    rules: dict[str, re.Pattern[str]]
    look: Look = frozenset()
    quoted: bool = False

    def read(self, text: str) -> Shown:
        """The characters of a text that show, each with its look."""
        shown: Shown = []
        at = 0
        while at < len(text):
            found = self._at(text, at)
            if found is None:
                found = [(text[at], self.look)], at + 1
            shown += found[0]
            at = found[1]
        return shown

    def _at(self, text: str, at: int) -> tuple[Shown, int] | None:
        rest = text[at:]
        if match := ESCAPE.match(rest):
            return [(match[1], self.look)], at + match.end()
        if (at == 0 or text[at - 1].isspace()) and (found := self._block(rest)):
            return found[0], at + found[1]
        found = self._thing(rest) or self._link(rest) or self._styled(rest)
        return found and (found[0], at + found[1])

    def _block(self, rest: str) -> tuple[Shown, int] | None:
        """What begins a line; a blank before it is enough."""
        if not self.quoted and (match := QUOTE.match(rest)):
            inside = match[1] if match[1] is not None else QUOTE_MARK.sub("", match[0])
            return replace(self, look=self.look | {"quote"}, quoted=True).read(inside), match.end()
        for name, rule in (("heading", HEADING), ("subtext", SUBTEXT), ("list", LIST)):
            if match := rule.match(rest):
                return self._with(name).read(match[match.lastindex or 0]), match.end()
        return None

    def _thing(self, rest: str) -> tuple[Shown, int] | None:
        for name, rule in THINGS.items():
            if match := rule.match(rest):
                about = f"{name} {match[1]}" if name == "person" else name
                return [(char, self.look | {about}) for char in match[0]], match.end()
        if match := AUTOLINK.match(rest):
            return [(char, self.look | {f"page {match[1]}"}) for char in match[1]], match.end()
        if match := MAIL.match(rest):
            return [(char, self.look | {"mail"}) for char in match[1]], match.end()
        if match := PAGE.match(rest):
            return [(char, self.look | {"preview"}) for char in match[0]], match.end()
        return None

    def _link(self, rest: str) -> tuple[Shown, int] | None:
        match = LINK.match(rest)
        if match is None:
            return None
        # Within the words of a link a backslash is a backslash.
        return [(char, self.look | {f"link {match[2]}"}) for char in match[1]], match.end()

    def _styled(self, rest: str) -> tuple[Shown, int] | None:
        if match := BLOCK.match(rest):
            return [(char, self.look | {"block"}) for char in match[2]], match.end()
        match = self.rules["code"].match(rest)
        if match and match[2].strip("`"):
            return [(char, self.look | {"code"}) for char in PADDING.sub(r"\1", match[2])], match.end()
        best: tuple[int, str, str] | None = None
        for name in ("spoiler", "italic", "bold", "underline", "strike"):
            if (match := self.rules[name].match(rest)) and (best is None or match.end() > best[0]):
                best = match.end(), name, match[1] if match[1] is not None else match[2]
        return best and (self._with(best[1]).read(best[2]), best[0])

    def _with(self, look: str) -> Reader:
        return replace(self, look=self.look | {look})


def read(text: str, *, strict: bool = True) -> Shown:
    """The characters that a message shows, each with its look; invisible ones too."""
    return Reader(STRICT if strict else LOOSE).read(text)


def words(text: str) -> str:
    """What a message says, without any look."""
    return "".join(char for char, _ in read(text))


def looks(text: str) -> list[tuple[str, set[str]]]:
    """The visible characters of a message in runs of the same look."""
    runs: list[tuple[str, set[str]]] = []
    for char, look in read(text):
        if char == "\u200b":
            continue
        if runs and runs[-1][1] == look:
            runs[-1] = (runs[-1][0] + char, runs[-1][1])
        else:
            runs.append((char, set(look)))
    return runs
