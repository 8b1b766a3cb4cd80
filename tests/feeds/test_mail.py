"""Mail as entries of a feed: newsletters, mailing lists, and what nobody should send."""

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ple.feeds.formats import mail
from ple.feeds.mail import NoMail

LIST = b"""From ada@example.org Mon Jun  1 10:00:00 2026
From: =?utf-8?q?Ada_L=C3=B6velace?= <ada@example.org>
To: list@example.org
Subject: =?utf-8?b?U2NodWxl?= and
 folded
Date: Mon, 1 Jun 2026 12:00:00 +0200
Message-ID: <one@example.org>
List-Id: Analytical Engines <engines.example.org>
Archived-At: <https://lists.example.org/engines/1>

Dear all,

>From the beginning it was clear.

From ada@example.org Tue Jun  2 10:00:00 2026
From: Ada <ada@example.org>
Subject: Second
Date: Tue, 2 Jun 2026 12:00:00 +0200
Message-ID: <two@example.org>
List-Id: Analytical Engines <engines.example.org>

A line that says
From here on, nothing begins.
"""

NEWSLETTER = b"""From: "Weekly \x1b[31mRed" <news@example.com>
Subject: Issue 7
Date: Wed, 3 Jun 2026 08:00:00 +0000
Message-ID: <seven@example.com>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Hello =E2=9C=93
--b
Content-Type: text/html; charset=utf-8

<html><body><a href="https://news.example.com/7?u=1">View in browser</a><script>steal()</script>
<p onclick="x()">Hello <b>\xe2\x9c\x93</b></p><img src="https://spy.example/p.gif" width="1" height="1"></body></html>
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename=x.pdf

%PDF
--b--
"""


def one(raw: bytes) -> mail.Mail:
    (found,) = mail.read(raw).found
    return found


def test_a_mailbox_is_read_message_by_message():
    first, second = mail.read(LIST).found
    assert (first.feed, first.feed_title) == ("engines.example.org", "Analytical Engines")
    assert (first.entry.title, first.entry.author) == ("Schule and folded", "Ada Lövelace")
    assert first.entry.published_at == dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC)
    assert first.entry.url == "https://lists.example.org/engines/1"
    assert first.entry.guid == "mid:one@example.org"
    assert "From the beginning it was clear." in first.entry.text
    assert ">From" not in first.entry.text
    assert "From here on, nothing begins." in second.entry.text


def test_a_mailbox_without_a_free_line_between_its_messages_loses_none():
    one = b"From - Mon Nov  2 10:00:00 2026\nX-Mozilla-Status: 0001\nSubject: %d\nDate: x\n\nFrom here on:\nwords\n"
    assert [each.entry.title for each in mail.read(one % 1 + one % 2).found] == ["1", "2"]


def test_a_newsletter_is_made_safe_and_does_not_report_that_it_was_read():
    found = one(NEWSLETTER)
    assert (found.feed, found.feed_title) == ("news@example.com", "Weekly Red")
    assert found.entry.text == "Hello ✓"
    assert found.entry.url == "https://news.example.com/7?u=1"
    for bad in ("script", "steal", "onclick", "spy.example"):
        assert bad not in found.entry.html


@pytest.mark.parametrize(
    ("headers", "body", "title", "text"),
    [
        pytest.param(b"", b"plain", "S", "plain", id="no type"),
        pytest.param(b"Content-Type: text/plain; charset=iso-8859-1\n", b"caf\xe9", "S", "café", id="latin-1"),
        pytest.param(
            b"Content-Type: text/plain; charset=iso-8859-1\n", "café".encode(), "S", "café", id="UTF-8 that lies"
        ),
        pytest.param(b"Content-Type: text/plain; charset=unicorn\n", b"caf\xe9", "S", "café", id="unknown charset"),
        pytest.param(b"Content-Type: text/plain; charset=base64\n", b"caf\xe9", "S", "café", id="charset that is none"),
        pytest.param(b"Content-Type: text/plain; charset\n", b"abc", "S", "abc", id="charset without value"),
        pytest.param(b"Content-Transfer-Encoding: base64\n", b"aGVsbG8=!!", "S", "hello", id="base64 with rubbish"),
        pytest.param(b"Content-Transfer-Encoding: gzip\n", b"abc", "S", "abc", id="unknown encoding"),
        pytest.param(
            b"Content-Type: multipart/mixed; boundary=x\n", b"no parts", "S", "", id="multipart without parts"
        ),
        pytest.param(b"Content-Type: ////\n", b"abc", "S", "abc", id="no type at all"),
        pytest.param(
            b"Content-Type: text/plain; format=flowed\n", b"One \nline.\n\nTwo.", "S", "One line.\n\nTwo.", id="flowed"
        ),
        pytest.param(b"Date: yesterday\n", b"a\0b\x1b[31mc", "S", "abc", id="control characters"),
    ],
)
def test_what_mail_programs_do(headers, body, title, text):
    found = one(b"From: a@b.example\nSubject: S\n" + headers + b"\n" + body)
    assert (found.entry.title, found.entry.text) == (title, text)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            b"".join(
                b"From: a@b\nSubject: x\n" * (n == 0)
                + b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n)
                for n in range(5000)
            ),
            id="5,000 parts within parts",
        ),
        pytest.param(b"From: a@b\nSubject: " + b"=?utf-8?q?" * 50_000 + b"\n\nx", id="encoded words without end"),
        pytest.param(b"From: " + b"(" * 200_000 + b"\nSubject: x\n\nx", id="comments within comments"),
        pytest.param(b"From: a@b\nSubject: x\nContent-Type: text/html\n\n" + b"<img " * 400_000, id="pictures"),
        pytest.param(b"From: a@b\nSubject: x\nContent-Type: text/html\n\n" + b"<a href=http://" * 100_000, id="links"),
        pytest.param(b"From: a@b\nSubject: x\n\n" + b"\n\nFrom " * 300_000, id="beginnings"),
        pytest.param(b"From: a@b\nSubject: x\n" + b"A: b\n" * 200_000 + b"\nx", id="headers"),
    ],
)
def test_hostile_mail_takes_little_time(raw):
    began = time.process_time()
    mail.read(raw)
    assert time.process_time() - began < 8


@given(st.binary(max_size=2000))
def test_reading_mail_never_fails(noise):
    for raw in (noise, b"From: a@b\nSubject: x\nContent-Type: text/html\n\n" + noise, b"From x\nFrom: a@b\n" + noise):
        for found in mail.read(raw).found:
            assert "\0" not in found.entry.html + found.entry.text + found.entry.title
        mail.is_mail(raw)


def test_mail_becomes_a_feed_for_each_list_and_comes_in_once(feeds, environment):
    done = feeds.import_mail(LIST, folder="Lists")
    assert (done.added, done.known, done.refused) == (2, 0, ())
    (feed,) = feeds.feeds()
    assert (feed.title, feed.folder, feed.entries, feed.paused) == ("Analytical Engines", "Lists", 2, True)
    newest, oldest = feeds.entries()
    assert (newest.title, oldest.title) == ("Second", "Schule and folded")
    feeds.mark_read([oldest.id])
    again = feeds.import_mail(LIST)
    assert (again.added, again.known) == (0, 2)
    assert feeds.entry(oldest.id).read
    feeds.import_mail(NEWSLETTER)
    assert {feed.title for feed in feeds.feeds()} == {"Analytical Engines", "Weekly Red"}
    assert environment.search.find("kind:entry issue").total == 1


def test_a_feed_of_mail_is_never_asked_nor_put_on_a_list_of_addresses(feeds):
    feeds.import_mail(LIST)
    feed = feeds.feeds()[0].id
    assert feeds.resume([feed]) == 0
    assert list(feeds.refresh([feed])) == []
    assert list(feeds.refresh(force=True)) == []
    assert "mail:" not in feeds.export_opml()
    assert feeds.health()[0].says == "mail; it is fed from files"


def test_all_of_a_file_may_go_into_one_feed(feeds):
    feeds.import_mail(LIST, title="Old mail")
    feeds.import_mail(NEWSLETTER, title="Old mail")
    (feed,) = feeds.feeds()
    assert (feed.title, feed.entries) == ("Old mail", 3)


@pytest.mark.parametrize("data", [b"", b"\0\xff", b"<rss></rss>", b"Hello there.\nFrom: nobody\n", b'{"a": 1}'])
def test_what_is_no_mail_is_refused(feeds, data):
    with pytest.raises(NoMail):
        feeds.import_mail(data)
