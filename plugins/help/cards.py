"""State → message."""

from __future__ import annotations

from typing import Final

from coterie.core.api import Button, Card, Context, Rich, join
from coterie.plugins.help.rules import pages

LANGUAGES: Final = {"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}
"""Each language by the name that its own readers know."""
PAGE: Final = 1800
"""Characters of one message, so that every platform takes it."""


def commands(ctx: Context) -> list[Card]:
    """The commands that the member may use here, a line each; several cards where there are many."""
    lines: list[Rich] = [
        ctx.t_core("help-line", usage=each.usage, description=each.description)
        for each in ctx.commands()
        if each.name != "start"  # who reads this has started
    ]
    texts = [join(page, "\n") for page in pages(lines, PAGE)]
    title = ctx.t_core("help-title")
    return [Card(title=title if number == 0 else "", text=text) for number, text in enumerate(texts)]


def greeting(ctx: Context) -> Card:
    """What a newcomer reads first."""
    return Card(text=ctx.t("start-greeting", name=ctx.member.name, community=ctx.community.title))


def languages(ctx: Context) -> Card:
    """A button for each language."""
    row = tuple(Button(name, do="language", args={"language": locale}) for locale, name in LANGUAGES.items())
    return Card(text=ctx.t("language-choose"), buttons=(row,))
