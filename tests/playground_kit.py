"""A whole community behind the playground on a free port, and a browser that looks at it."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
from aiohttp import web
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from coterie.adapters.sandbox import SandboxAdapter, SandboxConfig
from coterie.core.app import App
from coterie.core.clock import ShiftedClock
from coterie.core.config import load
from coterie.core.plugin import Plugin
from coterie.core.testing.scratch import scratch
from coterie.core.web.shell import serve
from coterie.plugins.checkin import CheckIn
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.wallet import Wallet

T = TypeVar("T")
PLUGINS: Final[tuple[type[Plugin], ...]] = (RedPacket, CheckIn, Wallet)
SETTINGS: Final = """
[adapters.sandbox]
people = ["Alice", "Bob", "Carol", "Dave", "Erin@telegram"]
[plugins.redpacket]
[plugins.checkin]
[plugins.wallet]
[communities.main]
operators = ["sandbox:alice"]
spaces = [{ platform = "sandbox", id = "town" }]
"""
LOG: Final = ".pane.active .log"
"""The messages that the acting person sees."""
BOX: Final = ".pane.active textarea[role=combobox]"
PATIENCE: Final = 10.0
"""Seconds until something that should show up is missed."""


class Community:
    """An application with its playground on a thread and an event loop of its own."""

    def __init__(self, folder: Path) -> None:
        plugins = [plugin() for plugin in PLUGINS]
        self._scratch = scratch(plugins)
        file = folder / "plugins.toml"
        file.write_text(SETTINGS, encoding="utf-8")
        settings = load(
            file, {plugin.name: plugin.config for plugin in PLUGINS}, {"sandbox": SandboxConfig}, {},
            core={"database": self._scratch.url},
        )  # fmt: skip
        self.adapter = SandboxAdapter(settings.adapters["sandbox"].config)
        self.town = self.adapter.town
        self.app = App(settings, plugins=plugins, adapters=[self.adapter], clock=ShiftedClock())
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="playground", daemon=True)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}/"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the community's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def start(self) -> None:
        """Start the application and serve its pages."""
        self._thread.start()
        self.run(self._start())

    async def _start(self) -> None:
        await self.app.start()
        self._runner = await serve(self.app, "127.0.0.1", 0)
        self.port = self._runner.addresses[0][1]

    def stop(self) -> None:
        """Stop everything and remove the database."""
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()
        self._scratch.remove()

    async def _stop(self) -> None:
        await self.app.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    def grant(self, name: str, points: int) -> None:
        """Give somebody points."""
        self.run(self.app.grant(self.town.persona(name).who, points, "points", "start", name))

    def balance(self, name: str) -> int:
        """How many points somebody has."""
        return self.run(self.app.balance(self.town.persona(name).who))


class Page:
    """The playground as a person uses it."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver = driver
        driver.get("about:blank")
        driver.get(url)
        driver.execute_script("localStorage.clear()")
        driver.refresh()
        self.until(lambda: self.all("#people .chip"))

    def all(self, css: str) -> list[WebElement]:
        """Everything on the page that a selector finds."""
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css: str) -> WebElement:
        """The first that a selector finds, as soon as it is there."""
        return self.until(lambda: self.all(css))[0]

    def until(self, look: Callable[[], T]) -> T:
        """Wait until something is true; fails with what the page shows instead."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.03)
        raise AssertionError(f"did not come to pass; the page shows:\n{self.text('body')}")

    def text(self, css: str = LOG) -> str:
        """The visible words of a part of the page."""
        return str(self.driver.execute_script("return document.querySelector(arguments[0])?.innerText ?? ''", css))

    def shows(self, *words: str, css: str = LOG) -> None:
        """Wait until all of some words can be read."""
        self.until(lambda: all(word in self.text(css) for word in words))

    def be(self, number: int) -> None:
        """Switch to the person of a place in the bar (from 1)."""
        self.one("body").send_keys(Keys.ALT, str(number))
        self.until(lambda: self.all(f"#people li:nth-child({number}).acting"))

    def say(self, text: str) -> None:
        """Write in the composer and send."""
        self.one(BOX).send_keys(text, Keys.ENTER)
        self.until(lambda: not self.one(BOX).get_attribute("value"))

    def press(self, label: str) -> None:
        """Press the newest button of a card by its label."""
        path = f"//section[contains(@class, 'active')]//article//button[normalize-space()='{label}']"
        self.until(lambda: self.driver.find_elements(By.XPATH, path))[-1].click()

    def console(self) -> list[str]:
        """What the browser complained about."""
        entries = self.driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium leaves it without types
        return [str(entry["message"]) for entry in entries]


def size(driver: webdriver.Chrome, width: int, height: int) -> None:
    """Make the page as large as a device's screen (CSS pixels)."""
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """A headless Chromium; skips (or fails, with COTERIE_REQUIRE_SERVICES=1) where there is none."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        reason = "chromium and chromedriver are not installed"
        if os.environ.get("COTERIE_REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    options.add_argument("--lang=en")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
    try:
        size(driver, 1280, 800)
        yield driver
    finally:
        driver.quit()


@pytest.fixture(name="driver", scope="module")
def driver_fixture() -> Iterator[webdriver.Chrome]:
    """One browser for the tests of a file."""
    with browser() as chromium:
        yield chromium


@pytest.fixture(name="community")
def community_fixture(tmp_path: Path) -> Iterator[Community]:
    """A community of this test alone."""
    found = Community(tmp_path)
    found.start()
    yield found
    found.stop()


@pytest.fixture(name="page")
def page_fixture(driver: webdriver.Chrome, community: Community) -> Iterator[Page]:
    """The community's playground, about which the browser has nothing to complain until the end."""
    opened = Page(driver, community.url)
    yield opened
    complaints = opened.console()
    driver.get("about:blank")  # left open, it would call a server that is gone, and the next test would hear of it
    assert complaints == []
