import json
import os

import pytest

PAGE = (
    "<!doctype html><html lang=en><head><title>Descent</title><meta name=author content=Ada></head><body><article>"
    + "<p>Gradient descent walks downhill, step by small step, until it rests at the bottom of a valley.</p>" * 8
    + "</article></body></html>"
)


@pytest.fixture
def url(publisher):
    return publisher.publish("/a", PAGE, Content_Type="text/html")


def test_a_page_is_saved_listed_shown_edited_and_removed(ple, url):
    saved = ple("save", url, "--tag", "Maths", "--note", "why", "--json").json
    assert (saved["title"], saved["author"], saved["tags"], saved["kind"]) == ("Descent", "Ada", ["maths"], "bookmark")
    assert (saved["known"], saved["problem"], saved["words"] > 50) == (False, None, True)
    assert saved["created_at"].endswith("Z")

    (listed,) = ple("bookmarks", "list", "--json").json
    assert (listed["id"], listed["url"], listed["unread"]) == (saved["id"], url, True)
    assert "until it rests" in ple("bookmarks", "show", str(saved["id"])).out
    assert "until it rests" in ple("bookmarks", "show", "#" + str(saved["id"]), "--markdown", "--json").json["text"]

    changed = ple("bookmarks", "edit", str(saved["id"]), "--read", "--star", "--tag", "b", "--untag", "maths", "--json")
    assert (changed.json["unread"], changed.json["starred"], changed.json["tags"]) == (False, True, ["b"])
    assert ple("bookmarks", "list", "--unread", "--json").json == []

    assert ple("bookmarks", "remove", str(saved["id"]), "--json").json["removed"] == 1
    assert ple("bookmarks", "list", "--json").json == []
    ple("undo")
    assert len(ple("bookmarks", "list", "--json").json) == 1


def test_several_pages_are_marked_at_once(ple):
    ids = [ple("save", f"https://e.org/{n}", "--later", "--json").json["id"] for n in range(3)]

    marked = ple("bookmarks", "mark", str(ids[0]), str(ids[1]), "--pin", "--read", "--archive", "--json").json

    assert [(page["pinned"], page["unread"], page["archived"]) for page in marked] == [(True, False, True)] * 2
    assert [page["id"] for page in ple("bookmarks", "list", "--json").json] == [ids[1], ids[0], ids[2]]
    assert [page["id"] for page in ple("bookmarks", "list", "--pinned", "--json").json] == [ids[1], ids[0]]
    assert ple("bookmarks", "edit", str(ids[0]), "--unpin", "--json").json["pinned"] is False
    assert "Say how" in ple("bookmarks", "mark", str(ids[0]), code=2).err


def test_saving_again_says_that_it_was_there(ple, url):
    assert ple("save", url).out.startswith("Saved: #")
    assert ple("bookmarks", "add", url + "?utm_source=x").out.startswith("Kept already")


def test_what_cannot_be_fetched_is_saved_and_said(ple, publisher):
    said = ple("save", publisher.url + "/nothing")

    assert said.out.startswith("Saved: #")
    assert "404 Not Found" in said.err


def test_what_was_saved_offline_is_fetched_by_refresh(ple, url, publisher):
    ple("save", url, "--later")
    assert publisher.asked == []
    assert len(ple("bookmarks", "list", "--pending", "--json").json) == 1

    assert ple("bookmarks", "refresh", "--json").json["fetched"] == 1
    assert ple("bookmarks", "list", "--pending", "--json").json == []
    assert ple("bookmarks", "refresh").out == "No page is waiting to be fetched.\n"


def test_refreshing_one_that_fails_ends_with_one(ple, publisher):
    id = ple("save", publisher.url + "/nothing", "--json").json["id"]

    assert ple("bookmarks", "refresh", str(id), code=1).out.strip()


def test_a_bad_address_is_one_sentence_and_a_hint(ple):
    said = ple("save", "javascript:alert(1)", code=1)

    assert said.err.count("\n") == 2
    assert "Traceback" not in said.err
    assert ple("save", code=2).err


def test_files_go_in_and_out(ple, tmp_path):
    file = tmp_path / "b.html"
    file.write_text(
        '<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n<DT><A HREF="https://e.org/a" ADD_DATE="1400000000">A</A>\n'
        '<DT><A HREF="javascript:x">B</A>\n</DL>'
    )
    said = ple("bookmarks", "import", str(file))
    assert said.out == "Imported 1 bookmark, 0 kept already, 1 refused.\n"
    assert "line 4: javascript:x is no web address" in said.err
    assert ple("bookmarks", "import", "-", "--json", stdin=file.read_text()).json["known"] == 1
    ple("bookmarks", "import", "-", "--strict", stdin=file.read_text(), code=1)

    out = tmp_path / "out.json"
    ple("bookmarks", "export", str(out), "--format", "json")
    assert json.loads(out.read_text())["bookmarks"][0]["saved_at"] == "2014-05-13T16:53:20Z"
    assert ple("bookmarks", "export", "--format", "markdown").out == "# Bookmarks\n\n- [A](<https://e.org/a>)\n"
    assert 'ADD_DATE="1400000000"' in ple("bookmarks", "export").out


def test_a_file_that_is_none_is_refused(ple, tmp_path):
    assert "no file of bookmarks" in ple("bookmarks", "import", "-", stdin="hello", code=1).err
    assert "cannot be read" in ple("bookmarks", "import", str(tmp_path / "missing.html"), code=1).err


def test_a_page_opens_in_the_browser_that_the_learner_chose(ple, monkeypatch):
    ple("save", "https://example.org/a", "--later")
    monkeypatch.setenv("BROWSER", "true %s")

    said = ple("bookmarks", "open", "1", "--json").json

    assert said["url"] == "https://example.org/a"


def test_several_addresses_are_saved_at_once_also_from_standard_input(ple, url):
    saved = ple("save", url, "https://e.org/later", "javascript:x", "--later", "--tag", "t", "--json")
    assert [page["url"] for page in saved.json] == [url, "https://e.org/later"]
    assert "no web address" in saved.err

    told = ple("save", "-", "--later", stdin=f"# mine\n{url}\n\nA title https://e.org/b\n")
    assert told.out.splitlines()[0].startswith("Kept already")
    assert "Saved" in told.out.splitlines()[1]
    assert len(ple("bookmarks", "list", "--json").json) == 3
    assert "several" in ple("save", url, "https://e.org/x", "--title", "T", code=2).err
    assert "Name an address" in ple("save", code=2).err


def test_what_was_copied_can_be_saved(ple, tmp_path, monkeypatch):
    program = tmp_path / "bin" / "wl-paste"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho https://e.org/copied\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/bin:/usr/bin")

    assert ple("save", "--clipboard", "--later", "--json").json["url"] == "https://e.org/copied"
    program.unlink()
    monkeypatch.setenv("PATH", str(program.parent))
    assert "clipboard" in ple("save", "--clipboard", code=1).err


def test_an_import_is_planned_first_and_takes_several_files(ple, tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.txt"
    first.write_text("title,url,time_added,tags,status\nA,https://e.org/a,1541343937,,unread\n")
    second.write_text("https://e.org/a\nhttps://e.org/b\n")

    plan = ple("bookmarks", "import", str(first), "--plan", "--json").json
    assert (plan["format"], plan["new"], plan["titles"]) == ("pocket", 1, ["A"])
    assert ple("bookmarks", "list", "--json").json == []

    said = ple("bookmarks", "import", str(first), str(second), str(tmp_path / "none"))
    assert said.out == ("a.csv: Imported 1 bookmark, 0 kept already.\nb.txt: Imported 1 bookmark, 1 kept already.\n")
    assert "cannot be read" in said.err
    assert "cannot be imported as" in ple("bookmarks", "import", str(first), "--format", "doc", code=1).err
    assert "TI  - A" in ple("bookmarks", "export", "--format", "ris").out


def test_cite_by_a_style_file_or_its_name(ple, tmp_path, at_home):
    pytest.importorskip("citeproc")
    ple("save", "https://example.invalid/monad", "--later", "--title", "What is a monad?")
    style = (
        '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text"><bibliography>'
        '<layout prefix="→ "><text variable="title" font-style="italic"/></layout></bibliography></style>'
    )
    (tmp_path / "mine.csl").write_text(style)
    assert ple("bookmarks", "cite", "1", "--style", str(tmp_path / "mine.csl")).out == "→ What is a monad?\n"
    refused = ple("bookmarks", "cite", "1", "--style", "mine", code=1).err
    assert "there is no style “mine”" in refused
    folder = at_home / "config" / "styles"
    folder.mkdir(parents=True)
    (folder / "mine.csl").write_text(style)
    said = ple("bookmarks", "cite", "1", "--style", "mine", "--format", "markdown", "--language", "en-GB").out
    assert said == "→ *What is a monad?*\n"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal of our own")
def test_who_says_no_to_the_question_keeps_all_bookmarks(ple, tmp_path):
    (tmp_path / "many.txt").write_text("\n".join(f"https://e.org/{n}" for n in range(21)))
    ple("bookmarks", "import", str(tmp_path / "many.txt"))
    ids = [str(page["id"]) for page in ple("bookmarks", "list", "--json").json]
    ple("bookmarks", "remove", *ids, typed="n\n")
    assert len(ple("bookmarks", "list", "--json").json) == 21
