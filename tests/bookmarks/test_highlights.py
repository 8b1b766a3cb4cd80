import datetime as dt
import json

import pytest

from ple.bookmarks.annotations import CONTEXT_URL
from ple.bookmarks.highlights import NewHighlight
from ple.bookmarks.models import BookmarkRow, HighlightRow
from ple.library import InvalidInput, NotFound

WORDS = "step by small step, until it rests"
SENTENCE = f"Gradient descent walks downhill on a surface of errors, {WORDS}. "
PAGE = """<!doctype html><html><head><title>Descent</title></head><body><article><h1>Descent</h1>
<p>{first}</p><p>{more}</p></article></body></html>"""
HTML = {"Content_Type": "text/html; charset=utf-8"}


@pytest.fixture
def highlights(environment):
    return environment.highlights


@pytest.fixture
def page(environment, publisher):
    url = publisher.publish("/a", PAGE.format(first=SENTENCE, more="The rate says how long a step is. " * 20), **HTML)
    return environment.bookmarks.save(url, note="my own secret note").bookmark


def text_of(environment, id):
    return environment.document(id).quotable


def test_marked_words_know_where_they_stand(environment, highlights, page):
    made = highlights.add(page.id, "Step by  SMALL step … it rests", note="**Why?**", color="green", tags=["maths"])

    assert (made.quote, made.state, made.color, made.note) == (WORDS, "anchored", "green", "**Why?**")
    assert text_of(environment, page.id)[made.start : made.end] == WORDS
    assert made.prefix.endswith("a surface of errors, ")
    assert "secret" not in made.prefix
    assert (made.source_title, made.url, made.tags) == ("Descent", page.url, frozenset({"maths"}))
    assert [one.id for one in highlights.highlights(page.id)] == [made.id]


def test_a_journal_entry_can_be_marked_too(environment, highlights):
    entry = environment.journal.write("Today I understood why momentum helps against narrow valleys.")

    made = highlights.add(entry.id, "momentum helps")

    assert environment.document(entry.id).text[made.start : made.end] == "momentum helps"
    assert made.url is None


def test_words_that_are_not_in_the_text_are_refused_with_the_nearest(highlights, page):
    with pytest.raises(InvalidInput, match="not in “Descent”"):
        highlights.add(page.id, "elephants in the room")

    kept = highlights.add(page.id, "elephants in the room", anyway=True)
    assert (kept.state, kept.start) == ("orphaned", None)


@pytest.mark.parametrize(("colour", "tag"), [("mauve", "x"), ("", " , ")])
def test_a_colour_or_tag_that_is_none_is_refused(highlights, page, colour, tag):
    with pytest.raises(InvalidInput):
        highlights.add(page.id, WORDS, color=colour, tags=[tag])


def test_marking_the_same_words_again_adds_to_what_is_said_of_them(highlights, page):
    first = highlights.add(page.id, WORDS, note="one")

    again = highlights.add(page.id, WORDS.upper(), note="two", tags=["x"])

    assert again.id == first.id
    assert (again.note, again.tags) == ("one\n\ntwo", frozenset({"x"}))


def test_highlights_follow_their_words_when_the_page_changes_and_are_kept_when_they_are_gone(
    environment, highlights, page, publisher
):
    stays = highlights.add(page.id, WORDS)
    goes = highlights.add(page.id, "The rate says how long a step is", note="remember")
    changed = PAGE.format(
        first="A new beginning, quite long. " * 10 + SENTENCE, more="Nothing of it is left here. " * 20
    )
    publisher.publish("/a", changed, **HTML)
    environment.bookmarks.refresh(page.id)

    found = {one.id: one for one in highlights.highlights(page.id)}

    assert found[stays.id].state == "anchored"
    assert found[stays.id].start > stays.start
    assert text_of(environment, page.id)[found[stays.id].start : found[stays.id].end] == WORDS
    assert (found[goes.id].state, found[goes.id].note, found[goes.id].start) == ("orphaned", "remember", None)
    assert highlights.catch_up() == 0
    assert [one.id for one in highlights.highlights(state="orphaned")] == [goes.id]

    publisher.publish("/a", PAGE.format(first=SENTENCE, more="The rate says how long a step is. " * 20), **HTML)
    environment.bookmarks.refresh(page.id)
    assert highlights.highlight(goes.id).state == "anchored"


def test_highlights_that_came_with_an_archive_follow_their_words_though_its_changes_had_higher_numbers(
    environment, highlights, page
):
    made = highlights.add(page.id, WORDS)
    with environment.library.writing() as tx:
        tx.update(HighlightRow, [made.id], seen_change=10**6)
        tx.update(BookmarkRow, [page.id], text="Nothing of it is left.")

    assert highlights.highlight(made.id).state == "orphaned"
    assert highlights.catch_up() == 0


def test_highlights_that_come_before_the_page_find_their_words_when_it_is_here(environment, highlights, publisher):
    url = publisher.publish("/a", PAGE.format(first=SENTENCE, more="More of it. " * 40), **HTML)
    page = environment.bookmarks.save(url, fetch=False).bookmark
    new = [NewHighlight(WORDS, note="from elsewhere", origin="x:1", color="Violet"), NewHighlight("  ")]

    assert highlights.add_many(page.id, new) == 1
    assert highlights.add_many(page.id, new) == 0
    assert [(one.state, one.color) for one in highlights.highlights()] == [("orphaned", "purple")]
    environment.bookmarks.refresh(page.id)

    [found] = highlights.highlights(page.id)
    assert found.state == "anchored"
    assert found.prefix.endswith("surface of errors, ")
    assert highlights.add_many(page.id, new) == 0


def test_words_that_a_text_says_twice_are_two_before_the_text_is_here_too(environment, highlights):
    id = environment.bookmarks.save("https://e.example/", fetch=False).bookmark.id
    twice = [
        NewHighlight("and so on", prefix="first this, ", suffix=", it began", note="one", origin="urn:1"),
        NewHighlight("and so on", prefix="then that, ", suffix=". It ended", note="two", origin="urn:2"),
    ]
    assert (highlights.add_many(id, twice), highlights.add_many(id, twice)) == (2, 0)
    elsewhere = NewHighlight("And so on", prefix="first this, ", suffix=", it went", origin="urn:other")
    assert highlights.add_many(id, [elsewhere]) == 0
    assert sorted(one.note for one in highlights.highlights(id)) == ["one", "two"]


def test_words_that_were_slightly_other_elsewhere_are_not_added_twice(highlights, page):
    new = [NewHighlight("walks downhill on the surface of errors, step by small step"), NewHighlight("small step")]

    assert highlights.add_many(page.id, new) == 2
    assert highlights.add_many(page.id, new) == 0
    assert highlights.highlights(page.id)[0].quote == "walks downhill on a surface of errors, step by small step"


def test_search_finds_highlights_by_their_words_and_notes(environment, highlights, page):
    made = highlights.add(page.id, WORDS, note="compare with simulated annealing")
    environment.search.catch_up()

    assert [hit.id for hit in environment.search.find("annealing").hits] == [made.id]
    assert made.id in [hit.id for hit in environment.search.find("kind:highlight step").hits]


def test_edits_and_removals_can_be_taken_back(environment, highlights, page):
    made = highlights.add(page.id, WORDS, note="one")

    highlights.edit(made.id, note="two", color="blue", tags=["y"])
    assert [old.said["note"] for old in highlights.history(made.id)] == ["one"]
    environment.library.undo()
    assert (highlights.highlight(made.id).note, highlights.highlight(made.id).color) == ("one", "yellow")

    highlights.remove([made.id])
    assert highlights.highlights() == []
    environment.library.undo()
    assert [one.id for one in highlights.highlights()] == [made.id]


def test_what_the_learner_marked_outlives_the_page(environment, highlights, page):
    made = highlights.add(page.id, WORDS, note="mine")
    environment.bookmarks.remove([page.id])
    assert highlights.highlights() == []

    environment.library.empty_trash()

    [kept] = highlights.highlights()
    assert (kept.id, kept.resource_id, kept.note, kept.source_title) == (made.id, None, "mine", "Descent")


def test_a_page_that_is_kept_again_after_it_was_deleted_for_good_has_its_highlights_once(environment, highlights, page):
    one = highlights.add(page.id, "step by small step", note="why?")
    file, url = highlights.export("w3c"), page.url
    environment.bookmarks.remove([page.id])
    environment.library.empty_trash()
    assert highlights.highlight(one.id).resource_id is None
    again = environment.bookmarks.save(url).bookmark.id
    assert [(each.id, each.state, each.note) for each in highlights.highlights(again)] == [(one.id, "anchored", "why?")]
    assert highlights.import_file("a.json", file.encode()).added == 0
    assert len(highlights.highlights()) == 1
    environment.bookmarks.remove([again])
    assert highlights.highlights() == [], "it goes with its page, and comes with it"


def test_the_w3c_export_comes_in_again_as_it_was(environment, highlights, page):
    highlights.add(page.id, WORDS, note="one", color="pink", tags=["b", "a"])
    entry = environment.journal.write("Momentum helps against narrow valleys.")
    highlights.add(entry.id, "narrow valleys")

    for format in ("w3c", "json"):
        said = highlights.export(format).encode()
        again = highlights.import_file("x.json", said)
        assert (again.added, again.known, again.refused) == (0, 2, ())

        highlights.remove([one.id for one in highlights.highlights()])
        environment.library.empty_trash()
        back = highlights.import_file("x.json", said)
        assert (back.added, back.known) == (2, 0)
        [first] = highlights.highlights(page.id)
        assert (first.quote, first.note, first.color, first.tags) == (WORDS, "one", "pink", frozenset({"a", "b"}))
        assert first.state == "anchored"

    annotation = json.loads(highlights.export("w3c"))["items"][0]
    assert annotation["target"]["source"]["id"] == page.url
    assert [one["type"] for one in annotation["target"]["selector"]] == ["TextQuoteSelector", "TextPositionSelector"]


def test_hypothesis_rows_are_read_and_what_cannot_be_used_is_named(environment, highlights):
    rows = [
        {
            "id": "abc", "uri": "https://example.org/a", "text": "a note", "tags": ["t"],
            "created": "2024-05-01T10:00:00.123456+00:00", "document": {"title": ["An example"]},
            "target": [{"source": "https://example.org/a", "selector": [
                {"type": "RangeSelector", "startContainer": "/p[1]"},
                {"type": "TextPositionSelector", "start": 5, "end": 20},
                {"type": "TextQuoteSelector", "exact": "some words", "prefix": "before ", "suffix": " after"}]}],
        },
        {"id": "reply", "uri": "https://example.org/a", "text": "I agree", "references": ["abc"], "target": []},
        "nonsense",
    ]  # fmt: skip

    done = highlights.import_file("h.json", json.dumps({"total": 3, "rows": rows}).encode())

    assert done.added == 1
    assert [(bad.line, bad.reason) for bad in done.refused] == [
        (2, "it is an answer to another annotation"),
        (3, "it is no annotation"),
    ]
    [made] = highlights.highlights()
    assert (made.quote, made.note, made.tags, made.state) == ("some words", "a note", frozenset({"t"}), "orphaned")
    assert made.made_at == dt.datetime(2024, 5, 1, 10, 0, 0, 123456, dt.UTC)
    assert environment.bookmarks.bookmark(made.resource_id).title == "An example"


def test_an_import_of_highlights_on_several_pages_is_one_step(highlights, environment):
    rows = [
        {
            "id": page, "uri": f"https://example.org/{page}", "text": "", "tags": [],
            "target": [{"source": "", "selector": [{"type": "TextQuoteSelector", "exact": f"words of {page}"}]}],
        }
        for page in ("a", "b", "c")
    ]  # fmt: skip
    data = json.dumps({"total": 3, "rows": rows}).encode()
    assert highlights.import_file("h.json", data).added == 3
    assert environment.library.undo().label == "Imported highlights from h.json"
    assert (highlights.highlights(), environment.bookmarks.bookmark_ids()) == ([], [])
    assert highlights.import_file("h.json", data).added == 3
    assert len(environment.bookmarks.bookmark_ids()) == 3


def test_a_file_that_is_none_is_refused(highlights):
    for data in (b"", b"{}", b"[1]", b"<html>"):
        with pytest.raises(InvalidInput):
            highlights.import_file("x", data)


def test_markdown_and_csv_have_words_notes_and_where_they_are_from(highlights, page):
    highlights.add(page.id, WORDS, note="Why *small*?", tags=["big idea"])

    markdown, table = highlights.export("markdown"), highlights.export("csv")

    assert f"## [Descent](<{page.url}>)" in markdown
    assert f"> {WORDS}" in markdown
    assert "#big-idea" in markdown
    assert "\nWhy *small*?\n" in markdown
    assert table.splitlines()[1].startswith(f'"{WORDS}",Descent,{page.url},Why *small*?,yellow,big idea,anchored,')


def test_there_is_nothing_to_mark_in_a_highlight(highlights, page):
    made = highlights.add(page.id, WORDS)

    with pytest.raises(NotFound):
        highlights.add(made.id, "small step")


def test_the_commands_tell_one_story(ple, publisher, tmp_path):
    url = publisher.publish("/a", PAGE.format(first=SENTENCE, more="More. " * 60), **HTML)
    page = ple("save", url, "--json").json
    made = ple("highlights", "add", str(page["id"]), "--quote", WORDS, "--note", "Hm", "--color", "blue", "--json").json
    assert (made["kind"], made["quote"], made["state"]) == ("highlight", WORDS, "anchored")
    assert WORDS in ple("highlights", "list", url).out
    ple("highlights", "edit", str(made["id"]), "--note", "Ah", "--tag", "x")
    assert ple("highlights", "list", "--tag", "x", "--json").json[0]["note"] == "Ah"
    ple("highlights", "export", str(tmp_path / "h.json"), "--format", "w3c")
    assert "1 here already" in ple("highlights", "import", str(tmp_path / "h.json")).out
    ple("highlights", "remove", str(made["id"]))
    assert "No highlights yet" in ple("highlights", "list").err
    said = ple("highlights", "add", str(page["id"]), "--quote", "no such words", code=1)
    assert "these words are not in" in said.err


def test_a_file_with_odd_places_and_times_comes_in(environment, highlights, page):
    target = {"source": page.url, "selector": [{"type": "TextQuoteSelector", "exact": WORDS}]}
    far = {"type": "TextPositionSelector", "start": 10**30, "end": 10**30 + 1}
    target["selector"].append(far)
    one = {"type": "Annotation", "id": "a", "created": "0001-01-01T00:00:00+05:00", "target": target}
    nested = [one]
    for _ in range(300):
        nested = {"first": nested}
    done = highlights.import_file("f", json.dumps(nested).encode())
    again = environment.bookmarks.import_file("f", json.dumps({**one, "@context": CONTEXT_URL}).encode())

    assert (done.added, done.refused, again.refused) == (1, (), ())
    assert highlights.highlights(page.id)[0].state == "anchored"


def test_no_words_of_a_page_become_a_formula_in_a_table(environment, highlights, page):
    highlights.add(page.id, "=1+1", anyway=True)
    assert highlights.export("csv").splitlines()[1].startswith("'=1+1,")
