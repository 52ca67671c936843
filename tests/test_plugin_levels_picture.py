"""The rank card: a picture with its words, drawn for any name, readable, and never a reason to say nothing."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from coterie.core.testing.kit import LiveTown
from coterie.plugins.levels import Levels, cards, drawing
from coterie.plugins.levels.drawing import HEIGHT, WIDTH, RankCard, contrast, draw, readable
from tests.levels_kit import QUICK, TALK

PANEL = (39, 44, 57)
texts = st.text(max_size=60)


def opened(data: bytes) -> Image.Image:
    """A picture as its readers see it."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@given(texts, texts, st.integers(-5, 105))
@settings(max_examples=15, deadline=None)
def test_anything_can_be_drawn(name: str, text: str, percent: int) -> None:
    image = opened(draw(RankCard(name, text, text, text, text, text, "#c98a5a", percent)))
    assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))


def test_the_card_shows_how_far_it_is() -> None:
    def filled(percent: int) -> int:
        image = opened(draw(RankCard("A", "1", "2", "3", "4", "", "#e8b93f", percent))).convert("RGB")
        return sum(image.getpixel((x, 206)) == (232, 185, 63) for x in range(262, WIDTH))

    found = [filled(percent) for percent in (0, 25, 50, 75, 100)]
    assert found[0] == 0
    assert found == sorted(set(found))


def test_a_card_without_any_font_is_still_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_font", lambda place, size: None)
    assert opened(draw(RankCard("夜猫子", "1", "2", "3", "4", "5", "#e8b93f", 50))).size == (WIDTH, HEIGHT)


def test_characters_that_no_font_has_are_left_out() -> None:
    font, text = drawing.font_for("A\U0010fffeB", 40)
    assert font is not None
    assert text == "AB"


@given(st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255)))
@settings(deadline=None)
def test_every_colour_can_be_read(colour: tuple[int, int, int]) -> None:
    assert contrast(readable(colour), PANEL) >= 4.5


@pytest.mark.parametrize(("percent", "full"), [(0, 0), (1, 1), (8, 1), (50, 6), (99, 11), (100, 12)])
def test_the_bar_of_characters(percent: int, full: int) -> None:
    assert cards.bar(percent) == "▰" * full + "▱" * (12 - full)


@pytest.mark.coterie(plugins=[Levels], config={"levels": QUICK})
def test_the_picture_comes_with_its_words_and_can_be_shown_to_all(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says(TALK[0])
    alice.says("/rank")
    assert alice.sees("Rank card of Alice: level 0, 20 % of the way to the next · #1 of 1")
    assert bob.sees_not("Rank card")
    message = town.stage.visible(alice.persona)[-1]
    assert len(message.pictures) == 1
    assert opened(message.pictures[0].data).size == (WIDTH, HEIGHT)
    alice.taps("Show everybody")
    assert bob.sees("Rank 1 of 1")
    assert bob.sees_not("[Show everybody]")


def test_nothing_loads_pillow_until_a_card_is_drawn() -> None:
    code = "import sys, coterie.plugins.levels; print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
