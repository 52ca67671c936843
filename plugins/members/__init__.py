"""What operators know about members and do for many at once: profiles, tags, notes, segments, broadcasts, the log."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar, Final, Literal

from coterie.core.api import (
    Config,
    Context,
    Length,
    Member,
    MemberRef,
    Plugin,
    Refusal,
    Rest,
    button,
    command,
    timer,
)
from coterie.plugins.members import cards, service
from coterie.plugins.members.config import MembersConfig

Words = Annotated[str, Length(200), Rest()]
Filter = Annotated[str, Length(1000), Rest()]
LOOK_EVERY: Final = timedelta(seconds=5)
"""How often the card of a broadcast under way is shown anew."""


class Members(Plugin):
    """Member data for operators; the core keeps the rows, so that every plugin can use them."""

    name: ClassVar[str] = "members"
    config: ClassVar[type[Config]] = MembersConfig

    # -- one member

    @command("member", level="operator", aliases=("成员", "成員"))
    def member(self, ctx: Context, member: MemberRef) -> None:
        """Show all that is known about a member."""
        ctx.answer(cards.profile(ctx, ctx.member_of(member)))

    @command("tag", level="operator", aliases=("标签", "標籤"))
    def tag(self, ctx: Context, act: Literal["add", "remove"], member: MemberRef, tag: str) -> None:
        """Put a tag on a member, or take it away."""
        person, name = ctx.member_of(member), service.tag_of(tag)
        changed = ctx.tags.add(person, name) if act == "add" else ctx.tags.remove(person, name)
        if not changed:
            raise Refusal("tag-has" if act == "add" else "tag-has-not", name=person.name, tag=name)
        ctx.answer(ctx.t("tag-added" if act == "add" else "tag-removed", name=person.name, tag=name))

    @command("note", level="operator", aliases=("备注", "備註"))
    def note(self, ctx: Context, member: MemberRef, text: Annotated[str, Length(2000), Rest()]) -> None:
        """Write a note about a member, for operators only."""
        person = ctx.member_of(member)
        ctx.notes.add(person, text)
        ctx.answer(ctx.t("note-done", name=person.name))

    @command("notes", level="operator", aliases=("查看备注", "查看備註"))
    def notes(self, ctx: Context, member: MemberRef) -> None:
        """Show the notes about a member."""
        ctx.answer(cards.notes(ctx, ctx.member_of(member)))

    @command("attribute", level="operator", aliases=("属性", "屬性"))
    def attribute(self, ctx: Context, member: MemberRef, name: str, value: Words = "") -> None:
        """Give an attribute of a member a value; without one it is removed."""
        person = ctx.member_of(member)
        kept, read = service.attribute_of(ctx, name, value)
        ctx.attributes.set(person, kept, read)
        if read is None:
            ctx.answer(ctx.t("attribute-removed", name=person.name, attribute=kept))
        else:
            shown = cards.value_of(ctx, read)
            ctx.answer(ctx.t("attribute-set", name=person.name, attribute=kept, value=shown))

    # -- many members

    @command("tag-all", level="operator", aliases=("批量标签", "批量標籤"))
    def tag_all(self, ctx: Context, act: Literal["add", "remove"], tag: str, filter: Filter) -> None:
        """Put a tag on everybody whom a filter means, or take it away; asks first."""
        name = service.tag_of(tag)
        audience, count = service.crowd(ctx, filter)
        args: dict[str, str | int | bool] = {"add": act == "add", "tag": name, "filter": audience.filter}
        key = "tag-all" if act == "add" else "untag-all"
        ctx.answer(cards.bulk(ctx, "tag-all", key, audience, count, args, tag=name))

    @button("tag-all")
    def tag_them(self, ctx: Context, add: bool, tag: str, filter: str) -> None:
        """Carry out what was asked."""
        ctx.require_operator()
        audience, _ = service.crowd(ctx, filter)
        changed = ctx.segments.tag(audience.filter, tag, add=add)
        ctx.audit("tag-all", add=add, tag=tag, filter=filter, changed=changed)
        ctx.answer(ctx.t("bulk-done", count=changed))

    @command("attribute-all", level="operator", aliases=("批量属性", "批量屬性"))
    def attribute_all(self, ctx: Context, name: str, value: str, filter: Filter) -> None:
        """Give an attribute of everybody whom a filter means a value; asks first."""
        kept, _ = service.attribute_of(ctx, name, value)
        audience, count = service.crowd(ctx, filter)
        args: dict[str, str | int | bool] = {"name": kept, "value": value, "filter": audience.filter}
        said = {"attribute": kept, "value": value}
        ctx.answer(cards.bulk(ctx, "attribute-all", "attribute-all", audience, count, args, **said))

    @button("attribute-all")
    def set_them(self, ctx: Context, name: str, value: str, filter: str) -> None:
        """Carry out what was asked."""
        ctx.require_operator()
        kept, read = service.attribute_of(ctx, name, value)
        audience, _ = service.crowd(ctx, filter)
        changed = ctx.segments.set_attribute(audience.filter, kept, read)
        ctx.audit("attribute-all", attribute=kept, value=value, filter=filter, changed=changed)
        ctx.answer(ctx.t("bulk-done", count=changed))

    @command("segment", level="operator", aliases=("分组", "分組"))
    def segment(
        self, ctx: Context, act: Literal["save", "show", "list", "delete"], name: str = "", filter: Filter = ""
    ) -> None:
        """Save a filter for people under a name, count whom it means, list or delete segments."""
        segments = ctx.segments
        if act == "list":
            ctx.answer(cards.segments(ctx, segments.all()))
            return
        if not name:
            raise Refusal("segment-which")
        if act == "save":
            kept = segments.save(name, filter, identifier=ctx.new_id(), author=ctx.member.id)
            ctx.answer(cards.segment(ctx, kept, filter))
            return
        found = segments.find(name)
        if act == "show":
            text = f"{name} {filter}".strip() if found is None else found.filter
            ctx.answer(cards.segment(ctx, found.name if found is not None else "", text))
        elif segments.delete(name):
            ctx.answer(ctx.t("segment-deleted", name=name))
        else:
            raise Refusal("segment-unknown", name=name)

    # -- broadcasts

    @command("broadcast", level="operator", aliases=("群发", "群發"))
    def broadcast(self, ctx: Context, audience: str, text: Annotated[str, Length(3000), Rest()]) -> None:
        """Write to everybody in a segment, or whom a filter in quotation marks means; shows it first."""
        people = ctx.audience(audience)
        ctx.answer(cards.preview(ctx, people, ctx.segments.count(people.filter), text))

    @button("broadcast")
    def begin(self, ctx: Context, token: int, audience: str, text: str) -> None:
        """Start it, once for each preview."""
        ctx.require_operator()
        people = ctx.audience(audience)
        if not ctx.broadcasts.start(people, cards.news(ctx, text), identifier=token):
            raise Refusal("broadcast-already")
        ctx.audit("broadcast", audience=audience, text=text, broadcast=token)
        self._follow(ctx, token)

    @command("broadcasts", level="operator", aliases=("群发记录", "群發紀錄"))
    def broadcasts(self, ctx: Context) -> None:
        """Show how far the newest broadcasts are."""
        ctx.answer(cards.broadcasts(ctx, ctx.broadcasts.recent()))

    @button("stop")
    def stop(self, ctx: Context, broadcast: int) -> None:
        """Write to nobody more for now."""
        ctx.require_operator()
        if not ctx.broadcasts.stop(broadcast):
            raise Refusal("broadcast-not-running")
        ctx.audit("broadcast-stop", broadcast=broadcast)
        ctx.answer(ctx.t("broadcast-stopping"))

    @button("resume")
    def resume(self, ctx: Context, broadcast: int) -> None:
        """Go on with a broadcast that was stopped."""
        ctx.require_operator()
        if not ctx.broadcasts.resume(broadcast):
            raise Refusal("broadcast-not-stopped")
        ctx.audit("broadcast-resume", broadcast=broadcast)
        self._follow(ctx, broadcast)

    def _follow(self, ctx: Context, broadcast: int) -> None:
        """Show a card with the progress, in the operator's direct chat if there is one, and keep it up to date."""
        found = ctx.broadcasts.find(broadcast)
        if found is None:
            return
        card = cards.progress(ctx, ctx.member, found)
        ref = ctx.send(ctx.member, card) or ctx.answer(card)
        ctx.timers.at(LOOK_EVERY, "progress", key=broadcast, broadcast=broadcast, ref=int(ref), reader=ctx.member.id)

    @timer("progress")
    def progress(self, ctx: Context, broadcast: int, ref: int, reader: int) -> None:
        """Show anew how far a broadcast is, until it has ended or was stopped."""
        found, member = ctx.broadcasts.find(broadcast), ctx.find_member(reader)
        if found is None or member is None:
            return
        ctx.edit(ref, cards.progress(ctx, member, found))
        if found.state in ("collecting", "running"):
            again = {"broadcast": broadcast, "ref": ref, "reader": reader}
            ctx.timers.at(LOOK_EVERY, "progress", key=broadcast, **again)

    @command("quiet", aliases=("免打扰", "免打擾"))
    def quiet(self, ctx: Context, on: bool = True) -> None:
        """Get no messages that go to many; "off" brings them back."""
        ctx.news.want(ctx.member, not on)
        ctx.answer(ctx.t("quiet-on" if on else "quiet-off"))

    # -- the log

    @command("audit", level="operator", aliases=("审计", "稽核"))
    def audit(self, ctx: Context, about: str = "") -> None:
        """Show what operators did: all of it, about a member (@name), or one kind of act."""
        member = ctx.member_of(MemberRef(about)) if about.startswith("@") else None
        self._page(ctx, member, "" if member is not None else about.removeprefix("/"), 0)

    @button("audit")
    def older(self, ctx: Context, before: int, member: int, act: str) -> None:
        """Turn the page."""
        ctx.require_operator()
        self._page(ctx, ctx.find_member(member) if member else None, act, before)

    def _page(self, ctx: Context, member: Member | None, act: str, before: int) -> None:
        found = ctx.audit_log(member=member, act=act, before=before, limit=cards.PAGE + 1)
        ctx.answer(cards.audit(ctx, found, 0 if member is None else member.id, act))
