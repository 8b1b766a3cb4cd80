"""``ple search`` and ``ple index``, as a learner types them."""

import shutil
from typing import Any

import pytest


@pytest.fixture
def filled(ple: Any) -> Any:
    """A journal of three entries, numbered 1 to 3."""
    ple("journal", "write", "The event loop and retrieval practice", "--tag", "python")
    ple("journal", "write", "A loop of an event", "--date", "2020-01-02")
    ple("journal", "write", "日本語の文章 in a menu")
    return ple


def ids(said: Any) -> set[int]:
    """Return the numbers of what was found."""
    return {hit["id"] for hit in said.json["hits"]}


def test_a_search_answers_in_the_promised_shape(filled: Any) -> None:
    results = filled("search", "retrieve", "--json").json
    assert results.keys() >= {"total", "took_ms", "hits", "facets", "did_you_mean"}
    (hit,) = results["hits"]
    assert hit.keys() >= {"id", "kind", "title", "url", "excerpt", "score", "when", "tags"}
    assert (hit["id"], hit["kind"], hit["tags"], hit["url"]) == (1, "journal", ["python"], None)
    assert hit["when"].endswith("Z")
    assert results["facets"]["kind"] == {"journal": 1}
    start, end = hit["marks"][0]
    assert hit["excerpt"][start:end] == "retrieval"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param(["event", "loop"], {1, 2}, id="words apart"),
        pytest.param(["event loop"], {1, 2}, id="words together are no phrase"),
        pytest.param(['"event loop"'], {1}, id="a phrase"),
        pytest.param(["kind:journal", "event loop"], {1}, id="quoted in the shell among others"),
        pytest.param(["loop", "-python"], {2}, id="a word left out"),
        pytest.param(["loop", "-yesterday"], {1, 2}, id="which is not taken for --yes"),
        pytest.param(["-loop"], {3}, id="only left out"),
        pytest.param(["kind:notes", "-tag:python", "-menu"], {2}, id="facts left out"),
        pytest.param(["loop", "--tag", "python"], {1}, id="by an option"),
        pytest.param(["loop", "--since", "2021"], {1}, id="since"),
        pytest.param(["created:last week OR created:2020"], {2}, id="a date"),
        pytest.param(["日本"], {3}, id="a part of a word without spaces"),
        pytest.param([], {1, 2, 3}, id="everything"),
        pytest.param(["--", "--"], set(), id="nothing"),
    ],
)
def test_a_search_finds(filled: Any, words: list[str], found: set[int]) -> None:
    assert ids(filled("search", "--json", *words)) == found


def test_a_search_says_what_it_does_not_understand(filled: Any) -> None:
    said = filled("search", "kind:nonsense", code=1)
    assert "there is no kind “nonsense”" in said.err
    assert "journal" in said.err
    assert "is not understood" in filled("search", "--since", "whenever", "x", code=1).err
    filled("search", "x", "--sort", "size", code=2)


def test_a_search_that_finds_nothing_says_what_was_meant(filled: Any) -> None:
    said = filled("search", "retreival")
    assert said.out == ""
    assert "Nothing found. Did you mean “retrieval”?" in said.err


def test_a_search_into_a_pipe_is_a_line_for_each(filled: Any) -> None:
    lines = filled("search", "loop", "--sort", "date").out.splitlines()
    assert [line.split("\t")[:2] for line in lines] == [["#1", "journal"], ["#2", "journal"]]


def test_a_search_on_a_terminal_marks_what_matched(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import click

    from ple.cli import search

    printed: list[str] = []
    monkeypatch.setattr(click, "echo", lambda text="", **_: printed.append(text))
    from ple.environment import Environment

    environment = Environment(filled.folder)
    (hit,) = environment.search.find("retrieve").hits
    search._print(hit)
    environment.close()
    assert "event loop and " + click.style("retrieval", fg="yellow", bold=True) in printed[1]


def test_the_index_can_be_looked_at_and_made_anew(filled: Any) -> None:
    status = filled("index", "status", "--json").json
    assert not status["in_step"]
    assert filled("index", "rebuild", "--json").json["documents"] == 3
    assert "3 documents, in step" in filled("index", "status").out
    shutil.rmtree(filled.folder / "search")
    assert ids(filled("search", "menu", "--json")) == {3}
    assert filled("index", "verify", "--json").json == {"wrong": []}
