"""Looking at the site on this machine."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ple.portfolio.serve import ServeError, serving


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "work").mkdir(parents=True)
    (folder / "index.html").write_text("home")
    (folder / "work" / "index.html").write_text("work")
    (folder / "404.html").write_text("not here")
    (folder / "feed.atom").write_text("<feed/>")
    (folder / "empty").mkdir()
    (folder / ".ple-portfolio.json").write_text("ours alone")
    (tmp_path / "outside.txt").write_text("secret")
    return folder


def ask(address: str) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers["Content-Type"], answer.read().decode()


def test_pages_are_served_on_this_machine(site: Path) -> None:
    with serving(site) as address:
        assert address.startswith("http://127.0.0.1:")
        assert ask(address) == (200, "text/html; charset=utf-8", "home")
        assert ask(f"{address}work/")[2] == ask(f"{address}work")[2] == "work"
        assert ask(f"{address}feed.atom")[1] == "application/atom+xml; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "empty/",
        ".ple-portfolio.json",
        "work/../.ple-portfolio.json",
        "../outside.txt",
        "%2e%2e/outside.txt",
        "%2eple-portfolio.json",
    ],
)
def test_what_is_no_page_is_not_served(site: Path, path: str) -> None:
    with serving(site) as address:
        assert ask(address + path) == (404, "text/html; charset=utf-8", "not here")


def test_a_port_that_is_taken_and_a_folder_without_a_site_are_told(site: Path, tmp_path: Path) -> None:
    with serving(site) as address:
        port = int(address.rstrip("/").rpartition(":")[2])
        with pytest.raises(ServeError, match=str(port)), serving(site, port):
            pass
    with pytest.raises(ServeError, match="no site"), serving(tmp_path / "elsewhere"):
        pass


def test_a_site_that_will_stand_below_a_path_stands_there_here_too(site: Path) -> None:
    with serving(site, under="/portfolio/") as address:
        assert address.endswith("/portfolio/")
        assert ask(address)[2] == "home"
        assert ask(address.removesuffix("portfolio/"))[2] == "home", "the root leads there"
        assert ask(f"{address}work")[2] == "work"
        assert ask(address.replace("/portfolio/", "/work/"))[0] == 404
