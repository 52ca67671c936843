"""The context: everything that a handler may use, and the only way for it to say something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.core.cards import encode
from coterie.core.context.asking import FORM_LIFE, FORM_ROUTE
from coterie.core.context.guarding import Guarding
from coterie.core.context.knowing import who_of
from coterie.core.context.saying import MessageRef
from coterie.core.events import Event
from coterie.storage.journal import ADD_TASK
from coterie.storage.members import MemberRecord

if TYPE_CHECKING:
    from coterie.core.broadcasts import Broadcasts
    from coterie.core.cards import Field
    from coterie.core.conditions import Conditions
    from coterie.core.context.about import Attributes, News, Notes, Tags
    from coterie.core.context.privacy import Consents, Privacy
    from coterie.core.knowledge import AuditEntry, Facts
    from coterie.core.marks import BoundTask
    from coterie.core.segments.filters import Audience
    from coterie.core.segments.people import Segments


Member = MemberRecord


class Context(Guarding):
    """One event, one plugin. Outbound verbs only queue: everything is sent after the commit, or not at all."""

    __slots__ = ()

    def emit(self, event: Event) -> None:
        """Make something known to every plugin: the event is handled right after this one, in the same transaction."""
        self.unit.emit(event)

    @property
    def tags(self) -> Tags:
        """Short words that operators and plugins put on members."""
        from coterie.core.context.about import Tags

        return Tags(self.unit, self.community.id, self.actor)

    @property
    def attributes(self) -> Attributes:
        """Named values of members: texts, whole numbers, yes or no, dates."""
        from coterie.core.context.about import Attributes

        return Attributes(self.unit, self.community.id, self.actor)

    @property
    def notes(self) -> Notes:
        """What operators wrote about members."""
        from coterie.core.context.about import Notes

        return Notes(self.unit, self.community.id, self.actor)

    @property
    def news(self) -> News:
        """Whether members want messages that go to many."""
        from coterie.core.context.about import News

        return News(self.unit, self.community.id, self.actor)

    @property
    def segments(self) -> Segments:
        """Saved filters for people, and the people whom filters mean."""
        from coterie.core.segments.here import segments_of

        return segments_of(self)

    def segment(self, name: str) -> Audience:
        """The people of a saved segment, to be written to; raises :class:`FilterError` for one that does not exist."""
        return self.segments.audience(f'segment:"{name}"')

    def audience(self, text: str) -> Audience:
        """The people whom a saved segment or a filter means (``tag:vip and balance>=100``), to be written to.

        Raises :class:`FilterError`, a refusal that tells what is wrong and where.
        """
        return self.segments.audience(text)

    def in_segment(self, member: MemberRecord, text: str) -> bool:
        """Whether a saved segment or a filter means a member; one look-up. Raises :class:`FilterError`."""
        from coterie.core.segments.here import means

        return means(self, member.id, text)

    @property
    def conditions(self) -> Conditions:
        """What may be asked of members before they get something."""
        from coterie.core.conditions import Conditions

        return Conditions(self)

    @property
    def broadcasts(self) -> Broadcasts:
        """The plugin's messages to many: how far they are; stopping them and going on."""
        from coterie.core.broadcasts import Broadcasts

        return Broadcasts(self)

    @property
    def consent(self) -> Consents:
        """What members agreed to, in which wording, and since when."""
        from coterie.core.context.privacy import Consents

        return Consents(self)

    @property
    def privacy(self) -> Privacy:
        """What is kept about members, and their right to have it and to have it erased."""
        from coterie.core.context.privacy import Privacy

        return Privacy(self)

    def facts_of(self, member: MemberRecord) -> Facts:
        """When a member came, left and wrote last."""
        from coterie.core.context.about import facts_of

        return facts_of(self.unit, member)

    def audit_log(
        self, *, member: MemberRecord | None = None, act: str = "", before: int = 0, limit: int = 10
    ) -> list[AuditEntry]:
        """What operators did, newest first: all of it, of a member, or of one kind; older than the id ``before``."""
        from coterie.core.audit import entries

        return entries(self, 0 if member is None else member.id, act, before, limit)

    def profile_of(self, member: MemberRecord) -> list[Field]:
        """What the enabled plugins have to say about a member, for operators."""
        return self.unit.services.profile(self, member)

    def audit(self, act: str, member: MemberRecord | None = None, *, reason: str = "", **details: Any) -> None:
        """Write down what an operator did by a button or a form: the act's name, whom it concerns, why, and details
        that JSON can hold. Commands of operators are written down by themselves.
        """
        from coterie.core.audit import audit

        concerned = 0 if member is None else member.id
        audit(
            self.unit,
            self.community.id,
            plugin=self.plugin,
            act=act,
            actor=self.actor,
            member=concerned,
            reason=reason,
            details=details,
        )

    def run(self, task: BoundTask[Any], /, **args: Any) -> int:
        """Start a ``@task`` after the commit; its result comes back as an event with the same member and place."""
        if task.plugin.name != self.plugin:
            raise LookupError(f"plugin {self.plugin} cannot run a task of {task.plugin.name}")
        identifier = self.new_id()
        origin = {
            "who": None if self.account is None else who_of(self.account),
            "where": self.event.where,
            "handle": self.event.handle,
        }
        self.unit.writes += 1
        self.unit.db.run(
            ADD_TASK,
            {
                "community_id": self.community.id,
                "id": identifier,
                "plugin": self.plugin,
                "name": task.task.name,
                "args": encode(args).decode(),
                "origin": encode(origin).decode(),
                "attempts": 0,
                "not_before": 0,
                "created_at": self.unit.now,
            },
        )
        self.unit.aftermath.tasks = True
        return identifier


__all__ = ["FORM_LIFE", "FORM_ROUTE", "Context", "Member", "MessageRef", "who_of"]
