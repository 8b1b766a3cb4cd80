"""An address is for ever once it was published; of what never was, nothing is left: no page, no word, no line."""

import io
import os
import random
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ple.library import NotFound
from ple.portfolio.build import MANIFEST
from tests.portfolio.conftest import all_of, tree
from tests.publishing.conftest import Learner
from tests.publishing.hosts import s3

EVERYTHING = bool(os.environ.get("PLE_TEST_ALL"))


@pytest.fixture
def place(learner: Learner, tmp_path: Path) -> Path:
    """Where the learner publishes to."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    learner.publishing.keep(str(remote), with_unlisted=True)
    return remote


def there(place: Path) -> dict[str, str]:
    """Return what was published, by its path."""
    packed = subprocess.run(["git", "-C", str(place), "archive", "main"], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        members = [(one.name, files.extractfile(one)) for one in files if one.isfile()]
        read = {name: file.read().decode("utf-8", "replace") for name, file in members if file is not None}
    return {name: said for name, said in read.items() if not name.startswith(".")}


def lines(learner: Learner) -> set[str]:
    """Return the ledger."""
    from ple.portfolio.addresses import ledger_of

    with learner.portfolio._shelf.library.reading() as statements:
        return {line.address for line in ledger_of(statements)}


@pytest.mark.parametrize("taken_back", ["private", "unlisted", "removed", "undone"] if EVERYTHING else ["private"])
def test_nothing_is_left_of_what_was_public_in_a_build_alone(learner: Learner, place: Path, taken_back: str) -> None:
    portfolio = learner.portfolio
    id = learner.show("Zugunruhe diary", "Words.", tags=["quernstone"])
    portfolio.edit(id, page="Umbrage", skills=["Ferrule"])
    portfolio.build()
    assert "Zugunruhe" in all_of(portfolio.folder)
    if taken_back == "removed":
        portfolio.remove([id])
    elif taken_back == "undone":
        portfolio._library.undo()  # the page and the skill
        portfolio._library.undo()  # the work
    else:
        portfolio.edit(id, visibility=taken_back)

    learner.publishing.publish()

    public = {path: said for path, said in there(place).items() if not path.startswith("u/")}
    for word in ("zugunruhe", "quernstone", "umbrage", "ferrule"):
        assert word not in "\n".join(f"{path}\n{said}" for path, said in public.items()).lower(), word
        assert not [address for address in lines(learner) if word in address]
    assert tree(portfolio.folder).keys() - {MANIFEST} == there(place).keys()
    unlisted = [path for path, said in there(place).items() if "Zugunruhe" in said]
    assert len(unlisted) == (taken_back == "unlisted")


def test_what_was_published_once_says_for_ever_that_it_was_withdrawn(learner: Learner, place: Path) -> None:
    id = learner.show("Zugunruhe diary", "Words.", tags=["quernstone"])
    learner.publishing.publish()
    learner.portfolio.edit(id, title="Something else", visibility="private")
    learner.publishing.publish()
    assert "withdrawn" in there(place)["work/zugunruhe-diary/index.html"]
    assert "tags/quernstone/index.html" in there(place)
    learner.portfolio.edit(id, visibility="public")
    learner.publishing.publish()
    assert "Something else" in there(place)["work/zugunruhe-diary/index.html"]


def test_an_address_follows_its_title_until_it_is_published(learner: Learner, place: Path) -> None:
    portfolio = learner.portfolio
    id = learner.show("Zugunruhe diary", "Words.")
    portfolio.build()
    assert portfolio.artifact(id).address == "work/zugunruhe-diary/"
    assert not portfolio.artifact(id).published
    portfolio.edit(id, title="Half forgotten")  # as another is called
    portfolio.edit(learner.ids[2], visibility="public")
    portfolio.build()
    assert portfolio.artifact(id).address == "work/half-forgotten/"
    assert portfolio.artifact(learner.ids[2]).address == "work/for-my-tutor/"

    learner.publishing.publish()
    assert portfolio.artifact(id).published
    portfolio.edit(id, title="A third title")
    learner.publishing.publish()
    assert portfolio.artifact(id).address == "work/half-forgotten/"
    assert not [path for path in there(place) if "zugunruhe" in path]
    assert sum(path.startswith("u/") for path in there(place)) == 1, "no page leads on from what nobody had"


def test_what_was_cut_while_it_was_sent_counts_as_published(learner: Learner, tmp_path: Path) -> None:
    class Cut(Exception):
        pass

    def told(_done: int, _of: int) -> None:
        raise Cut

    (tmp_path / "served").mkdir()
    with s3(tmp_path / "served") as host:
        name = host.target(learner)
        with pytest.raises(Cut):
            learner.publishing.publish(name, told=told)
        learner.portfolio.edit(learner.ids[0], visibility="private")
        learner.publishing.publish(name)
        assert "withdrawn" in host.files()["work/spaced-practice/index.html"].decode()


def test_unlisted_pages_that_were_held_back_are_not_published(learner: Learner, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    learner.publishing.keep(str(tmp_path / "remote.git"), with_unlisted=False)
    learner.publishing.publish()
    assert not learner.portfolio.artifact(learner.ids[2]).published
    assert learner.portfolio.artifact(learner.ids[0]).published


@pytest.mark.parametrize("by_hand", ["a folder of its own", "a repository", "an address on the web", "an export"])
def test_what_may_be_carried_to_the_web_by_hand_keeps_its_address(
    learner: Learner, tmp_path: Path, by_hand: str
) -> None:
    portfolio, folder = learner.portfolio, learner.portfolio.folder
    if by_hand != "an address on the web":
        learner.publishing.keep(str(tmp_path / "remote.git"))  # but that is not what happens
    if by_hand == "a folder of its own":
        folder = tmp_path / "pages"
    elif by_hand == "a repository":
        (folder / ".git").mkdir(parents=True)
    portfolio.build(folder)
    if by_hand == "an export":
        portfolio.leave(tmp_path / "export.zip", "site")
    portfolio.edit(learner.ids[0], visibility="private")
    portfolio.build(folder)
    assert "withdrawn" in (folder / "work/spaced-practice/index.html").read_text()


def test_without_any_place_on_the_web_nothing_is_left_either(learner: Learner) -> None:
    learner.portfolio.init(url="")
    learner.portfolio.build()
    learner.portfolio.edit(learner.ids[0], visibility="private")
    learner.portfolio.build()
    assert "spaced-practice" not in all_of(learner.portfolio.folder)


def test_what_is_published_while_a_build_forgets_it_is_kept(learner: Learner, place: Path) -> None:
    from ple.portfolio.addresses import keep, ledger_of, went_out

    learner.portfolio.build()
    library = learner.portfolio._shelf.library
    with library.reading() as statements:
        ledger = ledger_of(statements, loose=True)
    ledger.forget(set())
    went_out(library, with_unlisted=True)
    keep(library, ledger)
    assert "work/spaced-practice/" in lines(learner)


def test_every_address_that_was_published_is_there_in_each_later_publication(learner: Learner, place: Path) -> None:
    pick = random.Random(7)
    portfolio = learner.portfolio
    for number in range(6):
        learner.show(f"Work {number}", "Words.", tags=[f"t{number}"])
    sources = list(learner.shelf.says)

    def of(source: int) -> int:
        try:
            return portfolio.artifact(source).id
        except NotFound:
            return portfolio.add(source, visibility=pick.choice(["public", "unlisted"])).id

    steps: list[Callable[[int], object]] = [
        lambda id: portfolio.edit(id, title=f"Title {pick.randrange(10**6)}"),
        lambda id: portfolio.edit(id, tags=pick.sample(["a", "b", "c", f"only {id}"], 2), page=pick.choice("PQ")),
        lambda id: portfolio.edit(id, visibility=pick.choice(["public", "private", "unlisted"])),
        lambda id: portfolio.remove([id]),
        lambda _id: portfolio.build(),
    ]
    ever: set[str] = set()
    for step in range(500 if EVERYTHING else 12):
        pick.choice(steps)(of(pick.choice(sources)))
        if step % 6 == 5:
            learner.publishing.publish()
            pages = {path for path in there(place) if path.endswith(".html")}
            ever |= pages
            assert ever <= pages
            assert {f"{address}index.html" for address in lines(learner)} <= pages
    assert len(ever) > 10
