"""Files of citation programs: read around what is broken in them, and what is written, read back."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.bookmarks import works
from ple.bookmarks.formats import bibtex, csl, files, ris
from ple.bookmarks.formats.record import Record
from tests.bookmarks.test_files import words


def read(text):
    found = files.read(text.encode(), "file")
    return found.format, list(found.records)


def seconds(*moment):
    return dt.datetime(*moment, tzinfo=dt.UTC)


def test_bibtex_is_read_around_what_is_broken_in_it():
    text = r"""@string{acm = "ACM Press"}
@article{one, author = {M{\"u}ller, Anna and {World Org} and Ada Lovelace}, title = {On {LaTeX} \& Accents \'e},
  journal = {J}, year = 2019, month = mar, pages = {1--9}, doi = {10.1000/abc_d}, keywords = {a, b c}, publisher = acm}
@article{broken, title = {never closed
@online{two, title={Page}, url={https://e.org/a_b}, urldate={2024-01-02}}
"""
    format, some = read(text)
    works_ = {record.title: record for record in some if not record.problem}

    first, second = works_["On LaTeX & Accents é"], works_["Page"]
    assert format == "bibtex"
    assert first.author == "Anna Müller; World Org; Ada Lovelace"
    assert (first.csl["type"], first.csl["page"], first.csl["publisher"]) == ("article-journal", "1-9", "ACM Press")
    assert (first.tags, first.published_at) == (("a", "b c"), seconds(2019, 3, 1))
    assert works.address(first) == "https://doi.org/10.1000/abc_d"
    assert (second.url, second.saved_at) == ("https://e.org/a_b", seconds(2024, 1, 2))
    assert [record.problem for record in some if record.problem] == ["its entry is broken"]


def test_bibtex_says_tex_and_dashes_in_its_own_way_and_leaves_off_with_others():
    text = (
        r"@book{k, author = {Knuth, Donald and others}, title = {The {\TeX}book \& {\LaTeX}: 1--2}, publisher = {A--W}}"
    )
    _, (record,) = read(text)
    assert (record.title, record.csl["publisher"]) == ("The TeXbook & LaTeX: 1–2", "A–W")
    assert "author = {Knuth, Donald and others}," in files.write("bibtex", [record])
    assert "others" not in files.write("ris", [record])
    (plain,) = read(files.write("bibtex", [dataclasses.replace(record, title="a -- b ---- ``c''")]))[1]
    assert plain.title == "a -- b ---- ``c''", "what looks like LaTeX on a page is none"


def test_ris_goes_on_over_lines_and_ends_without_an_end():
    text = "1.\nTY  - JOUR\nAU  - Shannon, Claude E.\nPY  - 1948/07//\nTI  - A Theory\nN2  - first\nsecond\n"
    _format, (record,) = read(text + "KW  - a\nKW  - b\nSP  - 379\nEP  - 423\nSN  - 0005-8580\n")

    assert (record.title, record.author, record.tags) == ("A Theory", "Claude E. Shannon", ("a", "b"))
    assert (record.description, record.csl["page"], record.csl["ISSN"]) == ("first\nsecond", "379-423", "0005-8580")
    assert record.published_at == seconds(1948, 7, 1)


@pytest.mark.parametrize(
    ("record", "address"),
    [
        (Record("", "T", csl={"DOI": "https://doi.org/10.1000/x."}), "https://doi.org/10.1000/x"),
        (Record("", "T", csl={"number": "arXiv:2401.01234"}), "https://arxiv.org/abs/2401.01234"),
        (Record("", "T", csl={"PMID": "PMID:  123"}), "https://pubmed.ncbi.nlm.nih.gov/123/"),
        (Record("", "T", csl={"ISBN": "978-0-00-728059-9", "type": "book"}), "urn:isbn:9780007280599"),
        (Record("", "The Book: A  Story", author="Ann Bo"), "urn:x-ple:work:the-book-a-story:bo"),
        (Record("not an address", "T", csl={"DOI": "10.1000/x"}), "https://doi.org/10.1000/x"),
        (Record("urn:x-ple:work:t:bo", "T"), "urn:x-ple:work:t:bo"),
    ],
)
def test_a_work_is_kept_by_its_number_or_by_who_and_what(record, address):
    assert works.address(record) == address


letters = st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=6)
people = st.builds("{} {}".format, letters, letters).filter(
    lambda name: not {"and", *csl._PARTICLES} & set(name.lower().split())
)
cited = st.builds(
    Record,
    url=st.text(st.sampled_from("abz09-_~%&#{}\\$?=,"), max_size=10).map("https://e.org/?".__add__),
    title=words.filter(bool),
    tags=st.lists(letters.map(str.lower), max_size=3, unique=True).map(tuple),
    author=st.none() | st.lists(people, min_size=1, max_size=3).map("; ".join),
    published_at=st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2026, 1, 1)).map(
        lambda day: dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    ),
)  # fmt: skip


@pytest.mark.parametrize("format", ["bibtex", "ris", "csl-json"])
@settings(max_examples=25, deadline=None)
@given(some=st.lists(cited, min_size=1, max_size=3))
def test_what_is_written_to_be_cited_is_read_back_the_same(format, some):
    def said(record):
        url = record.url
        if format == "bibtex":
            url = url.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")
        return url, record.title, record.tags, record.author, record.published_at

    found, back = read(files.write(format, some))

    assert found == format
    assert list(map(said, back)) == list(map(said, some))


def test_notes_are_private_and_in_no_bibliography():
    some = [Record("https://e.org/", "T", note="secret thought", tags=("a",))]

    for writer in (bibtex, ris, csl):
        assert "secret" not in writer.write(some)


ODD = """[{"id": "a", "type": "book", "title": "A", "issued": "2020", "author": "Ada Lovelace", "URL": "http://e.org/a"},
 {"id": "b", "type": "book", "title": "B", "issued": {"date-parts": [["2020-05"]]}, "editor": 7, "URL": "http://e.org/b"},
 {"id": "c", "type": "book", "title": "C", "issued": {"date-parts": [2020]}, "author": [3, {"family": {"x": 4}}],
  "accessed": {"date-parts": [[1, 1, 1]]}, "URL": "http://e.org/c"},
 {"id": "d", "type": "book", "title": "D", "issued": {"date-parts": [["2020", "0"]]}, "URL": "http://e.org/d"}]"""


@pytest.mark.parametrize("format", ["bibtex", "ris", "csl-json"])
def test_works_whose_dates_and_names_are_none_can_be_written_all_the_same(format):
    records = read(ODD)[1]

    assert [record.published_at for record in records] == [seconds(2020, 1, 1), None, None, seconds(2020, 1, 1)]
    assert [record.saved_at for record in records] == [None] * 4  # nobody saved a page in the year 1
    assert [record.title for record in read(files.write(format, records))[1]] == ["A", "B", "C", "D"]
