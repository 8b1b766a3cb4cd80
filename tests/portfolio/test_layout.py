"""How pages are laid out, in a real browser: what is wide scrolls, words stay whole, pictures keep their place."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ple.environment import Environment
from ple.portfolio.serve import serving
from tests.portfolio.chromium import Chromium, Tab, chromium

pytestmark = pytest.mark.browser
WIDE, TALL, SMALL = (1800, 1200), (900, 2400), (240, 160)
WIDE_TEXT = f"""{"Nothing of this fits on a telephone. " * 3}

{"| considerable " * 12}|
{"|---" * 12}|
{"| remarkable " * 12}|

$$\\sum_{{i=1}}^{{n}} {" + ".join(f"a_{{{n}}}" for n in range(30))}$$

Within a line: ${" + ".join(f"b_{{{n}}}" for n in range(30))}$, and short: $x^2$.

```python
x = [{", ".join(map(str, range(200)))}]
```
"""
ARABIC = """نص عن التعلم.

> اقتباس

- أولا

```python
x = [1, 2]
```
"""
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
    for title, text in (("Breadth", WIDE_TEXT), ("Rightward", ARABIC)):
        written = environment.journal.write(text, title=title)
        portfolio.add(written.id, visibility="public", skills=["Measuring", "Looking"], why=text[:8])
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


@pytest.mark.parametrize(
    ("name", "size", "width"), [("wide", WIDE, 390), ("tall", TALL, 390), ("tall", TALL, 1280), ("small", SMALL, 1280)]
)
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


def page(browser: Chromium, address: str, width: int, **settings: Any) -> Tab:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    return browser.page(address, Emulation_setDeviceMetricsOverride=metrics, **settings)


def test_what_is_wide_scrolls_by_itself_and_words_stay_whole(browser: Chromium, site: str) -> None:
    tab = page(browser, f"{site}work/breadth/", 320)
    assert tab.js("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") == 0
    lines = "const all = document.createRange(); all.selectNodeContents(one); return all.getClientRects().length;"
    assert set(tab.js(f"[...document.querySelectorAll('th, td')].map(one => {{ {lines} }})")) == {1}, "a word is broken"
    found = tab.js(
        "[...document.querySelectorAll('.prose *')].filter(one => one.scrollWidth > one.clientWidth + 1 &&"
        " getComputedStyle(one).overflowX === 'auto').map(one => [one.className || one.localName, one.tabIndex])"
    )
    assert {name for name, _ in found} == {"wide", "pre", "long display", "long"}
    assert {stop for _, stop in found} == {0}, "keys do not get there"
    assert tab.js("document.querySelectorAll('math').length") == 3
    assert tab.js("document.querySelectorAll('.long').length") == 2, "what is short needs no place to stop at"

    # what it is evidence of looks like tags
    first, second = tab.js(
        "[...document.querySelectorAll('#evidence + ul a')].map(one => one.getBoundingClientRect().x)"
    )
    wide = tab.js("document.querySelector('#evidence + ul a').offsetWidth")
    assert second - first - wide >= 4, "they touch"
    assert tab.js("getComputedStyle(document.querySelector('#evidence + ul a')).paddingLeft") != "0px"
    assert tab.js("getComputedStyle(document.querySelector('#evidence + ul')).paddingLeft") == "0px"


def test_a_text_from_right_to_left_is_laid_out_so_and_its_code_is_not(browser: Chromium, site: str) -> None:
    tab = page(browser, f"{site}work/rightward/", 390)

    def style(of: str, what: str) -> str:
        return str(tab.js(f"getComputedStyle(document.querySelector('{of}')).{what}"))

    assert style(".prose", "direction") == "rtl"
    assert (style(".prose pre", "direction"), style(".prose pre", "textAlign")) == ("ltr", "left")
    assert style(".prose code", "direction") == "ltr"
    assert (style("blockquote", "borderLeftWidth"), style("blockquote", "paddingLeft")) == ("0px", "0px")
    assert style("blockquote", "borderRightWidth") != "0px"
    assert (style(".prose ul", "paddingLeft"), style(".why", "borderLeftWidth")) == ("0px", "0px")


def test_where_all_grounds_are_one_a_line_says_where_one_is(browser: Chromium, site: str) -> None:
    colours = {"features": [{"name": "forced-colors", "value": "active"}]}
    tab = page(browser, f"{site}work/", 900, Emulation_setEmulatedMedia=colours)
    here, other = (
        tab.js(f"getComputedStyle(document.querySelector('header nav a{which}')).borderBottomColor")
        for which in ("[aria-current]", ":not([aria-current])")
    )
    assert here != other
