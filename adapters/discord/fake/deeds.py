"""Deeds: how each thing that people do in a town is done on the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from coterie.adapters.discord.fake.model import FakeMember
from coterie.core.events import (
    ButtonTapped,
    DirectChanged,
    Event,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageEdited,
    MessagePosted,
    PaymentReceived,
    PollAnswered,
    ReactionAdded,
    StandingChanged,
    Where,
)
from coterie.core.testing.polls import poll_id
from coterie.core.testing.wired import Deed

if TYPE_CHECKING:
    from coterie.adapters.discord.fake import FakeCommand, FakeDiscord
    from coterie.adapters.discord.fake.town import DiscordTown

Act = Callable[["FakeDiscord"], object]
"""Something done on the server's thread."""

_WORD: Final = re.compile(r'\s*(?:"([^"]*)"(?!\S)|(\S+))')
_INTEGER, _BOOLEAN = 4, 5
_YES, _NO = frozenset(("yes", "true", "on")), frozenset(("no", "false", "off"))


def _channel(town: DiscordTown, where: Where | None) -> str:
    assert where is not None
    return town.channel_of(town.room(where.channel))


def post(town: DiscordTown, event: MessagePosted) -> Act:
    """Write in a channel or to the bot; what names a command that Discord offers is called as one."""
    account, channel = town.account(event.who), _channel(town, event.where)
    reply = town.mirror.raw[event.reply_to].id if event.reply_to in town.mirror.raw else None
    message = town.messages[event.message]

    def act(fake: FakeDiscord) -> None:
        command = _command(fake, town.guild, event.text)
        if command is not None:
            fake.calls_command(account.number, channel, *command)
            return
        said = fake.says(account.number, channel, event.text, reply_to=reply)
        if said:
            town.mirror.note(message, fake.message(said))

    return act


def _command(fake: FakeDiscord, guild: str, text: str) -> tuple[str, dict[str, object]] | None:
    """The command and the options that a typed line would be in Discord's menu; None for what that would not let in."""
    name, _, rest = text[1:].partition(" ") if text[:1] == "/" else ("", "", "")
    found = next((each for each in fake.world.commands_at(guild) if each.name == name), None)
    options = None if found is None else _options(found, rest)
    return None if options is None else (name, options)


def _options(command: FakeCommand, rest: str) -> dict[str, object] | None:
    wanted: list[dict[str, Any]] = command.body.get("options", [])
    given: dict[str, object] = {}
    for number, option in enumerate(wanted):
        rest = rest.strip()
        if not rest:
            break
        if number == len(wanted) - 1:
            word, rest = rest, ""
        else:
            found = _WORD.match(rest)
            assert found is not None
            word, rest = found[1] if found[1] is not None else found[2], rest[found.end() :]
        value = _value(option, word)
        if value is None:
            return None
        given[option["name"]] = value
    missing = any(option.get("required") and option["name"] not in given for option in wanted)
    return None if rest.strip() or missing else given


def _value(option: dict[str, Any], word: str) -> object:
    """What a client would send for a word; None for one that it would not take."""
    if option["type"] == _INTEGER:
        number = int(word) if re.fullmatch(r"-?[0-9]{1,15}", word) else None
        fits = number is not None and option.get("min_value", number) <= number <= option.get("max_value", number)
        return number if fits else None
    if option["type"] == _BOOLEAN:
        return True if word.lower() in _YES else False if word.lower() in _NO else None
    choices = [choice["value"] for choice in option.get("choices", ())]
    if choices and word not in choices:
        return None
    return word if len(word) <= option.get("max_length", 6000) else None


def edit(town: DiscordTown, event: MessageEdited) -> Act:
    """Change a message."""
    account, raw = town.account(event.who), town.mirror.raw[event.message]
    return lambda fake: fake.edits(account.number, raw.id, event.text)


def tap(town: DiscordTown, event: ButtonTapped) -> Act:
    """Press a button, also with a token that is shown nowhere."""
    account, raw = town.account(event.who), town.mirror.raw[event.message]
    return lambda fake: fake.taps(account.number, raw.id, f"c:{event.token}")


def react(town: DiscordTown, event: ReactionAdded) -> Act:
    """React to a message."""
    account, raw = town.account(event.who), town.mirror.raw[event.message]
    return lambda fake: fake.reacts(account.number, raw.id, event.emoji)


def join(town: DiscordTown, event: MemberJoined) -> Act:
    """Come into the server."""
    account = town.account(event.who)

    def act(fake: FakeDiscord) -> None:
        fake.guild(town.guild).members.pop(account.number, None)  # who is new stands outside
        fake.joins(account.number, town.guild)

    return act


def leave(town: DiscordTown, event: MemberLeft) -> Act:
    """Go out of the server."""
    account = town.account(event.who)

    def act(fake: FakeDiscord) -> None:
        members = fake.guild(town.guild).members
        members.setdefault(account.number, FakeMember(fake.person(account.number), fake.world.now()))
        fake.leaves(account.number, town.guild)

    return act


def ask(town: DiscordTown, event: JoinRequested) -> Act:
    """Ask to be let in."""
    account = town.account(event.who)

    def act(fake: FakeDiscord) -> None:
        fake.guild(town.guild).members.pop(account.number, None)
        fake.asks_to_join(account.number, town.guild, {"About you": event.text} if event.text else None)

    return act


def stand(town: DiscordTown, event: StandingChanged) -> Act:
    """Become one of those who run the server, or an ordinary member."""
    account = town.account(event.who)
    if event.standing == "operator":
        return lambda fake: fake.gives_role(account.number, town.guild, town.staff, by=fake.bot_id)
    return lambda fake: fake.takes_role(account.number, town.guild, town.staff, by=fake.bot_id)


def pay(town: DiscordTown, event: PaymentReceived) -> Act:
    """Buy what the newest invoice over the amount is about."""
    account = town.account(event.who)
    sku = town.skus[event.invoice].id
    return lambda fake: fake.buys(account.number, sku)


def vote(town: DiscordTown, event: PollAnswered) -> Act:
    """Answer a poll."""
    account = town.account(event.who)
    raw = next(raw for name, raw in town.mirror.raw.items() if poll_id(name) == event.poll)
    chosen = [option + 1 for option in event.options]
    return lambda fake: fake.votes(account.number, raw.id, *chosen)


def block(town: DiscordTown, event: DirectChanged) -> Act:
    """Take no direct messages of the bot any more, or take them again; Discord tells nobody."""
    account = town.account(event.who)
    return lambda fake: fake.opens_direct(account.number) if event.open else fake.closes_direct(account.number)


DEEDS: Final[dict[type[Event], Deed]] = {
    MessagePosted: post,
    MessageEdited: edit,
    ButtonTapped: tap,
    ReactionAdded: react,
    MemberJoined: join,
    MemberLeft: leave,
    JoinRequested: ask,
    StandingChanged: stand,
    PaymentReceived: pay,
    PollAnswered: vote,
    DirectChanged: block,
}
"""What is done for each kind of event."""
