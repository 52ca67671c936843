"""What a modal may be: a title, and one to five parts that ask something."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.validation_components import (
    ROW,
    SELECTS,
    TEXT_DISPLAY,
    TEXT_INPUT,
    Once,
    options,
    select,
)

LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 18, 19, 21, 22, 23
IN_LABEL: Final = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)
PARTS, LONGEST = 5, 4000


def modal(data: Field) -> None:
    """Check the data of a modal."""
    data.needs("custom_id", "title", "components")
    data.text("custom_id", 100, 1)
    data.text("title", 45, 1)
    once = Once()
    for part in data.objects("components", PARTS, 1):
        kind = part.choice("type", (ROW, TEXT_DISPLAY, LABEL))
        part.needs("type")
        once.take(part)
        if kind == TEXT_DISPLAY and part.needs("content"):
            part.text("content", LONGEST, 1)
        elif kind == ROW:
            _row(part, once)
        elif kind == LABEL:
            _label(part, once)


def _row(part: Field, once: Once) -> None:
    """A row in the old manner: one text input, which has its own label."""
    part.needs("components")
    for child in part.objects("components", 1, 1):
        if child.choice("type", (TEXT_INPUT,)) is not None and child.needs("type", "label"):
            once.take(child)
            child.text("label", 45, 1)
            text_input(child, once)


def _label(part: Field, once: Once) -> None:
    part.needs("label", "component")
    part.text("label", 45, 1)
    part.text("description", 100)
    inside = part.at("component")
    if not part.has("component") or not inside.object():
        return
    kind = inside.choice("type", IN_LABEL)
    if not inside.needs("type") or kind is None:
        return
    once.take(inside)
    if kind == TEXT_INPUT:
        inside.refuses(("label",), "LABEL_NOT_ALLOWED", "The label belongs to the component around this one")
        text_input(inside, once)
    elif kind in SELECTS:
        select(inside, kind, once, modal=True)
    else:
        _other(inside, kind, once)


def text_input(field: Field, once: Once) -> None:
    """Check a text input: its style, the bounds of what is written, and what stands in it."""
    once.custom_id(field)
    field.needs("style")
    field.choice("style", (1, 2))
    low = field.whole("min_length", 0, LONGEST)
    high = field.whole("max_length", 1, LONGEST, LONGEST)
    if low > high:
        field.at("min_length").wrong("TEXT_INPUT_MIN_LENGTH_EXCEEDED", "min_length cannot exceed max_length")
    field.flag("required")
    field.text("placeholder", 100)
    value = field.text("value", LONGEST)
    if value and not low <= len(value) <= high:
        field.at("value").wrong("BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")


def _other(field: Field, kind: int, once: Once) -> None:
    """Check file uploads, radio groups, groups of checkboxes and single ones."""
    once.custom_id(field)
    required = field.flag("required", True)
    if kind == CHECKBOX:
        field.flag("default")
        return
    if kind == RADIO_GROUP:
        field.needs("options")
        if options(field, 2, 10) > 1:
            words = "Only one option can be chosen beforehand"
            field.at("options").wrong("SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", words)
        return
    high = field.whole("max_values", 1, 10, 1 if kind == FILE_UPLOAD else 10)
    low = field.whole("min_values", 1 if required else 0, 10, 1)
    if low > high:
        field.at("min_values").wrong("SELECT_COMPONENT_MIN_VALUES_EXCEEDED", "min_values cannot exceed max_values")
    if kind == CHECKBOX_GROUP:
        field.needs("options")
        options(field, 1, 10)
