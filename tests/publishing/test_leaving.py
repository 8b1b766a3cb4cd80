"""Leaving with everything: a zip, a book, a PDF, a zip for Mahara."""

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from PIL import Image

from ple.library import InvalidInput
from ple.portfolio.mentions import HIDDEN
from tests.publishing.conftest import Learner
from tests.publishing.leap import faults

ATOM = "{http://www.w3.org/2005/Atom}"
ALL = os.environ.get("PLE_TEST_ALL")


def rich(learner: Learner) -> Learner:
    """Texts with what a converter may stumble over."""
    learner.portfolio.init(about="I **learn** &amp; _write_ <br> about *sleep*.", licence="CC BY 4.0")
    text = (
        "# Heading\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint('x < y & z')\n```\n\n"
        "A [link](https://example.org/?a=1&b=2), [[Sleep]], math $x^2 < y$, a footnote[^1], ~~gone~~ "
        "and – “quotes” & 光合作用.\n"
        "\n- [x] done\n- [ ] not\n\n[^1]: Here.\n\n<details><summary>More</summary>Words</details>\n"
    )
    learner.portfolio.edit(learner.ids[0], page="Experiments", skills=["Planning", "Statistics & R"])
    learner.show("Rich <b>&</b> “strange” \x07 title", text)
    return learner


def test_the_zip_holds_the_site_its_sources_and_what_belongs_to_them(learner: Learner, tmp_path: Path) -> None:
    from ple.library import Attachment

    source = learner.portfolio.artifact(learner.ids[0]).source_id
    library = learner.shelf._library
    with library.writing() as tx:
        kept = library.files.keep(b"a,b\n1,2\n")
        tx.add(
            Attachment(
                resource_id=source,
                role="document",
                name="../../data of mine.csv",
                sha256=kept,
                media_type="text/csv",
                size_bytes=8,
            )
        )
    learner.portfolio.edit(learner.ids[0], reflection="I learned.", why="Why not: no")
    learner.show("Kept back", "Mine", visibility="private")
    count = learner.portfolio.leave(tmp_path / "mine.zip")
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        names = archive.namelist()
        assert len(names) == count
        assert "site/work/sleep/index.html" in names
        assert "4 pieces of work: 2 public, 1 unlisted, 1 private" in archive.read("README.md").decode()
        place = next(name for name in names if name.startswith("sources/") and name.endswith("-spaced-practice.md"))
        said = archive.read(place).decode()
        assert "Half forgotten" in said
        assert 'tags: ["memory"]' in said
        assert "## Reflection\n\nI learned." in said
        assert archive.read(next(name for name in names if name.endswith(".csv"))) == b"a,b\n1,2\n"
        assert not any(".." in name for name in names)
        rows = json.loads(archive.read("sources/portfolio.json"))["artifacts"]
    assert {row["title"] for row in rows} == {"Spaced practice", "Sleep", "For my tutor", "Kept back"}
    with pytest.raises(InvalidInput, match="there already"):
        learner.portfolio.leave(tmp_path / "mine.zip")
    learner.portfolio.leave(tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "mine.zip").read_bytes()


def test_two_files_of_one_name_are_both_in_the_zip(learner: Learner, tmp_path: Path) -> None:
    from ple.library import Attachment

    id = learner.ids[0]
    library = learner.shelf._library
    with library.writing() as tx:
        tx.add(
            Attachment(
                resource_id=learner.portfolio.artifact(id).source_id, role="document", name="My curve.csv",
                sha256=library.files.keep(b"old"), media_type="text/csv", size_bytes=3,
            )
        )  # fmt: skip
    learner.portfolio.show_file(id, "my-curve.csv", b"new")
    learner.portfolio.leave(tmp_path / "mine.zip")
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        rows = json.loads(archive.read("sources/portfolio.json"))["artifacts"]
        (files,) = [row["files"] for row in rows if row["id"] == id]
        said = {one["name"]: archive.read(f"sources/{one['file']}") for one in files}
    assert said == {"My curve.csv": b"old", "my-curve.csv": b"new"}


def test_the_site_alone_is_a_zip_for_a_host(learner: Learner, tmp_path: Path) -> None:
    learner.portfolio.leave(tmp_path / "site.zip", "site")
    with zipfile.ZipFile(tmp_path / "site.zip") as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {
        path: said for path, said in learner.site.items() if not path.startswith("u/") or path == "u/index.html"
    }


def test_a_book_has_the_public_works_and_links_between_them(learner: Learner, tmp_path: Path) -> None:
    rich(learner)
    learner.portfolio.leave(tmp_path / "book.epub")
    with zipfile.ZipFile(tmp_path / "book.epub") as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, said in found.items():
        if name.endswith((".xhtml", ".opf", ".xml")):
            fromstring(said)
    assert "hiddenwords" not in "".join(found.values())
    assert 'href="work-002.xhtml"' in found["EPUB/work-003.xhtml"]
    assert "Experiments" in found["EPUB/nav.xhtml"]
    learner.portfolio.leave(tmp_path / "again.epub")
    assert (tmp_path / "again.epub").read_bytes() == (tmp_path / "book.epub").read_bytes()


def test_what_a_book_says_of_its_author_names_nothing_private(learner: Learner, tmp_path: Path) -> None:
    learner.show("Kept back", "Mine", visibility="private")
    learner.show("Kept back begins", "[[Kept back]] begins")
    about = "See [[Sleep]], [[Kept back]] and [[For my tutor]].<!-- not for others --> About $a^2$.\n\n# Aims"
    learner.portfolio.init(about=about)
    learner.portfolio.leave(tmp_path / "book.epub")
    with zipfile.ZipFile(tmp_path / "book.epub") as archive:
        said = archive.read("EPUB/title.xhtml").decode()
        package = archive.read("EPUB/package.opf").decode()
        assert not [name for name in archive.namelist() if b"Kept back" in archive.read(name)]
    learner.portfolio.leave(tmp_path / "mahara.zip", "leap2a")
    with zipfile.ZipFile(tmp_path / "mahara.zip") as archive:
        assert "Kept back" not in archive.read("leap2a.xml").decode()
    assert re.sub(r"<math.*?</math>", "…", said).count("See <a href") == 1
    assert said.count(HIDDEN) == 2
    for secret in ("Kept back", "For my tutor", "not for others", "[["):
        assert secret not in said
    assert "<math" in said
    assert 'href="title.xhtml" media-type="application/xhtml+xml" properties="mathml"' in package
    assert "<h2>Aims</h2>" in said

    from ple.portfolio.leaving.book import read_book
    from ple.portfolio.leaving.pdf import _document

    book = read_book(learner.portfolio.folder, learner.portfolio.settings(), learner.portfolio.artifacts())
    page = _document(book)
    assert "Kept back" not in page.partition("book-contents")[0]
    assert '<code class="formula">a^2</code>' in page, "what makes PDFs knows no formulas"


def test_the_pictures_of_a_book_are_of_a_sort_that_all_readers_know(learner: Learner, tmp_path: Path) -> None:
    for name, mode, colour in (("clear", "RGBA", (0, 90, 90, 90)), ("full", "RGB", (0, 90, 90))):
        out = io.BytesIO()
        Image.new(mode, (30, 20), colour).save(out, "PNG")
        learner.portfolio.add_file(f"{name}.png", out.getvalue(), alt="Teal", visibility="public")
    learner.portfolio.leave(tmp_path / "book.epub")
    with zipfile.ZipFile(tmp_path / "book.epub") as archive:
        found = [name for name in archive.namelist() if "pictures/" in name]
        kinds = [Image.open(io.BytesIO(archive.read(name))).format for name in found]
        package = archive.read("EPUB/package.opf").decode()
        said = "".join(archive.read(name).decode() for name in archive.namelist() if "work-" in name)
    assert (found, kinds) == (["EPUB/pictures/1.png", "EPUB/pictures/2.jpg"], ["PNG", "JPEG"])
    assert 'href="pictures/2.jpg" media-type="image/jpeg"' in package
    assert 'src="pictures/1.png"' in said


def test_a_text_from_right_to_left_says_so_in_a_book(learner: Learner, tmp_path: Path) -> None:
    learner.show("عنوان", "نص عن التعلم")
    learner.portfolio.leave(tmp_path / "book.epub")
    with zipfile.ZipFile(tmp_path / "book.epub") as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist() if "work-" in name}
    (page,) = [said for said in pages.values() if "عنوان" in said]
    assert 'dir="rtl"' in page
    assert 'dir="auto"' not in "".join(pages.values()), "not all readers look for themselves"


@pytest.mark.skipif(not (ALL and shutil.which("epubcheck")), reason="PLE_TEST_ALL=1 runs it where epubcheck is")
def test_the_book_is_valid_for_epubcheck(learner: Learner, tmp_path: Path) -> None:
    rich(learner)
    learner.portfolio.leave(tmp_path / "book.epub", with_unlisted=True)
    jar = str(Path(str(shutil.which("epubcheck"))).resolve())
    words = ["java", "-jar", jar] if zipfile.is_zipfile(jar) else [jar]
    done = subprocess.run([*words, str(tmp_path / "book.epub")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No errors or warnings detected" in done.stdout + done.stderr


@pytest.mark.skipif(not ALL, reason="PLE_TEST_ALL=1 runs it: it lays out pages")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_pdf_has_the_works_with_bookmarks_and_the_same_bytes_again(learner: Learner, tmp_path: Path) -> None:
    weasyprint: Any = pytest.importorskip("weasyprint")
    assert weasyprint
    from pypdf import PdfReader

    rich(learner)
    learner.portfolio.leave(tmp_path / "book.pdf")
    read = PdfReader(tmp_path / "book.pdf")
    text = "".join(page.extract_text() for page in read.pages)
    assert "Half forgotten" in text
    assert "hiddenwords" not in text
    assert read.metadata is not None
    assert read.metadata.author == "Noor Vance"
    assert len(read.outline) >= 3
    learner.portfolio.leave(tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == (tmp_path / "book.pdf").read_bytes()


def test_leap2a_says_works_skills_and_collections(learner: Learner, tmp_path: Path) -> None:
    rich(learner)
    learner.portfolio.leave(tmp_path / "mahara.zip", "leap2a")
    with zipfile.ZipFile(tmp_path / "mahara.zip") as archive:
        said = archive.read("leap2a.xml")
    assert list(faults(said)) == []
    feed = fromstring(said)
    types = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
    kinds: dict[str, list[str]] = {}
    ids = set()
    for entry in feed.iter(f"{ATOM}entry"):
        kind = entry.find(f"{types}type").get(f"{types}resource")
        kinds.setdefault(kind, []).append(entry.findtext(f"{ATOM}title"))
        ids.add(entry.findtext(f"{ATOM}id"))
        assert entry.findtext(f"{ATOM}updated")
    assert kinds["leap2:ability"] == ["Planning", "Statistics & R"]
    assert kinds["leap2:selection"] == ["Experiments"]
    assert len(kinds["leap2:entry"]) == 3
    assert b"hiddenwords" not in said
    links = [link for link in feed.iter(f"{ATOM}link") if link.get("rel").startswith("leap2:")]
    assert links
    assert {link.get("href") for link in links} <= ids


def test_leap2a_is_what_the_specification_asks_and_names_nothing_private(learner: Learner, tmp_path: Path) -> None:
    rich(learner)
    learner.portfolio.init(me=["https://social.example/@me", "mailto:me@example.org"])
    hostile = "a\n\n<p xml:x='1' on:x=2>b<br>c</p>\n\n<svg><a xlink:href='x'>d</a></svg> $x<y$ &nbsp; [x](https://x.example/?a=1&b=2)"
    number = learner.show("Notes", f"{hostile} [[Kept back]] [[Sleep]] [[For my tutor|my tutor]] #3", tags=["a & b"])
    learner.show("Kept back", "Words.", visibility="private")
    learner.portfolio.edit(number, why="As [[Kept back]] says", reflection="See [[Kept back]]", skills=["Planning"])
    reading = learner.shelf.put("A paper", "Its text.", kind="bookmark", url="https://paper.example/?x=<y>")
    learner.portfolio.add(reading, visibility="public", quote="A <passage>.")
    learner.portfolio.add(learner.shelf.put("All", "What I *made*.", kind="collection"), visibility="public")
    learner.portfolio.leave(tmp_path / "mahara.zip", "leap2a")
    with zipfile.ZipFile(tmp_path / "mahara.zip") as archive:
        said = archive.read("leap2a.xml")
    assert list(faults(said)) == []
    assert b"Kept back" not in said
    assert b"For my tutor" not in said
    titled = {entry.findtext(f"{ATOM}title"): entry for entry in fromstring(said).iter(f"{ATOM}entry")}
    parts = [link.get("href") for link in titled["All"].iter(f"{ATOM}link") if link.get("rel") == "leap2:has_part"]
    assert len(parts) == 5
    assert "leap2:is_part_of" in [link.get("rel") for link in titled["Notes"].iter(f"{ATOM}link")]


def test_leap2a_takes_the_files_that_works_show_along_as_the_site_has_them(learner: Learner, tmp_path: Path) -> None:
    from PIL import Image

    said = io.BytesIO()
    camera = Image.Exif()
    camera[0x010E] = "where I live"
    Image.new("RGB", (1500, 400), (200, 30, 30)).save(said, "JPEG", exif=camera)
    shown = learner.portfolio.add_file("My red (final).jpg", said.getvalue(), alt="All red", visibility="public")
    learner.portfolio.add_file("essay.pdf", b"%PDF-1.4 mine", title="An essay", visibility="public")
    learner.portfolio.add_file("secret.txt", b"secret", visibility="private")
    learner.portfolio.leave(tmp_path / "mahara.zip", "leap2a")
    with zipfile.ZipFile(tmp_path / "mahara.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    document = held.pop("leap2a.xml")
    assert list(faults(document)) == []
    picture, essay = sorted(held, key=lambda name: name.endswith(".pdf"))
    assert held[essay] == b"%PDF-1.4 mine"
    with Image.open(io.BytesIO(held[picture])) as image:
        assert image.width > 1000
    assert b"where I live" not in held[picture]
    entries = {entry.findtext(f"{ATOM}title"): entry for entry in fromstring(document).iter(f"{ATOM}entry")}
    file = entries["My red (final).jpg"]
    content = file.find(f"{ATOM}content")
    assert (content.get("src"), content.get("type")) == (picture, "image/jpeg")
    assert file.findtext(f"{ATOM}summary") == "All red"
    links = entries[shown.title].findall(f"{ATOM}link")
    assert file.findtext(f"{ATOM}id") in [link.get("href") for link in links if link.get("rel") == "related"]


def test_leap2a_is_the_same_after_somebody_else_has_named_namespaces(learner: Learner, tmp_path: Path) -> None:
    from xml.etree.ElementTree import register_namespace

    learner.portfolio.leave(tmp_path / "before.zip", "leap2a")
    register_namespace("", "http://www.w3.org/2000/svg")  # as the library that makes PDFs does
    learner.portfolio.leave(tmp_path / "mahara.zip", "leap2a")
    with zipfile.ZipFile(tmp_path / "mahara.zip") as archive:
        assert list(faults(archive.read("leap2a.xml"))) == []


def test_what_is_no_leap2a_is_noticed(learner: Learner) -> None:
    from ple.portfolio.leaving.leap2a import leap2a

    learner.portfolio.edit(learner.ids[0], skills=["Planning"])
    works = list(learner.portfolio._shelf.read(private=False))
    with zipfile.ZipFile(io.BytesIO(leap2a(learner.portfolio.settings(), works))) as archive:
        said = archive.read("leap2a.xml")
    assert not list(faults(said))
    for before, after, told in (
        (b"<leap2:version>", b"<leap2:version>x", "which version"),
        (b'resource="leap2:ability"', b'resource="leap2:skill"', "no type"),
        (b'rel="leap2:has_evidence"', b'rel="leap2:proves"', "relation"),
        (b' xmlns:categories="', b' xmlns:other="x" xmlns:categories="x', "declare"),
        (b"person_type#", b"persontype#", "learner's own"),
        (b'rel="leap2:is_evidence_of"', b'rel="related"', "does not say is_evidence_of"),
        (b"<updated>", b"<updated>on ", "RFC 3339"),
        (b'type="xhtml"', b'type="html"', "XHTML"),
    ):
        assert before in said
        assert any(told in fault for fault in faults(said.replace(before, after))), told
