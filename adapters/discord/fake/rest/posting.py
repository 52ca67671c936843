"""From the body of a call to a message: files, flags, who is mentioned, polls, numbers of components."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from coterie.adapters.discord.fake.errors import Json, RestError
from coterie.adapters.discord.fake.model import FakeChannel, FakeMessage, walk
from coterie.adapters.discord.fake.permissions import may
from coterie.adapters.discord.fake.routing import Upload
from coterie.adapters.discord.fake.things import FakePoll
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.validation_components import IS_COMPONENTS_V2
from coterie.adapters.discord.fake.validation_messages import FILES, message
from coterie.adapters.discord.fake.world import World

SUPPRESS_EMBEDS: Final = 1 << 2
SETTABLE: Final = SUPPRESS_EMBEDS | 1 << 12 | 1 << 13 | IS_COMPONENTS_V2
CHANGEABLE: Final = SUPPRESS_EMBEDS | IS_COMPONENTS_V2
EVERYBODY: Final = ("users", "roles", "everyone")
LARGEST_FILE: Final = 10 * 1024 * 1024
NUMBERED: Final = re.compile(r"files\[(\d+)\]")


@dataclass(slots=True)
class Draft:
    """What is going to be in a message; ``fields`` as :class:`FakeMessage` names them."""

    flags: int
    fields: Json = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing would be seen."""
        seen = ("content", "embeds", "components", "attachments", "poll")
        return not any(self.fields.get(name) for name in seen)


class Draughtsman:
    """Makes drafts for one channel.  ``kinds`` are the mentions that are parsed when the body does not say."""

    def __init__(self, world: World, place: FakeChannel, kinds: Sequence[str] = EVERYBODY) -> None:
        self.world = world
        self.place = place
        self.guild = world.guild_of(place)
        self.kinds = kinds

    def draft(self, body: Field, files: Sequence[Upload], *, answered: FakeMessage | None = None) -> Draft:
        """A new message.  Raises :class:`RestError` for what is wrong with it, or if it is empty (50006)."""
        flags = body.whole("flags", 0, 2**31 - 1) & SETTABLE
        message(body, flags)
        uploads = self._files(body, files, [])
        body.finish()
        made = Draft(flags, {"tts": body.flag("tts"), "flags": flags})
        self._content(made, body, uploads)
        if body.has("poll"):
            made.fields["poll"] = self._poll(body.value["poll"])
        if made.empty:
            raise RestError(400, 50006, "Cannot send an empty message")
        made.fields |= self._mentions(body, made, answered)
        return made

    def change(self, body: Field, files: Sequence[Upload], old: FakeMessage) -> Draft:
        """An edit: what the body does not name stays as it is.  Raises :class:`RestError`."""
        given = body.whole("flags", 0, 2**31 - 1, old.flags)
        flags = old.flags & ~SUPPRESS_EMBEDS | given & CHANGEABLE
        if body.has("poll") or old.poll is not None:
            raise RestError(400, 520003, "Cannot edit a poll message")
        message(body, flags)
        if flags & IS_COMPONENTS_V2 and not old.flags & IS_COMPONENTS_V2:
            self._converted(body, old)
        uploads = self._files(body, files, old.attachments)
        body.finish()
        names = ("content", "embeds", "components", "attachments", "poll")
        made = Draft(flags, {name: getattr(old, name) for name in names} | {"flags": flags})
        self._content(made, body, uploads)
        if made.empty:
            raise RestError(400, 50006, "Cannot send an empty message")
        if "content" in body.value or (flags & IS_COMPONENTS_V2 and "components" in body.value):
            made.fields |= self._mentions(body, made, old.reply_to)
        return made

    def _converted(self, body: Field, old: FakeMessage) -> None:
        """What Components V2 replace has to be taken away in the same edit."""
        for name in ("content", "embeds"):
            if getattr(old, name) and name not in body.value:
                words = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                body.at(name).wrong("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)

    def _content(self, made: Draft, body: Field, uploads: list[Json] | None) -> None:
        raw = body.value
        if "content" in raw:
            made.fields["content"] = (raw["content"] or "").strip()
        if uploads is not None:
            made.fields["attachments"] = uploads
        addresses = {one["filename"]: one["url"] for one in made.fields.get("attachments", ())}
        if "embeds" in raw:
            made.fields["embeds"] = [_embed(one, addresses) for one in raw["embeds"] or ()]
        if "components" in raw:
            made.fields["components"] = numbered(raw["components"] or [])

    def _files(self, body: Field, files: Sequence[Upload], kept: list[Json]) -> list[Json] | None:
        """The files of the message: those kept by id, and uploads; None when nothing is said of files."""
        uploads = {match[1]: one for one in files if (match := NUMBERED.fullmatch(one.field))}
        if any(len(one.data) > LARGEST_FILE for one in files):
            raise RestError(413, 40005, "Request entity too large")
        listed = body.value.get("attachments")
        if listed is None and not uploads:
            return None
        here = {one["id"]: one for one in kept}
        found: list[Json] = []
        for item in body.at("attachments").value if isinstance(listed, list) else []:
            name = str(item.get("id")) if isinstance(item, dict) else ""
            if name in here:
                found.append(here[name] | {key: item[key] for key in ("description",) if item.get(key)})
            elif name in uploads:
                found.append(self._attachment(uploads.pop(name), item))
            else:
                words = f"Unknown attachment {name}"
                body.at("attachments").at(listed.index(item)).wrong("ATTACHMENT_NOT_FOUND", words)
        if listed is None:
            found += kept
        found += [self._attachment(one, {}) for one in uploads.values()]
        if len(found) > FILES:
            raise RestError(400, 30015, f"Maximum number of attachments in a message reached ({FILES})")
        return found

    def _attachment(self, upload: Upload, item: Json) -> Json:
        made = self.world.snowflakes.make()
        name = str(item.get("filename") or upload.name).replace(" ", "_")
        address = f"attachments/{self.place.id}/{made}/{name}"
        kind = upload.content_type
        if kind == "application/octet-stream":
            kind = mimetypes.guess_type(name)[0] or kind
        raw: Json = {
            "id": made, "filename": name, "size": len(upload.data), "content_type": kind, "flags": 0,
            "url": f"https://cdn.discordapp.com/{address}", "proxy_url": f"https://media.discordapp.net/{address}",
        }  # fmt: skip
        return raw | ({"description": item["description"]} if item.get("description") else {})

    def _poll(self, raw: Json) -> FakePoll:
        answers = [
            {"answer_id": number, "poll_media": one["poll_media"]} for number, one in enumerate(raw["answers"], 1)
        ]
        expiry = self.world.now() + int(raw.get("duration") or 24) * 3600
        return FakePoll(raw["question"], answers, expiry, bool(raw.get("allow_multiselect")))

    def _mentions(self, body: Field, made: Draft, answered: FakeMessage | None) -> Json:
        """Whom the message mentions: what stands in its text, as far as the body and the bot's rights let it."""
        shown = [str(one["content"]) for one in walk(made.fields.get("components", [])) if one.get("type") == 10]
        users, roles, everybody = self.world.mentioned("\n".join([made.fields.get("content", ""), *shown]), self.guild)
        given = body.value.get("allowed_mentions")
        allowed: Json = {"parse": self.kinds, "replied_user": True} if given is None else given
        kinds = allowed.get("parse") or ()
        users = [one for one in users if "users" in kinds or one.id in map(str, allowed.get("users") or ())]
        roles = [one for one in roles if "roles" in kinds or one in map(str, allowed.get("roles") or ())]
        if answered is not None and allowed.get("replied_user") and answered.author not in users:
            users.append(answered.author)
        guild = self.guild
        if guild is not None and not may(self.world, guild, self.place, "mention_everyone"):
            roles = [one for one in roles if guild.roles[one].mentionable]
            everybody = False
        return {
            "mentions": users, "mention_roles": roles,
            "mention_everyone": everybody and "everyone" in kinds and guild is not None,
        }  # fmt: skip


def apply(made: Draft, old: FakeMessage) -> None:
    """Put an edit into the message."""
    for name, value in made.fields.items():
        setattr(old, name, value)


def numbered(components: list[Json]) -> list[Json]:
    """Components with a number each, those that have one keep it."""
    copied: list[Json] = _copy(components)
    taken = {one["id"] for one in walk(copied) if one.get("id")}
    following = 0
    for one in walk(copied):
        if not one.get("id"):
            following += 1
            while following in taken:
                following += 1
            one["id"] = following
    return copied


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(inside) for name, inside in value.items() if inside is not None}
    return [_copy(one) for one in value] if isinstance(value, list) else value


def _embed(raw: Json, addresses: dict[str, str]) -> Json:
    """An embed as it is shown: pictures that are files of the message have their addresses."""
    made = _copy(raw) | {"type": "rich"}
    for name, key in (("image", "url"), ("thumbnail", "url"), ("footer", "icon_url"), ("author", "icon_url")):
        address = str((made.get(name) or {}).get(key, ""))
        if address.startswith("attachment://"):
            made[name][key] = addresses.get(address.removeprefix("attachment://"), address)
    return dict(made)
