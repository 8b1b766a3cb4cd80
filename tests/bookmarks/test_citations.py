"""References, by hand from the styles' own manuals."""

import pytest

from ple.bookmarks.citations import bibliography, key_of, reference

ARTICLE = {
    "type": "article-journal", "title": "Deep learning",
    "author": [{"family": "LeCun", "given": "Yann"}, {"family": "Bengio", "given": "Yoshua"},
               {"family": "Hinton", "given": "Geoffrey E."}],
    "container-title": "Nature", "volume": "521", "issue": "7553", "page": "436-444",
    "issued": {"date-parts": [[2015, 5, 28]]}, "DOI": "10.1038/nature14539",
}  # fmt: skip
PAGE = {
    "type": "webpage", "title": "How sleep helps memory", "author": [{"family": "Müller", "given": "Anna"}],
    "container-title": "Sleep Lab", "issued": {"date-parts": [[2024, 5, 1]]}, "URL": "https://sleep.example/memory",
    "accessed": {"date-parts": [[2024, 6, 3]]},
}  # fmt: skip
BARE = {
    "type": "webpage", "title": "What is a monad?", "container-title": "Example Wiki",
    "URL": "https://wiki.example/monad", "accessed": {"date-parts": [[2024, 6, 3]]},
}  # fmt: skip
BOOK = {
    "type": "book", "title": "The art of doing science and engineering", "publisher": "Stripe Press", "edition": "2",
    "author": [{"family": "Hamming", "given": "Richard W."}], "issued": {"date-parts": [[2020]]},
}  # fmt: skip
CHAPTER = {
    "type": "chapter", "title": "On names", "container-title": "Essays on logic", "publisher": "Example Press",
    "author": [{"family": "Beauvoir", "non-dropping-particle": "de", "given": "Simone"}, {"family": "Sartre",
               "given": "Jean-Paul"}],
    "editor": [{"family": "Frege", "given": "Gottlob"}], "page": "12--34", "issued": {"date-parts": [[1999]]},
}  # fmt: skip
SITE = {
    "type": "webpage", "title": "Physical activity", "author": [{"literal": "World Health Organization"}],
    "container-title": "World Health Organization", "issued": {"date-parts": [[2022, 10]]},
    "URL": "https://who.example/activity",
}  # fmt: skip
THESIS = {
    "type": "thesis", "title": "A symbolic analysis of relay circuits", "publisher": "MIT",
    "author": [{"family": "Shannon", "given": "Claude E."}], "issued": {"date-parts": [[1940]]},
    "URL": "https://t.example/1",
}  # fmt: skip
VIDEO = {
    "type": "motion_picture", "title": "But what is a neural network?", "author": [{"literal": "3Blue1Brown"}],
    "container-title": "YouTube", "publisher": "YouTube", "issued": {"date-parts": [[2017, 10, 5]]},
    "URL": "https://v.example/1",
}  # fmt: skip

EXPECTED = [
    ("apa", ARTICLE, "LeCun, Y., Bengio, Y., & Hinton, G. E. (2015). Deep learning. Nature, 521(7553), 436–444. "
     "https://doi.org/10.1038/nature14539"),
    ("apa", PAGE, "Müller, A. (2024, May 1). How sleep helps memory. Sleep Lab. https://sleep.example/memory"),
    ("apa", BARE, "What is a monad? (n.d.). Example Wiki. Retrieved June 3, 2024, from https://wiki.example/monad"),
    ("apa", BOOK, "Hamming, R. W. (2020). The art of doing science and engineering (2nd ed.). Stripe Press."),
    ("apa", CHAPTER, "de Beauvoir, S., & Sartre, J.-P. (1999). On names. In G. Frege (Ed.), Essays on logic "
     "(pp. 12–34). Example Press."),
    ("apa", SITE, "World Health Organization. (2022, October). Physical activity. https://who.example/activity"),
    ("mla", ARTICLE, "LeCun, Yann, et al. “Deep Learning.” Nature, vol. 521, no. 7553, May 2015, pp. 436–44, "
     "https://doi.org/10.1038/nature14539."),
    ("mla", PAGE, "Müller, Anna. “How Sleep Helps Memory.” Sleep Lab, 1 May 2024, https://sleep.example/memory."),
    ("mla", BARE, "“What Is a Monad?” Example Wiki, https://wiki.example/monad. Accessed 3 June 2024."),
    ("mla", BOOK, "Hamming, Richard W. The Art of Doing Science and Engineering. 2nd ed., Stripe Press, 2020."),
    ("mla", CHAPTER, "de Beauvoir, Simone, and Jean-Paul Sartre. “On Names.” Essays on Logic, edited by Gottlob Frege, "
     "Example Press, 1999, pp. 12–34."),
    ("chicago", ARTICLE, "LeCun, Yann, Yoshua Bengio, and Geoffrey E. Hinton. “Deep Learning.” Nature 521, no. 7553 "
     "(May 2015): 436–44. https://doi.org/10.1038/nature14539."),
    ("chicago", PAGE, "Müller, Anna. “How Sleep Helps Memory.” Sleep Lab. May 1, 2024. https://sleep.example/memory."),
    ("chicago", BARE, "“What Is a Monad?” Example Wiki. Accessed June 3, 2024. https://wiki.example/monad."),
    ("chicago", BOOK, "Hamming, Richard W. The Art of Doing Science and Engineering. 2nd ed. Stripe Press, 2020."),
    ("chicago", CHAPTER, "Beauvoir, Simone de, and Jean-Paul Sartre. “On Names.” In Essays on Logic, edited by Gottlob "
     "Frege, 12–34. Example Press, 1999."),
    ("ieee", ARTICLE, "Y. LeCun, Y. Bengio, and G. E. Hinton, “Deep learning,” Nature, vol. 521, no. 7553, "
     "pp. 436–444, May 2015, doi: 10.1038/nature14539."),
    ("ieee", PAGE, "A. Müller, “How sleep helps memory,” Sleep Lab. Accessed: Jun. 03, 2024. [Online]. Available: "
     "https://sleep.example/memory"),
    ("ieee", BOOK, "R. W. Hamming, The art of doing science and engineering, 2nd ed. Stripe Press, 2020."),
    ("harvard", ARTICLE, "LeCun, Y., Bengio, Y. and Hinton, G.E. (2015) ‘Deep learning’, Nature, 521(7553), "
     "pp. 436–444. Available at: https://doi.org/10.1038/nature14539."),
    ("harvard", PAGE, "Müller, A. (2024) How sleep helps memory, Sleep Lab. Available at: "
     "https://sleep.example/memory (Accessed: 3 June 2024)."),
    ("harvard", BARE, "What is a monad? (no date) Example Wiki. Available at: https://wiki.example/monad "
     "(Accessed: 3 June 2024)."),
    ("harvard", BOOK, "Hamming, R.W. (2020) The art of doing science and engineering. 2nd edn. Stripe Press."),
    ("apa", THESIS, "Shannon, C. E. (1940). A symbolic analysis of relay circuits [Thesis, MIT]. https://t.example/1"),
    ("chicago", THESIS, "Shannon, Claude E. “A Symbolic Analysis of Relay Circuits.” MIT, 1940. https://t.example/1."),
    ("ieee", CHAPTER, "S. de Beauvoir and J.-P. Sartre, “On names,” in Essays on logic, G. Frege, Ed., Example Press, "
     "1999, pp. 12–34."),
    ("harvard", CHAPTER, "de Beauvoir, S. and Sartre, J.-P. (1999) ‘On names’, in G. Frege (ed.) Essays on logic. "
     "Example Press, pp. 12–34."),
    ("apa", VIDEO, "3Blue1Brown. (2017, October 5). But what is a neural network? [Video]. YouTube. "
     "https://v.example/1"),
    ("mla", VIDEO, "3Blue1Brown. “But What Is a Neural Network?” YouTube, 5 Oct. 2017, https://v.example/1."),
]  # fmt: skip


SOME = {
    "type": "article-journal", "title": "On names", "container-title": "Logic", "issued": {"date-parts": [[1999]]},
    "author": [{"family": "de Beauvoir", "given": "Simone"}, {"literal": "others"}],
}  # fmt: skip
EXPECTED += [
    ("apa", SOME, "de Beauvoir, S., et al. (1999). On names. Logic."),
    ("mla", SOME, "de Beauvoir, Simone, et al. “On Names.” Logic, 1999."),
    ("chicago", SOME, "de Beauvoir, Simone, et al. “On Names.” Logic (1999)."),
    ("ieee", SOME, "S. de Beauvoir et al., “On names,” Logic, 1999."),
    ("harvard", SOME, "de Beauvoir, S. et al. (1999) ‘On names’, Logic."),
]


@pytest.mark.parametrize(("style", "item", "expected"), EXPECTED, ids=[f"{s}-{i['title'][:9]}" for s, i, _ in EXPECTED])
def test_a_reference_is_as_the_manual_wants_it(style, item, expected):
    assert reference(item, style) == expected


@pytest.mark.parametrize(("title", "language", "shown"), [
    ("why we sleep: the new science", "", "Why We Sleep: The New Science"), ("what it is for", "en-GB",
     "What It Is For"), ("Wie der Schlaf dem Gedächtnis hilft", "", "Wie der Schlaf dem Gedächtnis hilft"),
    ("der Weg zum Wissen", "", "der Weg zum Wissen"), ("rust by example", "de", "rust by example"),
    ("using iPhone and example.org in self-directed learning", "en",
     "Using iPhone and example.org in Self-Directed Learning"),
])  # fmt: skip
def test_a_title_in_english_gets_the_capitals_of_its_style(title, language, shown):
    work = {"type": "book", "title": title, "language": language}
    assert reference(work, "mla").startswith(shown)
    assert reference(work, "apa").startswith(title)


@pytest.mark.parametrize(("said", "shown"), [
    ("436-444", "436–44"), ("101-108", "101–8"), ("100-104", "100–104"), ("12-34", "12–34"), ("3-9", "3–9"),
    ("1496-1500", "1496–500"), ("1998-2008", "1998–2008"), ("e12-e19", "e12–e19"), ("7", "7"),
])  # fmt: skip
def test_chicago_has_as_many_digits_of_the_last_page_as_are_needed(said, shown):
    work = {**ARTICLE, "page": said}
    assert reference(work, "chicago").split("): ")[1].startswith(f"{shown}. ")


def test_italics_are_marked_where_they_can_be_shown():
    assert "*Nature*, *521*(7553)" in reference(ARTICLE, "apa", markdown=True)


def test_a_bibliography_is_in_the_order_of_its_style():
    assert [one[:8] for one in bibliography([PAGE, ARTICLE, BOOK], "apa")] == ["Hamming,", "LeCun, Y", "Müller, "]
    assert [one[:6] for one in bibliography([PAGE, ARTICLE], "ieee")] == ["[1] A.", "[2] Y."]


def test_a_key_says_who_when_and_what_and_is_never_given_twice():
    assert key_of(PAGE) == "muller2024sleep"
    assert key_of(PAGE, {"muller2024sleep", "muller2024sleepa"}) == "muller2024sleepb"
    assert key_of({"title": "?"}) == "nd"


@pytest.mark.parametrize("style", ["apa", "mla", "chicago", "ieee", "harvard"])
@pytest.mark.parametrize("broken", [
    {}, {"title": None, "author": "Ada"}, {"author": [None, {}], "issued": {"date-parts": [["x"]]}},
    {"issued": {"date-parts": [[2020, 13, 99]]}, "page": 7, "accessed": []}, {"type": 5, "title": ["A", "B"]},
])  # fmt: skip
def test_a_work_that_says_little_or_nonsense_is_cited_all_the_same(style, broken):
    assert reference(broken, style)


def test_a_name_that_is_none_breaks_no_key():
    assert key_of({"title": "Words", "author": [{"family": {"a": 1}}]}).endswith("words")
