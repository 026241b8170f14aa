"""A headless Chromium that reaches nothing, and what tests ask of a page in it."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--hide-scrollbars", "--force-prefers-reduced-motion"),
)


def browser_and_driver() -> tuple[str, str] | None:
    """Return where both are; None where one of them is missing."""
    browsers = (shutil.which(name) for name in _BROWSERS)
    browser, driver = next(filter(None, browsers), None), shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


class Chromium:
    """One browser; every page is opened in it in turn."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver: Any = driver
        """Not all that Selenium says of it has types."""

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file anew, even if it is open already, and wait until its table is there."""
        self.driver.get("about:blank")
        self.driver.get_log("performance")
        self.driver.get_log("browser")
        self.driver.get(f"{path.as_uri()}{fragment}")

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever JSON comes back
        return self.driver.execute_script(script, *arguments)

    def cdp(self, command: str, **parameters: object) -> dict[str, Any]:
        found: dict[str, Any] = self.driver.execute_cdp_cmd(command, parameters)
        return found

    def one(self, selector: str) -> WebElement:
        found: WebElement = self.driver.find_element("css selector", selector)
        return found

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.run(
            "const found = [...document.querySelectorAll(arguments[0])];"
            "return found.map((one) => one.innerText.trim())",
            selector,
        )
        return found

    def keys(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def search(self, query: str) -> None:
        """Have a query in the search field at once."""
        self.run(
            "const field = document.getElementById('q'); field.value = arguments[0];"
            "field.dispatchEvent(new Event('input'))",
            query,
        )

    def results(self, wanted: str) -> None:
        """Wait until the page counts its results so."""
        self.wait(lambda: self.texts("#results") == [wanted], f"not {wanted}")

    def wait(self, holds: Callable[[], bool], otherwise: str = "") -> None:
        """Wait until something holds of the page."""
        wait = WebDriverWait(self.driver, 20, poll_frequency=0.02)
        wait.until(lambda _: holds(), otherwise)

    @property
    def fragment(self) -> str:
        return str(self.run("return location.hash"))

    @property
    def focused(self) -> str:
        """The name of what has the focus, as it is read out."""
        return str(self.run("return document.activeElement.getAttribute('aria-label') || ''"))

    def ids(self) -> list[str]:
        """Return the ids in the rows that are in the document."""
        return self.texts("#rows tr.item td.c-id code")

    def complaints(self) -> list[str]:
        """Return what the browser has against the page: errors, and what its policy refused."""
        return [str(one["message"]) for one in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Return everything that was asked for since the page was opened."""
        events = (
            json.loads(one["message"])["message"] for one in self.driver.get_log("performance")
        )
        return [
            str(one["params"]["request"]["url"])
            for one in events
            if one["method"] == "Network.requestWillBeSent"
        ]

    @contextmanager
    def width(self, pixels: int, height: int = 800) -> Iterator[None]:
        """Look at pages through a window of this size."""
        metrics = {"width": pixels, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.cdp("Emulation.setDeviceMetricsOverride", **metrics)
        yield
        self.cdp("Emulation.clearDeviceMetricsOverride")

    @contextmanager
    def prefers(self, scheme: str) -> Iterator[None]:
        """Look at pages as somebody who prefers light or dark colours."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.cdp("Emulation.setEmulatedMedia", features=[feature])
        yield
        self.cdp("Emulation.setEmulatedMedia", features=[])


@contextmanager
def chromium(places: tuple[str, str], profile: Path) -> Iterator[Chromium]:
    """Start a browser with an empty profile, and end it."""
    options = webdriver.ChromeOptions()
    options.binary_location, driver = places
    for flag in (*_FLAGS, "--window-size=1280,900", f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield Chromium(started)
    finally:
        started.quit()
