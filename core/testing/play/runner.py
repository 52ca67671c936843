"""Acts a scenario out, step by step, and writes down what everybody saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from coterie.core.clock import to_datetime
from coterie.core.errors import Refusal
from coterie.core.testing.play import acts, expectations, seen
from coterie.core.testing.play.captures import filled, whole
from coterie.core.testing.play.cast import Cast
from coterie.core.testing.play.grammar import Line, Scenario
from coterie.core.testing.play.hosting import TownHost
from coterie.core.testing.play.showing import show
from coterie.core.testing.play.steps import (
    Buy,
    Duplicate,
    Enter,
    ExpectBalance,
    ExpectIs,
    ExpectLedger,
    ExpectPins,
    ExpectRoom,
    ExpectSees,
    Fault,
    Fill,
    Give,
    Link,
    Move,
    Pay,
    Post,
    Press,
    Restart,
    SetStanding,
    Simulation,
    Step,
    Vote,
    Wait,
)
from coterie.core.testing.play.striking import strike
from coterie.core.testing.play.trial import Trial, begin
from coterie.core.testing.play.values import Wrong, milliseconds
from coterie.core.testing.play.world import StepFailed, World
from coterie.storage.ledger import LedgerError

Writer = Callable[[str], None]
_ONE_LINERS: Final = (ExpectSees, ExpectRoom, ExpectPins, ExpectIs, ExpectBalance, ExpectLedger)


@dataclass(frozen=True, slots=True)
class Result:
    """How a scenario ended; ``failed_at`` is the line of the failure, 0 when there is none."""

    steps: int
    expectations: int
    failed_at: int = 0


class Player:
    """Plays one scenario on one host and writes the transcript line by line."""

    def __init__(self, scenario: Scenario, host: TownHost, write: Writer) -> None:
        self._scenario = scenario
        self._host = host
        self._writer = write
        self._loose = True
        self._recorder = seen.Recorder(host.town)
        self._shown_at = host.town.clock.now()
        self._expectations = 0

    async def play(self) -> Result:
        """Run all steps, up to the first that fails."""
        world, trial = await self._begin()
        self._writer(f"{self._scenario.name}, from {_moment(self._shown_at)} UTC")
        self._show_changes(self._recorder.take())
        for count, line in enumerate(self._scenario.lines, 1):
            try:
                await self._run(world, line)
            except StepFailed as failure:
                if trial is None or isinstance(line.step, _ONE_LINERS):
                    self._fail(line, failure)
                    return Result(count, self._expectations, line.number)
                self._write(f"    not possible: {failure.message}")
            if trial is not None and count > 1:
                problems = await trial.problems()
                if not problems and count == len(self._scenario.lines):
                    problems = await self._end(world, trial)
                if problems:
                    self._fail(line, StepFailed(problems[0], problems[1:]))
                    return Result(count, self._expectations, line.number)
        steps = len(self._scenario.lines)
        self._write("")
        self._write(f"ok: {steps} steps, {self._expectations} expectations")
        return Result(steps, self._expectations)

    async def _begin(self) -> tuple[World, Trial | None]:
        if self._scenario.simulation is not None:
            world = await begin(self._host)
            return world, Trial(world)
        cast = Cast(self._scenario)
        self._host.expect([(person.name, person.platform) for person in cast.people])
        world = World(self._host, await self._host.start(), cast)
        await world.settled()
        return world, None

    async def _end(self, world: World, trial: Trial) -> list[str]:
        """Once all is quiet; what everybody saw until then is written as well."""
        self._writer("")
        self._writer("in the end")
        self._shown_at = world.clock.now()
        problems = await trial.end()
        self._show_changes(self._recorder.take())
        return problems

    async def _run(self, world: World, line: Line) -> None:
        world.line = line.number
        try:
            step = filled(line.step, world.captured)
        except Wrong as wrong:
            raise StepFailed(f"this cannot be done with what was captured: {wrong.message}") from wrong
        if isinstance(step, _ONE_LINERS):
            await expectations.check(world, step)
            self._expectations += 1
            self._write(f"    ok: {show(step)}")
            return
        self._announce(world, step)
        try:
            await carry_out(world, step)
        finally:
            self._show_changes(self._recorder.take(), step)
            for warning in self._host.warnings():
                self._write(f"    warning: {warning}")

    def _write(self, line: str) -> None:
        """A line of a step's block; the next step keeps a distance from it."""
        self._loose = True
        self._writer(line)

    def _announce(self, world: World, step: Step) -> None:
        now = world.clock.now()
        later = now + milliseconds(step.length) if isinstance(step, Wait) else now
        place = f"{world.room.title}  " if _needs_place(step) else ""
        if self._loose:
            self._writer("")
            self._loose = False
        self._writer(f"{_moment(later)}{_offset(later - now)}  {place}{show(step)}")
        self._shown_at = later

    def _show_changes(self, changes: list[seen.Change], step: Step | None = None) -> None:
        for change in changes:
            if _is_echo(change, step):
                continue
            shown = change.shown.split("\n", 1)[0] if change.kind in ("closed", "deleted") else change.shown
            when = "" if change.at == self._shown_at else f"{_moment(change.at)}  "
            lines = seen.message_lines(self._host.town, change.message, shown, change.kind)
            self._write(f"    {when}{lines[0]}")
            for line in lines[1:]:
                self._write(f"    {line}")

    def _fail(self, line: Line, failure: StepFailed) -> None:
        self._write("")
        self._write(f"{self._scenario.name}:{line.number}: {failure.message}")
        self._write(f"    {line.source}")
        for detail in failure.details:
            self._write(f"    {detail}")


async def carry_out(world: World, step: Step) -> None:
    """Do what a step says, and wait for all that follows; raises :class:`StepFailed`."""
    match step:
        case Post() | Press() | Fill() | Move() | Pay() | Vote() | Buy():
            await acts.act(world, step)
        case Duplicate(act):
            await acts.act(world, act, twice=True)
        case SetStanding():
            await acts.set_standing(world, step)
        case Link():
            await acts.link(world, step)
        case Give():
            await _give(world, step)
        case Enter(room):
            world.room = world.town.room(room)
        case Wait(length):
            await world.pass_time(milliseconds(length))
        case Restart():
            world.app = await world.host.start()
            await world.settled()
        case Fault():
            await strike(world, step)
        case Simulation():
            pass  # it is about the whole scenario
        case _:
            raise AssertionError(step)


async def _give(world: World, step: Give) -> None:
    person, key = world.persona(step.person), f"play:{world.town.next_key()}"
    amount = whole(step.amount)
    try:
        await world.through(lambda app: app.grant(person.who, amount, step.currency, "scenario", key))
    except (LedgerError, Refusal) as error:
        raise StepFailed(f"{amount} {step.currency} cannot be given: {error}") from error
    world.cast.heard(world.persona(step.person).key)
    await world.settled()


def _needs_place(step: Step) -> bool:
    """Whether the current channel is where a step happens."""
    act = step.act if isinstance(step, Duplicate) else step
    return isinstance(act, Post | Press) and not act.dm


def _is_echo(change: seen.Change, step: Step | None) -> bool:
    """Whether a change is only the post that the step's own line has told."""
    act = step.act if isinstance(step, Duplicate) else step
    if not isinstance(act, Post) or change.kind or change.message.card is not None:
        return False
    return change.message.author not in ("bot", "system") and change.shown == act.text


def _moment(instant: int) -> str:
    return f"{to_datetime(instant):%Y-%m-%d %H:%M:%S}"


def _offset(length: int) -> str:
    if not length:
        return ""
    from datetime import timedelta

    from coterie.core.config import format_duration

    return f" (+{format_duration(timedelta(milliseconds=length))})"
