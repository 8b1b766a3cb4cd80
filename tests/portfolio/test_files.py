"""Pictures and files that are shown: what reaches the site of them, and what does not."""

import array
import io
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from PIL import Image, ImageDraw

from ple.library import InvalidInput, Library
from ple.portfolio import Portfolio
from ple.portfolio.enlarger import Enlarger, TooSlow
from ple.portfolio.files import form_not_shown, language_of, name_on_site, recognised, words
from ple.portfolio.pictures import PictureError, checked, made
from ple.portfolio.values import ShownFile
from tests.portfolio.conftest import Shelf, tree


@pytest.fixture
def library(sqlite_environment: Any) -> Library:
    """Files lie in a folder whatever the database is."""
    library: Library = sqlite_environment.library
    return library


def photograph(width: int = 1200, height: int = 800, orientation: int = 1) -> bytes:
    """Return a JPEG as a camera makes it, with a place and an owner in its notes; its upper left is red."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x013B] = "SECRET-OWNER"
    notes.get_ifd(0x8825)[1] = "N"
    notes.get_ifd(0x8825)[2] = (47.0, 4.0, 15.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=notes, quality=60, comment=b"SECRET-COMMENT")
    return out.getvalue()


def drawing(width: int = 300, height: int = 200) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (width, height), (0, 80, 160, 128)).save(out, "PNG")
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Return a small PNG that says that it is large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b"")


def test_a_picture_is_shown_in_sizes_without_what_the_camera_noted(portfolio: Portfolio) -> None:
    artifact = portfolio.add_file(
        "/home/me/IMG_1.JPG", photograph(), alt="A red corner", title="Corner", visibility="public", why="It is mine."
    )
    assert (artifact.source_id, artifact.source_kind) == (None, "picture")
    portfolio.build()
    files = tree(portfolio.folder)
    assert [path for path in files if path.startswith("work/corner/")] == [
        "work/corner/img-1-1200.jpg",
        "work/corner/img-1-480.jpg",
        "work/corner/img-1-960.jpg",
        "work/corner/index.html",
    ]
    for content in files.values():
        assert b"SECRET" not in content
        assert b"Exif" not in content
    small = Image.open(io.BytesIO(files["work/corner/img-1-480.jpg"]))
    assert small.size == (480, 320)
    assert not small.getexif()

    page = lxml.html.document_fromstring(files["work/corner/index.html"])
    (picture,) = page.cssselect(".e-content figure > a > img.u-photo")
    assert picture.getparent().get("href") == "../../work/corner/img-1-1200.jpg"
    assert picture.get("alt") == "A red corner"
    assert (picture.get("width"), picture.get("height")) == ("1200", "800")
    assert picture.get("srcset").count("w,") == 2
    for address in re.findall(r"\S+\.jpg", picture.get("srcset")):
        assert address.removeprefix("../../") in files
    assert page.cssselect('meta[property="og:image"]')[0].get("content").endswith("/work/corner/img-1-1200.jpg")
    home = lxml.html.document_fromstring(files["index.html"])
    assert home.cssselect(".card img.thumb")[0].get("alt") == ""  # its title stands beside it


def test_a_picture_stands_as_the_camera_was_held() -> None:
    data = photograph(400, 200, orientation=6)  # to be turned right by a quarter
    assert (checked(data).width, checked(data).height) == (200, 400)
    upright = Image.open(io.BytesIO(made(data, 200))).convert("RGB")
    assert upright.size == (200, 400)
    red, _green, blue = upright.getpixel((190, 10))  # type: ignore[misc]
    assert red > 200 > blue


def test_a_drawing_keeps_what_is_transparent_and_is_never_made_larger() -> None:
    assert checked(drawing()).widths == [300]
    small = Image.open(io.BytesIO(made(drawing(), 300)))
    assert (small.format, small.mode) == ("WEBP", "RGBA")


def test_a_grey_picture_of_sixteen_bits_is_not_white() -> None:
    """As microscopes, telescopes and scanners make them."""
    steps = array.array("H", [step * 128 for _row in range(256) for step in range(512)])
    out = io.BytesIO()
    Image.frombytes("I;16", (512, 256), steps.tobytes()).save(out, "PNG")
    seen = Image.open(io.BytesIO(made(out.getvalue(), 512))).convert("L")
    found = [seen.getpixel((x, 128)) for x in (0, 128, 256, 384, 511)]
    assert all(abs(int(str(one)) - x // 2) < 6 for one, x in zip(found, (0, 128, 256, 384, 511), strict=True)), found


def lines(colour: str, ground: str | tuple[int, ...]) -> bytes:
    image = Image.new("RGBA", (300, 200), ground)
    for x in range(0, 300, 20):
        image.paste(colour, (x, 0, x + 3, 200))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def disc() -> bytes:
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((0, 0, 199, 199), fill="navy")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "ink"),
    [
        pytest.param(lines("black", (0, 0, 0, 0)), "dark", id="black on nothing"),
        pytest.param(lines("navy", (255, 255, 255, 0)), "dark", id="blue on nothing"),
        pytest.param(lines("white", (0, 0, 0, 0)), "light", id="white on nothing"),
        pytest.param(lines("gray", (0, 0, 0, 0)), "", id="grey, which is seen on any ground"),
        pytest.param(lines("black", "white"), "", id="a ground of its own"),
        pytest.param(lines("black", (255, 255, 255, 230)), "", id="nearly one"),
        pytest.param(disc(), "", id="a round badge"),
        pytest.param(photograph(60, 40), "", id="a photograph"),
        pytest.param(drawing(), "", id="half seen through everywhere"),
    ],
)
def test_what_can_be_seen_through_keeps_the_ground_that_it_needs(data: bytes, ink: str) -> None:
    assert checked(data).ink == ink


def test_pages_say_which_ground_a_picture_needs(portfolio: Portfolio) -> None:
    for name, data in (("dark", lines("black", (0, 0, 0, 0))), ("full", lines("black", "white"))):
        portfolio.add_file(f"{name}.png", data, alt="Lines", title=name, visibility="public")
    portfolio.build()
    classes = []
    for page, pictures in (("work/dark/", ".shown img"), ("work/full/", ".shown img"), ("", "img.thumb")):
        home = lxml.html.document_fromstring((portfolio.folder / page / "index.html").read_bytes())
        classes += [re.findall(r"ink-\w+", str(one.get("class"))) for one in home.cssselect(pictures)]
    assert classes == [["ink-dark"], [], ["ink-dark"], []]


def test_what_moves_is_said_to_stand_still(portfolio: Portfolio) -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    portfolio.add_file("a.gif", out.getvalue(), alt="Red, blue", visibility="public", why="w")
    out = io.BytesIO()
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])  # a second one for the other eye
    portfolio.add_file("b.jpg", out.getvalue(), alt="Red", visibility="public", why="w")
    (finding,) = [one for one in portfolio.check() if one.artifact]
    assert finding.problem == "the picture a.gif of “a” moves, and its page shows only how it begins"
    assert not finding.serious


def test_a_small_picture_is_not_blown_up_on_a_card_and_a_wide_one_is_not_blurred(portfolio: Portfolio) -> None:
    for name, size in (("small", (100, 80)), ("wide", (720, 120)), ("usual", (360, 240))):
        portfolio.add_file(f"{name}.jpg", photograph(*size), alt="Red", title=name, visibility="public")
    portfolio.build()
    home = lxml.html.document_fromstring((portfolio.folder / "index.html").read_bytes())
    small, wide, usual = home.cssselect("img.thumb")
    assert small.get("class") == "thumb u-photo as-is"
    assert usual.get("class") == wide.get("class") == "thumb u-photo"
    assert usual.get("sizes") == "(max-width: 34rem) 92vw, 20rem"
    assert wide.get("sizes") == "(max-width: 34rem) 368vw, 80rem"


_BOX = b"\0\0\0\x18ftyp"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("IMG_1.HEIC", _BOX + b"heic\0\0\0\0mif1heic" + bytes(200), id="of a telephone"),
        pytest.param("a.avif", _BOX + b"avif\0\0\0\0mif1avif" + bytes(200), id="a newer form"),
        pytest.param("scan.tif", b"II*\0\x08\0\0\0" + bytes(200), id="of a scanner"),
        pytest.param("shot.dng", b"MM\0*\0\0\0\x08" + bytes(200), id="of a camera"),
        pytest.param("paint.bmp", b"BM\x9a\x02\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" + bytes(200), id="of a program"),
    ],
)
def test_a_picture_that_no_page_shows_does_not_go_to_the_site_with_what_a_camera_noted(
    portfolio: Portfolio, name: str, data: bytes
) -> None:
    with pytest.raises(InvalidInput, match="may tell where it was taken") as caught:
        portfolio.add_file(name, data, alt="A picture", visibility="public")
    assert "Save it as JPEG or PNG" in (caught.value.hint or "")
    assert portfolio.artifacts() == []
    assert form_not_shown(b"BM is how this text begins") is None


@pytest.mark.parametrize(
    ("said", "tells"),
    [
        pytest.param(b"\xa9xyz\0\x12\x15\xc7+47.0707+015.4395/", True, id="Android"),
        pytest.param(b"\0\0\0\x34mdtacom.apple.quicktime.location.ISO6709", True, id="iPhone"),
        pytest.param(b"\xa9nam\0\x12\x15\xc7A film", False, id="a title"),
        pytest.param(b"loci and \xa9xyz", False, id="the same letters by chance"),
    ],
)
def test_a_film_that_tells_where_it_was_taken_is_found(portfolio: Portfolio, said: bytes, tells: bool) -> None:
    data = _BOX + b"mp42\0\0\0\0mp42isom" + bytes(300) + said + bytes(300)
    for name in ("a.mp4", "a.m4a"):
        portfolio.add_file(name, data, title="A film", visibility="public", why="w")
    found = [one.problem.split()[1] for one in portfolio.check() if "tells where it was taken" in one.problem]
    assert found == (["film", "recording"] if tells else [])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(bomb(60_000, 60_000), id="unpacks to ten gigabytes"),
        pytest.param(bomb(15_999, 15_999), id="unpacks to a gigabyte"),
        pytest.param(bomb(40_000, 10), id="longer than any page"),
        pytest.param(bomb(500, 500), id="ends before it should"),
        pytest.param(photograph()[:3000], id="torn off"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\xff" * 500, id="no picture"),
        pytest.param(b"GIF89a" + b"\xff" * 500, id="no picture either"),
    ],
)
def test_hostile_pictures_are_refused(portfolio: Portfolio, data: bytes) -> None:
    with pytest.raises(PictureError):
        checked(data)
    with pytest.raises(PictureError) as caught:
        portfolio.add_file("a.png", data, alt="A picture")
    assert caught.value.hint
    assert portfolio.artifacts() == []


def test_a_picture_needs_words_for_those_who_cannot_see_it(portfolio: Portfolio) -> None:
    with pytest.raises(InvalidInput, match="nothing says what can be seen") as caught:
        portfolio.add_file("a.png", drawing())
    assert "--alt" in (caught.value.hint or "")
    artifact = portfolio.add_file("a.png", drawing(), alt="Blue", visibility="public")
    portfolio.edit(artifact.id, alt="")
    (finding,) = [one for one in portfolio.check() if "cannot see it" in one.problem]
    assert finding.serious


def test_a_pdf_is_linked_with_its_sort_and_size(portfolio: Portfolio) -> None:
    data = b"%PDF-1.7\n" + b"x" * 1_234_000
    portfolio.add_file("My thesis (final).pdf", data, title="Thesis", visibility="public")
    portfolio.build()
    page = lxml.html.document_fromstring((portfolio.folder / "work/thesis/index.html").read_bytes())
    (line,) = page.cssselect(".file")
    assert line.text_content() == "My thesis (final).pdf (PDF, 1.2 MB)"
    link = line.cssselect("a")[0]
    assert (link.get("href"), link.get("type")) == ("../../work/thesis/my-thesis-final.pdf", "application/pdf")
    assert (portfolio.folder / "work/thesis/my-thesis-final.pdf").read_bytes() == data


def test_code_is_coloured_and_a_text_in_markdown_is_a_text(portfolio: Portfolio) -> None:
    portfolio.add_file("solve.py", b"def solve():\n    return '```'\n", visibility="public")
    portfolio.add_file("essay.md", b"# Essay\n\nSome *words*.", visibility="public")
    portfolio.build()
    page = lxml.html.document_fromstring((portfolio.folder / "work/solve/index.html").read_bytes())
    assert page.cssselect("pre .k")[0].text == "def"
    assert page.cssselect(".meta .kind")[0].text == "Code"
    assert (portfolio.folder / "work/solve/solve-py.txt").read_bytes() == b"def solve():\n    return '```'\n"
    page = lxml.html.document_fromstring((portfolio.folder / "work/essay/index.html").read_bytes())
    assert page.cssselect(".e-content em")[0].text == "words"


@pytest.mark.parametrize(
    ("name", "data", "there"),
    [
        ("evil.svg", b"<svg onload='alert(1)'/>", "evil-svg.txt"),
        ("evil.html", b"<script>alert(1)</script>", "evil-html.txt"),
        ("evil.php", b"<?php system('id');", "evil-php.txt"),
        (".htaccess", b"AddHandler x .jpg", "htaccess.txt"),
        ("evil.pdf", b"<html><script>alert(1)</script>", "evil-pdf.txt"),
        ("evil.swf", b"FWS\x06\0\0\0", "evil.bin"),
        ("../../x.zip", b"PK\3\4\0\0", "x.zip"),
        ("evil.exe.zip", b"MZ\0\0", "evil-exe.zip"),
        ("光合.docx", b"PK\3\4\0\0", "file.docx"),
    ],
)
def test_no_file_is_one_that_a_browser_runs_or_a_host_executes(name: str, data: bytes, there: str) -> None:
    file = ShownFile(name.rpartition("/")[2], recognised(name, data), "0" * 64, len(data))
    assert name_on_site(file) == there


def test_files_that_are_empty_or_too_large_are_refused(portfolio: Portfolio) -> None:
    with pytest.raises(InvalidInput, match="is empty"):
        portfolio.add_file("a.txt", b"")
    assert [words(size) for size in (1, 999, 1000, 1_250_000, 104_857_600)] == [
        "1 byte", "999 bytes", "1.0 kB", "1.2 MB", "105 MB",
    ]  # fmt: skip
    assert [language_of(name) for name in ("a.py", "notes.txt", "x")] == ["python", "", ""]


def test_a_file_can_stand_beside_a_text_and_be_replaced_and_taken_away(portfolio: Portfolio, shelf: Shelf) -> None:
    source = shelf.put("An essay", "Some words.")
    with portfolio._library.writing() as tx:
        tx.attach(source, "document", "scan.png", "image/png", drawing())
    artifact = portfolio.add(source, visibility="public")
    with pytest.raises(InvalidInput, match="there is no file") as caught:
        portfolio.show_file(artifact.id, "other.png", alt="x")
    assert "scan.png" in (caught.value.hint or "")

    assert portfolio.show_file(artifact.id, "scan.png", alt="A scan").file is not None
    portfolio.build()
    assert (portfolio.folder / "work/an-essay/scan-300.webp").is_file()
    portfolio.show_file(artifact.id, "notes.pdf", b"%PDF-1.4 x")
    portfolio.build()
    assert not (portfolio.folder / "work/an-essay/scan-300.webp").exists()
    assert (portfolio.folder / "work/an-essay/notes.pdf").is_file()
    assert portfolio.show_file(artifact.id, "").file is None
    portfolio.build()
    assert [path.name for path in (portfolio.folder / "work/an-essay").iterdir()] == ["index.html"]
    assert not list((portfolio.folder.parent / "site.pictures").glob("[0-9a-f]*"))


def test_what_is_private_or_unlisted_leaves_no_file_elsewhere(portfolio: Portfolio) -> None:
    portfolio.add_file("hidden-name.png", drawing(), alt="Hidden words")
    unlisted = portfolio.add_file("by-link.png", drawing(), alt="By link", visibility="unlisted")
    portfolio.build()
    address = portfolio.artifact(unlisted.id).address or ""
    assert address.startswith("u/")
    for path, content in tree(portfolio.folder).items():
        assert b"idden words" not in content
        assert "hidden" not in path
        assert "by-link" not in path or path.startswith(address)
        assert b"by-link" not in content or path.startswith(address) or path == ".ple-portfolio.json"


def test_pictures_are_made_once_and_a_change_makes_what_a_whole_build_makes(
    portfolio: Portfolio, tmp_path: Path
) -> None:
    first = portfolio.add_file("one.jpg", photograph(), alt="One", visibility="public")
    portfolio.build()
    assert portfolio.build().written == 0
    portfolio.add_file("two.png", drawing(), alt="Two", visibility="public")
    portfolio.edit(first.id, alt="Another one", title="First")
    portfolio.build()
    room = portfolio.folder.parent / "site.pictures"
    stamps = {path.name: path.stat().st_mtime_ns for path in room.iterdir()}
    portfolio.build(tmp_path / "whole")
    assert {path.name: path.stat().st_mtime_ns for path in room.iterdir()} == stamps
    whole, changed = tree(tmp_path / "whole"), tree(portfolio.folder)
    assert whole == changed
    victim = next(path for path in room.iterdir() if len(path.name) == 32)
    victim.write_bytes(b"damaged")
    portfolio.build(tmp_path / "again")
    assert tree(tmp_path / "again") == changed


def test_a_file_that_is_missing_is_said_and_stops_no_build(portfolio: Portfolio) -> None:
    artifact = portfolio.add_file("one.pdf", b"%PDF-1.4", visibility="public")
    assert artifact.file
    portfolio._library.files.path(artifact.file.sha256).unlink()
    portfolio.build()
    assert "one.pdf" not in (portfolio.folder / "work/one/index.html").read_text()
    assert any("missing from the library" in one.problem and one.serious for one in portfolio.check())


def test_the_command_takes_a_file_for_what_it_is(ple: Any, tmp_path: Path) -> None:
    (tmp_path / "wing.png").write_bytes(drawing())
    refused = ple("portfolio", "add", str(tmp_path / "wing.png"), code=1)
    assert "--alt" in refused.err
    added = ple("portfolio", "add", str(tmp_path / "wing.png"), "--alt", "A wing", "--json").json
    assert (added["title"], added["alt"], added["file"]["media_type"]) == ("wing", "A wing", "image/png")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4")
    changed = ple("portfolio", "edit", str(added["id"]), "--file", str(tmp_path / "b.pdf"), "--json").json
    assert changed["file"]["name"] == "b.pdf"


def test_a_picture_that_takes_too_much_is_given_up_and_the_next_is_opened() -> None:
    large = bomb(7000, 7000)
    with Enlarger(memory=200_000_000) as enlarger:
        with pytest.raises(PictureError):
            enlarger.checked(large)
        assert enlarger.checked(drawing()).widths == [300]
        assert enlarger.made(drawing(), 100) == made(drawing(), 100)
        with pytest.raises(PictureError, match="damaged"):
            enlarger.made(b"\x89PNG\r\n\x1a\n", 100)
    with Enlarger(seconds=0.001) as enlarger, pytest.raises(TooSlow, match="longer"):
        enlarger.checked(drawing())
