"""Publishing to a real repository."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ple.portfolio.publishing import ForeignFiles, PublishError
from tests.portfolio.conftest import tree
from tests.publishing.conftest import Learner


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "pages.git"], check=True)
    return tmp_path / "pages.git"


def on(remote: Path, to: Path, branch: str = "main") -> dict[str, bytes]:
    """Return the files that the host would serve."""
    subprocess.run(["git", "clone", "-q", "-b", branch, remote, to], check=True, stderr=subprocess.DEVNULL)
    return {path: said for path, said in tree(to).items() if not path.startswith(".git/")}


def test_unlisted_works_are_not_put_where_all_files_are_listed(learner: Learner, remote: Path, tmp_path: Path) -> None:
    first = learner.publishing.publish(learner.publishing.keep(str(remote)).name)
    assert first.commit
    assert first.held_back == 1
    assert first.works == 2, "the unlisted one is not there"
    served = on(remote, tmp_path / "a")
    assert served["index.html"] == learner.site["index.html"]
    assert not any(b"hiddenwords" in said for said in served.values())


def test_only_what_a_place_has_has_an_address_to_hand_in(learner: Learner, remote: Path) -> None:
    learner.portfolio.build()
    first, _second, unlisted = learner.ids
    address_of = learner.portfolio.address_of
    assert address_of(first)
    assert address_of(unlisted), "the learner may have carried it there by hand"
    name = learner.publishing.keep(remote.as_uri()).name
    assert (address_of(first), address_of(unlisted)) == (None, None), "nothing was published there yet"
    learner.publishing.publish(name)
    assert address_of(first)
    assert address_of(unlisted) is None, "it stayed here"
    learner.publishing.keep(remote.as_uri(), with_unlisted=True)
    learner.publishing.publish(name)
    assert address_of(unlisted)


def test_a_repository_remembers_what_was_withdrawn_and_that_is_said(learner: Learner, remote: Path) -> None:
    name = learner.publishing.keep(remote.as_uri()).name
    assert learner.publishing.publish(name).in_history == 0
    learner.portfolio.edit(learner.ids[0], visibility="private")
    assert learner.publishing.preview(name).in_history == 0
    assert learner.publishing.publish(name).in_history == 1
    assert learner.publishing.publish(name).in_history == 0

    def git(*words: str) -> str:
        done = subprocess.run(["git", f"--git-dir={remote}", *words], check=True, capture_output=True, text=True)
        return done.stdout

    assert "Half forgotten" in git("log", "-p", "main")
    git("update-ref", "-d", "refs/heads/main")
    learner.publishing.publish(name)
    assert "Half forgotten" not in git("log", "-p", "main"), "a branch that was deleted begins anew"


@pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="PLE_TEST_ALL=1 runs it: it starts processes")
def test_a_branch_gets_the_site_and_only_what_changed_after(learner: Learner, remote: Path, tmp_path: Path) -> None:
    publishing = learner.publishing
    name = publishing.keep(str(remote)).name
    seen = publishing.preview(name)
    assert seen.commit is None
    assert "work/sleep/index.html" in {file.path for file in seen.new}
    first = publishing.publish(name)
    assert first.commit
    assert first.held_back == 1
    assert first.works == 2, "the unlisted one is not there"
    served = on(remote, tmp_path / "a")
    assert {path: said for path, said in served.items() if not path.startswith(".")} == {
        path: said for path, said in learner.site.items() if not path.startswith("u/") or path == "u/index.html"
    }
    assert ".nojekyll" in served
    assert not any(b"hiddenwords" in said for said in served.values())

    assert publishing.publish(name).commit is None, "nothing changed"
    learner.portfolio.edit(learner.ids[0], why="A reason")
    again = publishing.publish(name)
    assert "work/spaced-practice/index.html" in {file.path for file in again.changed}
    assert again.new == ()
    publishing.keep(str(remote), with_unlisted=True)
    assert publishing.publish(name).new[0].path.startswith("u/")


@pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="PLE_TEST_ALL=1 runs it: it starts processes")
def test_what_somebody_else_put_on_the_branch_stays(learner: Learner, remote: Path, tmp_path: Path) -> None:
    clone = tmp_path / "theirs"
    subprocess.run(["git", "clone", "-q", remote, clone], check=True, stderr=subprocess.DEVNULL)
    (clone / "CNAME").write_text("ada.example.org")
    (clone / "README.md").write_text("Mine")
    (clone / "index.html").write_text("Mine too")
    config = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["add", "."], [*config, "commit", "-qm", "mine"], ["push", "-q", "origin", "HEAD:pages"]):
        subprocess.run(["git", "-C", clone, *words], check=True)
    name = learner.publishing.keep(str(remote), branch="pages").name
    with pytest.raises(ForeignFiles, match=r"index\.html"):
        learner.publishing.publish(name)
    learner.publishing.publish(name, adopt=True)
    learner.change()
    learner.publishing.publish(name)
    served = on(remote, tmp_path / "b", "pages")
    assert served["CNAME"] == b"ada.example.org"
    assert served["README.md"] == b"Mine"
    assert served["index.html"] == learner.site["index.html"]


@pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="PLE_TEST_ALL=1 runs it: it starts processes")
def test_a_push_that_is_refused_changes_nothing_and_the_next_does_all(
    learner: Learner, remote: Path, tmp_path: Path
) -> None:
    name = learner.publishing.keep(str(remote)).name
    learner.publishing.publish(name)
    before = on(remote, tmp_path / "before")
    hook = remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho the disk is full >&2\nexit 1\n")
    hook.chmod(0o755)
    learner.change()
    with pytest.raises(PublishError):
        learner.publishing.publish(name)
    assert on(remote, tmp_path / "during") == before
    hook.unlink()
    learner.publishing.publish(name)
    assert on(remote, tmp_path / "after")["work/naps/index.html"] == learner.site["work/naps/index.html"]


@pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="PLE_TEST_ALL=1 runs it: it starts processes")
def test_a_push_that_is_killed_changes_nothing_and_the_next_does_all(
    learner: Learner, remote: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "portfolio"
    name = learner.publishing.keep(str(remote)).name
    learner.publishing.publish(name)
    before = on(remote, tmp_path / "before")
    fifo = tmp_path / "reached"
    os.mkfifo(fifo)
    hook = remote / "hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\necho here > {fifo}\ncat > /dev/null\nexec sleep 20\n")
    hook.chmod(0o755)
    learner.change()
    script = (
        "import sys; from pathlib import Path; from ple.portfolio.publishing.branch import Branch, blob_of;"
        "from ple.portfolio.publishing.cargo import Cargo; "
        "from types import SimpleNamespace as N; folder = Path(sys.argv[1]);"
        "b = Branch(sys.argv[2], 'main', folder / 'site.git');"
        "f = Cargo(folder / 'site', N(with_unlisted=False), 'git'); h = f.here(b);"
        "b.deploy(h, b.compare(h, sys.argv[3], adopt=False), sys.argv[3], f.content, None)"
    )
    learner.portfolio.build()
    site = str(learner.portfolio.settings().uid)
    words = [sys.executable, "-c", script, str(folder), str(remote), site]
    process = subprocess.Popen(words, start_new_session=True)
    fifo.read_text()  # the push has reached the other side
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert on(remote, tmp_path / "during") == before
    hook.unlink()
    learner.publishing.publish(name)
    assert on(remote, tmp_path / "after")["work/naps/index.html"] == learner.site["work/naps/index.html"]


@pytest.mark.parametrize("remote_name", ["--upload-pack=touch /tmp/x", "ext::sh -c id", "/nowhere/at/all.git"])
def test_a_repository_that_is_none_is_refused_in_a_sentence(learner: Learner, remote_name: str) -> None:
    with pytest.raises(PublishError) as raised:
        learner.publishing.publish(learner.publishing.keep(remote_name).name)
    assert "and the repository exists" not in str(raised.value)  # what git says last tells nothing
