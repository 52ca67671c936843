"""For each planted bug, a short history in which it shows."""

from __future__ import annotations

from typing import Final

_RICH: Final = "amber is operator\ngive amber 500\n"
_PACKET: Final = _RICH + "amber: /packet 30 3\n"
_FUND: Final = _RICH + "amber: /budget donate community 400 for rainy days\n"

HISTORIES: Final = {
    "event-key-not-written": _PACKET + "duplicate boris: [Grab]",
    "acknowledged-before-commit": "fault: crash before commit\nboris: hello",
    "newest-event-first": "fault: reorder 3\nboris: hello\nelvira: hello\ncelia@telegram: hello",
    "refusal-keeps-its-rows": "give boris 50\nboris: /pawn 20\nboris: [Forfeit]",
    "rollback-forgets-balances": "give boris 50\nfault: database full 1\ngive celia@telegram 10",
    "timer-comes-again": _PACKET + "wait 1d\nwait 1h",
    "timer-dropped-unheard": _PACKET + "wait 1d",
    "timer-forgotten-at-restart": _PACKET + "restart\nwait 1d",
    "outbox-forgotten-at-restart": "fault: crash before send\nboris: /balance\nrestart",
    "lost-answer-not-looked-up": "fault: database silent 1\nboris: /balance",
    "transfer-without-its-key": "boris: /checkin",
    "hold-released-twice": "give boris 50\nboris: /pawn 20\nboris: [Redeem]",
    "balance-below-zero": "boris: /packet 30 3",
    "merge-loses-the-wallet": "give boris@telegram 50\nlink boris boris@telegram",
    "share-without-its-taker": _PACKET + "boris: [Grab]",
    "share-paid-twice": _RICH + "amber: /packet 30 3 equal\nboris: [Grab]",
    "whole-packet-back": _PACKET + "boris: [Grab]\nwait 1d",
    "nothing-comes-back": _PACKET + "boris: [Grab]\nwait 1d",
    "taker-forgotten": _PACKET + "boris: [Grab]\nboris: [Grab]",
    "split-loses-the-rest": _RICH + "amber: /packet 31 3",
    "popped-before-the-draw": _RICH + "amber: /packet 30 3 draw=5m\nboris: [Join]",
    "merge-forgets-a-table": "boris@telegram: /checkin\nlink boris boris@telegram",
    "two-accounts-two-people": _PACKET + "boris@telegram: [Grab]\nlink boris boris@telegram\nwait 1m\nboris: [Grab]",
    "erase-forgets-what-was-said": "elvira: hello\nelvira in dm: /privacy\n"
    "elvira: [Erase me]\nelvira: [Yes, erase me]\nwait 2d",
    "erasure-outlives-a-link": "give boris@telegram 5\nboris@telegram in dm: /privacy\nboris@telegram: [Erase me]\n"
    "boris@telegram: [Yes, erase me]\nlink boris boris@telegram\nwait 3h",
    "grant-never-ends": "amber is operator\namber: /access-give amber gold 1h because\nwait 4h",
    "role-is-never-taken": "amber is operator\namber: /access-give amber gold 1h because\nwait 4h",
    "form-forgets-an-answer": 'amber is operator\ngustav asks to join\ngustav fills: "Why?" = "Curious"\n'
    'gustav fills: "Age" = "30"',
    "writers-are-nowhere": "boris: good morning",
    "return-is-not-noted": "boris: good morning\nboris leaves\nboris joins",
    "day-by-utc": "wait 20h\nwait 2h\nboris: /checkin\nwait 5h\nboris: /checkin",
    "streak-over-gaps": "boris: /checkin\nwait 2d\nwait 1d\nboris: /checkin",
    "rank-not-counted": "boris: Who comes to the lake by the early train?\nwait 2m\n"
    "boris: There is still room in the boat for three of us.",
    "level-never-falls": "amber is operator\namber: /xp give boris 500 poster\namber: /xp take boris 500 poster",
    "board-of-all-time-left-out": "boris: Who comes to the lake by the early train?",
    "application-forgotten": "amber is operator\ngustav asks to join\ngustav asks to join",
    "reminder-not-cancelled": 'amber is operator\ngustav asks to join\ngustav fills: "Why?" = "Curious", "Age" = "30"\n'
    "amber: [Approve]",
    "decision-not-written": 'amber is operator\ngustav asks to join\ngustav fills: "Why?" = "Curious", "Age" = "30"\n'
    "amber: [Approve]",
    "tip-from-nowhere": "boris: /tip 50\npay boris 50 XTR",
    "broadcast-without-an-end": "amber is operator\nboris: hello\n"
    'amber in dm: /broadcast "not standing:operator" The hall opens at eight.\namber in dm: [Send]\nwait 1m',
    "rain-falls-twice": _RICH + "amber: /rain 1h 10 1\nwait 1h",
    "rain-keeps-its-timer": _RICH + "amber: /rain 1h 10 1\namber: /rain-stop 1",
    "rain-dries-up": _RICH + "amber: /rain 1h 10 1\nwait 1h",
    "late-rain-falls-again": _RICH + "amber: /rain 1h 10 1 time=7d\nfault: plugin redpacket off\nwait 6h\n"
    "fault: plugin redpacket on\nwait 40m",
    "rain-not-counted": _RICH + "amber: /rain 1h 10 1\nwait 3h",
    "rain-without-its-bound": _RICH + "amber: /rain 1h 10 1 day=25\nwait 6h",
    "budget-without-its-bound": _FUND + "amber: /rain 1h 80 1 budget=community\nwait 3h",
    "sender-without-a-bound": _RICH + "amber: /rain 1h 110 1\nwait 3h",
    "rest-to-who-ordered": _FUND + "amber: /rain 1h 80 2 budget=community until=1h\nwait 1h\nwait 1d",
}
"""By the bug's name."""
