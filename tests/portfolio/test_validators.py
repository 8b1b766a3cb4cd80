"""Every kind of page, in both themes, before the judges that browsers, readers and crawlers bring with them.

What needs more than Python is judged where PLE_VALIDATORS names a folder with the tools (see judges.py):

    PLE_VALIDATORS=/some/folder pytest tests/portfolio/test_validators.py

The demo's site and one of a thousand pages are judged by `python tests/portfolio/validate.py demo 1000`.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ple.portfolio.build import build
from ple.portfolio.serve import serving
from ple.portfolio.theme import Theme
from ple.portfolio.trial import sample, try_theme
from tests.portfolio import judges

BASE = "https://example.org/site/"
TOOLS = Path(os.environ.get("PLE_VALIDATORS", "/nowhere"))


@pytest.fixture(scope="module", params=["quiet", "lively"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[judges.Case]:
    folder = tmp_path_factory.mktemp(request.param) / "site"
    build(folder, sample(Theme(request.param)).pages(), lambda: None)
    with serving(folder) as address:
        yield judges.Case(folder, BASE, TOOLS, address)


def faults(judge: Callable[[judges.Case], list[str]], case: judges.Case) -> list[str]:
    try:
        return judge(case)
    except judges.Absent as absent:
        pytest.skip(str(absent))


@pytest.mark.parametrize("name", ["quiet", "lively"])
def test_our_themes_pass_the_trial_that_we_give_to_authors(name: str) -> None:
    assert try_theme(Theme(name)) == []


@pytest.mark.parametrize("judge", judges.PLAIN, ids=lambda judge: judge.__name__)
def test_a_judge_finds_nothing(judge: Callable[[judges.Case], list[str]], case: judges.Case) -> None:
    assert faults(judge, case) == []


@pytest.mark.parametrize(
    "judge", [judges.html_css_and_svg, judges.rules_of_documents, judges.links_by_lychee], ids=lambda one: one.__name__
)
def test_a_tool_of_others_finds_nothing(judge: Callable[[judges.Case], list[str]], case: judges.Case) -> None:
    assert faults(judge, case) == []


@pytest.mark.browser
def test_axe_finds_nothing_in_either_scheme_at_either_width(case: judges.Case) -> None:
    assert faults(judges.accessibility, case) == []


@pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="PLE_TEST_ALL is not set: ten seconds a page")
@pytest.mark.browser
def test_lighthouse_gives_95_of_100_at_least(case: judges.Case) -> None:
    # the sample says that it is elsewhere, so its canonical addresses lead away from what Lighthouse sees
    assert [one for one in faults(judges.lighthouse, case) if "seo" not in one] == []


def test_judges_see_what_is_wrong(tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(site, sample(Theme("quiet")).pages(), lambda: None)
    page = site / "work/half-forgotten/index.html"
    html = page.read_text()
    broken = {
        judges.links: html.replace('href="../../tags/', 'href="../../nowhere/'),
        judges.nothing_active: html.replace("<main", "<main onclick='x()'"),
        judges.what_machines_read: html.replace('property="og:url"', ""),
        judges.microformats: html.replace("h-entry", "entry"),
    }
    for judge, said in broken.items():
        page.write_text(said)
        assert judge(judges.Case(site, BASE)), judge.__name__
    page.write_text(html)
    (site / "sitemap.xml").write_text((site / "sitemap.xml").read_text().replace("work/half-forgotten/", "u/x/"))
    (site / "feed.atom").write_text((site / "feed.atom").read_text().replace("<updated>", "<when>"))
    assert judges.sitemap(judges.Case(site, BASE))
    assert judges.feeds(judges.Case(site, BASE))
