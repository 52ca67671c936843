"""The audit log: who did what to whom, with what and why. Rows are added, never changed.

Commands of operators are written down by themselves, in the transaction that carries them out; what operators do by
buttons and forms is written by ``ctx.audit``, what they do at the command line by :func:`audit_from_cli`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from coterie.core.cards import encode
from coterie.core.clock import to_datetime
from coterie.core.commands.parameters import MemberRef
from coterie.core.errors import Refusal
from coterie.core.knowledge import AuditEntry

if TYPE_CHECKING:
    from coterie.core.commands import CommandSpec
    from coterie.core.context import Context
    from coterie.core.unit import Unit
    from coterie.storage.engine import LaneConnection
    from coterie.storage.ids import IdMaker

LONGEST: Final = 500
"""Characters of a text that are kept as a detail or as a reason."""


def audit(
    unit: Unit,
    community: int,
    *,
    plugin: str,
    act: str,
    actor: int = 0,
    member: int = 0,
    reason: str = "",
    details: Mapping[str, Any],
) -> None:
    """Write a row in the lane's transaction; without an actor it is the system's doing."""
    unit.writes += 1
    row = _row(community, unit.services.ids.next(), unit.now, plugin, act, member, reason, details)
    _add(unit.db, row | {"actor_id": actor, "actor": "" if actor else "system"})


def audit_from_cli(
    db: LaneConnection,
    ids: IdMaker,
    community: int,
    act: str,
    *,
    at: int,
    plugin: str = "core",
    member: int = 0,
    reason: str = "",
    **details: Any,
) -> None:
    """Write what somebody does at the command line, inside the transaction that does it; ``at`` is the instant now."""
    row = _row(community, ids.next(), at, plugin, act, member, reason, details)
    _add(db, row | {"actor_id": 0, "actor": f"cli:{_user()}"[:64]})


def entries(ctx: Context, member: int, act: str, before: int, limit: int) -> list[AuditEntry]:
    """Rows of the log in a handler's community, newest first."""
    from coterie.core.segments.here import execute
    from coterie.storage.knowledge import audit_query

    rows = execute(ctx, audit_query(ctx.community.id, member=member, act=act, before=before, limit=limit))
    return [
        AuditEntry(
            row.id,
            to_datetime(row.at),
            row.actor_id,
            row.actor,
            row.plugin,
            row.act,
            row.member_id,
            msgspec.json.decode(row.details or "{}"),
            row.reason,
        )
        for row in rows
    ]


def audited(spec: CommandSpec, method: Callable[..., Any]) -> Callable[..., Any]:
    """An operators' command that writes a row when it was carried out; one that refuses leaves none."""

    def run(ctx: Context, **args: Any) -> Any:
        member = _concerned(ctx, args)
        result = method(ctx, **args)
        hidden = {parameter.name for parameter in spec.parameters if parameter.private}
        told = {name: value for name, value in args.items() if name not in hidden and value not in (None, "")}
        details = {name: _plain(value) for name, value in told.items()}
        reason = str(details.pop("reason", ""))
        audit(
            ctx.unit,
            ctx.community.id,
            plugin=spec.plugin,
            act=spec.name,
            actor=ctx.actor,
            member=member,
            reason=reason,
            details=details,
        )
        return result

    return run


def _concerned(ctx: Context, args: Mapping[str, Any]) -> int:
    """The first member whom the arguments name, as they are known before the command changes anything."""
    for value in args.values():
        if isinstance(value, MemberRef):
            with contextlib.suppress(Refusal):
                return ctx.member_of(value).id
    return 0


def _plain(value: Any) -> Any:
    if isinstance(value, MemberRef):
        return value.raw
    return value.total_seconds() if isinstance(value, timedelta) else value


def _row(
    community: int,
    identifier: int,
    at: int,
    plugin: str,
    act: str,
    member: int,
    reason: str,
    details: Mapping[str, Any],
) -> dict[str, Any]:
    cut = {name: value[:LONGEST] if isinstance(value, str) else value for name, value in details.items()}
    return {
        "community_id": community,
        "id": identifier,
        "at": at,
        "plugin": plugin[:64],
        "act": act[:64],
        "member_id": member,
        "details": encode(cut).decode(),
        "reason": reason[:LONGEST],
    }


def _add(db: LaneConnection, row: dict[str, Any]) -> None:
    from coterie.storage.knowledge import ADD_AUDIT

    db.run(ADD_AUDIT, row)


def _user() -> str:
    """Who runs this process, as the system names them."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for the user
        return "unknown"
