"""The whole life of a packet between two people, in a real browser; and one of a rain."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.keys import Keys

from tests.playground_kit import BOX, Community, Page, community_fixture, driver_fixture, page_fixture  # noqa: F401 - pytest finds them here

pytestmark = pytest.mark.chromium

PICTURES = os.environ.get("COTERIE_PICTURES", "")
"""A folder for pictures of what the tests saw."""
DAY = 86_400_000


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like, where somebody asked for that."""
    if PICTURES:
        page.driver.save_screenshot(str(Path(PICTURES) / f"{name}.png"))


def turn_to(page: Page, side: int) -> None:
    """Go on as the person of the left (0) or the right (1) half: Alice and Bob."""
    page.all(".pane")[side].find_element("css selector", "textarea[role=combobox]").click()
    page.until(lambda: "active" in (page.all(".pane")[side].get_attribute("class") or "").split())


def answer(page: Page, words: str) -> None:
    """Answer the question of a packet."""
    page.one("form.form input").send_keys(words, Keys.ENTER)


def test_a_packet_with_a_question_from_its_cover_to_its_seed(page: Page, community: Community) -> None:
    community.grant("Alice", 1000)
    page.one(BOX).send_keys('/packet 60 2 cover ask="What is six by seven?" answer=42 Happy new year', Keys.ENTER)
    page.shows("Alice’s red packet with a question", "What is six by seven?", "Happy new year", "0 of 2")
    page.until(lambda: "answer=42" not in page.text())
    assert page.one("article img").get_attribute("alt") == "A red envelope with a golden seal"
    assert community.balance("Alice") == 940
    page.one("#side").click()
    page.until(lambda: len(page.all(".pane:not([hidden])")) == 2)
    turn_to(page, 1)
    page.press("Grab")
    answer(page, "41")
    page.shows("You have 2 answers left")
    page.press("Grab")
    page.until(lambda: page.all("form.form input"))
    picture(page, "question")
    answer(page, "42")
    page.shows("1 of 2", "You got")
    turn_to(page, 0)
    assert "You got" not in page.text(), "what Bob got is told to Bob alone"
    page.press("Grab")
    answer(page, "42")
    page.shows("every share is taken", "luckiest draw", "was first", "Answer: 42")
    turn_to(page, 1)
    page.press("🙏 Thanks")
    page.shows("🙏 Thanks (1)", "Your thanks are on the card")
    page.press("Check")
    page.shows("Fair: the seal is that of the seed")
    picture(page, "end")
    assert re.search(r"\b[0-9a-f]{64}\b", page.text())
    assert community.balance("Alice") + community.balance("Bob") == 1000
    assert community.balance("Bob") >= 1
    assert community.run(community.app.verify_ledger()) == []


def test_a_rain_falls(page: Page, community: Community) -> None:
    community.grant("Alice", 1000)
    page.say("/rain 1d 20 2 equal Every day a little")
    page.shows("Rain 1 is ordered", "every 1 day", "Only you can see this")
    assert community.balance("Alice") == 1000
    page.one(f"#clock [data-ms='{DAY}']").click()
    page.shows("Every day a little", "0 of 2")
    page.be(2)
    page.press("Grab")
    page.shows("You got 10 points", "1 of 2")
    page.be(1)
    page.say("/rains")
    page.shows("1 fallen, 20 points")
    page.say("/rain-stop 1")
    page.shows("Rain 1 is stopped")
    picture(page, "rain")
    assert community.balance("Alice") == 980
    assert community.run(community.app.verify_ledger()) == []
