"""The rank card as a picture.

It has a background of its own, so it reads the same on a light and on a dark screen; what stands on it keeps a contrast
of at least 4.5:1.  Characters for which no font is at hand are left out: the message says it all in words anyway.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageColor, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Font = ImageFont.FreeTypeFont

WIDTH: Final = 900
HEIGHT: Final = 260
_SCALE: Final = 2
"""Drawn so many times larger, and made smaller in the end: Pillow's own edges are jagged."""
_GROUND: Final = (30, 34, 44)
_PANEL: Final = (39, 44, 57)
_TRACK: Final = (58, 65, 82)
_TEXT: Final = (244, 246, 250)
_QUIET: Final = (171, 180, 198)
_CONTRAST: Final = 4.5
_MISSING: Final = "\U0010ffff"
"""A character that no font has."""
_FONTS: Final = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("/System/Library/Fonts/Hiragino Sans GB.ttc", 0),
    ("C:/Windows/Fonts/msyhbd.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", 0),
)
"""Where fonts with Chinese characters are found, and which face of a collection; the last one is for other scripts."""


@dataclass(frozen=True, slots=True)
class RankCard:
    """What stands on the card, in the reader's language; ``colour`` is the tier's."""

    name: str
    level: str
    xp: str
    left: str
    place: str
    tier: str
    colour: str
    percent: int


def draw(card: RankCard) -> bytes:
    """The card as PNG."""
    image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), _GROUND)
    pen = ImageDraw.Draw(image)
    accent = readable(ImageColor.getrgb(card.colour)[:3])
    _box(pen, (14, 14, WIDTH - 14, HEIGHT - 14), 20, _PANEL)
    _ring(pen, card, accent)
    _put(pen, card.name, (262, 72), 46, _TEXT, 590)
    _put(pen, card.tier, (262, 130), 28, accent, 280)
    _put(pen, card.place, (WIDTH - 46, 130), 28, _TEXT, 300, anchor="rm")
    _put(pen, card.xp, (262, 172), 24, _QUIET, 280)
    _put(pen, card.left, (WIDTH - 46, 172), 24, _QUIET, 300, anchor="rm")
    _box(pen, (262, 194, WIDTH - 46, 218), 12, _TRACK)
    filled = (WIDTH - 46 - 262) * min(100, max(0, card.percent)) // 100
    if filled:
        _box(pen, (262, 194, 262 + max(24, filled), 218), 12, accent)
    small = image.reduce(_SCALE)
    small.putalpha(_outline())
    out = io.BytesIO()
    small.save(out, "PNG", compress_level=3)  # half of the time, a tenth more bytes
    return out.getvalue()


@lru_cache(maxsize=1)
def _outline() -> Image.Image:
    """What of the card can be seen: all but its corners."""
    mask = Image.new("L", (WIDTH * _SCALE, HEIGHT * _SCALE), 0)
    _box(ImageDraw.Draw(mask), (0, 0, WIDTH, HEIGHT), 28, 255)
    return mask.reduce(_SCALE)


def _ring(pen: ImageDraw.ImageDraw, card: RankCard, accent: Colour) -> None:
    """The first character of the name within a ring that closes with the level, and the level below."""
    x, y, radius, width = 136, 122, 86, 14
    round_ = _scaled((x - radius, y - radius, x + radius, y + radius))
    pen.arc(round_, 0, 360, fill=_TRACK, width=width * _SCALE)
    if card.percent:
        pen.arc(round_, -90, -90 + 3.6 * min(100, card.percent), fill=accent, width=width * _SCALE)
    inner = radius - width - 8
    soft = _mixed(accent, _PANEL, 0.28)
    pen.ellipse(_scaled((x - inner, y - inner, x + inner, y + inner)), fill=soft)
    _put(pen, card.name.lstrip("\u2066\u2067\u2068")[:1].upper(), (x, y - 6), 66, _TEXT, 100, anchor="mm")
    _box(pen, (x - 66, y + radius - 20, x + 66, y + radius + 26), 23, accent)
    _put(pen, card.level, (x, y + radius + 2), 24, _GROUND, 116, anchor="mm")


def readable(colour: tuple[int, ...]) -> Colour:
    """A colour made lighter until it can be read on the card."""
    found: Colour = (colour[0], colour[1], colour[2])
    while contrast(found, _PANEL) < _CONTRAST:
        found = _mixed((255, 255, 255), found, 0.1)
    return found


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(one, other, strict=True))
    return red, green, blue


# -- texts


@lru_cache(maxsize=64)
def _font(place: int, size: int) -> Font | None:
    """One of the fonts, the last being Pillow's own; None where it is not installed."""
    if place == len(_FONTS):
        own = ImageFont.load_default(size)
        return own if isinstance(own, ImageFont.FreeTypeFont) else None
    path, face = _FONTS[place]
    if not Path(path).is_file():
        return None
    try:
        return ImageFont.truetype(path, size, index=face)
    except OSError:
        return None


def font_for(text: str, size: int) -> tuple[Font | None, str]:
    """The font that has most of a text's characters, and what it has of them."""
    best: tuple[Font | None, str] = (None, "")
    for place in range(len(_FONTS) + 1):
        font = _font(place, size)
        drawable = "" if font is None else _drawable(font, text)
        if len(drawable.strip()) > len(best[1].strip()):
            best = (font, drawable)
        if drawable == text:
            break
    return best


def _drawable(font: Font, text: str) -> str:
    return "".join(char for char in text if char.isspace() or _has(font, char))


@lru_cache(maxsize=8192)
def _has(font: Font, char: str) -> bool:
    """Whether a font draws a character in another way than one that it has not."""
    return bytes(font.getmask(char)) != bytes(font.getmask(_MISSING))


def _put(
    pen: ImageDraw.ImageDraw,
    text: str,
    at: tuple[int, int],
    size: int,
    colour: Colour,
    room: int,
    *,
    anchor: str = "lm",
) -> None:
    """Write a text, smaller or shortened where it needs more room."""
    font, text = font_for("".join(char for char in text if char.isprintable()), size * _SCALE)
    text = " ".join(text.split())
    least = size * 2 // 3
    while font is not None and font.getlength(text) > room * _SCALE and size > least:
        size -= 2
        font, _ = font_for(text, size * _SCALE)
    if font is None or not text:
        return
    if font.getlength(text) > room * _SCALE:
        while text and font.getlength(text + "…") > room * _SCALE:
            text = text[:-1]
        text += "…"
    pen.text((at[0] * _SCALE, at[1] * _SCALE), text, font=font, fill=colour, anchor=anchor)


def _box(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], radius: int, colour: Colour | int) -> None:
    pen.rounded_rectangle(_scaled(box), radius * _SCALE, fill=colour)


def _scaled(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return left * _SCALE, top * _SCALE, right * _SCALE, bottom * _SCALE
