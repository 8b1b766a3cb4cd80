import html
import http.client
import json
from urllib.parse import urlencode, urlsplit

import pytest

from ple.bookmarks.listening import ListenError, bookmarklet, listening

KEY = "k" * 32


@pytest.fixture
def endpoint(sqlite_environment):
    with listening(sqlite_environment.bookmarks, KEY) as address:
        yield address


@pytest.fixture
def ask(endpoint):
    host = urlsplit(endpoint).netloc

    def ask(method, path="/save", body=None, **headers):
        connection = http.client.HTTPConnection(host, timeout=10)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, dict):
            sent.setdefault("Content-Type", "application/json")
            body = json.dumps(body)
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    return ask


def keep(bookmarks):
    return [(page.title, page.url) for page in bookmarks.bookmarks()]


def test_a_page_that_an_extension_sends_is_kept_at_once_with_what_the_browser_shows(ask, sqlite_environment):
    shown = "<html><head><title>Members</title></head><body><article>" + "<p>Only members may read this.</p>" * 30
    wish = {"url": "http://127.0.0.1:9/a", "tags": ["x"], "note": "why", "html": shown}

    answer, text = ask("POST", body=wish, Authorization=f"Bearer {KEY}", Origin="moz-extension://0-1")

    said = json.loads(text)
    assert (answer.status, said["known"]) == (200, False)
    assert answer.getheader("Access-Control-Allow-Origin") == "moz-extension://0-1"
    door = sqlite_environment.bookmarks
    assert (door.bookmark(said["id"]).note, door.bookmark(said["id"]).tags) == ("why", frozenset({"x"}))
    assert json.loads(ask("POST", body=wish, Authorization=f"Bearer {KEY}")[1])["known"]


def test_what_was_sent_is_read_before_the_end(sqlite_environment):
    shown = "<html><head><title>Members</title></head><body><article>" + "<p>Only members may read this.</p>" * 30
    with listening(sqlite_environment.bookmarks, KEY) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        body = json.dumps({"url": "http://127.0.0.1:9/a", "html": shown})
        connection.request(
            "POST", "/save", body, {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
        )
        id = json.loads(connection.getresponse().read())["id"]
        connection.close()

    page = sqlite_environment.bookmarks.bookmark(id)
    assert page.title == "Members"
    assert "Only members may read this." in page.text


def test_the_window_of_the_bookmarklet_asks_and_its_form_keeps(ask, endpoint, sqlite_environment):
    answer, form = ask("GET", "/save?" + urlencode({"url": "https://e.org/", "title": '"><script>alert(1)</script>'}))
    assert answer.status == 200
    assert 'value="https://e.org/"' in form
    assert "<script>alert" not in form
    assert KEY not in form
    assert "frame-ancestors 'none'" in answer.getheader("Content-Security-Policy")

    body = urlencode({"url": "http://127.0.0.1:9/", "title": "T", "tags": "a, b", "key": KEY})
    kind = "application/x-www-form-urlencoded"
    answer, page = ask("POST", body=body, Content_Type=kind, Origin=endpoint.rstrip("/"), Sec_Fetch_Site="same-origin")
    assert answer.status == 200
    assert "Saved: T" in page
    assert keep(sqlite_environment.bookmarks) == [("T", "http://127.0.0.1:9/")]
    assert KEY not in bookmarklet(endpoint)
    assert html.escape(bookmarklet(endpoint)) in ask("GET", "/")[1]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Authorization": "Bearer wrong"}, 403),
        ({"Authorization": f"Basic {KEY}"}, 403),
        ({"Authorization": f"Bearer {KEY}", "Origin": "https://evil.example"}, 403),
        ({"Authorization": f"Bearer {KEY}", "Origin": "null"}, 403),
        ({"Authorization": f"Bearer {KEY}", "Sec_Fetch_Site": "cross-site"}, 403),
        ({"Authorization": f"Bearer {KEY}", "Origin": "http://127.0.0.1:1"}, 403),
        ({"Authorization": f"Bearer {KEY}", "Host": "rebound.example"}, 421),
        ({"Authorization": f"Bearer {KEY}", "Host": "127.0.0.1:1"}, 421),
        ({"Authorization": f"Bearer {KEY}", "Transfer_Encoding": "chunked"}, 411),
        ({"Authorization": f"Bearer {KEY}", "Content_Length": "99999999"}, 413),
    ],
    ids=["no key", "wrong key", "other scheme", "other page", "sandboxed page", "cross-site", "other port",
         "rebound name", "other host", "no length", "too long"],
)  # fmt: skip
def test_nothing_else_is_let_in(ask, sqlite_environment, headers, status):
    body = None if {"Transfer_Encoding", "Content_Length"} & set(headers) else {"url": "https://e.org/"}

    answer, text = ask("POST", body=body, **{"Content_Type": "application/json", **headers})

    assert answer.status == status
    assert json.loads(text)["error"]
    assert sqlite_environment.bookmarks.bookmarks() == []


def test_only_extensions_may_ask_for_more_than_a_form_can(ask):
    assert ask("OPTIONS", Origin="https://evil.example")[0].status == 403
    answer, _text = ask("OPTIONS", Origin="chrome-extension://abc")
    assert answer.status == 204
    assert answer.getheader("Access-Control-Allow-Headers") == "Authorization, Content-Type"


def test_what_cannot_be_kept_is_said(ask):
    assert "no web address" in ask("POST", body={"url": "javascript:x"}, Authorization=f"Bearer {KEY}")[1]
    assert ask("POST", body="[]", Content_Type="application/json", Authorization=f"Bearer {KEY}")[0].status == 400
    assert ask("GET", "/etc/passwd")[0].status == 404
    assert ask("POST", "/other", body={"url": "https://e.org"}, Authorization=f"Bearer {KEY}")[0].status == 404


def test_a_port_that_is_taken_is_said(endpoint, sqlite_environment):
    with (
        pytest.raises(ListenError, match="cannot be used"),
        listening(sqlite_environment.bookmarks, KEY, urlsplit(endpoint).port),
    ):
        pass
