"""What a message may be: text, embeds, polls, who is mentioned, files, references."""

from __future__ import annotations

import re
from typing import Final

from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.validation_components import IS_COMPONENTS_V2, MEDIA, WEB, components

CONTENT, EMBEDS, EMBED_SUM, NONCE, FILES = 2000, 10, 6000, 25, 10
LEGACY: Final = ("content", "embeds", "sticker_ids", "poll")
TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
PARSED: Final = ("roles", "users", "everyone")
LONGEST_POLL: Final = 32 * 24
"""Hours."""


def message(body: Field, flags: int) -> None:
    """Check a message that is made or changed; ``flags`` are those that it has afterwards."""
    body.text("content", CONTENT)
    _nonce(body)
    embeds(body)
    allowed_mentions(body)
    for sticker in body.snowflakes("sticker_ids", 3):
        body.at("sticker_ids").wrong("STICKER_NOT_FOUND", f"Unknown sticker {sticker}")
    attachments(body)
    if body.has("poll") and body.at("poll").object():
        poll(body.at("poll"))
    if body.has("message_reference") and body.at("message_reference").object():
        reference = body.at("message_reference")
        reference.needs("message_id")
        for name in ("message_id", "channel_id", "guild_id"):
            reference.snowflake(name)
        reference.choice("type", (0, 1))
        reference.flag("fail_if_not_exists", True)
    v2 = bool(flags & IS_COMPONENTS_V2)
    if v2:
        _v2(body)
    components(body, v2=v2)


def _nonce(body: Field) -> None:
    field = body.at("nonce")
    if field.value is None:
        return
    if isinstance(field.value, bool) or not isinstance(field.value, str | int):
        field.wrong("STRING_TYPE_CONVERT", f'Could not interpret "{field.value}" as string.')
    else:
        field.length(len(str(field.value)), 0, NONCE)
    body.flag("enforce_nonce")


def _v2(body: Field) -> None:
    for name in LEGACY:
        if body.value.get(name):
            words = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            body.at(name).wrong("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)


def embeds(body: Field) -> None:
    """Check the embeds: each of them, and that all together have at most 6,000 characters."""
    if sum(_embed(field) for field in body.objects("embeds", EMBEDS)) > EMBED_SUM:
        body.at("embeds").wrong("MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_SUM}")


def _embed(field: Field) -> int:
    """Check an embed; returns its characters that count."""
    size = len(field.text("title", 256)) + len(field.text("description", 4096))
    field.link("url", WEB)
    field.whole("color", 0, 0xFFFFFF)
    when = field.text("timestamp", 64)
    if when and not TIMESTAMP.fullmatch(when):
        field.at("timestamp").wrong("DATE_TIME_TYPE_PARSE", f"Could not parse {when}. Should be ISO8601.")
    for name, text, high in (("footer", "text", 2048), ("author", "name", 256)):
        part = field.at(name)
        if field.has(name) and part.object():
            part.needs(text)
            size += len(part.text(text, high))
            part.link("url", WEB)
            part.link("icon_url", MEDIA)
    for name in ("image", "thumbnail"):
        if field.has(name) and field.at(name).object() and field.at(name).needs("url"):
            field.at(name).link("url", MEDIA)
    for row in field.objects("fields", 25):
        row.needs("name", "value")
        size += len(row.text("name", 256, 1)) + len(row.text("value", 1024, 1))
        row.flag("inline")
    if not size and not any(field.value.get(name) for name in ("image", "thumbnail")):
        field.at("description").wrong("BASE_TYPE_REQUIRED", "This field is required")
    return size


def allowed_mentions(body: Field) -> None:
    """Check who may be mentioned: kinds, or up to 100 ids of a kind, never both."""
    field = body.at("allowed_mentions")
    if field.value is None or not field.object():
        return
    kinds = []
    for item in field.items("parse", 3):
        if item.value in PARSED:
            kinds.append(item.value)
        else:
            item.wrong("BASE_TYPE_CHOICES", f"Value must be one of {PARSED!r}.")
    for name in ("roles", "users"):
        if field.snowflakes(name, 100) and name in kinds:
            words = f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.'
            field.wrong("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)
    field.flag("replied_user")


def attachments(body: Field) -> None:
    """Check the list of files: an id each, descriptions of at most 1,024 characters."""
    for item in body.objects("attachments", FILES):
        item.needs("id")
        item.snowflake("id")
        item.text("filename", 1024)
        item.text("description", 1024)


def poll(field: Field) -> None:
    """Check a poll: a question of 300, one to ten answers of 55 characters, up to 32 days."""
    field.needs("question", "answers")
    question = field.at("question")
    if field.has("question") and question.object() and question.needs("text"):
        question.text("text", 300, 1)
    for answer in field.objects("answers", 10, 1):
        media = answer.at("poll_media")
        if answer.needs("poll_media") and media.object() and media.needs("text"):
            media.text("text", 55, 1)
    field.whole("duration", 1, LONGEST_POLL, 24)
    field.flag("allow_multiselect")
    field.choice("layout_type", (1,))
