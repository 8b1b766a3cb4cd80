"""Importing a file again after it was taken back: all of it is there again, once, and that is what is said."""

import pytest

OPML = """<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example/feed"/>
    <outline text="B" xmlUrl="https://b.example/feed"/></body></opml>"""
PAGES = "https://a.example/\nhttps://b.example/\n"


@pytest.mark.parametrize(
    ("noun", "name", "text", "said"),
    [
        ("bookmarks", "list.txt", PAGES, "Imported 0 bookmarks, 0 kept already, 2 came back from the trash.\n"),
        (
            "feeds",
            "list.opml",
            OPML,
            "Following 0 new feeds, 2 again. `ple feeds update` brings in their entries.\n",
        ),
        ("journal", "note.md", "# One\n", "Added 0 entries, changed 0, knew 0, 1 came back from the trash\n"),
    ],
)
def test_what_was_taken_back_comes_back_once(ple, tmp_path, noun: str, name: str, text: str, said: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    ple(noun, "import", str(file))
    there = [thing["id"] for thing in ple(noun, "list", "--json").json]
    ple("undo")
    assert ple(noun, "list", "--json").json == []

    if noun == "bookmarks":
        assert "2 would come back from the trash" in ple(noun, "import", str(file), "--plan").out
    assert ple(noun, "import", str(file)).out == said
    assert [thing["id"] for thing in ple(noun, "list", "--json").json] == there
    assert "again" not in ple(noun, "import", str(file)).out
    ple("undo")
    assert ple(noun, "list", "--json").json == []
