"""Who and what there is in the town: personas, messages, rooms, and the switches that make it misbehave."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from coterie.core.actions import OpenForm, Schedule, SendInvoice, SendPoll
from coterie.core.cards import Card
from coterie.core.events import Standing, Where, Who
from coterie.core.platform import Picture, PlatformError
from coterie.core.text import Rich, spans_of

ADAPTER: Final = "sandbox"
"""The platform's name, and the flavour of a persona who names no other."""
BOT: Final = "bot"
"""Author of what Coterie sends."""
SYSTEM: Final = "system"
"""Author of the town's own lines (somebody joined)."""


class NoSuchButton(LookupError):
    """Nobody could press that; the message tells what could be seen."""


class NoOpenForm(LookupError):
    """The person has no form to fill, or the form has no such question."""


class NoInvoice(LookupError):
    """The person has no unpaid invoice over that amount."""


class NoSuchPoll(LookupError):
    """The person sees no poll with these options."""


class NoSuchPurchase(LookupError):
    """The person has bought nothing of that kind that still holds."""


class NotPermitted(RuntimeError):
    """The platform lets nobody do that: somebody is muted or banned, a topic or a poll is closed."""


class NotConnected(RuntimeError):
    """Nobody listens to the town: start an application with its platform first."""


@dataclass(slots=True)
class Persona:
    """Somebody in the town: one account on one platform flavour."""

    key: str
    name: str
    platform: str = ADAPTER
    standing: Standing = "member"
    present: bool = True
    bot: bool = False
    locale: str = ""
    roles: set[str] = field(default_factory=set)
    marks: dict[str, int] = field(default_factory=dict)
    """Roles that Coterie gave, and the mark under which it did."""
    tag: str = ""
    tag_mark: int = 0
    joined_at: int = 0
    muted: int | None = None
    """The instant until which they cannot write in the town; 0 until somebody lifts it, None for one who can."""
    banned: int | None = None
    """The instant until which they cannot come in, in the same way."""
    blocked: bool = False
    """Whether they blocked the bot, so that it cannot write to them."""
    nickname: str = ""
    """The name that somebody gave them in the town, in place of their own."""

    @property
    def called(self) -> str:
        """The name that is shown."""
        return self.nickname or self.name

    @property
    def who(self) -> Who:
        """The account as events carry it."""
        return Who(self.platform, self.key.partition("@")[0], self.called, self.locale, self.bot)


@dataclass(slots=True)
class Purchase:
    """Something that was bought in the town's shop; ``until`` is in milliseconds, 0 for no end."""

    id: str
    sku: str
    persona: str
    until: int = 0
    active: bool = True


def persona_key(account: str, platform: str) -> str:
    """``alice``, or ``alice@telegram`` when the platform is not the sandbox."""
    return account if platform == ADAPTER else f"{account}@{platform}"


@dataclass(slots=True, eq=False)
class Message:
    """Something that stands in a room, in its newest state.

    ``text`` is what a person (or the town) wrote, ``card`` what the bot sent.  ``seq`` is the town-wide number of its
    last change.  ``note`` says which line of the town it is (``joined``, ``left``, ``let-in``, ``declined``); ``about``
    is the persona key of whom it tells.
    """

    id: str
    room: str
    author: str
    at: int
    seq: int = 0
    text: str = ""
    card: Card | None = None
    private_to: str | None = None
    edits: int = 0
    deleted: bool = False
    reply_to: str = ""
    form: OpenForm | None = None
    invoice: SendInvoice | None = None
    charges: list[str] = field(default_factory=list)
    """The provider's ids of the payments of this invoice; a subscription has several."""
    given_back: set[str] = field(default_factory=set)
    """Those of them that were refunded."""
    ended: bool = False
    """Whether this subscription is renewed no more."""
    pinned: bool = False
    poll: SendPoll | None = None
    votes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Options of the poll, from 0, by persona key."""
    closed: bool = False
    """Whether the poll has ended."""
    gathering: Schedule | None = None
    """What was put in the town's calendar and is shown by the card."""
    interested: set[str] = field(default_factory=set)
    """Persona keys of those who want to come to it."""
    called_off: bool = False
    pictures: tuple[Picture, ...] = ()
    reactions: dict[str, set[str]] = field(default_factory=dict)
    note: str = ""
    about: str = ""

    @property
    def payable(self) -> bool:
        """Whether it is an invoice that can be paid: one that was not, or a subscription that goes on."""
        return self.invoice is not None and (not self.charges or (self.invoice.period > 0 and not self.ended))

    @property
    def paid(self) -> bool:
        """Whether this invoice was paid."""
        return bool(self.charges)

    @property
    def refunded(self) -> bool:
        """Whether the newest payment of this invoice was given back."""
        return bool(self.charges) and self.charges[-1] in self.given_back

    def words(self) -> str:
        """What it says, without its buttons."""
        if self.form is not None:
            return form_words(self.form)
        if self.invoice is not None:
            return invoice_words(self.invoice, paid=self.paid, refunded=self.refunded)
        if self.poll is not None:
            return poll_words(self.poll, self.votes, closed=self.closed)
        return card_words(self.card) if self.card is not None else self.text

    def shown(self) -> str:
        """What a reader sees: the words, then each row of buttons in brackets on a line of its own."""
        rows = self.card.buttons if self.card is not None else ()
        lines = [" ".join(f"[{show(button.label)}]" for button in row) for row in rows]
        return "\n".join(part for part in (self.words(), *lines) if part)


# Direction marks and isolates take no room on a screen, and every kind of blank looks like the plain one.
_UNSEEN: Final = dict.fromkeys(map(ord, "\u200e\u200f\u2066\u2067\u2068\u2069"), "")
_UNSEEN.update(dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f"), " "))


def plain(text: str) -> str:
    """Text without direction marks, every kind of blank a plain one: as a reader would type it."""
    return text.translate(_UNSEEN)


def show(value: Rich) -> str:
    """Rich text as the town shows it: mentions with an @, links with their address behind them."""
    parts: list[str] = []
    for span in spans_of(value):
        text = f"@{span.text.removeprefix('@')}" if span.member else span.text
        parts.append(f"{text} ({span.url})" if span.url and span.url != text else text)
    return "".join(parts)


def card_words(card: Card) -> str:
    """The words of a card, one part a line, without buttons."""
    parts = [show(card.title), show(card.text)]
    parts += [f"{show(field.name)}: {show(field.value)}" for field in card.fields]
    parts += [f"[{picture.alt}]" for picture in card.pictures]
    parts.append(show(card.footer))
    return "\n".join(part for part in parts if part)


def form_words(form: OpenForm) -> str:
    """A form: its title, then a line for each question with the answer given and what is wrong with it."""
    lines = [form.title]
    for question in form.questions:
        answer, error = form.answers.get(question.name, ""), form.errors.get(question.name, "")
        choices = f" ({' / '.join(question.choices)})" if question.choices else ""
        lines.append(f"{question.label}{choices}: {answer or '____'}" + (f" ! {error}" if error else ""))
    known = {question.name for question in form.questions}
    lines += [f"! {error}" for name, error in form.errors.items() if name not in known]
    return "\n".join(lines)


def invoice_words(invoice: SendInvoice, *, paid: bool, refunded: bool = False) -> str:
    """An invoice: title, description, the amount in minor units, and whether it is paid, or paid and given back."""
    every = f" every {invoice.period // 86_400} days" if invoice.period else ""
    amount = f"{invoice.amount} {invoice.currency}{every}" + (" (refunded)" if refunded else " (paid)" if paid else "")
    return "\n".join(part for part in (invoice.title, invoice.description, amount) if part)


def poll_words(poll: SendPoll, votes: Mapping[str, tuple[int, ...]], *, closed: bool) -> str:
    """A poll: its question, then a line for each option with the number of its votes; the end of a quiz tells more."""
    counts = Counter(option for chosen in votes.values() for option in chosen)
    lines = [poll.question + (" (closed)" if closed else "")]
    for number, option in enumerate(poll.options):
        right = " (correct)" if closed and number in poll.correct else ""
        lines.append(f"{option}: {counts[number]}{right}")
    if closed and poll.explanation:
        lines.append(poll.explanation)
    return "\n".join(lines)


@dataclass(slots=True, eq=False)
class Room:
    """A place where people write; ``kind`` is ``room``, ``dm`` or (a topic) ``thread``."""

    id: str
    title: str
    where: Where
    owner: str = ""
    """Persona key of whoever a direct chat belongs to."""
    messages: list[Message] = field(default_factory=list)
    closed: bool = False
    """Whether the topic is closed: it can be read, and nobody writes there."""

    @property
    def kind(self) -> str:
        """``room``, ``dm`` or ``thread``."""
        return self.where.kind


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to go wrong; ``happened`` carries the verb out all the same and loses only the answer."""

    error: PlatformError
    verb: str = ""
    happened: bool = False


@dataclass(slots=True)
class Faults:
    """Switches that make the town misbehave as platforms do."""

    queue: deque[Fault] = field(default_factory=deque)
    closed_dms: set[str] = field(default_factory=set)
    """Persona keys whose direct chat refuses the bot."""
    duplicates: int = 0
    """So many of the next events are delivered twice."""
    unknown: set[str] = field(default_factory=set)
    """Persona keys of whom the platform does not tell what they have."""
    above: set[str] = field(default_factory=set)
    """Roles that stand above the bot's, so that it can neither give nor take them."""
    honour_marks: bool = True
    """Coterie's own roles can be told from a person's by their mark, as an audit log tells."""
    honour_keys: bool = True
    """A second send with the same delivery key gives the first message back, as a nonce on Discord does."""

    def fail_next(self, error: PlatformError, times: int = 1, *, verb: str = "", happened: bool = False) -> None:
        """Let the next verbs fail; ``verb`` is the name of a :class:`Platform` method (any when empty)."""
        self.queue.extend([Fault(error, verb, happened)] * times)

    def take(self, verb: str) -> Fault | None:
        """The fault that strikes this verb, used up."""
        for fault in self.queue:
            if fault.verb in ("", verb):
                self.queue.remove(fault)
                return fault
        return None
