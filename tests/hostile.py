"""What somebody might type, or call themselves, to break something. Written for Coterie; no list was copied."""

from __future__ import annotations

from typing import Final

LONG: Final = ("wort " * 1000, "x" * 5_000, "字" * 5_000, "wort " * 20_000, "y" * 100_000)
PILES: Final = (
    "z" + "\u0301\u0316" * 50,
    "a" + "\u0301" * 50_000 + "\u0316" * 50_000,
    "".join(f"{letter}\u0489\u20dd\u0338" for letter in "zalgo comes"),
    "\u0e49" * 2_000,
)
DIRECTIONS: Final = (
    "مرحبا بالعالم",
    "שלום עולם",
    "\u202eevil\u202c",
    "\u2067\u2066nested\u2069\u2069",
    "pay\u200f bob \u200e100",
    "a\u061cb",
    "invoice\u202egpj.exe",
)
INVISIBLE: Final = (
    "\u200b",
    "\u200b\u200c\u200d\ufeff",
    "ad\u200bmin",
    "\u3164",
    "\u2800\u2800",
    "\u00ad\u034f",
    "\U000e0041\U000e0042",
    "\u115f\u1160",
    "\x7f\x08\x1b[2J\x1b]0;title\x07",
)
PINGS: Final = (
    "@everyone",
    "@here",
    "<@123456789012345678>",
    "<@!1>",
    "<@&2>",
    "<#3>",
    "</packet:4>",
    "@alice",
    "tg://user?id=1",
    "[alice](tg://user?id=1)",
    "<a href='tg://user?id=1'>hi</a>",
    "<t:0:R>",
    "<:name:1>",
)
MARKUP: Final = (
    "**bold** __u__ *i* ~~s~~ ||spoiler|| `code`",
    "```\ncode block\n```",
    "# heading\n> quote\n- item\n[link](https://evil.example)",
    "<b>bold</b><i>i</i><script>alert(1)</script>",
    "&lt;b&gt; &amp; &#60;",
    "</b></i></code></pre>",
    "<img src=x onerror=alert(1)>",
    "\\*escaped\\* \\_ \\`",
    "javascript:alert(1)",
    "![x](https://evil.example/x.png)",
)
TEMPLATES: Final = (
    "{ $x }",
    "{ $name }",
    '{ "a" }',
    "{",
    "}}",
    "{ NUMBER($amount) }",
    "{ plugin-failed }",
    "-term = x",
    "{{ 7 * 7 }}",
    "${7*7}",
    "%s %d %n %(name)s",
    "{0} {name!r} {__class__}",
    "$(rm -rf /)",
    "`id`",
)
STATEMENTS: Final = (
    "'; DROP TABLE members; --",
    '" OR 1=1 --',
    "Robert'); DELETE FROM ledger_accounts;--",
    "%_%",
    ":name ? $1",
    "\\",
    "NULL",
    "0x00",
)
BROKEN: Final = (
    "\0",
    "a\0b",
    "\ud800",
    "x\udfffy",
    "\ud83d",
    "\ud83d\ude00",
    "\ufffe\uffff",
    "\U0010ffff",
    "\r\n\t\v\f",
    "\u2028\u2029\x85",
)
EMOJI: Final = (
    "👩‍👩‍👧‍👦",
    "🏴‍☠️" * 100,
    "\u200d".join(["👩"] * 2_000),
    "🇪" * 500,
    "👍🏽\ufe0f\u20e3",
)
NUMBERS: Final = (
    "10" * 15,
    "1" + "0" * 30,
    "9" * 5_000,
    "-5",
    "-0",
    "+7",
    "--1",
    "1e9",
    "1_000",
    "0x10",
    "0b1",
    "1,000",
    "1.5",
    ".5",
    "٣",
    "५",
    "１２",
    "十",
    "²",
    "Ⅷ",
    "½",
    "NaN",
    "inf",
    "-inf",
    "∞",
    "1\u200b0",
    "\u00a05",
    "5\u0301",
)
"""None of them is a whole number from 1 to 9, except +7."""
QUOTES: Final = ('"', '"' * 1_000, "“open", "「", '"a"b', "'", '""', '"' + "a " * 20_000, "“" * 20_000 + "”")
COMMANDS: Final = (
    "/",
    "//",
    "/ ",
    "/\0",
    "/\ud800",
    "/" + "a" * 100_000,
    "/@everyone",
    "/<b>",
    "/{ $x }",
    "/\u202eecho",
    "/z" + "\u0301" * 5_000,
    "/'; DROP TABLE members",
    "/echo@",
    "/../../etc/passwd",
)

STRINGS: Final = (
    *LONG,
    *PILES,
    *DIRECTIONS,
    *INVISIBLE,
    *PINGS,
    *MARKUP,
    *TEMPLATES,
    *STATEMENTS,
    *BROKEN,
    *EMOJI,
    *NUMBERS,
    *QUOTES,
)
"""All that is not a command."""
