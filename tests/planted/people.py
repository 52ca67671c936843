"""Bugs about people: who is who, what they may, and what is forgotten about them."""

from __future__ import annotations

from typing import Any

from coterie.core.access import due, settle
from coterie.core.engine import followups
from coterie.core.people import merging
from coterie.core.people.privacy import erasing
from coterie.core.people.privacy.waiting import Sweep
from coterie.plugins.privacy import service as privacy
from coterie.plugins.redpacket.models import shares
from coterie.storage.presences import Presences
from tests.planted.planting import bug


@bug(merging, "rows_of", "Who links accounts loses the days on which they checked in, and the streak with them.")
def merge_forgets_a_table(before: Any, unit: Any) -> Any:
    return [each for each in before(unit) if each[1].table.name != "checkin_days"]


@bug(merging, "rows_of", "Two linked accounts are two people to a red packet: each takes a share.")
def two_accounts_two_people(before: Any, unit: Any) -> Any:
    return [each for each in before(unit) if each[1].table is not shares]


@bug(erasing, "sweep", "Who had themselves erased can still be read of in the log and in old messages.")
def erase_forgets_what_was_said(before: Any, *args: Any, **kwargs: Any) -> Any:
    return Sweep(), ""


@bug(privacy, "forget_erasures", "Somebody who links an account of theirs that was to be erased is waited for in vain.")
def erasure_outlives_a_link(before: Any, ctx: Any, event: Any) -> None:
    return None


@bug(Presences, "wrote", "Who was in before the bot was counts as gone when another account of theirs leaves.")
def writers_are_nowhere(before: Any, *args: Any) -> bool:
    return False


@bug(Presences, "enter", "Who comes back stays off the boards, and nobody can give them anything.")
def return_is_not_noted(before: Any, self: Any, account: Any, adapter: str, space: str, now: int) -> bool:
    return not self.has_left(account, adapter, space) and bool(before(self, account, adapter, space, now))


@bug(due, "expired", "What somebody was given for an hour they have for ever.")
def grant_never_ends(before: Any, ctx: Any, grant: int) -> None:
    return None


@bug(settle, "carry_out", "Roles stay with people whose right to them has ended.")
def role_is_never_taken(before: Any, ctx: Any, findings: Any, *args: Any, **kwargs: Any) -> None:
    before(ctx, [each for each in findings if each.step.act != "take"], *args, **kwargs)


@bug(followups, "check_answers", "An applicant's first answer is lost, and operators judge half an application.")
def form_forgets_an_answer(before: Any, parameters: Any, answers: Any) -> Any:
    values, errors = before(parameters, answers)
    if "age" in values:
        errors.pop("why", None)
        values["why"] = ""
    return values, errors
