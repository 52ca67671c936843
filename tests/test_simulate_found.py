"""Histories that simulations have found: each was wrong once, in the product or in what proves it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from coterie.core.cli.play import run_play
from coterie.core.clock import MovableClock
from coterie.core.engine.work import dedupe_key
from coterie.core.events import Event, Where
from coterie.core.platform import Inbox
from coterie.core.testing.play.hosting import recipe_for
from coterie.core.testing.simulate.running import replayed
from coterie.core.testing.trouble.deliveries import Deliveries
from coterie.core.testing.trouble.witness import Witness

FOUND = {
    "the last damage ends with the first start": "fault: database busy 5\nrestart",
    "somebody is given something while the disk is away": "fault: database gone 6\ngive gustav 871",
    "accounts are linked while commits are not answered": "fault: database silent 6\nlink boris boris@telegram",
    "a right ends before it is heard that its owner has come back": """\
amber is operator
fatima@telegram leaves
fault: late 1h
fatima@telegram joins
amber: /access-give fatima gold 1h helped at the door
fault: clock +1h""",
    "a look for tasks fails with the store": """\
fault: duplicate 1
fault: database gone 6
amber in dm: /packet-budget 1000000000000 a b c tea""",
    "both sides of a referral become one person while referrals is off": """\
elvira: /referral
elvira is operator
elvira: [Show it here]
fatima@telegram: [Elvira brought me]
elvira: /merge amber elvira
elvira: [Merge]
fault: plugin referrals off
elvira: /merge elvira fatima
elvira: [Merge]
fault: plugin referrals on""",
    "XP that was taken away is shared out when a merge is undone": """\
amber is operator
fatima: that is great, and I am glad to hear it
wait 1m
fatima: and again, another line that counts
amber: /merge boris fatima
amber: [Merge]
amber: /xp take boris 5000 for the poster
wait 1m
boris: see you tomorrow
amber: /unmerge boris
amber: [Undo 1: Fatima]
amber: [Undo the merge]""",
    "one of three records gets back all that is left": """\
amber is operator
fatima: that is great, and I am glad to hear it
elvira: what a lovely day for a walk in the park
amber: /merge boris fatima
amber: [Merge]
amber: /merge boris elvira
amber: [Merge]
amber: /xp take boris 20 for the poster
amber: /unmerge boris
amber: [Undo 2: Fatima]
amber: [Undo the merge]""",
    "a role is on its way to somebody who is erased while the platform is down": """\
dmitri@discord is operator
elvira in dm: /privacy
elvira: [Erase me]
elvira: [Yes, erase me]
fault: clock -1h
wait 1d
fault: platform down 3h
dmitri@discord: /access-give elvira silver 1h helped at the door
wait 2d""",
    "the last message to somebody who is erased finds the platform down": """\
elvira: hello
elvira in dm: /privacy
elvira: [Erase me]
elvira: [Yes, erase me]
wait 23h
fault: platform down 3h
wait 2d""",
    "somebody gets a role before it is heard that they have come": """\
celia@telegram is operator
gustav asks to join
celia@telegram: /access-give gustav gold 2026-01-03 helped at the door
gustav leaves
fault: late 2m
gustav joins
restart""",
    "two records become one while levels is off": """\
dmitri@discord: Who comes to the lake by the early train?
dmitri@telegram: There is still room in the boat for three of us.
fault: plugin levels off
link dmitri@telegram dmitri@discord""",
    "two records become one while levels is off, and it comes back": """\
dmitri@discord: Who comes to the lake by the early train?
dmitri@telegram: There is still room in the boat for three of us.
fault: plugin levels off
link dmitri@telegram dmitri@discord
wait 6h
fault: plugin levels on
wait 1d""",
    "somebody is erased while levels is off": """\
fatima@telegram: Who comes to the lake by the early train?
fault: plugin levels off
fatima@telegram in dm: /privacy
fatima@telegram: [Erase me]
fatima@telegram: [Yes, erase me]
wait 1d
fault: plugin levels on""",
    "a record that had become another becomes a third": """\
gustav is operator
gustav joins
boris: /checkin
gustav: /merge gustav boris
gustav: [Merge]
gustav: /merge elvira gustav
gustav: [Merge]""",
    "somebody checks in tomorrow, today, and the day after": """\
elvira: /checkin
fault: clock -1h
elvira: /checkin
fault: clock +1h
wait 1d
elvira: /checkin""",
    "somebody checks in today, and again yesterday in a new process": """\
wait 1d
amber in dm: /checkin
fault: clock -1h
restart
amber: /checkin
wait 1d
amber: /checkin""",
    "of two copies the first one fails before anybody hears of it": """\
give elvira 500
elvira: /packet 43 3
fault: reorder 4
fatima@telegram: ok
elvira in dm: /privacy
fault: database gone 5
elvira: /access-give amber nothing 30d helped at the door
duplicate celia@telegram: [Grab]""",
    "two takers become one an hour before they took": """\
amber is operator
give elvira 500
link dmitri@discord dmitri@telegram
wait 10m
elvira: /packet 32 3
amber: /merge dmitri celia
celia@telegram: [Grab]
dmitri@discord: [Grab]
fault: clock -1h
amber: [Merge]""",
    "two takers become one after the clock went back in a new process": """\
give amber 500
give boris 500
boris: /packet 48 3 if=balance>=5
link boris boris@telegram
amber: [Grab]
fault: clock -1h
boris: [Grab]
dmitri@discord: /language zh-Hant
fault: plugin gate on
dmitri@discord is operator
dmitri@discord: /merge boris amber
dmitri@discord: [確認合併]""",
    "a process ends with the last thing that it does": """\
boris@telegram: /checkin
boris@telegram: /packet 6 3 lucky good luck
fault: reorder 2
fault: crash during commit
fatima@telegram: [Grab]
fault: reorder 3""",
    "the name of somebody erased is typed again, and nobody knows whether the answer arrived": """\
amber: /privacy
amber: [Erase me]
amber: [Yes, erase me]
wait 1d
celia@telegram is operator
fault: send uncertain lost
celia@telegram: /merge fatima amber
wait 1d""",
    "XP of yesterday is taken today, before the clock was put back over midnight": """\
amber is operator
fatima@telegram: see you tomorrow
wait 1d
amber: /xp take fatima 600 for the poster
fault: clock -1h""",
    "XP is taken from somebody who then earns some, and whose accounts are separated": """\
amber is operator
boris@telegram: see you tomorrow
link boris boris@telegram
amber: /xp take boris 600 for the poster
wait 1d
amber in dm: /unmerge boris
boris@telegram: see you tomorrow
amber: [Undo 1: Boris]
amber: [Undo the merge]""",
    "a role is given to somebody whose leaving and coming back is heard later": """\
amber is operator
boris is operator
amber: /merge amber fatima
amber: [Merge]
boris: /merge amber boris
fault: late 2m
boris leaves
boris joins
amber: /access-give fatima silver 1h helped at the door
boris: [Merge]
wait 2h""",
    "somebody leaves before an older message of theirs comes, with the clock put back": """\
fault: late 5s
amber: /season start Summer
fault: clock -3s
amber leaves
wait 1d""",
    "somebody is told to have left after they are back": """\
fault: late 5s
dmitri@telegram leaves
dmitri@telegram joins
wait 1d""",
    "the name of somebody erased is typed again by one who does not let the bot write": """\
amber is operator
celia@telegram in dm: /privacy
celia@telegram: [Erase me]
celia@telegram: [Yes, erase me]
amber blocks
wait 1d
amber in dm: /unmerge celia
wait 4d""",
    "XP of tomorrow is taken today, after the clock was put back over midnight": """\
amber is operator
elvira: /checkin
fault: clock -1h
amber: /xp take elvira 5000 for the poster
wait 1d""",
}
GONE = """elvira: Who comes to the lake by the early train?
boris: There is still room in the boat for three of us.
fault: plugin levels off
elvira leaves
fault: plugin levels on
boris: /leaderboard
expect boris sees "Elvira"
wait 1d
boris: /leaderboard
expect boris sees "Boris"
expect boris not sees "Elvira"
"""


@pytest.mark.sqlite("a history is found on files, and its database faults are SQLite's own")
@pytest.mark.parametrize("history", FOUND.values(), ids=FOUND.keys())
def test_what_was_found_holds_now(history: str) -> None:
    assert replayed(recipe_for(simulation=True), 1, history.splitlines()).problems == []


def test_who_left_while_levels_was_off_is_on_no_board_the_next_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "gone.play"
    file.write_text(GONE, encoding="utf-8")
    assert run_play(file) == 0, capsys.readouterr().out


class _Lane:
    """An inbox that notes what is handed in, and answers when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Event, asyncio.Future[Any]]] = []

    def submit(self, event: Event) -> asyncio.Future[Any]:
        self.waiting.append((event, asyncio.get_running_loop().create_future()))
        return self.waiting[-1][1]

    async def answer(self, *errors: Exception | None) -> None:
        """Answer what waits, in its order; None stands for a success."""
        now, self.waiting = self.waiting, self.waiting[len(errors) :]
        for (_, future), error in zip(now, errors, strict=False):
            future.set_result(None) if error is None else future.set_exception(error)
        await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_an_event_that_failed_twice_stands_behind_what_did_not() -> None:
    """Both copies of a payment failed with the store, and the next event did not: nothing was out of order."""
    witness, lane = Witness(), _Lane()
    deliveries = Deliveries(MovableClock(), witness)
    deliveries.connect(cast(Inbox, lane))
    where = Where("sandbox", "town", "general")
    paid, later = Event(key="paid", where=where), Event(key="later", where=where)
    for event in (paid, paid, later):
        deliveries.submit(event)
    witness.begun()
    witness.noted(dedupe_key(later))
    witness.durable()
    await lane.answer(OSError(), OSError(), None)
    witness.begun()
    witness.noted(dedupe_key(paid))
    witness.durable()
    assert [event.key for event, _ in lane.waiting] == ["paid", "paid"]
    assert witness.take() == []
