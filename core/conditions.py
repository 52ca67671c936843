"""What may be asked of a member before they get something: "level 3 or more", "here for 30 days".

A condition has a name, usually a value, and words for both sides of it.  The core has those that filters for people can
express; plugins contribute their own by ``contribute_conditions``.  Whoever gives something away (a packet, a prize)
keeps ``(name, value)`` pairs and asks :class:`Conditions` whether a member meets all of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from coterie.core.commands.values import read_duration
from coterie.core.errors import UsageError
from coterie.core.segments.filters import LONGEST, FilterError
from coterie.core.text import Rich, clean_text

if TYPE_CHECKING:
    from coterie.core.context import Context
    from coterie.core.plugin import Plugin
    from coterie.storage.members import MemberRecord

log = logging.getLogger(__name__)

CORE: Final = "core"
LONGEST_VALUE: Final = 200
"""Characters that a condition's value may have."""

Asked = tuple[str, str]
"""A condition's name and its value, empty for one without."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that can be asked of a member.

    ``filter`` says it as a filter for people, with ``{}`` for the value (``level>={}``); what no filter can say is for
    ``meets``, which only reads.  Exactly one of the two is given.  ``takes`` tells what a value is: a whole ``number``,
    a ``duration`` such as ``30d``, one ``text``, a whole ``filter``, or ``nothing``.

    Its words are messages of the plugin: ``condition-NAME`` for what is asked, ``condition-NAME-not`` for what a member
    who does not meet it is told; both get ``value``.
    """

    name: str
    filter: str = ""
    meets: Callable[[Context, MemberRecord, str], bool] | None = None
    takes: Literal["number", "duration", "text", "filter", "nothing"] = "nothing"
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.filter) == (self.meets is not None):
            raise ValueError(f"the condition {self.name!r} needs either a filter or a function")


_CORE: Final = (
    Condition("tag", 'tag:"{}"', takes="text", aliases=("标签", "標籤")),
    Condition("segment", 'segment:"{}"', takes="text", aliases=("分组", "分組", "人群")),
    Condition("role", 'access:"{}"', takes="text", aliases=("access", "身份组", "身分組", "权限", "權限")),
    Condition("tenure", "joined>{}", takes="duration", aliases=("入群", "资历", "資歷")),
    Condition("active", "active<{}", takes="duration", aliases=("活跃", "活躍")),
    Condition("if", "{}", takes="filter", aliases=("条件", "條件")),
)


@dataclass(frozen=True, slots=True)
class _Known:
    plugin: str
    condition: Condition


class Conditions:
    """The conditions that a community knows; ``ctx.conditions``."""

    __slots__ = ("_ctx", "_known")

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._known = _known(ctx.unit.services.plugins(), ctx.community.enabled)

    def names(self) -> Mapping[str, str]:
        """Every name and alias in lower case, with the condition's name."""
        return {word: known.condition.name for word, known in self._known.items()}

    def takes_value(self, name: str) -> bool:
        """Whether a condition has a value; raises :class:`UsageError` for one that nobody knows."""
        return self._find(name).condition.takes != "nothing"

    def read(self, name: str, value: str) -> Asked:
        """A condition as it is kept, from what somebody typed.

        Raises :class:`UsageError` for a name that nobody knows and for a value that it cannot have.
        """
        known = self._find(name)
        condition, kept = known.condition, clean_text(value, LONGEST_VALUE + 1, lines=False).strip()
        if condition.takes == "nothing":
            return condition.name, ""
        if not kept:
            raise UsageError("arg-missing", name=condition.name)
        if len(kept) > LONGEST_VALUE:
            raise UsageError("arg-too-long", name=condition.name, found=len(kept), maximum=LONGEST_VALUE)
        if condition.takes == "number" and not (kept.isascii() and kept.isdecimal() and len(kept) < 16):
            raise UsageError("arg-not-int", name=condition.name, found=kept[:40])
        if condition.takes == "duration" and read_duration(kept) is None:
            raise UsageError("arg-not-duration", name=condition.name, found=kept[:40])
        if condition.filter:
            self._ctx.audience(_filter(condition, kept))
        return condition.name, kept

    def said(self, asked: Asked) -> Rich:
        """What is asked, in the community's language."""
        return self._words(asked, "", self._ctx.community.locale)

    def unmet(self, member: MemberRecord, asked: Sequence[Asked]) -> Rich | None:
        """Why a member does not meet all of it, in the member's language: the first condition that fails; ``None`` for
        one who does.

        What filters say is asked in one look-up.  A condition that nobody knows any more, or that fails, is not met.
        """
        known = [(each, self._known.get(each[0])) for each in asked]
        filters = [_filter(found.condition, each[1]) for each, found in known if found and found.condition.filter]
        together = " and ".join(f"({text})" for text in filters)
        fits = len(together) <= LONGEST and (not filters or self._fits(member, together))
        for each, found in known:
            if found is None or not self._meets(found, member, each[1], fits):
                return self._words(each, "-not", member.locale or self._ctx.community.locale)
        return None

    def _meets(self, known: _Known, member: MemberRecord, value: str, fits: bool) -> bool:
        condition, ctx = known.condition, self._ctx
        if condition.meets is None:
            return fits or self._fits(member, _filter(condition, value))
        asked, ctx.plugin = ctx.plugin, known.plugin
        try:
            return condition.meets(ctx, member, value)
        except Exception:
            log.exception("plugin %s failed in the condition %s", known.plugin, condition.name)
            return False
        finally:
            ctx.plugin = asked

    def _fits(self, member: MemberRecord, text: str) -> bool:
        """Whether a filter means a member; one that cannot be read any more (its segment is gone) means nobody."""
        try:
            return self._ctx.in_segment(member, text)
        except FilterError:
            return False

    def _find(self, name: str) -> _Known:
        known = self._known.get(name.casefold())
        if known is None:
            raise UsageError("condition-unknown", found=name[:40], known=", ".join(sorted(set(self.names().values()))))
        return known

    def _words(self, asked: Asked, ending: str, locale: str) -> Rich:
        name, value = asked
        found, translator = self._known.get(name), self._ctx.unit.services.translator
        if found is None:
            return translator.text(CORE, f"condition-gone{ending}", locale, {"name": name})
        return translator.text(found.plugin, f"condition-{name}{ending}", locale, {"value": value})


def _known(plugins: Mapping[str, Plugin], enabled: Iterable[str]) -> dict[str, _Known]:
    """All conditions by name and alias, the core's first; a name that is taken already stays whose it is."""
    found: dict[str, _Known] = {}
    for each in _CORE:
        _add(found, CORE, each)
    for name in sorted(plugins.keys() & set(enabled)):
        try:
            contributed = tuple(plugins[name].contribute_conditions())
        except Exception:
            log.exception("plugin %s failed in contribute_conditions", name)
            continue
        for condition in contributed:
            _add(found, name, condition)
    return found


def _add(found: dict[str, _Known], plugin: str, condition: Condition) -> None:
    for word in (condition.name, *condition.aliases):
        found.setdefault(word.casefold(), _Known(plugin, condition))


def _filter(condition: Condition, value: str) -> str:
    """The filter with its value; one in quotation marks cannot end them."""
    text = value if condition.takes == "filter" else value.replace('"', "")
    return condition.filter.replace("{}", text)
