"""Help: what a member can do here, and in which language Coterie speaks to them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from coterie.core.api import Context, Length, Plugin, Rest, button, command
from coterie.plugins.help import cards

Language = Literal["en", "zh-Hans", "zh-Hant"]


class Help(Plugin):
    """Lists the commands of all plugins that are on; everything is said to the member alone."""

    name: ClassVar[str] = "help"

    @command("help", aliases=("帮助", "幫助", "说明", "說明"))
    def show_help(self, ctx: Context) -> None:
        """List what the member can do here."""
        for page in cards.commands(ctx):
            ctx.answer(page)

    @command("start", aliases=("开始", "開始"))
    def start(self, ctx: Context, link: Annotated[str, Length(200), Rest()] = "") -> None:
        """Greet, then list what the member can do; ``link`` is what a link to the bot carried, if anything."""
        ctx.answer(cards.greeting(ctx))
        self.show_help(ctx)

    @command("language", aliases=("语言", "語言"))
    def language(self, ctx: Context, language: Language | None = None) -> None:
        """Choose the language, or show the choices."""
        if language is None:
            ctx.answer(cards.languages(ctx))
        else:
            self.choose(ctx, language)

    @button("language")
    def choose(self, ctx: Context, language: str) -> None:
        """From now on the member reads this language."""
        ctx.set_locale(language)
        ctx.answer(ctx.t("language-set"))
