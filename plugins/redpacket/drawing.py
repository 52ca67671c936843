"""The cover: a red envelope with a golden seal, drawn without any letters, so that it needs no font."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

WIDTH: Final = 720
HEIGHT: Final = 400
_SCALE: Final = 2
"""Drawn so many times larger, and made smaller in the end: Pillow's own edges are jagged."""
_RED: Final = (214, 48, 44)
_FLAP: Final = (231, 76, 60)
_EDGE: Final = (176, 32, 32)
_GOLD: Final = (247, 202, 95)
_GOLD_EDGE: Final = (209, 150, 47)


@lru_cache(maxsize=1)
def cover() -> bytes:
    """The picture as PNG bytes."""
    width, height = WIDTH * _SCALE, HEIGHT * _SCALE
    image = Image.new("RGB", (width, height), _RED)
    pen = ImageDraw.Draw(image)
    # The flap is the lower part of a circle that is much wider than the envelope.
    flap = (-width // 4, -height, width + width // 4, height // 2)
    pen.ellipse(flap, fill=_FLAP, outline=_EDGE, width=4 * _SCALE)
    middle, low, radius = width // 2, height // 2, 62 * _SCALE
    pen.ellipse((middle - radius, low - radius, middle + radius, low + radius), fill=_GOLD)
    inner = radius - 10 * _SCALE
    box = (middle - inner, low - inner, middle + inner, low + inner)
    pen.ellipse(box, outline=_GOLD_EDGE, width=4 * _SCALE)
    hole = 18 * _SCALE
    pen.rectangle((middle - hole, low - hole, middle + hole, low + hole), outline=_GOLD_EDGE, width=6 * _SCALE)
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()
