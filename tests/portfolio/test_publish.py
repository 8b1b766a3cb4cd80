"""Publishing to a real repository, and leaving with everything."""

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ple.library import InvalidInput, Library
from ple.portfolio import Portfolio
from ple.portfolio.publish import PublishError
from tests.portfolio.conftest import Shelf, tree


@pytest.fixture
def library(sqlite_environment: Any) -> Library:
    library: Library = sqlite_environment.library
    return library


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "pages.git"], check=True)
    return tmp_path / "pages.git"


def on(remote: Path, to: Path, branch: str = "main") -> dict[str, bytes]:
    """Return the files that the host would serve."""
    subprocess.run(["git", "clone", "-q", "-b", branch, remote, to], check=True, stderr=subprocess.DEVNULL)
    return {path: said for path, said in tree(to).items() if not path.startswith(".git/")}


def test_a_branch_gets_the_site_and_only_what_changed_after(
    portfolio: Portfolio, shelf: Shelf, remote: Path, tmp_path: Path
) -> None:
    one = portfolio.add(shelf.put("One", "First"), visibility="public")
    portfolio.add(shelf.put("For my tutor", "hiddenwords"), visibility="unlisted")

    seen = portfolio.publish(str(remote), dry_run=True)
    assert seen.commit is None
    assert "work/one/index.html" in seen.new
    first = portfolio.publish(str(remote))
    assert first.commit
    assert first.held_back == 1
    served = on(remote, tmp_path / "a")
    assert served["work/one/index.html"] == (portfolio.folder / "work/one/index.html").read_bytes()
    assert ".nojekyll" in served
    assert not any(b"hiddenwords" in said for said in served.values())

    assert portfolio.publish(str(remote)).commit is None, "nothing changed"
    portfolio.edit(one.id, why="A reason")
    again = portfolio.publish(str(remote))
    assert "work/one/index.html" in again.changed
    assert again.new == ()
    assert portfolio.publish(str(remote), with_unlisted=True).new[0].startswith("u/")


def test_what_somebody_else_put_there_stays(portfolio: Portfolio, shelf: Shelf, remote: Path, tmp_path: Path) -> None:
    clone = tmp_path / "theirs"
    subprocess.run(["git", "clone", "-q", remote, clone], check=True, stderr=subprocess.DEVNULL)
    (clone / "CNAME").write_text("ada.example.org")
    config = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["add", "CNAME"], [*config, "commit", "-qm", "mine"], ["push", "-q", "origin", "HEAD:pages"]):
        subprocess.run(["git", "-C", clone, *words], check=True)
    portfolio.add(shelf.put("One", tags=["memory"]), visibility="public")
    portfolio.publish(str(remote), branch="pages")
    portfolio.init(title="Another")
    gone = portfolio.publish(str(remote), branch="pages")
    assert gone.gone == ()
    assert on(remote, tmp_path / "b", "pages")["CNAME"] == b"ada.example.org"


@pytest.mark.parametrize("remote_name", ["--upload-pack=touch /tmp/x", "ext::sh -c id", "/nowhere/at/all.git"])
def test_a_repository_that_is_none_is_refused_in_a_sentence(portfolio: Portfolio, remote_name: str) -> None:
    with pytest.raises(PublishError):
        portfolio.publish(remote_name)


def test_the_zip_holds_the_site_and_its_sources(portfolio: Portfolio, shelf: Shelf, tmp_path: Path) -> None:
    portfolio.add(shelf.put("One", "First words"), visibility="public", reflection="I learned.")
    portfolio.add(shelf.put("Kept back", "Mine"))
    count = portfolio.leave(tmp_path / "mine.zip")
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        names = archive.namelist()
        assert len(names) == count
        assert "site/work/one/index.html" in names
        source = next(name for name in names if name.startswith("sources/") and name.endswith("-one.md"))
        assert "First words" in archive.read(source).decode()
        said = json.loads(archive.read("sources/portfolio.json"))
    assert {row["title"] for row in said["artifacts"]} == {"One", "Kept back"}
    with pytest.raises(InvalidInput, match="there already"):
        portfolio.leave(tmp_path / "mine.zip")
