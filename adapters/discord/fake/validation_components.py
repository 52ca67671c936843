"""What a message may carry to tap on and look at: rows of buttons and selects, and Components V2."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.validation import Field

IS_COMPONENTS_V2: Final = 1 << 15
ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS: Final = (3, 5, 6, 7, 8)
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
IN_CONTAINER: Final = (ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR)
TOP_V2: Final = (*IN_CONTAINER, CONTAINER)
LINK, PREMIUM = 5, 6
WEB: Final = ("http", "https")
MEDIA: Final = ("http", "https", "attachment")
DEFAULTS: Final = {5: ("user",), 6: ("role",), 7: ("user", "role"), 8: ("channel",)}
"""What may be chosen beforehand in a select that fills itself."""
ROWS, PER_ROW, ALL_V2, TEXT_V2 = 5, 5, 40, 4000
CHOICES: Final = 25


class Once:
    """What must not stand twice in one message or modal: custom ids and numbers."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.numbers: set[int] = set()

    def take(self, field: Field) -> None:
        """Check a component's ``id``."""
        number = field.whole("id", 0, 2**31 - 1)
        if number and number in self.numbers:
            field.at("id").wrong("COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        self.numbers.add(number)

    def custom_id(self, field: Field) -> None:
        """Check a component's ``custom_id``: 1 to 100 characters, its own."""
        if not field.needs("custom_id"):
            return
        name = field.text("custom_id", 100, 1)
        if name and name in self.names:
            field.at("custom_id").wrong("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        self.names.add(name)


def components(body: Field, *, v2: bool) -> None:
    """The components of a message: five rows, or up to 40 of all kinds when the flag is set."""
    once, count = Once(), 0
    for field in body.objects("components", ALL_V2 if v2 else ROWS):
        kind = field.choice("type", TOP_V2 if v2 else (ROW,))
        if field.needs("type") and kind is not None:
            count += _top(field, kind, once)
    if count > ALL_V2 and v2:
        body.at("components").wrong("BASE_TYPE_MAX_LENGTH", f"The maximum number of components is {ALL_V2}.")
    if v2 and sum(_texts(body)) > TEXT_V2:
        words = f"The total length of displayable text must be {TEXT_V2} or fewer."
        body.at("components").wrong("COMPONENT_MAX_TOTAL_TEXT_EXCEEDED", words)


def _texts(body: Field) -> list[int]:
    """The lengths of all texts of Components V2 that are shown."""
    found = []
    children = body.value.get("components") if isinstance(body.value, dict) else None
    for index, child in enumerate(children if isinstance(children, list) else []):
        field = body.at("components").at(index)
        if isinstance(child, dict):
            content = child.get("content")
            found += [len(content)] if isinstance(content, str) else []
            found += _texts(field)
    return found


def _top(field: Field, kind: int, once: Once) -> int:
    """Check a layout component; returns how many components it is, those within counted."""
    once.take(field)
    if kind == ROW:
        return 1 + row(field, once)
    if kind == CONTAINER:
        field.whole("accent_color", 0, 0xFFFFFF)
        return 1 + sum(_inner(child, once) for child in field.objects("components", ALL_V2, 1))
    if kind == SECTION:
        return _section(field, once)
    return _content(field, kind)


def _inner(field: Field, once: Once) -> int:
    kind = field.choice("type", IN_CONTAINER)
    return _top(field, kind, once) if field.needs("type") and kind is not None else 1


def _section(field: Field, once: Once) -> int:
    field.needs("components", "accessory")
    texts = field.objects("components", 3, 1)
    for text in texts:
        if text.choice("type", (TEXT_DISPLAY,)) is not None:
            once.take(text)
            _content(text, TEXT_DISPLAY)
    accessory = field.at("accessory")
    if field.has("accessory") and accessory.object():
        kind = accessory.choice("type", (BUTTON, THUMBNAIL))
        once.take(accessory)
        if kind == BUTTON:
            button(accessory, once)
        elif kind == THUMBNAIL:
            _media(accessory, "media")
    return 2 + len(texts)


def _content(field: Field, kind: int) -> int:
    if kind == TEXT_DISPLAY and field.needs("content"):
        field.text("content", TEXT_V2, 1)
    elif kind == GALLERY and field.needs("items"):
        for item in field.objects("items", 10, 1):
            _media(item, "media")
    elif kind == FILE:
        _media(field, "file", ("attachment",))
    elif kind == SEPARATOR:
        field.choice("spacing", (1, 2))
        field.flag("divider")
    return 1


def _media(field: Field, name: str, schemes: tuple[str, ...] = MEDIA) -> None:
    field.text("description", 1024)
    if field.needs(name) and field.at(name).object() and field.at(name).needs("url"):
        field.at(name).link("url", schemes)


def row(field: Field, once: Once) -> int:
    """Check a row: up to five buttons, or one select; returns how many stand in it."""
    field.needs("components")
    inside = field.objects("components", PER_ROW, 1)
    kinds = [child.choice("type", (BUTTON, *SELECTS)) for child in inside]
    if len(inside) > 1 and any(kind in SELECTS for kind in kinds):
        field.at("components").wrong(
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width"
        )
    for child, kind in zip(inside, kinds, strict=True):
        if not child.needs("type") or kind is None:
            continue
        once.take(child)
        if kind == BUTTON:
            button(child, once)
        else:
            select(child, kind, once)
    return len(inside)


def button(field: Field, once: Once) -> None:
    """Check a button: what it needs and must not have follows from its style."""
    style = field.choice("style", (1, 2, 3, 4, LINK, PREMIUM))
    field.needs("style")
    field.text("label", 80)
    field.flag("disabled")
    if style == PREMIUM:
        field.needs("sku_id")
        field.snowflake("sku_id")
        _no(field, "custom_id", "label", "url", "emoji")
    elif style == LINK:
        if field.needs("url"):
            field.link("url", (*WEB, "discord"), 512)
        _no(field, "custom_id", "sku_id")
    elif style is not None:
        once.custom_id(field)
        _no(field, "url", "sku_id")
    if style not in (PREMIUM, None) and not field.value.get("label") and not field.has("emoji"):
        field.wrong("BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button must have a label or an emoji")
    emoji(field)


def _no(field: Field, *names: str) -> None:
    for name in names:
        if field.has(name):
            words = f"A button of this style cannot have a {name}"
            field.at(name).wrong("BUTTON_COMPONENT_INVALID_FIELD", words)


def emoji(field: Field) -> None:
    """Check the ``emoji`` of a button or option: an id, or a name."""
    if field.has("emoji") and field.at("emoji").object():
        inside = field.at("emoji")
        inside.snowflake("id")
        inside.text("name", 128)
        if not inside.value.get("id") and not inside.value.get("name"):
            inside.wrong("BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")


def select(field: Field, kind: int, once: Once, *, modal: bool = False) -> None:
    """Check a select menu, of a message or of a modal."""
    once.custom_id(field)
    field.text("placeholder", 150)
    required = modal and field.flag("required", True)
    high = field.whole("max_values", 1, CHOICES, 1)
    low = field.whole("min_values", 1 if required else 0, CHOICES, 1)
    if low > high:
        field.at("min_values").wrong("SELECT_COMPONENT_MIN_VALUES_EXCEEDED", "min_values cannot exceed max_values")
    if modal and field.flag("disabled"):
        field.at("disabled").wrong("COMPONENT_DISABLED_IN_MODAL", "Components in modals cannot be disabled")
    if kind == STRING_SELECT:
        field.needs("options")
        chosen = options(field, 1, CHOICES)
        if chosen > high:
            words = "More options are chosen beforehand than can be chosen"
            field.at("options").wrong("SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", words)
    else:
        if kind == 8:
            for item in field.items("channel_types", 20):
                Field({"type": item.value}, item.path, field.errors).whole("type", 0, 16)
        for default in field.objects("default_values", CHOICES):
            default.needs("id", "type")
            default.snowflake("id")
            default.choice("type", DEFAULTS[kind])


def options(field: Field, low: int, high: int) -> int:
    """Check what can be chosen: labels, values that differ; returns how many are chosen beforehand."""
    seen: set[str] = set()
    chosen = 0
    for option in field.objects("options", high, low):
        option.needs("label", "value")
        option.text("label", 100, 1)
        option.text("description", 100)
        value = option.text("value", 100, 1)
        if value and value in seen:
            option.at("value").wrong(
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"
            )
        seen.add(value)
        chosen += option.flag("default")
        emoji(option)
    return chosen
