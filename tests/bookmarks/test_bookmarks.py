import datetime as dt
import threading

import pytest

from ple.library import InvalidInput, NotFound
from ple.web.errors import BadAddress

PARAGRAPH = "<p>Gradient descent walks downhill on a surface of errors, step by small step, until it rests.</p>"
ARTICLE = f"""<!doctype html><html lang="en"><head><title>Descent | Site</title>
<meta property="og:site_name" content="Site"><meta name="author" content="Ada L">
<meta name="description" content="On going down"><meta property="article:published_time" content="2024-05-01">
<link rel="canonical" href="/descent"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Descent</h1>{PARAGRAPH * 6}
<pre><code class="language-python">x = x - rate * slope</code></pre>
<p>See <a href="more">more</a>.<script>alert(1)</script></p></article></body></html>"""
HTML = {"Content_Type": "text/html; charset=utf-8"}


@pytest.fixture
def bookmarks(environment):
    return environment.bookmarks


def test_a_saved_page_has_its_text_and_what_it_says_of_itself(bookmarks, publisher):
    saved = bookmarks.save(publisher.publish("/a", ARTICLE, **HTML), tags=["Maths/Descent"], note="for later\n")

    page = saved.bookmark
    assert (saved.known, saved.problem) == (False, None)
    assert (page.title, page.author, page.description, page.language) == ("Descent", "Ada L", "On going down", "en")
    assert page.published_at == dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
    assert (page.site_name, page.canonical) == ("Site", publisher.url + "/descent")
    assert (page.tags, page.note, page.unread) == (frozenset({"maths/descent"}), "for later", True)
    assert "rests." in page.text
    assert "Home" not in page.text
    assert f'href="{publisher.url}/more"' in page.html
    assert "alert" not in page.html
    assert page.words > 80
    assert page.reading_minutes == 1
    assert "```python\nx = x - rate * slope\n```" in bookmarks.markdown(page.id)


def test_one_page_is_one_bookmark_however_its_address_is_written(bookmarks, publisher):
    url = publisher.publish("/a", ARTICLE, **HTML)
    publisher.publish("/a?utm_source=mail", ARTICLE, **HTML)
    first = bookmarks.save(url, note="one", tags=["x"])

    again = bookmarks.save(url + "?utm_source=mail#part", note="two", tags=["y"], title="Mine")

    assert again.known
    assert again.bookmark.id == first.bookmark.id
    assert (again.bookmark.url, again.bookmark.title) == (url, "Mine")
    assert (again.bookmark.note, again.bookmark.tags) == ("one\n\ntwo", frozenset({"x", "y"}))
    assert len(bookmarks.bookmarks()) == 1
    assert bookmarks.known(url + "?fbclid=1") == first.bookmark.id


def test_without_a_network_the_page_is_kept_and_fetched_later(bookmarks, publisher):
    url = publisher.publish("/a", "busy", status=503)
    saved = bookmarks.save(url)
    assert "503" in saved.problem
    assert [page.id for page in bookmarks.bookmarks(pending=True)] == [saved.bookmark.id]

    publisher.publish("/a", ARTICLE, **HTML)
    assert list(bookmarks.fetch_pending()) == []  # its turn comes again in an hour
    fetched = list(bookmarks.fetch_pending(force=True))

    assert [(page.title, page.problem, page.changed) for page in fetched] == [("Descent", None, True)]
    assert bookmarks.bookmark(saved.bookmark.id).problem is None
    assert list(bookmarks.fetch_pending(force=True)) == []


def test_a_host_that_is_not_there_is_a_problem_and_no_failure(bookmarks):
    saved = bookmarks.save("http://nowhere.invalid/some/page")

    assert saved.problem == "there is no host nowhere.invalid"
    assert saved.hint
    assert saved.bookmark.title == "nowhere.invalid/some/page"


def test_saving_offline_asks_nobody(bookmarks, publisher):
    saved = bookmarks.save(publisher.url + "/a", fetch=False)

    assert (saved.problem, publisher.asked) == (None, [])
    assert bookmarks.bookmark_ids(pending=True) == [saved.bookmark.id]


def test_the_bookmark_is_there_before_its_page_is(bookmarks, publisher):
    found = []

    def look(handler):
        found.extend(bookmarks.bookmark_ids())
        handler.close_connection = True

    bookmarks.save(publisher.handle("/a", look))

    assert len(found) == 1


@pytest.mark.parametrize(
    ("body", "status", "headers", "says"),
    [
        pytest.param("gone", 404, HTML, "404 Not Found", id="a page that is gone"),
        pytest.param(
            "<title>Just a moment...</title><p>Checking", 200, HTML, "showed a check", id="a check for robots"
        ),
        pytest.param("<title>App</title><div id=root></div>", 200, HTML, "no text to read", id="JavaScript alone"),
    ],
)
def test_a_worse_page_never_takes_the_place_of_a_good_text(bookmarks, publisher, body, status, headers, says):
    page = bookmarks.save(publisher.publish("/a", ARTICLE, **HTML)).bookmark

    publisher.publish("/a", body, status=status, **headers)
    again = bookmarks.refresh(page.id)

    assert says in again.problem
    assert bookmarks.bookmark(page.id).text == page.text


LESS = {
    "a beginning": f"<title>Descent</title><article><h1>Descent</h1>{PARAGRAPH}<p>Subscribe to read on.</p></article>",
    "a form to sign in": "<title>Sign in</title><article><p>Please sign in with your name and password.</p></article>",
    "a domain for sale": "<title>example</title><article><p>This domain is for sale.</p></article>",
    "something else": "<title>News</title><article>"
    + "<p>Ministers met again today in Geneva.</p>" * 30
    + "</article>",
}


def test_less_than_is_kept_takes_the_place_of_nothing_until_the_learner_says_so(environment, publisher):
    bookmarks = environment.bookmarks
    id = bookmarks.save(publisher.publish("/a", ARTICLE, **HTML)).bookmark.id
    before = bookmarks.bookmark(id)
    mark = environment.highlights.add(id, "step by small step")
    for what, less in LESS.items():
        publisher.publish("/a", f"<html>{less}</html>", **HTML)
        done = bookmarks.refresh(id)
        assert "the text that you keep stays" in (done.problem or ""), what
        assert f"refresh {id} --force" in (done.hint or "")
        after = bookmarks.bookmark(id)
        assert (after.title, after.html, after.author) == (before.title, before.html, before.author), what
    assert environment.highlights.highlight(mark.id).state == "anchored"
    assert bookmarks.refresh(id, force=True).problem is None
    assert "Ministers" in bookmarks.bookmark(id).text
    publisher.publish("/a", ARTICLE, **HTML)
    assert bookmarks.refresh(id, force=True).problem is None
    assert bookmarks.bookmark(id).text == before.text


def test_a_file_in_the_place_of_a_page_changes_no_title(bookmarks, publisher):
    id = bookmarks.save(publisher.publish("/a", ARTICLE, **HTML)).bookmark.id
    publisher.publish("/a", b"\x89PNG\r\n", Content_Type="image/png")
    assert "PNG image" in (bookmarks.refresh(id).problem or "")
    page = bookmarks.bookmark(id)
    assert (page.title, "rests." in page.text) == ("Descent", True)


def test_a_page_that_only_asks_for_javascript_has_no_text(bookmarks, publisher):
    app = "<html><title>App</title><noscript>You need to enable JavaScript to run this app.</noscript></html>"
    saved = bookmarks.save(publisher.publish("/app", app, **HTML))
    assert ("no text to read" in (saved.problem or ""), saved.bookmark.text) == (True, "")


def test_a_page_that_did_not_change_is_not_sent_again(bookmarks, publisher):
    page = bookmarks.save(publisher.publish("/a", ARTICLE, ETag='"1"', **HTML)).bookmark

    again = bookmarks.refresh(page.id)

    assert (again.changed, again.problem) == (False, None)
    assert publisher.asked[-1][1]["if-none-match"] == '"1"'


@pytest.mark.parametrize(
    ("path", "headers", "title", "says"),
    [
        ("/files/On%20Proof.pdf", {"Content_Type": "application/pdf"}, "On Proof.pdf", "a PDF document of 1 kB"),
        ("/i.png?x=1", {"Content_Type": "image/png"}, "i.png", "a PNG image"),
        (
            "/download",
            {"Content_Type": "application/zip", "Content_Disposition": "attachment; filename*=UTF-8''d%C3%A9ta.zip"},
            "déta.zip",
            "a ZIP archive",
        ),
        ("/x", {"Content_Type": "application/x-thing"}, None, "a file (application/x-thing)"),
    ],
)
def test_what_is_no_page_is_kept_by_its_address_and_said_to_be_so(bookmarks, publisher, path, headers, title, says):
    saved = bookmarks.save(publisher.publish(path, b"%PDF-1.7 and so on", **headers))

    assert says in saved.problem
    assert saved.bookmark.title == (title or saved.bookmark.url.removeprefix("http://"))
    assert bookmarks.bookmark_ids(pending=True) == []


def test_a_text_file_is_read_as_it_is(bookmarks, publisher):
    saved = bookmarks.save(publisher.publish("/notes.txt", "One <b>\n\nTwo", Content_Type="text/plain"))

    assert (saved.bookmark.title, saved.bookmark.text) == ("notes.txt", "One <b>\n\nTwo")


def test_a_hostile_title_cannot_speak_to_the_terminal(bookmarks, publisher):
    hostile = ARTICLE.replace("Descent | Site", "De\x1b]0;x\x07sc&#x202e;ent").replace("<h1>Descent</h1>", "")

    saved = bookmarks.save(publisher.publish("/a", hostile, **HTML), note="a\x1b[2Jb\0", title=None)

    assert (saved.bookmark.title, saved.bookmark.note) == ("Descent", "ab")


def test_no_bad_address_is_kept(bookmarks):
    for url in ("javascript:alert(1)", "", "file:///etc/passwd"):
        with pytest.raises(BadAddress):
            bookmarks.save(url)
    assert bookmarks.bookmark_ids() == []


def test_a_tag_that_cannot_be_one_is_refused_before_anything_is_kept(bookmarks):
    with pytest.raises(InvalidInput):
        bookmarks.save("https://example.org/", tags=["fine", "#"], fetch=False)
    assert bookmarks.bookmark_ids() == []


def test_what_led_to_a_page_is_linked(bookmarks, library):
    first = bookmarks.save("https://example.org/a", fetch=False).bookmark
    second = bookmarks.save("https://example.org/b", fetch=False, source=first.id).bookmark

    with library.reading() as tx:
        assert [(end.id, end.relation) for end in tx.links_from(second.id)] == [(first.id, "saved-from")]
    with pytest.raises(NotFound):
        bookmarks.save("https://example.org/c", fetch=False, source=999)


def test_a_page_in_the_trash_comes_out_when_it_is_saved_again(bookmarks):
    page = bookmarks.save("https://example.org/a", fetch=False, note="why").bookmark
    bookmarks.remove([page.id])
    assert bookmarks.bookmark_ids() == []
    with pytest.raises(NotFound):
        bookmarks.bookmark(page.id)

    again = bookmarks.save("https://example.org/a", fetch=False)

    assert (again.known, again.bookmark.id, again.bookmark.note) == (False, page.id, "why")


def test_removing_is_all_or_nothing_and_can_be_taken_back(bookmarks, library):
    ids = [bookmarks.save(f"https://example.org/{n}", fetch=False).bookmark.id for n in range(3)]
    with pytest.raises(NotFound):
        bookmarks.remove([ids[0], 999])
    assert len(bookmarks.bookmark_ids()) == 3

    assert bookmarks.remove(ids) == 3
    assert library.undo().label == "Removed 3 bookmarks"

    assert sorted(bookmarks.bookmark_ids()) == ids


def test_what_the_learner_says_can_be_changed_and_taken_back(bookmarks, library):
    id = bookmarks.save("https://example.org/a", fetch=False, tags=["old"]).bookmark.id

    page = bookmarks.edit(
        id, title="T", note="n", tags=["new"], starred=True, unread=False, private=True, folder="/a/ b/"
    )

    assert (page.title, page.note, page.tags, page.folder) == ("T", "n", frozenset({"new"}), "a/b")
    assert (page.starred, page.unread, page.private) == (True, False, True)
    assert page.read_at
    library.undo()
    page = bookmarks.bookmark(id)
    assert (page.title, page.note, page.tags, page.starred) == ("example.org/a", "", frozenset({"old"}), False)


def test_a_title_that_the_learner_gave_outlives_a_refresh(bookmarks, publisher):
    url = publisher.publish("/a", ARTICLE, **HTML)
    page = bookmarks.save(url, title="Mine").bookmark

    bookmarks.refresh(page.id)
    assert bookmarks.bookmark(page.id).title == "Mine"
    bookmarks.edit(page.id, title="")
    bookmarks.refresh(page.id)
    assert bookmarks.bookmark(page.id).title == "Descent"


def test_an_address_can_be_corrected_but_not_to_one_that_is_kept(bookmarks):
    a = bookmarks.save("https://example.org/a", fetch=False).bookmark
    bookmarks.save("https://example.org/b", fetch=False)

    assert bookmarks.edit(a.id, url="https://example.org/A").url_key == "https://example.org/A"
    with pytest.raises(InvalidInput, match="is kept already, as #"):
        bookmarks.edit(a.id, url="https://example.org/b?utm_source=x")


def test_bookmarks_are_found_by_what_they_are(bookmarks):
    def save(name, **more):
        return bookmarks.save(f"https://example.org/{name}", fetch=False, **more).bookmark.id

    a, b, c = save("a", tags=["maths/topology"]), save("b", tags=["maths"]), save("c", tags=["mathsy"])
    bookmarks.mark_read([a])
    bookmarks.star([b, c])
    bookmarks.unstar([c])
    bookmarks.edit(c, archived=True, folder="x/y")

    assert bookmarks.bookmark_ids() == [c, b, a]
    assert bookmarks.bookmark_ids(tag="Maths") == [b, a]
    assert bookmarks.bookmark_ids(unread=True) == [c, b]
    assert bookmarks.bookmark_ids(starred=True) == [b]
    assert bookmarks.bookmark_ids(archived=False, unread=False) == [a]
    assert bookmarks.bookmark_ids(folder="x") == [c]
    assert bookmarks.bookmark_ids(since=dt.datetime(2999, 1, 1, tzinfo=dt.UTC)) == []
    assert bookmarks.bookmark_ids(limit=1) == [c]
    assert [line.id for line in bookmarks.bookmark_lines([a, 999, c])] == [a, c]
    assert bookmarks.mark_unread([a, b]) == 1


def test_what_is_pinned_is_at_the_top_and_states_are_set_together(bookmarks, library):
    first, second, third = (bookmarks.save(f"https://e.org/{n}", fetch=False).bookmark.id for n in range(3))

    assert bookmarks.mark([first, second], pinned=True, unread=False) == 2
    assert bookmarks.bookmark_ids() == [second, first, third]
    assert bookmarks.bookmark_ids(pinned=True, unread=False) == [second, first]
    assert (bookmarks.bookmark(first).pinned, bookmarks.bookmark(first).read_at is not None) == (True, True)
    assert (bookmarks.pin([first, third]), bookmarks.unpin([second])) == (1, 1)
    assert bookmarks.bookmark_ids() == [third, first, second]
    (document,) = bookmarks.documents([first])
    assert document.flags == {"pinned"}
    assert library.undo().label == "Marked “e.org/1” as not pinned"
    assert bookmarks.bookmark_ids(pinned=True) == [third, second, first]


def test_a_bookmark_says_its_note_and_text_to_whoever_asks(bookmarks, publisher):
    page = bookmarks.save(publisher.publish("/a", ARTICLE, **HTML), tags=["x"], note="why").bookmark
    gone = bookmarks.save("https://example.org/", fetch=False).bookmark
    bookmarks.remove([gone.id])

    (document,) = bookmarks.documents([page.id, gone.id, 999])

    assert document.text.startswith("why\n\nOn going down\n\n")
    assert "rests." in document.text
    assert (document.title, document.author, document.language) == ("Descent", "Ada L", "en")
    assert (document.flags, document.tags, document.container) == (frozenset({"unread"}), frozenset({"x"}), "Site")


def test_two_who_save_the_same_page_at_once_keep_one_bookmark(bookmarks):
    saved = []
    threads = [
        threading.Thread(target=lambda: saved.append(bookmarks.save("https://example.org/", fetch=False)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.known for one in saved) == [False, True, True, True]
    assert len({one.bookmark.id for one in saved}) == 1


def test_a_very_long_address_has_a_key_that_an_index_can_hold(bookmarks):
    long = "https://example.org/?q=" + "x" * 5000

    one, other = (bookmarks.save(long + end, fetch=False).bookmark for end in "ab")

    assert one.id != other.id
    assert one.url == long + "a"
    assert bookmarks.save(long + "a#part", fetch=False).known


def test_a_page_whose_address_was_changed_while_it_was_fetched_is_not_taken_for_the_new_one(environment, publisher):
    bookmarks = environment.bookmarks
    saved = bookmarks.save(publisher.url + "/old", fetch=False).bookmark

    def answer(request):
        bookmarks.edit(saved.id, url=publisher.url + "/new")
        request.send_response(200)
        body = b"<title>The old page</title><p>" + b"Words of the old page. " * 50
        request.send_header("Content-Type", "text/html")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    publisher.handle("/old", answer)
    assert "was changed" in bookmarks.refresh(saved.id).problem
    assert (bookmarks.bookmark(saved.id).text, bookmarks.bookmark(saved.id).fetched_at) == ("", None)


def test_what_a_page_is_called_elsewhere_takes_the_place_of_no_title_of_the_learners(environment):
    save = environment.bookmarks.save
    assert save("https://e.org/a", called="The feed's", fetch=False).bookmark.title == "The feed's"
    save("https://e.org/b", title="Mine", fetch=False)
    save("https://e.org/c", fetch=False)

    again = [save(f"https://e.org/{name}", called="The feed's", fetch=False).bookmark.title for name in "bc"]

    assert again == ["Mine", "The feed's"]


def test_a_folder_is_asked_for_with_its_capitals_on_either_database(environment):
    ids = {}
    for folder in ("Maths", "Maths/Topology", "maths/old", "Mathsology"):
        ids[folder] = environment.bookmarks.save(f"https://e.org/{folder}", fetch=False).bookmark.id
        environment.bookmarks.edit(ids[folder], folder=folder)

    assert sorted(environment.bookmarks.bookmark_ids(folder="Maths")) == [ids["Maths"], ids["Maths/Topology"]]
    assert environment.bookmarks.bookmark_ids(folder="maths/") == [ids["maths/old"]]
