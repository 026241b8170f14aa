"""One browser for all tests of a process; where there is none they are skipped."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium, browser_and_driver, chromium


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    places = browser_and_driver()
    if places is None:
        pytest.skip("needs Chromium and chromedriver: apt-get install chromium chromium-driver")
    with chromium(places, tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Iterable[str]], Path]:
    """Write a page into a file."""

    def write(pieces: Iterable[str]) -> Path:
        path = tmp_path / "page.html"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
        return path

    return write
