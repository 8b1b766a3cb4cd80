"""Choosing what is shown, and to whom."""

import datetime as dt
import random

import pytest

from ple.library import InvalidInput, Library, NotFound
from ple.portfolio import Portfolio, Visibility
from tests.portfolio.conftest import Shelf


def test_what_is_put_in_is_private_and_takes_title_and_tags_of_its_source(portfolio: Portfolio, shelf: Shelf) -> None:
    artifact = portfolio.add(shelf.put("Why spacing works", tags=["memory"]), why="An experiment.")

    assert artifact.visibility is Visibility.PRIVATE
    assert (artifact.title, artifact.tags, artifact.why) == ("Why spacing works", {"memory"}, "An experiment.")
    assert artifact.url is None
    assert artifact.address is None
    assert portfolio.artifacts() == [artifact]


def test_a_thing_is_put_in_once(portfolio: Portfolio, shelf: Shelf) -> None:
    source = shelf.put("Once")
    artifact = portfolio.add(source)
    with pytest.raises(InvalidInput, match="already") as said:
        portfolio.add(source)
    assert f"edit {artifact.id}" in (said.value.hint or "")


def test_an_artifact_cannot_be_shown_by_another(portfolio: Portfolio, shelf: Shelf) -> None:
    with pytest.raises(NotFound):
        portfolio.add(portfolio.add(shelf.put("One")).id)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        pytest.param({"visibility": "draft"}, "visibility", id="a visibility that does not exist"),
        pytest.param({"visibility": "false"}, "visibility", id="a boolean in words, quartz 1244"),
        pytest.param({"title": "x" * 501}, "title", id="a title without end"),
        pytest.param({"made_on": "yesterday"}, "made on", id="a date that is none"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    portfolio: Portfolio, shelf: Shelf, values: dict[str, str], says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        portfolio.add(shelf.put("One"), **values)
    assert portfolio.artifacts() == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("you.example.org/a", "https://you.example.org/a/", id="a folder"),
        pytest.param("https://You.example.org/index.html", "https://you.example.org/", id="copied from the browser"),
        pytest.param("https://you.example.org/my site", "https://you.example.org/my%20site/", id="a blank"),
        pytest.param("https://münchen.example/ü%20/", "https://xn--mnchen-3ya.example/%C3%BC%20/", id="not in ASCII"),
        pytest.param('https://you.example.org/<b>"', "https://you.example.org/%3Cb%3E%22/", id="no part of a tag"),
    ],
)
def test_the_address_of_a_site_is_written_as_links_write_it(portfolio: Portfolio, given: str, kept: str) -> None:
    assert portfolio.init(url=given).url == kept


def test_no_password_goes_to_every_page_in_the_address_of_the_site(portfolio: Portfolio) -> None:
    with pytest.raises(InvalidInput, match="no name and password") as caught:
        portfolio.init(url="https://me:secret@cloud.example/site/")
    assert "secret" not in str(caught.value)


def test_an_unknown_visibility_in_the_library_is_private(portfolio: Portfolio, shelf: Shelf, library: Library) -> None:
    from ple.portfolio.models import ArtifactRow

    artifact = portfolio.add(shelf.put("Sealed words"), visibility="public")
    with library.writing() as tx:
        tx.update(ArtifactRow, [artifact.id], visibility="friends")
    assert portfolio.artifact(artifact.id).visibility is Visibility.PRIVATE
    portfolio.build()
    assert not list(portfolio.folder.glob("work/*/"))


def test_editing_changes_what_is_given_and_keeps_the_rest(portfolio: Portfolio, shelf: Shelf, library: Library) -> None:
    artifact = portfolio.add(shelf.put("One"), why="Because", page="Essays", made_on=dt.date(2025, 5, 1))
    changed = portfolio.edit(artifact.id, why="For another reason", page="", tags=["new"])

    assert (changed.why, changed.page, changed.tags) == ("For another reason", "", {"new"})
    assert changed.made_on == dt.date(2025, 5, 1)
    assert library.revisions(artifact.id)[0].said["why"] == "Because"

    library.undo()
    assert portfolio.artifact(artifact.id) == artifact


def test_things_stand_in_the_learners_order(portfolio: Portfolio, shelf: Shelf) -> None:
    ids = [portfolio.add(shelf.put(title)).id for title in ("One", "Two", "Three")]
    portfolio.edit(ids[2], place=1)
    assert [one.title for one in portfolio.artifacts()] == ["Three", "One", "Two"]


def test_moving_one_thing_leaves_the_others_as_they_are(portfolio: Portfolio, shelf: Shelf, library: Library) -> None:
    ids = [portfolio.add(shelf.put(f"Work {n}")).id for n in range(12)]
    before = {one.id: one.position for one in portfolio.artifacts()}
    portfolio.edit(ids[9], place=3)
    after = {one.id: one.position for one in portfolio.artifacts()}
    assert {id for id in ids if before[id] != after[id]} == {ids[9]}
    library.undo()
    assert {one.id: one.position for one in portfolio.artifacts()} == before


def test_things_stand_where_they_were_put_however_often(portfolio: Portfolio, shelf: Shelf) -> None:
    order = [portfolio.add(shelf.put(f"Work {n}")).id for n in range(5)]
    pick = random.Random(3)
    for step in range(24):
        # the same gap again and again, until it is full, and any place at all
        id, place = (order[0], 3) if step < 14 else (pick.choice(order), pick.randrange(1, 9))
        portfolio.edit(id, place=place)
        order.remove(id)
        order.insert(place - 1, id)
        assert [one.id for one in portfolio.artifacts()] == order


def test_an_artifact_is_found_by_what_it_shows(portfolio: Portfolio, shelf: Shelf) -> None:
    source = shelf.put("One")
    artifact = portfolio.add(source)
    assert portfolio.artifact(source) == artifact
    with pytest.raises(NotFound):
        portfolio.artifact(shelf.put("Two"))


def test_taking_out_goes_to_the_trash_and_comes_back_by_undo(
    portfolio: Portfolio, shelf: Shelf, library: Library
) -> None:
    source = shelf.put("One")
    artifact = portfolio.add(source)
    assert portfolio.remove([artifact.id]) == 1
    assert portfolio.artifacts() == []
    again = portfolio.add(source)
    assert again.id != artifact.id
    portfolio.remove([again.id])
    library.undo()
    assert portfolio.artifacts() == [again]


def test_the_address_is_told_when_it_answers(portfolio: Portfolio, shelf: Shelf, library: Library) -> None:
    source = shelf.put("Why spacing works")
    artifact = portfolio.add(source)
    assert portfolio.address_of(artifact.id) is None

    portfolio.edit(artifact.id, visibility="public")
    assert portfolio.address_of(artifact.id) is None, "nothing stands there yet"

    portfolio.build()
    expected = "https://ada.example.org/portfolio/work/why-spacing-works/"
    assert portfolio.address_of(artifact.id) == portfolio.address_of(source) == expected

    portfolio.init(url="")
    assert portfolio.address_of(artifact.id) is None

    portfolio.init(url="https://elsewhere.example")
    assert portfolio.address_of(artifact.id) == "https://elsewhere.example/work/why-spacing-works/"
    with library.writing() as tx:
        tx.trash(source)
    assert portfolio.address_of(artifact.id) is None
    assert portfolio.address_of(987654) is None


def test_settings_are_kept_and_changed_one_by_one(portfolio: Portfolio) -> None:
    before = portfolio.settings()
    after = portfolio.init(about="I study memory.", language="de-AT")
    assert (after.title, after.author, after.about) == (before.title, "Noor Vance", "I study memory.")
    assert after.url == "https://ada.example.org/portfolio/"
    assert after.uid == before.uid


@pytest.mark.parametrize(
    "values",
    [
        {"url": "javascript:alert(1)"},
        {"url": "https://x.example/?page=1"},
        {"language": 'en" onload="'},
        {"title": ""},
        {"theme": "../../etc"},
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_refused(portfolio: Portfolio, values: dict[str, str]) -> None:
    from ple.library import PleError

    before = portfolio.settings()
    with pytest.raises(PleError):
        portfolio.init(**values)
    assert portfolio.settings() == before


def test_an_artifact_whose_source_is_deleted_for_good_stays_without_it(
    portfolio: Portfolio, shelf: Shelf, library: Library
) -> None:
    source = shelf.put("Gone for good")
    artifact = portfolio.add(source, visibility="public")
    portfolio.build()
    with library.writing() as tx:
        tx.trash(source)
    library.empty_trash()
    left = portfolio.artifact(artifact.id)
    assert left.source_id is None
    assert left.source_kind is None
    assert left.url is None
    portfolio.build()
    assert "has withdrawn" in (portfolio.folder / "work/gone-for-good/index.html").read_text()


def test_documents_say_what_the_learner_said(portfolio: Portfolio, shelf: Shelf) -> None:
    artifact = portfolio.add(shelf.put("One", tags=["x"]), why="Because", reflection="I learned.", page="Essays")
    (document,) = portfolio.documents([artifact.id, 999])
    assert (document.kind, document.title, document.container) == ("artifact", "One", "Essays")
    assert "Because" in document.text
    assert "I learned." in document.text
    assert document.flags == {"private"}
    assert document.tags == {"x"}
