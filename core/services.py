"""What all lanes of a process share."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coterie.core.clock import Clock
from coterie.core.events import Who
from coterie.core.i18n import Translator
from coterie.core.moves import Moves
from coterie.core.tokens import Signer
from coterie.storage.ids import IdMaker

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from coterie.core.cards import Field
    from coterie.core.commands.guide import Commands
    from coterie.core.context import Context
    from coterie.core.declarations import Entry
    from coterie.core.memberdata import MemberTable
    from coterie.core.plugin import Plugin
    from coterie.core.segments.model import SegmentField
    from coterie.storage.members import MemberRecord


@dataclass(frozen=True, slots=True)
class Services:
    """What all lanes of a process share."""

    clock: Clock
    ids: IdMaker
    signer: Signer
    translator: Translator
    rng: Callable[[str], random.Random]
    """Makes the random source for one event and plugin, from a label."""
    entry: Callable[[str, str, str], Entry | None]
    """Finds what a plugin declared: (plugin, kind, name)."""
    direct: Callable[[str, Who], str]
    """The direct chat of an account on an adapter, or an empty string."""
    commands: Callable[[frozenset[str]], Commands] = lambda _enabled: {}
    """The commands of a set of enabled plugins, by the name that reaches each."""
    segment_fields: Callable[[frozenset[str]], Mapping[str, SegmentField]] = lambda _enabled: {}
    """What filters for people may name with a set of enabled plugins."""
    profile: Callable[[Context, MemberRecord], list[Field]] = lambda _ctx, _member: []
    """What the enabled plugins have to say about a member."""
    plugins: Callable[[], Mapping[str, Plugin]] = dict
    """All plugins of the process by name."""
    public: str = ""
    """The address by which members reach the web pages, if they can."""
    member_tables: Callable[[Connection], Sequence[tuple[str, MemberTable]]] = lambda _connection: ()
    """Every column that names a member, with the plugin that it belongs to."""
    verbs: Callable[[str], frozenset[str]] = lambda _adapter: frozenset()
    """What the platform of an adapter can do, by its methods' names; nothing where it does not run."""
    longest_mute: Callable[[str], int] = lambda _adapter: 0
    """The most seconds that the platform of an adapter mutes somebody for, 0 for no limit."""
    bans_end: Callable[[str], bool] = lambda _adapter: True
    """Whether the platform of an adapter lifts a ban at its end by itself."""
    operators: Callable[[int], frozenset[tuple[str, str]]] = lambda _community: frozenset()
    """The accounts (platform, native id) that the configuration of a community names as operators."""
    moves: Moves = field(default_factory=Moves)
    """Spaces that have another native id now."""
