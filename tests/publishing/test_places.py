"""Publishing to real servers: only changes go over the wire, a cut is gone on with, and visitors see a whole site."""

import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from ple.portfolio.publishing import ForeignFiles, NoSecret, PublishError, UnknownServer
from tests.publishing.conftest import Learner
from tests.publishing.hosts import ALL, Host, s3, sftp, shown, webdav
from tests.publishing.visitor import broken

EVERYTHING = bool(os.environ.get("PLE_TEST_ALL"))
"""PLE_TEST_ALL=1: each test on each server, and the visitor looks after every file; otherwise after every sixth."""
EACH = pytest.mark.parametrize("host", ALL, indirect=True)
ONE = pytest.mark.parametrize("host", ALL if EVERYTHING else [s3], indirect=True)
SLOW = pytest.mark.skipif(not EVERYTHING, reason="PLE_TEST_ALL=1 runs it")


@pytest.fixture
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    folder = tmp_path / "served"
    folder.mkdir()
    with request.param(folder) as made:
        yield made


def watched(host: Host) -> list[list[str]]:
    """Let a visitor look at the site while it changes; return what they find broken each time."""
    looked: list[list[str]] = []
    count = itertools.count()

    def look() -> None:
        if EVERYTHING or next(count) % 6 == 0:
            looked.append(broken(host.files()))

    host.server.changed = look
    return looked


@EACH
def test_the_site_is_published_and_then_only_what_changed(learner: Learner, host: Host) -> None:
    name = host.target(learner)
    looked = watched(host)
    seen = learner.publishing.preview(name)
    assert {file.path for file in seen.new} >= {"index.html", "work/sleep/index.html"}
    assert all(file.size for file in seen.new)
    assert shown(host) == {}, "looking changes nothing"

    first = learner.publishing.publish(name)
    assert shown(host) == learner.site
    assert first.works == 3
    before = host.written()
    assert not learner.publishing.publish(name)
    assert host.written() == before, "nothing changed, nothing was sent"

    learner.change()
    again = learner.publishing.publish(name)
    assert shown(host) == learner.site
    assert "work/naps/index.html" in {file.path for file in again.new}
    assert "work/spaced-practice/index.html" in {file.path for file in again.changed}
    assert {file.path for file in again.gone} == {"tags/body/feed.rss"}
    assert len(again.new) + len(again.changed) < len(learner.site)
    assert host.written() - before <= len(again.new) + len(again.changed) + 3

    learner.withdraw()
    learner.publishing.publish(name)
    assert shown(host) == learner.site
    assert looked
    assert not [one for one in looked if one]


@ONE
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of files that a server left open
def test_a_cut_at_any_byte_is_gone_on_with(learner: Learner, host: Host) -> None:
    name = host.target(learner)
    learner.publishing.publish(name)
    host.wire.cut_after(None)
    learner.change()
    learner.portfolio.init(title="Another title")  # every page changes
    looked = watched(host)
    chance = random.Random(7)
    for _ in range(20 if EVERYTHING else 2):
        learner.client.close()
        host.wire.cut_after(chance.randrange(2_000, 60_000))
        try:
            learner.publishing.publish(name)
        except PublishError:
            assert host.wire.cut
        assert broken(host.files()) == []
    host.wire.cut_after(None)
    learner.client.close()
    learner.publishing.publish(name)
    assert shown(host) == learner.site
    assert not [one for one in looked if one]
    assert not [path for path in host.files() if ".ple-part-" in path], "nothing is left on its way"


@ONE
def test_files_of_others_are_not_touched(learner: Learner, host: Host) -> None:
    host.put("index.html", b"mine, by hand")
    host.put("notes/diary.txt", b"mine too")
    name = host.target(learner)
    with pytest.raises(ForeignFiles, match=r"index\.html"):
        learner.publishing.publish(name)
    assert shown(host) == {"index.html": b"mine, by hand", "notes/diary.txt": b"mine too"}

    done = learner.publishing.publish(name, adopt=True)
    assert done.replaced == ("index.html",)
    assert shown(host) == learner.site | {"notes/diary.txt": b"mine too"}

    learner.portfolio.edit(learner.ids[0], tags=["practice"])
    host.put("tags/memory/index.html", b"somebody changed this page by hand")
    learner.portfolio.edit(learner.ids[1], tags=["body"])
    learner.publishing.publish(name)
    assert shown(host)["notes/diary.txt"] == b"mine too"


@SLOW
@ONE
def test_the_addresses_are_written_down_with_the_works(learner: Learner, host: Host) -> None:
    name = host.target(learner)
    assert learner.publishing.publications() == []
    learner.publishing.publish(name)
    found = {one.title: one for one in learner.publishing.publications()}
    assert found["Sleep"].url == "https://ada.example.org/portfolio/work/sleep/"
    assert found["For my tutor"].url.startswith("https://ada.example.org/portfolio/u/")
    learner.withdraw()
    learner.publishing.publish(name)
    (sleep,) = learner.publishing.publications(learner.ids[1])
    assert sleep.withdrawn_at is not None


@SLOW
@ONE
def test_two_portfolios_do_not_fit_in_one_place(
    learner: Learner, host: Host, tmp_path: Path, empty_library: Path
) -> None:
    import shutil

    from ple.environment import Environment

    learner.publishing.publish(host.target(learner))
    (tmp_path / "other").mkdir()
    shutil.copy(empty_library, tmp_path / "other/library.sqlite")
    environment = Environment(tmp_path / "other")
    other = Learner(environment.library, tmp_path / "other")
    with pytest.raises(PublishError, match="another library"):
        other.publishing.publish(host.target(other))
    assert shown(host) == learner.site
    other.client.close()
    environment.close()


@ONE
def test_a_wrong_password_is_said_in_a_sentence(learner: Learner, host: Host) -> None:
    name = host.target(learner)
    learner.publishing.keep_secret(name, "wrong")
    with pytest.raises(PublishError) as told:
        learner.publishing.publish(name)
    assert told.value.hint
    learner.publishing.keep_secret(name, "")
    with pytest.raises(PublishError) as none:
        learner.publishing.preview(name)
    assert isinstance(none.value, NoSecret | PublishError)
    assert none.value.hint


def test_a_server_is_not_trusted_before_its_key_is_confirmed(learner: Learner, tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    with sftp(tmp_path / "served") as host:
        name = learner.publishing.keep(host.address, secret=host.secret).name
        with pytest.raises(UnknownServer) as told:
            learner.publishing.preview(name)
        assert told.value.fingerprint == host.fingerprint
        other = "SHA256:" + "A" * 43
        learner.publishing.keep(host.address, fingerprint=other)
        with pytest.raises(PublishError, match="not the server that you confirmed"):
            learner.publishing.preview(name)
        learner.publishing.keep(host.address, fingerprint=told.value.fingerprint)
        assert learner.publishing.preview(name)


def test_a_busy_sftp_server_that_drops_a_connection_is_asked_once_more(learner: Learner, tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    with sftp(tmp_path / "served") as host:
        name = host.target(learner)
        host.wire.dropped = 1
        assert learner.publishing.preview(name)


@SLOW
def test_an_old_sftp_server_that_cannot_replace_is_published_to(learner: Learner, tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    with sftp(tmp_path / "served") as host:
        host.server.renames = False
        name = host.target(learner)
        learner.publishing.publish(name)
        learner.change()
        learner.publishing.publish(name)
        assert shown(host) == learner.site


@SLOW
@pytest.mark.parametrize("lacks", ["infinity", "moves"])
def test_a_webdav_server_that_lacks_something_is_published_to(learner: Learner, tmp_path: Path, lacks: str) -> None:
    (tmp_path / "served").mkdir()
    with webdav(tmp_path / "served") as host:
        setattr(host.server, lacks, False)
        name = host.target(learner)
        learner.publishing.publish(name)
        learner.change()
        learner.publishing.publish(name)
        assert shown(host) == learner.site
        assert not learner.publishing.publish(name)


def test_a_store_is_told_what_each_file_is_and_how_long_it_keeps(learner: Learner, tmp_path: Path) -> None:
    with s3(tmp_path) as host:
        learner.publishing.publish(host.target(learner))
        said = host.server.objects["www/index.html"][1]
        assert said == {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache"}
        styles = next(path for path in host.server.objects if path.endswith(".css"))
        assert host.server.objects[styles][1]["Content-Type"] == "text/css; charset=utf-8"
