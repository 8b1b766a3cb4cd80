import datetime as dt
import json
import pathlib

import pytest

from ple.bookmarks.standing import Seen, next_check, standing_of
from ple.library import InvalidInput, NotFound
from ple.tui.reading import article
from ple.web.errors import BrokenAnswer

HTML = {"Content_Type": "text/html; charset=utf-8"}
WORDS = "<p>Gradient descent walks downhill on a surface of errors, step by small step, until it rests.</p>" * 6
PAPER = f"""<!doctype html><html lang="en"><head><title>On descent</title><link rel=stylesheet href="/s.css">
<meta name="citation_title" content="On descent"><meta name="citation_author" content="Lovelace, Ada">
<meta name="citation_author" content="Bob van der Berg"><meta name="citation_publication_date" content="1998/07">
<meta name="citation_journal_title" content="Journal of Slopes"><meta name="citation_volume" content="12">
<meta name="citation_firstpage" content="3"><meta name="citation_lastpage" content="9">
<meta name="citation_doi" content="doi:10.1234/slopes.12"></head><body><article><h1>On descent</h1>{WORDS}</article>"""
PAGE = f"<!doctype html><html><head><title>Bare page</title></head><body><article><h1>Bare page</h1>{WORDS}</article>"


@pytest.fixture
def sources(environment):
    return environment.sources


def save(environment, publisher, page=PAPER, path="/a"):
    return environment.bookmarks.save(publisher.publish(path, page, **HTML)).bookmark


def test_a_paper_is_cited_as_it_says_of_itself(environment, sources, publisher):
    page = save(environment, publisher)

    assert sources.cite([page.id]) == (
        "Lovelace, A., & van der Berg, B. (1998). On descent. Journal of Slopes, 12, 3–9. "
        "https://doi.org/10.1234/slopes.12\n"
    )
    [work] = sources.works([page.id])
    assert (work["type"], work["id"]) == ("article-journal", "lovelace1998descent")
    assert work["issued"] == {"date-parts": [[1998, 7]]}


def test_a_page_that_says_nothing_is_cited_without_inventing_anything(environment, sources, publisher):
    page = save(environment, publisher, PAGE)
    today = dt.datetime.now(dt.UTC)

    assert sources.cite([page.id]).startswith(
        f"Bare page. (n.d.). Retrieved {today:%B} {today.day}, {today.year}, from"
    )
    assert "issued" not in sources.works([page.id])[0]


def test_what_the_learner_says_goes_first_and_outlives_fetching(environment, sources, publisher):
    page = save(environment, publisher)

    sources.describe(page.id, {"author": "Noether, Emmy", "issued": "1918", "type": "book", "publisher": "Göttingen"})
    environment.bookmarks.refresh(page.id)

    assert sources.cite([page.id]).startswith("Noether, E. (1918). On descent. Göttingen.")
    environment.library.undo()
    assert sources.cite([page.id]).startswith("Lovelace")


def test_a_key_stays_when_what_is_cited_changes(environment, sources, publisher):
    page, twin = save(environment, publisher), save(environment, publisher, path="/b")
    keys = [work["id"] for work in sources.works([page.id, twin.id])]
    assert keys == ["lovelace1998descent", "lovelace1998descenta"]

    sources.describe(page.id, {"author": "Noether, Emmy"})

    assert [work["id"] for work in sources.works([twin.id, page.id])] == keys[::-1]


@pytest.mark.parametrize(
    ("field", "value"), [("issued", "soon"), ("issued", "1918-13"), ("DOI", "x"), ("ISBN", "978-0"), ("colour", "red")]
)
def test_what_cannot_be_said_of_a_work_is_refused(environment, sources, publisher, field, value):
    page = save(environment, publisher, PAGE)

    with pytest.raises(InvalidInput):
        sources.describe(page.id, {field: value})


def test_files_for_other_programs_have_the_work_and_no_private_note(environment, sources, publisher):
    page = save(environment, publisher)
    environment.bookmarks.edit(page.id, note="secret thought", tags=["private tag"])

    files = {format: sources.cite([page.id], format=format) for format in ("bibtex", "ris", "csl-json")}

    assert "@article{lovelace1998descent," in files["bibtex"]
    assert "AU  - Lovelace, Ada" in files["ris"]
    assert json.loads(files["csl-json"])[0]["DOI"] == "10.1234/slopes.12"
    assert not any("secret" in text or "private tag" in text for text in files.values())


def test_a_bibliography_has_all_that_a_thing_builds_on(environment, sources):
    pages = [environment.bookmarks.save(f"https://e.org/{n}", title=f"Page {n}", fetch=False).bookmark.id
             for n in range(4)]  # fmt: skip
    marked = environment.highlights.add(pages[1], "some words", anyway=True)
    reading = environment.collections.add("Reading")
    inner = environment.collections.add("Inner")
    environment.collections.put(inner.id, [pages[3]])
    environment.collections.put(reading.id, [pages[2], marked.id, inner.id, pages[0]])
    essay = environment.journal.write(f"It follows from #{pages[3]} and #{marked.id}.")

    assert sources.bibliography(reading.id) == [pages[2], pages[1], pages[3], pages[0]]
    assert set(sources.bibliography(essay.id)) == {pages[3], pages[1]}
    assert sources.bibliography(pages[0]) == [pages[0]]
    assert sources.bibliography(environment.journal.write("alone").id) == []
    with pytest.raises(NotFound):
        sources.bibliography(999)


def test_a_doi_is_looked_up_when_asked(environment, sources, publisher):
    page = save(environment, publisher)
    item = {"type": "article-journal", "title": "On descent, properly", "author": [{"family": "Byron", "given": "Ada"}]}
    publisher.publish("/10.1234/slopes.12", json.dumps(item), Content_Type="application/json")

    assert sources.resolve(page.id, registries={"doi": publisher.url})["title"] == "On descent, properly"
    assert sources.cite([page.id]).startswith("Byron, A. (1998). On descent, properly.")
    publisher.publish("/10.1234/slopes.12", "", status=404)
    with pytest.raises(BrokenAnswer):
        sources.resolve(page.id, registries={"doi": publisher.url})


def test_a_book_and_a_paper_of_pubmed_are_looked_up_by_their_numbers(environment, sources, publisher):
    asked = {"isbn": publisher.url, "pmid": publisher.url}
    book = {"title": "Algebra", "subtitle": "A start", "authors": [{"name": "Emmy Example"}], "publish_date":
            "May 1921", "publishers": [{"name": "Press"}]}  # fmt: skip
    isbn = "9780007280599"
    publisher.publish(f"/api/books?bibkeys=ISBN:{isbn}&format=json&jscmd=data", json.dumps({f"ISBN:{isbn}": book}))
    paper = {"type": "article-journal", "title": "On cells", "author": [{"family": "Bo", "given": "Cy"}]}
    publisher.publish("/lit/ctxp/v1/pubmed/?format=csl&id=123", json.dumps(paper))
    environment.bookmarks.import_file("a.ris", f"TY  - BOOK\nTI  - Algebra\nSN  - {isbn}\nER  - \n".encode())
    (volume,) = environment.bookmarks.bookmark_ids()
    page = environment.bookmarks.save("https://pubmed.ncbi.nlm.nih.gov/123/", fetch=False).bookmark

    sources.resolve(volume, registries=asked)
    sources.resolve(page.id, registries=asked)

    assert sources.cite([volume]).startswith("Example, E. (1921). Algebra")
    assert sources.cite([page.id]).startswith("Bo, C. (n.d.). On cells.")
    with pytest.raises(InvalidInput, match="no DOI"):
        sources.resolve(environment.bookmarks.save("https://e.org/", fetch=False).bookmark.id)


def test_a_source_is_judged_and_the_judgement_can_be_taken_back(environment, sources, publisher):
    page = save(environment, publisher)
    assert sources.judgement(page.id).answered == 0

    found = sources.judge(page.id, type="study", note="Small sample", answers={"who": "yes: her field", "views": "no"})

    assert (found.type, found.note, found.answered) == ("study", "Small sample", 2)
    assert next((one.name, one.answer, one.remark) for one in found.checklist) == ("who", "yes", "her field")
    assert sources.judge(page.id, answers={"who": ""}).answered == 1
    environment.library.undo()
    assert sources.judgement(page.id).answered == 2
    for wrong in ({"answers": {"x": "yes"}}, {"answers": {"who": "perhaps"}}, {"type": "gossip"}):
        with pytest.raises(InvalidInput):
            sources.judge(page.id, **wrong)


def test_what_one_thinks_of_a_source_stands_before_its_text_on_the_screen(environment, sources, publisher):
    page = save(environment, publisher)
    sources.judge(page.id, type="study", note="Sound.", answers={"who": "yes: her field", "evidence": "no"})

    shown = article(environment, page.id, "bookmark", now=dt.datetime.now(dt.UTC)).prose.blocks

    lines = [f"{block.first}{block.text}" for block in shown]
    at = lines.index("› Source: study")
    assert lines[at + 1] == "✓ Do you know who wrote it, and whether they know the field? yes: her field"
    assert lines[at + 2].startswith("✗ Does it show its evidence")
    assert lines[at + 3] == "✎ Sound."
    assert any("Gradient descent" in line for line in lines[at + 4 :])


def test_a_copy_is_kept_once_for_each_version(environment, sources, publisher):
    publisher.publish("/s.css", "h1{color:green}", Content_Type="text/css")
    page = save(environment, publisher)

    first = sources.snapshot(page.id)
    again = sources.snapshot(page.id)
    publisher.publish("/a", PAPER.replace("rests", "sleeps"), **HTML)
    changed = sources.snapshot(page.id)

    assert (first.new, again.new, changed.new) == (True, False, True)
    assert [one.sha256 for one in sources.snapshots(page.id)] == [changed.sha256, first.sha256]
    opened = sources.copy_to_open(page.id)
    assert opened.suffix == ".html"
    assert "h1{color:green}" in opened.read_text("utf-8")
    assert "sleeps" in opened.read_text("utf-8")


PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


def test_images_are_kept_once_as_files_and_what_is_none_is_said(environment, sources, publisher):
    publisher.publish("/i/a%20b.png", PNG, Content_Type="image/png")
    publisher.publish("/j/a_b", b"GIF89a" + bytes(9), Content_Type="image/png")
    publisher.publish("/x.svg", "<svg onload='alert(1)'/>", Content_Type="image/svg+xml")
    shown = "".join(f'<p>{WORDS}<img src="{path}" alt="x"></p>' for path in ("/i/a%20b.png", "/j/a_b", "/x.svg", "/no"))
    page = save(environment, publisher, f"<title>T</title><article><h1>T</h1>{shown}{WORDS}</article>")

    first, again = sources.keep_images(page.id), sources.keep_images(page.id)

    assert (first.new, first.known, again.new, again.known) == (2, 0, 0, 2)
    assert [url.rpartition("/")[2] for url in first.failed] == ["x.svg", "no"]
    assert [(one.name, one.media_type) for one in sources.images(page.id)] == [
        ("a_b.gif", "image/gif"), ("a_b.png", "image/png")]  # fmt: skip
    assert pathlib.Path(sources.images(page.id)[1].file).read_bytes() == PNG
    later = environment.bookmarks.save("https://e.org/", fetch=False).bookmark
    with pytest.raises(InvalidInput, match="no text yet"):
        sources.keep_images(later.id)


def test_only_a_page_that_answers_is_copied(environment, sources, publisher):
    page = save(environment, publisher)
    publisher.publish("/a", "gone", status=404)
    with pytest.raises(BrokenAnswer):
        sources.snapshot(page.id)
    publisher.publish("/a", b"PK", Content_Type="application/zip")
    with pytest.raises(InvalidInput):
        sources.snapshot(page.id)
    with pytest.raises(InvalidInput):
        sources.copy_to_open(page.id)


def test_a_pdf_is_kept_as_it_is(environment, sources, publisher):
    page = environment.bookmarks.save(publisher.publish("/a.pdf", b"%PDF-1.4", Content_Type="application/pdf")).bookmark

    assert sources.snapshot(page.id).new
    assert sources.copy_to_open(page.id).read_bytes() == b"%PDF-1.4"
    assert sources.copy_to_open(page.id).suffix == ".pdf"


def test_pages_are_asked_for_and_what_is_gone_is_said(environment, sources, publisher):
    there = save(environment, publisher, path="/there")
    gone = save(environment, publisher, path="/gone")
    moved = save(environment, publisher, path="/moved")
    publisher.publish("/gone", "", status=404)
    publisher.publish("/moved", "", status=301, Location="/new")
    publisher.publish("/new", PAPER, **HTML)

    found = {one.id: one for one in sources.check(pause=0)}

    assert {id: one.standing for id, one in found.items()} == {there.id: "there", gone.id: "gone", moved.id: "moved"}
    assert found[moved.id].moved_to == publisher.url + "/new"
    assert found[gone.id].archived == f"https://web.archive.org/web/{gone.saved_at:%Y%m%d}/{gone.url}"
    assert found[gone.id].gone_since is not None
    assert list(sources.check(pause=0)) == []  # their turn comes again tomorrow, or in a month
    assert len(list(sources.check(force=True, pause=0))) == 3
    assert [one.standing for one in sources.check([gone.id], pause=0)] == ["gone"]


KEPT = "Gradient descent walks downhill on a surface of errors until it rests in a valley"
A, HOME = "https://site.example/post/1", "https://site.example/"


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        pytest.param(Seen(A, 200, A, False, "Descent", KEPT), "there", id="there"),
        pytest.param(Seen(A, 410, A, False), "gone", id="410"),
        pytest.param(Seen(A, 404, A, False), "gone", id="404"),
        pytest.param(Seen(A, 403, A, False), "doubtful", id="robots-are-not-welcome"),
        pytest.param(Seen(A, 503, A, False), "unreachable", id="trouble"),
        pytest.param(Seen(A, 200, A, False, "Page not found | Site", "Sorry"), "gone", id="soft-404"),
        pytest.param(Seen(A, 200, A, False, "Seite nicht gefunden", "Leider"), "gone", id="soft-404-german"),
        pytest.param(Seen(A, 200, HOME, True, "Site", "Welcome"), "gone", id="led-home"),
        pytest.param(Seen(HOME, 200, HOME + "en/", False, "Site", KEPT), "there", id="a-home-page-led-to-its-language"),
        pytest.param(Seen(A, 200, A, False, "site.example", "This domain is for sale!"), "gone", id="for-sale"),
        pytest.param(Seen(A, 200, A, False, "Casino", "Win money with slots tonight"), "doubtful", id="other-text"),
        pytest.param(Seen(A, 200, A + "-new", True, "Descent", KEPT), "moved", id="moved-for-good"),
        pytest.param(Seen(A, 200, A + "?login", False, "Descent", KEPT), "there", id="moved-for-now"),
        pytest.param(Seen(A, 200, A, False, "", "", is_page=False), "there", id="a-file"),
    ],
)
def test_what_an_answer_says_of_a_page(seen, state):
    assert standing_of(seen, "Descent", KEPT).state == state


def test_a_page_about_missing_pages_is_not_missing():
    seen = Seen(A, 200, A, False, "Why “page not found” is 404", KEPT)

    assert standing_of(seen, "Why “page not found” is 404", KEPT).state == "there"


def test_a_page_that_is_not_there_is_asked_for_less_and_less_often():
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    days = [(next_check("gone", failures, now) - now).days for failures in (1, 2, 3, 8, 100)]

    assert days == [1, 2, 4, 60, 60]
    assert (next_check("there", 0, now) - now).days == 30
    assert next_check(None, 0, None) is None


def test_the_commands_tell_one_story(ple, publisher, tmp_path, monkeypatch):
    url = publisher.publish("/a", PAPER, **HTML)
    page = ple("save", url, "--offline", "--tag", "thesis", "--json").json
    number = str(page["id"])

    assert ple("bookmarks", "cite", number).out.startswith("Lovelace, A., & van der Berg, B. (1998). On descent.")
    assert "“On Descent.”" in ple("bookmarks", "cite", "--tag", "thesis", "--style", "mla").out
    ple("bookmarks", "cite", "--tag", "thesis", "--format", "bibtex", "--output", str(tmp_path / "t.bib"))
    assert "@article{" in (tmp_path / "t.bib").read_text()
    ple("collections", "add", "For the essay")
    ple("collections", "put", "For the essay", number)
    ris = ple("bookmarks", "cite", "--of", "For the essay", "--format", "ris").out
    assert "AU  - Lovelace, Ada\nAU  - van der Berg, Bob\nTI  - On descent\n" in ris
    assert "(2001)" in ple("bookmarks", "cite", number, "--set", "issued=2001").out
    ple("bookmarks", "judge", number, "--type", "study", "--answer", "who=yes: her field", "--note", "Sound.")
    shown = ple("bookmarks", "show", number).out
    assert "Source: study" in shown
    assert "her field" in shown
    assert "as in the last copy" in ple("bookmarks", "snapshot", number).out
    assert len(ple("bookmarks", "snapshots", number, "--json").json) == 1
    monkeypatch.chdir(ple.folder.parent)
    monkeypatch.setenv("PLE_BROWSER", "true")
    ple("bookmarks", "open", number, "--offline", "--library", ple.folder.name)  # a folder as it is seen from here
    assert ple("bookmarks", "check", number, "--json").json["there"] == 1
    publisher.publish("/a", "", status=404)
    said = ple("bookmarks", "check", number, "--strict", code=1)
    assert "you have a copy" in said.err
    ple("bookmarks", "cite", code=2)


def test_a_preprint_is_asked_for_by_the_doi_that_arxiv_gives_it() -> None:
    from ple.bookmarks.scholarly import doi_of_arxiv

    assert [doi_of_arxiv(number) for number in ("arXiv:2101.00001", "arXiv:hep-th/9901001", "12")] == [
        "10.48550/arXiv.2101.00001",
        "10.48550/arXiv.hep-th/9901001",
        "",
    ]


def test_keys_to_cite_by_stay_short_enough_for_every_database(environment):
    long = json.dumps([{"id": "x" * 5000, "type": "book", "title": "y" * 5000, "author": [], "URL": "https://e.org/"}])
    environment.bookmarks.import_file("f", long.encode())

    (work,) = environment.sources.works(environment.bookmarks.bookmark_ids())

    assert work["id"] == "nd" + "y" * 60
