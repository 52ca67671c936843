"""Everything about one member in one zip: the same bytes for the same rows, written as they are read."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import select

from coterie.core.people.own import CORE_TABLES
from coterie.core.people.privacy.jsonrows import Writer, plain, readable, rows_of, stream
from coterie.core.people.privacy.orders import records_of
from coterie.storage.tables import (
    accounts,
    consents,
    holds,
    ledger_accounts,
    members,
    open_forms,
    outbox,
    postings,
    presences,
    transfers,
)

if TYPE_CHECKING:
    from coterie.core.context import Context
    from coterie.core.i18n import Translator
    from coterie.core.plugin import Plugin
    from coterie.core.text import Rich
    from coterie.storage.members import MemberRecord

_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the zip: the same rows make the same bytes."""
_ELSEWHERE: Final = frozenset({"accounts", "consents", "open_forms"})
"""Tables of the core that have a place of their own in the zip."""


class Export:
    """Writes one member's data; ``ctx`` is of nobody's event, on a connection that only reads."""

    def __init__(self, ctx: Context, plugins: Mapping[str, Plugin], member: MemberRecord) -> None:
        self._ctx = ctx
        self._plugins = plugins
        self._member = member
        self._records = records_of(ctx.unit.db, ctx.community.id, member.id)
        self.failures: list[str] = []
        """Plugins that could not tell all they keep, each with its error."""

    def write(self, out: IO[bytes]) -> None:
        """Write the zip."""
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            with _file(archive, "member.json") as file:
                self._write_member(Writer(file))
            with _file(archive, "ledger.json") as file:
                self._write_ledger(Writer(file))
            with _file(archive, "waiting.json") as file:
                self._write_waiting(Writer(file))
            with _file(archive, "coterie.json") as file:
                self._write_core(Writer(file))
            for name in sorted(self._plugins):
                with _file(archive, f"plugins/{name}.json") as file:
                    self._write_plugin(Writer(file), self._plugins[name])
            with _file(archive, "README.txt") as file:
                file.write(self._readme().encode())

    # -- the files

    def _write_member(self, writer: Writer) -> None:
        community = self._ctx.community
        writer.value("community", {"name": community.name, "title": community.title})
        mine = [each.c.community_id == community.id for each in (members, accounts, presences, consents)]
        writer.rows("records", self._rows(select(members).where(mine[0], members.c.id.in_(self._records))))
        of_me = accounts.c.member_id.in_(self._records)
        writer.rows("accounts", self._rows(select(accounts).where(mine[1], of_me).order_by(accounts.c.id)))
        ids = select(accounts.c.id).where(mine[1], of_me)
        present = select(presences).where(mine[2], presences.c.account_id.in_(ids))
        writer.rows("presences", self._rows(present.order_by(*presences.primary_key.columns)))
        agreed = select(consents).where(mine[3], consents.c.member_id.in_(self._records))
        writer.rows("consents", self._rows(agreed.order_by(consents.c.id)))
        writer.end()

    def _write_ledger(self, writer: Writer) -> None:
        """Each currency's account with its statement; ``balance`` is what it was after the movement."""
        community = self._ctx.community.id
        mine = (
            ledger_accounts.c.community_id == community,
            ledger_accounts.c.kind == "member",
            ledger_accounts.c.owner.in_([str(record) for record in self._records]),
        )
        found = list(
            stream(
                self._ctx.unit.db,
                select(ledger_accounts).where(*mine).order_by(ledger_accounts.c.currency, ledger_accounts.c.id),
            )
        )
        held = select(holds).where(holds.c.community_id == community, holds.c.account_id.in_([a["id"] for a in found]))
        keep = ("id", "currency", "balance", "created_at")
        writer.rows("accounts", (readable({name: account[name] for name in keep}) for account in found))
        writer.rows("holds", self._rows(held.order_by(holds.c.id)))
        writer.rows("movements", self._movements(found))
        writer.end()

    def _movements(self, found: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        for account in found:
            balance = 0
            query = (
                select(
                    postings.c.transfer_id,
                    transfers.c.at,
                    postings.c.amount,
                    transfers.c.reason,
                    transfers.c.note,
                    transfers.c.plugin,
                )
                .join(
                    transfers,
                    (transfers.c.community_id == postings.c.community_id) & (transfers.c.id == postings.c.transfer_id),
                )
                .where(postings.c.community_id == self._ctx.community.id, postings.c.account_id == account["id"])
                .order_by(postings.c.transfer_id)
            )
            for row in stream(self._ctx.unit.db, query):
                balance += row["amount"]
                yield {**readable(row), "currency": account["currency"], "balance": balance}

    def _write_waiting(self, writer: Writer) -> None:
        community = self._ctx.community.id
        writer.rows("messages", self._messages())
        forms = select(open_forms).where(
            open_forms.c.community_id == community, open_forms.c.member_id.in_(self._records)
        )
        writer.rows("forms", self._rows(forms.order_by(open_forms.c.id)))
        writer.end()

    def _messages(self) -> Iterator[dict[str, Any]]:
        """What waits to be sent to them, or could not be."""
        mine = self._ctx.accounts_of(self._member)
        theirs = {(account.platform, account.native) for account in mine}
        chats = {(account.adapter, account.dm) for account in mine if account.dm}
        query = select(outbox).where(outbox.c.community_id == self._ctx.community.id).order_by(outbox.c.id)
        for row in stream(self._ctx.unit.db, query):
            action = msgspec.json.decode(row["payload"])
            to, where = action.get("to") or {}, action.get("where") or {}
            if (to.get("platform"), to.get("id")) in theirs or (where.get("adapter"), where.get("channel")) in chats:
                yield readable(row)

    def _write_core(self, writer: Writer) -> None:
        tables = [each for each in CORE_TABLES if each.export and each.table.name not in _ELSEWHERE]
        for each in sorted(tables, key=lambda each: (each.table.name, each.column)):
            rows = rows_of(self._ctx.unit.db, each, self._ctx.community.id, self._records)
            writer.rows(f"{each.table.name} by {each.column}", rows)
        writer.end()

    def _write_plugin(self, writer: Writer, plugin: Plugin) -> None:
        writer.value("plugin", plugin.name)
        told = self._told(plugin)
        if told is not None:
            writer.value("told", told)
        tables = [each for each in plugin.member_data if each.export]
        for each in sorted(tables, key=lambda each: (each.table.name, each.column)):
            rows = rows_of(self._ctx.unit.db, each, self._ctx.community.id, self._records)
            writer.rows(f"{each.table.name} by {each.column}", rows)
        writer.end()

    def _told(self, plugin: Plugin) -> Any:
        """What the plugin says beyond its rows; one that fails is named, and the rest is exported all the same."""
        if plugin.name not in self._ctx.community.configs:
            return None
        self._ctx.plugin = plugin.name
        try:
            told = plugin.export_member(self._member, self._ctx)
            return None if told is None else plain(told)
        except Exception as error:
            self.failures.append(f"{plugin.name}: {type(error).__name__}: {error}")
            return {"failed": type(error).__name__}

    def _readme(self) -> str:
        member, ctx = self._member, self._ctx
        ctx.plugin = "core"
        locale = member.locale or ctx.community.locale
        text = ctx.unit.services.translator.text
        lines = [str(text("core", "export-readme", locale, {"name": member.name, "community": ctx.community.title}))]
        for name in ("member", "ledger", "waiting", "coterie"):
            lines += ["", f"{name}.json", str(text("core", f"export-readme-{name}", locale, {}))]
        for name in sorted(self._plugins):
            lines += ["", f"plugins/{name}.json", str(what_is_kept(ctx.unit.services.translator, name, locale))]
        lines += [""]
        return "\n".join(lines)

    def _rows(self, query: Any) -> Iterator[dict[str, Any]]:
        return (readable(row) for row in stream(self._ctx.unit.db, query))


def what_is_kept(translator: Translator, plugin: str, locale: str) -> Rich:
    """A plugin's own words for what it keeps and why; one that says nothing is told to say nothing."""
    known = translator.has(plugin, "privacy-keeps")
    return translator.text(plugin if known else "core", "privacy-keeps" if known else "keeps-unknown", locale, {})


@contextmanager
def _file(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as file:
        yield file
