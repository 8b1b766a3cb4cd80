"""What a search finds, in which order, and what it says about it."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ple.library.errors import InvalidInput
from ple.search import Search

from .conftest import LONG_AGO, Shelf, found
from .test_query import PIECES


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    """Three things, numbered 1 to 3."""
    shelf.put(
        "How the event loop runs studies and coroutines, what's new",
        title="Asyncio",
        tags=frozenset({"python", "math/topology"}),
        author="Julia Evans",
        container="Planet Python",
        url="https://jvns.ca/blog/a?b=c",
        flags=frozenset({"unread"}),
    )
    shelf.put("日本語の文章を書いた und Häuser gebaut", kind="journal", title="Ich lerne", language="de-AT")
    shelf.put(
        "node.js and retrieval practice; study hard",
        kind="bookmark",
        title="C++ templates",
        url="https://example.com/x",
        tags=frozenset({"machine learning"}),
        occurred_at=dt.datetime(2019, 5, 6, tzinfo=dt.UTC),
    )
    return shelf


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        pytest.param("loops", {1}, id="another form of a word"),
        pytest.param("studying", {1, 3}, id="studies and study have one stem"),
        pytest.param("retrieve", {3}, id="a word that is nowhere as such"),
        pytest.param("hauses", {2}, id="a form in German, without its umlaut"),
        pytest.param("LOOP", {1}, id="capitals"),
        pytest.param('"event loop"', {1}, id="a phrase"),
        pytest.param('"loop event"', set(), id="not in this order"),
        pytest.param('"loop event"~3', {1}, id="but near"),
        pytest.param('"event loops"', set(), id="a phrase is exact"),
        pytest.param("日本", {2}, id="a part of a run of Japanese"),
        pytest.param("文章を", {2}, id="its middle"),
        pytest.param("語日", set(), id="not in this order either"),
        pytest.param("node.js", {3}, id="a dot in a word"),
        pytest.param("js.node", set(), id="which is a phrase"),
        pytest.param("c++", {3}, id="signs in a word"),
        pytest.param("ev*", {1}, id="a beginning"),
        pytest.param("re?rie*al", {3}, id="wildcards"),
        pytest.param("retreival~2", {3}, id="a misspelling, said to be one"),
        pytest.param("title:templates", {3}, id="in the title"),
        pytest.param("text:templates", set(), id="not in the text"),
        pytest.param("author:evans", {1}, id="by an author"),
        pytest.param("evans", {1}, id="an author is a word too"),
        pytest.param("tag:python", {1}, id="a tag"),
        pytest.param("tag:math", {1}, id="a tag with what is nested below it"),
        pytest.param("tag:topology", set(), id="but not with what is above"),
        pytest.param('tag:"machine learning"', {3}, id="a tag of two words"),
        pytest.param("tag:machine", set(), id="is not one of them"),
        pytest.param("tag:py*", {1}, id="the beginning of a tag"),
        pytest.param("tag:*", {1, 3}, id="any tag"),
        pytest.param("-tag:*", {2}, id="no tag"),
        pytest.param("kind:bookmark", {3}, id="a kind"),
        pytest.param("kind:Bookmarks", {3}, id="a kind in the plural"),
        pytest.param("kind:entries,notes", {1, 2}, id="kinds by other names"),
        pytest.param("is:unread", {1}, id="a state"),
        pytest.param("is:read", set(), id="its opposite"),
        pytest.param("is:entry", {1}, id="a kind as a state"),
        pytest.param("in:planet", {1}, id="a part of a feed's title"),
        pytest.param('feed:"planet python"', {1}, id="all of it"),
        pytest.param("site:www.JVNS.ca", {1}, id="a site"),
        pytest.param("https://jvns.ca/blog/a?b=c", {1}, id="an address"),
        pytest.param("url:example.com", {3}, id="a part of an address"),
        pytest.param("lang:de", {2}, id="a language"),
        pytest.param("id:2", {2}, id="a number"),
        pytest.param("id:#3", {3}, id="a number as it is shown"),
        pytest.param("created:2019", {3}, id="a year"),
        pytest.param("created:[2019-05-06 to 2019-05-06]", {3}, id="a day by its ends"),
        pytest.param("since:2020", {1, 2}, id="since"),
        pytest.param("study -kind:entry", {3}, id="a kind left out"),
        pytest.param("-loop", {2, 3}, id="a word left out"),
        pytest.param("-loop -retrieval", {2}, id="two words left out"),
        pytest.param("study -loop", {3}, id="of several"),
        pytest.param("loop OR retrieval", {1, 3}, id="either word"),
        pytest.param("loop OR kind:journal", {1, 2}, id="a word or a kind"),
        pytest.param("(tag:python OR kind:bookmark) study", {1, 3}, id="in brackets"),
        pytest.param("study (loop OR (kind:bookmark -tag:python))", {1, 3}, id="in brackets in brackets"),
        pytest.param("-(loop OR kind:journal)", {3}, id="brackets left out"),
        pytest.param("", {1, 2, 3}, id="everything"),
        pytest.param("!!!", set(), id="nothing that could be a word"),
        pytest.param("loop !!!", {1}, id="which says nothing beside a word"),
        pytest.param("zebra", set(), id="a word that is nowhere"),
    ],
)
def test_a_query_finds(search: Search, filled: Shelf, query: str, ids: set[int]) -> None:
    results = search.find(query)
    assert {hit.id for hit in results.hits} == ids
    assert results.total == len(ids)
    assert sum(results.facets.kind.values()) == len(ids)


def test_what_is_asked_for_beside_the_query_narrows_it(search: Search, filled: Shelf) -> None:
    assert found(search, "study", kinds=["bookmarks"]) == [3]
    assert found(search, "study", tags=["python"]) == [1]
    assert found(search, "a OR study", since="2020") == [1]
    assert found(search, "", kinds=["entry", "journal"], since=LONG_AGO + dt.timedelta(minutes=2)) == [2]


def test_a_kind_that_there_is_not_is_said_with_those_that_there_are(search: Search, filled: Shelf) -> None:
    with pytest.raises(InvalidInput, match="no kind “boook”") as caught:
        search.find("kind:boook")
    assert caught.value.hint == "Kinds are bookmark, entry, journal."


def test_a_state_that_there_is_not_is_said_too(search: Search, filled: Shelf) -> None:
    with pytest.raises(InvalidInput, match="no state “unred”") as caught:
        search.find("is:unred")
    assert "unread" in (caught.value.hint or "")
    assert found(search, "is:Starred") == []


def test_the_best_come_first_and_a_title_counts_for_more(search: Search, shelf: Shelf) -> None:
    once = shelf.put("memory and many other words that are about something else " * 5)
    title = shelf.put("other words that are about something else " * 5, title="Memory")
    shelf.put("nothing of the kind")
    assert found(search, "memory") == [title, once]
    assert found(search, "memory", sort="date") == [title, once]
    assert found(search, "memory kind:entry") == [title, once]
    scores = [hit.score for hit in search.find("memory").hits]
    assert scores == sorted(scores, reverse=True)


def test_without_words_the_newest_come_first(search: Search, filled: Shelf) -> None:
    assert found(search, "") == [2, 1, 3]
    assert found(search, "-zebra", limit=1) == [2]


def test_while_typing_a_word_may_go_on_and_nothing_is_counted(search: Search, filled: Shelf) -> None:
    results = search.find("retr", live=True)
    assert [hit.id for hit in results.hits] == [3]
    assert not results.facets.kind
    assert found(search, "retr") == []
    assert found(search, '"retrieval pract', live=True) == []
    assert found(search, "stud", live=True) == [1, 3]


def test_an_excerpt_says_where_in_it_the_words_are(search: Search, filled: Shelf) -> None:
    (hit,) = search.find("loops").hits
    assert [hit.excerpt[start:end] for start, end in hit.marks] == ["loop"]
    (hit,) = search.find('"event loop"').hits
    assert [hit.excerpt[start:end] for start, end in hit.marks] == ["event loop"]
    (hit,) = search.find("本語").hits
    assert [hit.excerpt[start:end] for start, end in hit.marks] == ["本語"]
    assert hit.excerpt == "日本語の文章を書いた und Häuser gebaut"


def test_an_excerpt_of_a_long_text_is_the_part_that_matched(search: Search, shelf: Shelf) -> None:
    shelf.put("before " * 5000 + "the needle itself" + " after" * 5000)
    (hit,) = search.find("needle").hits
    assert "the needle itself" in hit.excerpt
    assert len(hit.excerpt) < 400


def test_an_excerpt_is_never_long(search: Search, shelf: Shelf) -> None:
    shelf.put("needle " + "x" * 5000)
    for query in ("needle", "x*", ""):
        (hit,) = search.find(query).hits
        assert len(hit.excerpt) <= 300
        assert all(0 <= start < end < len(hit.excerpt) for start, end in hit.marks)


def test_control_characters_in_a_text_mark_nothing(search: Search, shelf: Shelf) -> None:
    shelf.put("a \x02fake\x03 mark and \x1b[31m colour \u200b\ud800 needle", title="\x02x\x00")
    (hit,) = search.find("needle").hits
    assert [hit.excerpt[start:end] for start, end in hit.marks] == ["needle"]
    assert hit.excerpt.isprintable()


def test_facets_count_all_that_was_found(search: Search, shelf: Shelf) -> None:
    for number in range(30):
        shelf.put("memory", kind=("entry", "bookmark")[number % 3 == 0], tags=frozenset({"a", f"t{number % 2}"}))
    results = search.find("memory", limit=5)
    assert results.total == 30
    assert len(results.hits) == 5
    assert results.facets.kind == {"entry": 20, "bookmark": 10}
    assert results.facets.tag == {"a": 30, "t0": 15, "t1": 15}
    assert results.facets.year == {"2020": 30}


def test_a_misspelt_word_that_finds_nothing_is_put_right(search: Search, filled: Shelf) -> None:
    assert search.find("retreival practise").did_you_mean == "retrieval practice"
    assert search.find("kind:bookmark retreival").did_you_mean == "kind:bookmark retrieval"
    assert search.find("retrieval").did_you_mean is None
    assert search.find("qqqqqqqqqq").did_you_mean is None


def test_of_words_that_are_as_near_those_are_meant_that_stand_together(search: Search, shelf: Shelf) -> None:
    for words in ("a canon of works", "the canon again", "the grand canyon"):
        shelf.put(words)
    assert search.find("grand cayon").did_you_mean == "grand canyon"
    assert search.find("cayon").did_you_mean == "canon"


def test_a_name_is_an_address_or_a_part_of_a_title(search: Search, shelf: Shelf) -> None:
    part = shelf.put(title="More on memory palaces")
    whole = shelf.put(title="Memory", url="https://Example.org/a/?utm_source=x", occurred_at=LONG_AGO)
    begins = shelf.put(title="Memory and forgetting", kind="bookmark")
    assert [hit.id for hit in search.named("memory")] == [whole, begins, part]
    assert [hit.id for hit in search.named("  MEMORY  ", ["bookmark"])] == [begins]
    assert [hit.id for hit in search.named("https://example.org/a/")] == [whole]
    assert search.titled("memory") == whole
    assert search.titled("mem") is None
    assert search.named("") == search.named("zebra") == []
    assert search.named("100%_'\"") == []


def test_related_things_share_rare_words(search: Search, shelf: Shelf) -> None:
    one = shelf.put("spaced repetition schedules reviews of flashcards", title="Spaced repetition")
    two = shelf.put("flashcards and repetition with increasing intervals")
    shelf.put("a recipe for bread with sourdough")
    assert [hit.id for hit in search.related(one)] == [two]
    assert search.related(999) == []


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=10).flatmap(lambda pieces: st.sampled_from([" ".join(pieces), "".join(pieces)])))
def test_whatever_is_typed_finds_something_or_nothing_or_says_why_not(
    search: Search, filled: Shelf, query: str
) -> None:
    for live in (False, True):
        try:
            search.find(query, live=live)
        except InvalidInput as error:
            if not error.hint:
                raise


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_whatever_a_text_says_is_indexed_and_found_by_its_words(search: Search, shelf: Shelf, text: str) -> None:
    id = shelf.put(text + " needle", title=text, author=text, container=text, tags=frozenset({text}))
    assert id in found(search, "needle", limit=1000)
    search.named(text)
