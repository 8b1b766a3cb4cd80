"""Excerpts of books: what matches in them is found in a moment, however often it does."""

import time

from ple.search import Search
from ple.search.excerpts import LONG, MANY

from .conftest import Shelf

BOOK = (
    "Prologue. " * 3000
    + "Erinnern heißt vergessen können. " * 4000
    + "Ein Äpfelbaum 学習 am Ende, und die Schleife. " * 4000
)


def test_a_book_in_which_a_word_stands_everywhere_is_quoted_at_once_as_a_note_would_be(
    search: Search, shelf: Shelf
) -> None:
    assert len(BOOK) > LONG
    assert BOOK.count("vergessen") > MANY
    shelf.put(BOOK, title="A book")
    search.find("prologue")  # the index is made
    before = time.process_time()
    [hit] = search.find("vergessen").hits
    assert time.process_time() - before < 0.5, "it took seconds"
    assert {hit.excerpt[start:end] for start, end in hit.marks} == {"vergessen"}
    for query, marked in (
        ("apfelbaum", {"Äpfelbaum"}),
        ("学習", {"学習"}),
        ("schlei*", {"Schleife"}),
        ('"heißt vergessen"', {"heißt vergessen"}),
        ("vergessen schleife", {"vergessen"}),  # they stand far apart: the first is shown
    ):
        [hit] = search.find(query).hits
        assert {hit.excerpt[start:end] for start, end in hit.marks} == marked, query
        assert len(hit.excerpt) <= 300
