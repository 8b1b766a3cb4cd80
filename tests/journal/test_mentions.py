"""What a text mentions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.journal.mentions import Mentions, headline, mentions, readable


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("see #12 and (#13).", Mentions((12, 13)), id="numbers"),
        pytest.param("#12 #12", Mentions((12,)), id="a number once"),
        pytest.param("[[12]] [[#13]] [[14|shown]]", Mentions((12, 13, 14)), id="numbers in brackets"),
        pytest.param("[[A title]] [[Other|shown]]", Mentions((), ("A title", "Other")), id="titles"),
        pytest.param("[[Note#Heading]] ![[Picture^block]]", Mentions((), ("Note", "Picture")), id="parts of notes"),
        pytest.param("[[]] [[ ]] [[|x]] [[a\nb]] [a]", Mentions(), id="brackets around nothing"),
        pytest.param("#python and #math/topology.", Mentions((), (), ("python", "math/topology")), id="tags"),
        pytest.param("#日本語 #Größe-1_a", Mentions((), (), ("日本語", "Größe-1_a")), id="tags in any language"),
        pytest.param("# Heading\n## 12", Mentions(), id="a heading is no tag"),
        pytest.param("#a1b2c3 #fff000", Mentions(), id="a colour is no tag"),
        pytest.param("C# a#b owner/repo#12 x&#12;", Mentions(), id="in the middle of a word"),
        pytest.param("https://e.org/#12 https://e.org/#top", Mentions(), id="in an address"),
        pytest.param("[a](#part) [b](https://e.org/a#b)", Mentions(), id="in a link"),
        pytest.param("`#12 #tag [[A]]` and ``a ` #13``", Mentions(), id="in code"),
        pytest.param("```\n#12 [[A]]\n```\n#13", Mentions((13,)), id="in a block of code"),
        pytest.param("~~~ py\n#12\n~~~~\n#13", Mentions((13,)), id="in a block of another kind"),
        pytest.param("```\n#12 and no end", Mentions(), id="in a block that never ends"),
        pytest.param("a\n\n    #12\n    #13\n\n#14", Mentions((14,)), id="in an indented block"),
        pytest.param("<!-- #12 -->#13", Mentions((13,)), id="in a comment"),
        pytest.param("#99999999999", Mentions(), id="no number of ours is that long"),
        pytest.param("a ` b #12", Mentions((12,)), id="a backtick by itself is no code"),
    ],
)
def test_a_text_mentions(text: str, found: Mentions) -> None:
    assert mentions(text) == found


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("# On *memory*\n\ntext", "On memory", id="a heading"),
        pytest.param("\n\nfirst line\nsecond", "first line", id="a line"),
        pytest.param("- [x] a **task**", "a task", id="a list"),
        pytest.param("> a quote from [[12|a book]]", "a quote from a book", id="a quote with a link"),
        pytest.param("see [the page](https://e.org)", "see the page", id="a link"),
        pytest.param("---\n***\nword", "word", id="lines without words"),
        pytest.param("```py\ncode", "code", id="a block of code"),
        pytest.param("snake_case_name is kept", "snake_case_name is kept", id="underscores in a word"),
        pytest.param("!!!", "", id="nothing"),
        pytest.param("a" * 300, "a" * 99 + "…", id="a word without end"),
        pytest.param("<!-- not for\nothers -->\nA walk", "A walk", id="no note to oneself"),
        pytest.param("A walk <!-- with N. --> at night", "A walk at night", id="nor within a line"),
        pytest.param("How `<!-- a -->` is written", "How <!-- a --> is written", id="but in code it is code"),
    ],
)
def test_the_title_is_the_first_line_without_its_marks(text: str, title: str) -> None:
    assert headline(text) == title


def test_links_are_read_as_their_words() -> None:
    assert readable("[[A]] [[12|b c]] `[[A]]`") == "A b c `[[A]]`"


MARKS = "# #1 #a [[ ]] | ` ``` ~~~ <!-- --> ( ) x"
PIECES = st.sampled_from([*MARKS.split(), "\n", "\n\n    ", " "]) | st.text(max_size=3)


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=20))
def test_any_text_can_be_read(pieces: list[str]) -> None:
    text = "".join(pieces)
    mentions(text)
    readable(text)
    assert "\n" not in headline(text)


def test_a_line_of_a_thousand_marks_takes_no_time() -> None:
    runs = " ".join("`" * length for length in range(1, 150))
    assert mentions(runs + " #tag").tags == ("tag",)  # was a minute
    assert headline("`a " * 20_000).startswith("`a")
