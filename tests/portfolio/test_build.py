"""Building: only what changed, never half, never somebody else's."""

import errno
import gc
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ple.library import DiskFull, Library, PleError
from ple.library.textual import Textual
from ple.portfolio import Portfolio
from ple.portfolio.build import MANIFEST, BuildError, build
from ple.portfolio.frame import Page
from ple.portfolio.memory import Memory, Moved
from ple.portfolio.site import Site
from ple.portfolio.work import Work
from tests.portfolio.conftest import Shelf, short_lists, tree


@pytest.fixture
def library(sqlite_environment: Any) -> Library:
    """Building is the same on every database."""
    library: Library = sqlite_environment.library
    return library


def page(path: str, words: str) -> Page:
    return Page(path, words, lambda: words.encode())


def nothing() -> None:
    pass


def test_a_second_build_touches_nothing(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.add(shelf.put("One", "Text", tags=["memory"]), visibility="public")
    first = portfolio.build()
    before = {p: p.stat() for p in portfolio.folder.rglob("*")}

    second = portfolio.build()

    assert (second.written, second.removed, second.unchanged) == (0, 0, first.written)
    after = {p: p.stat() for p in portfolio.folder.rglob("*")}
    files = [p for p in before if p.is_file()]
    assert [(p, before[p].st_mtime_ns, before[p].st_ino) for p in files] == [
        (p, after[p].st_mtime_ns, after[p].st_ino) for p in files
    ]


def test_two_builds_are_the_same_byte_for_byte(portfolio: Portfolio, shelf: Shelf, tmp_path: Path) -> None:
    for number in range(20):
        text = f"Text {number} mentions #{number} and [[Work {number - 1}]]\n\n```python\nx = {number}\n```"
        visibility = "unlisted" if number % 7 == 3 else "public"
        source = shelf.put(f"Work {number}", text, tags=[f"t{number % 3}"])
        portfolio.add(source, visibility=visibility, page="Essays" if number % 2 else "")
    portfolio.build(tmp_path / "a")
    portfolio.build(tmp_path / "b")
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


@pytest.mark.parametrize("seed", range(2))
def test_an_incremental_build_is_the_same_as_a_clean_one(
    portfolio: Portfolio, shelf: Shelf, library: Library, tmp_path: Path, seed: int
) -> None:
    short_lists(portfolio)
    pick = random.Random(seed)
    sources = [shelf.put(f"Work {n}", f"[[Work {pick.randrange(8)}]] #{n}", tags=["a", f"t{n}"]) for n in range(8)]
    ids = [portfolio.add(source, why=f"Why {source}").id for source in sources]
    steps: list[Callable[[int], object]] = [
        lambda id: portfolio.edit(id, visibility=pick.choice(["public", "public", "unlisted", "private"])),
        lambda id: portfolio.edit(id, title=f"Title {pick.random()}"),
        lambda id: portfolio.edit(id, tags=pick.sample(["a", "b", "c"], 2), page=pick.choice(["", "P", "Q"])),
        lambda id: portfolio.edit(id, place=pick.randrange(1, 9), reflection="[[Work 2]]"),
        lambda _id: portfolio.init(about=f"About {pick.random()}"),
    ]
    ever: set[str] = set()
    for step in range(24):
        pick.choice(steps)(pick.choice(ids))
        if step % 4 == 3:
            portfolio.build()
            portfolio.build(tmp_path / f"clean-{step}")
            assert tree(portfolio.folder) == tree(tmp_path / f"clean-{step}")
            ever |= {path for path in tree(portfolio.folder) if path.endswith(".html")}
            assert ever <= set(tree(portfolio.folder)), "every address that was ever published still answers"


def test_one_change_writes_only_what_shows_it(portfolio: Portfolio, shelf: Shelf) -> None:
    ids = [
        portfolio.add(shelf.put(f"Work {n}", tags=["odd" if n % 2 else "even"]), visibility="public").id
        for n in range(30)
    ]
    portfolio.build()
    before = tree(portfolio.folder)
    portfolio.edit(ids[4], reflection="Now I see.")
    built = portfolio.build()
    after = tree(portfolio.folder)
    changed = {path for path in after if before[path] != after[path]}
    changed.discard("sitemap.xml")  # it tells the second of the change, which may be the same one
    feeds = {f"{at}feed.{kind}" for at in ("", "tags/even/") for kind in ("atom", "rss", "json")}
    assert changed == {"work/work-4/index.html", MANIFEST, *feeds}
    assert 7 <= built.written <= 8


@pytest.mark.parametrize("change", [{"visibility": "private"}, {"reflection": "Another thought."}], ids=str)
def test_a_work_that_changes_while_its_page_is_made_is_not_shown_as_it_was_not(
    portfolio: Portfolio, shelf: Shelf, library: Library, tmp_path: Path, change: dict[str, str]
) -> None:
    id = portfolio.add(shelf.put("One", "Text"), visibility="public").id
    portfolio.build()
    shown = portfolio._shelf.shown
    with Memory(tmp_path / "portfolio" / "site.cache", Textual(library)) as memory:
        memory.catch_up(shown)
        portfolio.edit(id, **change)
        with pytest.raises(Moved, match="changed"):
            memory.whole(id)


def test_a_new_theme_makes_every_page_anew_from_the_library(portfolio: Portfolio, shelf: Shelf, tmp_path: Path) -> None:
    for number in range(40):
        text = f"Text {number} [[Work {number - 1}]]\n\n```python\nx = {number}\n```"
        portfolio.add(shelf.put(f"Work {number}", text, tags=["t"]), visibility="public")
    portfolio.build()
    portfolio.init(theme="lively", title="Another name")
    portfolio.build()
    for cache in (tmp_path / "portfolio").glob("site.cache*"):
        cache.unlink()
    portfolio.build(tmp_path / "clean")
    assert tree(portfolio.folder) == tree(tmp_path / "clean")


def test_a_build_leaves_nothing_to_the_garbage_collector(portfolio: Portfolio, shelf: Shelf) -> None:
    for number in range(3):
        portfolio.add(shelf.put(f"Work {number}", f"[[Work {number - 1}]]", tags=["t"]), visibility="public", page="P")
    gc.collect()
    gc.disable()
    try:
        portfolio.build()
        assert not [one for one in gc.get_objects() if isinstance(one, (Site, Work, Page))]
    finally:
        gc.enable()


def test_what_is_gone_is_removed_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(site, [page("index.html", "home"), page("a/b/index.html", "old"), page("c/index.html", "old")], nothing)
    (site / "c" / "photo.jpg").write_bytes(b"mine")
    (site / "CNAME").write_text("ada.example.org")

    done = build(site, [page("index.html", "home")], nothing)

    assert (done.removed, done.unchanged, done.pages) == (2, 1, 1)
    assert set(tree(site)) == {"index.html", "c/photo.jpg", "CNAME", MANIFEST}
    assert not (site / "a").exists()


def test_a_page_that_somebody_changed_is_mended_but_not_deleted(tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(site, [page("index.html", "home"), page("old.html", "old")], nothing)
    (site / "index.html").write_text("defaced")
    (site / "old.html").write_text("my own words now")
    done = build(site, [page("index.html", "home")], nothing)
    assert (site / "index.html").read_text() == "home"
    assert (site / "old.html").read_text() == "my own words now"
    assert done.kept == ("old.html",)


def test_a_file_of_somebody_else_is_not_written_over(tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(site, [page("index.html", "home")], nothing)
    (site / "robots.txt").write_text("mine")
    for _ in range(2):
        done = build(site, [page("index.html", "home"), page("robots.txt", "ours")], nothing)
        assert (site / "robots.txt").read_text() == "mine"
        assert done.kept == ("robots.txt",)


def test_a_folder_of_other_things_is_refused_and_left_alone(portfolio: Portfolio, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.odt").write_bytes(b"years of work")
    with pytest.raises(BuildError, match=r"thesis\.odt") as said:
        portfolio.build(home)
    assert "empty" in (said.value.hint or "")
    assert tree(home) == {"thesis.odt": b"years of work"}


def test_a_repository_that_will_publish_it_is_no_other_thing(portfolio: Portfolio, tmp_path: Path) -> None:
    (tmp_path / "pages" / ".git").mkdir(parents=True)
    (tmp_path / "pages" / "CNAME").write_text("ada.example.org")
    assert portfolio.build(tmp_path / "pages").pages > 0


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"made_by": "hugo"}', b'{"made_by": "ple portfolio"}'])
def test_a_damaged_manifest_is_refused_in_a_sentence(tmp_path: Path, damage: bytes) -> None:
    site = tmp_path / "site"
    build(site, [page("index.html", "home")], nothing)
    (site / MANIFEST).write_bytes(damage)
    with pytest.raises(BuildError, match="damaged"):
        build(site, [page("index.html", "home")], nothing)


def test_the_manifest_names_no_path(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.add(shelf.put("For my tutor"), visibility="unlisted")
    portfolio.build()
    manifest = (portfolio.folder / MANIFEST).read_text()
    (unlisted,) = (p.name for p in (portfolio.folder / "u").iterdir() if p.is_dir())
    assert unlisted not in manifest
    assert "html" not in manifest


def test_a_template_that_fails_leaves_the_old_site(tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(site, [page("index.html", "home"), page("b.html", "b")], nothing)
    before = tree(site)

    def fails() -> bytes:
        raise BuildError("the template fails")

    with pytest.raises(BuildError, match="template fails"):
        build(site, [page("index.html", "new"), Page("b.html", "new", fails)], nothing)
    assert tree(site) == before


def test_a_ledger_that_cannot_be_kept_leaves_the_old_site(tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(site, [page("index.html", "home")], nothing)

    def fails() -> None:
        raise PleError("the library is busy")

    with pytest.raises(PleError, match="busy"):
        build(site, [page("index.html", "new")], fails)
    assert (site / "index.html").read_text() == "home"


def test_a_full_disk_at_any_write_is_told_and_the_next_build_heals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    old = [page(f"{n}.html", f"old {n}") for n in range(4)]
    new = [page(f"{n}.html", f"new {n}") for n in range(1, 6)]
    real = os.replace
    for failing in range(7):
        build(site, old, nothing)
        moves = iter(range(100))

        def replace(a: Any, b: Any, moves: Any = moves, failing: int = failing) -> None:
            if next(moves) == failing:
                raise OSError(errno.ENOSPC, "No space left on device")
            real(a, b)

        monkeypatch.setattr(os, "replace", replace)
        with pytest.raises(DiskFull):
            build(site, new, nothing)
        monkeypatch.setattr(os, "replace", real)
        done = build(site, new, nothing)
        assert {path: body for path, body in tree(site).items() if path != MANIFEST} == {
            f"{n}.html": f"new {n}".encode() for n in range(1, 6)
        }
        assert done.kept == ()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_build_killed_at_any_moment_is_healed_by_the_next(tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    new = [page(f"{n % 7}/{n}.html", f"new {n}") for n in range(5, 60)]
    build(clean, new, nothing)
    pick = random.Random(7)
    for round in range(12):
        site = tmp_path / f"site-{round}"
        if round % 5:
            build(site, [page(f"{n % 7}/{n}.html", f"old {n}") for n in range(50)], nothing)
        child = os.fork()
        if child == 0:
            try:
                build(site, new, nothing)
            finally:
                os._exit(0)
        time.sleep(pick.random() * 0.02)  # not to wait for anything: to die somewhere
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

        assert build(site, new, nothing).kept == ()
        assert tree(site) == tree(clean)


@pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="PLE_TEST_ALL is not set: a second for each kill")
def test_a_process_killed_in_a_build_leaves_the_old_site_or_one_that_the_next_mends(
    library: Library, tmp_path: Path
) -> None:
    from ple.environment import Environment

    folder = tmp_path / "library"
    environment = Environment(folder)
    environment.portfolio.init("Learning in public", "https://ada.example.org/")
    ids = []
    for number in range(150):
        entry = environment.journal.write(f"Text {number}\n\n```python\nx = {number}\n```", title=f"Work {number}")
        ids.append(environment.portfolio.add(entry.id, visibility="public", tags=[f"t{number % 9}"]).id)
    code = f"from pathlib import Path; from ple.environment import Environment as E; E(Path({str(folder)!r})).portfolio"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"{code}.build()"], check=True)
    took = time.perf_counter() - began
    site, pick = environment.portfolio.folder, random.Random(2)
    for round in range(20):
        if round % 4 == 0:
            shutil.rmtree(site)
        for id in pick.sample(ids, 20):
            environment.portfolio.edit(
                id, title=f"Title {pick.random()}", visibility=pick.choice(["public", "unlisted"])
            )
        before = tree(site) if site.exists() else {}
        child = subprocess.Popen([sys.executable, "-c", f"{code}.build()"])
        time.sleep(took * (0.3 + 0.7 * pick.random()))  # not to wait for anything: to die somewhere
        child.kill()
        child.wait()
        after = tree(site) if site.exists() else {}
        shown = {path: said for path, said in after.items() if not path.startswith(".ple-")}
        whole = {path for path, said in shown.items() if path.endswith(".html") and not said.endswith(b"</html>\n")}
        assert not whole, "no page is ever half"
        assert shown.keys() >= {path for path in before if not path.startswith(".ple-")}
        assert environment.portfolio.build().kept == ()
        environment.portfolio.build(tmp_path / f"clean-{round}")
        assert tree(site) == tree(tmp_path / f"clean-{round}")
    environment.close()


def test_two_builds_at_once_do_not_mix(tmp_path: Path) -> None:
    site = tmp_path / "site"
    refused: list[PleError] = []

    def another() -> None:
        try:
            build(site, [page("other.html", "other")], nothing)
        except BuildError as error:
            refused.append(error)

    build(site, [page("index.html", "home")], another)
    assert "another build" in str(refused[0])
    assert set(tree(site)) == {"index.html", MANIFEST}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BuildError, match="cannot be built"):
        build(tmp_path / "file", [page("index.html", "home")], nothing)
    with pytest.raises(BuildError):
        build(tmp_path / "file" / "below", [page("index.html", "home")], nothing)


def test_the_manifest_is_one_document(tmp_path: Path) -> None:
    build(tmp_path / "site", [page("index.html", "home")], nothing)
    assert len(json.loads((tmp_path / "site" / MANIFEST).read_text())["files"]) == 1
