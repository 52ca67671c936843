"""What operators' commands do: finding out whom and what they mean."""

from __future__ import annotations

from coterie.core.api import (
    AttributeValue,
    Audience,
    Context,
    Refusal,
    attribute_name,
    attribute_value,
    tag_name,
)
from coterie.plugins.members.config import MembersConfig


def tag_of(raw: str) -> str:
    """A tag as it is kept; raises :class:`Refusal`."""
    name = tag_name(raw)
    if name is None:
        raise Refusal("tag-bad", tag=raw[:40])
    return name


def attribute_of(ctx: Context, raw_name: str, raw_value: str) -> tuple[str, AttributeValue | None]:
    """A name and a value as they are kept, ``None`` for an empty value; raises :class:`Refusal`."""
    config: MembersConfig = ctx.config
    name = attribute_name(raw_name)
    if name is None:
        raise Refusal("attribute-bad-name", name=raw_name[:40])
    kind = config.kind_of(name)
    if kind is None and not config.free_attributes:
        raise Refusal("attribute-unknown", name=name, known=sorted(config.attributes))
    if not raw_value:
        return name, None
    value = attribute_value(raw_value, kind)
    if value is None:
        raise Refusal(f"attribute-not-{kind or 'text'}", name=name, found=raw_value[:40])
    return name, value


def crowd(ctx: Context, text: str) -> tuple[Audience, int]:
    """Those whom a segment or a filter means, and how many they are; raises :class:`Refusal` for too many at once."""
    config: MembersConfig = ctx.config
    audience = ctx.audience(text)
    count = ctx.segments.count(audience.filter)
    if not count:
        raise Refusal("crowd-nobody", name=audience.name)
    if count > config.bulk_max:
        raise Refusal("crowd-too-many", count=count, maximum=config.bulk_max)
    return audience, count
