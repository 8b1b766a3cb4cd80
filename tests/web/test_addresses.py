import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ple.web import addresses
from ple.web.errors import BadAddress


@pytest.mark.real
def test_every_known_case_of_an_address_has_its_key(shared_data):
    cases = json.loads((shared_data / "addresses.json").read_text())

    wrong = [(given, key, addresses.key(given)) for _n, _kind, given, key in cases if addresses.key(given) != key]

    assert wrong == []
    assert len(cases) == 38


@pytest.mark.parametrize(
    ("written", "key"),
    [
        pytest.param("HTTP://Example.ORG:80", "http://example.org/", id="scheme, host and default port"),
        pytest.param("example.org:8080/a", "https://example.org:8080/a", id="no scheme but a port"),
        pytest.param("localhost:8000/x", "http://localhost:8000/x", id="this machine speaks http"),
        pytest.param("//example.org/a", "https://example.org/a", id="no scheme but slashes"),
        pytest.param("https:\\\\example.org\\a", "https://example.org/a", id="backslashes, as browsers read them"),
        pytest.param("https://user:pw@example.org/a", "https://example.org/a", id="credentials"),
        pytest.param("http://2130706433/a", "http://127.0.0.1/a", id="an address as one number"),
        pytest.param("https://example.org/a%2fb", "https://example.org/a%2Fb", id="a slash that is none stays one"),
        pytest.param("https://example.org/%2561", "https://example.org/%2561", id="an escaped escape stays"),
        pytest.param("https://example.org/?b=1&a=2&b=0", "https://example.org/?a=2&b=1&b=0", id="sorted by name alone"),
        pytest.param("https://example.org/?&&a=1&", "https://example.org/?a=1", id="empty pairs"),
        pytest.param("https://example.org/#!/inbox", "https://example.org/#!/inbox", id="a fragment that is a page"),
        pytest.param("https://example.org/#/a:~:text=x", "https://example.org/#/a", id="a text fragment after it"),
        pytest.param("https://m.youtube.com/watch?v=x&pp=1", "https://www.youtube.com/watch?v=x", id="a mirror"),
        pytest.param("https://www.amazon.co.uk/dp/B0?tag=me&th=1", "https://www.amazon.co.uk/dp/B0", id="a shop"),
        pytest.param("https://shop.example/?tag=me&t=1", "https://shop.example/?t=1&tag=me", id="not that shop"),
        pytest.param("https://notx.com/?s=1&t=2", "https://notx.com/?s=1&t=2", id="a host that ends like another"),
        pytest.param(
            "https://www.google.com/url?q=https://www.google.com/url?q=https://a.org/",
            "https://a.org/",
            id="a wrapper in a wrapper",
        ),
        pytest.param(
            "https://www.google.com/url?q=javascript:x", "https://www.google.com/url?q=javascript:x", id="bad"
        ),
        pytest.param(" no address ", "no address", id="what is no address is trimmed"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_two_ways_to_write_an_address_are_one(written, key):
    assert addresses.key(written) == key


@given(st.text() | st.from_regex(r"https?://[a-z%0-9.]{1,12}/[%a-z0-9;=&?/.#:~!]{0,40}", fullmatch=True))
@example("https://e.org/%%37%37")
@example("https://e.org/%%32e%%32e/a")
@example("https://www.google.com/amp/s/www.google.com/amp/s/e.org/")
@example("https://e.org/;jsessionid=1;jsessionid=2")
@example("https://youtu.be/%2e%2e?v=1")
@example("http://a\ud800.org/")
def test_the_key_of_a_key_is_the_key(text):
    key = addresses.key(text)

    assert addresses.key(key) == key
    assert "\0" not in key


def test_keys_are_quick_enough_for_a_hundred_thousand_bookmarks():
    urls = [f"https://www.example{n % 97}.org/2024/05/some-article-{n}?utm_source=x&id={n}&page=2" for n in range(2000)]
    addresses.key(urls[0])

    began = time.process_time()
    for url in urls:
        addresses.key(url)

    assert (time.process_time() - began) / len(urls) < 0.0002  # 15 µs on a quiet machine


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  https://example.org/A?b \n", "https://example.org/A?b"),
        ("example.org/x", "https://example.org/x"),
        ("127.0.0.1:8000/x", "http://127.0.0.1:8000/x"),
        ("https://example.org/?utm_source=x#part", "https://example.org/?utm_source=x#part"),
    ],
)
def test_an_address_is_kept_as_it_was_given(given, kept):
    assert addresses.clean(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.org/",
        "mailto:a@b.org",
        "a b",
        "http://",
        "ht!tp://x.org",
    ],
)
def test_what_is_no_web_address_is_refused_in_a_sentence(given):
    with pytest.raises(BadAddress) as refused:
        addresses.clean(given)

    assert refused.value.hint


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.example.org/", "example.org"),
        ("https://xn--bcher-kva.example/caf%C3%A9", "bücher.example/café"),
        ("https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com"),
        ("https://me:secret@example.org/a", "example.org/a"),
        ("https://example.org/%E2%80%AEgpj.exe", "example.org/%E2%80%AEgpj.exe"),
    ],
)
def test_an_address_is_shown_without_secrets_and_disguises(url, shown):
    assert addresses.display(url) == shown


@pytest.mark.parametrize(
    ("href", "absolute"),
    [
        ("b", "https://e.org/d/b"),
        ("/b", "https://e.org/b"),
        ("//o.org/b", "https://o.org/b"),
        ("?q", "https://e.org/d/a?q"),
        ("javascript:x", None),
        ("data:text/html,x", None),
        ("http://[", None),
    ],
)
def test_a_link_is_absolute_or_none(href, absolute):
    assert addresses.resolve("https://e.org/d/a", href) == absolute


@pytest.mark.parametrize(
    "url",
    ["HTTPS://sam:pa55@e.org/a", "https://sam:p@pa55@e.org/a", "Http:\\\\sam:pa55@e.org/a", "https:sam:pa55@e.org/a"],
)
def test_no_password_is_shown_however_it_is_written(url):
    assert "pa55" not in addresses.display(url)
    assert addresses.display(url).endswith("e.org/a")


def test_an_address_is_kept_without_what_no_database_takes():
    assert addresses.clean("https://e.org/a\0b") == "https://e.org/ab"
