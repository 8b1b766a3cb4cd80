"""How pages are laid out, in a real browser: nothing moves when a picture comes late, and none is blown up."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from ple.environment import Environment
from ple.portfolio.serve import serving
from tests.portfolio.chromium import Chromium, Tab, chromium

pytestmark = pytest.mark.browser
WIDE, TALL, SMALL = (1800, 1200), (900, 2400), (240, 160)
BOX = """(() => {
  const box = one => { const b = one.getBoundingClientRect(); return [b.width, b.height, b.top].map(Math.round); };
  return [box(document.querySelector('.shown img')), box(document.querySelector('footer.about'))];
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module", params=["quiet", "lively"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_library: Path
) -> Iterator[str]:
    """The address of a site with pictures."""
    folder = tmp_path_factory.mktemp("pictured")
    shutil.copy(empty_library, folder / "library.sqlite")
    environment = Environment(folder)
    portfolio = environment.portfolio
    portfolio.init("Looking closely", theme=request.param)
    for name, size in (("wide", WIDE), ("tall", TALL), ("small", SMALL)):
        out = io.BytesIO()
        Image.new("RGB", size, "teal").save(out, "JPEG")
        portfolio.add_file(
            f"{name}.jpg", out.getvalue(), alt="A plane", title=name, visibility="public", tags=["plane"]
        )
    portfolio.build()
    environment.close()
    with serving(portfolio.folder) as address:
        yield address


def shown_before_its_picture(browser: Chromium, address: str, width: int) -> Tab:
    """Return the page as it is while the answer to the picture is still to come."""
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    tab = browser.page(Emulation_setDeviceMetricsOverride=metrics)
    tab.call("Fetch.enable", patterns=[{"resourceType": "Image"}])
    tab.call("Page.navigate", url=address)
    tab.until(
        "document.readyState === 'interactive' && document.querySelector('.shown img') && document.styleSheets[0]"
    )
    return tab


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(("name", "size"), [("wide", WIDE), ("tall", TALL), ("small", SMALL)])
def test_nothing_moves_when_a_picture_comes(
    browser: Chromium, site: str, name: str, size: tuple[int, int], width: int
) -> None:
    tab = shown_before_its_picture(browser, f"{site}work/{name}/", width)
    before = tab.js(BOX)
    tab.call("Fetch.disable")
    tab.until("document.readyState === 'complete' && document.querySelector('.shown img').naturalWidth")

    (wide, high, _top), _foot = after = tab.js(BOX)
    moved = [
        abs(one - other) for old, new in zip(before, after, strict=True) for one, other in zip(old, new, strict=True)
    ]
    assert max(moved) <= 1, (before, after)  # sizes of a picture differ by less than a pixel in their proportions
    assert 0 < wide <= min(size[0], width), "it is as wide as it is, or as there is room"
    assert 0 < high <= min(size[1], 800 * 9 // 10)
    assert tab.js("getComputedStyle(document.querySelector('.shown img')).objectFit") == "contain"
