"""One wave: packets for the crowd, everybody taps at once, the process is killed in the middle, again and again."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from tests.cli_kit import Running
from tests.crash.audit import Audit, a_day_passes, audit
from tests.crash.scene import FUNDS, PEOPLE, ROOMS, Scene

SENDERS: Final = 50
RINGS: Final = r"^alarm (\d+) rings$"
GOT: Final = r"^You got ([\d,.]+) points? from the red packet"
TOO_LATE: Final = "^Too late: every share"
REFUNDED: Final = "^Your red packet has expired: .* came back"


@dataclass(slots=True)
class Tap:
    """Somebody's press on a packet's button; ``acks`` is how often it was answered as committed."""

    who: str
    packet: str
    acks: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """Where a packet stands, and what its button carried at first."""

    message: str
    token: str


@dataclass(slots=True)
class Tally:
    """What happened in one kill."""

    acknowledged: int = 0
    in_flight: int = 0
    """Begun, and not answered when the process died."""
    committed: int = 0
    """Shares that the database holds although nobody was told yet."""
    unsent: int = 0
    """Messages that were committed and wait to be sent."""
    seconds: float = 0
    """From the start of the process to its being ready."""

    def __str__(self) -> str:
        return (
            f"ready in {self.seconds:.2f} s; {self.acknowledged} acknowledged, {self.in_flight} in flight "
            f"({self.committed} of them committed), {self.unsent} messages unsent"
        )


class Wave:
    """Plays one wave on a scene; every step leaves the process dead or stopped."""

    def __init__(
        self, scene: Scene, seed: int, *, number: int = 0, packets: int = 50, shares: int = 20, alarms: int = 20
    ) -> None:
        self.scene = scene
        self.rng = random.Random(seed)
        self.shares = shares
        self.names = [f"packet-{number}-{index}" for index in range(packets)]
        self.alarms = [str(number * 1000 + index) for index in range(alarms)]
        self.targets: dict[str, Target] = {}
        self.tallies: list[Tally] = []
        people = [f"m{index}" for index in range(PEOPLE)]
        self.rng.shuffle(people)
        # Some packets are in greater demand than others: many run empty, many do not.
        self.taps = [Tap(who, self.names[int(self.rng.triangular(0, packets))]) for who in people]
        self.found = Audit()

    def play(self, kills: int) -> None:
        """The whole wave, with one more kill at its end; raises :class:`AssertionError` for a broken promise."""
        self.prepare()
        for _ in range(kills):
            self.kill_among_the_taps()
        self.everybody_taps_again()
        self.a_day_later()

    # -- what happens

    def prepare(self) -> None:
        """Money, packets, alarms; a run without trouble."""
        with self.scene.running() as process:
            asyncio.run(self._prepare(process))
            process.stop()
        self._look()
        assert self.found.pending == 0, "a process that is stopped leaves nothing unsent"
        assert set(self.targets) == set(self.names) <= set(self.found.packets)

    def kill_among_the_taps(self) -> None:
        """Whoever has no answer taps, and some tap again, all at once; the process dies after so many answers."""
        todo = [tap for tap in self.taps if not tap.acks]
        todo += self.rng.sample([tap for tap in self.taps if tap.acks], min(50, len(self.taps) - len(todo)))
        tally = Tally()
        self.tallies.append(tally)
        before = set(self.found.shares)
        started = time.monotonic()
        with self.scene.running() as process:
            tally.seconds = time.monotonic() - started
            asyncio.run(self._tap(process, todo, self.rng.randint(1, len(todo) // 2), tally))
            process.process.wait()
        self._look()
        tally.unsent = self.found.pending
        fresh = set(self.found.shares) - before
        tally.committed = sum((tap.packet, tap.who) in fresh for tap in todo if not tap.acks)

    def everybody_taps_again(self) -> None:
        """A run without trouble, on the buttons of long ago: now everybody has an answer, and nobody two shares."""
        with self.scene.running() as process:
            asyncio.run(self._tap(process, self.taps, None, Tally()))
            asyncio.run(self._settle(process))
            process.stop()
        self._look()
        assert all(tap.acks for tap in self.taps)
        assert self.found.pending == 0
        rung = self.scene.heard(RINGS)
        assert {alarm: rung["r1", alarm] for alarm in self.alarms} == dict.fromkeys(self.alarms, 1)
        assert self.found.keys("ring") == set()
        open_ones = {str(packet.id) for packet in self.found.packets.values() if packet.state == "open"}
        assert self.found.keys("expire") == open_ones
        self._check_answers()

    def a_day_later(self) -> None:
        """Open packets expire while nobody is there; the process dies in the middle of giving back, too."""
        a_day_passes(self.scene.url)
        self.scene.brief_run(self.rng.uniform(0.3, 1.0))
        self._look()
        with self.scene.running() as process:
            asyncio.run(self._settle(process))
            process.stop()
        self._look()
        assert {packet.state for packet in self.found.packets.values()} <= {"empty", "expired"}
        assert (self.found.pending, self.found.timers) == (0, set())
        owed = Counter(f"dm:{packet.sender}" for packet in self.found.packets.values() if packet.state == "expired")
        told = Counter({room: times for (room, _), times in self.scene.heard(REFUNDED).items()})
        assert told == owed, "every sender was told of every refund, once"

    # -- what must hold

    def _look(self) -> None:
        """Everything while no process runs: sums hold, and whatever was acknowledged is there."""
        self.found = audit(self.scene.url)
        self.scene.listen()
        for tap in self.taps:
            if tap.acks:
                has = (tap.packet, tap.who) in self.found.shares
                gone = self.found.packets[tap.packet].state != "open"
                assert has or gone, f"{tap} was acknowledged, and is not in the database"

    def _check_answers(self) -> None:
        """Who has a share was told so, once; who has none was told why."""
        told: Counter[str] = Counter()
        for (who, _), times in self.scene.heard(GOT).items():
            told[who] += times
        assert told == Counter(who for _, who in self.found.shares)
        late = {who for who, _ in self.scene.heard(TOO_LATE)}
        for tap in self.taps:
            assert (tap.packet, tap.who) in self.found.shares or tap.who in late, f"{tap} has no answer"

    # -- over HTTP

    async def _prepare(self, process: Running) -> None:
        people = [f"m{index}" for index in range(SENDERS)]
        async with _session(process) as session:
            await asyncio.gather(*(_say(session, who, "r0", f"/fund {FUNDS}") for who in people))
            total = self.shares * 100
            await asyncio.gather(
                *(
                    _say(session, people[n % SENDERS], f"r{n % ROOMS}", f"/packet {total} {self.shares} {name}")
                    for n, name in enumerate(self.names)
                ),
                *(_say(session, "m1", "r1", f"/alarm {alarm} {self.rng.randint(1, 4)}") for alarm in self.alarms),
            )
            await _say(session, "m1", "r1", "done", "?settle=1")
            for room in range(ROOMS):
                async with session.get("/api/state", params={"persona": "m1", "room": f"r{room}"}) as response:
                    self._find_targets((await response.json())["messages"])

    def _find_targets(self, messages: Iterable[dict[str, Any]]) -> None:
        for message in messages:
            buttons = message.get("card", {}).get("buttons")
            for name in self.names if buttons else ():
                if f"{name}\n" in message["shown"]:
                    self.targets[name] = Target(message["id"], buttons[0][0]["token"])

    async def _tap(self, process: Running, taps: Iterable[Tap], kill_after: int | None, tally: Tally) -> None:
        async def press(session: aiohttp.ClientSession, tap: Tap) -> None:
            target = self.targets[tap.packet]
            try:
                await _act(session, do="tap", persona=tap.who, message=target.message, token=target.token)
            except (aiohttp.ClientError, ConnectionError):
                tally.in_flight += 1
                return
            tap.acks += 1
            tally.acknowledged += 1
            if tally.acknowledged == kill_after:
                process.process.kill()

        async with _session(process) as session:
            await asyncio.gather(*(press(session, tap) for tap in taps))

    async def _settle(self, process: Running) -> None:
        """Wait until nothing is left to do, and every alarm has had its time."""
        patience = time.monotonic() + 20
        async with _session(process) as session:
            while time.monotonic() < patience:
                await _say(session, "m1", "r1", "done", "?settle=1")
                self.scene.listen()
                rung = self.scene.heard(RINGS)
                if all(rung["r1", alarm] for alarm in self.alarms):
                    return
                await asyncio.sleep(0.2)


def _session(process: Running) -> aiohttp.ClientSession:
    """A client that has as many connections as it has people."""
    patience = aiohttp.ClientTimeout(total=60)
    return aiohttp.ClientSession(process.address, connector=aiohttp.TCPConnector(limit=0), timeout=patience)


async def _say(session: aiohttp.ClientSession, who: str, room: str, text: str, query: str = "") -> None:
    await _act(session, query, do="post", persona=who, room=room, text=text)


async def _act(session: aiohttp.ClientSession, query: str = "", /, **act: str) -> None:
    async with session.post(f"/api/act{query}", json=act) as response:
        answer = await response.json()
        assert answer["ok"], answer


def play(scene: Scene, seed: int, kills: int, show: Callable[[str], None], *, number: int = 0) -> Wave:
    """Play one wave and tell what happened."""
    started = time.monotonic()
    wave = Wave(scene, seed, number=number)
    wave.play(kills)
    for tally in wave.tallies:
        show(f"  kill: {tally}")
    states = Counter(wave.found.packets[name].state for name in wave.names)
    show(
        f"  then: {len(wave.names)} packets of {wave.shares}, {states['empty']} empty and {states['expired']} "
        f"given back after a day, one more kill meanwhile; {len(wave.alarms)} alarms rang; "
        f"{time.monotonic() - started:.1f} s"
    )
    return wave
