"""The client against a server that misbehaves in every way that was met."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from ple.web.client import (
    BadAddress,
    BadRedirect,
    BrokenAnswer,
    Client,
    Limits,
    NoAnswer,
    TooLarge,
    TooSlow,
    WebError,
)

SHORT = Limits(connect=2, read=0.25, total=0.6, size=2_000_000)


@pytest.fixture
def client():
    with Client(SHORT) as client:
        yield client


@pytest.fixture
def over():
    """Set when the test is over, so that a server that hangs need not hang longer."""
    event = threading.Event()
    yield event
    event.set()


def redirect(handler, to, status=302):
    handler.send_response(status)
    handler.send_header("Location", to)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def test_a_header_that_a_caller_gives_is_sent_once_also_that_of_the_host(client, publisher):
    asked = []

    def remember(handler):
        asked.append([(name.lower(), value) for name, value in handler.headers.items()])
        handler.send_response(204)
        handler.end_headers()

    client.get(publisher.handle("/x", remember), headers={"Host": "elsewhere.example", "user-agent": "mine"})
    assert asked[0].count(("host", "elsewhere.example")) == 1
    assert [value for name, value in asked[0] if name in ("host", "user-agent")] == ["elsewhere.example", "mine"]


def test_an_answer_has_its_status_headers_and_body(client, publisher):
    url = publisher.publish("/a", "héllo", Content_Type="text/plain; charset=utf-8", X_Thing="1")

    response = client.get(url)

    assert (response.url, response.status, response.body, response.redirects) == (url, 200, "héllo".encode(), ())
    assert response.headers["x-thing"] == response.headers["X-Thing"] == "1"
    assert (response.content_type, response.text) == ("text/plain", "héllo")


def test_an_error_status_is_an_answer(client, publisher):
    assert client.get(publisher.publish("/gone", "no", status=410)).status == 410


def test_we_say_who_we_are(client, publisher):
    client.get(publisher.publish("/a"))

    assert publisher.asked[0][1]["user-agent"].startswith("ple/")


def test_no_cookie_is_kept(client, publisher):
    url = publisher.publish("/a", Set_Cookie="id=1; Path=/")

    client.get(url)
    client.get(url)

    assert [("cookie" in headers) for _path, headers in publisher.asked] == [False, False]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_compressed_answer_is_read(client, publisher, encoding):
    url = publisher.publish("/a", compressed(b"text" * 100, encoding), Content_Encoding=encoding)

    assert client.get(url).body == b"text" * 100


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_stopped_before_it_fills_the_memory(client, publisher, encoding):
    url = publisher.publish("/bomb", compressed(bytes(60_000_000), encoding), Content_Encoding=encoding)
    client.get(publisher.publish("/warm"))

    tracemalloc.start()
    with pytest.raises(TooLarge):
        client.get(url)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 15_000_000


def test_an_endless_answer_is_cut(client, publisher):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:  # until the client hangs up
            handler.wfile.write(bytes(65536))

    with pytest.raises(TooLarge, match="larger than 2 MB"):
        client.get(publisher.handle("/endless", endless))


def test_an_answer_that_announces_ten_gigabytes_is_not_begun(client, publisher):
    def announced(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "10000000000")
        handler.end_headers()

    with pytest.raises(TooLarge):
        client.get(publisher.handle("/huge", announced))


def test_a_server_that_never_answers_is_left(client, publisher, over):
    with pytest.raises(TooSlow, match=r"sent nothing for 0\.25 seconds"):
        client.get(publisher.handle("/hang", lambda handler: over.wait(5)))


@pytest.mark.parametrize("where", ["headers", "body"])
def test_a_server_that_drips_is_left_at_the_deadline(client, publisher, over, where):
    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"Content-Length: 9999\r\n\r\n" if where == "body" else b""))
        while not over.wait(0.05):
            handler.wfile.write(b"x")

    began = time.monotonic()
    with pytest.raises(TooSlow, match=r"did not answer whole within 0\.6 seconds"):
        client.get(publisher.handle("/drip", drip))

    assert time.monotonic() - began < 2


def test_limits_can_be_given_for_one_request(client, publisher):
    url = publisher.publish("/a", "x" * 1000)

    with pytest.raises(TooLarge):
        client.get(url, limits=Limits(size=999))
    assert len(client.get(url, limits=Limits(size=1000)).body) == 1000


def test_a_false_encoding_is_said(client, publisher):
    with pytest.raises(BrokenAnswer, match="Content-Encoding"):
        client.get(publisher.publish("/false", "plain", Content_Encoding="gzip"))


def test_an_answer_that_stops_in_the_middle_is_no_answer(client, publisher):
    def cut(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        handler.close_connection = True

    with pytest.raises(BrokenAnswer, match="stopped in the middle"):
        client.get(publisher.handle("/cut", cut))


def test_what_is_no_http_is_said(client, publisher):
    def other(handler):
        handler.wfile.write(b"220 smtp.example.org\r\n\r\n")
        handler.close_connection = True

    with pytest.raises(BrokenAnswer):
        client.get(publisher.handle("/smtp", other))


def test_a_server_that_hangs_up_is_said(client, publisher):
    def hang_up(handler):
        handler.close_connection = True

    with pytest.raises(NoAnswer) as said:
        client.get(publisher.handle("/bye", hang_up))
    assert said.value.reason == "hung up"


def test_a_kept_connection_that_the_server_closed_is_made_anew(client, publisher):
    def once(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"ok")
        handler.wfile.flush()
        handler.close_connection = True  # without saying so

    url = publisher.handle("/once", once)

    assert [client.get(url).body for _ in range(3)] == [b"ok"] * 3


def test_what_was_posted_is_never_sent_twice(client, publisher):
    def drop(handler):
        handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.close_connection = True

    url = publisher.handle("/drop", drop)
    client.get(publisher.publish("/warm"))  # so that there is a kept connection

    with pytest.raises(NoAnswer):
        client.post(url, form={"a": "1"})
    assert publisher.times("/drop") == 1


def test_a_closed_port_a_missing_host_and_plain_http_are_told_apart(client, publisher):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}/"
    reasons = {}
    for url in (closed, "http://nowhere.invalid/", publisher.url.replace("http:", "https:")):
        with pytest.raises(NoAnswer) as said:
            client.get(url)
        assert said.value.hint
        reasons[said.value.reason] = str(said.value)

    assert list(reasons) == ["refused", "unknown host", "certificate"]


def test_what_is_no_address_is_refused_before_anything_is_asked(client):
    for url in ("", "file:///etc/passwd", "javascript:alert(1)", "http://exa mple/", "http://[::1/"):
        with pytest.raises(BadAddress):
            client.get(url)


def test_redirects_are_followed_and_listed(client, publisher):
    end = publisher.publish("/end", "here")
    publisher.handle("/b", lambda handler: redirect(handler, "/end", 301))
    start = publisher.handle("/a", lambda handler: redirect(handler, "/b"))

    response = client.get(start)

    assert (response.url, response.body) == (end, b"here")
    assert [(hop.status, hop.url) for hop in response.redirects] == [(302, start), (301, publisher.url + "/b")]
    assert client.get(start, follow=False).status == 302


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("/a", "in a circle"),
        ("file:///etc/passwd", "no web address"),
        ("javascript:alert(1)", "no web address"),
        ("http://[", "no web address"),
    ],
)
def test_a_redirect_that_leads_nowhere_good_is_refused(client, publisher, location, says):
    with pytest.raises(BadRedirect, match=says):
        client.get(publisher.handle("/a", lambda handler: redirect(handler, location)))


def test_redirects_without_end_are_cut(client, publisher):
    for n in range(20):
        publisher.handle(f"/{n}", lambda handler, n=n: redirect(handler, f"/{n + 1}"))

    with pytest.raises(BadRedirect, match="more than 10 times"):
        client.get(publisher.url + "/0")


def test_a_credential_does_not_follow_to_another_host(client, publisher):
    publisher.publish("/end", "x")
    other = publisher.url.replace("127.0.0.1", "localhost") + "/end"
    away = publisher.handle("/away", lambda handler: redirect(handler, other))
    stay = publisher.handle("/stay", lambda handler: redirect(handler, "/end"))
    secret = {"Authorization": "Bearer x", "X-Token": "x", "Accept": "text/html"}

    client.get(away, headers=secret)
    client.get(stay, headers=secret)
    client.get(stay.replace("http://", "http://me:pw@"))

    ends = [headers for path, headers in publisher.asked if path == "/end"]
    assert [(h.get("authorization"), h.get("x-token")) for h in ends] == [
        (None, None), ("Bearer x", "x"), ("Basic bWU6cHc=", None),
    ]  # fmt: skip
    assert ends[0]["accept"] == "text/html"


def test_what_was_posted_does_not_follow_to_another_host(client, publisher):
    other = publisher.url.replace("127.0.0.1", "localhost") + "/end"
    url = publisher.handle("/form", lambda handler: (drain(handler), redirect(handler, other, 307)))

    with pytest.raises(BadRedirect, match="another host"):
        client.post(url, form={"token": "x"})


def test_a_post_that_is_redirected_is_followed_as_a_get(client, publisher):
    seen = []
    publisher.handle("/end", lambda handler: (seen.append(handler.command), redirect(handler, "/shown", 303)))
    publisher.publish("/shown", "ok")
    url = publisher.handle("/form", lambda handler: (drain(handler), redirect(handler, "/end", 302)))

    assert client.post(url, form={"a": "1"}).body == b"ok"
    assert seen == ["GET"]


def test_a_page_elsewhere_may_not_lead_to_this_machine(client, publisher):
    url = publisher.publish("/secret", "x")

    for named in (url, url.replace("127.0.0.1", "localhost"), url.replace("127.0.0.1", "[::ffff:127.0.0.1]")):
        with pytest.raises(BadRedirect, match="on this machine"):
            client.get(named, origin="https://example.org/feed")
    for private in ("http://192.168.1.1/", "http://169.254.169.254/latest/meta-data", "http://10.1.2.3:80/"):
        with pytest.raises(BadRedirect, match="your own network"):
            client.get(private, origin="https://example.org/feed")
    assert publisher.asked == []


def test_a_page_on_this_machine_may_lead_to_another(client, publisher):
    assert client.get(publisher.publish("/a"), origin=publisher.url + "/page").status == 200


def test_a_public_name_that_means_this_machine_is_looked_through(client, publisher, monkeypatch):
    real = socket.getaddrinfo

    def rebound(host, *more, **named):
        return real("127.0.0.1" if host == "inner.example" else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    url = publisher.publish("/a").replace("127.0.0.1", "inner.example")

    with pytest.raises(BadRedirect):
        client.get(url, origin="https://example.org/")
    assert client.get(url).status == 200  # the learner may name what they like
    with pytest.raises(BadRedirect):
        client.get(url, origin="https://example.org/")  # a kept connection is no way round it


def test_a_name_that_nobody_answers_about_costs_no_more_than_the_time_allowed(publisher, monkeypatch, over):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_more, **_named: (over.wait(5), [])[1])

    with Client(Limits(connect=0.2, total=1)) as client, pytest.raises(TooSlow):
        client.get("http://slow.example/")


def test_so_many_at_once_go_to_one_host_and_no_more(publisher, over):
    lock, full = threading.Lock(), threading.Event()
    here = {"now": 0, "most": 0}

    def slowly(handler):
        with lock:
            here["now"] += 1
            here["most"] = max(here["most"], here["now"])
            if here["now"] == 4:
                full.set()
        full.wait(5)
        with lock:
            here["now"] -= 1
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    url = publisher.handle("/slow", slowly)
    with (
        Client(Limits(per_host=1)) as client,  # four times as many on this machine
        ThreadPoolExecutor(12) as threads,
    ):
        statuses = [answer.status for answer in threads.map(client.get, [url] * 12)]

    assert statuses == [200] * 12
    assert here["most"] == 4
    assert client._hosts == {}


def test_the_environments_proxy_is_used_but_not_for_this_machine(publisher, monkeypatch):
    publisher.handle("http://far.example/page", lambda handler: answer(handler, b"by proxy"))
    here = publisher.publish("/here", "straight")
    monkeypatch.setenv("http_proxy", publisher.url)
    monkeypatch.setenv("no_proxy", "near.invalid")
    with Client(SHORT) as client:
        assert client.get("http://far.example/page").body == b"by proxy"
        assert client.get(here).body == b"straight"
        with pytest.raises(NoAnswer):
            client.get("http://near.invalid/")
        with pytest.raises(BadRedirect):
            client.get(here, origin="http://far.example/")


def test_no_error_tells_a_secret_of_the_address(client):
    for url in ("http://me:hunter2@127.0.0.1:1/x?token=hunter2", "http://127.0.0.1:1/?wstoken=hunter2"):
        with pytest.raises(WebError) as said:
            client.get(url)
        assert "hunter2" not in str(said.value)


def test_json_is_read_or_refused(client, publisher):
    assert client.get(publisher.publish("/j", '{"a": 1}')).json() == {"a": 1}
    with pytest.raises(BrokenAnswer, match="no JSON"):
        client.get(publisher.publish("/h", "<html>")).json()


def drain(handler):
    handler.rfile.read(int(handler.headers.get("Content-Length", 0)))


def answer(handler, body):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def compressed(data, encoding):
    if encoding == "gzip":
        return gzip.compress(data, 1)
    if encoding == "deflate":
        return zlib.compress(data, 1)
    if encoding == "br":
        import brotli

        return brotli.compress(data, quality=1)
    from backports.zstd import compress

    return compress(data, 1)
