import io

import pytest

from ple.bookmarks.pdf import read_here, read_pdf


def pdf(*pages, title="", password=""):
    """Return a PDF file with a line of text for each page."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    font = DictionaryObject(
        {NameObject(key): NameObject(value) for key, value in {
            "/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica", "/Encoding": "/WinAnsiEncoding"}.items()}
    )  # fmt: skip
    for lines in pages:
        page = writer.add_blank_page(600, 800)
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        shown = " T* ".join(f"({line}) Tj" for line in lines.split("\n"))
        stream.set_data(f"BT /F1 12 Tf 14 TL 50 700 Td {shown} ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    if title:
        writer.add_metadata({"/Title": title, "/Author": "Emmy Noether"})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


PAPER = pdf("Invariants of varia-\ntional problems are\nkept by symmetries.", "The second page.", title="Invariants")


def test_the_text_of_all_pages_is_read_with_words_made_whole_and_nothing_run_that_lies_about(tmp_path, monkeypatch):
    (tmp_path / "pypdf.py").write_text("raise SystemExit  # somebody's, in the folder where the learner is\n")
    monkeypatch.chdir(tmp_path)

    found = read_pdf(PAPER)

    assert (found.pages, found.title, found.author) == (2, "Invariants", "Emmy Noether")
    assert "Invariants of variational problems are kept by symmetries." in found.text
    assert "The second page." in found.text


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "damaged"),
        (b"%PDF-1.4 nonsense", "damaged"),
        (PAPER[:400], "damaged"),
        (pdf("Secret words", password="x"), "password"),
        (pdf(""), "only pictures"),
    ],
    ids=["empty", "nonsense", "cut", "locked", "scanned"],
)
def test_what_cannot_be_read_is_said(data, problem):
    found = read_here(data)

    assert found.text.strip() == ""
    assert problem in found.problem


def test_a_process_of_its_own_says_the_same():
    assert read_pdf(PAPER[:400]) == read_here(PAPER[:400])


def test_reading_ends_when_its_time_is_over():
    assert "longer than" in read_pdf(PAPER, seconds=0.001).problem


def test_a_saved_pdf_can_be_read_searched_and_marked(sqlite_environment, publisher):
    url = publisher.publish("/files/noether.pdf", PAPER, Content_Type="application/pdf")

    page = sqlite_environment.bookmarks.save(url).bookmark

    assert (page.title, page.author, page.problem) == ("Invariants", "Emmy Noether", None)
    assert sqlite_environment.highlights.add(page.id, "variational problems").state == "anchored"
    assert [hit.id for hit in sqlite_environment.search.find("symmetries kind:bookmark").hits] == [page.id]
