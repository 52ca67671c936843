"""The playground in a real browser, with the real application behind it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from coterie.adapters.sandbox import hub as hub_module
from coterie.core.actions import Mute, OpenForm, Pin, SendMessage, SendPoll
from coterie.core.cards import Button, Card, Question
from coterie.core.events import Where
from coterie.core.platform import Delivery
from tests.playground_kit import BOX, Community, Page, community_fixture, driver_fixture, page_fixture, size  # noqa: F401 - pytest finds them here

pytestmark = pytest.mark.chromium

IMAGE = Path(__file__).parent.parent / "docs" / "images" / "playground.png"
DAY = 86_400_000
SHARE = re.compile(r"You got (\d+) points? from")
HOSTILE = "<img src=x onerror=alert(1)>"


def test_a_packet_from_the_first_suggestion_to_the_refund(page: Page, community: Community) -> None:
    page.shows("Everybody here is you", "/packet 100 3")
    page.one(".empty li:nth-child(1) .try").click()
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.shows("Gave 1,000 points to Alice")
    page.one(".empty li:nth-child(2) .try").click()
    assert page.one(BOX).get_attribute("value") == "/packet 100 3"
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.shows("0 of 3", "Grab")
    assert community.balance("Alice") == 900

    page.one("#side").click()
    page.until(lambda: len(page.all(".pane:not([hidden])")) == 2)
    page.be(2)
    page.press("Grab")
    page.shows("1 of 3", "Only you can see this")
    page.be(3)
    page.press("Grab")
    page.shows("2 of 3", "edited")
    bob, carol = community.balance("Bob"), community.balance("Carol")
    assert bob > 0
    assert carol > 0
    assert SHARE.findall(page.text()) == [str(carol)], "a private answer is its reader's alone"
    if os.environ.get("COTERIE_SCREENSHOT") == "1":
        screenshot(page)

    before = community.app.clock.now()
    page.one(f"#clock [data-ms='{DAY}']").click()
    page.shows("went back to the sender")
    assert community.app.clock.now() - before >= DAY
    assert [community.balance(name) for name in ("Alice", "Bob", "Carol")] == [1000 - bob - carol, bob, carol]
    assert community.run(community.app.verify_ledger()) == []
    assert page.all("#people li:first-child .dot"), "Alice has something new in her direct chat"
    page.be(1)
    page.one("#rail ul:last-of-type button").click()
    page.shows(str(100 - bob - carol))


def screenshot(page: Page) -> None:
    """Save the picture of the README: one packet as two people see it."""
    page.driver.execute_script("document.activeElement.blur()")
    ActionChains(page.driver).move_to_element(page.one("h1")).perform()
    page.until(lambda: page.driver.execute_script("return document.getAnimations().length === 0"))
    IMAGE.parent.mkdir(parents=True, exist_ok=True)
    page.driver.save_screenshot(str(IMAGE))


def test_what_people_type_stays_literal(page: Page, community: Community) -> None:
    community.grant("Alice", 100)
    page.one("#people > .add").click()
    page.one("dialog input").send_keys(HOSTILE[:48], Keys.ENTER)
    page.until(lambda: len(page.all("#people .chip")) == 6)
    assert HOSTILE in page.text("#people")
    texts = (
        "<script>window.stolen = 1</script>", "**bold** _it_ `code` [a](javascript:alert(1))", "@everyone @here",
        "\u202eright to left\u202c", "zero\u200bwidth", '"><svg onload=alert(1)>',
    )  # fmt: skip
    for text in texts:
        page.driver.execute_script("document.querySelector('textarea[role=combobox]').value = arguments[0]", text)
        page.say("!")
        page.shows(text.strip("\u202e\u202c"))
    page.say("/packet 50 2 <b onmouseover=alert(1)>luck</b>")
    page.shows("<b onmouseover=alert(1)>luck</b>")
    found = page.driver.execute_script(
        "return [document.querySelectorAll('.log img, .log script, .log svg[onload], .log b[onmouseover]').length,"
        " typeof window.stolen, document.querySelectorAll('[onerror],[onload],[onmouseover]').length]"
    )
    assert found == [0, "undefined", 0]
    unsafe = Card(
        text="see", buttons=((Button("Open", url="javascript:alert(1)"), Button("Docs", url="https://a.example")),)
    )
    community.run(send(community, unsafe))
    page.shows("Docs")
    links = page.driver.execute_script("return [...document.querySelectorAll('.log a')].map((a) => [a.href, a.rel])")
    assert links == [["https://a.example/", "noopener noreferrer"]]


async def send(community: Community, card: Card) -> None:
    action = SendMessage(where=community.town.room("general").where, ref=1, card=card)
    await community.adapter.platform.send(action, Delivery(key=str(card)))


async def add_person(community: Community, name: str) -> None:
    community.town.persona(name)


def test_everything_goes_by_keyboard(page: Page, community: Community) -> None:
    community.grant("Alice", 100)
    box = page.one(BOX)
    box.send_keys("/")
    page.until(lambda: len(page.all(".commands li")) > 3)
    box.send_keys("pac", Keys.TAB)
    assert box.get_attribute("value") == "/packet "
    assert "<total> <shares>" in page.text(".usage")
    box.send_keys("10 1", Keys.ENTER)
    page.shows("0 of 1")
    box.send_keys("/", Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert page.one(".commands [aria-selected=true]").get_attribute("id") == box.get_attribute("aria-activedescendant")
    box.send_keys(Keys.ESCAPE, Keys.BACK_SPACE)
    page.be(2)
    page.one(".log").send_keys(Keys.ARROW_UP)
    page.driver.switch_to.active_element.send_keys(Keys.TAB)
    focused = page.driver.switch_to.active_element
    assert focused.text == "Grab"
    focused.send_keys(Keys.ENTER)
    page.shows("You got 10 points")
    page.one("#people li:nth-child(2) .options").send_keys(Keys.ENTER)
    page.until(lambda: page.all("[role=menu]"))
    page.driver.switch_to.active_element.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    page.until(lambda: not community.town.persona("bob").present)
    page.shows("Bob is not in the community")
    page.one(".empty .primary").click()
    page.shows("Bob joined")


def test_a_form_shows_what_is_wrong_beside_the_field(page: Page, community: Community) -> None:
    page.be(2)
    questions = (
        Question("age", "Your age", "int"),
        Question("why", "Why?", "long", required=False, help="A sentence."),
    )
    form = OpenForm(
        where=community.town.room("general").where, token="f", to=community.town.persona("bob").who, title="About you",
        questions=questions,
    )  # fmt: skip
    community.run(community.adapter.platform.open_form(form, Delivery(key="f")))
    page.shows("About you", "A sentence.", "Only you can see this")
    page.one("form.form input").send_keys("seven")
    page.one("form.form textarea").send_keys("I am ")
    page.one("#clock [data-ms='60000']").send_keys(Keys.ENTER)
    community.run(add_person(community, "zoe"))
    page.shows("Zoe", css="#people")
    page.one("form.form textarea").send_keys("curious")
    wrong = OpenForm(
        where=form.where, token="f", to=form.to, title=form.title, questions=questions, answers={"age": "seven"},
        errors={"age": "Your age must be a whole number."},
    )  # fmt: skip
    community.run(community.adapter.platform.open_form(wrong, Delivery(key="f2")))
    page.shows("Your age must be a whole number.")
    age = page.one("form.form input")
    assert (age.get_attribute("value"), age.get_attribute("aria-invalid")) == ("seven", "true")
    error = age.get_attribute("aria-describedby") or ""
    assert "must be a whole number" in page.text(f"[id='{error.split()[-1]}']")
    assert page.one("form.form textarea").get_attribute("value") == "I am curious"
    page.be(3)
    assert "About you" not in page.text()


def test_a_poll_a_pin_and_somebody_who_is_muted(page: Page, community: Community) -> None:
    town, platform = community.town, community.adapter.platform
    poll = SendPoll(where=town.room("general").where, ref=1, question=HOSTILE, options=("Tea", "Coffee"))
    native = community.run(platform.send_poll(poll, Delivery(key="p"))).partition("/")[0]
    page.be(2)
    page.shows(HOSTILE, "Coffee")
    chosen = '.option[aria-pressed="true"]'
    page.one(".option:nth-of-type(2)").click()
    page.until(lambda: page.text(chosen).split() == ["Coffee", "1"])
    assert town.messages[native].votes == {"bob": (1,)}
    page.one(".option:nth-of-type(2)").click()
    page.until(lambda: page.text(chosen) == "")
    community.run(platform.pin(Pin(where=poll.where, ref=1), Delivery(key="q", native=native)))
    page.shows("Pinned")
    bob = town.persona("bob").who
    community.run(platform.mute(Mute(where=Where("sandbox", "", town.space), to=bob), Delivery(key="m")))
    page.shows("Muted", css="#people")
    page.one(BOX).send_keys("hello", Keys.ENTER)
    page.shows("Bob is muted", css=".trouble")


def test_a_lost_connection_comes_back_without_losing_anything(
    page: Page, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.say("before")
    page.shows("before")
    page.driver.execute_script("document.querySelector('.log article').dataset.kept = 'yes'")
    hub = community.adapter.hub
    assert hub is not None
    monkeypatch.setattr(hub_module, "MOST_PAGES", 0)
    community.run(hub.close())
    page.shows("Reconnecting…", css="#net")
    community.run(send(community, Card(text="sent while nobody listened")))
    page.one(BOX).send_keys("not now", Keys.ENTER)
    page.shows("Not connected", css=".pane.active .trouble")
    assert page.one(BOX).get_attribute("value") == "not now", "what could not be sent is not lost"
    page.one(BOX).clear()
    monkeypatch.undo()
    page.shows("sent while nobody listened")
    page.console()
    assert page.text().count("sent while nobody listened") == 1
    assert page.all(".log article[data-kept]"), "the page asked for what it missed only"
    page.until(lambda: not page.text("#net"))
    page.say("after")
    page.shows("after")


def test_the_page_speaks_three_languages_and_remembers(page: Page) -> None:
    for locale, words in (("zh-Hans", "这里的每个人都是你"), ("zh-Hant", "這裡的每個人都是你")):
        page.driver.execute_script(
            "const box = document.querySelector('#lang');"
            "box.value = arguments[0]; box.dispatchEvent(new Event('change'))",
            locale,
        )
        page.shows(words)
        page.driver.refresh()
        page.shows(words)
        assert page.one("html").get_attribute("lang") == locale


def test_a_phone_has_everything_and_nothing_sticks_out(page: Page) -> None:
    size(page.driver, 360, 740)
    try:
        page.driver.refresh()
        page.shows("/packet 100 3")
        page.say("/checkin")
        page.shows("checked in")
        for tab in ("rooms", "time", "chat"):
            page.one(f"#tabs [data-tab={tab}]").click()
            assert page.driver.execute_script("return document.documentElement.scrollWidth") == 360
            shown = {"rooms": "#rail", "time": "#clock .group", "chat": ".composer"}[tab]
            page.until(lambda shown=shown: page.one(shown).is_displayed())  # type: ignore[misc]
    finally:
        size(page.driver, 1280, 800)


def test_the_first_visit_is_light_and_stays_at_home(page: Page) -> None:
    page.shows("/packet 100 3")
    entries = page.driver.execute_script(
        "return performance.getEntries().filter((e) => e.decodedBodySize !== undefined)"
        ".map((e) => [e.name, e.decodedBodySize])"
    )
    origin = page.driver.current_url
    assert all(name.startswith(origin) for name, _ in entries)
    assert sum(bytes_ for _, bytes_ in entries) < 60_000
