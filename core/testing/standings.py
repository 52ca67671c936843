"""Roles, tags and private spaces of the town: what Coterie does to them, and what people do by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from coterie.core.actions import AccessAction, GiveRole, Invite, Remove, SetTag, TakeRole
from coterie.core.cards import Button
from coterie.core.events import MemberJoined, MemberLeft, Where, Who
from coterie.core.platform import ABSENT, HAD, Delivery, Holdings, Platform, Refused
from coterie.core.testing.faulty import can_fail
from coterie.core.testing.people import ADAPTER, BOT, NoSuchButton, NotPermitted, Persona, persona_key
from coterie.core.testing.stage import Stage


class StandingsPlatform(Platform):
    """The verbs about access; a role or tag that stands there remembers the mark under which Coterie set it."""

    stage: Stage

    @can_fail
    async def give_role(self, action: GiveRole, delivery: Delivery) -> str:
        persona = self._there(action)
        if persona is None:
            return ABSENT
        self._reach(action.role)
        if action.role in persona.roles:
            ours = self.stage.faults.honour_marks and persona.marks.get(action.role) == action.mark
            return "" if ours else HAD
        persona.roles.add(action.role)
        persona.marks[action.role] = action.mark
        self.stage.tell(None)
        return ""

    @can_fail
    async def take_role(self, action: TakeRole, delivery: Delivery) -> str:
        persona = self._there(action)
        if persona is None:
            return ABSENT
        self._reach(action.role)
        foreign = action.role in persona.roles and persona.marks.get(action.role) != action.mark
        if foreign and (self.stage.faults.honour_marks or not action.sure):
            return HAD
        self.stage.taken.append((persona.key, action.role, action.role in persona.roles))
        persona.roles.discard(action.role)
        persona.marks.pop(action.role, None)
        self.stage.tell(None)
        return ""

    @can_fail
    async def set_tag(self, action: SetTag, delivery: Delivery) -> str:
        persona = self._there(action)
        if persona is None:
            return ABSENT
        if persona.tag and persona.tag_mark != action.mark:
            return HAD
        if persona.tag and not action.tag:
            self.stage.taken.append((persona.key, f"tag {persona.tag}", True))
        persona.tag_mark = action.mark
        persona.tag = action.tag
        self.stage.tell(None)
        return ""

    @can_fail
    async def invite(self, action: Invite, delivery: Delivery) -> str:
        stage, persona = self.stage, self.stage.person_of(action.to)
        if persona.key in stage.club(action.where.space):
            return HAD
        if persona.blocked or persona.key in stage.faults.closed_dms:
            raise Refused(f"{persona.name} does not take direct messages")
        link = f"https://town.example/+{stage.run}{action.mark}-{delivery.key}"
        stage.links.pop(action.replaces, None)
        if link not in stage.links:
            stage.links[link] = action.where.space
            message = stage.add(stage.dm(persona), BOT)
            rows = (*action.card.buttons, (Button(action.label, url=link),))
            message.card = msgspec.structs.replace(action.card, buttons=rows)
            stage.changed(message)
        return link

    @can_fail
    async def remove(self, action: Remove, delivery: Delivery) -> str:
        stage, persona, space = self.stage, self.stage.person_of(action.to), action.where.space
        for link in [link for link in stage.links if link == action.link or f"{action.mark}-" in link]:
            del stage.links[link]
        if persona.key not in stage.club(space):
            return ABSENT
        if not action.sure:
            return HAD
        stage.club(space).discard(persona.key)
        stage.taken.append((persona.key, space, True))
        if stage.inbox is not None:
            stage.hand_in(_left(stage, persona, space))
        return ""

    async def access_of(self, space: str, accounts: Sequence[Who]) -> Mapping[tuple[str, str], Holdings]:
        fault = self.stage.faults.take("access_of")
        if fault is not None:
            raise fault.error
        found = {}
        for who in accounts:
            persona = self.stage.people.get(persona_key(who.id, who.platform))
            if persona is None or persona.key in self.stage.faults.unknown:
                continue
            if space == self.stage.space:
                holdings = Holdings(persona.present, frozenset(persona.roles), persona.tag, persona.joined_at)
            else:
                holdings = Holdings(persona.key in self.stage.club(space))
            found[who.platform, who.id] = holdings
        return found

    async def role_problems(self, space: str, roles: Collection[str]) -> Mapping[str, str]:
        return {role: f"the role {role} stands above the bot's" for role in roles if role in self.stage.faults.above}

    def _there(self, action: AccessAction) -> Persona | None:
        persona = self.stage.people.get(persona_key(action.to.id, action.to.platform))
        if action.where.space != self.stage.space:
            raise Refused(f"there are no roles in the space {action.where.space!r}")
        return persona if persona is not None and persona.present else None

    def _reach(self, role: str) -> None:
        if role in self.stage.faults.above:
            raise Refused(f"the role {role} stands above the bot's")


class ByHand(Stage):
    """What people do themselves; roles and tags change without an event, as they may while the bot is away."""

    def give_role(self, persona: Persona, role: str) -> None:
        """An admin gives somebody a role: from now on it is the admin's, even if Coterie had given it before."""
        persona.roles.add(role)
        persona.marks.pop(role, None)
        self.tell(None)

    def take_role(self, persona: Persona, role: str) -> None:
        """An admin takes a role away."""
        persona.roles.discard(role)
        persona.marks.pop(role, None)
        self.tell(None)

    def set_tag(self, persona: Persona, tag: str) -> None:
        """An admin sets somebody's tag, or takes it away."""
        persona.tag, persona.tag_mark = tag, 0
        self.tell(None)

    def follow(self, persona: Persona, label: str) -> asyncio.Future[Any]:
        """Open the newest link whose button shows a text; one that was used up leads nowhere.

        Raises :class:`~coterie.core.testing.NoSuchButton`.
        """
        for message in self.newest(persona):
            for row in message.card.buttons if message.card is not None else ():
                for button in row:
                    if button.url in self.links and label.casefold() in str(button.label).casefold():
                        return self.use_link(persona, button.url)
        raise NoSuchButton(f"{persona.name} has no link {label!r} that leads anywhere")

    def use_link(self, persona: Persona, link: str) -> asyncio.Future[Any]:
        """Come into the private space behind a link, whoever got it."""
        entered = self.enter(persona, self.links[link], link)
        del self.links[link]
        return entered

    def enter(self, persona: Persona, space: str, invite: str = "") -> asyncio.Future[Any]:
        """Come into a private space; without a link an admin has let them in.

        Raises :class:`~coterie.core.testing.NotPermitted` for one who was banned from it.
        """
        if self.is_banned(persona, space):
            raise NotPermitted(f"{persona.name} is banned from {space}")
        self.club(space).add(persona.key)
        where, at = Where(ADAPTER, space, space), self.clock.now()
        return self.hand_in(MemberJoined(key=self.next_key(), at=at, who=persona.who, where=where, invite=invite))

    def quit(self, persona: Persona, space: str) -> asyncio.Future[Any]:
        """Leave a private space."""
        self.club(space).discard(persona.key)
        return self.hand_in(_left(self, persona, space))


def _left(stage: Stage, persona: Persona, space: str) -> MemberLeft:
    where = Where(ADAPTER, space, space)
    return MemberLeft(key=stage.next_key(), at=stage.clock.now(), who=persona.who, where=where)
